//! Operations on the caller's own account.

use authara_core::id::SessionId;
use authara_core::wire::{
    Account, AccountSessions, ChangePasswordRequest, CreatePasswordRequest, CurrentUser, SetPasswordRequest,
};

use super::answer::Answer;
use super::caller::{Call, Caller};
use super::operation::{
    CHANGE_ACCOUNT_PASSWORD, CREATE_ACCOUNT_PASSWORD, DELETE_ACCOUNT_SESSION, DELETE_OTHER_ACCOUNT_SESSIONS,
    GET_ACCOUNT, GET_CURRENT_USER, LIST_ACCOUNT_SESSIONS, SET_CURRENT_USER_PASSWORD, VERIFY_REQUEST,
};
use crate::error::Error;

impl Caller {
    /// `GET /api/v1/user`: who is signed in.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when nobody is.
    pub async fn get_current_user(&self) -> Result<Answer<CurrentUser>, Error> {
        self.call(Call::of(&GET_CURRENT_USER)).await?.json()
    }

    /// `GET /api/v1/verify`: is anybody signed in? For gateways, which read the headers of the answer;
    /// an application verifies the token itself, or asks for the [user](Self::get_current_user).
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when nobody is.
    pub async fn verify_request(&self) -> Result<Answer<()>, Error> {
        Ok(self.call(Call::of(&VERIFY_REQUEST)).await?.empty())
    }

    /// Who is signed in; `None` when nobody is, which is what 401 says.
    ///
    /// # Errors
    ///
    /// [`Error`] when it cannot be told: an outage signs nobody out.
    pub async fn current_user_opt(&self) -> Result<Option<CurrentUser>, Error> {
        match self.get_current_user().await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.is_unauthorized() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `PUT /api/v1/users/password`: sets or replaces the password without asking for the old one.
    /// Ends all sessions; a caller with cookies gets a new one in the answer, a bearer signs in again.
    ///
    /// # Errors
    ///
    /// [`Error`]: status 400 for a password that is not acceptable,
    /// [unauthorized](Error::is_unauthorized) when nobody is signed in,
    /// [forbidden](Error::is_forbidden) when a fresh sign-in is needed,
    /// [rate limited](Error::is_rate_limited) after too many attempts.
    pub async fn set_current_user_password(&self, request: &SetPasswordRequest) -> Result<Answer<()>, Error> {
        let call = Call::with(&SET_CURRENT_USER_PASSWORD, request)?;
        Ok(self.call(call).await?.empty())
    }

    /// `GET /api/v1/account`: the account with its sessions and ways to sign in.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when nobody is signed in.
    pub async fn get_account(&self) -> Result<Answer<Account>, Error> {
        self.call(Call::of(&GET_ACCOUNT)).await?.json()
    }

    /// `POST /api/v1/account/password`: the account's first password. Ends all other sessions, and
    /// replaces the caller's cookies.
    ///
    /// # Errors
    ///
    /// [`Error`]: [conflict](Error::is_conflict) when there is one already, otherwise as
    /// [`set_current_user_password`](Caller::set_current_user_password).
    pub async fn create_account_password(&self, request: &CreatePasswordRequest) -> Result<Answer<()>, Error> {
        let call = Call::with(&CREATE_ACCOUNT_PASSWORD, request)?;
        Ok(self.call(call).await?.empty())
    }

    /// `PUT /api/v1/account/password`: a new password for the old one. Ends all other sessions, and
    /// replaces the caller's cookies.
    ///
    /// # Errors
    ///
    /// [`Error`]: [not found](Error::is_not_found) when there is no password yet, otherwise as
    /// [`set_current_user_password`](Caller::set_current_user_password).
    pub async fn change_account_password(&self, request: &ChangePasswordRequest) -> Result<Answer<()>, Error> {
        let call = Call::with(&CHANGE_ACCOUNT_PASSWORD, request)?;
        Ok(self.call(call).await?.empty())
    }

    /// `GET /api/v1/account/sessions`: where the account is signed in, at most 100 sessions.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when nobody is signed in.
    pub async fn list_account_sessions(&self) -> Result<Answer<AccountSessions>, Error> {
        self.call(Call::of(&LIST_ACCOUNT_SESSIONS)).await?.json()
    }

    /// `DELETE /api/v1/account/sessions/{sessionID}`: ends one of the account's sessions.
    ///
    /// # Errors
    ///
    /// [`Error`]: [not found](Error::is_not_found) for a session of somebody else or of nobody.
    pub async fn delete_account_session(&self, session: SessionId) -> Result<Answer<()>, Error> {
        let call = Call::on(&DELETE_ACCOUNT_SESSION, session);
        Ok(self.call(call).await?.empty())
    }

    /// `DELETE /api/v1/account/sessions/others`: ends all of the account's sessions but the
    /// caller's.
    ///
    /// # Errors
    ///
    /// [`Error`]: [unauthorized](Error::is_unauthorized) when nobody is signed in.
    pub async fn delete_other_account_sessions(&self) -> Result<Answer<()>, Error> {
        let call = Call::of(&DELETE_OTHER_ACCOUNT_SESSIONS);
        Ok(self.call(call).await?.empty())
    }
}
