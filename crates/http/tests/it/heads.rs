//! Heads of requests that are too large: refused before routing, and the connection closed (S-145).

use crate::sockets::{Socket, statuses};
use crate::wire::{Answer, Ask};
use crate::world::{World, world_with};

const MAX_HEADER: usize = 16 * 1024;
const MAX_TARGET: usize = 8 * 1024;

/// Fields that [`Ask`] sends by itself: their number, and their bytes with separators.
const OWN_FIELDS: usize = 2;
const OWN_BYTES: usize = "host: app.example.org\r\n".len() + "connection: close\r\n".len();

/// Below the API prefixes the answer is the envelope, elsewhere the bare status.
fn assert_refused(answer: &Answer, status: u16, target: &str) {
    assert_eq!(answer.status, status, "{target}: {}", answer.text());
    if target.starts_with("/auth/api/") || target.starts_with("/auth/internal/") {
        assert_eq!(answer.code(), "invalid_request", "{target}");
    } else {
        assert_eq!(answer.text(), "", "{target}");
    }
    // It is framed like every other.
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{target}");
    assert!(answer.header("x-request-id").is_some(), "{target}");
}

/// Sends that on a connection that could stay: one answer comes, and it is closed.
async fn assert_closed(world: &World, request: String, allowed: &[u16], what: &str) {
    let mut socket = Socket::open(world.address).await;
    socket.send(request).await;
    let heard = socket.until_closed().await;
    let statuses = statuses(&heard);
    assert!(statuses.len() == 1 && allowed.contains(&statuses[0]), "{what}: {statuses:?}");
}

const TARGETS: [&str; 6] =
    ["/auth/version", "/auth/login", "/auth/api/v1/csrf", "/auth/api/v1/unknown", "/auth/internal/v1/x", "/unknown"];

#[actix_web::test]
async fn s145_a_header_section_has_at_most_16_kib() {
    let world = world_with(|_| {}).await;
    let room = MAX_HEADER - OWN_BYTES - "x-padding: \r\n".len();
    let padded = |target: &str, length: usize| Ask::new("GET", target).header("x-padding", &"x".repeat(length));
    for target in TARGETS {
        let fits = world.send(padded(target, room)).await;
        assert!(fits.status == 200 || fits.status == 404, "{target}: {}", fits.status);
        for length in [room + 1, 20_000, 65_536] {
            assert_refused(&world.send(padded(target, length)).await, 431, target);
        }
        // In many small fields as well, and in cookies.
        let mut many = Ask::new("GET", target);
        for number in 0..80 {
            many = many.header("cookie", &format!("a{number}={}", "x".repeat(200)));
        }
        assert_refused(&world.send(many).await, 431, target);
    }
    world.stop().await;
}

#[actix_web::test]
async fn s145_a_header_section_has_at_most_96_fields() {
    let world = world_with(|_| {}).await;
    for (fields, status) in [(96, 200), (97, 431), (5000, 431)] {
        let mut ask = Ask::new("GET", "/auth/version");
        for _ in OWN_FIELDS..fields {
            ask = ask.header("x", "");
        }
        assert_eq!(world.send(ask).await.status, status, "{fields}");
    }
    world.stop().await;
}

#[actix_web::test]
async fn s145_a_target_has_at_most_8_kib() {
    let world = world_with(|_| {}).await;
    for target in TARGETS {
        let long = |length: usize| format!("{target}?{}", "x".repeat(length - target.len() - 1));
        let fits = world.send(Ask::new("GET", &long(MAX_TARGET))).await;
        assert!(fits.status == 200 || fits.status == 404, "{target}: {}", fits.status);
        for length in [MAX_TARGET + 1, 20_000, 60_000] {
            assert_refused(&world.send(Ask::new("GET", &long(length))).await, 414, target);
        }
    }
    world.stop().await;
}

#[actix_web::test]
async fn s145_whoever_sends_too_much_is_answered_once_and_cut_off() {
    let world = world_with(|_| {}).await;
    let request = |target: &str, headers: &str| {
        let first = format!("GET {target} HTTP/1.1\r\nhost: app.example.org\r\n{headers}\r\n");
        first + "GET /auth/version HTTP/1.1\r\nhost: app.example.org\r\n\r\n"
    };
    let header = |length: usize| format!("x-padding: {}\r\n", "x".repeat(length));
    for (what, request, allowed) in [
        ("20 KiB header", request("/auth/login", &header(20 << 10)), &[431][..]),
        ("20 KiB header of the API", request("/auth/api/v1/csrf", &header(20 << 10)), &[431][..]),
        ("64 KiB header", request("/auth/version", &header(64 << 10)), &[431][..]),
        ("1 MiB header", request("/auth/version", &header(1 << 20)), &[431][..]),
        ("a header that never ends", format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(1 << 20)), &[431][..]),
        ("5000 headers", request("/auth/version", &"x: y\r\n".repeat(5000)), &[431][..]),
        ("9 KiB URL", request(&format!("/auth/version?{}", "x".repeat(9 << 10)), ""), &[414][..]),
        ("64 KiB URL", request(&format!("/{}", "x".repeat(64 << 10)), ""), &[400, 414][..]),
        ("1 MiB URL", request(&format!("/{}", "x".repeat(1 << 20)), ""), &[400, 414, 431][..]),
        ("a method that never ends", "G".repeat(1 << 20), &[400, 431][..]),
        ("nothing but empty lines", "\r\n".repeat(1 << 19), &[400, 431][..]),
    ] {
        assert_closed(&world, request, allowed, what).await;
    }
    world.stop().await;
}
