//! Which authenticators a tenant's credentials may be made on (WebAuthn Level 3, §7.1, steps 23 and 24).

use data_encoding::{BASE64, BASE64_MIME};
use passgate_webauthn::mds::{MetadataBlob, StatusPolicy};
use passgate_webauthn::{Aaguid, AaguidPolicy, AttestationPolicy, TrustAnchor};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most trust anchors that a tenant may have for a kind of credential.
pub const MAX_TRUST_ANCHORS: usize = 64;

/// The longest trust anchor, in bytes of DER.
pub const MAX_TRUST_ANCHOR_BYTES: usize = 8 * 1024;

/// The most models of a list.
pub const MAX_LISTED_MODELS: usize = 500;

/// Which authenticators credentials may be made on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "AttestationRulesText", into = "AttestationRulesText")]
pub struct AttestationRules {
    trust: AttestationTrust,
    /// Only these models; none means all. Never empty.
    allowed: Option<Vec<Aaguid>>,
    /// None of these models.
    denied: Vec<Aaguid>,
}

/// What an attestation must prove.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AttestationTrust {
    /// Nothing: its certificates are dropped.
    None,
    /// Nothing, but a statement must verify by itself.
    #[default]
    Any,
    /// That a vendor who is trusted made the authenticator.
    Trusted(TrustSources),
}

/// Whose attestations are trusted: at least one of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustSources {
    anchors: Vec<TrustAnchor>,
    metadata: MetadataUse,
}

/// Whether the FIDO Metadata Service says which attestations are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetadataUse {
    /// Only the tenant's own anchors do.
    Ignored,
    /// Its list does, besides the tenant's own anchors; and refuses models that are revoked or compromised.
    Trusted,
}

/// The rules as operators write them, and as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationRulesText {
    /// What an attestation must prove.
    pub policy: TrustPolicy,
    /// Certificates, each in PEM or as DER in base64; for [`TrustPolicy::Trusted`] alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trust_anchors: Vec<String>,
    /// Whether the metadata service's list is trusted; for [`TrustPolicy::Trusted`] alone.
    #[serde(default)]
    pub metadata: bool,
    /// Only these models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid_allow: Option<Vec<Uuid>>,
    /// None of these models, even if they are allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aaguid_deny: Vec<Uuid>,
}

/// The name of what an attestation must prove; see [`AttestationTrust`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "as the variants of AttestationTrust")]
pub enum TrustPolicy {
    None,
    Any,
    Trusted,
}

/// Why rules are refused. Names the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationRulesError {
    /// Trusted, and nobody is.
    #[error("policy: trusted needs trust_anchors, or metadata: true")]
    NobodyTrusted,
    /// Anchors or metadata that nothing would look at.
    #[error("policy: trust_anchors and metadata are for trusted alone")]
    SourcesUnused,
    /// Too many anchors.
    #[error("trust_anchors: must be at most {MAX_TRUST_ANCHORS}")]
    TooManyAnchors,
    /// An anchor is too long.
    #[error("trust_anchors: number {number} has more than {MAX_TRUST_ANCHOR_BYTES} bytes")]
    AnchorTooLong {
        /// Which, counted from 1.
        number: usize,
    },
    /// An anchor is no certificate.
    #[error("trust_anchors: number {number} is not one X.509 certificate in PEM, or in DER as base64")]
    Anchor {
        /// Which, counted from 1.
        number: usize,
    },
    /// A list that allows nothing.
    #[error("aaguid_allow: must not be empty; leave it out to allow every model")]
    NothingAllowed,
    /// A list of models is too long.
    #[error("{member}: must be at most {MAX_LISTED_MODELS}")]
    TooManyModels {
        /// Which list.
        member: &'static str,
    },
}

/// Why the metadata service's list can't be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataUnusable {
    /// There is none.
    #[error("the server has no list of the FIDO Metadata Service")]
    Missing,
    /// Its successor was to come by now, and may report what it doesn't.
    #[error("the server's list of the FIDO Metadata Service is overdue")]
    Overdue,
}

impl MetadataUnusable {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "metadata_missing",
            Self::Overdue => "metadata_blob_overdue",
        }
    }
}

impl AttestationRules {
    /// Whether they are what a tenant has that says nothing of attestation.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What an attestation must prove.
    #[must_use]
    pub const fn trust(&self) -> &AttestationTrust {
        &self.trust
    }

    /// Whether some models are kept out by what they say they are.
    #[must_use]
    pub const fn lists_models(&self) -> bool {
        self.allowed.is_some() || !self.denied.is_empty()
    }

    /// Whether attestations must prove something.
    #[must_use]
    pub const fn demands_attestation(&self) -> bool {
        match self.trust {
            AttestationTrust::None | AttestationTrust::Any => false,
            AttestationTrust::Trusted(_) => true,
        }
    }

    /// Whether the metadata service's list is asked.
    #[must_use]
    pub const fn asks_metadata(&self) -> bool {
        match &self.trust {
            AttestationTrust::None | AttestationTrust::Any => false,
            AttestationTrust::Trusted(sources) => match sources.metadata {
                MetadataUse::Ignored => false,
                MetadataUse::Trusted => true,
            },
        }
    }

    /// What the verifier is told of attestation.
    pub(crate) fn attestation<'a>(
        &'a self,
        metadata: Option<&'a MetadataBlob>,
        now_unix_seconds: i64,
    ) -> Result<AttestationPolicy<'a>, MetadataUnusable> {
        Ok(match &self.trust {
            AttestationTrust::None => AttestationPolicy::None,
            AttestationTrust::Any => AttestationPolicy::Any,
            AttestationTrust::Trusted(TrustSources { anchors, metadata: MetadataUse::Ignored }) => {
                AttestationPolicy::Trusted { anchors }
            }
            AttestationTrust::Trusted(TrustSources { anchors, metadata: MetadataUse::Trusted }) => {
                AttestationPolicy::Metadata {
                    blob: usable(metadata, now_unix_seconds)?,
                    statuses: StatusPolicy::UNCOMPROMISED,
                    anchors,
                }
            }
        })
    }

    /// What the verifier is told of models.
    pub(crate) fn models(&self) -> AaguidPolicy<'_> {
        AaguidPolicy { allowed: self.allowed.as_deref(), denied: &self.denied }
    }
}

/// The list, if it may be asked. Own anchors don't help where it may not: what it would report counts for them, too.
pub(crate) fn usable(
    metadata: Option<&MetadataBlob>,
    now_unix_seconds: i64,
) -> Result<&MetadataBlob, MetadataUnusable> {
    match metadata {
        None => Err(MetadataUnusable::Missing),
        Some(blob) if blob.is_overdue_at(now_unix_seconds) => Err(MetadataUnusable::Overdue),
        Some(blob) => Ok(blob),
    }
}

impl TryFrom<AttestationRulesText> for AttestationRules {
    type Error = AttestationRulesError;

    fn try_from(text: AttestationRulesText) -> Result<Self, AttestationRulesError> {
        use AttestationRulesError as E;
        let names_sources = text.metadata || !text.trust_anchors.is_empty();
        let trust = match text.policy {
            TrustPolicy::None | TrustPolicy::Any if names_sources => return Err(E::SourcesUnused),
            TrustPolicy::None => AttestationTrust::None,
            TrustPolicy::Any => AttestationTrust::Any,
            TrustPolicy::Trusted if !names_sources => return Err(E::NobodyTrusted),
            TrustPolicy::Trusted => AttestationTrust::Trusted(TrustSources {
                anchors: anchors(&text.trust_anchors)?,
                metadata: if text.metadata { MetadataUse::Trusted } else { MetadataUse::Ignored },
            }),
        };
        if text.aaguid_allow.as_ref().is_some_and(Vec::is_empty) {
            return Err(E::NothingAllowed);
        }
        Ok(Self {
            trust,
            allowed: text.aaguid_allow.map(|models| listed("aaguid_allow", &models)).transpose()?,
            denied: listed("aaguid_deny", &text.aaguid_deny)?,
        })
    }
}

impl From<AttestationRules> for AttestationRulesText {
    fn from(rules: AttestationRules) -> Self {
        let uuid = |model: &Aaguid| Uuid::from_bytes(*model.as_bytes());
        let (policy, trust_anchors, metadata) = match &rules.trust {
            AttestationTrust::None => (TrustPolicy::None, Vec::new(), false),
            AttestationTrust::Any => (TrustPolicy::Any, Vec::new(), false),
            AttestationTrust::Trusted(sources) => (
                TrustPolicy::Trusted,
                sources.anchors.iter().map(|anchor| BASE64.encode(anchor.as_der())).collect(),
                sources.metadata == MetadataUse::Trusted,
            ),
        };
        Self {
            policy,
            trust_anchors,
            metadata,
            aaguid_allow: rules.allowed.map(|models| models.iter().map(uuid).collect()),
            aaguid_deny: rules.denied.iter().map(uuid).collect(),
        }
    }
}

fn listed(member: &'static str, models: &[Uuid]) -> Result<Vec<Aaguid>, AttestationRulesError> {
    if models.len() > MAX_LISTED_MODELS {
        return Err(AttestationRulesError::TooManyModels { member });
    }
    Ok(models.iter().map(|model| Aaguid::from_bytes(*model.as_bytes())).collect())
}

fn anchors(texts: &[String]) -> Result<Vec<TrustAnchor>, AttestationRulesError> {
    if texts.len() > MAX_TRUST_ANCHORS {
        return Err(AttestationRulesError::TooManyAnchors);
    }
    let anchors = texts.iter().zip(1..).map(|(text, number)| {
        let der = certificate(text).ok_or(AttestationRulesError::Anchor { number })?;
        if der.len() > MAX_TRUST_ANCHOR_BYTES {
            return Err(AttestationRulesError::AnchorTooLong { number });
        }
        TrustAnchor::from_der(&der).map_err(|_| AttestationRulesError::Anchor { number })
    });
    anchors.collect()
}

/// The DER of one certificate in PEM (RFC 7468) or base64. A second one in the same PEM is not taken silently.
fn certificate(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let body = match text.strip_prefix("-----BEGIN CERTIFICATE-----") {
        Some(rest) => rest.strip_suffix("-----END CERTIFICATE-----")?,
        None => text,
    };
    // Of base64 with line breaks; what stands for a second certificate is not in its alphabet.
    BASE64_MIME.decode(body.trim().as_bytes()).ok().filter(|der| !der.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(text: Value) -> Result<AttestationRules, AttestationRulesError> {
        serde_json::from_value::<AttestationRulesText>(text).unwrap().try_into()
    }

    fn root() -> Vec<u8> {
        passgate_authenticator::attestation_root()
    }

    fn pem(der: &[u8]) -> String {
        let body = BASE64.encode(der);
        let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    #[test]
    fn anchors_are_read_in_pem_and_in_base64_and_stored_as_base64() {
        let base64 = BASE64.encode(&root());
        let model = "70617373-6761-7465-2d73-6f66746b6579";
        let rules = parse(json!({
            "policy": "trusted", "trust_anchors": [pem(&root()), base64, pem(&root()).replace('\n', "\r\n")],
            "metadata": true, "aaguid_allow": [model], "aaguid_deny": [Uuid::nil()],
        }))
        .unwrap();
        let anchor = TrustAnchor::from_der(&root()).unwrap();
        let sources = TrustSources { anchors: vec![anchor; 3], metadata: MetadataUse::Trusted };
        assert_eq!(rules.trust(), &AttestationTrust::Trusted(sources));
        let stored = serde_json::to_value(&rules).unwrap();
        assert_eq!(
            stored,
            json!({
                "policy": "trusted", "trust_anchors": [base64, base64, base64], "metadata": true,
                "aaguid_allow": [model], "aaguid_deny": [Uuid::nil()],
            })
        );
        assert_eq!(serde_json::from_value::<AttestationRules>(stored).unwrap(), rules);
    }

    #[test]
    fn rules_that_would_do_nothing_or_forbid_everything_are_refused() {
        use AttestationRulesError as E;
        assert_eq!(parse(json!({"policy": "trusted"})), Err(E::NobodyTrusted));
        assert_eq!(parse(json!({"policy": "any", "metadata": true})), Err(E::SourcesUnused));
        assert_eq!(parse(json!({"policy": "none", "trust_anchors": ["AAAA"]})), Err(E::SourcesUnused));
        assert_eq!(parse(json!({"policy": "any", "aaguid_allow": []})), Err(E::NothingAllowed));
    }

    #[test]
    fn an_anchor_that_is_no_certificate_is_named() {
        use AttestationRulesError as E;
        let good = BASE64.encode(&root());
        let two = pem(&root()).repeat(2);
        for bad in ["", "AAAA", "?", "-----BEGIN CERTIFICATE-----", two.as_str(), &good[..good.len() - 8]] {
            let rules = parse(json!({"policy": "trusted", "trust_anchors": [good, bad]}));
            assert_eq!(rules, Err(E::Anchor { number: 2 }), "{bad}");
        }
        let long = BASE64.encode(&[0x30; MAX_TRUST_ANCHOR_BYTES + 1]);
        let rules = parse(json!({"policy": "trusted", "trust_anchors": [long]}));
        assert_eq!(rules, Err(E::AnchorTooLong { number: 1 }));
    }

    #[test]
    fn lists_are_bounded() {
        use AttestationRulesError as E;
        let anchors = vec![BASE64.encode(&root()); MAX_TRUST_ANCHORS + 1];
        assert_eq!(parse(json!({"policy": "trusted", "trust_anchors": anchors})), Err(E::TooManyAnchors));
        let models = vec![Uuid::nil(); MAX_LISTED_MODELS + 1];
        for member in ["aaguid_allow", "aaguid_deny"] {
            let rules = parse(json!({"policy": "any", member: models}));
            assert_eq!(rules, Err(E::TooManyModels { member }));
        }
    }
}
