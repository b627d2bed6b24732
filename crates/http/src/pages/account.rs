//! `/auth/account`: the account of whoever is signed in, as they see it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::user::User;
use authara_flows::account::{self, Overview};
use serde::Serialize;

use super::flash::Flash;
use super::frame::{Frame, Template};
use super::guard::SignedIn;
use super::sessions::Sessions;
use super::times::Time;
use super::{logout, redirect};
use crate::messages::Language;
use crate::request;
use crate::state::Server;

const TEMPLATE: Template = Template { file: "pages/account.html", part: "account", title: "account-title" };

/// What the page and its parts show.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) email: String,
    pub(super) username: String,
    /// The letter or digit that stands for the person.
    pub(super) initial: String,
    pub(super) created: Time,
    pub(super) back_url: String,
    pub(super) username_form: UsernameForm,
    pub(super) sessions: Sessions,
    pub(super) methods: Methods,
    pub(super) logout_action: String,
    pub(super) delete_url: String,
}

/// The form that changes the user name.
#[derive(Debug, Serialize)]
pub(super) struct UsernameForm {
    pub(super) action: String,
    pub(super) value: String,
    pub(super) error: Option<String>,
    pub(super) is_open: bool,
}

/// The ways in.
#[derive(Debug, Serialize)]
pub(super) struct Methods {
    pub(super) has_password: bool,
    pub(super) password_since: Option<Time>,
    pub(super) password_url: String,
}

impl Part {
    /// Everything, as it is now.
    pub(super) fn new(server: &Server, request: &HttpRequest, words: &Language, overview: Overview) -> Self {
        let now = server.app.clock.now();
        let password_since = overview.password().map(|password| Time::new(password.created_at, now, words));
        let Overview { user, sessions, .. } = overview;
        // Links from here lead back here, with the way on from here kept.
        let account = redirect::keeping_target(request, redirect::ACCOUNT);
        let here = |page: &str| redirect::keeping_target(request, page).as_str().to_owned();
        let back = redirect::target(server, request);
        let password_page = if password_since.is_some() { "change" } else { "add" };
        Self {
            initial: initial(&user),
            created: Time::new(user.created_at, now, words),
            username_form: UsernameForm {
                action: here("/auth/user/username"),
                value: user.username.clone(),
                error: None,
                is_open: false,
            },
            sessions: Sessions::new(&sessions, here, now, words),
            methods: Methods {
                has_password: password_since.is_some(),
                password_since,
                password_url: redirect::link(&format!("/auth/providers/password/{password_page}"), &account),
            },
            logout_action: redirect::link(logout::ACTION, &back),
            delete_url: redirect::link("/auth/account/delete", &account),
            back_url: back.as_str().to_owned(),
            email: user.email,
            username: user.username,
        }
    }
}

/// `GET`: the account, and what was done a moment ago.
pub async fn show(server: web::Data<Server>, request: HttpRequest, caller: SignedIn) -> HttpResponse {
    match account::overview(&server.app, &caller.claims).await {
        Ok(overview) => {
            let frame = caller.frame(&server, &request).with_flash();
            respond(&frame, StatusCode::OK, &Part::new(&server, &request, frame.words(), overview))
        }
        Err(error) => caller.refused(&server, &request, error),
    }
}

/// The page with this content.
pub(super) fn respond(frame: &Frame<'_>, status: StatusCode, part: &Part) -> HttpResponse {
    frame.page(TEMPLATE, status, part)
}

/// The answer to a change made on the page: back to it, where it is said; the HTMX library gets the
/// part that changed as it is now, and the toast.
pub(super) async fn changed(
    server: &Server,
    request: &HttpRequest,
    caller: &SignedIn,
    flash: Flash,
    fragment: &'static str,
) -> HttpResponse {
    if !request::is_htmx(request) {
        let account = redirect::keeping_target(request, redirect::ACCOUNT);
        return flash.with(server, caller.go_on(request, &account));
    }
    match account::overview(&server.app, &caller.claims).await {
        Ok(overview) => {
            let frame = caller.frame(server, request);
            let toast = flash.toast(frame.words());
            let part = Part::new(server, request, frame.words(), overview);
            frame.with_toast(toast).fragment(fragment, "account", StatusCode::OK, &part)
        }
        Err(error) => caller.refused(server, request, error),
    }
}

/// The first ASCII letter or digit of the user name, else of the address; else U, as in user.
fn initial(user: &User) -> String {
    let first = |text: &str| text.chars().find(char::is_ascii_alphanumeric);
    first(&user.username).or_else(|| first(&user.email)).unwrap_or('U').to_ascii_uppercase().to_string()
}
