//! Where a request comes from: the peer, or whom a trusted proxy names instead.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Networks of proxies.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The last address that is not a trusted proxy's, from the peer backwards: whatever stands before it was written
    /// by somebody unknown, and may be anything.
    pub(crate) fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.contain(peer) {
            return peer;
        }
        let mut source = peer;
        let forwarded = headers.get_all("x-forwarded-for");
        // Bytes: what a stranger wrote before a proxy's own word may be in any encoding, or none.
        let hops = forwarded.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        for hop in hops.collect::<Vec<_>>().into_iter().rev() {
            if !self.contain(source) {
                break;
            }
            let address = str::from_utf8(hop).ok().and_then(|hop| hop.trim().parse::<IpAddr>().ok());
            match address {
                Some(address) => source = address.to_canonical(),
                // A proxy of ours wrote what is no address: it is the last that is known.
                None => break,
            }
        }
        source
    }
}

/// What counts as one source: an IPv4 address, or an IPv6 network of 64 bits, which one host has to itself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn source(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies::new(proxies.iter().map(|network| network.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        proxies.source(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_stranger_names_nobody() {
        assert_eq!(source(&[], "192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(source(&["10.0.0.0/8"], "192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
    }

    #[test]
    fn a_trusted_proxy_names_its_peer() {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(source(&proxies, "10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(source(&proxies, "10.0.0.1", &["192.0.2.1, 10.0.0.2"]), "192.0.2.1");
        assert_eq!(source(&proxies, "2001:db8::1", &["192.0.2.1", "10.0.0.2"]), "192.0.2.1");
        assert_eq!(source(&proxies, "10.0.0.1", &["::ffff:192.0.2.1"]), "192.0.2.1");
        assert_eq!(source(&proxies, "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_made_up_before_the_proxy_does_not_count() {
        assert_eq!(source(&["10.0.0.0/8"], "10.0.0.1", &["1.1.1.1, 10.9.9.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(source(&["10.0.0.0/8"], "10.0.0.1", &["192.0.2.1, nonsense"]), "10.0.0.1");
        // Not ASCII, which a proxy passes on before its own word.
        assert_eq!(source(&["10.0.0.0/8"], "10.0.0.1", &["\u{fe}, 192.0.2.1"]), "192.0.2.1");
    }
}
