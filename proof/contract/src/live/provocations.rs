//! What it takes to bring about an answer that nothing else brings about.
//!
//! Most answers need no entry here:
//!
//! - the success, 401 for users' operations and 403 for want of a CSRF pair come from [`security`];
//! - 400, and 404 for ids in the path, come from [`inputs`];
//! - 429 comes from [`crowd`], for whatever succeeds and for whatever is provoked to 401 here;
//! - 500 and 503 come from [`faults`].
//!
//! [`security`]: super::security
//! [`inputs`]: super::inputs
//! [`crowd`]: super::crowd
//! [`faults`]: super::faults

use chrono::TimeDelta;

use super::exchange::Witness;
use super::place::Place;
use super::ready;
use super::stage::{ACCESS, CSRF, CSRF_HEADER, Person, REFRESH, Stage as _, Who, usual};
use super::wire::Request;
use crate::document::{Access, Document, FILE, Operation};
use crate::finding::Finding;

/// This file, for what findings say is to be edited.
const HERE: &str = file!();

/// In the form of refresh tokens, and nobody's.
const UNKNOWN_TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How one answer of one operation is brought about.
pub struct Provocation {
    /// The operation.
    operation: &'static str,
    /// The answer's status.
    pub status: u16,
    /// The code of its envelope.
    code: Option<&'static str>,
    /// How it is asked, as the rest of "asked ..".
    pub what: &'static str,
    /// Who asks.
    pub who: Who,
    /// Bends the request with which the operation succeeds for an ordinary person.
    pub bend: fn(Request, &Person) -> Request,
}

const PROVOCATIONS: &[Provocation] = &[
    Provocation {
        operation: "getCsrfToken",
        status: 200,
        code: None,
        what: "by somebody with all cookies, whose value is kept",
        who: Who::Ordinary,
        bend: with_browser,
    },
    Provocation {
        operation: "loginWithPassword",
        status: 401,
        code: Some("unauthorized"),
        what: "with a wrong password",
        who: Who::Ordinary,
        bend: |request, _| request.member("password", "not this one"),
    },
    Provocation {
        operation: "loginWithPassword",
        status: 401,
        code: Some("unauthorized"),
        what: "for an account without password",
        who: Who::WithoutPassword,
        bend: |request, _| request,
    },
    Provocation {
        operation: "loginWithPassword",
        status: 403,
        code: Some("forbidden"),
        what: "for the administration, by somebody without a role",
        who: Who::Ordinary,
        bend: |request, _| request.query("audience=admin"),
    },
    Provocation {
        operation: "signupDirect",
        status: 400,
        code: Some("invalid_request"),
        what: "with an address that is taken",
        who: Who::Ordinary,
        bend: |request, person| request.member("email", person.email.clone()),
    },
    Provocation {
        operation: "signupDirect",
        status: 400,
        code: Some("invalid_request"),
        what: "with an invitation code that nobody gave out",
        who: Who::Ordinary,
        bend: |request, _| request.member("invitation_code", "nobody's"),
    },
    Provocation {
        operation: "logout",
        status: 204,
        code: None,
        what: "by somebody who is not signed in",
        who: Who::Ordinary,
        bend: |request, person| with_visitors_pair(request.without_cookies(), person),
    },
    Provocation {
        operation: "refreshSession",
        status: 200,
        code: None,
        what: "with a CSRF pair from before the sign-in",
        who: Who::Ordinary,
        bend: with_visitors_pair,
    },
    Provocation {
        operation: "refreshSession",
        status: 401,
        code: Some("unauthorized"),
        what: "with a refresh token that nobody has",
        who: Who::Ordinary,
        bend: |request, _| request.cookie(REFRESH, UNKNOWN_TOKEN),
    },
    Provocation {
        operation: "refreshSession",
        status: 401,
        code: Some("unauthorized"),
        what: "without a refresh token",
        who: Who::Ordinary,
        bend: |request, _| request.without_cookie(REFRESH),
    },
    Provocation {
        operation: "refreshSession",
        status: 401,
        code: Some("unauthorized"),
        what: "for the administration, by somebody without a role",
        who: Who::Ordinary,
        bend: |request, _| request.query("audience=admin"),
    },
    Provocation {
        operation: "refreshTokens",
        status: 401,
        code: Some("unauthorized"),
        what: "with a refresh token that nobody has",
        who: Who::Ordinary,
        bend: |request, _| request.member("refresh_token", UNKNOWN_TOKEN),
    },
    Provocation {
        operation: "setCurrentUserPassword",
        status: 403,
        code: Some("forbidden"),
        what: "long after the sign-in",
        who: Who::SignedInLongAgo,
        bend: |request, _| request,
    },
    Provocation {
        operation: "createAccountPassword",
        status: 409,
        code: Some("password_already_exists"),
        what: "by somebody who has a password",
        who: Who::Ordinary,
        bend: |request, _| request,
    },
    Provocation {
        operation: "changeAccountPassword",
        status: 400,
        code: Some("invalid_request"),
        what: "with a wrong current password",
        who: Who::Ordinary,
        bend: |request, _| request.member("current_password", "not this one"),
    },
    Provocation {
        operation: "changeAccountPassword",
        status: 404,
        code: Some("not_found"),
        what: "by somebody who has no password",
        who: Who::WithoutPassword,
        bend: |request, _| request,
    },
    Provocation {
        operation: "deleteAccountSession",
        status: 204,
        code: None,
        what: "to end the session that asks",
        who: Who::Ordinary,
        bend: |request, person| request.at(&format!("/auth/api/v1/account/sessions/{}", person.session)),
    },
];

/// The entries for one operation.
pub fn of(operation: &Operation) -> impl Iterator<Item = &'static Provocation> {
    PROVOCATIONS.iter().filter(move |entry| entry.operation == operation.id)
}

/// Runs every entry, and shows lapsed access tokens to everybody who asks for one.
pub async fn check(document: &Document, place: &Place, witness: &mut Witness) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in PROVOCATIONS {
        let Some(operation) = document.operation(entry.operation) else {
            let problem = format!("provokes `{}`, which is no operation of {FILE}", entry.operation);
            findings.push(Finding::new(HERE, problem, "take the entry out, or mend its name"));
            continue;
        };
        let person = place.person(entry.who).await;
        let request = (entry.bend)(ready::request(document, operation, &person), &person);
        let exchange = witness.ask(place.address(), operation, entry.what, &request).await;
        if !exchange.ended_with(entry.status, entry.code) {
            let wanted = entry.code.map_or_else(|| entry.status.to_string(), |code| format!("{} {code}", entry.status));
            let problem = format!("answers {} instead of {wanted} when asked {}", exchange.verdict(), entry.what);
            findings.push(Finding::new(operation.place(), problem, format!("mend the server, or the entry in {HERE}")));
        }
    }
    findings.extend(show_lapsed_tokens(document, place, witness).await);
    findings
}

async fn show_lapsed_tokens(document: &Document, place: &Place, witness: &mut Witness) -> Vec<Finding> {
    let mut findings = Vec::new();
    let past_its_life = place.app.policies.session.access_ttl + TimeDelta::minutes(1);
    let for_users = |operation: &&Operation| operation.access == Access::User && place.offers(operation);
    for operation in document.operations.iter().filter(for_users) {
        let person = place.person(usual(operation)).await;
        place.app.clock.advance(past_its_life);
        let request = ready::request(document, operation, &person);
        let exchange = witness.ask(place.address(), operation, "with a lapsed access token", &request).await;
        if exchange.status() != Some(401) {
            let problem = format!("answers {} to a lapsed access token", exchange.verdict());
            findings.push(Finding::new(operation.place(), problem, "mend the server: a lapsed token is none"));
        }
    }
    findings
}

/// Everything that the person's browser has, whether or not the operation asks for it.
pub fn with_browser(request: Request, person: &Person) -> Request {
    request.cookie(ACCESS, &person.access).cookie(REFRESH, &person.refresh).cookie(CSRF, &person.csrf)
}

fn with_visitors_pair(request: Request, person: &Person) -> Request {
    request.cookie(CSRF, &person.visitor_csrf).header(CSRF_HEADER, &person.visitor_csrf)
}
