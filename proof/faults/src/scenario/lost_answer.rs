//! Repeating a request whose answer was lost (S-180).

use std::net::SocketAddr;

use super::{Figures, rotating};
use crate::Place;
use crate::audit::Audit;
use crate::http::{Browser, Connection, PASSWORD, Request, Visitor, ask, refresh, refresh_request, user_status};

/// How an answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// The client hangs up at once: the server may not have done it, or be at it, or have done it.
    AtOnce,
    /// The client hangs up when the answer begins: the server has done it.
    DuringTheAnswer,
}

/// Sends a request and loses its answer.
fn lose(address: SocketAddr, request: &Request, loss: Loss) {
    let mut connection = Connection::open(address).expect("the server listens");
    connection.send(request).expect("the server is there");
    match loss {
        Loss::AtOnce => drop(connection),
        Loss::DuringTheAnswer => connection.hang_up_during_the_answer().expect("an answer begins"),
    }
}

/// Loses the answer to everything that changes something, in one way and in the other, and repeats
/// the request: the outcome is the same, or the refusal does no harm.
pub fn of_everything_that_changes_something(place: Place) -> Figures {
    let place = rotating(place);
    let name = place.name();
    let server = place.serve();
    let address = server.address;
    let mut audit = Audit::of(&place);
    for loss in [Loss::AtOnce, Loss::DuringTheAnswer] {
        let when = format!("{name}, {loss:?}");
        sign_up_again(address, loss, &when);
        refresh_again(address, loss, &mut audit, &when);
        refresh_a_browser_again(address, loss, &when);
        log_out_again(address, loss, &when);
        audit.assert_sound(&when);
    }
    for loss in [Loss::AtOnce, Loss::DuringTheAnswer] {
        assert_eq!(audit.accounts_of(&visitor_of(loss)), 1, "{name}, {loss:?}");
    }
    "sign-up, login, refresh, logout".to_owned()
}

/// The address that signs up while answers are lost in this way.
fn visitor_of(loss: Loss) -> String {
    format!("visitor-{loss:?}@example.org").to_lowercase()
}

/// The second sign-up makes the account, or says that it is there; then its owner logs in.
fn sign_up_again(address: SocketAddr, loss: Loss, when: &str) {
    let visitor = Visitor::arrive(address);
    let email = visitor_of(loss);
    let (signup, login) = (visitor.signup(&email), visitor.login(&email, PASSWORD));
    lose(address, &signup, loss);
    let again = ask(address, &signup);
    let expected: &[u16] = if loss == Loss::DuringTheAnswer { &[400] } else { &[201, 400] };
    assert!(expected.contains(&again.status), "{when}: {} {}", again.status, again.json);
    lose(address, &login, loss);
    let entered = ask(address, &login);
    assert_eq!(entered.status, 200, "{when}: {}", entered.json);
    assert_eq!(user_status(address, &entered.tokens().access), 200, "{when}");
}

/// Whoever repeats a refresh gets the same successor each time.
fn refresh_again(address: SocketAddr, loss: Loss, audit: &mut Audit, when: &str) {
    let token = Browser::sign_up(address, &format!("token-{}", visitor_of(loss))).tokens.refresh;
    lose(address, &refresh_request(&token), loss);
    let [first, second] = [refresh(address, &token), refresh(address, &token)];
    assert_eq!((first.status, second.status), (200, 200), "{when}: {} {}", first.json, second.json);
    assert_eq!(first.tokens().refresh, second.tokens().refresh, "{when}: two successors");
    assert_eq!(audit.live_tokens_beside(&token), 1, "{when}");
}

/// The same with cookies.
fn refresh_a_browser_again(address: SocketAddr, loss: Loss, when: &str) {
    let browser = Browser::sign_up(address, &format!("browser-{}", visitor_of(loss)));
    lose(address, &browser.refresh(), loss);
    let [first, second] = [ask(address, &browser.refresh()), ask(address, &browser.refresh())];
    assert_eq!((first.status, second.status), (200, 200), "{when}: {} {}", first.json, second.json);
    let given = first.cookie("authara_refresh");
    assert!(given.is_some_and(|token| !token.is_empty()), "{when}: {given:?}");
    assert_eq!(given, second.cookie("authara_refresh"), "{when}: two successors");
}

/// Signing out twice is signing out.
fn log_out_again(address: SocketAddr, loss: Loss, when: &str) {
    let browser = Browser::sign_up(address, &format!("leaver-{}", visitor_of(loss)));
    lose(address, &browser.logout(), loss);
    assert_eq!(ask(address, &browser.logout()).status, 204, "{when}");
    assert_eq!(refresh(address, &browser.tokens.refresh).status, 401, "{when}");
    assert_eq!(user_status(address, &browser.tokens.access), 401, "{when}");
}
