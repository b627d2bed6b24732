//! The server that schemathesis asks: in process, over plain http, with wide limits and cheap hashing.

use std::net::TcpListener;
use std::sync::Arc;

use authara_core::client_address::TrustedProxies;
use authara_core::cookies::CookieNames;
use authara_core::return_to::ReturnTo;
use authara_flows::testing::Bend;
use authara_server::assets::Assets;
use authara_server::brand::Brand;
use authara_server::config::PublicUrl;
use authara_server::pages::templates::Templates;
use authara_server::{Running, Settings};
use authara_storage::testing::{TestStore, stores};

/// A running server.
pub(super) struct Server {
    running: Running,
    /// Its database, which goes when this does.
    _test: TestStore,
}

impl Server {
    /// Starts one on an empty SQLite database. That both databases answer alike is shown elsewhere.
    pub(super) async fn start() -> Self {
        let test = stores().await.into_iter().find(|test| test.store.name() == "sqlite");
        let test = test.expect("SQLite is always at hand");
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let server = authara_server::Server {
            app: Arc::new(authara_flows::testing::app(&test, Bend::default())),
            settings: Settings {
                public_url: PublicUrl::local(port),
                cookie_names: CookieNames::contract(),
                secure_cookies: false,
                default_return_to: ReturnTo::root(),
                proxies: TrustedProxies::none(),
                is_development: false,
            },
            brand: Brand::default(),
            assets: Assets::build(&Brand::default(), None).expect("the assets are built in"),
            templates: Templates::load(None).expect("the templates are complete"),
            demo: None,
        };
        let running = authara_server::start(server, listener, 2).expect("a bound socket is served");
        Self { running, _test: test }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.running.stop().await;
    }
}
