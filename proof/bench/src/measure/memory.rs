//! Resident memory: of a server that nobody uses, and the most that a flood of logins takes.

use std::time::Duration;

use authara_flows::hashing::HashOptions;

use crate::client::Client;
use crate::figures::megabytes;
use crate::measure::{Bench, cycle, login};
use crate::row::{Row, Target, Unit};
use crate::server::Server;
use crate::site::Site;

/// The name of the second figure.
pub(crate) const FLOOD: &str = "memory, 200 logins at a time";

/// What has been asked for and given back by then is idle memory.
const REST: Duration = Duration::from_secs(3);

/// Connections of the flood: more than may wait for a hash, so that some are turned away.
const CONNECTIONS: usize = 200;

/// What the server may take beside the memory of its hashes, in MB.
const BESIDE_HASHES: f64 = 60.0;

/// Measures both on a server of its own, whose peak nothing else has raised.
///
/// # Errors
///
/// A sentence.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &Site) -> Result<(), String> {
    let server = Server::start(&bench.options.server, &site.place)?;
    std::thread::sleep(REST);
    let idle = Row::new(site.name(), "memory, idle", server.memory()?.resident_mb(), Unit::Megabytes);
    bench.add(idle.asked(Target::at_most(30.0)));

    let csrf = Client::connect(server.address)?.csrf_value()?;
    let mut flood = cycle("flood", CONNECTIONS, login::by_everybody(&site.people, &csrf));
    flood.accepted.push(503);
    let plan = bench.plan(server.address, Some(server.id()), vec![flood]);
    let report = bench.load(&plan)?;
    let stream = report.stream("flood")?;
    let (done, refused) = (stream.count(200), stream.count(503));
    let budget = megabytes(u64::from(HashOptions::default().budget_mib) * 1024 * 1024);
    let row = Row::new(site.name(), FLOOD, server.memory()?.peak_mb(), Unit::Megabytes)
        .under(stream)
        .asked(Target::at_most(budget + BESIDE_HASHES))
        .noting(format!("the budget of hashing is {budget:.0} MB; {done} logins, {refused} answers 503"));
    bench.add(row);
    server.stop()
}
