//! A real server in process, on loopback, for the targets that need one.
//!
//! It is started by the first target that asks for it and shared by all. What it logs as an error is
//! collected: an answer of 5xx, a panic in a handler, a page that cannot be rendered.

use std::fmt::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;

use authara_core::client_address::TrustedProxies;
use authara_core::cookies::CookieNames;
use authara_core::keys::KeyRing;
use authara_core::limit::Rule;
use authara_core::return_to::ReturnTo;
use authara_flows::hashing::stored::Cost;
use authara_flows::hashing::{HashOptions, Hasher};
use authara_flows::limits::{Limits, Rules};
use authara_flows::{App, Clock, Policies, Rng};
use authara_server::assets::Assets;
use authara_server::brand::Brand;
use authara_server::config::PublicUrl;
use authara_server::pages::templates::Templates;
use authara_server::{Server, Settings};
use authara_storage::{Faults, SqliteOptions, Store, StoreOptions};
use chrono::{DateTime, TimeDelta};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// A running server.
pub(crate) struct World {
    /// The server's parts once more, for what needs no request.
    pub(crate) server: Server,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Deleted once the server is gone.
    _folder: TempDir,
}

struct Shared {
    holders: usize,
    world: Option<Arc<World>>,
}

static SHARED: Mutex<Shared> = Mutex::new(Shared { holders: 0, world: None });
static ERRORS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps the server, should a target start one, until this and all others like it are dropped; then
/// it is stopped and its files are deleted. Without one the server lives as long as the process.
#[derive(Debug)]
pub struct Hold(());

/// Asks for the server to be kept.
#[must_use]
pub fn hold() -> Hold {
    shared().holders += 1;
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut shared = shared();
        shared.holders = shared.holders.saturating_sub(1);
        let last = if shared.holders == 0 { shared.world.take() } else { None };
        // Stopping takes a moment, and others may ask for a server meanwhile.
        drop(shared);
        drop(last);
    }
}

/// The server, started if there is none.
pub(crate) fn world() -> Arc<World> {
    shared().world.get_or_insert_with(|| Arc::new(World::start())).clone()
}

/// What was logged as an error since the last call.
pub(crate) fn errors() -> Vec<String> {
    std::mem::take(&mut *ERRORS.lock().unwrap_or_else(PoisonError::into_inner))
}

fn shared() -> MutexGuard<'static, Shared> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    fn start() -> Self {
        // Fails when there was a server before, whose collector goes on.
        let _ = tracing::subscriber::set_global_default(Collector);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("authara.db");
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || actix_web::rt::System::new().block_on(serve(path, ready, stopped));
        let thread = std::thread::Builder::new().name("fuzz-server".to_owned()).spawn(run).expect("a thread");
        let (app, address) = started.recv().expect("the server starts");
        Self { server: server(app), address, stop: Some(stop), thread: Some(thread), _folder: folder }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Serves until the other end of `stopped` is gone.
async fn serve(path: PathBuf, ready: mpsc::Sender<(Arc<App>, SocketAddr)>, stopped: oneshot::Receiver<()>) {
    let app = Arc::new(app(path).await);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let running = authara_server::start(server(app.clone()), listener, 1).expect("the server listens");
    let is_awaited = ready.send((app, running.address)).is_ok();
    if is_awaited {
        let _ = stopped.await;
    }
    running.stop().await;
}

/// An application with a fixed clock, seeded randomness, the least hashing, and limits that nobody
/// meets.
async fn app(path: PathBuf) -> App {
    let options = StoreOptions::Sqlite(SqliteOptions { path, readers: 2 });
    let store = Store::open(options, Faults::none()).await.expect("a new database opens");
    let clock = Clock::fake(DateTime::from_timestamp(1_790_000_000, 0).expect("an instant"));
    let rng = Rng::seeded(13);
    let ring = Arc::new(KeyRing::generate("fuzz", &mut rng.clone()));
    let cost = Cost { memory_kib: 8, iterations: 1, lanes: 1 };
    let hasher = Hasher::new(HashOptions { cost, budget_mib: 16, queue: 1000 }, rng.clone()).expect("hashing starts");
    let wide = Rule { limit: u32::MAX, window: TimeDelta::hours(1) };
    let limits = Limits::new(Rules {
        login_address: wide,
        login_account: wide,
        signup_address: wide,
        signup_email: wide,
        refresh_address: wide,
        password_change: wide,
        ..Rules::default()
    });
    App::new(store, clock, rng, &ring, "authara", hasher, limits, Policies::default()).expect("an app is made")
}

fn server(app: Arc<App>) -> Server {
    Server {
        app,
        settings: Settings {
            public_url: PublicUrl::local(8080),
            cookie_names: CookieNames::contract(),
            secure_cookies: false,
            default_return_to: ReturnTo::root(),
            proxies: TrustedProxies::none(),
            is_development: true,
        },
        brand: Brand::default(),
        assets: Assets::build(&Brand::default(), None).expect("the assets are built in"),
        templates: Templates::load(None).expect("the templates parse"),
        demo: None,
    }
}

/// Keeps what the server logs as an error, and nothing else.
struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_ours = target.starts_with("authara") || matches!(target, "access" | "security");
        *metadata.level() == Level::ERROR && is_ours
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::ERROR)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        ERRORS.lock().unwrap_or_else(PoisonError::into_inner).push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The fields of one event in one line.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}
