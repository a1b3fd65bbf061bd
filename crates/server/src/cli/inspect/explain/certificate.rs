//! Certificates (RFC 5280).

use passgate_webauthn::authenticator_name;
use passgate_webauthn::inspect::CertificateFields;
use serde_json::{Value, json};

use super::{Explanation, hex, moment_text, rfc_3339, yes_no};

pub(super) fn explain(der: &[u8]) -> Explanation {
    let mut explanation = Explanation::new();
    let facts = &mut explanation.facts;
    let Ok(certificate) = CertificateFields::parse(der) else {
        explanation.bytes("der", "DER", der);
        explanation.problem("", "not an X.509 certificate in DER, or bytes follow it");
        return explanation;
    };
    let subject = if certificate.subject.is_empty() { "empty" } else { &certificate.subject };
    facts.add("subject", "Subject", certificate.subject.clone(), subject);
    facts.add_text("issuer", "Issuer", certificate.issuer.clone());
    facts.add_text("serial", "Serial number", certificate.serial);
    facts.add(
        "not_before",
        "Valid from",
        rfc_3339(certificate.not_before),
        moment_text(certificate.not_before),
    );
    facts.add(
        "not_after",
        "Valid until",
        rfc_3339(certificate.not_after),
        moment_text(certificate.not_after),
    );
    facts.add_text("key", "Key", certificate.key);
    facts.add_text("signature_algorithm", "Signed with", certificate.signature_algorithm);
    facts.add("version", "Version", certificate.version, certificate.version.to_string());
    let is_ca = certificate.is_ca.map_or("does not say", yes_no);
    facts.add("is_ca", "Is a CA's", certificate.is_ca, is_ca);
    if let Some(aaguid) = certificate.aaguid {
        let name = authenticator_name(aaguid).map(|name| format!(" ({name})")).unwrap_or_default();
        facts.add("aaguid", "For AAGUID", aaguid.to_string(), format!("{aaguid}{name}"));
    }
    let named = certificate.extensions.iter().map(|extension| {
        let critical = if extension.critical { " (critical)" } else { "" };
        format!("{}{critical}", extension.name.unwrap_or(&extension.oid))
    });
    let text = named.collect::<Vec<_>>().join(", ");
    let list: Vec<Value> = certificate
        .extensions
        .iter()
        .map(|extension| {
            json!({ "oid": extension.oid, "name": extension.name, "critical": extension.critical })
        })
        .collect();
    facts.add("extensions", "Extensions", list, text);
    facts.add_text("sha256", "SHA-256", hex(&certificate.sha256));
    explanation
}
