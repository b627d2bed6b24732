//! Commands of the browser's own protocol, by way of the driver: what `WebDriver` has no words for.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// One command of the Chrome `DevTools` Protocol.
#[derive(Debug)]
pub(crate) struct DevTools {
    /// Like `Page.captureScreenshot`.
    pub(crate) method: &'static str,
    /// Its parameters, an object.
    pub(crate) parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _request_url: &Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.method, "params": self.parameters});
        (http::Method::POST, Some(body.to_string()))
    }
}

/// What the pages said on the browser's console since the last time somebody asked.
#[derive(Debug)]
pub(crate) struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/se/log", session_id.unwrap_or_default()))
    }

    fn method_and_body(&self, _request_url: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
