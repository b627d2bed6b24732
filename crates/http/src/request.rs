//! Reading a request: cookies, client, proof against forgery.

pub mod cookies;
pub mod csrf;

use actix_web::HttpRequest;
use actix_web::http::header;
use authara_core::audience::Audience;
use authara_core::cookies::CookieValue;
use authara_core::secret::RefreshToken;
use authara_core::token::AccessClaims;
use authara_core::user_agent;
use authara_flows::access::{self, AccessError};
use authara_flows::issue::{Client, Presented};

use crate::state::Server;

/// Finds one cookie among all `Cookie` headers.
pub fn cookie<'r>(request: &'r HttpRequest, name: &str) -> CookieValue<'r> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    CookieValue::find(headers, name)
}

/// The value of a header that occurs exactly once, is text, and is not empty.
pub fn single_header<'r>(request: &'r HttpRequest, name: &str) -> Option<&'r str> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && !value.is_empty()).then_some(value)
}

/// Who is asking: the address behind trusted proxies, and what the browser says of itself.
pub fn client(server: &Server, request: &HttpRequest) -> Client {
    let proxies = &server.settings.proxies;
    let values = request.headers().get_all(proxies.header().name()).map(|value| value.to_str().unwrap_or("?"));
    let peer = request.peer_addr().map(|address| address.ip());
    let agent = request.headers().get(header::USER_AGENT).map(|value| user_agent::clean(value.as_bytes()));
    Client { address: proxies.client(peer, values), user_agent: agent.unwrap_or_default() }
}

/// The session that the access cookie names, if that cookie is good for either audience.
///
/// # Errors
///
/// [`AccessError::Trouble`] when it could not be found out.
pub async fn cookie_session(server: &Server, request: &HttpRequest) -> Result<Option<AccessClaims>, AccessError> {
    let Some(token) = cookie(request, &server.settings.cookie_names.access).one() else { return Ok(None) };
    for audience in [Audience::App, Audience::Admin] {
        match access::check(&server.app, token, audience).await {
            Ok(claims) => return Ok(Some(claims)),
            Err(error @ AccessError::Trouble(_)) => return Err(error),
            Err(AccessError::Invalid(_) | AccessError::Ended) => {}
        }
    }
    Ok(None)
}

/// The session that a browser had before, by either cookie.
pub fn presented(server: &Server, request: &HttpRequest, session: Option<&AccessClaims>) -> Presented {
    let refresh = cookie(request, &server.settings.cookie_names.refresh).one().and_then(RefreshToken::parse);
    Presented { refresh, session: session.map(|claims| claims.session) }
}

/// Is this a request by the HTMX library, which wants redirects in a header of its own?
pub fn is_htmx(request: &HttpRequest) -> bool {
    single_header(request, "hx-request") == Some("true")
}
