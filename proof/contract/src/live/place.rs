//! The real server in process: real sockets, fake clock, cheap hashing, on a database of its own.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use authara_core::client_address::TrustedProxies;
use authara_core::cookies::CookieNames;
use authara_core::limit::Rule;
use authara_core::return_to::ReturnTo;
use authara_flows::App;
use authara_flows::limits::Rules;
use authara_flows::testing::Bend;
use authara_server::assets::Assets;
use authara_server::brand::Brand;
use authara_server::config::PublicUrl;
use authara_server::pages::templates::Templates;
use authara_server::{Running, Server, Settings};
use authara_storage::Faults;
use authara_storage::testing::{TestStore, stores};
use chrono::TimeDelta;

use super::person;
use super::stage::{Person, Stage, Who};
use crate::document::Operation;

/// What the server is configured for, as `x-authara-availability` names it.
const CONFIGURED: [&str; 1] = ["challenges-disabled"];

/// How often somebody may try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// So often that nobody meets a limit by accident.
    Wide,
    /// Once an hour.
    Once,
}

/// A running server.
#[derive(Debug)]
pub struct Place {
    /// `sqlite` or `postgres`.
    pub name: &'static str,
    /// The application inside.
    pub app: Arc<App>,
    /// Orders faults in its store.
    pub faults: Faults,
    address: SocketAddr,
    running: Running,
    /// Its database, which goes when this does.
    _test: TestStore,
}

/// A server on each database that is at hand.
///
/// # Panics
///
/// When one cannot be started.
pub async fn places(limits: Limits) -> Vec<Place> {
    stores().await.into_iter().map(|test| Place::start(test, limits)).collect()
}

impl Place {
    fn start(test: TestStore, limits: Limits) -> Self {
        let app = Arc::new(authara_flows::testing::app(&test, bend(limits)));
        let server = Server {
            app: app.clone(),
            settings: settings(),
            brand: Brand::default(),
            assets: Assets::build(&Brand::default(), None).expect("the assets are built in"),
            templates: Templates::load(None).expect("the templates are complete"),
            demo: None,
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let running = authara_server::start(server, listener, 2).expect("a bound socket is served");
        Self {
            name: test.store.name(),
            app,
            faults: test.faults.clone(),
            address: running.address,
            running,
            _test: test,
        }
    }

    /// Uses up what was ordered of the store and did not strike, so that it strikes nobody else.
    pub async fn settle(&self) {
        for _ in 0..2 {
            let _ = self.app.store.ping().await;
            let _ = self.app.store.write(|_| Ok(())).await;
        }
    }

    /// Stops the server.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

impl Stage for Place {
    fn address(&self) -> SocketAddr {
        self.address
    }

    async fn person(&self, who: Who) -> Person {
        person::make(&self.app, who).await
    }

    fn offers(&self, operation: &Operation) -> bool {
        operation.availability.as_deref().is_none_or(|wanted| CONFIGURED.contains(&wanted))
    }
}

fn bend(limits: Limits) -> Bend {
    let mut bend = Bend::default();
    if limits == Limits::Once {
        let once = Rule { limit: 1, window: TimeDelta::hours(1) };
        bend.rules = Rules {
            login_address: once,
            login_account: once,
            signup_address: once,
            signup_email: once,
            refresh_address: once,
            password_change: once,
            ..bend.rules
        };
    }
    bend
}

fn settings() -> Settings {
    Settings {
        public_url: PublicUrl {
            origin: "https://app.example.org".to_owned(),
            host: "app.example.org".to_owned(),
            port: None,
            https: true,
        },
        cookie_names: CookieNames::contract(),
        secure_cookies: true,
        default_return_to: ReturnTo::root(),
        proxies: TrustedProxies::none(),
        is_development: false,
    }
}
