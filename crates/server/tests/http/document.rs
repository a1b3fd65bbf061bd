//! What the documents promise, held against what the server answers: the harness asks about every answer that it gets.

use std::sync::LazyLock;

use passgate::openapi::{self, Api};
use serde_json::Value;

/// A document, ready to be asked.
pub(crate) struct Contract(Value);

pub(crate) static PUBLIC: LazyLock<Contract> = LazyLock::new(|| Contract::of(Api::Public));
pub(crate) static ADMIN: LazyLock<Contract> = LazyLock::new(|| Contract::of(Api::Admin));

pub(crate) static CONSOLE: LazyLock<Contract> = LazyLock::new(|| Contract::of(Api::Console));

/// An operation of a document.
pub(crate) struct Operation<'a> {
    /// `GET`, …
    pub(crate) method: String,
    pub(crate) path: &'a str,
    pub(crate) description: &'a Value,
}

impl Contract {
    fn of(api: Api) -> Self {
        Self(serde_json::from_str(&openapi::checked_in(api)).unwrap())
    }

    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.0["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, description)| Operation {
                method: method.to_ascii_uppercase(),
                path,
                description,
            })
        })
    }

    /// The operation that answers a path, its query left off; a path with fewer parameters comes first.
    pub(crate) fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let path = path.split('?').next().unwrap();
        self.operations()
            .filter(|operation| operation.method == method && matches(operation.path, path))
            .min_by_key(|operation| operation.path.matches('{').count())
    }

    /// Panics where an answer is none that the document has for this request.
    #[track_caller]
    pub(crate) fn check(&self, method: &str, path: &str, status: u16, body: &Value) {
        let code = body["code"].as_str();
        if let (404, Some("route_not_found")) | (405, Some("method_not_allowed")) = (status, code) {
            return;
        }
        let Some(operation) = self.operation(method, path) else {
            // Whoever has no token is told so before whether the path exists; a preflight is no operation.
            let is_told = matches!(status, 401 | 403) || method == "OPTIONS";
            assert!(is_told, "no operation is {method} {path}, which answered {status} {body}");
            return;
        };
        let place = format!("{method} {} answered {status}", operation.path);
        let response = &operation.description["responses"][status.to_string()];
        assert!(response.is_object(), "{place}, which the document lacks: {body}");
        let response = self.resolve(response);
        match response["content"].as_object() {
            None => assert_eq!(*body, Value::Null, "{place}"),
            Some(content) => {
                if let Some(schema) = content.get("application/json").map(|json| &json["schema"]) {
                    let off = self.mismatch(schema, body, "$");
                    assert_eq!(off, None, "{place}: {body}");
                }
            }
        }
    }

    /// What a reference refers to.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').unwrap();
                self.0.pointer(pointer).unwrap_or_else(|| panic!("{reference} refers to nothing"))
            }
            None => value,
        }
    }

    /// Where a value is not as a schema has it, for as much of JSON Schema as the documents use. Members that no schema
    /// names are a mismatch too: what is answered has to be described.
    pub(crate) fn mismatch(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        self.mismatch_of(schema, value, at).or_else(|| {
            let known = self.members(schema)?;
            let extra = value.as_object()?.keys().find(|name| !known.contains(&name.as_str()))?;
            Some(format!("{at}.{extra} is not described"))
        })
    }

    fn mismatch_of(&self, schema: &Value, value: &Value, at: &str) -> Option<String> {
        let schema = self.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().find_map(|part| self.mismatch_of(part, value, at));
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fits = choices.iter().filter(|choice| self.mismatch(choice, value, at).is_none()).count();
            return (fits != 1).then(|| format!("{at} fits {fits} of its {} forms", choices.len()));
        }
        if !has_type(&schema["type"], value) {
            return Some(format!("{at} is no {}", schema["type"]));
        }
        if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
            return Some(format!("{at} is none of {}", schema["enum"]));
        }
        if let Some(number) = value.as_i64() {
            let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
            let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
            return (!(least..=most).contains(&number)).then(|| format!("{at} is out of bounds"));
        }
        if let Some(text) = value.as_str() {
            return mismatch_of_text(schema, text).map(|why| format!("{at} {why}"));
        }
        if let Some(items) = value.as_array() {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            if (items.len() as u64) < least {
                return Some(format!("{at} has too few items"));
            }
            return items
                .iter()
                .enumerate()
                .find_map(|(index, item)| self.mismatch(&schema["items"], item, &format!("{at}[{index}]")));
        }
        let members = value.as_object()?;
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) = required.into_iter().find(|name| !members.contains_key(*name)) {
            return Some(format!("{at}.{missing} is missing"));
        }
        let properties = schema["properties"].as_object()?;
        properties.iter().find_map(|(name, schema)| {
            members.get(name).and_then(|value| self.mismatch(schema, value, &format!("{at}.{name}")))
        })
    }

    /// The members that an object's schema names; none where it names none, and so may have any.
    fn members<'a>(&'a self, schema: &'a Value) -> Option<Vec<&'a str>> {
        let schema = self.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            return Some(parts.iter().filter_map(|part| self.members(part)).flatten().collect());
        }
        Some(schema["properties"].as_object()?.keys().map(String::as_str).collect())
    }
}

fn mismatch_of_text(schema: &Value, text: &str) -> Option<&'static str> {
    let length = text.chars().count() as u64;
    if length < schema["minLength"].as_u64().unwrap_or(0) {
        return Some("is too short");
    }
    if length > schema["maxLength"].as_u64().unwrap_or(u64::MAX) {
        return Some("is too long");
    }
    let is_of_format = match schema["format"].as_str() {
        Some("uuid") => text.parse::<uuid::Uuid>().is_ok() && text.len() == 36,
        Some("date-time") => text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T'),
        _ => true,
    };
    (!is_of_format).then_some("is not of its format")
}

fn has_type(kind: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no JSON is of type {other}"),
    };
    match kind {
        Value::String(kind) => is(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

/// Whether a path is of a template.
fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(segment)) if part == segment || part.starts_with('{') => {}
            _ => return false,
        }
    }
}
