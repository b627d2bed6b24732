//! How a browser shows pages: size, colours, language.

use serde_json::{Value, json};

/// Light or dark, as the device has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme(&'static str);

/// Dark letters on a light ground.
pub const LIGHT: Scheme = Scheme("light");
/// Light letters on a dark ground.
pub const DARK: Scheme = Scheme("dark");

impl Scheme {
    /// Its name in CSS and in file names.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// A browser as somebody has it.
#[derive(Clone, Debug)]
pub struct Look {
    /// What it asks for in `Accept-Language`.
    pub language: &'static str,
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Height of the window in CSS pixels.
    pub height: u32,
    /// Whether scripts run.
    pub scripts: bool,
}

impl Default for Look {
    /// A desktop computer of somebody who reads English.
    fn default() -> Self {
        Self { language: "en", width: 1280, height: 800, scripts: true }
    }
}

impl Look {
    /// The same for a reader of another language.
    pub fn in_language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// The same with scripts switched off.
    pub fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// What the driver is asked for: a browser without a window that phones nobody and keeps nothing.
    pub(crate) fn capabilities(&self, browser: &str) -> Value {
        // The sandbox refuses to start for root, and the pages are ours.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--password-store=basic",
            "--force-prefers-reduced-motion",
        ];
        let size = format!("--window-size={},{}", self.width, self.height);
        let arguments: Vec<&str> = arguments.into_iter().chain([size.as_str()]).collect();
        let scripts = if self.scripts { 1 } else { 2 };
        json!({
            "browserName": "chrome",
            "pageLoadStrategy": "normal",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "binary": browser,
                "args": arguments,
                "prefs": {
                    "intl.accept_languages": self.language,
                    "credentials_enable_service": false,
                    "profile.password_manager_enabled": false,
                    "profile.password_manager_leak_detection": false,
                    "profile.managed_default_content_settings.javascript": scripts,
                },
            },
        })
    }
}
