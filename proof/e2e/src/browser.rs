//! One browser, used as a person uses it: what is looked for is waited for, and what does not come
//! is a failed test with a picture of what was there instead.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::Url;

use crate::command::{ConsoleLog, DevTools};
use crate::driver;
use crate::look::{Look, Scheme};

/// Nothing here takes long, but the machine may be busy with other tests.
const MAX_WAIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// A browser with its own cookies.
#[derive(Clone, Debug)]
pub struct Browser {
    client: Client,
    base: Url,
}

impl Browser {
    /// Opens one that takes paths to be on this site.
    pub(crate) async fn open_at(driver: &str, base: &Url, look: &Look) -> Self {
        let Value::Object(wanted) = look.capabilities(&driver::browser()) else { unreachable!("it is an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(driver).await.expect("the browser starts");
        let browser = Self { client, base: base.clone() };
        browser.show(look.width, look.height, crate::LIGHT).await;
        browser
    }

    /// Closes it with all its windows.
    pub(crate) async fn close(self) {
        // It may have gone down with the test.
        let _ = self.client.close().await;
    }

    /// The steering itself, for what is not below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sets the size of what is shown, in CSS pixels, and whether the device is light or dark.
    pub async fn show(&self, width: u32, height: u32, scheme: Scheme) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", size).await;
        let features = [("prefers-color-scheme", scheme.name()), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({"name": name, "value": value}));
        self.tell("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// Sends a command of the browser's own protocol, and gives its result.
    pub async fn tell(&self, method: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(DevTools { method, parameters }).await.expect(method)
    }

    /// Opens a path of the site.
    pub async fn open(&self, path: &str) {
        let url = self.base.join(path).expect("a path");
        self.client.goto(url.as_str()).await.expect("the page opens");
    }

    /// Where it is: path and query.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.expect("it is somewhere");
        url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// Waits until it is at this path, with any query.
    pub async fn arrive(&self, path: &str) {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            let here = self.path().await;
            let loaded = self.client.execute("return document.readyState", vec![]).await;
            if here.split('?').next() == Some(path) && matches!(loaded, Ok(state) if state == "complete") {
                return;
            }
            assert!(Instant::now() < deadline, "it should be at {path} but is at {here}: {}", self.words().await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The first element of a CSS selector, waited for.
    pub async fn find(&self, css: &str) -> Element {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => return element,
                Err(error) if Instant::now() < deadline => drop(error),
                Err(error) => {
                    let (path, words) = (self.path().await, self.words().await);
                    unreachable_here(&format!("{css} is not on {path}: {error}\n{words}"))
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How many elements a CSS selector finds now.
    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("a selector").len()
    }

    /// The text of an element as it is shown.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("it has text")
    }

    /// All words of the page as they are shown.
    pub async fn words(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page has these words.
    pub async fn see(&self, words: &str) {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            let all = self.words().await;
            if all.contains(words) {
                return;
            }
            assert!(Instant::now() < deadline, "{words:?} is not on {}: {all}", self.path().await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Puts text into a field instead of what is there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("a field");
    }

    /// Clicks on an element. One that is exchanged for its successor at that moment is looked for again.
    pub async fn press(&self, css: &str) {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            match self.find(css).await.click().await {
                Ok(()) => return,
                Err(error) if Instant::now() < deadline && is_exchanged(&error) => drop(error),
                Err(error) => unreachable_here(&format!("{css} cannot be clicked on: {error}")),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Does what leads to another page, or to the same one anew, and waits for that.
    pub async fn leave<F: Future<Output = ()>>(&self, way: F) {
        self.run("document.documentElement.dataset.before = ''", vec![]).await;
        way.await;
        self.find("html:not([data-before])").await;
    }

    /// Fills in fields and sends their form, and waits for the page that comes.
    pub async fn send(&self, form: &str, fields: &[(&str, &str)]) {
        for (field, text) in fields {
            self.fill(field, text).await;
        }
        self.leave(self.press(&format!("{form} [type=submit]"))).await;
        // Done is when what the page itself runs at its start has run.
        self.run("return document.readyState", vec![]).await;
    }

    /// Types on the keyboard, wherever the focus is.
    pub async fn type_keys(&self, text: &str) {
        let element = self.client.active_element().await.expect("something has the focus");
        element.send_keys(text).await.expect("it takes keys");
    }

    /// Runs a function body in the page and gives what it returns.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.expect("the script runs")
    }

    /// Runs a function body in the page that calls its last argument when it is done.
    pub async fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.expect("the script runs")
    }

    /// Is there a cookie of this name for the page shown?
    pub async fn has_cookie(&self, name: &str) -> bool {
        let cookies = self.client.get_all_cookies().await.expect("cookies can be listed");
        cookies.iter().any(|cookie| cookie.name() == name)
    }

    /// The value of a cookie.
    pub async fn cookie(&self, name: &str) -> String {
        self.client.get_named_cookie(name).await.expect("the cookie is there").value().to_owned()
    }

    /// Takes a cookie away, as its time does.
    pub async fn lose_cookie(&self, name: &str) {
        self.client.delete_cookie(name).await.expect("cookies can be deleted");
    }

    /// What the pages said on the console since this was asked last, a line each.
    pub async fn log(&self) -> Vec<String> {
        let lines = self.client.issue_cmd(ConsoleLog).await.expect("the log is kept");
        let lines = lines.as_array().expect("a list");
        lines.iter().map(|line| line.get("message").and_then(Value::as_str).unwrap_or_default().to_owned()).collect()
    }

    /// A picture of the whole page, as PNG, however long it is.
    pub async fn picture(&self) -> Vec<u8> {
        let wanted = json!({"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true});
        let answer = self.tell("Page.captureScreenshot", wanted).await;
        let data = answer.get("data").and_then(Value::as_str).expect("a picture");
        STANDARD.decode(data).expect("base64")
    }

    /// Puts a picture of the page into a file.
    pub async fn picture_to(&self, file: &Path) {
        let picture = self.picture().await;
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(file, picture).expect("the picture can be written");
    }
}

/// Has a page been exchanged since the element was found?
fn is_exchanged(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(error) if error.error == ErrorStatus::StaleElementReference)
}

/// Ends the test with what was seen instead.
#[expect(clippy::panic, reason = "a test that did not find what it looked for has failed")]
fn unreachable_here(what: &str) -> ! {
    panic!("{what}")
}
