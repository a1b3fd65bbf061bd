//! What the input is.

use passgate_webauthn::inspect::{
    AuthenticatorDataFields, CborItem, CborReading, CertificateFields, check_authenticator_data,
};
use serde_json::{Map, Value};

/// The fewest bytes of authenticator data (WebAuthn §6.1).
const AUTHENTICATOR_DATA_BYTES: usize = 37;

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// What `navigator.credentials.create()` returned, as JSON
    Registration,
    /// What `navigator.credentials.get()` returned, as JSON
    Assertion,
    /// What `navigator.credentials.create()` is given, as JSON
    CreationOptions,
    /// What `navigator.credentials.get()` is given, as JSON
    RequestOptions,
    /// clientDataJSON
    ClientData,
    /// attestationObject
    AttestationObject,
    /// authenticatorData
    AuthenticatorData,
    /// A credential's public key
    CoseKey,
    /// An X.509 certificate
    Certificate,
    /// Any CBOR
    Cbor,
}

impl Kind {
    /// The name that `--as` and the JSON have.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Assertion => "assertion",
            Self::CreationOptions => "creation-options",
            Self::RequestOptions => "request-options",
            Self::ClientData => "client-data",
            Self::AttestationObject => "attestation-object",
            Self::AuthenticatorData => "authenticator-data",
            Self::CoseKey => "cose-key",
            Self::Certificate => "certificate",
            Self::Cbor => "cbor",
        }
    }

    /// What a person calls it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Registration => "Registration response",
            Self::Assertion => "Authentication response",
            Self::CreationOptions => "Creation options",
            Self::RequestOptions => "Request options",
            Self::ClientData => "Client data",
            Self::AttestationObject => "Attestation object",
            Self::AuthenticatorData => "Authenticator data",
            Self::CoseKey => "COSE key",
            Self::Certificate => "Certificate",
            Self::Cbor => "CBOR",
        }
    }
}

/// How sure a guess is. Whatever is certain in one encoding goes before what is likely in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Confidence {
    Certain,
    Likely,
}

/// Guesses what these bytes are, in this order: JSON by its members, a certificate, CBOR by its keys, whole
/// authenticator data, other whole CBOR, broken authenticator data.
pub(crate) fn guess(bytes: &[u8]) -> Option<(Kind, Confidence)> {
    if let Some(text) = json_text(bytes) {
        let kind = match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(members)) => of_members(&members)?,
            // What broke off says by its beginning what it was to be.
            _ => of_broken_json(text)?,
        };
        return Some((kind, Confidence::Certain));
    }
    if CertificateFields::parse(bytes).is_ok() {
        return Some((Kind::Certificate, Confidence::Certain));
    }
    let reading = CborReading::of_whole(bytes);
    if ["fmt", "attStmt", "authData"].iter().any(|name| reading.item.get(name).is_some()) {
        return Some((Kind::AttestationObject, Confidence::Certain));
    }
    if [1, 3].iter().all(|label| reading.item.get_number(*label).is_some()) {
        return Some((Kind::CoseKey, Confidence::Certain));
    }
    // Of any bytes of this length, one in ten has such flags; so other encodings go first.
    if check_authenticator_data(bytes).is_ok() {
        return Some((Kind::AuthenticatorData, Confidence::Likely));
    }
    if matches!(reading.item, CborItem::Map(_) | CborItem::Array(_)) && reading.stop.is_none() {
        return Some((Kind::Cbor, Confidence::Likely));
    }
    let has_reserved = |name| AuthenticatorDataFields::read(bytes).flags.is_some_and(|flags| flags.has(name));
    let is_plausible =
        bytes.len() >= AUTHENTICATOR_DATA_BYTES && !has_reserved("RFU1") && !has_reserved("RFU2");
    is_plausible.then_some((Kind::AuthenticatorData, Confidence::Likely))
}

/// The text of JSON that is an object; a byte order mark may be before it.
pub(crate) fn json_text(bytes: &[u8]) -> Option<&str> {
    let text = str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim();
    text.starts_with('{').then_some(text)
}

fn of_members(members: &Map<String, Value>) -> Option<Kind> {
    if let Some(Value::Object(response)) = members.get("response") {
        let is_registration = response.contains_key("attestationObject");
        let is_assertion = response.contains_key("signature") || response.contains_key("authenticatorData");
        return match (is_registration, is_assertion) {
            (true, _) => Some(Kind::Registration),
            (false, true) => Some(Kind::Assertion),
            (false, false) => None,
        };
    }
    let options = match members.get("publicKey") {
        Some(Value::Object(inner)) => inner,
        _ => members,
    };
    if ["rp", "user", "pubKeyCredParams"].iter().any(|name| options.contains_key(*name)) {
        Some(Kind::CreationOptions)
    } else if members.contains_key("origin") || members.get("type").is_some_and(Value::is_string) {
        Some(Kind::ClientData)
    } else {
        options.contains_key("challenge").then_some(Kind::RequestOptions)
    }
}

fn of_broken_json(text: &str) -> Option<Kind> {
    let first = |names: &[(&str, Kind)]| {
        names.iter().find(|(name, _)| text.contains(&format!("\"{name}\""))).map(|(_, kind)| *kind)
    };
    first(&[
        ("attestationObject", Kind::Registration),
        ("authenticatorData", Kind::Assertion),
        ("signature", Kind::Assertion),
        ("pubKeyCredParams", Kind::CreationOptions),
        ("webauthn.create", Kind::ClientData),
        ("webauthn.get", Kind::ClientData),
        ("challenge", Kind::RequestOptions),
    ])
}

#[cfg(test)]
mod tests {
    use super::{Confidence, Kind, guess};

    #[test]
    fn json_is_known_by_its_members() {
        for (text, kind) in [
            (r#"{"response":{"attestationObject":"","authenticatorData":""}}"#, Some(Kind::Registration)),
            (r#"{"response":{"signature":""}}"#, Some(Kind::Assertion)),
            (r#"{"response":{}}"#, None),
            (r#"{"publicKey":{"rp":{}}}"#, Some(Kind::CreationOptions)),
            (r#"{"rp":{},"challenge":"AA"}"#, Some(Kind::CreationOptions)),
            (r#"{"publicKey":{"challenge":"AA"}}"#, Some(Kind::RequestOptions)),
            (r#"{"challenge":"AA","rpId":"a"}"#, Some(Kind::RequestOptions)),
            (r#"{"type":"webauthn.get"}"#, Some(Kind::ClientData)),
            ("\u{feff}{\"challenge\":\"AA\",\"origin\":\"a\"}", Some(Kind::ClientData)),
            (r#"{"type":"webauthn.get","chal"#, Some(Kind::ClientData)),
            (r#"{"a":1}"#, None),
        ] {
            assert_eq!(guess(text.as_bytes()), kind.map(|kind| (kind, Confidence::Certain)), "{text}");
        }
    }

    #[test]
    fn bytes_are_known_by_their_structure() {
        let mut data = [9; 37];
        for (bytes, expected) in [
            (&[0xa1, 0x63, b'f', b'm', b't', 0x64][..], Some((Kind::AttestationObject, Confidence::Certain))),
            (&[0xa2, 0x01, 0x02, 0x03, 0x26], Some((Kind::CoseKey, Confidence::Certain))),
            (&[0xa1, 0x01, 0x02], Some((Kind::Cbor, Confidence::Likely))),
            (&[0x80], Some((Kind::Cbor, Confidence::Likely))),
            (&[0x01], None),
            (b"hello", None),
        ] {
            assert_eq!(guess(bytes), expected, "{bytes:x?}");
        }
        let likely = Some((Kind::AuthenticatorData, Confidence::Likely));
        data[32] = 0x05;
        assert_eq!(guess(&data), likely);
        // Attested credential data is announced, and missing.
        data[32] = 0x45;
        assert_eq!(guess(&data), likely);
        data[32] = 0x47;
        assert_eq!(guess(&data), None);
    }
}
