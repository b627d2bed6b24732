//! Target 12: the operator's configuration: literals, key lists, URLs, and all of it together.

use std::fmt::Write as _;

use authara_core::keys::{Key, KeyRing};
use authara_core::return_to::ReturnTo;
use authara_server::config::{Config, Source, values};
use url::Url;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "configuration",
    configuration,
    &[
        "\n",
        "=",
        "APP_ENV=prod",
        "APP_ENV=dev",
        "PUBLIC_URL=https://login.example.com",
        "PUBLIC_URL=http://localhost:8080",
        "https://",
        "http://",
        "http://[::1]:80",
        "user:password@",
        "AUTHARA_LISTEN_ADDR=[::]:8080",
        "AUTHARA_JWT_ISSUER=authara",
        "AUTHARA_JWT_KEYS=",
        "AUTHARA_JWT_ACTIVE_KEY_ID=k1",
        "k1:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
        "k2:QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=",
        "AUTHARA_DATABASE_URL=",
        "sqlite:",
        "postgres://u:p@h/d",
        "?sslmode=require",
        "%2F",
        "AUTHARA_TRUSTED_PROXIES=",
        "10.0.0.0/8",
        "::ffff:192.0.2.0/120",
        "AUTHARA_REFRESH_TOKEN_ROTATION_INTERVAL=",
        "AUTHARA_REFRESH_TOKEN_GRACE=",
        "AUTHARA_DEFAULT_RETURN_TO=",
        "AUTHARA_ORG_MODE=multi",
        "always",
        "off",
        "1h30m",
        "1.5s",
        "-5m",
        "3\u{b5}s",
        "9223372036s854775807ns",
        "0x_ff",
        "0b101",
        "1_000",
        "-9223372036854775808",
        "true",
        ",",
        ":",
    ],
)
.at_most(1200)
.smoke(600);

/// Stands where a secret stands, and may never be printed.
const CANARY: &str = "ca9d7f51-never-printed";

/// Every literal that is read can be written so that it reads the same; a configuration loads, with
/// its limits in order, or is refused with sentences under names; and no secret is printed.
///
/// The input is read twice: as one value, and as an environment with a variable on each line.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    check_literals(&text);
    check_key_list(&text);
    let environment = || {
        let given = text.lines().filter_map(|line| line.split_once('='));
        // Files are the operator's to name, never an input's.
        let own = given.filter(|(name, _)| !name.ends_with("_FILE")).map(|(name, value)| {
            let is_password = name == "POSTGRESQL_PASSWORD" && !value.is_empty();
            (name, if is_password { CANARY } else { value })
        });
        Source::from_pairs(own.chain([("AUTHARA_EMAIL_SMTP_PASSWORD", CANARY)]))
    };
    let printed = load(&environment());
    assert_eq!(printed, load(&environment()), "the same environment, read again");
    assert!(text.contains(CANARY) || !printed.contains(CANARY), "a secret is printed: {printed}");
}

/// Loads a configuration, checks what came of it, and prints it in every way it can be printed.
fn load(source: &Source) -> String {
    match Config::load(source) {
        Ok((config, warnings)) => {
            check_limits(&config);
            warnings.iter().fold(format!("{config:?} {warnings:?}"), |mut printed, warning| {
                let _ = write!(printed, " {warning}");
                printed
            })
        }
        Err(error) => {
            assert!(!error.faults().is_empty(), "refused without a reason");
            let is_said = error.faults().iter().all(|fault| !fault.variable.is_empty() && !fault.message.is_empty());
            assert!(is_said, "{error:?}");
            format!("{error} {error:?}")
        }
    }
}

fn check_limits(config: &Config) {
    let tokens = &config.tokens;
    assert!(tokens.access_ttl < tokens.refresh_ttl && tokens.refresh_ttl <= tokens.session_ttl, "{tokens:?}");
    let origin = &config.public_url.origin;
    let read = Url::parse(origin).expect("an origin is a URL");
    assert_eq!(read.origin().ascii_serialization(), *origin, "an origin is spelled as browsers spell it");
    assert_eq!(read.scheme() == "https", config.public_url.https, "{origin}");
    let target = &config.default_return_to;
    assert_eq!(ReturnTo::parse(target.as_str()).as_ref(), Some(target), "{target}");
}

fn check_literals(text: &str) {
    if let Ok(number) = values::integer(text) {
        assert_eq!(values::integer(&number.to_string()), Ok(number), "{text:?}");
    }
    if let Ok(length) = values::duration(text) {
        let nanoseconds = length.num_nanoseconds().map(i128::from).expect("read from 64 bits of nanoseconds");
        let (sign, whole) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
        let written = format!("{sign}{}s{}ns", whole / 1_000_000_000, whole % 1_000_000_000);
        assert_eq!(values::duration(&written), Ok(length), "{text:?} is not {written}");
        assert!(values::rotation(text).is_ok(), "an age is a rotation: {text:?}");
    }
    if let Ok(address) = values::socket_address(text) {
        assert_eq!(values::socket_address(&address.to_string()), Ok(address), "{text:?}");
    }
    for network in values::networks(text).unwrap_or_default() {
        assert_eq!(values::networks(&network.to_string()), Ok(vec![network]), "{text:?}");
    }
    if let Ok(pairs) = values::key_map(text) {
        assert_eq!(pairs.len(), text.split(',').count(), "{text:?}");
    }
    assert!(values::items(text).all(|item| !item.is_empty() && item.trim() == item), "{text:?}");
    let is_word = ["1", "0", "t", "f"].contains(&text) || ["true", "false"].contains(&text.to_lowercase().as_str());
    assert!(values::boolean(text).is_err() || is_word || ["T", "F"].contains(&text), "{text:?}");
}

fn check_key_list(text: &str) {
    let Ok(ring) = KeyRing::parse(text, None) else { return };
    let read = KeyRing::parse(&ring.to_text(), None).expect("what is written is read");
    let parts = |ring: &KeyRing| -> Vec<(String, Vec<u8>)> {
        ring.iter().map(|key: &Key| (key.id().to_owned(), key.secret().to_vec())).collect()
    };
    assert_eq!(parts(&read), parts(&ring), "a key ring reads back");
    assert!(ring.iter().all(|key| key.secret().len() >= 32), "a short secret");
    assert!(values::key_map(text).is_ok(), "two readers of key lists differ");
}
