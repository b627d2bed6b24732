//! The sessions on the account page: seeing them, ending one, ending all others.

use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::id::SessionId;
use authara_core::session::Session;
use authara_core::user_agent::{self, Device, DeviceKind};
use authara_flows::error::AccountError;
use authara_flows::sessions;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::account::changed;
use super::error::PageError;
use super::flash::Flash;
use super::guard::SignedInForm;
use super::redirect;
use super::times::Time;
use crate::api::respond;
use crate::messages::{Argument, Language};
use crate::request::cookies::Cookies;
use crate::state::Server;

const FRAGMENT: &str = "partials/sessions.html";

/// The list, own session first.
#[derive(Debug, Serialize)]
pub(super) struct Sessions {
    pub(super) others_action: String,
    pub(super) others_count: usize,
    pub(super) list: Vec<Entry>,
}

/// One session.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) is_current: bool,
    pub(super) device: String,
    /// `phone`, `tablet`, `desktop` or `other`.
    pub(super) icon: &'static str,
    pub(super) created: Time,
    pub(super) last_used: Time,
    pub(super) revoke_action: String,
}

impl Sessions {
    /// `sessions` has the caller's own in front, as [`authara_flows::account::overview`] hands them over; `here`
    /// makes links that lead back to the page.
    pub(super) fn new(
        sessions: &[Session],
        here: impl Fn(&str) -> String,
        now: DateTime<Utc>,
        words: &Language,
    ) -> Self {
        let entry = |(number, session): (usize, &Session)| Entry {
            id: session.id.to_string(),
            is_current: number == 0,
            device: device(&session.user_agent, words),
            icon: icon(&session.user_agent),
            created: Time::new(session.created_at, now, words),
            last_used: Time::new(session.last_used_at, now, words),
            revoke_action: here(&format!("/auth/sessions/{}/revoke", session.id)),
        };
        Self {
            others_action: here("/auth/sessions/revoke-other"),
            others_count: sessions.len().saturating_sub(1),
            list: sessions.iter().enumerate().map(entry).collect(),
        }
    }
}

/// `POST /auth/sessions/{id}/revoke`: ends one session. Ending one's own is signing out.
pub async fn revoke(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    let caller = form.caller;
    let Some(id) = SessionId::parse(request.match_info().get("id").unwrap_or_default()) else {
        return PageError::BAD_FORM.respond(&request);
    };
    match sessions::end_one(&server.app, &caller.claims, id).await {
        Ok(()) if id == caller.claims.session => {
            let account = redirect::keeping_target(&request, redirect::ACCOUNT);
            let response = redirect::to_page(&request, redirect::LOGIN, &account);
            respond::with_cookies(response, Cookies::sign_out(&server))
        }
        Ok(()) => changed(&server, &request, &caller, Flash::SessionRevoked, FRAGMENT).await,
        Err(AccountError::NotFound) => PageError::SESSION_NOT_FOUND.respond(&request),
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// `POST /auth/sessions/revoke-other`: ends all sessions but the one in use.
pub async fn revoke_others(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    let caller = form.caller;
    match sessions::end_others(&server.app, &caller.claims).await {
        Ok(()) => changed(&server, &request, &caller, Flash::OthersRevoked, FRAGMENT).await,
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// What a session list calls a device. Names of browsers and systems are the same in all languages.
fn device(agent: &str, words: &Language) -> String {
    let Device { browser, system, .. } = user_agent::describe(agent);
    match (browser, system) {
        (Some(browser), Some(system)) => {
            let arguments = [("browser", Argument::Text(browser)), ("system", Argument::Text(system))];
            words.format("device-on", &arguments)
        }
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => words.text("device-unknown"),
    }
}

/// The picture for a device.
fn icon(agent: &str) -> &'static str {
    match user_agent::describe(agent).kind {
        DeviceKind::Phone => "phone",
        DeviceKind::Tablet => "tablet",
        DeviceKind::Desktop => "desktop",
        DeviceKind::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Catalogues;

    #[test]
    fn a_device_is_named_in_the_readers_language_and_has_a_picture() {
        const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        const IPHONE: &str =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1";
        const PIXEL: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
        const GALAXY_TAB: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
        let catalogues = Catalogues::load(None).unwrap();
        let english = catalogues.languages().first().unwrap();
        for (agent, name, picture) in [
            (FIREFOX, "Firefox on Windows", "desktop"),
            (IPHONE, "Mobile Safari on iPhone", "phone"),
            (PIXEL, "Chrome on Android", "phone"),
            (GALAXY_TAB, "Chrome on Android", "tablet"),
            ("curl/8.0", "curl", "other"),
        ] {
            assert_eq!((device(agent, english).as_str(), icon(agent)), (name, picture), "{agent}");
        }
        for words in catalogues.languages() {
            assert_eq!((device("", words), icon("")), (words.text("device-unknown"), "other"), "{}", words.tag());
        }
    }
}
