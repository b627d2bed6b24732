//! PostgreSQL goes away and comes back (S-168).

use std::path::Path;
use std::time::Duration;

use super::probe::{Probe, ask_for};
use super::{Figures, rotating, seconds, until_answered};
use crate::Place;
use crate::http::{Browser, PASSWORD, Request, Visitor, get_status, refresh_request, user_request};
use crate::postgres::{Cluster, Database};

/// For how long an account that was asked for lately may be shown from memory: it counts for a
/// second, and the machine may be busy.
const MEMORY: Duration = Duration::from_secs(3);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The outage.
    pub away: Duration,
    /// An answer during the outage.
    pub answer: Duration,
    /// Until everything works again after it.
    pub back: Duration,
}

/// Stops the PostgreSQL server under a running server. Who needs the database is told to come back,
/// nobody is signed out, and everything works again without a restart. `None` where no PostgreSQL
/// server of one's own can be started.
pub fn of_postgres(server: &Path, times: Times) -> Option<Figures> {
    let mut cluster = Cluster::start()?;
    let place = rotating(Place::on(server, Database::create(&cluster.url())));
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let [reader, token_user, browser, returner] = ["reader", "token", "browser", "returner"]
        .map(|name| Browser::sign_up(address, &format!("{name}@example.org")));
    let login = visitor.login("returner@example.org", PASSWORD);
    let signup = visitor.signup("newcomer@example.org");
    let user = user_request(&reader.tokens.access);
    let tokens = refresh_request(&token_user.tokens.refresh);
    let ready = Request::get("/auth/ready");
    let probes = [
        Probe::served("GET health", Request::get("/auth/health")),
        Probe::unavailable("GET ready", ready.clone()),
        Probe::served_until("GET user", user.clone(), MEMORY),
        Probe::unavailable("POST tokens/refresh", tokens.clone()),
        Probe::unavailable("POST sessions/refresh", browser.refresh()),
        Probe::unavailable("POST login", login.clone()),
        Probe::unavailable("POST signup/direct", signup.clone()),
    ];

    cluster.stop();
    let (answers, slowest) = ask_for(times.away, address, &probes, times.answer);
    cluster.start_again();

    // Connections that died are found out one by one, so each kind may be refused once more.
    let mut back = Duration::ZERO;
    for (request, status) in
        [(&ready, 200), (&user, 200), (&tokens, 200), (&browser.refresh(), 200), (&login, 200), (&signup, 201)]
    {
        back += until_answered(address, request, status, times.back).1;
    }
    assert!(back <= times.back, "it took {back:?} until everything worked again");
    // Nobody was signed out: neither those who asked for nothing, nor those who were refused.
    for person in [&reader, &token_user, &browser, &returner] {
        assert_eq!(until_answered(address, &user_request(&person.tokens.access), 200, times.back).0.status, 200);
    }
    assert_eq!(until_answered(address, &refresh_request(&returner.tokens.refresh), 200, times.back).0.status, 200);
    assert_eq!(get_status(address, "/auth/health"), 200);
    Some(format!("{answers} answers, slowest {}, back after {}", seconds(slowest), seconds(back)))
}
