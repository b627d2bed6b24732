//! Target 11: the texts of stored password hashes, our own and those of the Go Authara.

use authara_flows::hashing::stored::StoredHash;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "password_hash",
    password_hash,
    &[
        "$",
        "$argon2id$",
        "$argon2i$",
        "$argon2d$",
        "$2b$12$",
        "$v=19$",
        "$v=16$",
        "$v=1$",
        "m=19456",
        "m=65536",
        "m=4194304",
        "m=4294967296",
        "m=8",
        "t=2",
        "t=3",
        "t=0",
        "t=4294967295",
        "p=1",
        "p=4",
        "p=16",
        "p=17",
        ",",
        "=",
        "==",
        "-1",
        "+1",
        "00",
        "AAECAwQFBgcICQoLDA0ODw",
        "hTsnKkTbFCHAKWJmmlXrCZTzyrOF7RxMeSU+7hm6tJ4",
    ],
)
.at_most(700);

/// What is read is bounded before anybody computes with it (S-007), and says the same when it is
/// written in our own format.
pub fn password_hash(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(hash) = StoredHash::parse(&text) else { return };
    assert!(text.len() <= 512, "{} bytes", text.len());
    let cost = hash.cost;
    assert!((8 * cost.lanes..=1_048_576).contains(&cost.memory_kib), "{cost:?}");
    assert!((1..=32).contains(&cost.iterations) && (1..=16).contains(&cost.lanes), "{cost:?}");
    assert!((8..=64).contains(&hash.salt.len()), "{} bytes of salt", hash.salt.len());
    assert!((16..=64).contains(&hash.key.len()), "{} bytes of key", hash.key.len());
    assert_eq!(hash.is_phc, text.starts_with("$argon2id$v=19$"), "{text:?}");
    let written = hash.to_phc();
    assert_eq!(StoredHash::parse(&written), Ok(StoredHash { is_phc: true, ..hash }), "{written:?}");
}
