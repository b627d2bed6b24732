//! The server under test: real sockets, in process, fake clock, seeded randomness, cheap hashing,
//! on both databases.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use authara_core::client_address::TrustedProxies;
use authara_core::cookies::CookieNames;
use authara_core::return_to::ReturnTo;
use authara_flows::testing::Bend;
use authara_flows::{App, Clock};
use authara_server::assets::Assets;
use authara_server::brand::Brand;
use authara_server::config::PublicUrl;
use authara_server::pages::templates::Templates;
use authara_server::{Options, Running, Server, Settings};
use authara_storage::Faults;
use authara_storage::testing::{TestStore, stores};

use crate::browser::Browser;
use crate::wire::{Answer, Ask};

/// A running server on one of the databases.
pub struct World {
    /// `sqlite` or `postgres`, for assertion messages.
    pub name: &'static str,
    /// The application inside.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Clock,
    /// Orders faults in its store.
    pub faults: Faults,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves as files: style sheet, script, icon and, where there is one, the logo.
    pub asset_paths: Vec<String>,
    /// Its database, which goes when this does.
    _test: TestStore,
    running: Option<Running>,
}

/// The origin that the server believes to have; tests send it where a browser would.
pub const ORIGIN: &str = "https://app.example.org";

/// What a test may bend before the server starts.
pub struct Plan {
    pub bend: Bend,
    pub settings: Settings,
    pub brand: Brand,
    pub options: Options,
}

impl Default for Plan {
    fn default() -> Self {
        let public_url =
            PublicUrl { origin: ORIGIN.to_owned(), host: "app.example.org".to_owned(), port: None, https: true };
        Self {
            bend: Bend::default(),
            settings: Settings {
                public_url,
                cookie_names: CookieNames::contract(),
                secure_cookies: true,
                default_return_to: ReturnTo::root(),
                proxies: TrustedProxies::none(),
                is_development: false,
            },
            brand: Brand::default(),
            options: Options { workers: 2, ..Options::default() },
        }
    }
}

/// A server on each database that is at hand.
pub async fn worlds() -> Vec<World> {
    worlds_with(|_| {}).await
}

/// The same, bent. Each world has a clock of its own.
pub async fn worlds_with(bend: impl Fn(&mut Plan)) -> Vec<World> {
    let mut worlds = Vec::new();
    for test in stores().await {
        let mut plan = Plan::default();
        bend(&mut plan);
        worlds.push(World::start(test, plan));
    }
    worlds
}

/// A server on the first database alone, for what no database has a part in.
pub async fn world_with(bend: impl FnOnce(&mut Plan)) -> World {
    let mut plan = Plan::default();
    bend(&mut plan);
    World::start(stores().await.swap_remove(0), plan)
}

impl World {
    fn start(test: TestStore, plan: Plan) -> Self {
        let app = Arc::new(authara_flows::testing::app(&test, plan.bend));
        let assets = Assets::build(&plan.brand, None).unwrap();
        let asset_paths = assets.all().map(|asset| asset.path.clone()).collect();
        let server = Server {
            app: app.clone(),
            settings: plan.settings,
            assets,
            brand: plan.brand,
            templates: Templates::load(None).unwrap(),
            demo: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let running = authara_server::start_with(server, listener, plan.options).unwrap();
        Self {
            name: test.store.name(),
            clock: app.clock.clone(),
            faults: test.faults.clone(),
            address: running.address,
            asset_paths,
            app,
            _test: test,
            running: Some(running),
        }
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(&self, ask: Ask) -> Answer {
        ask.send(self.address).await
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.running.as_ref().map_or(0, Running::connections)
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// A browser of somebody who has just signed up with this address.
    pub async fn signed_up(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_up(email, PASSWORD).await;
        assert_eq!(answer.status, 201, "{}: {}", self.name, answer.text());
        browser
    }

    /// Stops the server.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

/// A password that every rule accepts.
pub const PASSWORD: &str = "correct horse battery";
