//! The address at which browsers reach the server, and which tokens, cookies, links and passkeys
//! are bound to.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::environment::Environment;
use super::reader::Reader;

const NAME: &str = "PUBLIC_URL";

/// A scheme, a host and a port, and nothing behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// `scheme://host` or `scheme://host:port`, spelled as browsers spell it in `Origin`.
    pub origin: String,
    /// The host alone, in lower case; an IPv6 address in brackets.
    pub host: String,
    /// The port, unless it is the scheme's own.
    pub port: Option<u16>,
    /// Is it reached over TLS?
    pub https: bool,
}

impl PublicUrl {
    /// The address of a server that only this machine can reach. With port 0 it is known only
    /// once the server listens; whoever asks for that makes this value anew.
    pub fn local(port: u16) -> Self {
        let port = Some(port).filter(|port| *port != 80);
        let host = "localhost".to_owned();
        let origin = match port {
            Some(port) => format!("http://{host}:{port}"),
            None => format!("http://{host}"),
        };
        Self { origin, host, port, https: false }
    }

    /// Does the host stand for the machine that asks?
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    /// The host, if it is an address instead of a name.
    fn address(&self) -> Option<IpAddr> {
        let host = self.host.strip_prefix('[').unwrap_or(&self.host);
        host.strip_suffix(']').unwrap_or(host).parse().ok()
    }

    /// Is the host of this URL, which may be faulty otherwise, the machine that asks?
    pub(super) fn names_loopback(text: &str) -> bool {
        let Ok(url) = Url::parse(text) else {
            return false;
        };
        match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Reads an address. The library repairs much (`https:host`, `https:///host`, back slashes,
    /// blanks); what it had to repair is refused, so that the variable says what it means.
    fn parse(text: &str) -> Result<Self, String> {
        let must_be = || "must be a URL with scheme and host, such as https://example.com".to_owned();
        let url = Url::parse(text).map_err(|_| must_be())?;
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err("must begin with https:// or http://".to_owned()),
        };
        let (_, rest) = text.split_once("://").ok_or_else(must_be)?;
        if rest.starts_with('/') || text.contains(|c: char| c == '\\' || c <= ' ' || c == '\x7f') {
            return Err(must_be());
        }
        // The text is looked at too, because the library does not tell an empty part from none.
        if rest.contains('@') {
            return Err("must not include a user name or password".to_owned());
        }
        if rest.contains(['?', '#']) {
            return Err("must not include a query or fragment".to_owned());
        }
        // Dots and empty segments vanish from the parsed path, not from the text.
        match rest.split_once('/') {
            None => {}
            Some((_, "")) => return Err("must not have a trailing slash".to_owned()),
            Some(_) => return Err("must not include a path".to_owned()),
        }
        let host = url.host_str().ok_or_else(must_be)?.to_owned();
        Ok(Self { origin: url.origin().ascii_serialization(), host, port: url.port(), https })
    }

    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment, listen_addr: SocketAddr) -> Self {
        let Some(text) = reader.text(NAME) else {
            return Self::local(listen_addr.port());
        };
        let url = match Self::parse(text) {
            Ok(url) => url,
            Err(expected) => {
                reader.refuse(NAME, &expected);
                return Self::local(listen_addr.port());
            }
        };
        if environment.is_production() {
            if !url.https && !url.is_loopback() {
                reader.refuse(NAME, "must begin with https:// in production");
            }
            if url.address().is_some() {
                let why = "must name a host in production, not an IP address: passkeys are bound to it";
                reader.refuse(NAME, why);
            }
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{faults, load, with};
    use super::*;

    fn parse(text: &str) -> PublicUrl {
        PublicUrl::parse(text).unwrap()
    }

    #[test]
    fn an_origin_is_spelled_as_browsers_spell_it() {
        for (text, origin, host, port) in [
            ("https://example.com", "https://example.com", "example.com", None),
            ("https://Example.COM:443", "https://example.com", "example.com", None),
            ("https://example.com:8443", "https://example.com:8443", "example.com", Some(8443)),
            ("http://localhost:3000", "http://localhost:3000", "localhost", Some(3000)),
            ("http://[::1]:80", "http://[::1]", "[::1]", None),
            ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example", None),
        ] {
            let url = parse(text);
            assert_eq!((url.origin.as_str(), url.host.as_str(), url.port), (origin, host, port));
            assert_eq!(url.https, text.starts_with("https"));
        }
    }

    #[test]
    fn whatever_is_more_or_less_than_an_origin_is_refused() {
        for (text, expected) in [
            ("example.com", "scheme and host"),
            ("https:example.com", "scheme and host"),
            ("https://", "scheme and host"),
            ("https:///example.com", "scheme and host"),
            ("https://exa mple.com", "scheme and host"),
            (" https://example.com", "scheme and host"),
            ("https://example.com\t", "scheme and host"),
            ("https:\\\\example.com", "scheme and host"),
            ("ftp://example.com", "https://"),
            ("https://example.com/", "trailing slash"),
            ("https://example.com/auth", "path"),
            ("https://example.com/auth/..", "path"),
            ("https://example.com//", "path"),
            ("https://example.com?", "query"),
            ("https://example.com?a=b", "query"),
            ("https://example.com#", "fragment"),
            ("https://user@example.com", "user name"),
            ("https://user:canary@example.com", "user name"),
            ("https://@example.com", "user name"),
        ] {
            let fault = PublicUrl::parse(text).unwrap_err();
            assert!(fault.contains(expected), "{text}: {fault}");
            let faults = faults(&[("APP_ENV", "dev"), ("PUBLIC_URL", text)]);
            assert_eq!(faults, format!("PUBLIC_URL: {fault}"));
            assert!(!faults.contains("canary"));
        }
    }

    #[test]
    fn loopback_has_three_spellings() {
        for text in ["http://localhost", "http://127.0.0.1", "http://127.1.2.3:1", "http://[::1]:1"] {
            assert!(parse(text).is_loopback(), "{text}");
        }
        for text in [
            "http://128.0.0.1",
            "http://[::2]",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://127.0.0.1.example.com",
        ] {
            assert!(!parse(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn without_one_the_server_is_where_it_listens() {
        let (config, _) = load(&[]).unwrap();
        assert_eq!(config.public_url, parse("http://localhost:8080"));
        let (config, _) = load(&[("AUTHARA_LISTEN_ADDR", "127.0.0.1:9090")]).unwrap();
        assert_eq!(config.public_url.origin, "http://localhost:9090");
        assert_eq!(PublicUrl::local(80), parse("http://localhost"));
    }

    #[test]
    fn s066_s111_production_wants_https_and_a_name() {
        let start = |url| {
            let production = [("APP_ENV", "prod"), ("AUTHARA_JWT_ISSUER", "authara")];
            load(&with(&production, &[("PUBLIC_URL", url)]))
        };
        for url in ["https://example.com", "https://example.com:8443", "http://localhost:8080"] {
            assert!(start(url).is_ok(), "{url}");
        }
        assert!(start("http://example.com").unwrap_err().contains("https://"));
        for url in ["https://192.0.2.1", "https://[2001:db8::1]", "http://127.0.0.1:8080"] {
            assert!(start(url).unwrap_err().contains("not an IP address"), "{url}");
        }
    }
}
