//! Request bodies: collected with a limit, parsed strictly, taken apart member by member.
//!
//! What is wrong is said by the member's name and the rule, never by its value: values are
//! passwords.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use authara_core::json::{self, JsonError};
use authara_core::wire::{
    ChangePasswordRequest, CreatePasswordRequest, PasswordLoginRequest, SetPasswordRequest, SignupRequest,
    TokenRefreshRequest,
};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Most bytes of a body.
pub const MAX_BYTES: usize = 64 * 1024;

/// A body that an operation declares.
pub trait Body: Sized {
    /// Does the operation read a body? Otherwise whatever is sent is ignored.
    const IS_READ: bool = true;

    /// Takes the members.
    ///
    /// # Errors
    ///
    /// 400, naming the member and the rule.
    fn take(members: &mut Members) -> Result<Self, ApiError>;
}

/// No body.
#[derive(Clone, Copy, Debug)]
pub struct NoBody;

impl Body for NoBody {
    const IS_READ: bool = false;

    fn take(_: &mut Members) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

/// The members of a JSON object that have not been taken yet.
#[derive(Debug)]
pub struct Members(Map<String, Value>);

impl Members {
    /// A required text.
    ///
    /// # Errors
    ///
    /// 400 when it is missing or no text.
    pub fn text(&mut self, name: &str) -> Result<String, ApiError> {
        let missing = || ApiError::invalid(format!("\"{name}\" is missing."));
        self.optional_text(name)?.ok_or_else(missing)
    }

    /// An optional text; `null` is not the same as absent.
    ///
    /// # Errors
    ///
    /// 400 when it is there and no text.
    pub fn optional_text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::invalid(format!("\"{name}\" must be text."))),
        }
    }

    /// Refuses members that nobody took.
    fn finish(self) -> Result<(), ApiError> {
        match self.0.keys().next() {
            // The name is the client's, so it is cut and quoted.
            Some(name) => {
                let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                Err(ApiError::invalid(format!("{name:?} is not a member of this request.")))
            }
            None => Ok(()),
        }
    }
}

/// Reads and parses the body that `T` declares.
///
/// # Errors
///
/// 400 in every case: the published contract knows neither 413 nor 415 here.
pub async fn read<T: Body>(request: &HttpRequest, payload: &mut Payload) -> Result<T, ApiError> {
    if !T::IS_READ {
        return T::take(&mut Members(Map::new()));
    }
    check_media_type(request)?;
    // It has been taken in already, or the request would not have come this far.
    let bytes = collect(payload).await.map_err(|_| ApiError::invalid("The body could not be read."))?;
    let members = json::parse_object(&bytes, json::MAX_DEPTH).map_err(|error| match error {
        JsonError::Syntax => ApiError::invalid("The body is not a JSON object."),
        other => ApiError::invalid(format!("The body is not acceptable JSON: {other}.")),
    })?;
    let mut members = Members(members);
    let body = T::take(&mut members)?;
    members.finish()?;
    Ok(body)
}

fn check_media_type(request: &HttpRequest) -> Result<(), ApiError> {
    let mut types = request.headers().get_all(header::CONTENT_TYPE);
    let media_type = types.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    if types.next().is_some() || !is_json(media_type) {
        return Err(ApiError::invalid("The body must be application/json."));
    }
    Ok(())
}

/// `application/json` in any case, with no parameter but an UTF-8 charset.
fn is_json(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case("application/json")) {
        return false;
    }
    parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    })
}

/// Why a body could not be collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It has more than [`MAX_BYTES`].
    TooLong,
    /// It ended too early, or its framing is malformed.
    Broken,
}

/// Counts bytes as they arrive, with and without a declared length.
pub(crate) async fn collect(payload: &mut Payload) -> Result<Bytes, Fault> {
    let mut whole = Bytes::new();
    let mut pieces = Vec::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Fault::Broken)?;
        if whole.len().max(pieces.len()) + piece.len() > MAX_BYTES {
            return Err(Fault::TooLong);
        }
        // Most bodies come in one piece, which need not be copied.
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
            continue;
        }
        if pieces.is_empty() {
            pieces.extend_from_slice(&whole);
        }
        pieces.extend_from_slice(&piece);
    }
    Ok(if pieces.is_empty() { whole } else { pieces.into() })
}

impl Body for PasswordLoginRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        let (email, identifier) = (members.optional_text("email")?, members.optional_text("identifier")?);
        let password = members.text("password")?;
        match (&email, &identifier) {
            (None, None) => Err(ApiError::invalid("\"email\" is missing.")),
            (Some(_), Some(_)) => Err(ApiError::invalid("Send either \"email\" or \"identifier\", not both.")),
            _ => Ok(Self { email, identifier, password }),
        }
    }
}

impl Body for SignupRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self {
            email: members.text("email")?,
            password: members.text("password")?,
            invitation_code: members.optional_text("invitation_code")?,
        })
    }
}

impl Body for TokenRefreshRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self { refresh_token: members.text("refresh_token")?, audience: members.optional_text("audience")? })
    }
}

impl Body for SetPasswordRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self { password: members.text("password")? })
    }
}

impl Body for CreatePasswordRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self { password: members.text("password")? })
    }
}

impl Body for ChangePasswordRequest {
    fn take(members: &mut Members) -> Result<Self, ApiError> {
        Ok(Self { current_password: members.text("current_password")?, new_password: members.text("new_password")? })
    }
}
