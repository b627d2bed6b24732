//! `POST login`, held against raw hashing, and how long others wait meanwhile.

use crate::client::Client;
use crate::load::{Report, Stream};
use crate::measure::{Bench, CONNECTIONS, cycle, reads};
use crate::people::{PASSWORD, People};
use crate::requests;
use crate::row::{Row, Target};
use crate::site::{Live, Site};

/// The name of the figure.
pub(crate) const NAME: &str = "POST login";

/// Connections of those who only look meanwhile. Each asks 20 times a second: enough for a 99th
/// percentile, and little beside the logins, which share their cores with it.
const USER_CONNECTIONS: usize = 4;
const HEALTH_CONNECTIONS: usize = 1;
const PACE_MS: u64 = 50;

/// Measures logins, and what others feel of them.
///
/// # Errors
///
/// A sentence.
pub(crate) fn measure(bench: &mut Bench<'_>, site: &mut Site, live: &Live) -> Result<(), String> {
    let hashing = bench.hashing_rate()?;
    let (row, light) = row(bench, site, live, NAME)?;
    site.small.login = row.fault.is_none().then_some(row.value);
    bench.add(row.against("raw Argon2id", hashing).asked(Target::ratio(0.90)));
    let user = Row::of_p99(site.name(), "GET user p99 during logins", light.stream("user")?);
    bench.add(user.asked(Target::below(50.0)));
    let health = Row::of_p99(site.name(), "/auth/health p99 during logins", light.stream("health")?);
    bench.add(health.asked(Target::below(100.0)));
    Ok(())
}

/// The rate of logins, and the report of those who look meanwhile, from a generator of their own:
/// the one that logs in must not be in their way.
///
/// # Errors
///
/// A sentence.
pub(crate) fn row(bench: &mut Bench<'_>, site: &Site, live: &Live, name: &str) -> Result<(Row, Report), String> {
    let csrf = Client::connect(live.server.address)?.csrf_value()?;
    let logins = vec![cycle("login", CONNECTIONS, by_everybody(&site.people, &csrf))];
    let looks = vec![
        paced("user", USER_CONNECTIONS, reads::user_requests(live)),
        paced("health", HEALTH_CONNECTIONS, vec![requests::get(requests::HEALTH)]),
    ];
    let logins = bench.plan(live.server.address, Some(live.server.id()), logins);
    let looks = bench.plan(live.server.address, None, looks);
    let (heavy, light) = (bench.start(&logins)?, bench.start(&looks)?);
    let (heavy, light) = (heavy.finish()?, light.finish()?);
    Ok((Row::of_load(site.name(), name, &heavy, heavy.stream("login")?), light))
}

/// A login by everybody, with a CSRF value of a browser without a session.
pub(crate) fn by_everybody(people: &People, csrf: &str) -> Vec<String> {
    people.emails.iter().map(|email| requests::login(email, PASSWORD, csrf)).collect()
}

fn paced(name: &str, connections: usize, requests: Vec<String>) -> Stream {
    Stream { pace_ms: Some(PACE_MS), ..cycle(name, connections, requests) }
}
