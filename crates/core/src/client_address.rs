//! Who is calling: the client's address behind proxies, and the key under which it is counted.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

/// The one header that a trusted proxy's word is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`: a list, the nearest hop last.
    XForwardedFor,
    /// `X-Real-IP`: one address.
    XRealIp,
    /// `True-Client-IP`: one address.
    TrueClientIp,
    /// `Forwarded` (RFC 7239): a list of elements with `for=`.
    Forwarded,
}

impl ForwardedHeader {
    /// The header's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::XRealIp => "x-real-ip",
            Self::TrueClientIp => "true-client-ip",
            Self::Forwarded => "forwarded",
        }
    }
}

/// Where a request came from, as far as it can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// This address.
    Known(IpAddr),
    /// A trusted proxy said something that is no address, or there was no peer. All of these are
    /// counted as one client, never skipped.
    Unknown,
}

impl ClientAddress {
    /// The key for limits: an IPv4 address as it is, an IPv6 address by its /64, because one
    /// household or server owns that many. The textual form of the address does not matter.
    pub fn key(self) -> String {
        match self {
            Self::Known(address) => match canonical(address) {
                IpAddr::V4(v4) => v4.to_string(),
                IpAddr::V6(v6) => {
                    let network = u128::from(v6) >> 64 << 64;
                    format!("{}/64", Ipv6Addr::from(network))
                }
            },
            Self::Unknown => "unknown".to_owned(),
        }
    }

    /// The address for logs and session lists; `None` when it is not known.
    pub fn known(self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(canonical(address)),
            Self::Unknown => None,
        }
    }
}

/// An IPv4 address that travels as IPv6 (`::ffff:127.0.0.1`) is the IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Which peers may speak for others, and through which header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies {
    networks: Vec<IpNet>,
    header: ForwardedHeader,
}

impl TrustedProxies {
    /// Nobody: the address is the socket's.
    pub fn none() -> Self {
        Self { networks: Vec::new(), header: ForwardedHeader::XForwardedFor }
    }

    /// Peers in these networks, through this header.
    pub fn new(networks: Vec<IpNet>, header: ForwardedHeader) -> Self {
        Self { networks, header }
    }

    /// The header to hand to [`TrustedProxies::client`].
    pub fn header(&self) -> ForwardedHeader {
        self.header
    }

    /// Is this address one of the trusted ones?
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = canonical(address);
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The client: the peer, or, if the peer is trusted, the rightmost address in the header that
    /// is not itself trusted. What stands further left was written by the client and is not read.
    ///
    /// `values` are the header's lines in the order of the request.
    pub fn client<'v>(&self, peer: Option<IpAddr>, values: impl Iterator<Item = &'v str>) -> ClientAddress {
        let Some(peer) = peer else { return ClientAddress::Unknown };
        if !self.contains(peer) {
            return ClientAddress::Known(canonical(peer));
        }
        let hops: Vec<&str> = match self.header {
            ForwardedHeader::XForwardedFor | ForwardedHeader::Forwarded => values.flat_map(|v| v.split(',')).collect(),
            ForwardedHeader::XRealIp | ForwardedHeader::TrueClientIp => values.collect(),
        };
        if hops.is_empty() {
            return ClientAddress::Known(canonical(peer));
        }
        let single = matches!(self.header, ForwardedHeader::XRealIp | ForwardedHeader::TrueClientIp);
        if single && hops.len() > 1 {
            return ClientAddress::Unknown;
        }
        let mut nearest = canonical(peer);
        for hop in hops.into_iter().rev() {
            match self.read_hop(hop.trim()) {
                None => return ClientAddress::Unknown,
                Some(address) if self.contains(address) => nearest = address,
                Some(address) => return ClientAddress::Known(address),
            }
        }
        ClientAddress::Known(nearest)
    }

    fn read_hop(&self, hop: &str) -> Option<IpAddr> {
        let node = match self.header {
            ForwardedHeader::Forwarded => forwarded_for(hop)?,
            _ => hop,
        };
        read_address(node)
    }
}

/// The node of `for=` in one element of `Forwarded` (RFC 7239 section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    let mut found = None;
    for pair in element.split(';') {
        let (name, value) = pair.split_once('=')?;
        if name.trim().eq_ignore_ascii_case("for") && found.replace(value.trim().trim_matches('"')).is_some() {
            return None;
        }
    }
    found
}

/// An address, in the forms proxies write: bare, with a port, or bracketed.
fn read_address(node: &str) -> Option<IpAddr> {
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(canonical(address));
    }
    if let Ok(socket) = node.parse::<std::net::SocketAddr>() {
        return Some(canonical(socket.ip()));
    }
    let bracketed = node.strip_prefix('[')?.strip_suffix(']')?;
    bracketed.parse::<Ipv6Addr>().ok().map(|v6| canonical(v6.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(header: ForwardedHeader) -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()], header)
    }

    fn client(proxies: &TrustedProxies, peer: &str, values: &[&str]) -> String {
        match proxies.client(Some(peer.parse().unwrap()), values.iter().copied()) {
            ClientAddress::Known(address) => address.to_string(),
            ClientAddress::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn s034_only_a_trusted_peer_speaks_for_others_and_only_its_nearest_word_counts() {
        let xff = behind(ForwardedHeader::XForwardedFor);
        for (peer, values, expected) in [
            ("198.51.100.7", &["203.0.113.9"][..], "198.51.100.7"),
            ("10.0.0.1", &[][..], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"][..], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"][..], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9"][..], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.9"][..], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, 10.0.0.2"][..], "203.0.113.9"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"][..], "10.0.0.3"),
            ("10.0.0.1", &["203.0.113.9, junk"][..], "unknown"),
            ("10.0.0.1", &["junk, 203.0.113.9"][..], "203.0.113.9"),
            ("10.0.0.1", &[""][..], "unknown"),
            ("10.0.0.1", &["203.0.113.9:4711"][..], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::1]:4711"][..], "2001:db8::1"),
            ("::1", &["2001:db8::1"][..], "2001:db8::1"),
        ] {
            assert_eq!(client(&xff, peer, values), expected, "{peer} {values:?}");
        }
        let real_ip = behind(ForwardedHeader::XRealIp);
        assert_eq!(client(&real_ip, "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(&real_ip, "10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "unknown");
        assert_eq!(client(&real_ip, "10.0.0.1", &["1.1.1.1, 203.0.113.9"]), "unknown");
        let forwarded = behind(ForwardedHeader::Forwarded);
        assert_eq!(client(&forwarded, "10.0.0.1", &["for=1.1.1.1, for=203.0.113.9;proto=https"]), "203.0.113.9");
        assert_eq!(client(&forwarded, "10.0.0.1", &["For=\"[2001:db8::1]:47\""]), "2001:db8::1");
        assert_eq!(client(&forwarded, "10.0.0.1", &["for=_hidden"]), "unknown");
        assert_eq!(client(&TrustedProxies::none(), "10.0.0.1", &["203.0.113.9"]), "10.0.0.1");
    }

    #[test]
    fn s026_ipv6_is_counted_by_its_64_and_mapped_ipv4_as_ipv4() {
        let key = |text: &str| ClientAddress::Known(text.parse().unwrap()).key();
        assert_eq!(key("2001:db8:1:2::1"), key("2001:0DB8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:127.0.0.1"), key("127.0.0.1"));
        assert_ne!(key("127.0.0.1"), key("127.0.0.2"));
    }

    proptest::proptest! {
        /// The client chooses everything but the last hop, which the trusted proxy wrote.
        #[test]
        fn s034_nothing_the_client_wrote_is_believed(junk in "[ -~]{0,60}") {
            let proxies = behind(ForwardedHeader::XForwardedFor);
            let line = format!("{junk}, 203.0.113.9");
            proptest::prop_assert_eq!(client(&proxies, "10.0.0.1", &[&line]), "203.0.113.9");
        }
    }
}
