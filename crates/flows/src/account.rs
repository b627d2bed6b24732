//! What an account's owner sees of it.

use authara_core::session::Session;
use authara_core::token::AccessClaims;
use authara_core::user::User;
use authara_storage::auth_methods::Listed;
use authara_storage::{auth_methods, sessions as stored};

use crate::App;
use crate::access;
use crate::error::AccountError;
use crate::sessions::{MAX_LISTED, own_first};

/// An account, for its owner.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The account.
    pub user: User,
    /// Live sessions, the caller's first; at most 100.
    pub sessions: Vec<Session>,
    /// Ways in, oldest first.
    pub methods: Vec<Listed>,
    /// Did the caller prove who they are recently enough for a sensitive action (S-064)?
    pub is_fresh: bool,
}

impl Overview {
    /// The password among the ways in.
    pub fn password(&self) -> Option<&Listed> {
        self.methods.iter().find(|method| method.provider == auth_methods::PASSWORD)
    }
}

/// The caller's account.
///
/// # Errors
///
/// [`AccountError::SignedOut`] when the caller's session is over.
pub async fn overview(app: &App, claims: &AccessClaims) -> Result<Overview, AccountError> {
    let (claims, now, policy) = (claims.clone(), app.clock.now(), app.policies.session);
    let found = app
        .store
        .read(move |tx| {
            let Some((own, user)) = access::find_caller(tx, &claims, now)? else { return Ok(None) };
            let is_fresh = policy.is_fresh(own.authenticated_at, now);
            let sessions = own_first(stored::list_live(tx, user.id, now, MAX_LISTED)?, own);
            let methods = auth_methods::list_of(tx, user.id)?;
            Ok(Some(Overview { user, sessions, methods, is_fresh }))
        })
        .await?;
    found.ok_or(AccountError::SignedOut)
}
