//! Target 5: CSRF values.

use std::sync::LazyLock;

use authara_core::csrf::{self, CsrfKeys};
use authara_core::id::SessionId;
use authara_core::keys::KeyRing;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use uuid::Uuid;

use crate::Target;

pub(crate) const TARGET: Target = Target::new("csrf_value", csrf_value, &["A", "=", "-", "_", "+", "/", "AAAA", "\n"])
    .with(|| FIXTURE.issued.iter().map(|(value, _)| value.clone().into_bytes()).collect())
    .at_most(200);

static FIXTURE: LazyLock<Fixture> = LazyLock::new(Fixture::new);

struct Fixture {
    keys: CsrfKeys,
    /// Every value that was issued, and for which session.
    issued: Vec<(String, Option<SessionId>)>,
}

static SESSIONS: [Option<SessionId>; 3] =
    [None, Some(SessionId(Uuid::from_u128(1))), Some(SessionId(Uuid::from_u128(2)))];

impl Fixture {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let keys = CsrfKeys::new(&KeyRing::generate("fuzz", &mut rng));
        let twice = SESSIONS.iter().chain(&SESSIONS);
        let issued = twice.map(|session| (keys.issue(*session, &mut rng), *session)).collect();
        Self { keys, issued }
    }
}

/// Genuine is what was issued, in that spelling and no other; a value counts for its own session
/// alone; and cookie and proof match only when they are equal.
pub fn csrf_value(data: &[u8]) {
    let Fixture { keys, issued } = &*FIXTURE;
    let text = String::from_utf8_lossy(data);
    let known = issued.iter().find(|(value, _)| *value == text);
    let checked = keys.check(&text);
    assert_eq!(checked.is_some(), known.is_some(), "{text:?}");
    if let (Some(genuine), Some((_, owner))) = (checked, known) {
        for session in &SESSIONS {
            assert_eq!(keys.is_bound_to(&genuine, *session), session == owner, "{text:?} for {session:?}");
        }
    }
    let (cookie, proof) = text.split_once('\n').unwrap_or((&*text, &*text));
    assert_eq!(csrf::matches(cookie, proof), cookie == proof, "{text:?}");
}
