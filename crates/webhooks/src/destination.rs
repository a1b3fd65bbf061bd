//! Where webhooks may go, so that a tenant's URL can't reach what only this machine can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use url::Host;

use crate::endpoint_url::EndpointUrl;

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, c: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// Not on the public internet, by IANA's registry of special-purpose addresses (RFC 6890), with what else is no place
/// for a receiver.
const FORBIDDEN_IPV4: [Ipv4Net; 19] = [
    v4(0, 0, 0, 0, 8),        // "this network" (RFC 791, §3.2); 0.0.0.0 reaches this machine
    v4(10, 0, 0, 0, 8),       // private (RFC 1918)
    v4(100, 64, 0, 0, 10),    // shared with a carrier's customers (RFC 6598)
    v4(127, 0, 0, 0, 8),      // loopback (RFC 1122, §3.2.1.3)
    v4(168, 63, 129, 16, 32), // a public address at which one cloud answers its own machines
    v4(169, 254, 0, 0, 16),   // link-local (RFC 3927), and clouds' metadata services
    v4(172, 16, 0, 0, 12),    // private (RFC 1918)
    v4(192, 0, 0, 0, 24),     // protocol assignments (RFC 6890, §2.1)
    v4(192, 0, 2, 0, 24),     // documentation (RFC 5737)
    v4(192, 31, 196, 0, 24),  // AS112 (RFC 7535)
    v4(192, 52, 193, 0, 24),  // AMT relays (RFC 7450)
    v4(192, 88, 99, 0, 24),   // 6to4 relays (RFC 7526)
    v4(192, 168, 0, 0, 16),   // private (RFC 1918)
    v4(192, 175, 48, 0, 24),  // AS112 (RFC 7534)
    v4(198, 18, 0, 0, 15),    // benchmarks (RFC 2544)
    v4(198, 51, 100, 0, 24),  // documentation (RFC 5737)
    v4(203, 0, 113, 0, 24),   // documentation (RFC 5737)
    v4(224, 0, 0, 0, 4),      // multicast (RFC 5771)
    v4(240, 0, 0, 0, 4),      // reserved (RFC 1112, §4), and broadcast
];

/// All that is assigned for global unicast (RFC 4291, §2.4). What lies outside is forbidden as a whole: `::`, `::1`,
/// addresses that hold an IPv4 one (`::/96`, `::ffff:0:0/96`, `::ffff:0:0:0/96`), NAT64 (`64:ff9b::/96`,
/// `64:ff9b:1::/48`), discard-only (`100::/64`), segment routing (`5f00::/16`), unique-local (`fc00::/7`), link-local
/// (`fe80::/10`), site-local (`fec0::/10`), multicast (`ff00::/8`), and what is not assigned.
const GLOBAL_IPV6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// Not on the public internet although it lies in [`GLOBAL_IPV6`].
const FORBIDDEN_IPV6: [Ipv6Net; 5] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID
    v6(0x2001, 0xdb8, 0, 32), // documentation (RFC 3849)
    v6(0x2002, 0, 0, 16),     // 6to4 (RFC 3056), which holds an IPv4 address
    v6(0x2620, 0x4f, 0x8000, 48), // AS112 (RFC 7534)
    v6(0x3fff, 0, 0, 20),     // documentation (RFC 9637)
];

/// Whether webhooks may go over plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlainHttp {
    /// Only `https`.
    #[default]
    Refused,
    /// `http` too: whoever is on the way reads the events, and can drop them. For receivers in the same network.
    Allowed,
}

/// Where webhooks may go. By default to public addresses, over `https`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DestinationPolicy {
    /// Whether `http` is allowed.
    pub plain_http: PlainHttp,
    /// Networks that may be reached although they are not public. They mean addresses as they are written here: an
    /// IPv4 network does not allow the IPv6 addresses that hold one of its own.
    pub allowed_networks: Vec<IpNet>,
    /// Networks that may not be reached although they are public: this organisation's own, or what its NAT64 gateway
    /// translates where that has a prefix of its own. They go before those allowed.
    pub forbidden_networks: Vec<IpNet>,
}

/// Why a URL may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ForbiddenDestination {
    /// It is `http`.
    #[error("webhooks go to https URLs only")]
    PlainHttp,
    /// It names an address that is not public.
    #[error("webhooks do not go to this address")]
    Address,
}

impl ForbiddenDestination {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PlainHttp => "webhook_url_scheme",
            Self::Address => "webhook_address_forbidden",
        }
    }
}

impl DestinationPolicy {
    /// Checks what the URL itself tells. A name passes: the addresses it has are asked for, and checked, at each
    /// attempt.
    pub fn check(&self, url: &EndpointUrl) -> Result<(), ForbiddenDestination> {
        if url.as_url().scheme() != "https" && self.plain_http == PlainHttp::Refused {
            return Err(ForbiddenDestination::PlainHttp);
        }
        let address = match url.host() {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if self.permits(address) { Ok(()) } else { Err(ForbiddenDestination::Address) }
    }

    /// Whether a connection may be made to this address.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let is_in = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
        !is_in(&self.forbidden_networks) && (is_in(&self.allowed_networks) || is_public(address))
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !FORBIDDEN_IPV4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_IPV6.contains(&address)
                && !FORBIDDEN_IPV6.iter().any(|network| network.contains(&address))
                && !is_isatap(address)
        }
    }
}

/// Whether the interface identifier holds an IPv4 address to tunnel to (ISATAP, RFC 5214, §6.1). It may stand behind
/// any prefix.
fn is_isatap(address: Ipv6Addr) -> bool {
    let [.., universal, isatap, _, _] = address.segments();
    isatap == 0x5efe && matches!(universal, 0 | 0x0200)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and last address of what is forbidden, and the addresses next to it where those are public.
    const FORBIDDEN: [(&str, &str); 36] = [
        ("0.0.0.0", "0.255.255.255"),
        ("10.0.0.0", "10.255.255.255"),
        ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"),
        ("168.63.129.16", "168.63.129.16"),
        ("169.254.0.0", "169.254.255.255"),
        ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"),
        ("192.0.2.0", "192.0.2.255"),
        ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"),
        ("192.88.99.0", "192.88.99.255"),
        ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"),
        ("198.18.0.0", "198.19.255.255"),
        ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"),
        ("224.0.0.0", "239.255.255.255"),
        ("240.0.0.0", "255.255.255.255"),
        ("::", "::1"),
        // IPv4-compatible, -mapped and -translated
        ("::7f00:1", "::8.8.8.8"),
        ("::ffff:0.0.0.0", "::ffff:255.255.255.255"),
        ("::ffff:0:0:0", "::ffff:0:8.8.8.8"),
        // NAT64, well-known and local
        ("64:ff9b::", "64:ff9b::255.255.255.255"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("100::", "100::ffff:ffff:ffff:ffff"),
        ("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::"),
        // Teredo, benchmarks, ORCHID
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ];

    const PUBLIC: [&str; 40] = [
        "1.0.0.0",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.31.195.255",
        "192.31.197.0",
        "192.52.192.255",
        "192.52.194.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "192.175.47.255",
        "192.175.49.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "2000::",
        "2001:200::",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2003::",
        "2606:4700:4700::1111",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_not_public_is_forbidden_and_what_lies_beside_it_is_not() {
        let policy = DestinationPolicy::default();
        for (first, last) in FORBIDDEN {
            assert!(!policy.permits(address(first)), "{first}");
            assert!(!policy.permits(address(last)), "{last}");
        }
        for public in PUBLIC {
            assert!(policy.permits(address(public)), "{public}");
        }
    }

    #[test]
    fn an_address_that_tunnels_to_an_ipv4_one_is_forbidden_behind_any_prefix() {
        let policy = DestinationPolicy::default();
        assert!(!policy.permits(address("2606:4700::5efe:10.0.0.1")));
        assert!(!policy.permits(address("2606:4700::200:5efe:8.8.8.8")));
        assert!(policy.permits(address("2606:4700::1:5efe:808:808")));
    }

    #[test]
    fn no_spelling_of_an_address_gets_through() {
        let policy = DestinationPolicy { plain_http: PlainHttp::Allowed, ..DestinationPolicy::default() };
        for host in [
            "127.0.0.1",
            "127.1",
            "127.0.0.1.",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "017700000001",
            "0x7f.1",
            "%31%32%37.0.0.1",
            "127。0。0。1",
            "①②⑦.0.0.1",
            "0",
            "0.0.0.0",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:7f00:1::]",
            "[fd00:ec2::254]",
            "[fe80::1]",
        ] {
            let url: EndpointUrl = format!("http://{host}/").parse().unwrap_or_else(|_| panic!("{host}"));
            assert_eq!(policy.check(&url), Err(ForbiddenDestination::Address), "{host}");
        }
    }

    #[test]
    fn http_is_refused_unless_allowed() {
        let url: EndpointUrl = "http://example.com".parse().unwrap();
        let mut policy = DestinationPolicy::default();
        assert_eq!(policy.check(&url), Err(ForbiddenDestination::PlainHttp));
        policy.plain_http = PlainHttp::Allowed;
        assert_eq!(policy.check(&url), Ok(()));
    }

    #[test]
    fn a_network_is_allowed_as_it_is_written_and_no_further() {
        let policy = DestinationPolicy {
            allowed_networks: vec!["10.1.0.0/16".parse().unwrap(), "fd12::/32".parse().unwrap()],
            ..DestinationPolicy::default()
        };
        for (text, permitted) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.2.3", false),
            ("64:ff9b::10.1.2.3", false),
            ("fd12::1", true),
            ("fd13::1", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(policy.permits(address(text)), permitted, "{text}");
        }
    }

    #[test]
    fn a_forbidden_network_is_forbidden_even_within_an_allowed_one() {
        let policy = DestinationPolicy {
            allowed_networks: vec!["10.0.0.0/8".parse().unwrap()],
            forbidden_networks: vec!["10.1.0.0/16".parse().unwrap(), "8.8.8.0/24".parse().unwrap()],
            ..DestinationPolicy::default()
        };
        for (text, permitted) in
            [("10.2.0.1", true), ("10.1.0.1", false), ("8.8.8.8", false), ("8.8.4.4", true)]
        {
            assert_eq!(policy.permits(address(text)), permitted, "{text}");
        }
    }
}
