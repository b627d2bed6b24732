//! The error envelope and the closed set of codes.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// What went wrong, for programs. Clients branch on status and code only.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
            /// A code of a newer server.
            Other(String),
        }

        impl ErrorCode {
            /// Every code that this version sends.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for ErrorCode {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$name,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

codes! {
    /// 400: malformed, or against a rule of the operation.
    InvalidRequest = "invalid_request",
    /// 401: no, bad, lapsed or ended session; wrong credentials.
    Unauthorized = "unauthorized",
    /// 403: not allowed, CSRF proof missing, or a fresh sign-in is needed.
    Forbidden = "forbidden",
    /// 404: unknown route or thing, or not available in this configuration.
    NotFound = "not_found",
    /// 409: the account has a password already.
    PasswordAlreadyExists = "password_already_exists",
    /// 429: too many attempts; see `Retry-After`.
    RateLimited = "rate_limited",
    /// 500: unexpected.
    InternalError = "internal_error",
    /// 503: a resource did not become free in time; see `Retry-After`.
    ServiceUnavailable = "service_unavailable",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        String::deserialize(reader).map(|text| Self::from(text.as_str()))
    }
}

/// `{"error": {"code": .., "message": ..}}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorResponse {
    /// The error.
    pub error: ApiError,
}

/// A code for programs and a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// The code.
    pub code: ErrorCode,
    /// Human readable, never empty; gives nothing away and is not for comparing.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h048_the_envelope_has_exactly_code_and_message() {
        let error = ApiError { code: ErrorCode::RateLimited, message: "x".into() };
        let text = serde_json::to_string(&ErrorResponse { error }).unwrap();
        assert_eq!(text, r#"{"error":{"code":"rate_limited","message":"x"}}"#);
    }

    #[test]
    fn codes_read_back_and_newer_ones_are_kept() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from(code.as_str()), *code);
        }
        let newer: ErrorCode = serde_json::from_str("\"from_the_future\"").unwrap();
        assert_eq!(newer, ErrorCode::Other("from_the_future".into()));
    }
}
