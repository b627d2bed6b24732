//! The cookies of the contract: their names, and how a request's `Cookie` header is read.

use std::borrow::Cow;

/// The names in force. One value, built once from configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieNames {
    /// Holds the access token.
    pub access: Cow<'static, str>,
    /// Holds the refresh token.
    pub refresh: Cow<'static, str>,
    /// Holds the CSRF value, readable by script.
    pub csrf: Cow<'static, str>,
}

impl CookieNames {
    /// The names that existing clients know.
    pub fn contract() -> Self {
        Self {
            access: Cow::Borrowed("authara_access"),
            refresh: Cow::Borrowed("authara_refresh"),
            csrf: Cow::Borrowed("authara_csrf"),
        }
    }

    /// The same with the `__Host-` prefix, which a sibling host cannot plant (RFC 6265bis
    /// section 4.1.3.2).
    pub fn host_prefixed() -> Self {
        let Self { access, refresh, csrf } = Self::contract();
        let prefixed = |name: Cow<'static, str>| Cow::Owned(format!("__Host-{name}"));
        Self { access: prefixed(access), refresh: prefixed(refresh), csrf: prefixed(csrf) }
    }
}

impl Default for CookieNames {
    fn default() -> Self {
        Self::contract()
    }
}

/// What a request says about one cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieValue<'r> {
    /// Not there, or empty.
    Absent,
    /// There, with this value.
    One(&'r str),
    /// There more than once with different values: somebody may have planted one, and nobody can
    /// tell which (S-068). No candidate is preferred.
    Conflict,
}

impl<'r> CookieValue<'r> {
    /// Finds a cookie in the values of a request's `Cookie` headers. Byte-equal repeats count as
    /// one, empty ones as none; a value in double quotes is unquoted.
    pub fn find(headers: impl Iterator<Item = &'r str>, name: &str) -> Self {
        let mut found = Self::Absent;
        for pair in headers.flat_map(|header| header.split(';')) {
            let Some((key, value)) = pair.split_once('=') else { continue };
            if key.trim_matches([' ', '\t']) != name {
                continue;
            }
            let value = value.trim_matches([' ', '\t']);
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
            match found {
                _ if value.is_empty() => {}
                Self::Absent => found = Self::One(value),
                Self::One(first) if first == value => {}
                Self::One(_) | Self::Conflict => return Self::Conflict,
            }
        }
        found
    }

    /// The value, if there is exactly one.
    pub fn one(self) -> Option<&'r str> {
        match self {
            Self::One(value) => Some(value),
            Self::Absent | Self::Conflict => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s068_h073_h074_h075_a_cookie_is_one_value_or_none() {
        for (headers, expected) in [
            (&[][..], CookieValue::Absent),
            (&["a=1; c=2"][..], CookieValue::Absent),
            (&["b="][..], CookieValue::Absent),
            (&["b=\"\""][..], CookieValue::Absent),
            (&["a=1; b=x; c=2"][..], CookieValue::One("x")),
            (&["a=1", "b=x"][..], CookieValue::One("x")),
            (&["b=\"x\""][..], CookieValue::One("x")),
            (&["b=x; b=x"][..], CookieValue::One("x")),
            (&["b=; b=x"][..], CookieValue::One("x")),
            (&["b=x; b=y"][..], CookieValue::Conflict),
            (&["b=y", "b=x"][..], CookieValue::Conflict),
            (&["b=a=b"][..], CookieValue::One("a=b")),
            (&["B=x; xb=y; b"][..], CookieValue::Absent),
            (&[";;;=;b=x;"][..], CookieValue::One("x")),
        ] {
            assert_eq!(CookieValue::find(headers.iter().copied(), "b"), expected, "{headers:?}");
        }
    }

    #[test]
    fn h068_the_names_are_the_contracts() {
        let names = CookieNames::contract();
        assert_eq!(
            (&*names.access, &*names.refresh, &*names.csrf),
            ("authara_access", "authara_refresh", "authara_csrf")
        );
        assert_eq!(CookieNames::host_prefixed().access, "__Host-authara_access");
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_answered(header in "\\PC{0,80}") {
            let _ = CookieValue::find(std::iter::once(header.as_str()), "b");
        }
    }
}
