//! Options as browsers are given them (WebAuthn §5.4, §5.5, in JSON).

use serde_json::{Map, Value};

use super::{Explanation, add_challenge, bytes_text, client_data, cose_key};
use crate::cli::inspect::facts::Facts;
use crate::cli::inspect::input::lenient_base64;

/// The members in the order of the specification.
const ORDER: [&str; 14] = [
    "rp",
    "rpId",
    "user",
    "challenge",
    "pubKeyCredParams",
    "timeout",
    "excludeCredentials",
    "allowCredentials",
    "authenticatorSelection",
    "userVerification",
    "hints",
    "attestation",
    "attestationFormats",
    "extensions",
];

/// Both kinds of options: members say which it is.
pub(super) fn explain(bytes: &[u8]) -> Explanation {
    let mut explanation = Explanation::new();
    let Some(mut members) = client_data::object(bytes, &mut explanation) else { return explanation };
    if let Some(Value::Object(inner)) = members.remove("publicKey") {
        for (name, value) in &members {
            explanation.facts.add(name.clone(), name.clone(), value.clone(), text(value));
        }
        members = inner;
    }
    if !members.contains_key("challenge") {
        explanation.problem("challenge", "missing");
    }
    for name in ORDER {
        if let Some(value) = members.remove(name) {
            add_member(&mut explanation, name, &value);
        }
    }
    for (name, value) in &members {
        add_member(&mut explanation, name, value);
    }
    explanation
}

fn add_member(explanation: &mut Explanation, name: &str, value: &Value) {
    let facts = &mut explanation.facts;
    match (name, value) {
        ("challenge", Value::String(challenge)) => add_challenge(explanation, "challenge", challenge),
        ("rpId", Value::String(rp_id)) => facts.add_text("rpId", "RP ID", rp_id),
        ("rp", Value::Object(rp)) => facts.add_group("rp", "Relying party", "", members(rp)),
        ("user", Value::Object(user)) => facts.add_group("user", "User", "", members(user)),
        ("authenticatorSelection", Value::Object(selection)) => {
            facts.add_group("authenticatorSelection", "Authenticator", "", members(selection));
        }
        ("timeout", Value::Number(timeout)) => {
            facts.add("timeout", "Timeout", value.clone(), format!("{timeout} ms"));
        }
        ("pubKeyCredParams", Value::Array(parameters)) => {
            let names: Vec<_> =
                parameters.iter().map(|parameter| cose_key::algorithm_text(&parameter["alg"])).collect();
            let text = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            facts.add("pubKeyCredParams", "Algorithms", value.clone(), text);
        }
        ("allowCredentials" | "excludeCredentials", Value::Array(credentials)) => {
            let label = if name == "allowCredentials" { "Allowed" } else { "Excluded" };
            let meaning = match (name, credentials.len()) {
                ("allowCredentials", 0) => "any discoverable credential".to_owned(),
                (_, 0) => "none".to_owned(),
                (_, 1) => "1 credential".to_owned(),
                (_, count) => format!("{count} credentials"),
            };
            let list = credentials.iter().zip(1..).map(|(credential, number)| {
                let facts = credential.as_object().map(members).unwrap_or_default();
                (format!("{number}."), facts)
            });
            facts.add_list(name.to_owned(), label, meaning, list.collect());
        }
        _ => facts.add(name.to_owned(), label(name), value.clone(), text(value)),
    }
}

/// The members of an object inside the options.
fn members(object: &Map<String, Value>) -> Facts {
    let mut facts = Facts::new();
    for (name, value) in object {
        let decoded = if name == "id" { value.as_str().and_then(lenient_base64) } else { None };
        let is_domain = value.as_str().is_some_and(|text| text.contains('.') || text == "localhost");
        let text = match decoded {
            Some(bytes) if !is_domain => bytes_text(&bytes),
            _ => text(value),
        };
        facts.add(name.clone(), label(name), value.clone(), text);
    }
    facts
}

fn label(name: &str) -> String {
    match name {
        "attestation" => "Attestation",
        "attestationFormats" => "Attestation formats",
        "authenticatorAttachment" => "Attachment",
        "displayName" => "Display name",
        "extensions" => "Extensions",
        "hints" => "Hints",
        "id" => "Id",
        "name" => "Name",
        "requireResidentKey" => "Resident key (Level 1)",
        "residentKey" => "Resident key",
        "transports" => "Transports",
        "type" => "Type",
        "userVerification" => "User verification",
        other => other,
    }
    .to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
