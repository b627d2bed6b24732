//! Secrets as types: they print `[redacted]`, are wiped on drop, and only their hashes are kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Text that must never reach a log: a password, a token, a key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretText(String);

impl SecretText {
    /// Takes ownership of a clear-text secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The clear text, for hashing it or for putting it into the response that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl PartialEq for SecretText {
    /// Takes the same time wherever two texts of one length differ.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretText {}

/// SHA-256 of a secret's text: what the store keeps of a refresh token, and what it is found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretHash(pub [u8; 32]);

impl SecretHash {
    /// Hashes the text exactly as given.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash([redacted])")
    }
}

/// A refresh token: 43 characters of the URL-safe alphabet without padding (RFC 4648 section 5),
/// which are 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken(SecretText);

impl RefreshToken {
    /// Makes the first token of a session from 256 random bits.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self::from_bytes(&bytes)
    }

    /// Makes a token of bytes derived elsewhere (see [`crate::session::refresh::SuccessorKeys`]).
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SecretText::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Accepts exactly the form in which tokens are handed out; a shortened, padded, re-cased or
    /// otherwise re-encoded variant is no token at all.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 43 {
            return None;
        }
        let mut bytes = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == 32).then(|| Self(SecretText::new(text)))
    }

    /// The token's text, for the response that hands it out.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the store knows of this token.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.expose())
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::ChaCha20Rng;

    use super::*;

    #[test]
    fn s048_h109_tokens_have_43_characters_and_differ() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (a, b) = (RefreshToken::random(&mut rng), RefreshToken::random(&mut rng));
        assert_ne!(a, b);
        assert_eq!(a.expose().len(), 43);
        assert!(a.expose().bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
    }

    #[test]
    fn s048_only_the_exact_text_is_a_token() {
        let token = RefreshToken::random(&mut ChaCha20Rng::seed_from_u64(2));
        let text = token.expose();
        assert_eq!(RefreshToken::parse(text).as_ref(), Some(&token));
        for variant in
            [&text[..42], &format!("{text}="), &format!("{text}A"), &format!(" {text}"), &format!("{}+", &text[..42])]
        {
            assert_eq!(RefreshToken::parse(variant), None, "{variant}");
        }
        // 43 characters carry 258 bits: the two spare ones must be zero.
        let last = text.as_bytes()[42];
        let spare =
            (0..64).map(|n| URL_SAFE_NO_PAD.encode([0, 0, n])[3..].to_owned()).find(|c| c.as_bytes()[0] == last + 1);
        if let Some(spare) = spare {
            assert_eq!(RefreshToken::parse(&format!("{}{spare}", &text[..42])), None);
        }
    }

    #[test]
    fn s138_secrets_do_not_print() {
        let token = RefreshToken::random(&mut ChaCha20Rng::seed_from_u64(3));
        assert!(!format!("{token:?} {:?}", token.hash()).contains(token.expose()));
        assert_eq!(format!("{:?}", SecretText::new("canary")), "[redacted]");
    }

    #[test]
    fn s159_secrets_are_wiped_when_they_are_dropped() {
        fn is_wiped_on_drop<T: ZeroizeOnDrop>(_: &T) -> bool {
            true
        }
        let mut secret = SecretText::new("canary");
        assert!(is_wiped_on_drop(&secret));
        secret.zeroize();
        assert_eq!(secret.expose(), "");
    }
}
