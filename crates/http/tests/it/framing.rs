//! Where one request ends and the next begins: whatever two readers could see differently is
//! refused, and the connection closed (S-148).

use serde_json::json;

use crate::browser::CSRF;
use crate::sockets::{Socket, statuses};
use crate::wire::API;
use crate::world::{PASSWORD, world_with};

/// A request that is hidden in or behind another one, and must never be answered.
const HIDDEN: &str = "GET /auth/version HTTP/1.1\r\nhost: app.example.org\r\n\r\n";

const HOST: &str = "host: app.example.org\r\n";

fn get(headers: &str) -> String {
    format!("GET /auth/version HTTP/1.1\r\n{HOST}{headers}\r\n")
}

fn post(headers: &str, body: &str) -> String {
    format!("POST {API}/tokens/refresh HTTP/1.1\r\n{HOST}content-type: application/json\r\n{headers}\r\n{body}")
}

/// Every request is followed by the hidden one.
async fn assert_refused_once(requests: Vec<String>) {
    let world = world_with(|_| {}).await;
    for request in requests {
        let mut socket = Socket::open(world.address).await;
        socket.send(format!("{request}{HIDDEN}")).await;
        let heard = socket.until_closed().await;
        assert_eq!(statuses(&heard), [400], "{request:?}: {}", String::from_utf8_lossy(&heard));
        assert!(!String::from_utf8_lossy(&heard).contains("\"version\""), "{request:?}");
    }
    world.stop().await;
}

#[actix_web::test]
async fn s148_two_requests_in_one_packet_are_two_when_their_framing_is_clear() {
    let world = world_with(|_| {}).await;
    let mut socket = Socket::open(world.address).await;
    socket.send(format!("{HIDDEN}{}", get("connection: close\r\n"))).await;
    assert_eq!(statuses(&socket.until_closed().await), [200, 200]);
    world.stop().await;
}

#[actix_web::test]
async fn s148_a_body_has_one_length() {
    let mut requests = vec![
        post("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
        post("transfer-encoding: chunked\r\ncontent-length: 5\r\n", "0\r\n\r\n"),
        post("transfer-encoding: chunked\r\ncontent-length: 0\r\n", "0\r\n\r\n"),
        post("content-length: 2\r\ncontent-length: 3\r\n", "{}"),
        post("content-length: 2\r\ncontent-length: 2\r\n", "{}"),
        post("content-length: 2\r\nContent-Length: 60\r\n", "{}"),
        format!("POST {API}/tokens/refresh HTTP/1.0\r\n{HOST}transfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
    ];
    for length in ["2, 2", "2, 3", "+2", "-2", "0x2", "2 2", "2;", "two", "1e1", "2.0", "", "99999999999999999999999"] {
        requests.push(post(&format!("content-length: {length}\r\n"), "{}"));
    }
    assert_refused_once(requests).await;
}

#[actix_web::test]
async fn s148_no_transfer_coding_but_chunked_is_known_and_it_comes_once() {
    let mut requests = vec![
        post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"),
        post("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", "0\r\n\r\n"),
        post("transfer-encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ];
    for coding in [
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "chunked, identity",
        "identity",
        "xchunked",
        "chunked;q=1",
        "\"chunked\"",
        "chunke",
        "chunked,",
        ", chunked",
        "chun ked",
        "",
    ] {
        requests.push(post(&format!("transfer-encoding: {coding}\r\n"), "0\r\n\r\n"));
    }
    assert_refused_once(requests).await;
}

#[actix_web::test]
async fn s148_chunks_are_well_formed() {
    let mut requests = Vec::new();
    for body in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-2\r\n{}\r\n0\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        " 2\r\n{}\r\n0\r\n\r\n",
        "2 2\r\n{}\r\n0\r\n\r\n",
        "2,\r\n{}\r\n0\r\n\r\n",
        "\r\n{}\r\n0\r\n\r\n",
        "10000000000000002\r\n{}\r\n0\r\n\r\n",
        "2\n{}\r\n0\r\n\r\n",
        "2\r{}\r\n0\r\n\r\n",
        "2\r\n{}0\r\n\r\n",
        "2\r\n{}\n0\r\n\r\n",
        "2\r\n{}xx\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\n\r\n",
        "2;a=\0\r\n{}\r\n0\r\n\r\n",
    ] {
        requests.push(post("transfer-encoding: chunked\r\n", body));
        // Where a body is ignored, nothing there, or a page, its framing counts all the same.
        for target in ["/auth/api/v1/sessions/logout", "/auth/api/v1/unknown", "/auth/login", "/auth/static/x", "/x"] {
            requests.push(format!("POST {target} HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n{body}"));
        }
    }
    assert_refused_once(requests).await;
}

#[actix_web::test]
async fn s148_header_lines_are_well_formed() {
    let mut requests: Vec<String> = [
        // Folded lines (RFC 9112 section 5.2).
        "x-a: b\r\n c\r\n",
        "x-a: b\r\n\tc\r\n",
        "x-a: b\r\n content-length: 5\r\n",
        // White space between name and colon (RFC 9112 section 5.1).
        "x-a : b\r\n",
        "x-a\t: b\r\n",
        "content-length : 5\r\n",
        "transfer-encoding : chunked\r\n",
        " x-a: b\r\n",
        ": b\r\n",
        "x-a\r\n",
        "x a: b\r\n",
        "x(a): b\r\n",
        "x-\u{e9}: b\r\n",
        // Characters that no header has.
        "x-a: b\0c\r\n",
        "x-\0a: b\r\n",
        "x-a: b\rc\r\n",
        "x-a: b\u{b}c\r\n",
        "x-a: b\u{7f}c\r\n",
        "transfer-encoding: \u{b}chunked\r\n",
    ]
    .map(get)
    .into();
    // The first line is folded too, or begins with white space.
    requests.push(format!("GET /auth/version HTTP/1.1\r\n {HOST}\r\n"));
    requests.push(format!("GET /auth/version HTTP/1.1\r{HOST}\r\n"));
    assert_refused_once(requests).await;
}

#[actix_web::test]
async fn s148_a_request_line_is_method_target_and_a_version_that_is_spoken_here() {
    let mut requests = vec![
        // HTTP/0.9 (RFC 1945 section 5.1).
        "GET /auth/version\r\n\r\n".to_owned(),
        "GET /auth/version \r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
    ];
    for line in [
        "GET /auth/version HTTP/0.9",
        "GET /auth/version HTTP/1.2",
        "GET /auth/version HTTP/2.0",
        "GET /auth/version HTTP/01.1",
        "GET /auth/version http/1.1",
        "GET /auth/version HTTP/1.1 ",
        "GET /auth/version HTTP/1.1 x",
        "GET /auth/version FTP/1.1",
        "GET  /auth/version HTTP/1.1",
        "GET /auth/version  HTTP/1.1",
        "GET\t/auth/version\tHTTP/1.1",
        " GET /auth/version HTTP/1.1",
        "GET /auth/ver\0sion HTTP/1.1",
        "GET /auth/ver sion HTTP/1.1",
        "G\0T /auth/version HTTP/1.1",
        "G(T /auth/version HTTP/1.1",
        "/auth/version HTTP/1.1",
    ] {
        requests.push(format!("{line}\r\n{HOST}\r\n"));
    }
    assert_refused_once(requests).await;
}

#[actix_web::test]
async fn s148_http_1_1_names_its_host_once() {
    assert_refused_once(vec![
        "GET /auth/version HTTP/1.1\r\n\r\n".to_owned(),
        "GET /auth/version HTTP/1.1\r\nx-host: app.example.org\r\n\r\n".to_owned(),
        get(HOST),
        get("Host: evil.example\r\n"),
        get("HOST:\r\n"),
    ])
    .await;
}

/// Known: the parser takes a bare line feed for the end of a line, as RFC 9112 section 2.2 allows.
/// It hides nothing from this server, which sees one request where the sender meant one.
#[actix_web::test]
async fn s148_a_bare_line_feed_ends_a_line_and_no_more() {
    let world = world_with(|_| {}).await;
    for request in [
        "GET /auth/version HTTP/1.1\nhost: app.example.org\nconnection: close\n\n",
        "GET /auth/version HTTP/1.1\r\nhost: app.example.org\nconnection: close\r\n\n",
    ] {
        let mut socket = Socket::open(world.address).await;
        socket.send(request).await;
        assert_eq!(statuses(&socket.until_closed().await), [200], "{request:?}");
    }
    world.stop().await;
}

/// A proxy that went by the other of two lengths would have forwarded this as one request.
#[actix_web::test]
async fn s148_what_is_smuggled_has_no_effect() {
    let world = world_with(|_| {}).await;
    let mut browser = world.browser();
    browser.fetch_csrf().await;
    let (cookies, proof) = (browser.cookies(), browser.cookie(CSRF).to_owned());
    let headers = format!("cookie: {cookies}\r\nx-csrf-token: {proof}\r\ncontent-type: application/json\r\n");
    let body = json!({"email": "eve@example.org", "password": PASSWORD}).to_string();
    let length = body.len();
    let hidden = format!("POST {API}/signup/direct HTTP/1.1\r\n{HOST}{headers}content-length: {length}\r\n\r\n{body}");
    let length = hidden.len();
    for carrier in [
        post(&format!("content-length: {}\r\ntransfer-encoding: chunked\r\n", length + 5), "0\r\n\r\n"),
        post(&format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", length + 5), "0\r\n\r\n"),
        post(&format!("content-length: 0\r\ncontent-length: {length}\r\n"), ""),
        post(&format!("content-length: {length}\r\ncontent-length: 0\r\n"), ""),
        post("transfer-encoding: xchunked\r\n", "0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n", "0x\r\n\r\n"),
        get("x-a: b\r\n content-length: 0\r\n"),
        get("content-length : 0\r\n"),
        // Too much, so that it is refused with the rest unread.
        post("content-length: 100000\r\n", ""),
        post("transfer-encoding: chunked\r\n", &format!("11000\r\n{}\r\n0\r\n\r\n", " ".repeat(0x11000))),
    ] {
        let mut socket = Socket::open(world.address).await;
        socket.send(format!("{carrier}{hidden}")).await;
        assert_eq!(statuses(&socket.until_closed().await), [400], "{}", &carrier[..carrier.len().min(200)]);
    }
    assert_eq!(browser.log_in("eve@example.org", PASSWORD).await.status, 401, "nobody signed up");
    let mut socket = Socket::open(world.address).await;
    socket.send(hidden).await;
    assert_eq!(socket.answer().await.0, 201, "the same bytes are good where they stand alone");
    world.stop().await;
}
