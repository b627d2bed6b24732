//! E-mail addresses: one grammar, one normal form.
//!
//! The normal form is NFKC, then a lower-case ASCII local part and the ASCII form of the domain
//! (UTS 46). Storage, look-up, limits and notices all use it, so two spellings are one account.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization as _;

/// Longest address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
pub const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An address in normal form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

/// The text is not an address that Authara takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEmail;

impl fmt::Display for InvalidEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a bare e-mail address")
    }
}

impl std::error::Error for InvalidEmail {}

impl EmailAddress {
    /// Reads a bare address and puts it into normal form.
    ///
    /// Surrounding white space is dropped. Taken: one `@`, an ASCII dot-atom of at most 64 bytes
    /// (RFC 5322 section 3.2.3), a domain that UTS 46 accepts; at most 254 bytes in all. Refused:
    /// display names, quotes, comments, IP literals, control and bidi characters.
    ///
    /// # Errors
    ///
    /// [`InvalidEmail`] for everything else.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let trimmed = text.trim();
        // Bounds the work of the normalisations; NFKC can shorten, but nothing useful shrinks 4:1.
        if trimmed.is_empty() || trimmed.len() > 4 * MAX_BYTES {
            return Err(InvalidEmail);
        }
        let text: String = trimmed.nfkc().collect();
        let (local, domain) = text.split_once('@').ok_or(InvalidEmail)?;
        if domain.contains('@') || !is_dot_atom(local) || local.len() > MAX_LOCAL_BYTES {
            return Err(InvalidEmail);
        }
        let domain = ascii_domain(domain)?;
        let normal = format!("{}@{domain}", local.to_ascii_lowercase());
        if normal.len() > MAX_BYTES { Err(InvalidEmail) } else { Ok(Self(normal)) }
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }

    /// The address with its local part mostly hidden, for logs: `d...a@example.org`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or(("", ""));
        let first = local.chars().next().map(String::from).unwrap_or_default();
        let last = local.chars().skip(1).last().map(String::from).unwrap_or_default();
        format!("{first}...{last}@{domain}")
    }
}

impl fmt::Debug for EmailAddress {
    /// Masked, because whatever is formatted ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

fn is_dot_atom(local: &str) -> bool {
    let is_atext = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

fn ascii_domain(domain: &str) -> Result<String, InvalidEmail> {
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map_err(|_| InvalidEmail)?;
    // A domain of digits and dots is an IP address, whatever it was typed as.
    let is_address = ascii.split('.').next_back().is_some_and(|label| label.bytes().all(|c| c.is_ascii_digit()));
    if is_address || ascii.ends_with('.') { Err(InvalidEmail) } else { Ok(ascii.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s125_one_grammar_and_one_normal_form() {
        let long_local = "a".repeat(64);
        let cases: &[(&str, Option<&str>)] = &[
            ("dana@example.org", Some("dana@example.org")),
            ("Dana@Example.ORG", Some("dana@example.org")),
            ("  dana@example.org\t", Some("dana@example.org")),
            ("ＤＡＮＡ@example.org", Some("dana@example.org")),
            ("dana＠example.org", Some("dana@example.org")),
            ("dana@exam\u{ad}ple.org", Some("dana@example.org")),
            ("dana@bücher.example", Some("dana@xn--bcher-kva.example")),
            ("dana@BÜCHER.example", Some("dana@xn--bcher-kva.example")),
            ("dana@xn--bcher-kva.example", Some("dana@xn--bcher-kva.example")),
            ("dana@example。org", Some("dana@example.org")),
            ("a.b+c@x.org", Some("a.b+c@x.org")),
            ("o'brien@x.org", Some("o'brien@x.org")),
            ("__x__@x.org", Some("__x__@x.org")),
            ("!#$%&'*+-/=?^_`{|}~@x.org", Some("!#$%&'*+-/=?^_`{|}~@x.org")),
            ("root@localhost", Some("root@localhost")),
            ("x@a--b.org", Some("x@a--b.org")),
            ("", None),
            ("   ", None),
            ("not an address", None),
            ("@example.org", None),
            ("dana@", None),
            ("dana", None),
            ("a@b@c.org", None),
            ("a＠b@c.org", None),
            (".dana@x.org", None),
            ("dana.@x.org", None),
            ("da..na@x.org", None),
            ("da na@x.org", None),
            ("\"da na\"@x.org", None),
            ("dana(comment)@x.org", None),
            ("Bob <dana@example.org>", None),
            ("dana@example.org (x)", None),
            ("<dana@example.org>", None),
            ("dana@[127.0.0.1]", None),
            ("dana@127.0.0.1", None),
            ("dana@[IPv6:::1]", None),
            ("dana@example.org.", None),
            ("dana@.example.org", None),
            ("dana@exa..mple.org", None),
            ("dana@-example.org", None),
            ("dana@example-.org", None),
            ("dana@exa_mple.org", None),
            ("dana@exa mple.org", None),
            ("dana@example.org\r\nBcc: x@y.org", None),
            ("da\0na@x.org", None),
            ("da\u{7f}na@x.org", None),
            ("da\u{202e}na@x.org", None),
            ("dana@exa\u{202e}mple.org", None),
            ("jürgen@x.org", None),
            ("\u{212a}elvin@x.org", Some("kelvin@x.org")),
            ("dana@\u{212a}elvin.org", Some("dana@kelvin.org")),
            ("dana@xn--a.org", None),
            ("dana@xn--example-.org", None),
            ("dana,eve@x.org", None),
            ("dana;eve@x.org", None),
            ("dana:eve@x.org", None),
            ("dana\\@x.org", None),
            ("mailto:dana@x.org", None),
            ("ﬁona@x.org", Some("fiona@x.org")),
        ];
        assert!(cases.len() >= 58);
        for (text, expected) in cases {
            let read = EmailAddress::parse(text);
            assert_eq!(read.as_ref().ok().map(EmailAddress::as_str), *expected, "{text:?}");
        }
        assert!(EmailAddress::parse(&format!("{long_local}@x.org")).is_ok());
        assert!(EmailAddress::parse(&format!("{long_local}a@x.org")).is_err());
    }

    #[test]
    fn s125_h162_an_address_has_at_most_254_bytes() {
        let label = "d".repeat(60);
        let fits = format!("{}@{label}.{label}.{label}.org", "a".repeat(64));
        assert!(fits.len() <= MAX_BYTES);
        assert!(EmailAddress::parse(&fits).is_ok());
        let over = format!("{}@{label}.{label}.{label}.{}", "a".repeat(64), "o".repeat(8));
        assert_eq!(over.len(), 256);
        assert!(EmailAddress::parse(&over).is_err());
        assert!(EmailAddress::parse(&"x".repeat(1_000_000)).is_err());
    }

    #[test]
    fn s138_an_address_is_masked_in_logs() {
        let address = EmailAddress::parse("dana@example.org").unwrap();
        assert_eq!(format!("{address:?}"), "d...a@example.org");
    }

    proptest::proptest! {
        #[test]
        fn s125_normalising_twice_is_normalising_once(text in "\\PC{0,40}@\\PC{0,40}") {
            if let Ok(once) = EmailAddress::parse(&text) {
                let twice = EmailAddress::parse(once.as_str());
                proptest::prop_assert_eq!(twice, Ok(once));
            }
        }
    }
}
