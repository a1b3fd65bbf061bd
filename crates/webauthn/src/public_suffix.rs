//! Which domains belong to one owner: the Public Suffix List, as it was when the crate `psl` was published.

use crate::RpId;

/// Whether an RP ID is a public suffix, such as `com`, `co.uk` or `github.io`: no page below it may use it (HTML,
/// "is a registrable domain suffix of"), only one at that very host.
///
/// For a warning when a relying party is configured. A name of one label that the list doesn't know, such as
/// `localhost` or a host of an intranet, isn't one.
///
/// ```
/// use passgate_webauthn::{RpId, is_public_suffix};
///
/// assert!(is_public_suffix(&RpId::parse("co.uk").expect("a domain")));
/// assert!(!is_public_suffix(&RpId::parse("example.co.uk").expect("a domain")));
/// ```
#[must_use]
pub fn is_public_suffix(rp_id: &RpId) -> bool {
    let host = rp_id.as_str().as_bytes();
    psl::suffix(host).is_some_and(|suffix| suffix.is_known() && suffix == host)
}

/// The label of a host's registrable domain that its owner chose: `example` of `www.example.co.uk` (§5.11.1,
/// "registrable origin label"). `None` where there is no registrable domain.
pub(crate) fn registrable_label(host: &str) -> Option<&str> {
    let domain = psl::domain_str(host)?;
    domain.split('.').next()
}

#[cfg(test)]
mod tests {
    use super::{is_public_suffix, registrable_label};
    use crate::RpId;

    #[test]
    fn a_public_suffix_is_told_from_a_domain_below_one() {
        for (domain, is_suffix) in [
            ("com", true),
            ("co.uk", true),
            ("github.io", true),
            ("xn--p1ai", true),
            ("anything.ck", true),
            ("www.ck", false),
            ("example.com", false),
            ("kim.github.io", false),
            ("localhost", false),
            ("intranet", false),
            ("host.intranet", false),
        ] {
            assert_eq!(is_public_suffix(&RpId::parse(domain).unwrap()), is_suffix, "{domain}");
        }
    }

    #[test]
    fn the_label_is_the_one_below_the_public_suffix() {
        for (host, label) in [
            ("example.com", Some("example")),
            ("a.b.example.co.uk", Some("example")),
            ("kim.github.io", Some("kim")),
            ("host.intranet", Some("host")),
            ("com", None),
            ("co.uk", None),
            ("localhost", None),
        ] {
            assert_eq!(registrable_label(host), label, "{host}");
        }
    }
}
