//! `POST login` and `POST signup/direct`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use authara_core::email::EmailAddress;
use authara_core::password;
use authara_core::secret::SecretText;
use authara_core::user::User;
use authara_core::wire::{AuthSession, AuthUser, PasswordLoginRequest, SignupRequest};
use authara_flows::issue::SignedIn;
use authara_flows::login::{self, Login};
use authara_flows::signup::{self, Signup};

use super::call::{AudienceParameter, Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;
use crate::request::cookies::Cookies;
use crate::state::Server;

/// `POST /auth/api/v1/login`.
#[derive(Debug)]
pub struct LoginWithPassword;

impl Operation for LoginWithPassword {
    const CSRF: bool = true;
    const AUDIENCE: AudienceParameter = AudienceParameter::Any;
    type Body = PasswordLoginRequest;
    type Path = NoPath;
}

/// Signs somebody in.
///
/// # Errors
///
/// As [`login::with_password`].
pub async fn log_in(call: Call<LoginWithPassword>) -> Result<HttpResponse, ApiError> {
    let (client, presented) = (call.client(), call.presented());
    let PasswordLoginRequest { email, identifier, password } = call.body;
    let typed = email.or(identifier).unwrap_or_default();
    let email = EmailAddress::parse(&typed).map_err(|_| ApiError::invalid("That is not a bare e-mail address."))?;
    let password = checked(password)?;
    let login = Login { email, password, audience: call.audience, client, presented };
    let signed_in = login::with_password(&call.server.app, login).await?;
    Ok(session(&call.server, StatusCode::OK, &signed_in))
}

/// Not empty, and not longer than any password can be.
fn checked(password: String) -> Result<SecretText, ApiError> {
    if password.is_empty() {
        return Err(ApiError::invalid("\"password\" is empty."));
    }
    if password.len() > password::MAX_BYTES {
        return Err(ApiError::invalid(format!("\"password\" has more than {} bytes.", password::MAX_BYTES)));
    }
    Ok(SecretText::new(password))
}

/// `POST /auth/api/v1/signup/direct`.
#[derive(Debug)]
pub struct SignupDirect;

impl Operation for SignupDirect {
    const CSRF: bool = true;
    const AUDIENCE: AudienceParameter = AudienceParameter::App;
    type Body = SignupRequest;
    type Path = NoPath;
}

/// Makes an account and signs its owner in.
///
/// # Errors
///
/// As [`signup::direct`].
pub async fn sign_up(call: Call<SignupDirect>) -> Result<HttpResponse, ApiError> {
    let (client, presented) = (call.client(), call.presented());
    let SignupRequest { email, password, invitation_code } = call.body;
    let signup = Signup { email, password: SecretText::new(password), invitation_code, client, presented };
    let signed_in = signup::direct(&call.server.app, signup).await?;
    Ok(session(&call.server, StatusCode::CREATED, &signed_in))
}

fn session(server: &Server, status: StatusCode, signed_in: &SignedIn) -> HttpResponse {
    let body = AuthSession {
        user: auth_user(&signed_in.user),
        access_token: signed_in.access_token.clone(),
        refresh_token: signed_in.refresh_token.expose().to_owned(),
    };
    respond::with_cookies(respond::json(status, &body), Cookies::sign_in(server, signed_in))
}

pub(super) fn auth_user(user: &User) -> AuthUser {
    AuthUser {
        id: user.id,
        email: user.email.clone(),
        username: user.username.clone(),
        disabled: user.is_disabled(),
        created_at: user.created_at.into(),
    }
}
