//! What every request handler may look at.

use std::net::IpAddr;
use std::sync::Arc;

use authara_client::Authara;
use authara_core::client_address::TrustedProxies;
use authara_core::cookies::CookieNames;
use authara_core::return_to::ReturnTo;
use authara_flows::App;

use crate::assets::Assets;
use crate::brand::Brand;
use crate::config::PublicUrl;
use crate::pages::templates::Templates;

/// What the operator decided about the HTTP side.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where browsers reach the server.
    pub public_url: PublicUrl,
    /// Names of the cookies.
    pub cookie_names: CookieNames,
    /// Are cookies only sent over https?
    pub secure_cookies: bool,
    /// Where browsers go that did not say where they want to.
    pub default_return_to: ReturnTo,
    /// Whose word on the client's address is taken.
    pub proxies: TrustedProxies,
    /// In development the origin may also be written with a loopback address, and `/` shows the
    /// demonstration page.
    pub is_development: bool,
}

impl Settings {
    /// Is this the origin of our own pages (RFC 6454)?
    pub fn is_own_origin(&self, origin: &str) -> bool {
        if origin == self.public_url.origin {
            return true;
        }
        self.is_development && is_loopback_origin(origin, self.public_url.port)
    }
}

/// `http://127.0.0.1:PORT` or `http://[::1]:PORT`, on the port of the public URL.
fn is_loopback_origin(origin: &str, port: Option<u16>) -> bool {
    let Ok(url) = url::Url::parse(origin) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    is_loopback && url.scheme() == "http" && url.port_or_known_default() == Some(port.unwrap_or(80))
}

/// Shared by all workers.
#[derive(Debug)]
pub struct Server {
    /// The application.
    pub app: Arc<App>,
    /// What the operator decided.
    pub settings: Settings,
    /// Whose pages these are.
    pub brand: Brand,
    /// Style sheet, script and pictures.
    pub assets: Assets,
    /// The page templates and their words.
    pub templates: Templates,
    /// This server as an application sees it, for the demonstration page.
    pub demo: Option<Authara>,
}
