//! `/auth/providers/password/add` and `/change`: the first password, and another one.
//!
//! Either ends every session of the account; this browser goes on in a new one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authara_core::password::{MAX_BYTES, PasswordError};
use authara_core::return_to::ReturnTo;
use authara_core::secret::SecretText;
use authara_flows::account::{self as accounts, Overview};
use authara_flows::error::AccountError;
use authara_flows::issue::SignedIn as NewSession;
use authara_flows::password::{self, Change};
use serde::Serialize;

use super::flash::Flash;
use super::form::Fields;
use super::frame::{Frame, Template};
use super::guard::{SignedIn, SignedInForm};
use super::{error, redirect};
use crate::api::respond;
use crate::messages::{Argument, Language};
use crate::request;
use crate::request::cookies::Cookies;
use crate::state::Server;

const ADD_PAGE: &str = "/auth/providers/password/add";
const CHANGE_PAGE: &str = "/auth/providers/password/change";

/// Which of the two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    Add,
    Change,
}

/// What the page shows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub(super) is_change: bool,
    pub(super) action: String,
    pub(super) email: String,
    pub(super) password_min_length: usize,
    pub(super) cancel_url: String,
    #[serde(flatten)]
    pub(super) wrong: Wrong,
}

/// What needs another look.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Wrong {
    pub(super) error: Option<String>,
    pub(super) current_error: Option<String>,
    pub(super) new_error: Option<String>,
    pub(super) confirm_error: Option<String>,
}

/// `GET` of the first password. Adding a way in needs a fresh session (S-064).
pub async fn show_add(server: web::Data<Server>, request: HttpRequest, caller: SignedIn) -> HttpResponse {
    show(&server, &request, &caller, Task::Add).await
}

/// `GET` of another password. The current one is the proof.
pub async fn show_change(server: web::Data<Server>, request: HttpRequest, caller: SignedIn) -> HttpResponse {
    show(&server, &request, &caller, Task::Change).await
}

/// `POST`: gives the account its first password.
pub async fn add(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    submit(&server, &request, &form, Task::Add).await
}

/// `POST`: changes the password.
pub async fn change(server: web::Data<Server>, request: HttpRequest, form: SignedInForm) -> HttpResponse {
    submit(&server, &request, &form, Task::Change).await
}

async fn show(server: &Server, request: &HttpRequest, caller: &SignedIn, task: Task) -> HttpResponse {
    let overview = match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) => overview,
        Err(error) => return caller.refused(server, request, error),
    };
    match (task, overview.password().is_some()) {
        (Task::Add, true) => caller.go_on(request, &redirect::keeping_target(request, CHANGE_PAGE)),
        (Task::Change, false) => caller.go_on(request, &redirect::keeping_target(request, ADD_PAGE)),
        (Task::Add, false) if !overview.is_fresh => caller.to_confirm(request),
        _ => {
            let page = Page { server, request, frame: caller.frame(server, request), task, overview };
            page.show(StatusCode::OK, Wrong::default())
        }
    }
}

async fn submit(server: &Server, request: &HttpRequest, form: &SignedInForm, task: Task) -> HttpResponse {
    let SignedInForm { caller, fields } = form;
    let overview = match accounts::overview(&server.app, &caller.claims).await {
        Ok(overview) => overview,
        Err(error) => return caller.refused(server, request, error),
    };
    let page = Page { server, request, frame: caller.frame(server, request), task, overview };
    let typed = Typed::read(fields, task);
    let wrong = page.check(&typed);
    if wrong != Wrong::default() {
        return page.show(StatusCode::UNPROCESSABLE_ENTITY, wrong);
    }
    let change = Change {
        claims: caller.claims.clone(),
        new_password: SecretText::new(typed.new),
        client: request::client(server, request),
        renews: true,
    };
    let changed = match task {
        Task::Add => password::add(&server.app, change).await,
        Task::Change => password::change(&server.app, change, SecretText::new(typed.current)).await,
    };
    match changed {
        Ok(session) => saved(server, request, session.as_ref()),
        Err(error) => page.refuse(caller, error),
    }
}

/// What was filled in, exactly as received: blanks at either end are part of a password.
struct Typed<'f> {
    current: &'f str,
    new: &'f str,
    confirmed: &'f str,
}

impl<'f> Typed<'f> {
    fn read(fields: &'f Fields, task: Task) -> Self {
        let new = match task {
            Task::Add => "password",
            Task::Change => "new_password",
        };
        Self {
            current: fields.field("current_password"),
            new: fields.field(new),
            confirmed: fields.field("confirm_password"),
        }
    }
}

/// On in the new session, with a word about it. There is always one, since one was asked for.
fn saved(server: &Server, request: &HttpRequest, session: Option<&NewSession>) -> HttpResponse {
    let cookies = session.map_or_else(|| Cookies::sign_out(server), |session| Cookies::sign_in(server, session));
    Flash::PasswordSaved.with(server, respond::with_cookies(redirect::to(request, &back(request)), cookies))
}

/// Where the page leads, with and without a new password.
fn back(request: &HttpRequest) -> ReturnTo {
    redirect::target_or(request, redirect::own(redirect::ACCOUNT))
}

/// One of the two pages, for one account.
struct Page<'r> {
    server: &'r Server,
    request: &'r HttpRequest,
    frame: Frame<'r>,
    task: Task,
    overview: Overview,
}

impl Page<'_> {
    /// Everything that is wrong at once. The flow checks again; this is also so that no guess at the
    /// current password is spent on a form that could not be accepted.
    fn check(&self, typed: &Typed<'_>) -> Wrong {
        let words = self.frame.words();
        let user = &self.overview.user;
        let identities = [user.email.as_str(), user.username.as_str()];
        let broken = self.server.app.policies.password.check_new(typed.new, &identities).err();
        let current = if self.task == Task::Add {
            None
        } else if typed.current.is_empty() {
            Some("password-current-missing")
        } else if typed.current.len() > MAX_BYTES {
            // Longer than any password: then it is not this one.
            Some("password-current-wrong")
        } else {
            None
        };
        Wrong {
            error: None,
            current_error: current.map(|key| words.text(key)),
            new_error: broken.map(|rule| rule_text(words, rule)),
            confirm_error: (typed.new != typed.confirmed).then(|| words.text("password-mismatch")),
        }
    }

    /// The page again, with what the flow said.
    fn refuse(&self, caller: &SignedIn, refusal: AccountError) -> HttpResponse {
        let words = self.frame.words();
        let wrong = match refusal {
            AccountError::WrongPassword => {
                Wrong { current_error: Some(words.text("password-current-wrong")), ..Wrong::default() }
            }
            AccountError::Password(rule) => Wrong { new_error: Some(rule_text(words, rule)), ..Wrong::default() },
            AccountError::NoPassword => Wrong { error: Some(words.text("password-none")), ..Wrong::default() },
            AccountError::PasswordExists => Wrong { error: Some(words.text("password-exists")), ..Wrong::default() },
            AccountError::Limited(limited) => {
                let (text, seconds) = error::limited(words, &limited);
                let page = self.show(StatusCode::TOO_MANY_REQUESTS, Wrong { error: Some(text), ..Wrong::default() });
                return error::wait(page, seconds);
            }
            other => return caller.refused(self.server, self.request, other),
        };
        self.show(StatusCode::UNPROCESSABLE_ENTITY, wrong)
    }

    fn show(&self, status: StatusCode, wrong: Wrong) -> HttpResponse {
        let (action, title) = match self.task {
            Task::Add => ("/auth/providers/password/link", "password-add-title"),
            Task::Change => (CHANGE_PAGE, "password-change-title"),
        };
        let part = Part {
            is_change: self.task == Task::Change,
            action: redirect::keeping_target(self.request, action).as_str().to_owned(),
            email: self.overview.user.email.clone(),
            password_min_length: self.server.app.policies.password.min_length,
            cancel_url: back(self.request).as_str().to_owned(),
            wrong,
        };
        self.frame.page(Template { file: "pages/password.html", part: "form", title }, status, &part)
    }
}

/// Which rule a new password breaks.
pub(super) fn rule_text(words: &Language, error: PasswordError) -> String {
    let number = |count: usize| Argument::Number(i64::try_from(count).unwrap_or(i64::MAX));
    match error {
        PasswordError::TooShort(least) => words.format("signup-password-too-short", &[("min", number(least))]),
        PasswordError::TooLong(most) => words.format("signup-password-too-long", &[("max", number(most))]),
        PasswordError::Common => words.text("signup-password-common"),
        PasswordError::Identity => words.text("signup-password-is-identity"),
    }
}
