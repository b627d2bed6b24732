//! Who is signed in.

use authara_core::organization::Organization;
use authara_core::token::AccessClaims;
use authara_core::user::User;
use authara_storage::{organizations, users};

use crate::App;
use crate::error::AccountError;

/// The caller's account and the organization of their token.
///
/// # Errors
///
/// [`AccountError::SignedOut`] when either is gone, or the account is disabled.
pub async fn find(app: &App, claims: &AccessClaims) -> Result<(User, Organization), AccountError> {
    let (user, organization) = (claims.user, claims.organization);
    let found = app.store.read(move |tx| Ok((users::find(tx, user)?, organizations::find(tx, organization)?))).await?;
    match found {
        (Some(user), Some(organization)) if !user.is_disabled() => Ok((user, organization)),
        _ => Err(AccountError::SignedOut),
    }
}
