//! Stopping the server, and asking from outside whether it runs.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::http;
use crate::process::{Place, Serving, free_port};

const MAX_WAIT: Duration = Duration::from_secs(30);

/// A server that has answered a request.
fn well(place: &Place) -> Serving {
    let server = place.serve();
    assert_eq!(http::get_status(server.address, "/auth/health"), 200);
    server
}

#[test]
fn s175_sigterm_and_ctrl_c_end_the_server_with_code_0() {
    let place = Place::new();
    let ended = well(&place).stop();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
    let ended = well(&place).interrupt();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
}

/// A request whose body is still to come, and which the server has begun with.
fn begun(address: SocketAddr, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(MAX_WAIT)).expect("the time is not zero");
    let headers = "host: localhost\r\nexpect: 100-continue\r\ncontent-length: 2\r\n";
    let head = format!("GET {target} HTTP/1.1\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).expect("the server is there");
    let mut interim = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut interim).expect("the server asks for the body");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Sends the body, and reads the answer to the end of the connection.
fn finish(mut stream: TcpStream) -> String {
    stream.write_all(b"{}").expect("the server is there");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server answers and closes");
    answer
}

#[test]
fn s175_a_server_that_stops_is_alive_but_not_ready_takes_nobody_new_and_finishes_what_it_began() {
    let place = Place::new();
    let server = well(&place);
    let (ready, health) = (begun(server.address, "/auth/ready"), begun(server.address, "/auth/health"));
    server.signal("TERM");
    let deadline = Instant::now() + MAX_WAIT;
    while TcpStream::connect(server.address).is_ok() {
        assert!(Instant::now() < deadline, "the server still listens");
        std::thread::sleep(Duration::from_millis(5));
    }
    let answer = finish(ready);
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("service_unavailable"), "{answer}");
    assert!(answer.to_lowercase().contains("\r\nretry-after: "), "{answer}");
    let answer = finish(health);
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(r#"{"status":"ok"}"#), "{answer}");
    let ended = server.wait();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.said());
}

#[test]
fn s176_healthcheck_succeeds_while_the_server_is_ready_and_fails_once_it_is_not() {
    let place = Place::new();
    let server = well(&place);
    let place = place.with("AUTHARA_LISTEN_ADDR", &server.address.to_string());
    let asked = place.run(&["healthcheck"]);
    assert_eq!(asked.status.code(), Some(0), "{}", asked.said());
    server.stop();
    let complaint = place.run(&["healthcheck"]).expect_complaint();
    assert!(complaint.contains("not ready"), "{complaint}");
}

#[test]
fn s176_healthcheck_fails_where_nothing_ever_listened_and_makes_nothing() {
    let place = Place::new().with("AUTHARA_LISTEN_ADDR", &format!("127.0.0.1:{}", free_port()));
    place.run(&["healthcheck"]).expect_complaint();
    assert!(place.entries().is_empty(), "{:?}", place.entries());
}
