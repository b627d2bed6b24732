//! One table of requests and what becomes of them, for the pure decision and for every layer.

use serde_json::json;

use super::Mode;
use crate::request_facts::RequestFacts;
use crate::testing::{self, NOW};
use Outcome::{Nobody, Refused, SignedIn};

type Headers = Vec<(&'static str, String)>;

/// A request, and what has to become of it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) mode: Mode,
    pub(crate) headers: Headers,
    pub(crate) expected: Outcome,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The handler ran and knew the caller.
    SignedIn,
    /// The handler ran and knew nobody.
    Nobody,
    /// The handler did not run; this status was answered.
    Refused(u16),
}

impl Case {
    pub(crate) const METHOD: &'static str = "GET";
    pub(crate) const TARGET: &'static str = "/private?page=2";

    pub(crate) fn facts(&self) -> RequestFacts<'_> {
        let start = RequestFacts::new(Self::METHOD, Self::TARGET);
        self.headers.iter().fold(start, |facts, (name, value)| facts.with_header(name, value.as_bytes()))
    }
}

/// Kinds of requests, in the order of the columns of [`rows`].
const KINDS: [(&str, &str, &str); 3] =
    [("page", "Accept", "text/html"), ("program", "Accept", "application/json"), ("fragment", "HX-Request", "true")];

/// Where the token is and what it is worth; what becomes of it where a token is required, by kind
/// of request; and where it is optional.
fn rows() -> Vec<(&'static str, Headers, [Outcome; 3], Outcome)> {
    let cookie = |value: &str| ("Cookie", format!("theme=dark; authara_access={value}"));
    let bearer = |value: &str| ("Authorization", format!("Bearer {value}"));
    let good = testing::token();
    let lapsed = testing::token_with("exp", json!(NOW - 60));
    let foreign = testing::token_with("iss", json!("other"));
    let admins = testing::token_with("aud", json!("admin"));
    let (forged, unknown) = (testing::forged(), testing::under_unknown_key());
    let signed_out = [Refused(302), Refused(401), Refused(200)];
    let program = [Refused(401); 3];
    let faulty = [Refused(500); 3];
    vec![
        ("nothing", vec![], signed_out, Nobody),
        ("good cookie", vec![cookie(&good)], [SignedIn; 3], SignedIn),
        ("good bearer", vec![bearer(&good)], [SignedIn; 3], SignedIn),
        ("lapsed cookie", vec![cookie(&lapsed)], signed_out, Nobody),
        ("lapsed bearer", vec![bearer(&lapsed)], program, Nobody),
        ("odd cookie", vec![cookie("x.y.z")], signed_out, Nobody),
        ("empty cookie", vec![cookie("")], signed_out, Nobody),
        ("foreign cookie", vec![cookie(&foreign)], faulty, Nobody),
        ("foreign bearer", vec![bearer(&foreign)], program, Nobody),
        ("forged cookie", vec![cookie(&forged)], faulty, Nobody),
        ("forged bearer", vec![bearer(&forged)], program, Nobody),
        ("unknown key, cookie", vec![cookie(&unknown)], faulty, Nobody),
        ("unknown key, bearer", vec![bearer(&unknown)], program, Nobody),
        ("administration's cookie", vec![cookie(&admins)], signed_out, Nobody),
        ("bad bearer, good cookie", vec![bearer("x"), cookie(&good)], program, Nobody),
        ("empty bearer, good cookie", vec![("Authorization", "Bearer".to_owned()), cookie(&good)], program, Nobody),
        ("good bearer, bad cookie", vec![bearer(&good), cookie("x")], [SignedIn; 3], SignedIn),
        (
            "another scheme, good cookie",
            vec![("Authorization", "Basic eDp5".to_owned()), cookie(&good)],
            [SignedIn; 3],
            SignedIn,
        ),
        ("two bearers", vec![bearer(&good), bearer("x")], program, Nobody),
        (
            "two access cookies",
            vec![("Cookie", format!("authara_access={good}; authara_access=x"))],
            signed_out,
            Nobody,
        ),
        ("the same access cookie twice", vec![cookie(&good), cookie(&good)], [SignedIn; 3], SignedIn),
    ]
}

/// Every row for every kind of request in every mode.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (state, headers, required, optional) in rows() {
        for ((kind, name, value), expected) in KINDS.into_iter().zip(required) {
            let mut headers = headers.clone();
            headers.push((name, value.to_owned()));
            for (mode, expected) in [(Mode::Required, expected), (Mode::Optional, optional)] {
                cases.push(Case {
                    name: format!("{state}, {kind}, {mode:?}"),
                    mode,
                    headers: headers.clone(),
                    expected,
                });
            }
        }
    }
    cases
}
