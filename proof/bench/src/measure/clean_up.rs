//! Refreshes while the server deletes a million lapsed rows.

use std::time::{Duration, Instant};

use crate::bulk;
use crate::figures::{float, plain};
use crate::measure::{Bench, refresh, whole_milliseconds};
use crate::row::{Row, Target};
use crate::site::Site;

/// The name of the figure.
pub(crate) const NAME: &str = "POST tokens/refresh during clean-up";

/// The server cleans up for the first time 30 s after its start. By now it surely does.
const RUNNING_AFTER: Duration = Duration::from_secs(31);

/// How long refreshes are measured meanwhile; the clean-up takes about as long.
const MEASURED: Duration = Duration::from_secs(10);

/// Adds lapsed rows, starts the server, waits for the clean-up, and refreshes.
///
/// # Errors
///
/// A sentence, also when nothing was deleted meanwhile.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &mut Site) -> Result<(), String> {
    bulk::add_lapsed(&site.place)?;
    let live = site.open(bench.options)?;
    let warm_up = bench.options.warm_up();
    let begin = live.server.started_at + RUNNING_AFTER.saturating_sub(warm_up);
    std::thread::sleep(begin.saturating_duration_since(Instant::now()));
    let before = bulk::count_lapsed(&site.place)?;

    let mut plan = bench.plan(live.server.address, Some(live.server.id()), vec![refresh::stream(site)]);
    plan.measure_ms = whole_milliseconds(MEASURED);
    let report = bench.load(&plan)?;
    let stream = report.stream(refresh::NAME)?;
    site.people.refresh_tokens.clone_from(&stream.tokens);

    let deleted = before.saturating_sub(bulk::count_lapsed(&site.place)?);
    live.server.stop()?;
    if deleted == 0 {
        return Err(format!("of {before} lapsed sessions none was deleted while it was measured"));
    }
    let note = format!(
        "{} of {} lapsed sessions were deleted meanwhile, each with its refresh token",
        plain(float(deleted)),
        plain(float(bulk::LAPSED))
    );
    bench.add(Row::of_load(site.name(), NAME, &report, stream).asked(Target::p99_below(50.0)).noting(note));
    Ok(())
}
