//! A test: a server on an empty folder, and as many browsers as it takes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use authara_faults::postgres::Database;
use authara_faults::{Place, Serving};
use url::Url;

use crate::browser::Browser;
use crate::driver::Driver;
use crate::look::Look;

/// The password of every account that is no test of passwords.
pub const PASSWORD: &str = authara_faults::http::PASSWORD;

/// Many people of one address and one minute are what tests look like.
const NO_LIMITS: [&str; 4] = ["LOGIN_IP", "LOGIN_EMAIL", "SIGNUP_IP", "SIGNUP_EMAIL"];

/// What a test has at hand.
#[derive(Clone)]
pub struct Visit {
    driver: String,
    base: Url,
    browsers: Arc<Mutex<Vec<Browser>>>,
}

impl Visit {
    /// Opens a browser with nothing in it.
    pub async fn browser(&self, look: Look) -> Browser {
        self.browser_at(&self.base, look).await
    }

    /// The same at another address, such as that of an application.
    pub async fn browser_at(&self, base: &Url, look: Look) -> Browser {
        let browser = Browser::open_at(&self.driver, base, &look).await;
        self.browsers.lock().unwrap_or_else(PoisonError::into_inner).push(browser.clone());
        browser
    }

    /// A browser in which an account of this address has just been made.
    pub async fn signed_up(&self, email: &str, look: Look) -> Browser {
        let browser = self.browser(look).await;
        self.sign_up(&browser, email).await;
        browser
    }

    /// Makes an account in a browser, and ends on the account page.
    pub async fn sign_up(&self, browser: &Browser, email: &str) {
        browser.open("/auth/signup?return_to=/auth/account").await;
        browser.send("form.form", &[("#email", email), ("#new-password", PASSWORD)]).await;
        browser.arrive("/auth/account").await;
    }

    /// Signs in to an account that there is, and ends on the account page.
    pub async fn log_in(&self, browser: &Browser, email: &str) {
        browser.open("/auth/login?return_to=/auth/account").await;
        browser.send("form.form", &[("#email", email), ("#current-password", PASSWORD)]).await;
        browser.arrive("/auth/account").await;
    }

    /// Where the server is.
    pub fn base(&self) -> &Url {
        &self.base
    }

    fn opened(&self) -> Vec<Browser> {
        std::mem::take(&mut *self.browsers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The server that cargo has built beside these tests.
fn server() -> PathBuf {
    let mine = std::env::current_exe().expect("this program has a path");
    let profile = mine.ancestors().nth(2).expect("it is in deps of a profile's folder");
    let server = profile.join("authara-server");
    assert!(server.exists(), "{} is not there: `cargo xtask e2e` builds it", server.display());
    server
}

/// The folder of the pictures, `target/screenshots`.
pub fn pictures() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace");
    root.join("target/screenshots")
}

/// Runs a test on SQLite, in an empty folder, as a newcomer starts the server.
pub fn on_sqlite<W>(test: impl FnOnce(Visit) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    on_sqlite_with(&[], test);
}

/// The same with further variables for the server.
pub fn on_sqlite_with<W>(variables: &[(&str, &str)], test: impl FnOnce(Visit) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    run(Place::new(&server()), variables, test);
}

/// The same on PostgreSQL, when it is at hand.
pub fn on_postgres<W>(test: impl FnOnce(Visit) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    if let Some(database) = Database::at_hand() {
        run(Place::on(&server(), database), &[], test);
    }
}

fn run<W>(place: Place, variables: &[(&str, &str)], test: impl FnOnce(Visit) -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    let place = NO_LIMITS.iter().fold(place, |place, limit| {
        let name = format!("AUTHARA_RATE_LIMIT_{limit}_LIMIT");
        place.with(&name, "100000")
    });
    let place = variables.iter().fold(place, |place, (name, value)| place.with(name, value));
    let server = place.serve();
    let driver = Driver::start();
    let visit = Visit { driver: driver.address(), base: address_of(&server), browsers: Arc::default() };

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let outcome = runtime.block_on(async {
        let outcome = tokio::spawn(test(visit.clone())).await;
        for (number, browser) in visit.opened().into_iter().enumerate() {
            if outcome.is_err() {
                keep_picture(&browser, number).await;
            }
            browser.close().await;
        }
        outcome
    });
    drop(driver);
    let said = server.stop().stderr;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
    // Whatever people do, nothing of it is a fault of the server.
    assert!(!said.contains("ERROR"), "{said}");
}

/// What a failed test saw last.
async fn keep_picture(browser: &Browser, number: usize) {
    let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
    let picture = browser.picture();
    if let Ok(picture) = tokio::time::timeout(std::time::Duration::from_secs(10), picture).await {
        let folder = pictures().join("failed");
        let _ = std::fs::create_dir_all(&folder);
        let _ = std::fs::write(folder.join(format!("{test}-{number}.png")), picture);
    }
}

/// Browsers call it `localhost`, as its greeting does.
fn address_of(server: &Serving) -> Url {
    Url::parse(&format!("http://localhost:{}", server.address.port())).expect("an address")
}
