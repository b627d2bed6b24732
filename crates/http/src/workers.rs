//! Background jobs.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Weak};
use std::time::Duration;

use authara_flows::{App, clean_up};
use futures_util::FutureExt as _;
use tracing::{debug, error, warn};

/// The first run comes soon: a process that is restarted often cleans up as well.
const FIRST: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Starts forgetting what is over, for as long as the app is in use.
pub fn start_clean_up(app: &Arc<App>) {
    tokio::spawn(clean_up_forever(Arc::downgrade(app)));
}

async fn clean_up_forever(app: Weak<App>) {
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        pause = INTERVAL;
        let Some(app) = app.upgrade() else { return };
        // A worker never dies silently: the next run comes in any case (S-177).
        match AssertUnwindSafe(clean_up::run(&app)).catch_unwind().await {
            Ok(Ok(deleted)) => debug!(?deleted, "cleaned up"),
            Ok(Err(trouble)) => warn!(error = %trouble, "cleaning up failed"),
            Err(_) => error!("cleaning up panicked"),
        }
    }
}
