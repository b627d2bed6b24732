//! `/` in development only: a small application that is protected by this server, built on our own
//! SDK, so that a newcomer sees the product work in a minute.

use std::net::SocketAddr;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use authara_client::actix::RequireAuth;
use authara_client::wire::CurrentUser;
use authara_client::{Authara, Config as ClientConfig, Identity, KeyRing};
use authara_core::cookies::{CookieNames, CookieValue};
use authara_core::return_to::ReturnTo;
use authara_core::time::rfc3339;
use serde::Serialize;

use super::frame::{Frame, Template};
use super::{logout, redirect};
use crate::request::{self, csrf};
use crate::server;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/demo.html", part: "demo", title: "demo-page-title" };
const SAMPLE: &str = include_str!("../../../../templates/demo_sample.txt");

/// Configures the SDK as an application beside this server would.
///
/// # Errors
///
/// A sentence.
pub fn connect(ring: &KeyRing, issuer: &str, names: &CookieNames, address: SocketAddr) -> Result<Authara, String> {
    let config = ClientConfig::builder()
        .issuer(issuer)
        .keys(ring.clone())
        .cookie_names(names.clone())
        .base_url(format!("http://{}", server::reachable(address)))
        .build();
    config.and_then(Authara::new).map_err(|error| error.to_string())
}

/// Registers the page, where the server has one.
pub fn configure(config: &mut web::ServiceConfig, demo: Option<&Authara>) {
    if let Some(authara) = demo {
        let page = web::resource("/").wrap(RequireAuth::optional(authara.clone())).route(web::get().to(show));
        config.service(page);
    }
}

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub(super) signed_in: bool,
    pub(super) unavailable: bool,
    pub(super) user: Option<Person>,
    pub(super) login_url: String,
    pub(super) signup_url: String,
    pub(super) logout_action: String,
    pub(super) logout_field: &'static str,
    pub(super) code_sample: &'static str,
}

/// What the application knows of the person.
#[derive(Debug, Serialize)]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) username: String,
    pub(super) user_id: String,
    pub(super) session_id: String,
    pub(super) organization_name: String,
    pub(super) organization_role: String,
    pub(super) roles: Vec<String>,
    pub(super) expires_at: String,
}

/// Shows who is signed in, as an application learns it: from the token, and from the API.
///
/// # Errors
///
/// 500 when the page is registered without the SDK.
pub async fn show(
    server: web::Data<Server>,
    request: HttpRequest,
    caller: Option<Identity>,
) -> Result<HttpResponse, actix_web::Error> {
    let Some(authara) = &server.demo else { return Ok(HttpResponse::NotFound().finish()) };
    let root = ReturnTo::root();
    let part = Part {
        login_url: authara.login_url(Some(root.as_str())),
        signup_url: authara.signup_url(Some(root.as_str())),
        logout_action: redirect::link(logout::ACTION, &root),
        logout_field: csrf::FIELD,
        code_sample: SAMPLE,
        ..Part::default()
    };
    let page = |part: &Part| {
        let session = caller.as_ref().map(|caller| caller.session_id);
        Frame::new(&server, &request).for_session(session).page(TEMPLATE, StatusCode::OK, part)
    };
    let Some(identity) = &caller else {
        // The access token lapses after minutes; the login page renews it without asking anybody.
        let refresh = request::cookie(&request, &server.settings.cookie_names.refresh);
        if matches!(refresh, CookieValue::One(_)) {
            return Ok(redirect::to_page(&request, redirect::LOGIN, &root));
        }
        return Ok(page(&part));
    };
    Ok(match ask(authara, &request).await {
        Ok(Some(user)) => page(&Part { signed_in: true, user: Some(Person::new(user, identity)), ..part }),
        // The session was ended while its token still verifies.
        Ok(None) => page(&part),
        Err(error) => {
            tracing::warn!(%error, "the demonstration page could not ask who is signed in");
            page(&Part { unavailable: true, ..part })
        }
    })
}

/// Asks the API who is signed in, with the browser's own cookies.
async fn ask(authara: &Authara, request: &HttpRequest) -> Result<Option<CurrentUser>, authara_client::Error> {
    let cookies: Vec<&str> =
        request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok()).collect();
    authara.client()?.as_request(&cookies.join("; ")).current_user_opt().await
}

impl Person {
    fn new(user: CurrentUser, identity: &Identity) -> Self {
        Self {
            email: user.email,
            username: user.username,
            user_id: user.id.to_string(),
            session_id: identity.session_id.to_string(),
            organization_name: user.organization.name,
            organization_role: user.organization.role,
            roles: user.roles,
            expires_at: rfc3339(identity.expires_at),
        }
    }
}
