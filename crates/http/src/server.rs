//! The HTTP server: started by the binary, and in process by tests.

mod connection;
mod connections;
mod options;
mod pipeline;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App as Actix, web};
use tokio::task::JoinHandle;
use tracing::warn;

pub(crate) use self::connection::Progress;
use self::connections::{Connections, RESERVED};
pub use self::options::Options;
pub(crate) use self::options::{BODY_TIME, HANDLER_TIME, LINGER};
use crate::state::Server;
use crate::{api, middleware, pages};

/// A server that is listening.
#[derive(Debug)]
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    handle: Handle,
    connections: Arc<Connections>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Finishes running requests and stops.
    pub async fn stop(self) {
        self.handle.stop().await;
        let _ = self.task.await;
    }

    /// A handle with which to stop it from elsewhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.connections.count()
    }

    /// Waits until it has stopped.
    ///
    /// # Errors
    ///
    /// What ended the listener, if it was not a stop.
    pub async fn wait(self) -> std::io::Result<()> {
        self.task.await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}

/// Stops a server from elsewhere.
#[derive(Clone, Debug)]
pub struct Handle {
    listener: ServerHandle,
    lifecycle: web::Data<Lifecycle>,
}

impl Handle {
    /// From now on the server says that it is not ready; then it takes no new connection and
    /// closes those that wait for a request. Done when running requests have finished, or their
    /// time is up.
    ///
    /// There is no pause between the two: a load balancer that looks at readiness sees the closed
    /// port as well.
    pub async fn stop(&self) {
        self.lifecycle.is_stopping.store(true, Ordering::SeqCst);
        self.listener.stop(true).await;
    }
}

/// Where a server is between start and end, for requests that want to know.
#[derive(Debug, Default)]
pub struct Lifecycle {
    is_stopping: AtomicBool,
}

impl Lifecycle {
    /// Was the server told to stop?
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }
}

/// Where a program on this machine reaches a server that listens here: one that listens on every
/// address is reached on the loopback one.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Serves on a bound socket with so many threads.
///
/// # Errors
///
/// What the system says of the socket.
pub fn start(server: Server, listener: TcpListener, workers: usize) -> std::io::Result<Running> {
    start_with(server, listener, Options { workers, ..Options::default() })
}

/// Serves on a bound socket.
///
/// # Errors
///
/// What the system says of the socket.
pub fn start_with(server: Server, listener: TcpListener, options: Options) -> std::io::Result<Running> {
    let address = listener.local_addr()?;
    if let Err(error) = bound_write_stalls(&listener, options.write_stall) {
        warn!(%error, "clients that do not read cannot be dropped in time");
    }
    let connections = Arc::new(Connections::new(&options, server.settings.proxies.clone()));
    let (lifecycle, server, options) =
        (web::Data::new(Lifecycle::default()), web::Data::new(server), web::Data::new(options));
    let builder = actix_web::dev::Server::build()
        .workers(options.workers.clamp(1, 512))
        // Above our own bound, which closes what it does not admit instead of letting it wait.
        .max_concurrent_connections(options.max_connections.saturating_add(RESERVED).saturating_add(1))
        .shutdown_timeout(options.drain_seconds)
        .disable_signals();
    let stopped = builder.graceful_shutdown_signal();
    let application = {
        let (lifecycle, connections) = (lifecycle.clone(), connections.clone());
        move || {
            let app = Actix::new()
                .app_data(server.clone())
                .app_data(lifecycle.clone())
                .app_data(options.clone())
                .configure(api::configure)
                .configure(pages::configure)
                .configure(|config| pages::demo::configure(config, server.demo.as_ref()))
                .default_service(web::to(pages::error::not_found))
                .wrap(from_fn(middleware::frame));
            let stopped = stopped.clone();
            let draining = move || {
                let stopped = stopped.clone();
                async move { stopped.notified().await }
            };
            pipeline::build(app, options.clone(), connections.clone(), draining)
        }
    };
    let running = builder.listen("authara", listener, application)?.run();
    let handle = Handle { listener: running.handle(), lifecycle };
    Ok(Running { address, handle, connections, task: tokio::spawn(running) })
}

/// Accepted sockets inherit the option: Linux ends a connection whose data the peer has left
/// unacknowledged, or its window shut, for this long.
#[cfg(target_os = "linux")]
fn bound_write_stalls(listener: &TcpListener, longest: Duration) -> std::io::Result<()> {
    socket2::SockRef::from(listener).set_tcp_user_timeout(Some(longest))
}

#[cfg(not(target_os = "linux"))]
fn bound_write_stalls(_: &TcpListener, _: Duration) -> std::io::Result<()> {
    Ok(())
}
