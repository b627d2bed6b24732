//! Counting open connections: bounded altogether and by client address (S-147).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use authara_core::client_address::{ClientAddress, TrustedProxies};

use super::Options;

/// Connections that are admitted beyond the bound, for health checks: each may ask one question and
/// has little time for it.
pub(super) const RESERVED: usize = 32;

/// All connections that are open now.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    most_per_address: usize,
    proxies: TrustedProxies,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: HashMap<String, usize>,
}

/// Leave for one connection, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    connections: Arc<Connections>,
    /// What it counts under, unless it is exempt.
    key: Option<String>,
    /// Was it admitted beyond the bound?
    pub is_reserved: bool,
}

impl Connections {
    pub(super) fn new(options: &Options, proxies: TrustedProxies) -> Self {
        Self {
            most: options.max_connections,
            most_per_address: options.max_connections_per_address,
            proxies,
            open: Mutex::default(),
        }
    }

    /// How many are open.
    pub(super) fn count(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// Leave for a connection from this peer; `None` when there are too many.
    pub(super) fn admit(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Permit> {
        let key = self.key(peer);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.total >= self.most.saturating_add(RESERVED) {
            return None;
        }
        if let Some(key) = &key {
            let count = open.by_address.entry(key.clone()).or_default();
            if *count >= self.most_per_address {
                return None;
            }
            *count += 1;
        }
        let is_reserved = open.total >= self.most;
        open.total += 1;
        drop(open);
        Some(Permit { connections: self.clone(), key, is_reserved })
    }

    /// One household counts as one client, as it does for the limits of attempts (S-026).
    fn key(&self, peer: Option<IpAddr>) -> Option<String> {
        let Some(peer) = peer else { return Some(ClientAddress::Unknown.key()) };
        let is_exempt = peer.to_canonical().is_loopback() || self.proxies.contains(peer);
        (!is_exempt).then(|| ClientAddress::Known(peer).key())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        let Some(key) = &self.key else { return };
        if let Some(count) = open.by_address.get_mut(key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_address.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use authara_core::client_address::ForwardedHeader;

    use super::*;

    fn connections(most: usize, most_per_address: usize) -> Arc<Connections> {
        let options =
            Options { max_connections: most, max_connections_per_address: most_per_address, ..Options::default() };
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()], ForwardedHeader::XForwardedFor);
        Arc::new(Connections::new(&options, proxies))
    }

    fn address(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn s147_one_address_has_so_many_connections_and_gets_more_when_it_closes_some() {
        let connections = connections(1000, 2);
        let first = connections.admit(address("203.0.113.9")).unwrap();
        let _second = connections.admit(address("::ffff:203.0.113.9")).unwrap();
        assert!(connections.admit(address("203.0.113.9")).is_none());
        assert!(connections.admit(address("203.0.113.10")).is_some(), "somebody else is not affected");
        drop(first);
        assert!(connections.admit(address("203.0.113.9")).is_some());
        assert_eq!(connections.count(), 1, "what is dropped is not counted");
    }

    #[test]
    fn s147_an_ipv6_client_counts_by_its_64() {
        let connections = connections(1000, 1);
        let _first = connections.admit(address("2001:db8:1:2::1")).unwrap();
        assert!(connections.admit(address("2001:db8:1:2:ffff::9")).is_none());
        assert!(connections.admit(address("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn s147_peers_without_an_address_count_as_one() {
        let connections = connections(1000, 1);
        let _first = connections.admit(None).unwrap();
        assert!(connections.admit(None).is_none());
    }

    #[test]
    fn s147_loopback_and_trusted_proxies_are_only_bound_by_the_total() {
        let connections = connections(3, 1);
        let mut open: Vec<Permit> = Vec::new();
        for peer in ["127.0.0.1", "::1", "10.1.2.3"] {
            open.push(connections.admit(address(peer)).unwrap());
        }
        assert!(open.iter().all(|permit| !permit.is_reserved));
        for _ in 0..RESERVED {
            let permit = connections.admit(address("10.1.2.3")).unwrap();
            assert!(permit.is_reserved, "beyond the total, for health checks");
            open.push(permit);
        }
        assert!(connections.admit(address("127.0.0.1")).is_none());
        drop(open);
        assert_eq!(connections.count(), 0);
        assert!(connections.open.lock().unwrap().by_address.is_empty());
    }
}
