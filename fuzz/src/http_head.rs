//! Target 13: the head of a request, through the real server's codec.

use crate::wire::{self, AtTheEnd};
use crate::{Target, world};

pub(crate) const TARGET: Target = Target::new(
    "http_head",
    http_head,
    &[
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        " ",
        "\t",
        ":",
        "\0",
        "GET ",
        "HEAD ",
        "POST ",
        "OPTIONS * ",
        "CONNECT ",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        " HTTP/0.9\r\n",
        "/auth/api/v1/user",
        "/auth/api/v1/login",
        "/auth/health",
        "/auth//login",
        "/auth/%2e%2e/",
        "http://evil.example/",
        "Host: localhost\r\n",
        "Connection: close\r\n",
        "Connection: upgrade\r\nUpgrade: h2c\r\n",
        "Content-Length: 0\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        " folded\r\n",
        "0\r\n\r\n",
        "5\r\nhello\r\n",
        "ffffffffffffffff\r\n",
        "Expect: 100-continue\r\n",
        "Cookie: authara_access=x; authara_access=y\r\n",
        "Authorization: Bearer x\r\n",
        "X-Forwarded-For: 192.0.2.1\r\n",
        "Content-Type: application/json\r\n",
    ],
)
.with(|| {
    let head = "GET /auth/health HTTP/1.1\r\nHost: localhost\r\n";
    vec![
        format!("{head}X-Long: {}\r\n\r\n", "x".repeat(64 * 1024)).into_bytes(),
        format!("{head}{}\r\n", "X-Many: x\r\n".repeat(5000)).into_bytes(),
        format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "x".repeat(64 * 1024)).into_bytes(),
        "\r\n".repeat(20_000).into_bytes(),
    ]
})
.smoke(400);

/// Whatever arrives, the server answers it or closes the connection, at once, and with no error of
/// its own; and it goes on serving others.
pub fn http_head(data: &[u8]) {
    let world = world::world();
    let answer = wire::exchange(world.address, data, AtTheEnd::Close);
    let errors = world::errors();
    assert!(errors.is_empty(), "{errors:?}");
    // 501 and 505 are the codec's own: a coding or a version that it does not know.
    let is_fine = |status: u16| (100..500).contains(&status) || matches!(status, 501 | 505);
    assert!(answer.is_empty() || wire::status(&answer).is_some_and(is_fine), "{}", answer.escape_ascii());
}
