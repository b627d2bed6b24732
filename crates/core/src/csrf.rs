//! CSRF values: signed double submit, bound to a session (S-086, S-192).
//!
//! A value is 32 bytes as 43 characters of the URL-safe alphabet without padding: 12 random bytes,
//! 10 bytes of a MAC that binds them to a session (or to none), and 10 bytes of a MAC over both,
//! by which genuineness shows without knowing the session.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::id::SessionId;
use crate::keys::{KeyRing, Label, MacKey};

const RANDOM: usize = 12;
const BOUND: usize = RANDOM + 10;
const WHOLE: usize = 32;

/// Makes and checks values. Built once from the key ring.
#[derive(Clone, Debug)]
pub struct CsrfKeys {
    /// The key that issues.
    active: MacKey,
    /// Every listed key, the active one too: values under each of them are genuine.
    all: Vec<MacKey>,
}

/// A value that this installation issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenuineCsrf {
    bytes: [u8; WHOLE],
    key: usize,
}

impl CsrfKeys {
    /// Derives the keys from the ring.
    pub fn new(ring: &KeyRing) -> Self {
        let all = ring.derive(Label::Csrf);
        Self { active: all.first().cloned().expect("a ring has at least one key"), all }
    }

    /// Issues a value for a session, or for a visitor without one.
    pub fn issue(&self, session: Option<SessionId>, rng: &mut impl CryptoRng) -> String {
        let mut random = [0; RANDOM];
        rng.fill_bytes(&mut random);
        let binding = bind(&self.active, &random, session);
        let seal = seal(&self.active, &random, &binding);
        let mut whole = [0; WHOLE];
        for (to, from) in whole.iter_mut().zip(random.iter().chain(&binding).chain(&seal)) {
            *to = *from;
        }
        URL_SAFE_NO_PAD.encode(whole)
    }

    /// Was this value issued here? Takes only the exact form in which values are issued.
    pub fn check(&self, text: &str) -> Option<GenuineCsrf> {
        if text.len() != 43 {
            return None;
        }
        let bytes: [u8; WHOLE] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (random, binding, tag) = parts(&bytes);
        let key = self.all.iter().position(|key| key.verify(&[b"seal", random, binding], tag))?;
        Some(GenuineCsrf { bytes, key })
    }

    /// Was the value issued for exactly this session (or, with `None`, for a visitor)?
    pub fn is_bound_to(&self, value: &GenuineCsrf, session: Option<SessionId>) -> bool {
        let (random, binding, _) = parts(&value.bytes);
        let id = session_bytes(session);
        self.all.get(value.key).is_some_and(|key| key.verify(&[b"bind", random, &id], binding))
    }
}

/// Are cookie and proof the same value? Constant time.
pub fn matches(cookie: &str, proof: &str) -> bool {
    cookie.as_bytes().ct_eq(proof.as_bytes()).into()
}

fn bind(key: &MacKey, random: &[u8], session: Option<SessionId>) -> [u8; 10] {
    first_ten(key.sign(&[b"bind", random, &session_bytes(session)]))
}

fn seal(key: &MacKey, random: &[u8], binding: &[u8]) -> [u8; 10] {
    first_ten(key.sign(&[b"seal", random, binding]))
}

fn first_ten(tag: [u8; 32]) -> [u8; 10] {
    std::array::from_fn(|n| tag.get(n).copied().unwrap_or_default())
}

/// No session is the nil UUID, which no session has.
fn session_bytes(session: Option<SessionId>) -> [u8; 16] {
    session.map_or(Uuid::nil(), |id| id.0).into_bytes()
}

fn parts(bytes: &[u8; WHOLE]) -> (&[u8], &[u8], &[u8]) {
    let (random, rest) = bytes.split_at(RANDOM);
    let (binding, tag) = rest.split_at(BOUND - RANDOM);
    (random, binding, tag)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    fn session(n: u128) -> SessionId {
        SessionId(Uuid::from_u128(n))
    }

    #[test]
    fn s086_a_value_has_the_published_form_and_only_issued_ones_are_genuine() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let ring = KeyRing::generate("a", &mut rng);
        let keys = CsrfKeys::new(&ring);
        let value = keys.issue(None, &mut rng);
        assert_eq!(value.len(), 43);
        assert!(value.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        assert!(keys.check(&value).is_some());
        for invented in ["", "x", "AAAA", &"A".repeat(43), &format!("{value}="), &value[..42]] {
            assert_eq!(keys.check(invented), None, "{invented}");
        }
        for n in 0..43 {
            let mut changed = value.clone().into_bytes();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            assert_eq!(keys.check(std::str::from_utf8(&changed).unwrap()), None, "{n}");
        }
        let stranger = CsrfKeys::new(&KeyRing::generate("a", &mut rng));
        assert_eq!(stranger.check(&value), None);
    }

    #[test]
    fn s192_a_value_is_bound_to_its_session_or_to_none() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let keys = CsrfKeys::new(&KeyRing::generate("a", &mut rng));
        let bound = keys.check(&keys.issue(Some(session(7)), &mut rng)).unwrap();
        assert!(keys.is_bound_to(&bound, Some(session(7))));
        assert!(!keys.is_bound_to(&bound, Some(session(8))));
        assert!(!keys.is_bound_to(&bound, None));
        let free = keys.check(&keys.issue(None, &mut rng)).unwrap();
        assert!(keys.is_bound_to(&free, None) && !keys.is_bound_to(&free, Some(session(7))));
    }

    #[test]
    fn s086_values_under_every_listed_key_are_genuine() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let old = KeyRing::generate("a", &mut rng);
        let value = CsrfKeys::new(&old).issue(Some(session(1)), &mut rng);
        let rotated = CsrfKeys::new(&old.rotated("b", 1, &mut rng));
        assert!(rotated.is_bound_to(&rotated.check(&value).unwrap(), Some(session(1))));
        assert_eq!(CsrfKeys::new(&old.rotated("b", 0, &mut rng)).check(&value), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC{0,60}") {
            let keys = CsrfKeys::new(&KeyRing::generate("a", &mut ChaCha20Rng::seed_from_u64(4)));
            proptest::prop_assert_eq!(keys.check(&text), None);
        }
    }
}
