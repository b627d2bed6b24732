//! `kill -9` in the middle of the work, again and again (S-164, S-165).

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use super::{Figures, rotating, wide};
use crate::Place;
use crate::audit::Audit;
use crate::crowd::joined;
use crate::http::{PASSWORD, Visitor, ask, exchange, refresh, sign_up, try_refresh};

/// How long the load runs before this kill: each time another while, so that it hits another moment.
fn pause(round: usize) -> Duration {
    const PAUSES: [u64; 10] = [60, 97, 134, 171, 208, 245, 282, 319, 356, 393];
    Duration::from_millis(PAUSES.iter().copied().cycle().nth(round).unwrap_or_default())
}

/// Refreshes until the server is gone. Gives the last token that arrived, and how many did.
fn refresh_until_gone(address: SocketAddr, mut token: String) -> (String, usize) {
    let mut count = 0;
    while let Ok(answer) = try_refresh(address, &token) {
        assert_eq!(answer.status, 200, "{}", answer.json);
        token = answer.tokens().refresh;
        count += 1;
    }
    (token, count)
}

/// Kills the server while people refresh. Whoever was cut off repeats the request and goes on; no
/// token that was handed out is lost, and no session has two that live.
pub fn while_people_refresh(place: Place, kills: usize, clients: usize) -> Figures {
    let place = rotating(place);
    let mut server = place.serve();
    let first = server.address;
    let mut held: Vec<String> =
        (0..clients).map(|number| sign_up(first, &format!("client{number}@example.org")).refresh).collect();
    let mut exchanged = 0;
    for round in 0..kills {
        let when = format!("{}, kill {round}", place.name());
        let address = server.address;
        let start = |token: String| thread::spawn(move || refresh_until_gone(address, token));
        let running: Vec<_> = held.drain(..).map(start).collect();
        thread::sleep(pause(round));
        server.kill();
        let last: Vec<(String, usize)> = running.into_iter().map(joined).collect();
        server = place.serve();
        let mut audit = Audit::of(&place);
        audit.assert_sound(&when);
        for (number, (token, count)) in last.into_iter().enumerate() {
            exchanged += count;
            assert!(audit.has_token(&token), "{when}, client {number}: a token that was handed out is lost");
            // Whether or not the answer to the last request was lost, its sender repeats it.
            let repaired = refresh(server.address, &token);
            assert_eq!(repaired.status, 200, "{when}, client {number}: {}", repaired.json);
            let again = refresh(server.address, &token);
            assert_eq!(again.status, 200, "{when}, client {number}: {}", again.json);
            let successor = repaired.tokens().refresh;
            assert_eq!(again.tokens().refresh, successor, "{when}: there are two live successors");
            held.push(successor);
        }
        audit.assert_sound(&when);
    }
    assert!(exchanged > clients, "{}: the clients hardly got to refresh ({exchanged})", place.name());
    format!("{kills} kills, {exchanged} refreshes acknowledged, none lost")
}

/// What one visitor who makes account after account got done before the server was gone.
struct Made {
    /// Address and refresh token of each account that was acknowledged.
    acknowledged: Vec<(String, String)>,
    /// The address whose sign-up was not answered.
    unanswered: String,
}

/// Makes accounts until the server is gone.
fn sign_up_until_gone(address: SocketAddr, visitor: &Visitor, name: &str) -> Made {
    let mut acknowledged = Vec::new();
    loop {
        let email = format!("{name}n{}@example.org", acknowledged.len());
        match exchange(address, &visitor.signup(&email)) {
            Ok(answer) if answer.status == 201 => acknowledged.push((email, answer.tokens().refresh)),
            Ok(answer) => assert!(answer.is_unavailable(), "{email}: {} {}", answer.status, answer.json),
            Err(_) => return Made { acknowledged, unanswered: email },
        }
    }
}

/// Kills the server while people sign up. Every account that was acknowledged is there as a whole, no
/// other is there in part, and whoever was cut off can sign up or finds that they have.
pub fn while_people_sign_up(place: Place, kills: usize, clients: usize) -> Figures {
    let place = wide(place);
    let mut server = place.serve();
    let visitor = Visitor::arrive(server.address);
    let (mut made, mut half_way) = (0, 0);
    for round in 0..kills {
        let when = format!("{}, kill {round}", place.name());
        let address = server.address;
        let start = |number: usize| {
            let visitor = visitor.clone();
            thread::spawn(move || sign_up_until_gone(address, &visitor, &format!("k{round}c{number}")))
        };
        let running: Vec<_> = (0..clients).map(start).collect();
        thread::sleep(pause(round) * 2);
        server.kill();
        let done: Vec<Made> = running.into_iter().map(joined).collect();
        server = place.serve();
        let mut audit = Audit::of(&place);
        audit.assert_sound(&when);
        for Made { acknowledged, unanswered } in done {
            made += acknowledged.len();
            for (email, refresh_token) in &acknowledged {
                assert!(audit.has_account(email, refresh_token), "{when}: {email} was acknowledged and is lost");
            }
            // Either nothing was kept, or all of it was and only the answer was lost: then the visitor
            // learns that the address is taken, and logs in.
            let retried = ask(server.address, &visitor.signup(&unanswered));
            assert!(matches!(retried.status, 201 | 400), "{when}, {unanswered}: {} {}", retried.status, retried.json);
            half_way += usize::from(retried.status == 400);
            let entered = ask(server.address, &visitor.login(&unanswered, PASSWORD));
            assert_eq!(entered.status, 200, "{when}, {unanswered}: {}", entered.json);
        }
        audit.assert_sound(&when);
    }
    assert!(made > clients, "{}: the visitors hardly got to sign up ({made})", place.name());
    format!("{kills} kills, {made} sign-ups acknowledged, none lost; {half_way} committed without an answer")
}
