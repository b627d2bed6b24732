//! What to do with a request: one pure decision, which the frameworks' layers only translate.

use authara_core::audience::Audience;
use authara_core::cookies::CookieNames;
use authara_core::token::VerifyError;
use chrono::{DateTime, Utc};

use crate::identity::Identity;
use crate::refusal::{Kind, return_target};
use crate::request_facts::RequestFacts;
use crate::verifier::Verifier;

/// What becomes of a request without a valid token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It is refused.
    Required,
    /// It goes on as nobody's.
    Optional,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It goes to the server's own pages and is none of the application's business.
    Untouched,
    /// It goes on, as this caller's.
    Identity(Identity),
    /// It goes on, as nobody's.
    Anonymous {
        /// Why there is no identity; [`VerifyError::Missing`] when there was no token.
        reason: VerifyError,
    },
    /// It is refused: signing in will help.
    SignedOut {
        /// Why there is no identity; [`VerifyError::Missing`] when there was no token.
        reason: VerifyError,
    },
    /// It is refused: issuer, audience or keys are not those of the server, and signing in again
    /// would only lead back here.
    Misconfigured {
        /// What does not match.
        reason: VerifyError,
    },
}

/// Everything that the decision depends on, apart from the request and the time.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) verifier: Verifier,
    pub(crate) cookie_names: CookieNames,
    pub(crate) prefix: String,
}

impl Gate {
    /// Decides.
    ///
    /// A bearer token comes before the cookie, and when there is one the cookie is not looked at:
    /// otherwise a request with a bad token would run as somebody else than its token says. Two
    /// different access cookies are none, because one of them may have been planted.
    pub(crate) fn decide(&self, facts: &RequestFacts<'_>, mode: Mode, now: DateTime<Utc>) -> Decision {
        if self.is_own(facts.path()) {
            return Decision::Untouched;
        }
        let bearer = facts.bearer();
        let cookie = facts.cookie(&self.cookie_names.access).one();
        let token = bearer.or(cookie).unwrap_or_default();
        let reason = match self.verifier.verify(token, now) {
            Ok(identity) => return Decision::Identity(identity),
            Err(reason) => reason,
        };
        match mode {
            Mode::Optional => Decision::Anonymous { reason },
            // A bad bearer token is answered with 401, which nobody follows in circles.
            Mode::Required if bearer.is_none() && self.would_loop(facts, &reason) => Decision::Misconfigured { reason },
            Mode::Required => Decision::SignedOut { reason },
        }
    }

    /// Would the login page, seeing a live session, send the browser straight back?
    fn would_loop(&self, facts: &RequestFacts<'_>, reason: &VerifyError) -> bool {
        match reason {
            // Application and administration share the cookie. The login page makes a token for the
            // audience of the return target, so that this mends itself unless ours is another one.
            VerifyError::Audience => {
                let kind = Kind::of(facts);
                let target = return_target(facts, kind);
                let given = target.map_or(Audience::App, |target| target.audience());
                kind != Kind::Api && given.as_str() != self.verifier.audience()
            }
            other => other.is_configuration(),
        }
    }

    /// Does the path lie below the server's prefix?
    ///
    /// A path that somebody may yet resolve to another one (`/auth/../private`) does not: what is
    /// left alone here stays unprotected.
    pub(crate) fn is_own(&self, path: &str) -> bool {
        let rest = path.strip_prefix(self.prefix.as_str());
        rest.is_some_and(|rest| (rest.is_empty() || rest.starts_with('/')) && rest.split('/').all(is_settled))
    }
}

/// Nothing that a later reader could take for a dot segment or for a slash.
fn is_settled(segment: &str) -> bool {
    let lower = segment.to_ascii_lowercase();
    let has_hidden_slash = lower.contains('\\') || lower.contains("%2f") || lower.contains("%5c");
    let decoded = lower.replace("%2e", ".");
    // Some servers cut a segment's parameters off before they resolve dots.
    let name = decoded.split(';').next().unwrap_or_default();
    !has_hidden_slash && !matches!(name, "." | "..")
}

#[cfg(test)]
pub(crate) mod cases;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::cases::{Outcome, cases};
    use super::*;
    use crate::testing::{authara, now, token, token_with};

    fn gate() -> Gate {
        authara().gate().clone()
    }

    #[test]
    fn t10_the_table_of_cases() {
        let (gate, authara) = (gate(), authara());
        for case in cases() {
            let facts = case.facts();
            let decision = gate.decide(&facts, case.mode, now());
            let outcome = match (&decision, authara.refusal(&facts, &decision)) {
                (_, Some(refusal)) => Outcome::Refused(refusal.status),
                (Decision::Identity(_), None) => Outcome::SignedIn,
                (_, None) => Outcome::Nobody,
            };
            assert_eq!(outcome, case.expected, "{}", case.name);
        }
    }

    #[test]
    fn r25_what_lies_below_the_prefix_is_left_alone_and_nothing_else() {
        let gate = gate();
        for path in ["/auth", "/auth/", "/auth/login", "/auth/api/v1/user", "/auth/.well-known/x"] {
            assert!(gate.is_own(path), "{path}");
        }
        for path in [
            "/",
            "/author",
            "/authentication/x",
            "/AUTH/login",
            "//auth/login",
            "/private/auth",
            "/auth/../private",
            "/auth/%2e%2E/private",
            "/auth/.%2e/private",
            "/auth/..;x/private",
            "/auth/..%2fprivate",
            "/auth/..\\private",
            "/auth/x%5c..%5c..%5cprivate",
            "/auth/./../private",
        ] {
            assert!(!gate.is_own(path), "{path}");
        }
        let facts = RequestFacts::new("GET", "/auth/login?x=/..");
        assert_eq!(gate.decide(&facts, Mode::Required, now()), Decision::Untouched);
    }

    #[test]
    fn r22_a_good_cookie_does_not_stand_in_for_a_bad_bearer_token() {
        let cookie = format!("authara_access={}", token());
        let facts = RequestFacts::new("GET", "/")
            .with_header("Cookie", cookie.as_bytes())
            .with_header("Authorization", b"Bearer x");
        let reason = VerifyError::Malformed;
        let decide = |mode| gate().decide(&facts, mode, now());
        assert_eq!(decide(Mode::Required), Decision::SignedOut { reason: reason.clone() });
        assert_eq!(decide(Mode::Optional), Decision::Anonymous { reason });
    }

    #[test]
    fn r35_another_audience_is_a_faulty_set_up_only_where_signing_in_would_not_mend_it() {
        let cookie = format!("authara_access={}", token_with("aud", json!("admin")));
        for (target, accept, is_faulty) in [
            ("/private", &b"text/html"[..], false),
            ("/private", b"*/*", false),
            // The login page takes what lies below /admin for the administration.
            ("/admin/x", b"text/html", true),
            ("/admin/x", b"*/*", false),
        ] {
            let facts =
                RequestFacts::new("GET", target).with_header("Accept", accept).with_header("Cookie", cookie.as_bytes());
            let decision = gate().decide(&facts, Mode::Required, now());
            let found = matches!(decision, Decision::Misconfigured { .. });
            assert_eq!(found, is_faulty, "{target}");
        }
    }

    proptest::proptest! {
        #[test]
        fn t04_any_headers_are_answered(cookie in "\\PC{0,60}", authorization in "\\PC{0,60}") {
            let facts = RequestFacts::new("GET", "/x")
                .with_header("Cookie", cookie.as_bytes())
                .with_header("Authorization", authorization.as_bytes());
            let decision = gate().decide(&facts, Mode::Required, now());
            let is_refused = matches!(decision, Decision::SignedOut { .. });
            proptest::prop_assert!(is_refused);
        }
    }
}
