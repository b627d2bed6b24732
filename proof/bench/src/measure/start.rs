//! From the start of the process to the first 200 of `/auth/ready`, on a database that exists.

use crate::measure::Bench;
use crate::row::{Row, Target, Unit};
use crate::server::Server;
use crate::site::Site;

/// The name of the figure.
pub(crate) const NAME: &str = "start, median of 5";

/// Starts; an odd number, so that one of them is the median.
const STARTS: usize = 5;

/// Starts and stops the server a few times.
///
/// # Errors
///
/// A sentence.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &Site) -> Result<(), String> {
    let mut times = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let server = Server::start(&bench.options.server, &site.place)?;
        times.push(server.start_milliseconds());
        server.stop()?;
    }
    times.sort_by(f64::total_cmp);
    let at = |place: usize| times.get(place).copied().unwrap_or(f64::INFINITY);
    let row = |name, time| Row::new(site.name(), name, time, Unit::Milliseconds);
    let rows = [row("start, best of 5", at(0)), row(NAME, at(STARTS / 2)).asked(Target::at_most(150.0))];
    for row in rows {
        bench.add(row);
    }
    Ok(())
}
