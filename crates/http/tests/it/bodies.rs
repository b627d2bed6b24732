//! Bodies that are too long, too slow or in a coding: refused, and the connection closed (S-143,
//! S-144, S-146).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::browser::REFRESH;
use crate::sockets::{PATIENCE, Socket, resident_bytes, statuses};
use crate::wire::Ask;
use crate::world::{World, world_with};

const MAX_BODY: usize = 64 * 1024;

/// Something of every kind: an operation with a body, one without, an unknown one; a page with a
/// form, a probe, a static file, nothing at all. With it, what a body that is too long earns.
const TARGETS: [(&str, u16); 7] = [
    ("/auth/api/v1/tokens/refresh", 400),
    ("/auth/api/v1/sessions/logout", 400),
    ("/auth/api/v1/unknown", 400),
    ("/auth/login", 413),
    ("/auth/health", 413),
    ("/auth/static/unknown.css", 413),
    ("/unknown", 413),
];

const CHUNKED: &str = "transfer-encoding: chunked\r\n";

fn head(target: &str, headers: &str) -> Vec<u8> {
    let lines = format!("POST {target} HTTP/1.1\r\nhost: app.example.org\r\ncontent-type: application/json\r\n");
    format!("{lines}{headers}\r\n").into_bytes()
}

fn chunk(length: usize) -> Vec<u8> {
    let mut chunk = format!("{length:x}\r\n").into_bytes();
    chunk.resize(chunk.len() + length, b' ');
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// One answer came, which says that the connection is closed.
fn assert_one_answer(heard: &[u8], status: u16, what: &str) {
    let text = String::from_utf8_lossy(heard).to_lowercase();
    assert_eq!(statuses(heard), [status], "{what}: {text}");
    assert!(text.contains("\r\nconnection: close\r\n"), "{what}: {text}");
}

/// Sends that, and nothing more: there is one answer, and the connection is closed.
async fn assert_refused(address: SocketAddr, bytes: Vec<u8>, status: u16, what: String) {
    let mut socket = Socket::open(address).await;
    socket.send(bytes).await;
    assert_one_answer(&socket.until_closed().await, status, &what);
}

/// A body that `tokens/refresh` answers with 200 as often as it comes.
async fn good_body(world: &World) -> String {
    let browser = world.signed_up("dana@example.org").await;
    json!({"refresh_token": browser.cookie(REFRESH)}).to_string()
}

fn refresh(body: &str) -> Ask {
    Ask::api("POST", "/tokens/refresh").header("content-type", "application/json").body(body)
}

#[actix_web::test]
async fn s143_a_body_that_is_declared_too_long_is_refused_before_it_comes() {
    let world = world_with(|_| {}).await;
    let mut cases = Vec::new();
    for (target, status) in TARGETS {
        for length in ["65537", "8388608", "18446744073709551615"] {
            let bytes = head(target, &format!("content-length: {length}\r\n"));
            cases.push(assert_refused(world.address, bytes, status, format!("{target} {length}")));
        }
    }
    join_all(cases).await;
    world.stop().await;
}

#[actix_web::test]
async fn s143_a_body_that_turns_out_too_long_is_cut_off_and_the_connection_closed() {
    let world = world_with(|_| {}).await;
    let mut cases = Vec::new();
    for (target, status) in TARGETS {
        let mut never_ends = head(target, CHUNKED);
        never_ends.extend((0..64).flat_map(|_| chunk(MAX_BODY / 8)));
        let mut ends = never_ends.clone();
        // Behind it stands a request that is not answered any more.
        ends.extend_from_slice(b"0\r\n\r\nGET /auth/version HTTP/1.1\r\nhost: app.example.org\r\n\r\n");
        let mut barely = head(target, CHUNKED);
        barely.extend(chunk(MAX_BODY + 1));
        barely.extend_from_slice(b"0\r\n\r\nGET /auth/version HTTP/1.1\r\nhost: app.example.org\r\n\r\n");
        for (how, bytes) in [("never ends", never_ends), ("ends", ends), ("barely", barely)] {
            cases.push(assert_refused(world.address, bytes, status, format!("{target} {how}")));
        }
    }
    join_all(cases).await;
    world.stop().await;
}

#[actix_web::test]
async fn s143_s144_endless_bodies_take_no_memory() {
    let world = world_with(|_| {}).await;
    let before = resident_bytes();
    let block = chunk(1 << 20);
    let mut floods = Vec::new();
    for (target, _) in TARGETS {
        for coding in ["", "content-encoding: gzip\r\n"] {
            let (address, block, head) = (world.address, &block, head(target, &format!("{CHUNKED}{coding}")));
            floods.push(async move {
                let mut socket = Socket::open(address).await;
                socket.send(head).await;
                socket.flood(block).await
            });
        }
    }
    let taken: usize = join_all(floods).await.into_iter().sum();
    // Other tests run beside this one, and need some.
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 200 << 20, "{} MiB of bodies, {} MiB more memory", taken >> 20, grown >> 20);
    assert_eq!(world.send(Ask::new("GET", "/auth/health")).await.status, 200);
    world.stop().await;
}

#[actix_web::test]
async fn s143_a_form_has_at_most_64_kib() {
    let world = world_with(|_| {}).await;
    let mut browser = world.browser();
    for (length, is_refused) in [(MAX_BODY - 2000, false), (MAX_BODY, true)] {
        let email = "x".repeat(length);
        let answer = browser.submit("/auth/login", &[("email", &email), ("password", "x")]).await;
        assert_eq!(answer.status == 413, is_refused, "{length}: {}", answer.text());
        assert!(answer.status < 500, "{length}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{length}");
    }
    world.stop().await;
}

/// A body that nobody wants is taken from the connection, so that the next request is the next one.
#[actix_web::test]
async fn s143_a_small_body_where_none_is_declared_does_not_disturb_the_connection() {
    let world = world_with(|_| {}).await;
    let hidden = "GET /auth/version HTTP/1.1\r\nhost: hidden\r\n\r\n";
    let mut socket = Socket::open(world.address).await;
    for (target, status) in
        [("/auth/api/v1/sessions/logout", 403), ("/auth/api/v1/unknown", 404), ("/auth/health", 405), ("/x", 404)]
    {
        socket.send(head(target, &format!("content-length: {}\r\n", hidden.len()))).await;
        socket.send(hidden).await;
        assert_eq!(socket.answer().await.0, status, "{target}, declared");
        socket.send(head(target, CHUNKED)).await;
        socket.send(format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len())).await;
        assert_eq!(socket.answer().await.0, status, "{target}, in chunks");
    }
    world.stop().await;
}

#[actix_web::test]
async fn s144_a_body_in_a_content_coding_is_415_on_pages_and_400_on_the_api() {
    let world = world_with(|_| {}).await;
    let mut cases = Vec::new();
    for (target, too_long) in TARGETS {
        let status = if too_long == 400 { 400 } else { 415 };
        for coding in ["gzip", "gzip, identity", "unknown", "", "identity\r\ncontent-encoding: gzip"] {
            // What would grow when unpacked only begins: it is not read.
            let mut bytes = head(target, &format!("content-encoding: {coding}\r\ncontent-length: 60000\r\n"));
            bytes.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
            cases.push(assert_refused(world.address, bytes, status, format!("{target} {coding}")));
        }
    }
    join_all(cases).await;
    let good = good_body(&world).await;
    for coding in ["identity", "Identity"] {
        let answer = world.send(refresh(&good).header("content-encoding", coding)).await;
        assert_eq!(answer.status, 200, "{coding}: {}", answer.text());
    }
    world.stop().await;
}

#[actix_web::test]
async fn s146_a_body_that_does_not_arrive_in_time_is_refused_and_others_go_on() {
    let world = world_with(|plan| plan.options.body_time = Duration::from_millis(400)).await;
    let good = good_body(&world).await;
    let mut slow = Vec::new();
    for target in ["/auth/api/v1/tokens/refresh", "/auth/api/v1/sessions/logout", "/auth/login", "/unknown"] {
        let (address, body) = (world.address, good.as_bytes());
        let in_chunks = [CHUNKED.to_owned(), format!("content-length: {}\r\n", body.len())];
        for headers in in_chunks {
            slow.push(async move {
                let mut socket = Socket::open(address).await;
                socket.send(head(target, &headers)).await;
                // In chunks, it is the first size that never ends.
                let body = if headers == CHUNKED { &[b'0'; 80][..] } else { body };
                let (heard, time) = socket.drip(body, Duration::from_millis(100)).await;
                assert_one_answer(&heard, 400, target);
                assert!(time >= Duration::from_millis(300), "{target}: {time:?}");
            });
        }
    }
    let others = async {
        for _ in 0..10 {
            assert_eq!(world.send(Ask::new("GET", "/auth/ready")).await.status, 200);
            assert_eq!(world.send(refresh(&good)).await.status, 200);
        }
    };
    tokio::join!(join_all(slow), others);
    world.stop().await;
}

/// Whoever hangs up in the middle of a body leaves nothing behind.
#[actix_web::test]
async fn s143_half_a_body_is_no_body() {
    let world = world_with(|_| {}).await;
    let good = good_body(&world).await;
    for _ in 0..5 {
        let mut socket = Socket::open(world.address).await;
        socket.send(head("/auth/api/v1/tokens/refresh", &format!("content-length: {}\r\n", good.len()))).await;
        socket.send(&good[..good.len() / 2]).await;
    }
    assert_eq!(world.send(Ask::new("GET", "/auth/health")).await.status, 200);
    let deadline = Instant::now() + PATIENCE;
    while world.connections() > 0 {
        assert!(Instant::now() < deadline, "{} connections are left", world.connections());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    world.stop().await;
}
