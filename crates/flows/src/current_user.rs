//! Who is signed in.

use std::sync::Arc;

use authara_core::token::AccessClaims;
use authara_storage::View;

use crate::App;
use crate::error::AccountError;

/// The caller's account and the organization of their token.
///
/// # Errors
///
/// [`AccountError::SignedOut`] when either is gone, or the account is disabled.
pub async fn find(app: &App, claims: &AccessClaims) -> Result<Arc<View>, AccountError> {
    let found = app.store.view(claims.user, claims.organization).await?;
    found.filter(|view| !view.user.is_disabled()).ok_or(AccountError::SignedOut)
}
