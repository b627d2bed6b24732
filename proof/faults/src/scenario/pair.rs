//! Two server processes on one PostgreSQL database act as one (S-179).

use std::net::SocketAddr;
use std::time::Duration;

use super::{Figures, rotating};
use crate::Place;
use crate::audit::Audit;
use crate::crowd::{together, until};
use crate::http::{PASSWORD, Request, Visitor, ask, log_in, refresh, sign_up, user_status};

/// One of both.
fn pick(servers: [SocketAddr; 2], number: usize) -> SocketAddr {
    let [first, second] = servers;
    if number.is_multiple_of(2) { first } else { second }
}

/// Spends a refresh token at both servers at once, again and again. Both give the same successor,
/// and it is the only one that lives.
fn spend_at_both(servers: [SocketAddr; 2], audit: &mut Audit, mut token: String, rounds: usize) -> String {
    for round in 0..rounds {
        let answers = together(2, |number| refresh(pick(servers, number), &token));
        let given: Vec<String> = answers
            .iter()
            .map(|answer| {
                assert_eq!(answer.status, 200, "round {round}: {}", answer.json);
                answer.tokens().refresh
            })
            .collect();
        let successor = given.first().expect("two answers").clone();
        assert!(given.iter().all(|other| *other == successor), "round {round}: two successors");
        assert_eq!(audit.live_tokens_beside(&successor), 1, "round {round}");
        token = successor;
    }
    token
}

/// Signs up one address at both servers at once, again and again: one account each time.
fn sign_up_at_both(servers: [SocketAddr; 2], audit: &mut Audit, rounds: usize) {
    let visitor = Visitor::arrive(pick(servers, 0));
    for round in 0..rounds {
        let email = format!("twin{round}@example.org");
        let answers = together(2, |number| ask(pick(servers, number), &visitor.signup(&email)));
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        let is_fine = matches!(*statuses, [201, 400 | 503]);
        assert!(is_fine, "round {round}: {statuses:?}");
        assert_eq!(audit.accounts_of(&email), 1, "round {round}");
        for number in 0..2 {
            let entered = ask(pick(servers, number), &visitor.login(&email, PASSWORD));
            assert_eq!(entered.status, 200, "round {round}, server {number}: {}", entered.json);
        }
    }
}

/// Runs two servers side by side on the database of this place, which is on PostgreSQL. What is done
/// at one holds at the other, what may happen once happens once, and who signs out at one is refused
/// by the other within the limit.
pub fn on_one_database(place: Place, rounds: usize, heard_within: Duration) -> Figures {
    let keys = place.run(&["keys", "generate"]).expect_success();
    let place = rotating(place).with("AUTHARA_JWT_KEYS", keys.trim());
    let beside = place.beside();
    let (first, second) = (place.serve(), beside.serve());
    let servers = [first.address, second.address];
    let mut audit = Audit::of(&place);

    let dana = sign_up(first.address, "dana@example.org");
    assert_eq!(user_status(second.address, &dana.access), 200, "a session of one is unknown to the other");
    assert_eq!(log_in(second.address, "dana@example.org").status, 200, "an account of one is unknown to the other");
    let token = spend_at_both(servers, &mut audit, dana.refresh, rounds);
    sign_up_at_both(servers, &mut audit, rounds.div_ceil(4));

    let mut slowest = Duration::ZERO;
    for round in 0..rounds.div_ceil(4) {
        let leaver = log_in(pick(servers, round), "dana@example.org").tokens();
        let other = pick(servers, round + 1);
        assert_eq!(user_status(other, &leaver.access), 200, "round {round}");
        let left = Request::post("/auth/api/v1/sessions/logout").bearer(&leaver.access);
        assert_eq!(ask(pick(servers, round), &left).status, 204, "round {round}");
        let heard = until("the other server heard of it", heard_within, || user_status(other, &leaver.access) == 401);
        slowest = slowest.max(heard);
        assert_eq!(refresh(other, &leaver.refresh).status, 401, "round {round}");
    }
    // Everybody else stayed.
    for server in servers {
        assert_eq!(refresh(server, &token).status, 200);
    }
    audit.assert_sound("two servers");
    format!("{rounds} races for one token, logout heard within {slowest:.0?}")
}
