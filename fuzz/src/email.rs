//! Target 2: the one normal form of an e-mail address.

use authara_core::email::{EmailAddress, MAX_BYTES};

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "email",
    email,
    &[
        "@",
        "\u{ff20}",
        ".",
        "\u{3002}",
        "\u{ff0e}",
        "xn--",
        "xn--bcher-kva",
        "-",
        "--",
        "_",
        "+",
        "\"",
        "(",
        ")",
        "<",
        ">",
        ",",
        "[127.0.0.1]",
        "127.0.0.1",
        "example.org",
        "localhost",
        "\u{ad}",
        "\u{200d}",
        "\u{200c}",
        "\u{212a}",
        "\u{130}",
        "\u{df}",
        "\u{1e9e}",
        "\u{3c2}",
        "\u{301}",
        "\u{30c}",
        "\u{fb01}",
        "\u{202e}",
    ],
)
.at_most(1200);

/// What is accepted is idempotent: its normal form is accepted again and is its own normal form.
/// Letter case opens no second account.
pub fn email(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let normal_form = |text: &str| EmailAddress::parse(text).ok().map(|address| address.as_str().to_owned());
    let upper = normal_form(&text.to_ascii_uppercase());
    let lower = normal_form(&text.to_ascii_lowercase());
    assert_eq!(upper, lower, "{text:?}");
    let Ok(address) = EmailAddress::parse(&text) else { return };
    let normal = address.as_str();
    assert_eq!(lower.as_deref(), Some(normal), "{text:?}");
    assert_eq!(EmailAddress::parse(normal).as_ref(), Ok(&address), "{normal:?} changes when it is read again");
    assert!(normal.len() <= MAX_BYTES && address.local_part().len() <= 64, "{normal:?}");
    assert_eq!(normal.matches('@').count(), 1, "{normal:?}");
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    assert!(normal.bytes().all(is_plain), "{normal:?}");
}
