//! How much of the server one client, and all of them together, may take (annex C).

use std::num::NonZero;
use std::time::Duration;

/// Longest that the body of a request may take to arrive.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(10);
/// Longest that a handler may take.
pub(crate) const HANDLER_TIME: Duration = Duration::from_secs(15);
/// How long a connection stays after an answer that closes it and leaves something unread: closed at
/// once, the client might lose the answer (RFC 9112 section 9.6). Longer than nearly every round
/// trip.
pub(crate) const LINGER: Duration = Duration::from_millis(250);

/// What the server allows. The defaults are those of production; tests shorten them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads that run requests, from 1 to 512.
    pub workers: usize,
    /// Longest from the first byte of a request to the end of its header section, and from the
    /// connection to the end of its first one.
    pub head_time: Duration,
    /// Longest from there to the end of the body. A body is small, so this is also its least rate.
    pub body_time: Duration,
    /// Longest that a handler may take.
    pub handler_time: Duration,
    /// Longest that a connection may wait between two requests.
    pub idle_time: Duration,
    /// Longest that a client may leave an answer unread, in whole milliseconds. Kept to by Linux
    /// (`TCP_USER_TIMEOUT`, tcp(7)); elsewhere `idle_time` ends the connection.
    pub write_stall: Duration,
    /// How long running requests may take to finish when the server stops, in whole seconds.
    pub drain_seconds: u64,
    /// Open connections altogether. A few more are admitted to ask for health and readiness.
    pub max_connections: usize,
    /// Open connections of one client address. Loopback addresses and trusted proxies, which speak
    /// for many clients, are only counted in the total.
    pub max_connections_per_address: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            head_time: Duration::from_secs(10),
            body_time: BODY_TIME,
            handler_time: HANDLER_TIME,
            idle_time: Duration::from_secs(60),
            write_stall: Duration::from_secs(15),
            drain_seconds: 10,
            max_connections: 10_000,
            max_connections_per_address: 512,
        }
    }
}
