//! The disk fills up under a SQLite database.

use std::path::Path;

use super::{Figures, wide};
use crate::Place;
use crate::audit::Audit;
use crate::http::{Browser, PASSWORD, Visitor, ask, get_status, refresh, user_status};

/// What is left on the disk when the server starts: room for some accounts.
const ROOM_BYTES: u64 = 512 * 1024;
/// So many refusals are enough to see.
const REFUSALS: usize = 8;
/// More accounts than the room can hold.
const MOST: usize = 1000;

/// The size of the largest file of the database.
fn largest_file(place: &Place) -> u64 {
    let files = std::fs::read_dir(place.path("data")).expect("the data folder");
    let sizes = files.map(|file| file.and_then(|file| file.metadata()).expect("a file").len());
    sizes.max().unwrap_or_default()
}

/// Signs people up until the disk is full. Who finds it full is told to come back, nothing that was
/// acknowledged is lost, reads and sessions go on, and with room on the disk everything is well again.
///
/// The full disk is a limit on the size of the server's files, which needs no rights and harms no
/// other program: writes fail just the same.
pub fn fills_up(server: &Path) -> Figures {
    let place = wide(Place::new(server));
    let server = place.serve();
    let dana = Browser::sign_up(server.address, "dana@example.org").tokens;
    server.stop();

    let room = largest_file(&place) + ROOM_BYTES;
    let place = place.with_largest_file(Some(room));
    let server = place.serve();
    let address = server.address;
    let visitor = Visitor::arrive(address);
    let (mut made, mut refused) = (Vec::new(), Vec::new());
    for number in 0..MOST {
        let email = format!("guest{number}@example.org");
        let answer = ask(address, &visitor.signup(&email));
        if answer.status == 201 {
            made.push((email, answer.tokens()));
        } else {
            assert!(answer.is_unavailable() && !answer.touches_session(), "{}: {}", answer.status, answer.json);
            refused.push(email);
        }
        if refused.len() == REFUSALS {
            break;
        }
    }
    assert_eq!(refused.len(), REFUSALS, "the disk did not fill up");
    for tokens in made.iter().map(|(_, tokens)| tokens).chain([&dana]) {
        assert_eq!(user_status(address, &tokens.access), 200, "somebody was signed out");
        let renewed = refresh(address, &tokens.refresh);
        // Its first use may be worth a note, for which there is no room.
        assert!(renewed.status == 200 || renewed.is_unavailable(), "{}: {}", renewed.status, renewed.json);
    }
    assert_eq!(get_status(address, "/auth/health"), 200);
    assert_eq!(get_status(address, "/auth/ready"), 200);
    server.stop();

    let place = place.with_largest_file(None);
    let server = place.serve();
    let address = server.address;
    let mut audit = Audit::of(&place);
    audit.assert_sound("with room again");
    for (email, tokens) in &made {
        assert!(audit.has_account(email, &tokens.refresh), "{email} was acknowledged and is lost");
        assert_eq!(refresh(address, &tokens.refresh).status, 200, "{email}");
    }
    assert_eq!(ask(address, &visitor.login("dana@example.org", PASSWORD)).status, 200);
    for email in &refused {
        assert_eq!(ask(address, &visitor.signup(email)).status, 201, "{email} was refused and is there in part");
    }
    format!("{} sign-ups until the disk was full, none lost; {REFUSALS} refused", made.len())
}
