//! Attestation objects (WebAuthn §6.5.4, §8).

use passgate_webauthn::inspect::{CborItem, CborReading, check_attestation_object};
use passgate_webauthn::{AttestationFormat, AttestationObjectError, base64url};

use super::{Explanation, Problem, Refusal, add_verifier, authenticator_data, cbor, certificate, cose_key};
use crate::cli::inspect::facts::Facts;

/// An attestation object, as far as it was read.
pub(crate) struct AttestationObject<'a> {
    bytes: &'a [u8],
    reading: CborReading<'a>,
}

impl<'a> AttestationObject<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Self {
        Self { bytes, reading: CborReading::of_whole(bytes) }
    }

    pub(crate) fn format(&self) -> Option<&str> {
        match self.reading.item.get("fmt") {
            Some(CborItem::Text(format)) => Some(format),
            _ => None,
        }
    }

    pub(crate) fn authenticator_data(&self) -> Option<&[u8]> {
        match self.reading.item.get("authData") {
            Some(CborItem::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Whether all of it was read, so that what isn't there is missing.
    fn is_whole(&self) -> bool {
        self.reading.stop.is_none()
    }

    /// The certificates of its statement, and of a compound statement's statements.
    pub(crate) fn certificates(&self) -> Vec<&[u8]> {
        let Some(statement) = self.reading.item.get("attStmt") else { return Vec::new() };
        let parts: Vec<&CborItem<'_>> = match statement {
            CborItem::Array(parts) => parts.iter().filter_map(|part| part.get("attStmt")).collect(),
            other => vec![other],
        };
        parts.into_iter().flat_map(certificates_of).collect()
    }

    /// Explains it; its RP ID may be one of `rp_ids`.
    pub(crate) fn explain(&self, rp_ids: &[&str]) -> Explanation {
        let mut explanation = Explanation::new();
        add_format(&mut explanation.facts, self.reading.item.get("fmt"));
        match self.reading.item.get("attStmt") {
            Some(statement) => add_statement(&mut explanation.facts, statement),
            None if self.is_whole() => explanation.problem("attStmt", "missing"),
            None => {}
        }
        match self.reading.item.get("authData") {
            Some(CborItem::Bytes(bytes)) => {
                let inner = authenticator_data(bytes, rp_ids);
                let text = format!("{} bytes", bytes.len());
                explanation.nest("authenticator_data", "Authenticator data", text, inner);
            }
            Some(other) => {
                cbor::add(&mut explanation.facts, "authenticator_data", "Authenticator data", other);
                if self.is_whole() {
                    explanation.problem("authData", "not a byte string");
                }
            }
            None if self.is_whole() => explanation.problem("authData", "missing"),
            None => {}
        }
        for (key, value) in self.reading.item.entries() {
            let name = cbor::scalar(key);
            if !["\"fmt\"", "\"attStmt\"", "\"authData\""].contains(&name.as_str()) {
                cbor::add(&mut explanation.facts, name.clone(), format!("{name} (ignored)"), value);
            }
        }
        let refusal = check_attestation_object(self.bytes).err();
        let refusal = refusal.map(|error| Refusal::from(AttestationObjectError::from(error)));
        add_verifier(&mut explanation.facts, None, refusal.as_ref());
        // Where reading stopped explains what is missing, so it goes first.
        if let Some(stop) = self.reading.stop {
            let message = stop.problem.to_owned();
            let problem = Problem { place: String::new(), offset: Some(stop.offset), message };
            explanation.problems.insert(0, problem);
        }
        explanation
    }
}

fn certificates_of<'i>(statement: &'i CborItem<'_>) -> Vec<&'i [u8]> {
    let Some(CborItem::Array(items)) = statement.get("x5c") else { return Vec::new() };
    let der = items.iter().filter_map(|item| match item {
        CborItem::Bytes(der) => Some(der.as_ref()),
        _ => None,
    });
    der.collect()
}

/// Certificates in order, the attestation's own first.
pub(crate) fn certificate_list(certificates: &[&[u8]]) -> Vec<(String, Facts)> {
    let numbered = (1..).zip(certificates);
    numbered.map(|(number, der)| (format!("{number}."), certificate::explain(der).facts)).collect()
}

fn add_format(facts: &mut Facts, format: Option<&CborItem<'_>>) {
    match format {
        Some(CborItem::Text(format)) => {
            let meaning = AttestationFormat::parse(format).map_or("unknown", |format| match format {
                AttestationFormat::None => "no attestation, §8.7",
                AttestationFormat::Packed => "§8.2",
                AttestationFormat::Tpm => "by a Trusted Platform Module, §8.3",
                AttestationFormat::AndroidKey => "by Android's key store, §8.4",
                AttestationFormat::AndroidSafetyNet => "withdrawn, and refused by Passgate",
                AttestationFormat::FidoU2f => "by a U2F security key, §8.6",
                AttestationFormat::Apple => "by Apple's anonymous CA, §8.8",
                AttestationFormat::Compound => "several statements, §8.9",
            });
            facts.add("format", "Format", format.as_ref(), format!("{format} ({meaning})"));
        }
        Some(other) => cbor::add(facts, "format", "Format (not a text)", other),
        None => facts.add("format", "Format", serde_json::Value::Null, "missing"),
    }
}

fn add_statement(facts: &mut Facts, statement: &CborItem<'_>) {
    let CborItem::Array(parts) = statement else {
        let text = match statement {
            CborItem::Map(entries) if entries.is_empty() => "empty".to_owned(),
            CborItem::Map(_) => String::new(),
            other => cbor::scalar(other),
        };
        facts.add_group("statement", "Statement", text, members(statement));
        return;
    };
    let numbered = (1..).zip(parts).map(|(number, part)| {
        let mut facts = Facts::new();
        add_format(&mut facts, part.get("fmt"));
        if let Some(statement) = part.get("attStmt") {
            add_statement(&mut facts, statement);
        }
        (format!("{number}."), facts)
    });
    facts.add_list("statements", "Statements", parts.len().to_string(), numbered.collect());
}

fn members(statement: &CborItem<'_>) -> Facts {
    let mut facts = Facts::new();
    for (key, item) in statement.entries() {
        let CborItem::Text(name) = key else {
            cbor::add(&mut facts, cbor::scalar(key), cbor::scalar(key), item);
            continue;
        };
        match (name.as_ref(), item) {
            ("alg", CborItem::Integer(number)) => {
                let number = i64::try_from(*number).unwrap_or_default();
                let text = cose_key::algorithm_text(&number.into());
                facts.add("alg", "Algorithm", number, text);
            }
            ("x5c", CborItem::Array(items))
                if items.iter().all(|item| matches!(item, CborItem::Bytes(_))) =>
            {
                let list = certificate_list(&certificates_of(statement));
                facts.add_list("certificates", "Certificates", list.len().to_string(), list);
            }
            (name, CborItem::Bytes(bytes)) => {
                let label = match name {
                    "sig" => "Signature".to_owned(),
                    "certInfo" => "certInfo (what it certified)".to_owned(),
                    "pubArea" => "pubArea (the TPM's key)".to_owned(),
                    other => other.to_owned(),
                };
                let text = super::bytes_text(bytes);
                facts.add(name.to_owned(), label, base64url::encode(bytes), text);
            }
            (name, item) => cbor::add(&mut facts, name, name, item),
        }
    }
    facts
}
