//! `POST sessions/logout` and `POST sessions/refresh`: the browser's cookies.

use actix_web::HttpResponse;
use authara_core::cookies::CookieValue;
use authara_flows::issue::Presented;
use authara_flows::logout;
use authara_flows::refresh::{self, Use};

use super::body::NoBody;
use super::call::{Access, AudienceParameter, Call, Caller, NoPath, Operation};
use super::error::ApiError;
use super::respond;
use crate::request;
use crate::request::cookies::Cookies;

/// `POST /auth/api/v1/sessions/logout`.
#[derive(Debug)]
pub struct Logout;

impl Operation for Logout {
    const ACCESS: Access = Access::PublicOrBearer;
    const CSRF: bool = true;
    type Body = NoBody;
    type Path = NoPath;
}

/// Ends the session that the request names, by bearer token or by either cookie. Signing out twice
/// is signing out.
///
/// # Errors
///
/// 503 when it is not certain that the session ended; the browser keeps its cookies then.
pub async fn log_out(call: Call<Logout>) -> Result<HttpResponse, ApiError> {
    if let Caller::EndingBearer(session) = call.caller {
        logout::end_presented(&call.server.app, Presented { refresh: None, session }).await?;
        return Ok(respond::no_content());
    }
    logout::end_presented(&call.server.app, call.presented()).await?;
    Ok(respond::with_cookies(respond::no_content(), Cookies::sign_out(&call.server)))
}

/// `POST /auth/api/v1/sessions/refresh`.
#[derive(Debug)]
pub struct RefreshSession;

impl Operation for RefreshSession {
    const CSRF: bool = true;
    const AUDIENCE: AudienceParameter = AudienceParameter::Any;
    type Body = NoBody;
    type Path = NoPath;
}

/// Renews the browser's session. The answer has no body: the tokens are in the cookies.
///
/// # Errors
///
/// 401, which takes the cookies away only when the session is definitely over.
pub async fn refresh(call: Call<RefreshSession>) -> Result<HttpResponse, ApiError> {
    let server = &call.server;
    let CookieValue::One(token) = request::cookie(&call.request, &server.settings.cookie_names.refresh) else {
        return Err(ApiError::unauthorized());
    };
    let client = call.client().address;
    match refresh::exchange(&server.app, token, call.audience, client, Use::Rotating).await {
        Ok(refreshed) => {
            let cookies = Cookies::renew(server, &call.request, &refreshed);
            Ok(respond::with_cookies(HttpResponse::Ok().finish(), cookies))
        }
        Err(error) => {
            let error = ApiError::from(error);
            Err(if error.is_final() { error.with_cookies(Cookies::sign_out(server)) } else { error })
        }
    }
}
