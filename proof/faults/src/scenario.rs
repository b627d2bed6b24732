//! What is done to servers. Each function starts one, does it, and panics unless the promise holds;
//! how long and how hard is up to the caller. What it gives are figures worth showing.

pub mod crash;
pub mod disk;
pub mod endurance;
pub mod flood;
pub mod lock;
pub mod lost_answer;
pub mod outage;
pub mod overload;
mod pace;
pub mod pair;
pub mod plan;
pub mod pool;
mod probe;
pub mod restart;
pub mod shutdown;

use std::net::SocketAddr;
use std::time::Duration;

use crate::Place;
use crate::crowd::until;
use crate::http::{Answer, Request, exchange};

/// What a scenario found out, for people.
pub type Figures = String;

/// Limits on attempts that nobody reaches: what is tested is what comes behind them.
const WIDE_LIMITS: [&str; 5] = [
    "AUTHARA_RATE_LIMIT_LOGIN_IP_LIMIT",
    "AUTHARA_RATE_LIMIT_LOGIN_EMAIL_LIMIT",
    "AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT",
    "AUTHARA_RATE_LIMIT_SIGNUP_EMAIL_LIMIT",
    "AUTHARA_RATE_LIMIT_REFRESH_IP_LIMIT",
];

/// Memory that password hashes may take where memory is measured.
const HASHING_BUDGET_MIB: u64 = 128;

/// A server that admits any number of attempts.
fn wide(place: Place) -> Place {
    WIDE_LIMITS.iter().fold(place, |place, name| place.with(name, "100000000"))
}

/// The same where every refresh rotates, and may be repeated for as long as is allowed: a restart on
/// a busy machine takes longer than the default of 10 s.
fn rotating(place: Place) -> Place {
    wide(place).with("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always").with("AUTHARA_REFRESH_TOKEN_GRACE", "60s")
}

/// A server that does not tell of each request, as one under load does not.
fn quiet(place: Place) -> Place {
    place.with("LOG_LEVEL", "error")
}

/// Sends a request until it is answered with this status; until then it may be refused for a while.
/// Gives that answer, and how long it took.
fn until_answered(address: SocketAddr, request: &Request, status: u16, limit: Duration) -> (Answer, Duration) {
    let mut last = None;
    let took = until("a request is served again", limit, || {
        let answer = exchange(address, request).expect("the server answers");
        let is_served = answer.status == status;
        assert!(is_served || answer.is_later(), "{}: {}", answer.status, answer.json);
        last = Some(answer);
        is_served
    });
    (last.expect("it was sent at least once"), took)
}

/// A time in seconds with one decimal, for figures.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
