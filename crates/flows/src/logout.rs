//! Signing out.

use authara_core::session::EndReason;
use authara_storage::sessions::{self, Ending};
use tracing::info;

use crate::App;
use crate::error::Trouble;
use crate::issue::{self, Presented};

/// Ends the sessions that the request's tokens name. Unknown and ended ones are no error: signing
/// out twice is signing out.
///
/// # Errors
///
/// [`Trouble`] when it is not certain that they ended.
pub async fn end_presented(app: &App, presented: Presented) -> Result<(), Trouble> {
    if presented.refresh.is_none() && presented.session.is_none() {
        return Ok(());
    }
    let now = app.clock.now();
    let ending = Ending { at: now, reason: EndReason::Logout, remember_until: app.policies.session.mark_until(now) };
    app.store
        .write(move |tx| {
            for session in issue::named_by(tx, &presented)? {
                if sessions::end(tx, session, &ending)? {
                    tx.after_commit(move || info!(target: "security", event = "logout", session = %session));
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
}
