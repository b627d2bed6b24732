//! `GET verify`: who sends a request, in headers, for gateways that ask before they pass it on.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use authara_flows::current_user;
use authara_storage::View;

use super::body::NoBody;
use super::call::{Access, Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;

const USER: HeaderName = HeaderName::from_static("x-authara-user");
const EMAIL: HeaderName = HeaderName::from_static("x-authara-email");
const ORGANIZATION: HeaderName = HeaderName::from_static("x-authara-org");
const ORGANIZATION_ROLE: HeaderName = HeaderName::from_static("x-authara-org-role");
const ROLES: HeaderName = HeaderName::from_static("x-authara-roles");

/// `GET /auth/api/v1/verify`.
#[derive(Debug)]
pub struct VerifyRequest;

impl Operation for VerifyRequest {
    const ACCESS: Access = Access::User;
    type Body = NoBody;
    type Path = NoPath;
}

/// The caller, in headers. All of them are always there: a gateway that copies them replaces what a
/// browser sent under their names, and would let through what is not replaced.
///
/// # Errors
///
/// 401 when nobody is signed in, or the account is gone or disabled.
pub async fn caller(call: Call<VerifyRequest>) -> Result<HttpResponse, ApiError> {
    let claims = call.claims()?;
    let view = current_user::find(&call.server.app, claims).await?;
    let View { user, organization } = &*view;
    let mut response = respond::no_content();
    for (name, value) in [
        (USER, user.id.to_string()),
        (EMAIL, user.email.clone()),
        (ORGANIZATION, organization.id.to_string()),
        (ORGANIZATION_ROLE, claims.organization_role.as_str().to_owned()),
        (ROLES, claims.roles.join(",")),
    ] {
        // Addresses and roles were checked when they were stored, and hold no control character.
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap_or(HeaderValue::from_static(""));
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
