//! Explaining each kind of thing, field by field.
//!
//! What can't be read is a [`Problem`]; everything before it is shown all the same.

mod attestation_object;
mod authenticator_data;
mod cbor;
mod certificate;
mod client_data;
mod cose_key;
mod credential;
mod options;

use data_encoding::HEXLOWER;
use passgate_webauthn::inspect::Stop;
use passgate_webauthn::{
    Aaguid, AssertionError, AttestationObjectError, AuthenticatorDataError, ClientDataError, CoseKeyError,
    RegistrationError, ResponseError, authenticator_name, base64url,
};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(crate) use attestation_object::{AttestationObject, certificate_list};
pub(crate) use authenticator_data::{authenticator_data, flags};
pub(crate) use cbor::value as cbor_value;
pub(crate) use client_data::client_data;
pub(crate) use cose_key::cose_key;
pub(crate) use credential::Credential;

use super::facts::Facts;
use super::kind::Kind;
use crate::cli::output::moment;

/// The version that sealed challenges begin with, and the lengths that they have, without and with a transaction
/// (`passgate_core::challenge` has the layout; a test asks a server for one).
const CHALLENGE_VERSION: u8 = 1;
const CHALLENGE_BYTES: [usize; 2] = [58, 58 + 32];

/// What can't be read, and where that was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The member that it is in; empty for the input itself.
    pub(crate) place: String,
    /// The byte of that member's value, counted from 0.
    pub(crate) offset: Option<usize>,
    pub(crate) message: String,
}

/// Facts, and what kept them from being more.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    pub(crate) facts: Facts,
    pub(crate) problems: Vec<Problem>,
}

impl Explanation {
    fn new() -> Self {
        Self::default()
    }

    fn problem(&mut self, place: &str, message: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), offset: None, message: message.into() });
    }

    fn stopped(&mut self, stop: Option<Stop>) {
        if let Some(Stop { offset, problem }) = stop {
            let message = problem.to_owned();
            self.problems.push(Problem { place: String::new(), offset: Some(offset), message });
        }
    }

    /// Another explanation's facts as a group of this one's, and its problems as of this place.
    fn nest(&mut self, key: &'static str, label: &'static str, text: impl Into<String>, inner: Self) {
        self.take_problems(key, inner.problems);
        self.facts.add_group(key, label, text, inner.facts);
    }

    fn take_problems(&mut self, place: &str, problems: Vec<Problem>) {
        self.problems.extend(problems.into_iter().map(|problem| {
            let place = match problem.place.as_str() {
                "" => place.to_owned(),
                inner => format!("{place}.{inner}"),
            };
            Problem { place, ..problem }
        }));
    }

    fn bytes(&mut self, key: &'static str, label: &'static str, bytes: &[u8]) {
        self.facts.add(key, label, base64url::encode(bytes), bytes_text(bytes));
    }
}

/// Explains `bytes` as this kind of thing.
pub(crate) fn explain(kind: Kind, bytes: &[u8]) -> Explanation {
    match kind {
        Kind::Registration | Kind::Assertion => Credential::read(bytes).explain(),
        Kind::CreationOptions | Kind::RequestOptions => options::explain(bytes),
        Kind::ClientData => client_data(bytes),
        Kind::AttestationObject => AttestationObject::read(bytes).explain(&[]),
        Kind::AuthenticatorData => authenticator_data(bytes, &[]),
        Kind::CoseKey => cose_key(bytes),
        Kind::Certificate => certificate::explain(bytes),
        Kind::Cbor => cbor::explain(bytes),
    }
}

/// Bytes as people compare them with a database or a log.
fn bytes_text(bytes: &[u8]) -> String {
    remarked(bytes, "")
}

/// The same, with something about them.
fn remarked(bytes: &[u8], remark: &str) -> String {
    let plural = if bytes.len() == 1 { "" } else { "s" };
    format!("{} ({} byte{plural}{remark})", base64url::encode(bytes), bytes.len()).trim_start().to_owned()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

fn yes_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// A moment for programs; null where it is outside the years that have a date.
fn rfc_3339(unix_seconds: i64) -> Value {
    let date = OffsetDateTime::from_unix_timestamp(unix_seconds).ok();
    date.and_then(|date| date.format(&Rfc3339).ok()).map_or(Value::Null, Value::from)
}

/// A moment for people.
fn moment_text(unix_seconds: i64) -> String {
    OffsetDateTime::from_unix_timestamp(unix_seconds)
        .map_or_else(|_| format!("{unix_seconds} s after 1970"), moment)
}

/// A challenge, and whether it has the form of one of Passgate's; without the server's keys nothing more can be
/// known of it.
fn add_challenge(explanation: &mut Explanation, key: &'static str, text: &str) {
    let Some(bytes) = super::input::lenient_base64(text) else {
        explanation.problem(key, "not base64url");
        explanation.facts.add_text(key, "Challenge", text);
        return;
    };
    let is_ours = CHALLENGE_BYTES.contains(&bytes.len()) && bytes.first() == Some(&CHALLENGE_VERSION);
    let remark = match bytes.len() {
        58 if is_ours => "; the form of a sealed challenge of Passgate's, version 1",
        _ if is_ours => "; the form of a sealed challenge of Passgate's for a transaction, version 1",
        0..16 => "; too short to be unguessable, which takes 16 (§13.4.3)",
        _ => "",
    };
    explanation.facts.add(key, "Challenge", text, remarked(&bytes, remark));
    explanation.facts.add_value("passgate_challenge", is_ours);
}

/// An AAGUID, and the name that people know it by.
pub(crate) fn add_aaguid(facts: &mut Facts, aaguid: Option<Aaguid>) {
    let name = aaguid.and_then(authenticator_name);
    let text = match (aaguid, name) {
        (None, _) => String::new(),
        (Some(aaguid), Some(name)) => format!("{aaguid} ({name})"),
        (Some(Aaguid::ZERO), None) => format!("{} (the authenticator does not say what it is)", Aaguid::ZERO),
        (Some(aaguid), None) => format!("{aaguid} (not a well-known one)"),
    };
    facts.add("aaguid", "AAGUID", aaguid.map(|aaguid| aaguid.to_string()), text);
    facts.add_value("authenticator", name);
}

/// What the verifier says of it, besides: people are told where it refuses it, or `accepted` where there is more to
/// say than that it doesn't.
fn add_verifier(facts: &mut Facts, accepted: Option<String>, refusal: Option<&Refusal>) {
    let mut verdict = Facts::new();
    verdict.add_value("ok", refusal.is_none());
    verdict.add_optional_group("error", refusal.map(Refusal::to_facts));
    let text = match refusal {
        Some(Refusal { code, step, message }) => Some(format!("refuses it: {message} ({code}; {step})")),
        None => accepted,
    };
    let label = if text.is_some() { "Passgate's verifier" } else { "" };
    facts.add_group("verifier", label, text.unwrap_or_default(), verdict);
}

/// Why the verifier refuses something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) step: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn to_facts(&self) -> Facts {
        let mut facts = Facts::new();
        facts.add_value("code", self.code);
        facts.add_value("step", self.step);
        facts.add_value("message", self.message.as_str());
        facts
    }
}

macro_rules! refusals {
    ($($error:ty),+) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self { code: error.code(), step: error.step(), message: error.to_string() }
            }
        })+
    };
}

refusals!(
    AssertionError,
    AttestationObjectError,
    AuthenticatorDataError,
    ClientDataError,
    CoseKeyError,
    RegistrationError,
    ResponseError
);

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use passgate_authenticator::{Attestation, Authenticator};
    use passgate_webauthn::base64url;
    use serde_json::json;

    use super::explain;
    use crate::cli::inspect::kind::{Kind, guess};

    /// Everything at the length it breaks off at, and everything with a byte of it changed.
    fn mangled(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
        let changed = (0..bytes.len()).flat_map(move |index| {
            [0x00, 0x7f, 0xff, bytes[index] ^ 1].map(|byte| {
                let mut changed = bytes.to_vec();
                changed[index] = byte;
                changed
            })
        });
        cut.chain(changed)
    }

    #[test]
    fn whatever_comes_is_explained_as_whatever_it_is_said_to_be() {
        let mut authenticator = Authenticator::new(1);
        let both = vec![Attestation::PackedX5c, Attestation::Tpm];
        authenticator.config.attestation = Attestation::Compound(both);
        let options = json!({
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "a2lt", "name": "kim", "displayName": "Kim"},
            "challenge": "AAAA",
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        });
        let registration = authenticator.create(&options, "https://example.com").unwrap();
        let object = registration["response"]["attestationObject"].as_str().unwrap();
        let data = registration["response"]["authenticatorData"].as_str().unwrap();
        let inputs = [
            base64url::decode(object).unwrap(),
            base64url::decode(data).unwrap(),
            options.to_string().into_bytes(),
        ];
        for bytes in inputs.iter().flat_map(|bytes| mangled(bytes)).step_by(7) {
            guess(&bytes);
            for kind in Kind::value_variants() {
                explain(*kind, &bytes).facts.to_text();
            }
        }
        for bytes in mangled(registration.to_string().as_bytes()).step_by(17) {
            explain(Kind::Registration, &bytes);
            explain(Kind::Assertion, &bytes);
        }
    }
}
