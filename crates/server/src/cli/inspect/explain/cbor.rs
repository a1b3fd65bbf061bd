//! CBOR of any kind.

use passgate_webauthn::base64url;
use passgate_webauthn::inspect::{CborItem, CborReading};
use serde_json::{Map, Value, json};

use super::{Explanation, bytes_text};
use crate::cli::inspect::facts::Facts;

pub(super) fn explain(bytes: &[u8]) -> Explanation {
    let reading = CborReading::of_whole(bytes);
    let mut explanation = Explanation::new();
    add(&mut explanation.facts, "cbor", "Item", &reading.item);
    explanation.stopped(reading.stop);
    explanation
}

/// An item, with what is in it below.
pub(super) fn add(facts: &mut Facts, key: impl Into<String>, label: impl Into<String>, item: &CborItem<'_>) {
    let mut below = Facts::new();
    match item {
        CborItem::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                add(&mut below, index.to_string(), format!("[{index}]"), item);
            }
        }
        CborItem::Map(entries) => {
            for (key, value) in entries {
                add(&mut below, member(key), scalar(key), value);
            }
        }
        CborItem::Tag(_, inner) => add(&mut below, "value", "value", inner),
        _ => {}
    }
    facts.add_both(key.into(), label.into(), scalar(item), value(item), below);
}

/// An item for programs: byte strings in base64url, what JSON has no form for as text.
pub(crate) fn value(item: &CborItem<'_>) -> Value {
    match item {
        CborItem::Integer(number) => {
            i64::try_from(*number).map_or_else(|_| json!(number.to_string()), Value::from)
        }
        CborItem::Bytes(bytes) => base64url::encode(bytes).into(),
        CborItem::Text(text) => text.as_ref().into(),
        CborItem::Array(items) => items.iter().map(value).collect(),
        CborItem::Map(entries) => {
            Value::Object(entries.iter().map(|(key, item)| (member(key), value(item))).collect::<Map<_, _>>())
        }
        CborItem::Tag(tag, inner) => json!({ "tag": tag, "value": value(inner) }),
        CborItem::Bool(is) => (*is).into(),
        CborItem::Null => Value::Null,
        CborItem::Float(number) => json!(number),
        CborItem::Undefined | CborItem::Simple(_) | CborItem::Unread => scalar(item).into(),
    }
}

/// The name that a map's key has in JSON.
fn member(key: &CborItem<'_>) -> String {
    match key {
        CborItem::Text(text) => text.to_string(),
        CborItem::Bytes(bytes) => base64url::encode(bytes),
        other => scalar(other),
    }
}

/// An item on one line; of what has others in it, what it is.
pub(super) fn scalar(item: &CborItem<'_>) -> String {
    match item {
        CborItem::Integer(number) => number.to_string(),
        CborItem::Bytes(bytes) => bytes_text(bytes),
        CborItem::Text(text) => format!("{:?}", text.as_ref()),
        CborItem::Array(items) => format!("array of {}", items.len()),
        CborItem::Map(entries) => format!("map of {}", entries.len()),
        CborItem::Tag(tag, _) => format!("tag {tag}"),
        CborItem::Bool(is) => is.to_string(),
        CborItem::Null => "null".to_owned(),
        CborItem::Undefined => "undefined".to_owned(),
        CborItem::Float(number) => number.to_string(),
        CborItem::Simple(number) => format!("simple({number})"),
        CborItem::Unread => "(reading stopped here)".to_owned(),
    }
}
