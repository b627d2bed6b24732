//! `POST tokens/refresh` under rotation `always`: each answer is a transaction that is on disk.

use crate::figures::plain;
use crate::load::{Stream, Work};
use crate::measure::{Bench, CONNECTIONS};
use crate::options::Database;
use crate::raw::pgbench::{Raw, Script};
use crate::raw::sqlite;
use crate::requests;
use crate::row::{Row, Target, Unit};
use crate::site::{Live, Site};

/// The name of the figure.
pub(crate) const NAME: &str = "POST tokens/refresh";

/// Rows of one raw transaction on SQLite; one of them is what the server's writer makes of a load
/// when every connection waits for it.
const GROUPS: [u32; 4] = [1, 8, 32, 64];
const FULL_GROUP: u32 = 32;

/// Connections of raw transactions on PostgreSQL. More writers conflict more often, so the most is
/// not the fastest, and the fastest counts.
const REFRESH_CLIENTS: [u32; 3] = [8, 24, 32];
const INSERT_CLIENTS: [u32; 2] = [8, 32];

/// Measures the limits of the database and then the server.
///
/// # Errors
///
/// A sentence.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &mut Site, live: &Live) -> Result<(), String> {
    let (limit, raw) = match site.database {
        Database::Sqlite => ("raw rows, 32 a commit", raw_on_sqlite(bench)?),
        Database::Postgres => ("same statements raw", raw_on_postgres(bench)?),
    };
    let row = row(bench, site, live, NAME)?;
    site.small.refresh = row.fault.is_none().then_some(row.value);
    let row = row.against(limit, raw);
    bench.add(match site.database {
        Database::Sqlite => row.asked(Target::at_least(5_000.0)),
        Database::Postgres => row.asked(Target::at_least(2_000.0)).asked(Target::ratio(0.55)),
    });
    Ok(())
}

/// The rate of refreshes. Everybody's token is exchanged again and again; what is live at the end
/// is kept.
///
/// # Errors
///
/// A sentence.
pub(crate) fn row(bench: &mut Bench<'_>, site: &mut Site, live: &Live, name: &str) -> Result<Row, String> {
    let plan = bench.plan(live.server.address, Some(live.server.id()), vec![stream(site)]);
    let report = bench.load(&plan)?;
    let stream = report.stream(NAME)?;
    site.people.refresh_tokens.clone_from(&stream.tokens);
    Ok(Row::of_load(site.name(), name, &report, stream))
}

/// The refreshes of one load.
pub(crate) fn stream(site: &Site) -> Stream {
    let (before, after) = requests::around_refresh_token();
    Stream {
        name: NAME.to_owned(),
        connections: CONNECTIONS,
        pace_ms: None,
        accepted: vec![200],
        work: Work::Exchange { before, after, tokens: site.people.refresh_tokens.clone() },
    }
}

/// Rows a second for each size of group; gives that of a full group.
fn raw_on_sqlite(bench: &mut Bench<'_>) -> Result<f64, String> {
    let mut full = 0.0;
    for group in GROUPS {
        let file = bench.new_file();
        let rate = sqlite::rate(&file, group, bench.measured())?;
        if group == FULL_GROUP {
            full = rate;
        }
        bench.add(Row::new("sqlite", &format!("raw rows, {group} a commit"), rate, Unit::PerSecond));
    }
    Ok(full)
}

/// Transactions a second for each number of connections; gives the best of the refreshes.
fn raw_on_postgres(bench: &mut Bench<'_>) -> Result<f64, String> {
    let raw = Raw::create()?;
    let scratch = bench.new_file();
    std::fs::create_dir(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let mut best: f64 = 0.0;
    for clients in REFRESH_CLIENTS {
        let rate = raw.rate(Script::Refresh, clients, bench.measured(), &scratch)?;
        best = best.max(rate);
        bench.add(Row::new("postgres", &on_connections("raw refreshes", clients), rate, Unit::PerSecond));
    }
    for clients in INSERT_CLIENTS {
        let rate = raw.rate(Script::Insert, clients, bench.measured(), &scratch)?;
        bench.add(Row::new("postgres", &on_connections("raw rows, 1 a commit", clients), rate, Unit::PerSecond));
    }
    Ok(best)
}

fn on_connections(what: &str, clients: u32) -> String {
    format!("{what}, {} connections", plain(f64::from(clients)))
}
