//! The HTTP server: started by the binary, and in process by tests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as Actix, HttpServer, web};
use tokio::task::JoinHandle;

use crate::state::Server;
use crate::{api, middleware, pages};

/// How long running requests may take to finish when the server stops.
const DRAIN_SECONDS: u64 = 10;

/// A server that is listening.
#[derive(Debug)]
pub struct Running {
    /// Where.
    pub address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Finishes running requests and stops.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        let _ = self.task.await;
    }

    /// A handle with which to stop it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
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

/// Serves on a bound socket.
///
/// # Errors
///
/// What the system says of the socket.
pub fn start(server: Server, listener: TcpListener, workers: usize) -> std::io::Result<Running> {
    let address = listener.local_addr()?;
    let server = web::Data::new(server);
    let running = HttpServer::new(move || {
        Actix::new()
            .app_data(server.clone())
            .configure(api::configure)
            .configure(pages::configure)
            .configure(|config| pages::demo::configure(config, server.demo.as_ref()))
            .default_service(web::to(pages::error::not_found))
            .wrap(actix_web::middleware::from_fn(middleware::frame))
    })
    .workers(workers)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(60))
    .shutdown_timeout(DRAIN_SECONDS)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = running.handle();
    Ok(Running { address, handle, task: tokio::spawn(running) })
}
