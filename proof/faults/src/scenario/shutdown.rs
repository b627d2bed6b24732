//! SIGTERM while there is work (S-175).

use std::net::SocketAddr;
use std::time::Duration;

use super::{Figures, rotating};
use crate::crowd::until;
use crate::gauge::unread_bytes;
use crate::http::{Answer, Browser, Connection, PASSWORD, Reception, Request, Visitor, refresh_request, user_request};
use crate::sql::WriteLock;
use crate::{Place, Serving};

/// People who are signed in.
const PEOPLE: usize = 10;
/// Those who come when the server is about to leave.
const LATECOMERS: usize = 20;
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until the server has taken every byte that was sent to it.
fn until_all_is_read(address: SocketAddr) {
    until("the server has read every request", LIMIT, || unread_bytes(address) == 0);
}

/// Asks the server to stop, and waits until it has heard.
fn ask_to_stop(server: &Serving) {
    server.signal("TERM");
    until("the server heard the signal", LIMIT, || server.logged().contains("running requests may finish"));
}

/// Sends so many requests at once, most of which have to wait for a lock or for their hash, and asks
/// the server to stop. Each request that it had taken is answered as a whole, whoever comes later is
/// answered or finds nobody, and the server ends well.
pub fn with_requests_in_flight(place: Place, requests: usize) -> Figures {
    let place = rotating(place);
    let name = place.name();
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let email = |number: usize| format!("dana{}@example.org", number % PEOPLE);
    let people: Vec<Browser> = (0..PEOPLE).map(|number| Browser::sign_up(address, &email(number))).collect();
    let request = |number: usize| -> Request {
        let person = people.get(number % PEOPLE).expect("one of the people");
        match number % 10 {
            0..3 => visitor.login(&email(number), PASSWORD),
            3..8 => refresh_request(&person.tokens.refresh),
            _ => user_request(&person.tokens.access),
        }
    };
    let health = Request::get("/auth/health");
    let open = |_| {
        let mut connection = Connection::open(address).expect("the server listens");
        // Answered once, so the connection is the server's and no longer the system's.
        assert_eq!(connection.ask(&health).expect("the server answers").status, 200);
        connection
    };
    let mut connections: Vec<Connection> = (0..requests).map(open).collect();

    let lock = WriteLock::take(&place);
    for (number, connection) in connections.iter_mut().enumerate() {
        connection.send(&request(number)).expect("the server is there");
    }
    until_all_is_read(address);
    ask_to_stop(&server);
    lock.release();
    let late: Vec<Option<Connection>> = (0..LATECOMERS).map(|_| Connection::open(address).ok()).collect();
    let sent = late.into_iter().flatten().filter_map(|mut connection| {
        connection.send(&health).ok()?;
        Some(connection)
    });
    let late: Vec<Connection> = sent.collect();

    let (mut done, mut later) = (0, 0);
    for (number, connection) in connections.iter_mut().enumerate() {
        let answer = whole(connection.reception(), &format!("{name}, request {number}"));
        assert!(answer.status == 200 || answer.is_unavailable(), "{name}: {} {}", answer.status, answer.json);
        done += usize::from(answer.status == 200);
        later += usize::from(answer.status != 200);
    }
    for mut connection in late {
        let reception = connection.reception();
        assert!(!matches!(reception, Reception::Broken(_)), "{name}, a latecomer: {reception:?}");
    }
    drop(connections);
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{name}: {}", ended.said());
    format!("{requests} requests taken: {done} done, {later} told to come back, none dropped")
}

/// The answer, when there is one from its first byte to its last.
fn whole(reception: Reception, whose: &str) -> Answer {
    let answer = match reception {
        Reception::Whole(answer) => Ok(answer),
        Reception::Nothing => Err("closed without an answer".to_owned()),
        Reception::Broken(error) => Err(error.to_string()),
    };
    answer.expect(whose)
}

/// Asks a server that waits for the rest of a request to stop, twice: the second time it does not
/// wait any longer.
pub fn by_a_second_signal(place: &Place) -> Figures {
    let server = place.serve();
    let mut connection = Connection::open(server.address).expect("the server listens");
    let begun = "POST /auth/api/v1/tokens/refresh HTTP/1.1\r\nhost: localhost\r\n\
        content-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    connection.send_bytes(begun.as_bytes()).expect("the server is there");
    until_all_is_read(server.address);
    ask_to_stop(&server);
    server.signal("TERM");
    let ended = server.wait();
    assert!(ended.stderr.contains("stopped at once"), "{}", ended.said());
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
    drop(connection);
    "ended at once".to_owned()
}
