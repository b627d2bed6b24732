//! Whose word on the client's address is taken.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use authara_core::client_address::{ForwardedHeader, TrustedProxies};
use ipnet::IpNet;

use super::reader::Reader;

const LIST: &str = "AUTHARA_TRUSTED_PROXIES";
const HEADER: &str = "AUTHARA_FORWARDED_HEADER";
const SWITCH: &str = "AUTHARA_TRUST_PROXY_HEADERS";

/// Loopback and private ranges: where the proxy of somebody stands who only said that there is
/// one (RFC 1918 section 3, RFC 4193 section 3.1).
const LOCAL_NETWORKS: [IpNet; 6] = [
    v4(Ipv4Addr::new(127, 0, 0, 0), 8),
    v4(Ipv4Addr::new(10, 0, 0, 0), 8),
    v4(Ipv4Addr::new(172, 16, 0, 0), 12),
    v4(Ipv4Addr::new(192, 168, 0, 0), 16),
    v6(Ipv6Addr::LOCALHOST, 128),
    v6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
];

const fn v4(address: Ipv4Addr, bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(address), bits)
}

const fn v6(address: Ipv6Addr, bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V6(address), bits)
}

/// The list wins over the switch, whose written-out default must not change what a list means.
pub(super) fn read(reader: &mut Reader<'_>) -> TrustedProxies {
    let mut networks = reader.networks(LIST);
    if networks.iter().any(|network| network.prefix_len() == 0) {
        reader.warn(LIST, "trusts every address, so that clients can choose theirs");
    }
    if networks.is_empty() && reader.flag(SWITCH) {
        networks = LOCAL_NETWORKS.to_vec();
    }
    if networks.is_empty() {
        if reader.is_given(HEADER) {
            reader.warn(HEADER, format!("has no effect without {LIST}"));
        }
        return TrustedProxies::none();
    }
    TrustedProxies::new(networks, header(reader))
}

fn header(reader: &Reader<'_>) -> ForwardedHeader {
    match reader.word(HEADER).as_deref() {
        Some("x-real-ip") => ForwardedHeader::XRealIp,
        Some("true-client-ip") => ForwardedHeader::TrueClientIp,
        Some("forwarded") => ForwardedHeader::Forwarded,
        _ => ForwardedHeader::XForwardedFor,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::load;
    use super::*;

    fn proxies(pairs: &[(&str, &str)]) -> TrustedProxies {
        load(pairs).unwrap().0.proxies
    }

    fn trusts(proxies: &TrustedProxies, address: &str) -> bool {
        proxies.contains(address.parse().unwrap())
    }

    #[test]
    fn s034_nobody_is_trusted_unless_named() {
        assert_eq!(proxies(&[]), TrustedProxies::none());
        assert_eq!(proxies(&[(SWITCH, "false")]), TrustedProxies::none());
    }

    #[test]
    fn s034_the_switch_alone_stands_for_the_own_network_and_x_forwarded_for() {
        let local = proxies(&[(SWITCH, "true")]);
        assert_eq!(local.header(), ForwardedHeader::XForwardedFor);
        for address in ["127.0.0.1", "::1", "10.9.8.7", "172.31.0.1", "192.168.1.1", "fd00::1"] {
            assert!(trusts(&local, address), "{address}");
        }
        for address in ["192.0.2.1", "172.32.0.1", "2001:db8::1", "fe80::1", "169.254.0.1"] {
            assert!(!trusts(&local, address), "{address}");
        }
    }

    #[test]
    fn s034_a_list_holds_exactly_what_it_names() {
        for switch in ["true", "false"] {
            let pairs = [(LIST, "192.0.2.1, 2001:db8::/32"), (SWITCH, switch)];
            let named = proxies(&pairs);
            assert!(trusts(&named, "192.0.2.1") && trusts(&named, "2001:db8::7"), "{switch}");
            assert!(!trusts(&named, "192.0.2.2") && !trusts(&named, "127.0.0.1"), "{switch}");
        }
        for (word, header) in [
            ("X-Real-IP", ForwardedHeader::XRealIp),
            ("true-client-ip", ForwardedHeader::TrueClientIp),
            ("forwarded", ForwardedHeader::Forwarded),
            ("x-forwarded-for", ForwardedHeader::XForwardedFor),
        ] {
            assert_eq!(proxies(&[(LIST, "::1"), (HEADER, word)]).header(), header);
        }
    }

    #[test]
    fn what_has_no_effect_or_too_much_is_remarked_on() {
        let warnings = |pairs: &[(&str, &str)]| load(pairs).unwrap().1;
        assert!(warnings(&[(LIST, "10.0.0.0/8")]).is_empty());
        assert_eq!(warnings(&[(LIST, "0.0.0.0/0")]).len(), 1);
        assert_eq!(warnings(&[(LIST, "::/0")]).len(), 1);
        assert_eq!(warnings(&[(HEADER, "forwarded")]).len(), 1);
        assert!(warnings(&[(HEADER, "forwarded"), (SWITCH, "true")]).is_empty());
    }
}
