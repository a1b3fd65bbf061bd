//! Client data (WebAuthn §5.8.1).

use serde_json::{Map, Value};

use super::{Explanation, add_challenge, yes_no};
use crate::cli::inspect::kind::json_text;

/// How much of what isn't JSON is shown to people.
const SHOWN_CHARACTERS: usize = 400;

pub(crate) fn client_data(bytes: &[u8]) -> Explanation {
    let mut explanation = Explanation::new();
    let Some(members) = object(bytes, &mut explanation) else { return explanation };
    for name in ["type", "challenge", "origin", "crossOrigin", "topOrigin"] {
        add_member(&mut explanation, name, members.get(name));
    }
    for (name, value) in members {
        if !["type", "challenge", "origin", "crossOrigin", "topOrigin"].contains(&name.as_str()) {
            let remark = match name.as_str() {
                "tokenBinding" => "of Level 2; it counts for nothing",
                _ => "unknown; it counts for nothing",
            };
            let text = format!("{value} ({remark})");
            explanation.facts.add(name.clone(), name, value, text);
        }
    }
    explanation
}

fn add_member(explanation: &mut Explanation, name: &'static str, value: Option<&Value>) {
    let facts = &mut explanation.facts;
    match (name, value) {
        ("type", Some(Value::String(text))) => {
            let meaning = match text.as_str() {
                "webauthn.create" => "a registration",
                "webauthn.get" => "an authentication",
                _ => "neither a registration nor an authentication",
            };
            facts.add("type", "Type", text.as_str(), format!("{text} ({meaning})"));
        }
        ("challenge", Some(Value::String(text))) => add_challenge(explanation, "challenge", text),
        ("origin", Some(Value::String(text))) => facts.add_text("origin", "Origin", text),
        ("crossOrigin", Some(Value::Bool(is))) => {
            let meaning = if *is { " (in a frame inside another site's page)" } else { "" };
            facts.add("cross_origin", "Cross-origin", *is, format!("{}{meaning}", yes_no(*is)));
        }
        ("crossOrigin", None) => facts.add("cross_origin", "Cross-origin", Value::Null, "not said"),
        ("topOrigin", Some(Value::String(text))) => facts.add_text("top_origin", "Top origin", text),
        ("topOrigin", None) => facts.add_value("top_origin", Value::Null),
        (_, None) => {
            facts.add(name, name, Value::Null, "missing");
            explanation.problem(name, "missing");
        }
        (_, Some(other)) => {
            facts.add(name, name, other.clone(), other.to_string());
            explanation.problem(name, "of the wrong type");
        }
    }
}

/// The members of a JSON object; whatever else it is, is a problem.
pub(super) fn object(bytes: &[u8], explanation: &mut Explanation) -> Option<Map<String, Value>> {
    let Some(text) = json_text(bytes) else {
        explanation.problem("", "not a JSON object");
        return None;
    };
    match serde_json::from_str(text) {
        Ok(members) => Some(members),
        Err(error) => {
            explanation.problem("", format!("not JSON: {error}"));
            let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
            let more = if shown.len() < text.len() { "…" } else { "" };
            explanation.facts.add("text", "Text", text, format!("{shown}{more}"));
            None
        }
    }
}
