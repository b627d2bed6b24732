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

/// A form that carried its proof. A handler that takes one cannot forget the check.
#[derive(Debug)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// The session of a good access cookie.
    pub session: Option<AccessClaims>,
}

impl Form {
    /// The first value of a field.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
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
    // It has been taken in already, or the request would not have come this far.
    let bytes = body::collect(payload).await.map_err(|_| PageError::BAD_FORM)?;
    let fields = if bytes.is_empty() { Vec::new() } else { parse(request, &bytes)? };
    let session = request::cookie_session(server, request).await.map_err(PageError::from)?;
    let form = Form { fields, session };
    csrf::check(server, request, Some(form.field(csrf::FIELD)), form.session_id())
        .map_err(|_| PageError::SECURITY_CHECK)?;
    Ok(form)
}

fn parse(request: &HttpRequest, bytes: &[u8]) -> Result<Vec<(String, String)>, PageError> {
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
    Ok(fields)
}
