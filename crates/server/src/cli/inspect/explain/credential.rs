//! Credentials as browsers send them (WebAuthn §5.1, `toJSON()`).

use serde_json::{Map, Value};

use super::{AttestationObject, Explanation, authenticator_data, client_data, remarked};
use crate::cli::inspect::facts::Facts;
use crate::cli::inspect::input::lenient_base64;

/// What a registration repeats of its attestation object.
const REPEATED: [&str; 3] = ["authenticatorData", "publicKey", "publicKeyAlgorithm"];
const KNOWN: [&str; 6] =
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "transports"];

/// A credential, as far as its JSON was read.
pub(crate) struct Credential {
    members: Map<String, Value>,
    response: Map<String, Value>,
    read: Explanation,
}

impl Credential {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let mut read = Explanation::new();
        let mut members = client_data::object(bytes, &mut read).unwrap_or_default();
        let response = match members.remove("response") {
            Some(Value::Object(response)) => response,
            _ => Map::new(),
        };
        Self { members, response, read }
    }

    /// A member of the response, decoded; `None` where it is missing or not base64.
    pub(crate) fn bytes(&self, member: &str) -> Option<Vec<u8>> {
        self.response.get(member).and_then(Value::as_str).and_then(lenient_base64)
    }

    /// The credential id.
    pub(crate) fn id(&self) -> Option<Vec<u8>> {
        self.members.get("id").and_then(Value::as_str).and_then(lenient_base64)
    }

    /// A member beside the response.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// How the client says that the authenticator can be reached: in the response, or where webauthn-json had it.
    pub(crate) fn transports(&self) -> Option<&Value> {
        self.response.get("transports").or(self.members.get("transports"))
    }

    /// Explains it.
    pub(crate) fn explain(mut self) -> Explanation {
        let mut explanation = std::mem::take(&mut self.read);
        if !explanation.problems.is_empty() {
            return explanation;
        }
        self.add_id(&mut explanation);
        if let Some(kind) = self.member("type") {
            let text = plain(kind);
            let remark = if kind == "public-key" { "" } else { " (it has to be public-key)" };
            explanation.facts.add("type", "Type", kind.clone(), format!("{text}{remark}"));
        }
        if let Some(attachment) = self.member("authenticatorAttachment").filter(|value| !value.is_null()) {
            explanation.facts.add(
                "authenticator_attachment",
                "Attachment",
                attachment.clone(),
                plain(attachment),
            );
        }
        if let Some(transports) = self.transports() {
            explanation.facts.add("transports", "Transports", transports.clone(), plain(transports));
        }
        let client_data_json = self.decoded("clientDataJSON", true, &mut explanation);
        let mut origin = None;
        if let Some(bytes) = &client_data_json {
            let text = format!("{} bytes", bytes.len());
            explanation.nest("client_data", "Client data", text, client_data(bytes));
            origin = serde_json::from_slice::<Value>(bytes).ok();
        }
        let origin = origin.as_ref().and_then(|data| data["origin"].as_str()).unwrap_or_default();
        let rp_ids = super::authenticator_data::rp_ids_of(origin);
        if self.response.contains_key("attestationObject") {
            self.add_registration(&rp_ids, &mut explanation);
        } else {
            self.add_assertion(&rp_ids, &mut explanation);
        }
        for (name, value) in &self.response {
            if !KNOWN.contains(&name.as_str()) && !REPEATED.contains(&name.as_str()) {
                explanation.facts.add(name.clone(), name.clone(), value.clone(), value.to_string());
            }
        }
        if let Some(results) = self.member("clientExtensionResults") {
            let text = match results {
                Value::Object(results) if results.is_empty() => "none".to_owned(),
                other => other.to_string(),
            };
            explanation.facts.add(
                "client_extension_results",
                "Client extension results",
                results.clone(),
                text,
            );
        }
        explanation
    }

    fn add_id(&self, explanation: &mut Explanation) {
        let text = self.member("id").and_then(Value::as_str);
        match (text, self.id()) {
            (Some(text), Some(id)) => {
                let raw = self.member("rawId").and_then(Value::as_str).and_then(lenient_base64);
                let remark = if raw.is_some_and(|raw| raw != id) { "; rawId is another" } else { "" };
                explanation.facts.add("id", "Credential id", text, remarked(&id, remark));
            }
            (Some(text), None) => {
                explanation.facts.add_text("id", "Credential id", text);
                explanation.problem("id", "not base64url");
            }
            (None, _) => explanation.problem("id", "missing, or not a text"),
        }
    }

    fn add_registration(&self, rp_ids: &[&str], explanation: &mut Explanation) {
        if let Some(bytes) = self.decoded("attestationObject", true, explanation) {
            let text = format!("{} bytes", bytes.len());
            let inner = AttestationObject::read(&bytes).explain(rp_ids);
            explanation.nest("attestation_object", "Attestation object", text, inner);
        }
        let repeated: Vec<&str> =
            REPEATED.into_iter().filter(|name| self.response.contains_key(*name)).collect();
        if !repeated.is_empty() {
            let text = format!("{} (ignored: the attestation object has them)", repeated.join(", "));
            explanation.facts.add("repeated", "Repeated", repeated, text);
        }
    }

    fn add_assertion(&self, rp_ids: &[&str], explanation: &mut Explanation) {
        if let Some(bytes) = self.decoded("authenticatorData", true, explanation) {
            let text = format!("{} bytes", bytes.len());
            let inner = authenticator_data(&bytes, rp_ids);
            explanation.nest("authenticator_data", "Authenticator data", text, inner);
        }
        if let Some(bytes) = self.decoded("signature", true, explanation) {
            explanation.bytes("signature", "Signature", &bytes);
        }
        match self.decoded("userHandle", false, explanation) {
            Some(bytes) => explanation.bytes("user_handle", "User handle", &bytes),
            None => explanation.facts.add("user_handle", "User handle", Value::Null, "none"),
        }
    }

    /// A member of the response, decoded; a problem where it can't be, or is missing and must not be.
    fn decoded(&self, member: &str, required: bool, explanation: &mut Explanation) -> Option<Vec<u8>> {
        let place = format!("response.{member}");
        match self.response.get(member) {
            None | Some(Value::Null) if required => explanation.problem(&place, "missing"),
            None | Some(Value::Null) => {}
            Some(Value::String(_)) => match self.bytes(member) {
                Some(bytes) => return Some(bytes),
                None => explanation.problem(&place, "not base64url"),
            },
            Some(_) => explanation.problem(&place, "not a text"),
        }
        None
    }

    /// What programs are told of a response that is verified.
    pub(crate) fn add_client_facts(&self, facts: &mut Facts) {
        let attachment = self.member("authenticatorAttachment").cloned();
        facts.add_value("authenticator_attachment", attachment);
        facts.add_value("client_extension_results", self.member("clientExtensionResults").cloned());
    }
}

/// A value without the quotes of JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
