//! How many connections each peer has: one that opens all it can would else leave none to the others.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::source_address::{TrustedProxies, network};

/// Counts them, by address; an IPv6 network of 64 bits is one.
pub(crate) struct Peers {
    most: usize,
    /// Theirs are everybody's, and are not counted.
    proxies: TrustedProxies,
    open: Mutex<HashMap<IpAddr, Open>>,
}

#[derive(Default)]
struct Open {
    count: usize,
    /// Whether it was logged that there are too many: once, until all are closed.
    is_told: bool,
}

/// A connection's place, until it is dropped.
pub(crate) struct Admitted {
    /// Whose it is; nobody's is not counted.
    peer: Option<(Arc<Peers>, IpAddr)>,
}

impl Peers {
    /// So many for each but the proxies.
    pub(crate) fn new(most: usize, proxies: TrustedProxies) -> Arc<Self> {
        Arc::new(Self { most, proxies, open: Mutex::default() })
    }

    /// Lets a connection in, unless its peer has as many as one may.
    pub(crate) fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Admitted> {
        if self.proxies.contain(peer) {
            return Some(Admitted { peer: None });
        }
        let peer = network(peer);
        let mut open = self.open();
        let of_peer = open.entry(peer).or_default();
        if of_peer.count < self.most {
            of_peer.count += 1;
            return Some(Admitted { peer: Some((Arc::clone(self), peer)) });
        }
        if !of_peer.is_told {
            of_peer.is_told = true;
            tracing::warn!(
                address = %peer,
                connections = self.most,
                "an address has a quarter of all connections, and gets no more; a proxy belongs into trusted_proxies"
            );
        }
        None
    }

    /// Counts are whole between any two steps, so nothing is lost where a thread panicked.
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let Some((peers, peer)) = &self.peer else { return };
        if let Entry::Occupied(mut of_peer) = peers.open().entry(*peer) {
            of_peer.get_mut().count -= 1;
            if of_peer.get().count == 0 {
                of_peer.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_so_many_places_and_gets_them_back() {
        let peers = Peers::new(2, TrustedProxies::default());
        let first = peers.admit(ip("192.0.2.1")).unwrap();
        let _second = peers.admit(ip("192.0.2.1")).unwrap();
        assert!(peers.admit(ip("192.0.2.1")).is_none());
        assert!(peers.admit(ip("192.0.2.2")).is_some());
        drop(first);
        let _third = peers.admit(ip("192.0.2.1")).unwrap();
        assert!(peers.admit(ip("192.0.2.1")).is_none());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let peers = Peers::new(1, TrustedProxies::default());
        let _one = peers.admit(ip("2001:db8::1")).unwrap();
        assert!(peers.admit(ip("2001:db8::ffff:2")).is_none());
        assert!(peers.admit(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_proxy_has_as_many_as_there_are() {
        let peers = Peers::new(1, TrustedProxies::new(vec!["192.0.2.0/24".parse().unwrap()]));
        let _all = [0; 9].map(|_| peers.admit(ip("192.0.2.1")).unwrap());
    }

    #[test]
    fn who_has_none_is_forgotten() {
        let peers = Peers::new(1, TrustedProxies::default());
        let one = peers.admit(ip("192.0.2.1"));
        assert!(peers.admit(ip("192.0.2.1")).is_none());
        drop(one);
        assert!(peers.open().is_empty());
    }
}
