//! Related Origin Requests (§5.11): one RP ID for the pages of several domains.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{Origin, RpId, public_suffix::registrable_label};

/// How many registrable origin labels every client honours (§5.11.1); what comes after them is as if not listed.
pub const MAX_RELATED_LABELS: usize = 5;

/// The origins outside of an RP ID's domain whose pages may use it: what
/// `https://<RP ID>/.well-known/webauthn` says, and every client honours.
///
/// ```
/// use passgate_webauthn::{Origin, RelatedOrigins, RpId};
///
/// let rp_id = RpId::parse("example.com").expect("a domain");
/// let origins = ["https://example.com", "https://example.de"].map(|text| Origin::parse(text).expect("an origin"));
/// let related = RelatedOrigins::outside(&rp_id, &origins)?;
/// assert_eq!(related.document(), r#"{"origins":["https://example.de"]}"#);
/// # Ok::<(), passgate_webauthn::RelatedOriginsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelatedOrigins {
    origins: Vec<Origin>,
}

/// Why clients would not honour a list of origins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelatedOriginsError {
    /// A page of this origin has no registrable domain: it is a public suffix or of a single label.
    #[error("clients ignore {origin} as a related origin: its host is a public suffix or has a single label")]
    NoRegistrableDomain {
        /// The origin.
        origin: Origin,
    },
    /// A page that isn't served with `https`.
    #[error("clients ignore {origin} as a related origin: it is not https")]
    NotHttps {
        /// The origin.
        origin: Origin,
    },
    /// The origins have more distinct labels below their public suffixes than five.
    #[error(
        "clients honour related origins of five names at most (example in example.co.uk), and {label} is one more"
    )]
    TooManyLabels {
        /// The first that is too many.
        label: String,
    },
}

impl RelatedOriginsError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRegistrableDomain { .. } => "related_origin_no_registrable_domain",
            Self::NotHttps { .. } => "related_origin_not_https",
            Self::TooManyLabels { .. } => "related_origins_too_many_labels",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::NoRegistrableDomain { .. } | Self::NotHttps { .. } | Self::TooManyLabels { .. } => {
                "§5.11.1"
            }
        }
    }
}

impl RelatedOrigins {
    /// Of the origins that a relying party expects, those that need a Related Origin Request: outside of the RP ID's
    /// domain. Apps have no page, and are left out.
    pub fn outside(rp_id: &RpId, origins: &[Origin]) -> Result<Self, RelatedOriginsError> {
        let mut related = Vec::new();
        let mut labels = BTreeSet::new();
        for origin in origins.iter().filter(|origin| !rp_id.accepts(origin)) {
            let Some(host) = origin.host().filter(|_| !related.contains(origin)) else { continue };
            // §5.11.1 step 5: what has no label is passed over.
            let Some(label) = registrable_label(host) else {
                return Err(RelatedOriginsError::NoRegistrableDomain { origin: origin.clone() });
            };
            if !origin.as_str().starts_with("https://") {
                return Err(RelatedOriginsError::NotHttps { origin: origin.clone() });
            }
            if labels.insert(label) && labels.len() > MAX_RELATED_LABELS {
                return Err(RelatedOriginsError::TooManyLabels { label: label.to_owned() });
            }
            related.push(origin.clone());
        }
        Ok(Self { origins: related })
    }

    /// The origins, in the order in which they were given.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The JSON that clients fetch, to be served as `application/json`.
    #[must_use]
    pub fn document(&self) -> String {
        let origins: Vec<_> = self.origins.iter().map(Origin::as_str).collect();
        json!({"origins": origins}).to_string()
    }
}

/// What clients make of the list that an RP ID's domain hosts (§5.11.1, "related origins validation procedure").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostedOrigins {
    origins: Vec<(Origin, usize)>,
    labels: Vec<String>,
    ignored: Vec<Origin>,
}

/// What clients make of an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostedStanding {
    /// Its pages may use the RP ID.
    Honoured,
    /// It is listed after as many names as every client honours.
    BeyondLimit,
    /// It is listed, and passed over: it has no registrable domain, or is not https.
    Ignored,
    /// It is not listed.
    Missing,
}

impl HostedOrigins {
    /// Reads a list, in its order.
    #[must_use]
    pub fn read(listed: &[Origin]) -> Self {
        let mut hosted = Self::default();
        for origin in listed {
            // Steps 4.1 to 4.5: what has no label is passed over.
            let label = origin.host().and_then(registrable_label);
            let Some(label) = label.filter(|_| origin.as_str().starts_with("https://")) else {
                hosted.ignored.push(origin.clone());
                continue;
            };
            let place = hosted.labels.iter().position(|known| known == label);
            let place = place.unwrap_or_else(|| {
                hosted.labels.push(label.to_owned());
                hosted.labels.len() - 1
            });
            hosted.origins.push((origin.clone(), place));
        }
        hosted
    }

    /// The names in it, in the order in which clients come upon them. Every client honours the first
    /// [`MAX_RELATED_LABELS`].
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What clients make of one origin.
    #[must_use]
    pub fn standing(&self, origin: &Origin) -> HostedStanding {
        // Step 4.6: a label that comes after the limit counts as if it were not listed.
        match self.origins.iter().find(|(listed, _)| listed == origin) {
            Some((_, place)) if *place < MAX_RELATED_LABELS => HostedStanding::Honoured,
            Some(_) => HostedStanding::BeyondLimit,
            None if self.ignored.contains(origin) => HostedStanding::Ignored,
            None => HostedStanding::Missing,
        }
    }

    /// What is listed, and no client honours, but for what comes after the limit.
    #[must_use]
    pub fn ignored(&self) -> &[Origin] {
        &self.ignored
    }
}

#[cfg(test)]
mod tests {
    use super::{HostedOrigins, HostedStanding, RelatedOrigins, RelatedOriginsError};
    use crate::{Origin, RpId};

    fn outside(rp_id: &str, origins: &[&str]) -> Result<RelatedOrigins, RelatedOriginsError> {
        let origins: Vec<_> = origins.iter().map(|text| Origin::parse(text).unwrap()).collect();
        RelatedOrigins::outside(&RpId::parse(rp_id).unwrap(), &origins)
    }

    #[test]
    fn the_document_lists_what_is_outside_of_the_rp_ids_domain_once() {
        let related = outside(
            "example.com",
            &[
                "https://example.com",
                "https://login.example.com:8443",
                "https://example.co.uk",
                "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "https://shop.example.de:444",
                "https://example.co.uk/",
            ],
        )
        .unwrap();
        assert_eq!(
            related.document(),
            r#"{"origins":["https://example.co.uk","https://shop.example.de:444"]}"#
        );
        assert_eq!(related.origins().len(), 2);
        assert_eq!(outside("example.com", &[]).unwrap().document(), r#"{"origins":[]}"#);
    }

    #[test]
    fn five_labels_are_honoured_however_many_origins_share_them() {
        let mut origins = vec![
            "https://one.com",
            "https://one.co.uk",
            "https://www.one.de",
            "https://two.com",
            "https://three.com",
            "https://four.com",
            "https://five.com",
            "https://five.org",
        ];
        assert_eq!(outside("example.com", &origins).unwrap().origins().len(), 8);
        origins.push("https://six.com");
        let error = RelatedOriginsError::TooManyLabels { label: "six".to_owned() };
        assert_eq!(outside("example.com", &origins), Err(error));
        // What is within the RP ID's domain needs no entry, and takes no place.
        origins[8] = "https://login.example.com";
        assert!(outside("example.com", &origins).is_ok());
    }

    #[test]
    fn what_clients_pass_over_is_refused() {
        for host in ["https://github.io", "https://com", "https://intranet", "http://localhost:5173"] {
            let origin = Origin::parse(host).unwrap();
            let error = RelatedOriginsError::NoRegistrableDomain { origin };
            assert_eq!(outside("example.com", &[host]), Err(error));
        }
        let origin = Origin::parse("http://app.localhost").unwrap();
        let error = RelatedOriginsError::NotHttps { origin };
        assert_eq!(outside("example.com", &["http://app.localhost"]), Err(error));
    }

    #[test]
    fn of_a_hosted_list_five_labels_are_honoured_in_its_order() {
        let origin = |text: &str| Origin::parse(text).unwrap();
        let listed = [
            "https://one.com",
            "https://two.com",
            "http://plain.com",
            "https://github.io",
            "https://www.two.co.uk",
            "https://three.com",
            "https://four.com",
            "https://five.com",
            "https://six.com",
            "https://shop.one.de",
        ]
        .map(origin);
        let hosted = HostedOrigins::read(&listed);
        assert_eq!(hosted.labels(), ["one", "two", "three", "four", "five", "six"]);
        assert_eq!(hosted.ignored(), [origin("http://plain.com"), origin("https://github.io")]);
        for (text, standing) in [
            ("https://five.com", HostedStanding::Honoured),
            ("https://six.com", HostedStanding::BeyondLimit),
            // Its label came up in time.
            ("https://shop.one.de", HostedStanding::Honoured),
            ("https://github.io", HostedStanding::Ignored),
            ("https://one.de", HostedStanding::Missing),
        ] {
            assert_eq!(hosted.standing(&origin(text)), standing, "{text}");
        }
    }
}
