//! Going back to an older state: what it brings back, and how an operator ends that (S-162).

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::http::{Tokens, log_in, refresh, send, sign_up, user_status};
use crate::installation::Installation;
use crate::sessions::assert_refused_soon;

const VARIABLES: [(&str, &str); 2] =
    [("AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL", "always"), ("AUTHARA_RATE_LIMIT_SIGNUP_IP_LIMIT", "100")];

/// Somebody who refreshes all the time.
struct Load {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<u32>,
}

impl Load {
    fn start(address: SocketAddr, mut tokens: Tokens) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let thread = std::thread::spawn(move || {
            let mut count = 0;
            while !told.load(Ordering::SeqCst) {
                let answer = refresh(address, &tokens.refresh);
                assert_eq!(answer.status, 200, "{}", answer.json);
                tokens = answer.tokens();
                count += 1;
            }
            count
        });
        Self { is_over, thread }
    }

    /// Ends it, and says how often it refreshed.
    fn stop(self) -> u32 {
        self.is_over.store(true, Ordering::SeqCst);
        self.thread.join().expect("every refresh succeeded")
    }
}

fn log_out(address: SocketAddr, tokens: &Tokens) {
    let bearer = format!("Bearer {}", tokens.access);
    let headers = [("authorization", bearer.as_str())];
    let answer = send(address, "POST", "/auth/api/v1/sessions/logout", &headers, None).expect("the server answers");
    assert_eq!(answer.status, 204, "{}", answer.json);
}

#[test]
fn s162_what_an_older_state_brings_back_to_life_ends_by_the_operators_word() {
    for installation in Installation::on_each_database(&VARIABLES) {
        let (name, place) = (installation.name(), &installation.place);
        let server = place.serve();
        let address = server.address;
        let [danas, erins, finns] =
            ["dana@example.org", "erin@example.org", "finn@example.org"].map(|email| sign_up(address, email));
        let load = Load::start(address, erins);
        installation.back_up("copy");
        assert!(load.stop() > 0, "{name}: there was no load");

        // What the copy does not know: a rotation, a logout, a login, an account.
        let danas_next = refresh(address, &danas.refresh).tokens();
        log_out(address, &finns);
        let danas_second = log_in(address, "dana@example.org").tokens();
        let ginas = sign_up(address, "gina@example.org");
        assert_eq!(server.stop().status.code(), Some(0), "{name}");
        installation.restore("copy");

        let server = place.serve();
        let address = server.address;
        for (what, newer) in [("rotation", &danas_next), ("login", &danas_second), ("account", &ginas)] {
            assert_eq!(refresh(address, &newer.refresh).status, 401, "{name}: {what}");
        }
        assert_eq!(user_status(address, &ginas.access), 401, "{name}");
        // A token for an account that is there is good until it lapses, whatever its session.
        assert_eq!(user_status(address, &danas_second.access), 200, "{name}");
        // What was spent is not, and who had signed out is signed in.
        let revived = refresh(address, &danas.refresh).tokens();
        assert_eq!(refresh(address, &finns.refresh).status, 200, "{name}");
        assert_eq!(user_status(address, &finns.access), 200, "{name}");

        let printed = place.run(&["end-all-sessions"]).expect_success();
        assert!(printed.starts_with("Ended 3 sessions.\n"), "{name}: {printed}");
        for (whose, tokens) in [("dana", &danas), ("dana, renewed", &revived), ("finn", &finns)] {
            assert_refused_soon(address, &tokens.access, &format!("{name}: {whose}"));
            assert_eq!(refresh(address, &tokens.refresh).status, 401, "{name}: {whose}");
        }
        for email in ["dana@example.org", "erin@example.org", "finn@example.org"] {
            let tokens = log_in(address, email).tokens();
            assert_eq!(user_status(address, &tokens.access), 200, "{name}: {email}");
            assert_eq!(refresh(address, &tokens.refresh).status, 200, "{name}: {email}");
        }
        assert_eq!(log_in(address, "gina@example.org").status, 401, "{name}");
    }
}

#[test]
fn s162_a_restored_database_can_be_cleared_of_sessions_before_it_is_served() {
    for installation in Installation::on_each_database(&VARIABLES) {
        let (name, place) = (installation.name(), &installation.place);
        let server = place.serve();
        let danas = sign_up(server.address, "dana@example.org");
        installation.back_up("copy");
        log_out(server.address, &danas);
        assert_eq!(server.stop().status.code(), Some(0), "{name}");
        installation.restore("copy");
        let printed = place.run(&["end-all-sessions"]).expect_success();
        assert!(printed.starts_with("Ended 1 session.\n"), "{name}: {printed}");
        let server = place.serve();
        assert_eq!(user_status(server.address, &danas.access), 401, "{name}");
        assert_eq!(refresh(server.address, &danas.refresh).status, 401, "{name}");
        assert_eq!(log_in(server.address, "dana@example.org").status, 200, "{name}");
    }
}
