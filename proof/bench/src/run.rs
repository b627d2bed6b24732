//! One run, from the options to the table.

use std::process::ExitCode;

use crate::measure::{Bench, clean_up, growth, login, machine, memory, reads, refresh, start};
use crate::options::{Database, Measurement, Options};
use crate::results::Results;
use crate::row::{Row, Verdict};
use crate::site::Site;
use crate::{docs, table};

/// What is measured on a server in which everybody is signed in.
const LOADS: [Measurement; 4] = [Measurement::User, Measurement::Csrf, Measurement::Refresh, Measurement::Login];

/// What is measured on a database at all.
const ON_A_DATABASE: [Measurement; 8] = [
    Measurement::Start,
    Measurement::Memory,
    Measurement::User,
    Measurement::Csrf,
    Measurement::Refresh,
    Measurement::Login,
    Measurement::Growth,
    Measurement::CleanUp,
];

/// Measures what the options ask for, prints the table, and fails when a figure is invalid.
///
/// A missed target is no failure: the same commit would fail on a busy machine and not on another.
///
/// # Errors
///
/// A sentence, when nothing can be measured or the results cannot be kept.
pub(crate) fn run(options: &Options) -> Result<ExitCode, String> {
    // A mistake in these is better told now than in a quarter of an hour.
    let since = options.compare.as_deref().map(Results::read).transpose()?;
    if !options.server.is_file() {
        return Err(format!("no server at {}; run `cargo xtask bench`, which builds it", options.server.display()));
    }
    let mut bench = Bench::new(options)?;
    if options.wants(Measurement::Size) {
        let outcome = machine::size(&mut bench);
        bench.settle("machine", machine::SIZE, outcome);
    }
    if options.wants_any(&ON_A_DATABASE) {
        for database in options.databases() {
            measure_on(&mut bench, database);
        }
    }
    let results = Results::now(options.measured().as_secs(), bench.into_rows());
    println!("\n{}", table::for_terminal(&results, since.as_ref()));
    if let Some(file) = &options.json {
        results.write(file)?;
    }
    if options.write_docs {
        docs::write(&results)?;
    }
    let is_invalid = results.rows.iter().any(|row| row.verdict() == Verdict::Invalid);
    Ok(if is_invalid { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everything on one database. What fails is an invalid figure, and the rest goes on.
fn measure_on(bench: &mut Bench<'_>, database: Database) {
    let options = bench.options;
    let mut site = match Site::prepare(database) {
        Ok(site) => site,
        Err(fault) => {
            bench.add(Row::invalid(database.name(), "preparation", fault));
            return;
        }
    };
    // On PostgreSQL a start is mostly the network's time.
    if options.wants(Measurement::Start) && database == Database::Sqlite {
        let outcome = start::measure(bench, &site);
        bench.settle(site.name(), start::NAME, outcome);
    }
    if options.wants(Measurement::Memory) {
        let outcome = memory::measure(bench, &site);
        bench.settle(site.name(), memory::FLOOD, outcome);
    }
    if options.wants_any(&LOADS) {
        let outcome = measure_loads(bench, &mut site);
        bench.settle(site.name(), "the server", outcome);
    }
    if options.wants(Measurement::Growth) {
        let outcome = growth::measure(bench, &mut site);
        bench.settle(site.name(), growth::NAME, outcome);
    }
    if options.wants(Measurement::CleanUp) {
        let outcome = clean_up::measure(bench, &mut site);
        bench.settle(site.name(), clean_up::NAME, outcome);
    }
}

/// What is measured on one server, one after the other.
fn measure_loads(bench: &mut Bench<'_>, site: &mut Site) -> Result<(), String> {
    let options = bench.options;
    let live = site.open(options)?;
    if options.wants(Measurement::User) {
        let outcome = reads::user(bench, site, &live);
        bench.settle(site.name(), reads::USER, outcome);
    }
    if options.wants(Measurement::Csrf) {
        let outcome = reads::csrf(bench, site, &live);
        bench.settle(site.name(), reads::CSRF, outcome);
    }
    if options.wants(Measurement::Refresh) {
        let outcome = refresh::measure(bench, site, &live);
        bench.settle(site.name(), refresh::NAME, outcome);
    }
    if options.wants(Measurement::Login) {
        let outcome = login::measure(bench, site, &live);
        bench.settle(site.name(), login::NAME, outcome);
    }
    live.server.stop()
}
