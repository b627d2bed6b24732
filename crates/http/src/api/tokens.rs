//! `POST tokens/refresh`: the token travels in the body; cookies are neither read nor set.

use actix_web::HttpResponse;
use authara_core::audience::Audience;
use authara_core::wire::{TokenRefreshRequest, Tokens};
use authara_flows::refresh::{self, Use};

use super::call::{Call, NoPath, Operation};
use super::error::ApiError;
use super::respond;

/// `POST /auth/api/v1/tokens/refresh`.
#[derive(Debug)]
pub struct RefreshTokens;

impl Operation for RefreshTokens {
    type Body = TokenRefreshRequest;
    type Path = NoPath;
}

/// Exchanges a refresh token for both tokens.
///
/// # Errors
///
/// 401 for a token that earns nothing.
pub async fn refresh(call: Call<RefreshTokens>) -> Result<HttpResponse, ApiError> {
    let client = call.client().address;
    let TokenRefreshRequest { refresh_token, audience } = call.body;
    let token = refresh_token.trim();
    if token.is_empty() {
        return Err(ApiError::invalid("\"refresh_token\" is blank."));
    }
    let audience = match audience {
        None => Audience::App,
        Some(text) => Audience::parse(&text).ok_or_else(|| ApiError::invalid("\"audience\" must be app or admin."))?,
    };
    let refreshed = refresh::exchange(&call.server.app, token, audience, client, Use::Rotating).await?;
    Ok(respond::ok(&Tokens {
        access_token: refreshed.access_token,
        refresh_token: refreshed.refresh_token.expose().to_owned(),
    }))
}
