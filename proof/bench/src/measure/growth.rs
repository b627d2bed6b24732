//! The same thousand people among a million others with three sessions each.

use std::time::Instant;

use crate::bulk;
use crate::figures::{float, plain};
use crate::measure::{Bench, login, reads, refresh};
use crate::row::{Row, Target};
use crate::site::Site;

/// The name of what is done here.
pub(crate) const NAME: &str = "growth";

/// The name of the limit.
const SMALL: &str = "among 1,000";

/// Measures what is missing among a thousand people, adds the crowd, and measures again.
///
/// # Errors
///
/// A sentence.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &mut Site) -> Result<(), String> {
    complete(bench, site)?;
    let begin = Instant::now();
    bulk::add_crowd(&site.place)?;
    let people = plain(float(bulk::CROWD));
    eprintln!("{}: {people} people were added in {:.0} s", site.name(), begin.elapsed().as_secs_f64());

    let live = site.open(bench.options)?;
    let among = |name: &str| format!("{name} among {people}");
    let row = reads::user_row(bench, site, &live, &among(reads::USER))?;
    bench.add(held(row, site.small.user, 0.9));
    let (row, _) = login::row(bench, site, &live, &among(login::NAME))?;
    bench.add(held(row, site.small.login, 0.9));
    let row = refresh::row(bench, site, &live, &among(refresh::NAME))?;
    bench.add(held(row, site.small.refresh, 0.7));
    live.server.stop()
}

/// Measures what was left out before.
fn complete(bench: &mut Bench<'_>, site: &mut Site) -> Result<(), String> {
    if site.small.user.is_some() && site.small.login.is_some() && site.small.refresh.is_some() {
        return Ok(());
    }
    let live = site.open(bench.options)?;
    if site.small.user.is_none() {
        reads::user(bench, site, &live)?;
    }
    if site.small.refresh.is_none() {
        refresh::measure(bench, site, &live)?;
    }
    if site.small.login.is_none() {
        login::measure(bench, site, &live)?;
    }
    live.server.stop()
}

/// Holds a figure against the one among a thousand people, which may not have been had.
fn held(row: Row, small: Option<f64>, share: f64) -> Row {
    row.against(SMALL, small.unwrap_or_default()).asked(Target::ratio(share))
}
