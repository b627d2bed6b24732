//! One renewal for many requests, and the right word for each way it may end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::stand_in::{COOKIES, Says, stand_in};
use crate::testing::{NOW, USER, token, token_with};
use crate::{Admission, Arrival, Authara, Policy, RequestFacts};

async fn admitted(authara: &Authara, cookies: &str, policy: &Policy) -> Admission {
    let facts = RequestFacts::new("GET", "/private").with_header("Accept", b"text/html");
    let facts = facts.with_header("Cookie", cookies.as_bytes());
    let arrival = authara.arrive(&facts, policy);
    match arrival {
        Arrival::Settled(admission) => admission,
        Arrival::Waiting(waiting) => {
            let renewal = authara.renew(&waiting).await;
            authara.admit(&facts, policy, waiting, renewal)
        }
    }
}

fn refused(admission: &Admission) -> (u16, Vec<&str>) {
    let Admission::Refused(refusal) = admission else { return (0, Vec::new()) };
    let cookies = refusal.headers.iter().filter(|(name, _)| *name == "set-cookie");
    (refusal.status, cookies.map(|(_, value)| value.as_str()).collect())
}

fn renewing() -> Policy {
    Policy::required().with_refresh()
}

#[tokio::test]
async fn r30_r36_many_requests_with_one_token_renew_once_and_all_get_the_cookies() {
    let (authara, asked) = stand_in(Says::Renewed);
    let requests = (0..50).map(|_| {
        let authara = authara.clone();
        tokio::spawn(async move { admitted(&authara, COOKIES, &renewing()).await })
    });
    for request in requests.collect::<Vec<_>>() {
        let Admission::Pass(pass) = request.await.unwrap() else { unreachable!("it passes") };
        assert_eq!(pass.identity.unwrap().user_id.to_string(), USER);
        assert_eq!(pass.set_cookies.lines().count(), 2);
        let seen = format!("theme=dark; authara_refresh=new; authara_csrf=c; authara_access={}", token());
        assert_eq!(pass.cookie_header.unwrap(), seen);
    }
    assert_eq!(asked.renewals.load(Ordering::Relaxed), 1);
    // Whoever set out with the old token a moment later gets the same; another token is another matter.
    assert!(matches!(admitted(&authara, COOKIES, &renewing()).await, Admission::Pass(_)));
    assert_eq!(asked.renewals.load(Ordering::Relaxed), 1);
    admitted(&authara, "authara_refresh=other; authara_csrf=c", &renewing()).await;
    assert_eq!(asked.renewals.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn r30_whoever_stops_waiting_stops_nobody_else() {
    let (authara, asked) = stand_in(Says::Renewed);
    let first = tokio::spawn({
        let authara = authara.clone();
        async move { admitted(&authara, COOKIES, &renewing()).await }
    });
    while asked.renewals.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(matches!(admitted(&authara, COOKIES, &renewing()).await, Admission::Pass(_)));
    assert_eq!(asked.renewals.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn r32_without_a_csrf_cookie_one_is_fetched_and_passed_on() {
    let (authara, asked) = stand_in(Says::Renewed);
    let admission = admitted(&authara, "authara_refresh=old", &renewing()).await;
    let Admission::Pass(pass) = admission else { unreachable!("it passes") };
    assert_eq!(asked.proofs.load(Ordering::Relaxed), 1);
    assert!(pass.set_cookies.lines().any(|line| line.starts_with("authara_csrf=proof")), "{:?}", pass.cookie_header);
}

#[tokio::test]
async fn r34_signed_out_and_away_are_never_confused() {
    let clearing = vec!["authara_access=; Max-Age=0", "authara_refresh=; Max-Age=0"];
    for (says, status, cookies) in [
        (Says::SignedOut, 302, clearing),
        (Says::Forbidden, 403, vec![]),
        (Says::Limited, 503, vec![]),
        (Says::Broken, 503, vec![]),
        (Says::Gone, 503, vec![]),
        (Says::NoToken, 503, vec![]),
        (Says::Foreign, 500, vec![]),
    ] {
        let (authara, _) = stand_in(says);
        let admission = admitted(&authara, COOKIES, &renewing()).await;
        assert_eq!(refused(&admission), (status, cookies), "{says:?}");
        if status == 503 {
            let Admission::Refused(refusal) = admission else { unreachable!("it is refused") };
            let wait = refusal.headers.iter().find(|(name, _)| *name == "retry-after").unwrap();
            assert_eq!(wait.1, if matches!(says, Says::Limited) { "7" } else { "5" }, "{says:?}");
            let old = renewing().treat_unavailable_as_signed_out();
            assert_eq!(refused(&admitted(&authara, COOKIES, &old).await), (302, vec![]), "{says:?}");
        }
        // Where nobody has to be signed in, the request goes on, and knows why it is nobody's.
        let Admission::Pass(pass) = admitted(&authara, COOKIES, &Policy::optional().with_refresh()).await else {
            unreachable!("{says:?}: it passes")
        };
        assert_eq!((pass.identity, pass.is_unavailable), (None, status == 503), "{says:?}");
    }
}

#[tokio::test]
async fn r30_a_session_that_is_over_is_not_asked_for_again_at_once_and_an_outage_is() {
    for (says, expected) in [(Says::SignedOut, 1), (Says::Limited, 3)] {
        let (authara, asked) = stand_in(says);
        for _ in 0..3 {
            admitted(&authara, COOKIES, &renewing()).await;
        }
        assert_eq!(asked.renewals.load(Ordering::Relaxed), expected, "{says:?}");
    }
}

#[tokio::test]
async fn r22_r23_nothing_is_renewed_for_a_bearer_token_or_with_two_refresh_cookies() {
    let (authara, asked) = stand_in(Says::Renewed);
    let facts = RequestFacts::new("GET", "/").with_header("Authorization", b"Bearer x");
    let facts = facts.with_header("Cookie", COOKIES.as_bytes());
    let Arrival::Settled(admission) = authara.arrive(&facts, &renewing()) else { unreachable!("nobody is asked") };
    assert_eq!(refused(&admission).0, 401);
    assert_eq!(refused(&admitted(&authara, "authara_refresh=a; authara_refresh=b", &renewing()).await).0, 302);
    assert_eq!(refused(&admitted(&authara, "theme=dark", &renewing()).await).0, 302);
    assert_eq!(asked.renewals.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn r39_a_page_is_renewed_early_and_a_failure_costs_nothing() {
    let soon = token_with("exp", json!(NOW + 20));
    let cookies = format!("authara_access={soon}; {COOKIES}");
    let early = Policy::required().early_refresh(Duration::from_secs(30));
    for (says, lines) in [(Says::Renewed, 2), (Says::Gone, 0), (Says::SignedOut, 0)] {
        let (authara, asked) = stand_in(says);
        let Admission::Pass(pass) = admitted(&authara, &cookies, &early).await else { unreachable!("it passes") };
        assert!(pass.identity.is_some(), "{says:?}");
        assert_eq!((pass.set_cookies.lines().count(), asked.renewals.load(Ordering::Relaxed)), (lines, 1), "{says:?}");
        // With time left nobody is asked.
        admitted(&authara, &format!("authara_access={}; {COOKIES}", token()), &early).await;
        assert_eq!(asked.renewals.load(Ordering::Relaxed), 1, "{says:?}");
    }
}

#[tokio::test]
async fn r24_roles_are_asked_of_whoever_passes() {
    use crate::{OrganizationRole, PlatformRole};
    let (authara, _) = stand_in(Says::Renewed);
    let cookies = format!("authara_access={}", token());
    let policy = Policy::required().organization_role(OrganizationRole::Admin);
    assert!(matches!(admitted(&authara, &cookies, &policy).await, Admission::Pass(_)), "an owner is an admin");
    let policy = Policy::required().platform_role(PlatformRole::Admin);
    assert_eq!(refused(&admitted(&authara, &cookies, &policy).await).0, 403);
    let policy = Policy::optional().platform_role(PlatformRole::Admin);
    assert_eq!(refused(&admitted(&authara, "", &policy).await).0, 302);
}

#[tokio::test]
async fn r25_a_guard_can_be_limited_to_some_paths() {
    let (authara, _) = stand_in(Says::Renewed);
    let policy = Policy::required().only(|path| path.starts_with("/admin"));
    assert!(matches!(admitted(&authara, "", &policy).await, Admission::Untouched));
}

#[test]
fn r30_what_is_remembered_is_bounded() {
    use super::flights::{Flights, Seat};
    let flights = Arc::new(Flights::new(Duration::from_secs(60), Duration::from_secs(60)));
    for number in 0..12_000_u64 {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        match flights.seat(key) {
            Seat::Pilot(flight, _) => flight.land(super::Outcome::Forbidden),
            Seat::Known(_) | Seat::Passenger(_) => unreachable!("every token is another one"),
        }
    }
    let (entries, order) = flights.len();
    assert!((9_990..=10_001).contains(&entries) && order <= 10_001, "{entries} {order}");
    // A flight that ends without a word frees its token.
    drop(flights.seat([9; 32]));
    assert!(matches!(flights.seat([9; 32]), Seat::Pilot(..)));
}
