//! Who is let in: credentials, CSRF pair and bearer tokens, as the annotations say.
//!
//! Each case brings about an answer that the document lists, the success of every operation among
//! them, so that nothing here needs a provocation of its own.

use super::exchange::Witness;
use super::ready;
use super::stage::{ACCESS, CSRF, CSRF_HEADER, Person, REFRESH, Stage, Who, usual};
use super::wire::Request;
use crate::document::{Access, Document, FILE, Operation};
use crate::finding::Finding;

/// In the shape of every value that could be meant, and issued to nobody.
const MADE_UP: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What the answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Success,
    Refusal(u16),
    NoSuccess,
}

/// One way to call operations that the annotations say something about.
struct Case {
    /// How it is asked, as the rest of "asked ..".
    what: &'static str,
    /// The annotation that decides.
    annotation: &'static str,
    applies: fn(&Operation) -> bool,
    wanted: Wanted,
    /// Bends the request with which the first person succeeds; the second is a stranger.
    bend: fn(Request, &Person, &Person) -> Request,
}

const CASES: &[Case] = &[
    Case {
        what: "with what `security` lists and nothing else",
        annotation: "security",
        applies: |_| true,
        wanted: Wanted::Success,
        bend: |request, _, _| request,
    },
    Case {
        what: "without credentials",
        annotation: "x-authara-access",
        applies: is_for_users,
        wanted: Wanted::Refusal(401),
        bend: |request, _, _| request.without_cookies().without_header("authorization"),
    },
    Case {
        what: "with an access cookie that is no token",
        annotation: "x-authara-access",
        applies: |operation| is_for_users(operation) && asks_for_access_cookie(operation),
        wanted: Wanted::Refusal(401),
        bend: |request, _, _| request.cookie(ACCESS, "junk"),
    },
    Case {
        what: "with a refresh token in place of the access token",
        annotation: "x-authara-access",
        applies: |operation| is_for_users(operation) && asks_for_access_cookie(operation),
        wanted: Wanted::Refusal(401),
        bend: |request, person, _| request.cookie(ACCESS, &person.refresh).cookie(REFRESH, &person.refresh),
    },
    Case {
        what: "without the CSRF pair",
        annotation: "x-authara-csrf",
        applies: |operation| operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, _, _| without_pair(request),
    },
    Case {
        what: "without the CSRF header",
        annotation: "x-authara-csrf",
        applies: |operation| operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, _, _| request.without_header(CSRF_HEADER),
    },
    Case {
        what: "without the CSRF cookie",
        annotation: "x-authara-csrf",
        applies: |operation| operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, _, _| request.without_cookie(CSRF),
    },
    Case {
        what: "with another CSRF value in the header than in the cookie",
        annotation: "x-authara-csrf",
        applies: |operation| operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, _, stranger| request.header(CSRF_HEADER, &stranger.csrf),
    },
    Case {
        what: "with a CSRF pair that was never issued",
        annotation: "x-authara-csrf",
        applies: |operation| operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, _, _| request.cookie(CSRF, MADE_UP).header(CSRF_HEADER, MADE_UP),
    },
    Case {
        what: "with the CSRF pair of somebody else's session",
        annotation: "x-authara-csrf",
        // Without an access cookie nothing says whose pair it has to be.
        applies: |operation| operation.csrf && asks_for_access_cookie(operation),
        wanted: Wanted::Refusal(403),
        bend: |request, _, stranger| request.cookie(CSRF, &stranger.csrf).header(CSRF_HEADER, &stranger.csrf),
    },
    Case {
        what: "with a CSRF pair that was never issued, though none is asked for",
        annotation: "x-authara-csrf",
        applies: |operation| !operation.csrf,
        wanted: Wanted::Success,
        bend: |request, _, _| request.cookie(CSRF, MADE_UP).header(CSRF_HEADER, MADE_UP),
    },
    Case {
        what: "with a bearer token and without cookies and CSRF pair",
        annotation: "x-authara-bearer",
        applies: |operation| operation.bearer,
        wanted: Wanted::Success,
        bend: |request, person, _| alone(request, &person.bearer()),
    },
    Case {
        what: "with a bearer token that is none, beside good cookies",
        annotation: "x-authara-bearer",
        // The header takes the place of the cookies, so that they do not help.
        applies: |operation| operation.bearer && is_for_users(operation),
        wanted: Wanted::Refusal(401),
        bend: |request, _, _| request.header("authorization", "Bearer junk"),
    },
    Case {
        what: "with a bearer token alone, which is not accepted here",
        annotation: "x-authara-bearer",
        applies: |operation| !operation.bearer && asks_for_cookie(operation),
        wanted: Wanted::NoSuccess,
        bend: |request, person, _| alone(request, &person.bearer()),
    },
    Case {
        what: "with a bearer token in place of the CSRF pair, which is not accepted here",
        annotation: "x-authara-bearer",
        applies: |operation| !operation.bearer && operation.csrf,
        wanted: Wanted::Refusal(403),
        bend: |request, person, _| without_pair(request).header("authorization", &person.bearer()),
    },
    Case {
        what: "with a bearer token that is none, which nobody asks for",
        annotation: "x-authara-bearer",
        applies: |operation| !operation.bearer && operation.security.is_empty(),
        wanted: Wanted::Success,
        bend: |request, _, _| request.header("authorization", "Bearer junk"),
    },
];

/// Calls every operation in every way that its annotations speak of.
pub async fn check(document: &Document, stage: &impl Stage, witness: &mut Witness) -> Vec<Finding> {
    let mut findings = Vec::new();
    for operation in document.operations.iter().filter(|operation| stage.offers(operation)) {
        for case in CASES.iter().filter(|case| (case.applies)(operation)) {
            let person = stage.person(usual(operation)).await;
            let stranger = stage.person(Who::Ordinary).await;
            let request = (case.bend)(ready::request(document, operation, &person), &person, &stranger);
            let exchange = witness.ask(stage.address(), operation, case.what, &request).await;
            let (is_met, wanted) = match case.wanted {
                Wanted::Success => (exchange.is_success(), "a success".to_owned()),
                Wanted::NoSuccess => (!exchange.is_success(), "a refusal".to_owned()),
                Wanted::Refusal(status) => (exchange.status() == Some(status), status.to_string()),
            };
            if !is_met {
                let problem = format!("answers {} instead of {wanted} when asked {}", exchange.verdict(), case.what);
                let remedy = format!("mend the server, or `{}` of `{}` in {FILE}", case.annotation, operation.id);
                findings.push(Finding::new(operation.place(), problem, remedy));
            }
        }
    }
    findings
}

fn is_for_users(operation: &Operation) -> bool {
    operation.access == Access::User
}

fn asks_for_access_cookie(operation: &Operation) -> bool {
    operation.security.iter().any(|scheme| scheme == "accessCookie")
}

/// Is a session cookie what proves who is calling?
fn asks_for_cookie(operation: &Operation) -> bool {
    asks_for_access_cookie(operation) || operation.security.iter().any(|scheme| scheme == "refreshCookie")
}

fn without_pair(request: Request) -> Request {
    request.without_cookie(CSRF).without_header(CSRF_HEADER)
}

fn alone(request: Request, authorization: &str) -> Request {
    without_pair(request).without_cookies().header("authorization", authorization)
}
