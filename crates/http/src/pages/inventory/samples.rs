//! What the pages are shown with: from plain to hostile.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::messages::Language;
use crate::pages::account::{self, Methods, UsernameForm};
use crate::pages::page::{Theme, Toast};
use crate::pages::password::Wrong;
use crate::pages::sessions::{Entry, Sessions};
use crate::pages::times::Time;
use crate::pages::{confirm, delete, demo, error, goodbye, login, logout, password, signup};

/// What stands wherever a page shows something that somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sample,
    Empty,
    Long,
    Hostile,
}

const HOSTILE: &str =
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)>--></title>\u{202e}\u{2066}\0&lt;{{ 7 }}`";

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Sample, Self::Empty, Self::Long, Self::Hostile];

    fn text(self, sample: &str) -> String {
        match self {
            Self::Sample => sample.to_owned(),
            Self::Empty => String::new(),
            Self::Long => "Maximiliana-".repeat(5),
            Self::Hostile => HOSTILE.to_owned(),
        }
    }

    fn url(self, path: &str) -> String {
        match self {
            Self::Hostile => format!("{path}?return_to={HOSTILE}"),
            _ => path.to_owned(),
        }
    }

    /// What a page may leave out.
    fn optional(self, sample: &str) -> Option<String> {
        Some(self.text(sample)).filter(|text| !text.is_empty())
    }
}

/// A template and its own part.
pub(super) struct Case {
    pub(super) file: &'static str,
    pub(super) part: &'static str,
    pub(super) value: Value,
    pub(super) status: u16,
}

fn case<T: Serialize>(file: &'static str, part: &'static str, status: u16, value: &T) -> Case {
    Case { file, part, status, value: serde_json::to_value(value).unwrap() }
}

/// Every template in every state that changes what is on it.
pub(super) fn cases(kind: Kind, words: &Language) -> Vec<Case> {
    let mut cases = sign_in_pages(kind);
    cases.extend(account_pages(kind, words));
    cases.extend(other_pages(kind));
    cases
}

fn sign_in_pages(kind: Kind) -> Vec<Case> {
    let mut cases = Vec::new();
    // Nothing wrong, one field, both fields, the whole form.
    for (form, email, password) in
        [(false, false, false), (false, true, false), (false, true, true), (false, false, true), (true, false, false)]
    {
        let wrong = |is_wrong: bool| is_wrong.then(|| kind.optional("That does not match.")).flatten();
        let status = if form || email || password { 422 } else { 200 };
        let part = login::Part {
            action: kind.url("/auth/login"),
            signup_url: kind.url("/auth/signup"),
            email: kind.text("dana@example.org"),
            error: wrong(form),
            email_error: wrong(email),
            password_error: wrong(password),
        };
        cases.push(case("pages/login.html", "form", status, &part));
        let part = signup::Part {
            action: kind.url("/auth/signup"),
            login_url: kind.url("/auth/login"),
            check_action: "/auth/signup/check",
            email: kind.text("dana@example.org"),
            password_min_length: 8,
            error: wrong(form),
            email_error: wrong(email),
            password_error: wrong(password),
        };
        cases.push(case("pages/signup.html", "form", status, &part));
    }
    for (has_password, form, password) in
        [(true, false, false), (true, false, true), (true, true, false), (false, false, false)]
    {
        let part = confirm::Part {
            action: kind.url("/auth/confirm"),
            email: kind.text("dana@example.org"),
            has_password,
            cancel_url: "/auth/account",
            logout_action: kind.url("/auth/sessions/logout"),
            error: form.then(|| kind.text("Wait a minute.")),
            password_error: password.then(|| kind.text("That is not the password.")),
        };
        cases.push(case("pages/confirm.html", "form", 200, &part));
    }
    cases
}

fn account_pages(kind: Kind, words: &Language) -> Vec<Case> {
    let mut cases = Vec::new();
    for has_password in [true, false] {
        for is_open in [true, false] {
            let part = account_part(kind, words, has_password, is_open);
            for file in ["pages/account.html", "partials/username.html", "partials/sessions.html"] {
                cases.push(case(file, "account", if is_open { 422 } else { 200 }, &part));
            }
        }
    }
    for is_change in [true, false] {
        for is_wrong in [true, false] {
            let wrong = || is_wrong.then(|| kind.text("Use at least 8 characters."));
            let part = password::Part {
                is_change,
                action: kind.url("/auth/providers/password/change"),
                email: kind.text("dana@example.org"),
                password_min_length: 8,
                cancel_url: kind.url("/auth/account"),
                wrong: Wrong { error: wrong(), current_error: wrong(), new_error: wrong(), confirm_error: wrong() },
            };
            cases.push(case("pages/password.html", "form", 200, &part));
        }
    }
    for is_wrong in [true, false] {
        let part = delete::Part {
            action: kind.url("/auth/user/delete"),
            email: kind.text("dana@example.org"),
            typed: kind.text("dana@example.com"),
            cancel_url: kind.url("/auth/account"),
            error: is_wrong.then(|| kind.text("You are the last administrator.")),
            confirmation_error: is_wrong.then(|| kind.text("That is another address.")),
        };
        cases.push(case("pages/delete.html", "form", 200, &part));
    }
    cases
}

fn account_part(kind: Kind, words: &Language, has_password: bool, is_open: bool) -> account::Part {
    let now: DateTime<Utc> = "2026-11-24T02:31:00Z".parse().unwrap();
    let time = |days| Time::new(now - TimeDelta::days(days), now, words);
    let entry = |number: i64| Entry {
        id: format!("0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c1{number}"),
        is_current: number == 0,
        device: kind.text("Firefox on Windows"),
        icon: ["desktop", "phone", "tablet", "other"][usize::try_from(number).unwrap()],
        created: time(number + 2),
        last_used: time(number),
        revoke_action: kind.url("/auth/sessions/0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11/revoke"),
    };
    let count = if kind == Kind::Empty { 1 } else { 4 };
    let list: Vec<Entry> = (0..count).map(entry).collect();
    account::Part {
        email: kind.text("dana@example.org"),
        username: kind.text("dana"),
        initial: "D".to_owned(),
        created: time(400),
        back_url: kind.url("/app"),
        username_form: UsernameForm {
            action: kind.url("/auth/user/username"),
            value: kind.text("dana"),
            error: is_open.then(|| kind.text("Somebody else has this name.")),
            is_open,
        },
        sessions: Sessions {
            others_action: kind.url("/auth/sessions/revoke-other"),
            others_count: list.len() - 1,
            list,
        },
        methods: Methods {
            has_password,
            password_since: has_password.then(|| time(3)),
            password_url: kind.url("/auth/providers/password/change"),
        },
        logout_action: kind.url("/auth/sessions/logout"),
        delete_url: kind.url("/auth/account/delete"),
    }
}

fn other_pages(kind: Kind) -> Vec<Case> {
    let error = error::Part {
        status: 404,
        title: kind.text("Page not found"),
        text: kind.text("There is nothing at this address."),
        action_url: kind.url("/"),
        action_label: kind.text("Go to the start page"),
    };
    let logout = logout::Part { action: kind.url("/auth/sessions/logout"), cancel_url: kind.url("/app") };
    let demo = |signed_in, unavailable| demo::Part {
        signed_in,
        unavailable,
        user: signed_in.then(|| demo::Person {
            email: kind.text("dana@example.org"),
            username: kind.text("dana"),
            user_id: kind.text("0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c11"),
            session_id: kind.text("0b9c3d62-6f0d-4a53-8f3c-0e1d5a7b9c12"),
            organization_name: kind.text("Fern and Sons"),
            organization_role: kind.text("owner"),
            roles: vec![kind.text("authara:admin")],
            expires_at: "2026-11-24T02:41:00Z".to_owned(),
        }),
        login_url: kind.url("/auth/login"),
        signup_url: kind.url("/auth/signup"),
        logout_action: kind.url("/auth/sessions/logout"),
        logout_field: "csrf_token",
        code_sample: "let user = authara.client()?.current_user().await?;",
    };
    vec![
        case("pages/error.html", "error", 404, &error),
        case("pages/goodbye.html", "goodbye", 200, &goodbye::Part { home_url: kind.url("/") }),
        case("pages/logout.html", "form", 200, &logout),
        case("pages/demo.html", "demo", 200, &demo(true, false)),
        case("pages/demo.html", "demo", 200, &demo(false, false)),
        case("pages/demo.html", "demo", 200, &demo(false, true)),
        case("partials/toast.html", "form", 200, &logout),
    ]
}

/// The variable `page` as [`Page`](crate::pages::page::Page) writes it.
pub(super) fn page(kind: Kind, words: &Language, status: u16, partial: bool) -> Value {
    let theme = |theme: Theme| json!({ "name": theme.as_str(), "url": kind.url("/auth/login"), "is_current": false });
    json!({
        "language": words.tag(),
        "theme": "dark",
        "title": kind.text("Sign in"),
        "has_error": status >= 400,
        "partial": partial,
        "csrf": kind.text("43-characters"),
        "css": "/auth/static/authara.css",
        "js": "/auth/static/authara.js",
        "icon": "data:image/svg+xml;base64,AAAA",
        "brand": {
            "name": kind.text("Fern and Sons"),
            "logo_url": kind.optional("/logo.svg"),
            "terms_url": kind.optional("/terms"),
            "privacy_url": kind.optional("/privacy"),
            "support_email": kind.optional("help@example.org"),
            "footer_text": kind.optional("Fern and Sons, Garden Lane 1"),
        },
        "languages": [
            { "tag": words.tag(), "name": kind.text(words.name()), "url": kind.url("/auth/login"), "is_current": true },
            { "tag": "xx", "name": kind.text("Other"), "url": kind.url("/auth/login"), "is_current": false },
        ],
        "themes": Theme::ALL.map(theme),
        "toast": Toast::success(kind.text("That is done.")),
        "account_url": "/auth/account",
    })
}
