//! What a response is like, read apart from all verifiers: to tell why one of them refused it.

use data_encoding::{BASE64URL_NOPAD, Encoding};
use minicbor::{Decoder, data::Type};
use passgate_authenticator::Cbor;
use passgate_webauthn::base64url;
use serde_json::Value;

/// Members that are bytes.
const BYTES: [&str; 7] = [
    "/id",
    "/rawId",
    "/response/clientDataJSON",
    "/response/attestationObject",
    "/response/authenticatorData",
    "/response/signature",
    "/response/userHandle",
];
/// Members that nothing is asked of here, and that a verifier may ask to come once.
const NAMES: [&str; 3] = ["clientExtensionResults", "authenticatorData", "publicKeyAlgorithm"];
const TRANSPORTS: [&str; 6] = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card"];
/// A recursion limit that many parsers have.
const DEEP: usize = 100;

/// A response: JSON of which nothing is known.
#[derive(Debug)]
pub(crate) struct Response {
    is_registration: bool,
    text: String,
    json: Value,
}

impl Response {
    pub(crate) fn read(json: &[u8], is_registration: bool) -> Self {
        let text = String::from_utf8_lossy(json).into_owned();
        // Parsers that step over a member may not look at whether it is UTF-8.
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { is_registration, text, json }
    }

    pub(crate) const fn is_registration(&self) -> bool {
        self.is_registration
    }

    pub(crate) fn lacks_raw_id(&self) -> bool {
        self.json.get("rawId").is_none_or(Value::is_null)
    }

    /// Padding, the other alphabet, or stray bits.
    pub(crate) fn has_loose_base64(&self) -> bool {
        let texts = BYTES.iter().filter_map(|path| self.json.pointer(path)?.as_str());
        texts.into_iter().any(|text| BASE64URL_NOPAD.decode(text.as_bytes()).is_err())
    }

    pub(crate) fn repeats_a_member(&self) -> bool {
        NAMES.iter().any(|name| self.text.matches(&format!("\"{name}\":")).count() > 1)
    }

    pub(crate) fn has_extension_results(&self) -> bool {
        let results = self.json.get("clientExtensionResults");
        results.is_some_and(|results| results.as_object().is_none_or(|results| !results.is_empty()))
    }

    /// A client may send what nobody knows yet as attachment or transport.
    pub(crate) fn has_an_unknown_value(&self) -> bool {
        let attachment = self.json.get("authenticatorAttachment").and_then(Value::as_str);
        let transports = self.json.pointer("/response/transports").and_then(Value::as_array);
        attachment.is_some_and(|attachment| !matches!(attachment, "platform" | "cross-platform"))
            || transports.into_iter().flatten().any(|transport| {
                transport.as_str().is_none_or(|name| name != "usb" && !TRANSPORTS.contains(&name))
            })
    }

    pub(crate) fn has_an_empty_user_handle(&self) -> bool {
        self.json.pointer("/response/userHandle").and_then(Value::as_str) == Some("")
    }

    /// Whether what a registration repeats of its attestation object is another, or isn't there.
    pub(crate) fn repeats_other_data(&self, algorithm: i64) -> bool {
        if !self.is_registration {
            return false;
        }
        let data = self.bytes("/response/authenticatorData");
        let repeated_algorithm = self.json.pointer("/response/publicKeyAlgorithm");
        data.is_none()
            || data != self.authenticator_data()
            || self.json.pointer("/response/publicKey").is_some()
            || repeated_algorithm.is_some_and(|repeated| repeated.as_i64() != Some(algorithm))
    }

    /// The format of a registration's attestation statement.
    pub(crate) fn format(&self) -> Option<String> {
        self.object_members()?.into_iter().find_map(|(name, value)| match (name.as_str(), value) {
            ("fmt", Cbor::Text(format)) => Some(format),
            _ => None,
        })
    }

    /// Whether the attestation statement comes with certificates.
    pub(crate) fn has_certificates(&self) -> bool {
        self.object_members().into_iter().flatten().any(|(name, value)| match (name.as_str(), value) {
            ("attStmt", Cbor::Raw(statement)) => statement.windows(4).any(|bytes| bytes == b"\x63x5c"),
            _ => false,
        })
    }

    pub(crate) fn orders_the_attestation_object_otherwise(&self) -> bool {
        let Some(members) = self.object_members() else { return false };
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        names != ["fmt", "attStmt", "authData"]
    }

    pub(crate) fn client_data_has_byte_order_mark(&self) -> bool {
        self.client_data().starts_with(b"\xef\xbb\xbf")
    }

    pub(crate) fn client_data_nests_deeply(&self) -> bool {
        let mut depth = 0_usize;
        let mut deepest = 0;
        for byte in self.client_data() {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        deepest > DEEP
    }

    fn client_data(&self) -> Vec<u8> {
        self.bytes("/response/clientDataJSON").unwrap_or_default()
    }

    fn authenticator_data(&self) -> Option<Vec<u8>> {
        self.object_members()?.into_iter().find_map(|(name, value)| match (name.as_str(), value) {
            ("authData", Cbor::Bytes(data)) => Some(data),
            _ => None,
        })
    }

    /// The members of the attestation object: texts and byte strings as such, others as `Raw`.
    fn object_members(&self) -> Option<Vec<(String, Cbor)>> {
        let bytes = self.bytes("/response/attestationObject")?;
        let mut decoder = Decoder::new(&bytes);
        let count = decoder.map().ok()??;
        let mut members = Vec::new();
        for _ in 0..count {
            let name = if decoder.datatype().ok()? == Type::String {
                decoder.str().ok()?.to_owned()
            } else {
                decoder.skip().ok()?;
                String::new()
            };
            let value = match decoder.datatype().ok()? {
                Type::String => Cbor::Text(decoder.str().ok()?.to_owned()),
                Type::Bytes => Cbor::Bytes(decoder.bytes().ok()?.to_vec()),
                _ => {
                    let start = decoder.position();
                    decoder.skip().ok()?;
                    Cbor::Raw(bytes[start..decoder.position()].to_vec())
                }
            };
            members.push((name, value));
        }
        Some(members)
    }

    /// The bytes of a member, in whatever form of base64.
    fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let text = self.json.pointer(path)?.as_str()?;
        base64url::decode(text).ok().or_else(|| lenient().decode(text.as_bytes()).ok())
    }
}

fn lenient() -> Encoding {
    let mut specification = BASE64URL_NOPAD.specification();
    specification.check_trailing_bits = false;
    specification.encoding().expect("it differs in how it decodes alone")
}
