//! The key ring: the secrets behind access tokens, and the keys derived from them.
//!
//! One ring, several uses, one label each: a value made under one label never verifies under
//! another (RFC 8725 section 3.11), and rotating the ring rotates everything.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Fewest bytes of a secret: 256 bits (RFC 7518 section 3.2).
pub const MIN_SECRET_BYTES: usize = 32;
const MAX_ID_BYTES: usize = 128;

/// One named secret.
#[derive(Clone)]
pub struct Key {
    id: String,
    secret: Zeroizing<Vec<u8>>,
    mac: MacKey,
}

impl Key {
    /// The name, which travels as `kid` in the header of a token.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret's bytes, for the signer.
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// HMAC-SHA256 under this secret, set up once.
    pub fn mac(&self) -> &MacKey {
        &self.mac
    }
}

/// Named HS256 secrets, at least one. The active one signs, every one verifies.
#[derive(Clone)]
pub struct KeyRing {
    /// The active key first, the others in the order given.
    keys: Vec<Key>,
}

/// What is wrong with the text of a key ring. Names key ids and positions, never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRingError {
    /// No key at all.
    Empty,
    /// The entry at this position (from 1) is not `id:secret`.
    NotAPair(usize),
    /// The entry at this position has no id, or one of more than 128 bytes or with odd characters.
    BadId(usize),
    /// The secret of this key is not padded standard base64 (RFC 4648 section 4).
    NotBase64(String),
    /// The secret of this key has fewer than 32 bytes.
    TooShort(String),
    /// Two keys have this id.
    DuplicateId(String),
    /// This key has the same secret as an earlier one.
    DuplicateSecret(String),
    /// The active key is not in the ring.
    ActiveMissing(String),
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there must be at least one key"),
            Self::NotAPair(n) => write!(f, "entry {n} is not of the form id:secret"),
            Self::BadId(n) => write!(f, "entry {n} has no usable id (1 to 128 visible ASCII characters)"),
            Self::NotBase64(id) => write!(f, "the secret of key {id:?} is not padded standard base64"),
            Self::TooShort(id) => write!(f, "the secret of key {id:?} has fewer than {MIN_SECRET_BYTES} bytes"),
            Self::DuplicateId(id) => write!(f, "key id {id:?} occurs twice"),
            Self::DuplicateSecret(id) => write!(f, "key {id:?} repeats the secret of another key"),
            Self::ActiveMissing(id) => write!(f, "the active key {id:?} is not among the keys"),
        }
    }
}

impl std::error::Error for KeyRingError {}

impl KeyRing {
    /// Reads `id:secret,id:secret`: white space around entries and their halves is ignored, the
    /// secret is padded standard base64 of at least 32 bytes. Without `active` the first key is
    /// the active one.
    ///
    /// # Errors
    ///
    /// [`KeyRingError`] names the first fault.
    pub fn parse(text: &str, active: Option<&str>) -> Result<Self, KeyRingError> {
        let mut keys: Vec<Key> = Vec::new();
        if text.trim().is_empty() {
            return Err(KeyRingError::Empty);
        }
        for (position, entry) in (1..).zip(text.split(',')) {
            let key = Key::parse(entry, position)?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(KeyRingError::DuplicateId(key.id));
            }
            if keys.iter().any(|other| other.secret.ct_eq(key.secret.as_slice()).into()) {
                return Err(KeyRingError::DuplicateSecret(key.id));
            }
            keys.push(key);
        }
        if let Some(active) = active {
            let missing = || KeyRingError::ActiveMissing(active.to_owned());
            let index = keys.iter().position(|key| key.id == active).ok_or_else(missing)?;
            let key = keys.remove(index);
            keys.insert(0, key);
        }
        Ok(Self { keys })
    }

    /// Makes a ring of one random key.
    pub fn generate(id: &str, rng: &mut impl CryptoRng) -> Self {
        Self { keys: vec![Key::random(id, rng)] }
    }

    /// Makes a ring whose active key is a new random one and whose other keys are those of
    /// `self`, at most `keep` of them, so that living tokens go on verifying.
    pub fn rotated(&self, id: &str, keep: usize, rng: &mut impl CryptoRng) -> Self {
        let mut keys = vec![Key::random(id, rng)];
        keys.extend(self.keys.iter().filter(|key| key.id != id).take(keep).cloned());
        Self { keys }
    }

    /// The text form that [`KeyRing::parse`] reads, the active key first.
    pub fn to_text(&self) -> Zeroizing<String> {
        let entries: Vec<String> =
            self.keys.iter().map(|key| format!("{}:{}", key.id, STANDARD.encode(&*key.secret))).collect();
        Zeroizing::new(entries.join(","))
    }

    /// The key that signs.
    ///
    /// # Panics
    ///
    /// Never: a ring is only made with at least one key.
    pub fn active(&self) -> &Key {
        self.keys.first().expect("a ring is only made with at least one key")
    }

    /// The key with exactly this id.
    pub fn find(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// All keys, the active one first.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    /// One key for `label` from each secret, the active one's first.
    pub fn derive(&self, label: Label) -> Vec<MacKey> {
        self.keys.iter().map(|key| MacKey::new(&key.mac.sign(&[b"authara/", label.text().as_bytes()]))).collect()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(Key::id).collect();
        f.debug_struct("KeyRing").field("ids", &ids).finish_non_exhaustive()
    }
}

impl Key {
    fn parse(entry: &str, position: usize) -> Result<Self, KeyRingError> {
        let (id, secret) = entry.split_once(':').ok_or(KeyRingError::NotAPair(position))?;
        let (id, secret) = (id.trim(), secret.trim());
        if id.is_empty() || id.len() > MAX_ID_BYTES || !id.bytes().all(|c| c.is_ascii_graphic()) {
            return Err(KeyRingError::BadId(position));
        }
        let secret = STANDARD.decode(secret).map_err(|_| KeyRingError::NotBase64(id.to_owned()))?;
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyRingError::TooShort(id.to_owned()));
        }
        Ok(Self::new(id, secret))
    }

    fn random(id: &str, rng: &mut impl CryptoRng) -> Self {
        let mut secret = vec![0; MIN_SECRET_BYTES];
        rng.fill_bytes(&mut secret);
        Self::new(id, secret)
    }

    fn new(id: &str, secret: Vec<u8>) -> Self {
        Self { id: id.to_owned(), mac: MacKey::new(&secret), secret: Zeroizing::new(secret) }
    }
}

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Successors of refresh tokens.
    RefreshSuccessor,
    /// CSRF values.
    Csrf,
    /// Contents of auxiliary cookies.
    Cookie,
}

impl Label {
    fn text(self) -> &'static str {
        match self {
            Self::RefreshSuccessor => "refresh-successor/v1",
            Self::Csrf => "csrf/v1",
            Self::Cookie => "cookie/v1",
        }
    }
}

/// HMAC-SHA256 under one secret. Cloning its prepared state costs less than preparing it again.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// Prepares the key.
    pub fn new(secret: &[u8]) -> Self {
        Self(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
    }

    /// The MAC over the parts, one after the other. Callers keep the parts apart: by fixed
    /// lengths, or because only the last one varies in length.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.over(parts).finalize().into_bytes().into()
    }

    /// Is `tag` the MAC, or the first bytes of it? Constant time. An empty tag never is.
    pub fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        !tag.is_empty() && self.over(parts).verify_truncated_left(tag).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    const A: &str = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=";
    const B: &str = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=";

    #[test]
    fn s080_t01_h105_h106_the_text_of_a_ring_is_checked() {
        let ring = KeyRing::parse(&format!(" k1 : {A} , k2:{B}"), Some("k2")).unwrap();
        assert_eq!(ring.active().id(), "k2");
        assert_eq!(ring.active().secret(), &[b'B'; 32]);
        assert!(ring.find("k1").is_some() && ring.find("K1").is_none());
        let long_id = "i".repeat(129);
        for (text, active, fault) in [
            (String::new(), None, KeyRingError::Empty),
            ("  ".into(), None, KeyRingError::Empty),
            ("k1".into(), None, KeyRingError::NotAPair(1)),
            (format!("k1:{A},"), None, KeyRingError::NotAPair(2)),
            (format!(":{A}"), None, KeyRingError::BadId(1)),
            (format!("{long_id}:{A}"), None, KeyRingError::BadId(1)),
            ("k1:".into(), None, KeyRingError::TooShort("k1".into())),
            ("k1:QUFB".into(), None, KeyRingError::TooShort("k1".into())),
            (format!("k1:{}", A.trim_end_matches('=')), None, KeyRingError::NotBase64("k1".into())),
            ("k1:____".into(), None, KeyRingError::NotBase64("k1".into())),
            (format!("k1:{A},k1:{B}"), None, KeyRingError::DuplicateId("k1".into())),
            (format!("k1:{A},k2:{A}"), None, KeyRingError::DuplicateSecret("k2".into())),
            (format!("k1:{A}"), Some("k2"), KeyRingError::ActiveMissing("k2".into())),
        ] {
            assert_eq!(KeyRing::parse(&text, active).unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn s138_neither_errors_nor_debug_show_a_secret() {
        let error = KeyRing::parse("canarysecretwithoutid", None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        let ring = KeyRing::parse(&format!("k1:{A}"), None).unwrap();
        assert!(!format!("{ring:?} {:?}", ring.derive(Label::Csrf)).contains("AAAA"));
    }

    #[test]
    fn s080_each_use_has_its_own_key() {
        let ring = KeyRing::parse(&format!("k1:{A},k2:{B}"), None).unwrap();
        let tag = |key: &MacKey| key.sign(&[b"x"]);
        let mut tags = vec![tag(ring.active().mac())];
        for label in [Label::RefreshSuccessor, Label::Csrf, Label::Cookie] {
            tags.extend(ring.derive(label).iter().map(tag));
        }
        let count = tags.len();
        tags.sort_unstable();
        tags.dedup();
        assert_eq!((count, tags.len()), (7, 7));
    }

    #[test]
    fn s081_a_generated_ring_reads_back_and_rotates() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let ring = KeyRing::generate("a", &mut rng);
        let rotated = ring.rotated("b", 1, &mut rng);
        let read = KeyRing::parse(&rotated.to_text(), None).unwrap();
        assert_eq!(read.iter().map(Key::id).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(read.find("a").unwrap().secret(), ring.active().secret());
        assert_eq!(read.rotated("c", 1, &mut rng).iter().map(Key::id).collect::<Vec<_>>(), ["c", "b"]);
    }

    #[test]
    fn a_truncated_tag_is_compared_by_its_own_length() {
        let key = MacKey::new(&[7; 32]);
        let tag = key.sign(&[b"ab", b"c"]);
        assert!(key.verify(&[b"abc"], &tag));
        assert!(key.verify(&[b"abc"], &tag[..10]));
        assert!(!key.verify(&[b"abc"], &[]));
        assert!(!key.verify(&[b"abd"], &tag[..10]));
    }
}
