//! Target 1: where a browser may be sent.

use authara_core::return_to::{MAX_BYTES, ReturnTo};
use url::Url;

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "return_target",
    return_target,
    &[
        "/",
        "//",
        "\\",
        ".",
        "..",
        "/.",
        "/..",
        "%2e",
        "%2E",
        "%2f",
        "%5c",
        "%00",
        "%0d%0a",
        "@",
        ":",
        ":80",
        "?",
        "#",
        ";",
        "&",
        "http:",
        "https://",
        "javascript:",
        "evil.example",
        "app.example",
        "admin",
        "\t",
        "\n",
        "\u{3000}",
        "[::1]",
    ],
);

/// An accepted target, resolved by a browser-grade parser, keeps the origin; and it travels in a
/// header as plain ASCII.
pub fn return_target(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(target) = ReturnTo::parse(&text) else { return };
    assert_eq!(target.as_str(), text, "nothing is repaired");
    assert!(text.len() <= MAX_BYTES, "{} bytes", text.len());
    let location = target.to_location();
    assert!(location.bytes().all(|byte| byte.is_ascii_graphic()), "no header value: {location:?}");
    for base in ["https://app.example/auth/login?x=1", "http://127.0.0.1:8080/auth/signup"] {
        let base = Url::parse(base).expect("a URL");
        for form in [target.as_str(), &location] {
            let joined = base.join(form).expect("a path joins any base");
            assert_eq!(joined.origin(), base.origin(), "{form:?} leads to {joined}");
            assert!(!joined.path().starts_with("//"), "{form:?} leads to {joined}");
            assert!(joined.username().is_empty() && joined.password().is_none(), "{form:?} leads to {joined}");
        }
    }
}
