//! Request bodies. Their `Debug` shows no password and no token.

use std::fmt;

use serde::Serialize;

macro_rules! redacted {
    ($($name:ident { $($field:ident),* })+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    )+};
}

/// `POST /auth/api/v1/login`. Exactly one of `email` and `identifier`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PasswordLoginRequest {
    /// The address, as clients up to release 0.13 send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The address, as later clients send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The password, exactly as typed.
    pub password: String,
}

/// `POST /auth/api/v1/signup/direct`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SignupRequest {
    /// A bare e-mail address.
    pub email: String,
    /// 8 to 128 code points.
    pub password: String,
    /// Trimmed; blank counts as absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_code: Option<String>,
}

/// `POST /auth/api/v1/tokens/refresh`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenRefreshRequest {
    /// The refresh token.
    pub refresh_token: String,
    /// `app` (the default) or `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

/// `PUT /auth/api/v1/users/password`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SetPasswordRequest {
    /// The new password.
    pub password: String,
}

/// `POST /auth/api/v1/account/password`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CreatePasswordRequest {
    /// The account's first password.
    pub password: String,
}

/// `PUT /auth/api/v1/account/password`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ChangePasswordRequest {
    /// The password until now.
    pub current_password: String,
    /// The password from now on.
    pub new_password: String,
}

redacted! {
    PasswordLoginRequest {}
    SignupRequest {}
    TokenRefreshRequest { audience }
    SetPasswordRequest {}
    CreatePasswordRequest {}
    ChangePasswordRequest {}
}
