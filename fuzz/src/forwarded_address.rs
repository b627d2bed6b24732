//! Target 7: who is calling, behind a trusted proxy.

use std::net::{IpAddr, Ipv4Addr};

use authara_core::client_address::{ClientAddress, ForwardedHeader, TrustedProxies};

use crate::Target;

pub(crate) const TARGET: Target = Target::new(
    "forwarded_address",
    forwarded_address,
    &[
        ",",
        ", ",
        ";",
        "=",
        "for=",
        "For=\"",
        "by=",
        "proto=https",
        "\"",
        "unknown",
        "_hidden",
        "10.0.0.2",
        "127.0.0.1",
        "192.0.2.66",
        "192.0.2.66:4711",
        "::1",
        "[::1]",
        "[2001:db8::66]:47",
        "::ffff:192.0.2.66",
        "fe80::1%eth0",
        "0x7f.1",
        "\n",
        "\t",
    ],
);

const HEADERS: [ForwardedHeader; 4] = [
    ForwardedHeader::XForwardedFor,
    ForwardedHeader::XRealIp,
    ForwardedHeader::TrueClientIp,
    ForwardedHeader::Forwarded,
];

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
/// Who really called, as the proxy saw.
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// What an untrusted client wrote is never believed: a peer that is no proxy is itself, and behind a
/// proxy only the proxy's own word counts.
///
/// Each line of the input is one header that the client sent.
pub fn forwarded_address(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split('\n').collect() };
    for header in HEADERS {
        let networks = vec!["10.0.0.0/8".parse().expect("a network"), "::1/128".parse().expect("a network")];
        let proxies = TrustedProxies::new(networks, header);
        let client = |peer: Option<IpAddr>, values: &[&str]| proxies.client(peer, values.iter().copied());

        assert_eq!(client(Some(CALLER), &lines), ClientAddress::Known(CALLER), "{header:?}: {text:?}");
        assert_eq!(client(None, &lines), ClientAddress::Unknown, "{header:?}: {text:?}");
        let nobody = TrustedProxies::none().client(Some(PROXY), lines.iter().copied());
        assert_eq!(nobody, ClientAddress::Known(PROXY), "{header:?}: {text:?}");

        let word = match header {
            ForwardedHeader::Forwarded => format!("for={CALLER}"),
            _ => CALLER.to_string(),
        };
        let own_line: Vec<&str> = lines.iter().copied().chain([word.as_str()]).collect();
        let is_list = matches!(header, ForwardedHeader::XForwardedFor | ForwardedHeader::Forwarded);
        // A proxy replaces a header of one address. Where it does not, nobody can tell whose is whose.
        let expected = if is_list || lines.is_empty() { ClientAddress::Known(CALLER) } else { ClientAddress::Unknown };
        assert_eq!(client(Some(PROXY), &own_line), expected, "{header:?}: {text:?}");
        if is_list {
            let same_line = format!("{text}, {word}");
            let same_line: Vec<&str> = same_line.split('\n').collect();
            assert_eq!(client(Some(PROXY), &same_line), expected, "{header:?}: {text:?}");
        }

        let spoken = client(Some(PROXY), &lines);
        assert!(!spoken.key().is_empty(), "{header:?}: {text:?}");
        if let Some(address) = spoken.known() {
            assert_eq!(address, address.to_canonical(), "one address has one form: {text:?}");
        }
    }
}
