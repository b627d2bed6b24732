//! Form posts: taken apart field by field, proved by their CSRF value.

use actix_web::FromRequest;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web;
use authara_core::id::SessionId;
use authara_core::token::AccessClaims;
use futures_util::future::{FutureExt as _, LocalBoxFuture};

use super::error::PageError;
use crate::api::body;
use crate::request::{self, csrf};
use crate::state::Server;

/// What was filled in. Passwords are among it, so it is not printed.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }
}

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fields([redacted])")
    }
}

/// A form that carried its proof. A handler that takes one cannot forget the check.
#[derive(Debug)]
pub struct Form {
    fields: Fields,
    /// The session of a good access cookie.
    pub session: Option<AccessClaims>,
}

impl Form {
    /// The first value of a field.
    pub fn field(&self, name: &str) -> &str {
        self.fields.field(name)
    }

    /// The session's id.
    pub fn session_id(&self) -> Option<SessionId> {
        self.session.as_ref().map(|claims| claims.session)
    }
}

impl FromRequest for Form {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move { read(&request, &mut payload).await.map_err(|error| error.on(&request)) }.boxed_local()
    }
}

async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Form, PageError> {
    let server = request.app_data::<web::Data<Server>>().ok_or(PageError::INTERNAL)?;
    let fields = read_fields(request, payload).await?;
    let session = request::cookie_session(server, request).await.map_err(PageError::from)?;
    let form = Form { fields, session };
    check_proof(server, request, &form.fields, form.session_id())?;
    Ok(form)
}

/// Reads the fields of a form, before anything is known of who sent it.
pub(super) async fn read_fields(request: &HttpRequest, payload: &mut Payload) -> Result<Fields, PageError> {
    // It has been taken in already, or the request would not have come this far.
    let bytes = body::collect(payload).await.map_err(|_| PageError::BAD_FORM)?;
    if bytes.is_empty() { Ok(Fields(Vec::new())) } else { parse(request, &bytes) }
}

/// Checks the proof of a form from this session, or from anybody.
pub(super) fn check_proof(
    server: &Server,
    request: &HttpRequest,
    fields: &Fields,
    session: Option<SessionId>,
) -> Result<(), PageError> {
    csrf::check(server, request, Some(fields.field(csrf::FIELD)), session).map_err(|_| PageError::SECURITY_CHECK)
}

fn parse(request: &HttpRequest, bytes: &[u8]) -> Result<Fields, PageError> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let name = media_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    if !name.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(PageError::BAD_FORM);
    }
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().collect();
    // Neither database stores NUL, and no browser sends it.
    if fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(PageError::BAD_FORM);
    }
    Ok(Fields(fields))
}
