//! From what went wrong to what is answered: the one table.

use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use authara_core::limit::Limited;
use authara_core::password::PasswordError;
use authara_core::session::refresh::Refusal;
use authara_core::username::UsernameError;
use authara_core::wire::{self, ErrorCode, ErrorResponse};
use authara_flows::access::AccessError;
use authara_flows::error::{AccountError, LoginError, RefreshError, SignupError, Trouble};
use authara_flows::hashing::HashError;
use authara_storage::StoreError;

use super::respond;
use crate::request::cookies::Cookies;

/// Seconds after which trying again is worth it when something was busy.
const BUSY_SECONDS: i64 = 2;

/// An answer that is not a success.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: ErrorCode,
    public: String,
    retry_after_seconds: Option<i64>,
    /// Is the session definitely over, so that the browser should forget it?
    is_final: bool,
    cookies: Cookies,
}

impl ApiError {
    fn new(status: StatusCode, code: ErrorCode, public: impl Into<String>) -> Self {
        let public = public.into();
        Self { status, code, public, retry_after_seconds: None, is_final: false, cookies: Cookies::keep() }
    }

    /// 400: says which rule the request breaks.
    pub fn invalid(public: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest, public)
    }

    /// 401.
    pub fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, "You are not signed in.")
    }

    /// 403.
    pub fn forbidden(public: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, public)
    }

    /// 403, because the request carries no proof that it comes from our own page.
    pub fn csrf() -> Self {
        Self::forbidden("The request carries no valid CSRF token.")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "There is nothing here.")
    }

    /// 429.
    pub fn limited(limited: &Limited) -> Self {
        // Rounded up: a client that waits exactly this long is let in.
        Self::limited_for((limited.retry_after.num_milliseconds() + 999) / 1000)
    }

    /// 429, with the seconds to wait.
    pub fn limited_for(seconds: i64) -> Self {
        let mut error =
            Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, "Too many attempts. Try again later.");
        error.retry_after_seconds = Some(seconds);
        error
    }

    /// 503.
    pub fn unavailable() -> Self {
        let mut error = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::ServiceUnavailable,
            "The service is not available right now. Try again in a moment.",
        );
        error.retry_after_seconds = Some(BUSY_SECONDS);
        error
    }

    /// 500. What happened is for the log alone.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::InternalError, "Something went wrong.")
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Seconds to wait, where waiting helps.
    pub fn retry_after_seconds(&self) -> Option<i64> {
        self.retry_after_seconds
    }

    /// Is the session definitely over?
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// Marks the session as over.
    #[must_use]
    pub fn ends_session(mut self) -> Self {
        self.is_final = true;
        self
    }

    /// Adds what the answer does to the browser's cookies.
    #[must_use]
    pub fn with_cookies(mut self, cookies: Cookies) -> Self {
        self.cookies = cookies;
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let error = wire::ApiError { code: self.code.clone(), message: self.public.clone() };
        let mut response = respond::json(self.status, &ErrorResponse { error });
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(seconds.max(1)));
        }
        self.cookies.clone().put_on(&mut response);
        response
    }
}

/// Every path that no route matches.
///
/// # Errors
///
/// Always 404.
pub async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found())
}

impl From<Trouble> for ApiError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            // A conflict that outlived its retries is contention, which passes: 503, never 500.
            Trouble::Store(StoreError::Unavailable(_) | StoreError::Conflict(_)) | Trouble::Hash(HashError::Busy) => {
                tracing::warn!(error = %trouble, "not available");
                Self::unavailable()
            }
            Trouble::Store(StoreError::Corrupt { .. } | StoreError::Query(_))
            | Trouble::Hash(HashError::Unreadable(_) | HashError::Failed(_))
            | Trouble::Mint(_)
            | Trouble::Broken(_) => {
                tracing::error!(error = %trouble, "failed");
                Self::internal()
            }
        }
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Invalid(_) | AccessError::Ended => Self::unauthorized(),
            AccessError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<LoginError> for ApiError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Limited(limited) => Self::limited(&limited),
            LoginError::BadCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                ErrorCode::Unauthorized,
                "The e-mail address and the password do not match.",
            ),
            LoginError::Disabled => Self::forbidden("This account is disabled."),
            LoginError::Audience => Self::forbidden("This account has no access to this area."),
            LoginError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<SignupError> for ApiError {
    fn from(error: SignupError) -> Self {
        match error {
            SignupError::Email => Self::invalid("\"email\" is not a bare e-mail address."),
            SignupError::Password(error) => password_rule(error),
            SignupError::Limited(limited) => Self::limited(&limited),
            SignupError::Invitation => Self::invalid("This invitation code cannot be used."),
            SignupError::EmailTaken => Self::invalid("This e-mail address has an account already."),
            SignupError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Refused(Refusal::Audience | Refusal::NotMember) => Self::unauthorized(),
            RefreshError::Refused(
                Refusal::Unknown | Refusal::Expired | Refusal::Ended | Refusal::Replayed | Refusal::Disabled,
            ) => Self::unauthorized().ends_session(),
            RefreshError::Limited(limited) => Self::limited(&limited),
            RefreshError::Trouble(trouble) => trouble.into(),
        }
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::SignedOut => Self::unauthorized(),
            AccountError::NotFresh => Self::forbidden("Sign in again to do this."),
            AccountError::NotFound => Self::not_found(),
            AccountError::NoPassword => {
                Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, "This account has no password yet.")
            }
            AccountError::PasswordExists => Self::new(
                StatusCode::CONFLICT,
                ErrorCode::PasswordAlreadyExists,
                "This account has a password already.",
            ),
            AccountError::WrongPassword => Self::invalid("The current password is not right."),
            AccountError::Password(error) => password_rule(error),
            AccountError::UsernameInvalid(UsernameError::Malformed) => {
                Self::invalid("A user name has 3 to 30 letters, digits, \"-\" and \"_\".")
            }
            AccountError::UsernameInvalid(UsernameError::Reserved) => {
                Self::invalid("This user name is kept for the operator.")
            }
            // As with an address that is taken: no operation of the contract has a code of its own for it.
            AccountError::UsernameTaken => Self::invalid("This user name is taken."),
            AccountError::LastAdmin => Self::forbidden("The last administrator cannot delete their account."),
            AccountError::LastOwner => {
                Self::forbidden("An organization with other members needs an owner. Make one of them its owner first.")
            }
            AccountError::Limited(limited) => Self::limited(&limited),
            AccountError::Trouble(trouble) => trouble.into(),
        }
    }
}

fn password_rule(error: PasswordError) -> ApiError {
    ApiError::invalid(match error {
        PasswordError::TooShort(least) => format!("The password must have at least {least} characters."),
        PasswordError::TooLong(most) => format!("The password must have at most {most} characters."),
        PasswordError::Common => "This password is among the first that are guessed. Choose another.".to_owned(),
        PasswordError::Identity => "The password must not be made of the address or the user name.".to_owned(),
    })
}
