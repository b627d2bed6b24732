//! Setting and clearing the cookies of the contract.

use actix_web::cookie::time::{Duration, OffsetDateTime};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse};
use authara_flows::issue::SignedIn;
use authara_flows::refresh::Refreshed;
use chrono::{DateTime, TimeDelta, Utc};

use super::csrf;
use crate::state::Server;

/// How long a CSRF value is kept by a browser.
const CSRF_DAYS: i64 = 30;

/// What an answer does to the browser's cookies.
#[derive(Clone, Debug, Default)]
pub struct Cookies(Vec<Cookie<'static>>);

impl Cookies {
    /// Nothing.
    pub fn keep() -> Self {
        Self::default()
    }

    /// Hands over a new session, with a CSRF value bound to it.
    pub fn sign_in(server: &Server, signed_in: &SignedIn) -> Self {
        Self::keep()
            .session(
                server,
                &signed_in.access_token,
                signed_in.refresh_token.expose(),
                server.app.policies.session.access_ttl,
                signed_in.issued_at,
                signed_in.refresh_expires_at,
            )
            .csrf(server, &server.app.csrf.issue(Some(signed_in.session), &mut server.app.rng.clone()))
    }

    /// Hands over renewed tokens, and a CSRF value if the browser's is not bound to their session.
    pub fn renew(server: &Server, request: &HttpRequest, refreshed: &Refreshed) -> Self {
        let token = refreshed.refresh_token.expose();
        let (issued_at, expires_at) = (refreshed.issued_at, refreshed.refresh_expires_at);
        let renewed =
            Self::keep().session(server, &refreshed.access_token, token, refreshed.access_life, issued_at, expires_at);
        match csrf::ensure(server, request, Some(refreshed.session)) {
            csrf::Value::Kept(_) => renewed,
            csrf::Value::Fresh(value) => renewed.csrf(server, &value),
        }
    }

    /// Takes both session cookies away, and hands over a CSRF value that is bound to none.
    pub fn sign_out(server: &Server) -> Self {
        Self::forget(server).csrf(server, &server.app.csrf.issue(None, &mut server.app.rng.clone()))
    }

    /// Takes both session cookies away, from under a page that brings its own CSRF value.
    pub fn forget(server: &Server) -> Self {
        let names = &server.settings.cookie_names;
        let cleared = [&names.access, &names.refresh].map(|name| {
            let mut cookie = base(server, name.to_string(), String::new(), true);
            cookie.set_max_age(Duration::ZERO);
            cookie.set_expires(OffsetDateTime::UNIX_EPOCH);
            cookie
        });
        Self(cleared.into())
    }

    /// Adds a CSRF value.
    #[must_use]
    pub fn csrf(mut self, server: &Server, value: &str) -> Self {
        let mut cookie = base(server, server.settings.cookie_names.csrf.to_string(), value.to_owned(), false);
        cookie.set_max_age(Duration::days(CSRF_DAYS));
        self.0.push(cookie);
        self
    }

    fn session(
        mut self,
        server: &Server,
        access: &str,
        refresh: &str,
        access_life: TimeDelta,
        issued_at: DateTime<Utc>,
        refresh_expires_at: DateTime<Utc>,
    ) -> Self {
        let names = &server.settings.cookie_names;
        let refresh_life = refresh_expires_at - issued_at;
        self.0.push(lasting(server, names.access.to_string(), access, issued_at, access_life));
        self.0.push(lasting(server, names.refresh.to_string(), refresh, issued_at, refresh_life));
        self
    }

    /// Puts the cookies on an answer.
    pub fn put_on(self, response: &mut HttpResponse) {
        for cookie in self.0 {
            // Fails only for values that are no header text, and all of these are base64url.
            if let Err(error) = response.add_cookie(&cookie) {
                tracing::error!(%error, "a cookie could not be set");
            }
        }
    }
}

/// A cookie that lives as long as the token in it.
fn lasting(server: &Server, name: String, value: &str, issued_at: DateTime<Utc>, life: TimeDelta) -> Cookie<'static> {
    let mut cookie = base(server, name, value.to_owned(), true);
    cookie.set_max_age(Duration::seconds(life.num_seconds().max(0)));
    if let Ok(expires) = OffsetDateTime::from_unix_timestamp((issued_at + life).timestamp()) {
        cookie.set_expires(expires);
    }
    cookie
}

fn base(server: &Server, name: String, value: String, http_only: bool) -> Cookie<'static> {
    let mut cookie = Cookie::new(name, value);
    cookie.set_path("/");
    cookie.set_same_site(SameSite::Lax);
    if http_only {
        cookie.set_http_only(true);
    }
    if server.settings.secure_cookies {
        cookie.set_secure(true);
    }
    cookie
}
