//! Connections that take their time, and too many of them (S-146, S-147).

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::TcpSocket;
use tokio::time::sleep;

use crate::browser::Browser;
use crate::sockets::{PATIENCE, Socket, statuses};
use crate::wire::{API, Ask};
use crate::world::{PASSWORD, World, world_with};

const VERSION: &str = "GET /auth/version HTTP/1.1\r\nhost: app.example.org\r\n\r\n";
/// A header section that does not end.
const UNENDING: &[u8] = b"GET /auth/version HTTP/1.1\r\nhost: app.example.org\r\nx-a: b\r\nx-c: d\r\nx-e: f";
const BRIEF: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(100);

/// Somebody else, who is served while others waste time.
async fn be_served(world: &World) {
    for _ in 0..10 {
        assert_eq!(world.send(Ask::new("GET", "/auth/ready")).await.status, 200);
        sleep(PAUSE).await;
    }
}

/// Waits until so many connections are open.
async fn until_open(world: &World, expected: usize) {
    let deadline = Instant::now() + PATIENCE;
    while world.connections() != expected {
        assert!(Instant::now() < deadline, "{} instead of {expected} connections", world.connections());
        sleep(Duration::from_millis(5)).await;
    }
}

/// A connection that has been used once and stays open.
async fn used(world: &World) -> Socket {
    let mut socket = Socket::open(world.address).await;
    socket.send(VERSION).await;
    assert_eq!(socket.answer().await.0, 200);
    socket
}

#[actix_web::test]
async fn s146_a_header_section_that_drips_in_is_cut_off_and_others_go_on() {
    let world = world_with(|plan| plan.options.head_time = BRIEF).await;
    let first = async {
        let (heard, time) = Socket::open(world.address).await.drip(UNENDING, PAUSE).await;
        assert_eq!(statuses(&heard), [408]);
        assert!(time >= BRIEF / 2, "{time:?}");
    };
    // On a connection that was used already, the parser itself would wait for ever.
    let second = async {
        let (heard, time) = used(&world).await.drip(UNENDING, PAUSE).await;
        assert!(heard.is_empty(), "{}", String::from_utf8_lossy(&heard));
        assert!(time >= BRIEF / 2, "{time:?}");
    };
    let silent = async {
        assert_eq!(statuses(&Socket::open(world.address).await.until_closed().await), [408]);
    };
    tokio::join!(first, second, silent, be_served(&world));
    until_open(&world, 0).await;
    world.stop().await;
}

#[actix_web::test]
async fn s146_a_connection_waits_so_long_for_the_next_request() {
    let world = world_with(|plan| plan.options.idle_time = BRIEF).await;
    let idle = async {
        let socket = used(&world).await;
        let since = Instant::now();
        assert_eq!(socket.until_closed().await, b"");
        assert!(since.elapsed() >= BRIEF / 2, "{:?}", since.elapsed());
    };
    // The next one began together with this one, so that no byte of it comes later.
    let begun = async {
        let mut socket = Socket::open(world.address).await;
        socket.send(format!("{VERSION}G")).await;
        assert_eq!(socket.answer().await.0, 200);
        assert_eq!(socket.until_closed().await, b"");
    };
    tokio::join!(idle, begun, be_served(&world));
    world.stop().await;
}

#[actix_web::test]
async fn s146_a_connection_that_is_used_stays_for_longer_than_each_of_the_times() {
    let time = Duration::from_millis(1500);
    let world = world_with(|plan| {
        plan.options.head_time = time;
        plan.options.body_time = time;
        plan.options.idle_time = time;
        plan.options.write_stall = time;
    });
    let world = world.await;
    let mut socket = Socket::open(world.address).await;
    let since = Instant::now();
    while since.elapsed() < time * 2 {
        socket.send(VERSION).await;
        assert_eq!(socket.answer().await.0, 200);
        sleep(PAUSE).await;
    }
    world.stop().await;
}

#[cfg(target_os = "linux")]
#[actix_web::test]
async fn s146_a_client_that_does_not_read_is_dropped_and_others_go_on() {
    let world = world_with(|plan| plan.options.write_stall = Duration::from_secs(1)).await;
    let document = world.send(Ask::api("GET", "/openapi.json")).await.body.len();
    until_open(&world, 0).await;
    // More than both ends keep for each other.
    let count = (32 << 20) / document;
    let client = TcpSocket::new_v4().unwrap();
    client.set_recv_buffer_size(4096).unwrap();
    let mut socket = Socket::from_stream(client.connect(world.address).await.unwrap());
    let ask = format!("GET {API}/openapi.json HTTP/1.1\r\nhost: app.example.org\r\n\r\n");
    socket.send(ask.repeat(count)).await;
    until_open(&world, 1).await;
    let since = Instant::now();
    be_served(&world).await;
    until_open(&world, 0).await;
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    let heard = socket.until_closed().await.len();
    assert!(heard < count * document / 2, "{heard} bytes were read");
    world.stop().await;
}

#[actix_web::test]
async fn s147_when_all_connections_are_taken_only_health_checks_are_answered() {
    let world = world_with(|plan| plan.options.max_connections = 4).await;
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push(used(&world).await);
    }
    until_open(&world, 4).await;
    for target in ["/auth/health", "/auth/ready"] {
        let mut socket = Socket::open(world.address).await;
        socket.send(format!("GET {target} HTTP/1.1\r\nhost: app.example.org\r\n\r\n")).await;
        assert_eq!(statuses(&socket.until_closed().await), [200], "{target}, once");
    }
    for target in ["/auth/api/v1/csrf", "/auth/login", "/auth/version", "/auth/health/", "/unknown"] {
        let answer = world.send(Ask::new("GET", target)).await;
        assert_eq!(answer.status, 503, "{target}");
        assert!(answer.header("retry-after").is_some(), "{target}");
        if target.starts_with("/auth/api/") {
            assert_eq!(answer.code(), "service_unavailable");
        }
    }
    // The room for health checks is small, and nobody stays in it.
    until_open(&world, 4).await;
    let mut crowd = Vec::new();
    for _ in 0..64 {
        crowd.push(Socket::open(world.address).await);
    }
    for socket in crowd {
        assert_eq!(socket.until_closed().await, b"");
    }
    assert_eq!(world.send(Ask::new("GET", "/auth/health")).await.status, 200);
    // Those who were there first are served all the time, and when they go others are.
    taken[0].send(VERSION).await;
    assert_eq!(taken[0].answer().await.0, 200);
    taken.clear();
    until_open(&world, 0).await;
    assert_eq!(world.send(Ask::new("GET", "/auth/version")).await.status, 200);
    world.stop().await;
}

#[actix_web::test]
async fn s147_idle_connections_do_not_slow_down_a_login() {
    let world = world_with(|_| {}).await;
    world.signed_up("dana@example.org").await;
    // As many as the limits on open files of most machines allow for both ends.
    let idle = join_all((0..200).map(|_| used(&world))).await;
    until_open(&world, idle.len()).await;
    let mut times = Vec::new();
    for _ in 0..20 {
        let mut browser: Browser = world.browser();
        browser.fetch_csrf().await;
        let since = Instant::now();
        assert_eq!(browser.log_in("dana@example.org", PASSWORD).await.status, 200);
        times.push(since.elapsed());
    }
    times.sort_unstable();
    assert!(times[18] < Duration::from_secs(1), "{times:?}");
    drop(idle);
    until_open(&world, 0).await;
    world.stop().await;
}
