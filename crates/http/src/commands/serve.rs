//! `serve`: the server itself.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{info, warn};

use crate::boot::{self, Booted, Face};
use crate::config::{Config, Database, PublicUrl};
use crate::pages::demo;
use crate::server::Options;
use crate::state::{Server, Settings};
use crate::{logging, server, workers};

/// Files that are open beside connections: databases, logs, the listener, and some to spare.
const OTHER_FILES: u64 = 512;
/// Below this the server would be of no use, and is better tried than refused.
const FEWEST_CONNECTIONS: usize = 64;

pub(super) fn run() -> Result<(), String> {
    let config = super::load_config()?;
    logging::start(config.log_level);
    actix_web::rt::System::new().block_on(serve(config))
}

async fn serve(mut config: Config) -> Result<(), String> {
    let signals = Signals::catch().map_err(|error| format!("cannot catch signals: {error}"))?;
    // Before anything is made on disk: a second start on a busy port should leave no trace.
    let listener = bind(config.listen_addr)?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    if config.public_url.port == Some(0) {
        // The system chose the port, and nobody configured another address.
        config.public_url = PublicUrl::local(address.port());
    }
    let Face { brand, assets, templates } = boot::face(&config)?;
    let Booted { app, ring, lock } = boot::boot(&config).await?;
    workers::start_clean_up(&app);
    let settings = Settings {
        public_url: config.public_url.clone(),
        cookie_names: config.cookies.names.clone(),
        secure_cookies: config.cookies.secure,
        default_return_to: config.default_return_to.clone(),
        proxies: config.proxies.clone(),
        is_development: !config.environment.is_production(),
    };
    let demo = if settings.is_development {
        Some(demo::connect(&ring, &config.tokens.issuer, &settings.cookie_names, address)?)
    } else {
        None
    };
    let state = Server { app, settings, brand, assets, templates, demo };
    let options = Options::default();
    let options = Options { max_connections: options.max_connections.min(room_for_connections()), ..options };
    let running = server::start_with(state, listener, options).map_err(|error| format!("cannot serve: {error}"))?;
    print!("{}", welcome(&config, address));
    info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    until_stopped(running, signals).await?;
    drop(lock);
    info!("stopped");
    Ok(())
}

/// What asks the server to stop. Caught from the start, so that a signal never finds nobody.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn catch() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            format!("{address} is in use; stop the other program, or choose another address with AUTHARA_LISTEN_ADDR")
        }
        _ => format!("cannot listen on {address}: {error}"),
    })
}

/// How many connections the limit on open files has room for, after raising it as far as it takes.
///
/// Many systems start programs with a limit of 1024. Where a connection cannot be accepted because
/// of it, health checks cannot either.
fn room_for_connections() -> usize {
    let wanted = u64::try_from(Options::default().max_connections).unwrap_or(u64::MAX).saturating_add(OTHER_FILES);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let mut files = current.unwrap_or(u64::MAX);
    let most = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if files < most && setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum }).is_ok() {
        files = most;
    }
    if files < wanted {
        warn!(files, wanted, "fewer connections than usual: the limit on open files is low");
    }
    usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX).max(FEWEST_CONNECTIONS)
}

/// Stops on the first SIGINT or SIGTERM, letting running requests finish; ends at once on a second.
async fn until_stopped(running: server::Running, mut signals: Signals) -> Result<(), String> {
    let handle = running.handle();
    let mut ended = std::pin::pin!(running.wait());
    tokio::select! {
        outcome = &mut ended => return outcome.map_err(|error| format!("the listener failed: {error}")),
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
    }
    info!("stopping; running requests may finish");
    tokio::select! {
        () = handle.stop() => return Ok(()),
        _ = signals.interrupt.recv() => {}
        _ = signals.terminate.recv() => {}
    }
    // Not by way of `main`: that would wait for work on other threads. What it does to the database
    // happens as a whole or not at all, whenever the process ends.
    warn!("stopped at once; running requests were cut off");
    std::process::exit(0)
}

/// What a newcomer sees: the one address to open, where the data is, which mode this is.
fn welcome(config: &Config, address: SocketAddr) -> String {
    let data = match &config.database {
        Database::Sqlite { path } => format!("{} (SQLite)", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let mode = if config.environment.is_production() {
        format!("production, listening on {address}")
    } else {
        "development (set APP_ENV=prod before real people sign in)".to_owned()
    };
    let origin = &config.public_url.origin;
    format!(
        "\n  Authara {} is running.\n\n    Open  {origin}/auth/login\n    Data  {data}\n    Mode  {mode}\n\n  Stop it with Ctrl-C.\n\n",
        env!("CARGO_PKG_VERSION")
    )
}
