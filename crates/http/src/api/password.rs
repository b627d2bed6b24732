//! `PUT users/password`, `POST account/password`, `PUT account/password`.

use actix_web::HttpResponse;
use authara_core::password as rules;
use authara_core::secret::SecretText;
use authara_core::wire::{ChangePasswordRequest, CreatePasswordRequest, SetPasswordRequest};
use authara_flows::issue::SignedIn;
use authara_flows::password::{self, Change};

use super::body::Body;
use super::call::{Access, Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;
use crate::request::cookies::Cookies;
use crate::state::Server;

/// `PUT /auth/api/v1/users/password`.
#[derive(Debug)]
pub struct SetCurrentUserPassword;

impl Operation for SetCurrentUserPassword {
    const ACCESS: Access = Access::User;
    const CSRF: bool = true;
    type Body = SetPasswordRequest;
    type Path = NoPath;
}

/// `POST /auth/api/v1/account/password`.
#[derive(Debug)]
pub struct CreateAccountPassword;

impl Operation for CreateAccountPassword {
    const ACCESS: Access = Access::User;
    const CSRF: bool = true;
    type Body = CreatePasswordRequest;
    type Path = NoPath;
}

/// `PUT /auth/api/v1/account/password`.
#[derive(Debug)]
pub struct ChangeAccountPassword;

impl Operation for ChangeAccountPassword {
    const ACCESS: Access = Access::User;
    const CSRF: bool = true;
    type Body = ChangePasswordRequest;
    type Path = NoPath;
}

/// Sets the password, whether or not there was one.
///
/// # Errors
///
/// As [`password::set`].
pub async fn set(call: Call<SetCurrentUserPassword>) -> Result<HttpResponse, ApiError> {
    let change = change_of(&call, call.body.password.clone())?;
    let signed_in = password::set(&call.server.app, change).await?;
    Ok(changed(&call.server, signed_in.as_ref()))
}

/// Gives the account its first password.
///
/// # Errors
///
/// As [`password::add`].
pub async fn add(call: Call<CreateAccountPassword>) -> Result<HttpResponse, ApiError> {
    let change = change_of(&call, call.body.password.clone())?;
    let signed_in = password::add(&call.server.app, change).await?;
    Ok(changed(&call.server, signed_in.as_ref()))
}

/// Changes the password, given the current one.
///
/// # Errors
///
/// As [`password::change`].
pub async fn change(call: Call<ChangeAccountPassword>) -> Result<HttpResponse, ApiError> {
    let current = call.body.current_password.clone();
    if current.is_empty() || current.len() > rules::MAX_BYTES {
        return Err(ApiError::invalid("\"current_password\" is empty or too long."));
    }
    let change = change_of(&call, call.body.new_password.clone())?;
    let signed_in = password::change(&call.server.app, change, SecretText::new(current)).await?;
    Ok(changed(&call.server, signed_in.as_ref()))
}

fn change_of<O: Operation>(call: &Call<O>, new_password: String) -> Result<Change, ApiError>
where
    O::Body: Body,
{
    Ok(Change {
        claims: call.claims()?.clone(),
        new_password: SecretText::new(new_password),
        client: call.client(),
        renews: !call.is_bearer(),
    })
}

/// A browser goes on in a new session; a bearer caller signs in again.
fn changed(server: &Server, signed_in: Option<&SignedIn>) -> HttpResponse {
    match signed_in {
        Some(signed_in) => respond::with_cookies(respond::no_content(), Cookies::sign_in(server, signed_in)),
        None => respond::no_content(),
    }
}
