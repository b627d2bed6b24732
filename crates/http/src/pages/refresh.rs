//! `POST /auth/sessions/refresh`: renews the browser's session and goes on.

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, web};
use authara_core::audience::Audience;
use authara_core::cookies::CookieValue;
use authara_core::return_to::ReturnTo;
use authara_flows::error::RefreshError;
use authara_flows::refresh::{self, Use};

use super::error::PageError;
use super::form::Form;
use super::{redirect, visitor};
use crate::api::call::decode;
use crate::api::error::ApiError;
use crate::api::respond;
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

/// Success leads to the target, a session that is over to the login page. A script gets 204 or the
/// 401 envelope instead, and says by `audience` what it wants (K-40, K-41).
///
/// # Errors
///
/// A page (for a script the envelope) when the server is in trouble.
pub async fn submit(
    server: web::Data<Server>,
    request: HttpRequest,
    _proved: Form,
) -> Result<HttpResponse, actix_web::Error> {
    let is_script = visitor::is_script_call(&request);
    let target = redirect::target(&server, &request);
    let audience = if is_script {
        match script_audience(&request) {
            Some(audience) => audience,
            None => return Ok(ApiError::invalid("\"audience\" must be app or admin.").error_response()),
        }
    } else {
        target.audience()
    };
    let CookieValue::One(token) = request::cookie(&request, &server.settings.cookie_names.refresh) else {
        return Ok(refused(&request, &target, &ApiError::unauthorized()));
    };
    let client = request::client(&server, &request).address;
    match refresh::exchange(&server.app, token, audience, client, Use::Rotating).await {
        Ok(refreshed) => {
            let cookies = Cookies::renew(&server, &request, &refreshed);
            let response = if is_script { respond::no_content() } else { redirect::to(&request, &target) };
            Ok(respond::with_cookies(response, cookies))
        }
        Err(RefreshError::Refused(refusal)) if refusal.is_final() => {
            let error = ApiError::unauthorized();
            Ok(respond::with_cookies(refused(&request, &target, &error), Cookies::sign_out(&server)))
        }
        // Still signed in, but not for that: to where everybody may be, with the session kept.
        Err(RefreshError::Refused(_)) if !is_script => Ok(redirect::to(&request, &ReturnTo::root())),
        Err(RefreshError::Refused(_)) => Ok(ApiError::unauthorized().error_response()),
        Err(error @ (RefreshError::Limited(_) | RefreshError::Trouble(_))) => {
            let error = ApiError::from(error);
            if is_script { Ok(error.error_response()) } else { Err(PageError::from(&error).on(&request)) }
        }
    }
}

fn refused(request: &HttpRequest, target: &ReturnTo, error: &ApiError) -> HttpResponse {
    if visitor::is_script_call(request) {
        error.error_response()
    } else {
        redirect::to_page(request, redirect::LOGIN, target)
    }
}

/// `audience` of the query, `app` when absent.
fn script_audience(request: &HttpRequest) -> Option<Audience> {
    let mut pairs = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
    match pairs.find(|(name, _)| *name == "audience") {
        Some((_, value)) => Audience::parse(&decode(value)?),
        None => Some(Audience::App),
    }
}
