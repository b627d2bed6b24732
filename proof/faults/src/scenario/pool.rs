//! Two connections to PostgreSQL for two hundred clients (S-169).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Figures, quiet, until_answered, wide};
use crate::Place;
use crate::crowd::together;
use crate::http::{Browser, Connection, PASSWORD, Request, Visitor, refresh_request, user_request};

/// People who are signed in.
const PEOPLE: usize = 20;
/// Longest that anybody waits: the server's own limit for a handler is 15 s.
const ANSWER: Duration = Duration::from_secs(30);
const BACK: Duration = Duration::from_secs(30);

/// Answers by what they say.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    served: usize,
    later: usize,
}

/// Everything that one client asks for, in turn.
fn questions(visitor: &Visitor, browser: &Browser, email: &str) -> [Request; 8] {
    let access = &browser.tokens.access;
    [
        user_request(access),
        refresh_request(&browser.tokens.refresh),
        Request::get("/auth/api/v1/account/sessions").bearer(access),
        visitor.login(email, PASSWORD),
        user_request(access),
        browser.refresh(),
        Request::get("/auth/api/v1/account").bearer(access),
        Request::get("/auth/ready"),
    ]
}

/// Asks on one connection until the time is over.
fn ask_until(end: Instant, address: SocketAddr, questions: &[Request], first: usize) -> Tally {
    let mut tally = Tally::default();
    let mut connection = Connection::open(address).expect("the server listens");
    for request in questions.iter().cycle().skip(first) {
        if Instant::now() >= end {
            break;
        }
        let asked = Instant::now();
        let answer = connection.ask(request).expect("the server answers");
        assert!(asked.elapsed() <= ANSWER, "{request:?} took {:?}", asked.elapsed());
        let is_served = answer.status == 200;
        assert!(is_served || answer.is_later(), "{request:?}: {} {}", answer.status, answer.json);
        tally.served += usize::from(is_served);
        tally.later += usize::from(!is_served);
        if answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")) {
            connection = Connection::open(address).expect("the server listens");
        }
    }
    tally
}

/// Lets so many clients ask for everything at once over two connections to the database. Each gets
/// what it asked for or is told to come back, in bounded time; nothing hangs and nothing is an error.
pub fn of_two(place: Place, clients: usize, lasting: Duration) -> Figures {
    let place = quiet(wide(place)).with("AUTHARA_DB_MAX_OPEN_CONNS", "2");
    // Nobody's session ends because others log in to the same account.
    let place = place.with("AUTHARA_SESSION_LIMIT_PER_USER", "10000");
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let emails: Vec<String> = (0..PEOPLE).map(|number| format!("dana{number}@example.org")).collect();
    let asked: Vec<[Request; 8]> =
        emails.iter().map(|email| questions(&visitor, &Browser::sign_up(address, email), email)).collect();

    let end = Instant::now() + lasting;
    let tallies = together(clients, |number| {
        let questions = asked.get(number % PEOPLE).expect("one of the people");
        ask_until(end, address, questions, number)
    });
    let served: usize = tallies.iter().map(|tally| tally.served).sum();
    let later: usize = tallies.iter().map(|tally| tally.later).sum();
    assert!(served > 0, "nobody was served");

    for request in [Request::get("/auth/ready"), visitor.login("dana0@example.org", PASSWORD)] {
        until_answered(address, &request, 200, BACK);
    }
    let newcomer = Browser::signed_in_by(&until_answered(address, &visitor.signup("new@example.org"), 201, BACK).0);
    until_answered(address, &user_request(&newcomer.tokens.access), 200, BACK);
    format!("{clients} clients, {served} served, {later} told to come back")
}
