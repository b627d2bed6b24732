//! `GET user` and `GET csrf`: held against a bare handler that gives the same bytes.

use crate::bare::Replay;
use crate::client::Client;
use crate::measure::{Bench, CONNECTIONS, cycle};
use crate::requests;
use crate::row::{Row, Target};
use crate::site::{Live, Site};

/// The name of the first figure.
pub(crate) const USER: &str = "GET user";
/// The name of the second figure.
pub(crate) const CSRF: &str = "GET csrf";

/// The name of the limit.
const BARE: &str = "bare handler";

/// `GET user` by a thousand different people.
///
/// # Errors
///
/// A sentence.
pub(crate) fn user(bench: &mut Bench<'_>, site: &mut Site, live: &Live) -> Result<(), String> {
    let bare = bare_rate(bench, live, requests::USER, &user_requests(live))?;
    let row = user_row(bench, site, live, USER)?;
    site.small.user = row.fault.is_none().then_some(row.value);
    bench.add(row.against(BARE, bare).asked(Target::ratio(0.45)).asked(Target::p99_below(10.0)));
    Ok(())
}

/// The rate of `GET user`.
///
/// # Errors
///
/// A sentence.
pub(crate) fn user_row(bench: &mut Bench<'_>, site: &Site, live: &Live, name: &str) -> Result<Row, String> {
    row(bench, site, live, name, user_requests(live))
}

/// `GET user` by everybody.
pub(crate) fn user_requests(live: &Live) -> Vec<String> {
    live.access_tokens.iter().map(|token| requests::user(token)).collect()
}

/// `GET csrf` by browsers that have a value already, and are told to keep it.
///
/// # Errors
///
/// A sentence.
pub(crate) fn csrf(bench: &mut Bench<'_>, site: &Site, live: &Live) -> Result<(), String> {
    let mut client = Client::connect(live.server.address)?;
    let mut kept = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        kept.push(requests::csrf(&client.csrf_value()?));
    }
    let bare = bare_rate(bench, live, requests::CSRF, &kept)?;
    let row = row(bench, site, live, CSRF, kept)?;
    bench.add(row.against(BARE, bare).asked(Target::ratio(0.55)));
    Ok(())
}

/// What a bare handler reaches with the answer that the server gives to the first request.
fn bare_rate(bench: &mut Bench<'_>, live: &Live, path: &str, requests: &[String]) -> Result<f64, String> {
    let first = requests.first().ok_or("there is nobody to ask for")?;
    let answer = Client::connect(live.server.address)?.succeed(first)?;
    bench.bare_rate(&Replay::of(path, &answer), requests)
}

fn row(bench: &mut Bench<'_>, site: &Site, live: &Live, name: &str, requests: Vec<String>) -> Result<Row, String> {
    let streams = vec![cycle("reads", CONNECTIONS, requests)];
    let plan = bench.plan(live.server.address, Some(live.server.id()), streams);
    let report = bench.load(&plan)?;
    Ok(Row::of_load(site.name(), name, &report, report.stream("reads")?))
}
