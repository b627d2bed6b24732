//! Operations that start, renew and end sessions.

use authara_core::wire::{AuthSession, CsrfToken, PasswordLoginRequest, SignupRequest, TokenRefreshRequest, Tokens};

use super::answer::Answer;
use super::caller::{Call, Caller};
use super::operation::{GET_CSRF_TOKEN, LOGIN_WITH_PASSWORD, LOGOUT, REFRESH_SESSION, REFRESH_TOKENS, SIGNUP_DIRECT};
use crate::error::Error;

impl Caller {
    /// `GET /api/v1/csrf`: a value that changes have to carry, and its cookie where the caller's own
    /// is missing or not usable. Calls of this client fetch one by themselves.
    ///
    /// # Errors
    ///
    /// [`Error`] when there is no answer.
    pub async fn get_csrf_token(&self) -> Result<Answer<CsrfToken>, Error> {
        self.call(Call::of(&GET_CSRF_TOKEN)).await?.json()
    }

    /// `POST /api/v1/login`: signs in. Sets both token cookies.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) for wrong credentials,
    /// [forbidden](Error::is_forbidden) for an account that is disabled or may not have the
    /// audience, [rate limited](Error::is_rate_limited) after too many attempts.
    pub async fn login_with_password(&self, request: &PasswordLoginRequest) -> Result<Answer<AuthSession>, Error> {
        let call = Call::with(&LOGIN_WITH_PASSWORD, request)?;
        self.call(call).await?.json()
    }

    /// `POST /api/v1/signup/direct`: makes an account and signs in. Sets both token cookies.
    ///
    /// # Errors
    ///
    /// [`Error`]: status 400 for an address or password that is not acceptable, also for an address
    /// that is taken; [not found](Error::is_not_found) where addresses have to be verified first;
    /// [rate limited](Error::is_rate_limited) after too many attempts.
    pub async fn signup_direct(&self, request: &SignupRequest) -> Result<Answer<AuthSession>, Error> {
        let call = Call::with(&SIGNUP_DIRECT, request)?;
        self.call(call).await?.json()
    }

    /// `POST /api/v1/sessions/logout`: ends the session, whichever token still names it, and clears
    /// both token cookies.
    ///
    /// # Errors
    ///
    /// [`Error`] when the session may still be alive.
    pub async fn logout(&self) -> Result<Answer<()>, Error> {
        Ok(self.call(Call::of(&LOGOUT)).await?.empty())
    }

    /// `POST /api/v1/sessions/refresh`: renews the access token by the refresh cookie. Sets both
    /// token cookies.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when the session is over; its
    /// [cookies](Error::set_cookies) then clear the browser's.
    pub async fn refresh_session(&self) -> Result<Answer<()>, Error> {
        Ok(self.call(Call::of(&REFRESH_SESSION)).await?.empty())
    }

    /// `POST /api/v1/tokens/refresh`: exchanges a refresh token for both tokens, without cookies.
    /// The presented token is spent, so keep the returned one before anything else.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when the session is over.
    pub async fn refresh_tokens(&self, request: &TokenRefreshRequest) -> Result<Answer<Tokens>, Error> {
        let call = Call::with(&REFRESH_TOKENS, request)?;
        self.call(call).await?.json()
    }
}
