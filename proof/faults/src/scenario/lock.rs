//! Somebody else keeps the database from being written (S-168 for the SQLite file, S-170).

use std::time::Duration;

use super::outage::Times;
use super::probe::{Probe, ask_for};
use super::{Figures, rotating, seconds, until_answered};
use crate::Place;
use crate::audit::Audit;
use crate::http::{Browser, PASSWORD, Request, Visitor, refresh_request, user_request};
use crate::sql::WriteLock;

/// Holds the lock that every write needs. Writes are refused for the time being and leave nothing
/// behind, reads go on, nobody is signed out, and afterwards everything works by itself.
pub fn held_by_somebody_else(place: Place, times: Times) -> Figures {
    let place = rotating(place);
    let name = place.name();
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let [reader, token_user, browser] =
        ["reader", "token", "browser"].map(|name| Browser::sign_up(address, &format!("{name}@example.org")));
    let login = visitor.login("reader@example.org", PASSWORD);
    let signup = visitor.signup("newcomer@example.org");
    let user = user_request(&reader.tokens.access);
    let sessions = Request::get("/auth/api/v1/account/sessions").bearer(&reader.tokens.access);
    let tokens = refresh_request(&token_user.tokens.refresh);
    let probes = [
        Probe::served("GET health", Request::get("/auth/health")),
        Probe::served("GET ready", Request::get("/auth/ready")),
        Probe::served("GET user", user.clone()),
        Probe::served("GET account/sessions", sessions),
        Probe::unavailable("POST tokens/refresh", tokens.clone()),
        Probe::unavailable("POST sessions/refresh", browser.refresh()),
        Probe::unavailable("POST login", login.clone()),
        Probe::unavailable("POST signup/direct", signup.clone()),
    ];
    let mut audit = Audit::of(&place);
    let before = audit.accounts();

    let lock = WriteLock::take(&place);
    let (answers, slowest) = ask_for(times.away, address, &probes, times.answer);
    assert_eq!(audit.accounts(), before, "{name}: a refused sign-up left an account");
    lock.release();

    let mut back = Duration::ZERO;
    // The sign-up that was refused again and again finds its address free.
    for (request, status) in [(&tokens, 200), (&browser.refresh(), 200), (&login, 200), (&signup, 201), (&user, 200)] {
        back += until_answered(address, request, status, times.back).1;
    }
    assert!(back <= times.back, "{name}: it took {back:?} until everything worked again");
    audit.assert_sound(name);
    format!("{answers} answers, slowest {}, back after {}", seconds(slowest), seconds(back))
}
