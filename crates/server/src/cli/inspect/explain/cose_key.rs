//! Credential public keys (WebAuthn §6.5.1.1, §5.8.5).

use passgate_webauthn::inspect::{CborItem, CborReading, check_cose_key};
use passgate_webauthn::{Algorithm, UnsupportedAlgorithm, base64url};
use serde_json::Value;

use super::{Explanation, Refusal, add_verifier, cbor};
use crate::cli::inspect::facts::Facts;

pub(crate) fn cose_key(bytes: &[u8]) -> Explanation {
    let reading = CborReading::of_whole(bytes);
    let mut explanation = Explanation::new();
    explanation.facts.add_value("cose", base64url::encode(bytes));
    let number = |label| match reading.item.get_number(label) {
        Some(CborItem::Integer(number)) => i64::try_from(*number).ok(),
        _ => None,
    };
    let key_type = number(1);
    for (label, item) in reading.item.entries() {
        let (facts, parameter) = (&mut explanation.facts, item);
        match label {
            CborItem::Integer(1) => add_named(facts, "key_type", "1  key type", parameter, key_type_name),
            CborItem::Integer(3) => add_named(facts, "algorithm", "3  algorithm", parameter, algorithm_name),
            CborItem::Integer(label @ -3..=-1) => {
                let (key, name) = parameter_name(key_type, *label);
                let text = format!("{label} {name}");
                if key == "curve" {
                    add_named(facts, key, text, parameter, curve_name);
                } else {
                    cbor::add(facts, key, text, parameter);
                }
            }
            other => {
                let name = cbor::scalar(other);
                cbor::add(facts, name.clone(), format!("{name} (does not belong there)"), parameter);
            }
        }
    }
    let verdict = check_cose_key(bytes);
    let accepted = verdict.ok().map(|algorithm| format!("takes it as a key for {}", algorithm.as_str()));
    add_verifier(&mut explanation.facts, accepted, verdict.err().map(Refusal::from).as_ref());
    explanation.stopped(reading.stop);
    explanation
}

/// A number that has a name.
fn add_named(
    facts: &mut Facts,
    key: &'static str,
    label: impl Into<String>,
    item: &CborItem<'_>,
    name: fn(i64) -> Option<&'static str>,
) {
    let found = match item {
        CborItem::Integer(number) => i64::try_from(*number).ok().and_then(name),
        _ => None,
    };
    match found {
        Some(name) => facts.add(key, label.into(), name, format!("{} ({name})", cbor::scalar(item))),
        None => cbor::add(facts, key, label, item),
    }
}

/// What a parameter is depends on the key type (RFC 9053 §7, RFC 8230 §4, RFC 9964 §3).
fn parameter_name(key_type: Option<i64>, label: i128) -> (&'static str, &'static str) {
    match (key_type, label) {
        (Some(1 | 2), -1) => ("curve", "curve"),
        (Some(1 | 2), -2) => ("x", "x"),
        (Some(2), -3) => ("y", "y"),
        (Some(3), -1) => ("modulus", "modulus"),
        (Some(3), -2) => ("exponent", "exponent"),
        (Some(7), -1) => ("key", "key"),
        (_, -1) => ("-1", ""),
        (_, -2) => ("-2", ""),
        _ => ("-3", ""),
    }
}

fn key_type_name(number: i64) -> Option<&'static str> {
    match number {
        1 => Some("OKP"),
        2 => Some("EC2"),
        3 => Some("RSA"),
        7 => Some("AKP"),
        _ => None,
    }
}

fn curve_name(number: i64) -> Option<&'static str> {
    match number {
        1 => Some("P-256"),
        2 => Some("P-384"),
        3 => Some("P-521"),
        6 => Some("Ed25519"),
        7 => Some("Ed448"),
        8 => Some("secp256k1"),
        _ => None,
    }
}

fn algorithm_name(number: i64) -> Option<&'static str> {
    match Algorithm::from_cose(number) {
        Ok(algorithm) => Some(algorithm.as_str()),
        Err(UnsupportedAlgorithm::Es256k) => Some("ES256K"),
        Err(UnsupportedAlgorithm::Ed448) => Some("Ed448"),
        Err(UnsupportedAlgorithm::Rs1) => Some("RS1"),
        Err(UnsupportedAlgorithm::FullySpecifiedEcdsa) => Some("ECDSA of RFC 9864"),
        Err(UnsupportedAlgorithm::FullySpecifiedEd25519) => Some("Ed25519 of RFC 9864"),
        Err(UnsupportedAlgorithm::Unknown { .. }) => None,
    }
}

/// An algorithm of a list or a statement, for people.
pub(super) fn algorithm_text(number: &Value) -> String {
    let Some(id) = number.as_i64() else { return number.to_string() };
    let name = algorithm_name(id).unwrap_or("unknown");
    let remark = if Algorithm::from_cose(id).is_ok() { "" } else { ", not supported" };
    format!("{name} ({id}{remark})")
}
