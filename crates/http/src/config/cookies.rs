//! Names and attributes of cookies.

use authara_core::cookies::CookieNames;

use super::environment::Environment;
use super::public_url::PublicUrl;
use super::reader::Reader;

const PREFIX: &str = "AUTHARA_HOST_PREFIX_COOKIES";

/// What every cookie of the server has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieSettings {
    /// The names in force.
    pub names: CookieNames,
    /// Are cookies for TLS only?
    pub secure: bool,
}

impl CookieSettings {
    /// `Secure` goes with https, whatever the environment is called, and with production, where
    /// http is only left for this machine (S-066).
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment, public_url: &PublicUrl) -> Self {
        let prefixed = reader.flag(PREFIX);
        if prefixed && !public_url.https {
            // Browsers throw such a cookie away when it comes over http, and nobody could sign in.
            reader.fault(PREFIX, "needs a PUBLIC_URL that begins with https://");
        }
        Self {
            names: if prefixed { CookieNames::host_prefixed() } else { CookieNames::contract() },
            secure: public_url.https || environment.is_production(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{faults, load, with};
    use super::*;

    #[test]
    fn s066_cookies_are_secure_with_https_and_in_production() {
        let issuer = ("AUTHARA_JWT_ISSUER", "authara");
        for (environment, url, secure) in [
            ("dev", "http://localhost:8080", false),
            ("dev", "http://192.0.2.1:8080", false),
            ("dev", "https://localhost:8080", true),
            ("prod", "http://localhost:8080", true),
            ("prod", "https://example.com", true),
        ] {
            let pairs = with(&[("APP_ENV", environment)], &[("PUBLIC_URL", url), issuer]);
            assert_eq!(load(&pairs).unwrap().0.cookies.secure, secure, "{environment} {url}");
        }
    }

    #[test]
    fn s069_the_prefix_can_be_switched_on_where_browsers_take_it() {
        let (config, _) = load(&[]).unwrap();
        assert_eq!(config.cookies.names, CookieNames::contract());
        let on = (PREFIX, "true");
        let (config, _) = load(&[("PUBLIC_URL", "https://localhost"), on]).unwrap();
        assert_eq!(config.cookies.names, CookieNames::host_prefixed());
        assert_eq!(faults(&[on]), "AUTHARA_HOST_PREFIX_COOKIES: needs a PUBLIC_URL that begins with https://");
    }
}
