//! Cookies that only the pages use: preferences and the flash. They say nothing secret, and what
//! they say is looked up in a closed list (S-067).

use actix_web::HttpResponse;
use actix_web::cookie::time::{Duration, OffsetDateTime};
use actix_web::cookie::{Cookie, SameSite};

use crate::state::Server;

/// A cookie for our own pages, readable by script. A life of zero takes it away.
pub(super) fn readable(server: &Server, name: &'static str, value: &str, life: Duration) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value.to_owned());
    cookie.set_path("/auth");
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(life);
    if life.is_zero() {
        cookie.set_expires(OffsetDateTime::UNIX_EPOCH);
    }
    if server.settings.secure_cookies {
        cookie.set_secure(true);
    }
    cookie
}

/// The same, kept from script.
pub(super) fn hidden(server: &Server, name: &'static str, value: &str, life: Duration) -> Cookie<'static> {
    let mut cookie = readable(server, name, value, life);
    cookie.set_http_only(true);
    cookie
}

/// Puts a cookie on an answer.
pub(super) fn put_on(response: &mut HttpResponse, cookie: &Cookie<'_>) {
    // Fails only for values that are no header text, and all of these are plain words.
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!(%error, "a cookie could not be set");
    }
}
