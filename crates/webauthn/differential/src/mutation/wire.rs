//! Changes on the way from the browser to the server.

use data_encoding::BASE64_NOPAD;
use fastrand::Rng;
use passgate_webauthn::base64url;
use serde_json::{Value, json};

use super::{Ceremony, Edit, one_of};

/// A change of the credential's JSON, which no signature covers. A member is named by its path (RFC 6901).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WireChange {
    /// The bytes of a member are edited.
    Bytes(&'static str, Edit),
    /// Two members change places.
    Swapped(&'static str, &'static str),
    /// A member is that of another response.
    From(Other, &'static str),
    /// The whole is another response.
    Replaced(Other),
    /// A member is missing.
    Missing(&'static str),
    /// A member has this value.
    Is(&'static str, Replacement),
    /// A member has padding.
    Padded(&'static str),
    /// A member is in the other alphabet, if that makes a difference.
    StandardAlphabet(&'static str),
    /// Bits that mean nothing are set in the last character of a member, if it has such bits.
    StrayBits(&'static str),
    /// `id` and `rawId` are both edited in the same way.
    Ids(Edit),
    /// A member comes twice in the text, with the same value.
    Repeated(&'static str),
    /// The text is edited.
    Text(Edit),
    /// A byte order mark comes first in the text.
    ByteOrderMark,
}

/// Another genuine response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// By the same credential, or to the same user, for another challenge.
    Ceremony,
    /// By another credential.
    Credential,
}

/// What a member is replaced by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    Null,
    Number,
    Array,
    Object,
    Text(&'static str),
    /// So many zero bytes.
    Zeros(u16),
    /// `{"credProps": {"rk": true}}`, `{"prf": …}` and the like.
    Extensions(&'static str),
}

/// The responses that there are for one case.
#[derive(Debug)]
pub struct Genuine {
    /// The one that is changed.
    pub response: Value,
    /// By the same credential, for another challenge; at a registration, another registration of the same user.
    pub other_ceremony: Value,
    /// By another credential.
    pub other_credential: Value,
}

const ID: &str = "/id";
const RAW_ID: &str = "/rawId";
const CLIENT_DATA: &str = "/response/clientDataJSON";
const OBJECT: &str = "/response/attestationObject";
const DATA: &str = "/response/authenticatorData";
const SIGNATURE: &str = "/response/signature";
const USER_HANDLE: &str = "/response/userHandle";
const ATTACHMENT: &str = "/authenticatorAttachment";
const EXTENSIONS: &str = "/clientExtensionResults";
const TRANSPORTS: &str = "/response/transports";
const KEY_ALGORITHM: &str = "/response/publicKeyAlgorithm";

const REGISTRATION: [&str; 11] = [
    ID,
    RAW_ID,
    CLIENT_DATA,
    OBJECT,
    DATA,
    ATTACHMENT,
    EXTENSIONS,
    TRANSPORTS,
    KEY_ALGORITHM,
    "/type",
    "/response",
];
const ASSERTION: [&str; 10] =
    [ID, RAW_ID, CLIENT_DATA, DATA, SIGNATURE, USER_HANDLE, ATTACHMENT, EXTENSIONS, "/type", "/response"];
const REGISTRATION_BYTES: [&str; 5] = [ID, RAW_ID, CLIENT_DATA, OBJECT, DATA];
const ASSERTION_BYTES: [&str; 6] = [ID, RAW_ID, CLIENT_DATA, DATA, SIGNATURE, USER_HANDLE];

impl WireChange {
    pub(crate) fn arbitrary(rng: &mut Rng, ceremony: Ceremony) -> Self {
        let (all, bytes): (&[&str], &[&str]) = match ceremony {
            Ceremony::Registration => (&REGISTRATION, &REGISTRATION_BYTES),
            Ceremony::Assertion => (&ASSERTION, &ASSERTION_BYTES),
        };
        let other = one_of(rng, &[Other::Ceremony, Other::Credential]);
        match rng.u8(..16) {
            0..=3 => Self::Bytes(one_of(rng, bytes), Edit::arbitrary(rng)),
            4 => Self::Swapped(one_of(rng, bytes), one_of(rng, bytes)),
            5 | 6 => Self::From(other, one_of(rng, bytes)),
            7 => Self::Replaced(other),
            8 => Self::Missing(one_of(rng, all)),
            9 => Self::Is(
                one_of(rng, all),
                one_of(
                    rng,
                    &[
                        Replacement::Null,
                        Replacement::Number,
                        Replacement::Array,
                        Replacement::Object,
                        Replacement::Text(""),
                        Replacement::Zeros(16),
                    ],
                ),
            ),
            10 => Self::particular(rng, ceremony),
            11 => one_of(
                rng,
                &[
                    Self::Padded(one_of(&mut rng.clone(), bytes)),
                    Self::StandardAlphabet(one_of(&mut rng.clone(), bytes)),
                    Self::StrayBits(one_of(&mut rng.clone(), bytes)),
                ],
            ),
            12 => Self::Ids(Edit::arbitrary(rng)),
            13 => Self::Repeated(one_of(rng, all)),
            14 => Self::Text(Edit::arbitrary(rng)),
            _ if rng.u8(..8) == 0 => Self::ByteOrderMark,
            _ => Self::particular(rng, ceremony),
        }
    }

    /// Values that mean something to the member.
    fn particular(rng: &mut Rng, ceremony: Ceremony) -> Self {
        match (rng.u8(..6), ceremony) {
            (0, _) => {
                Self::Is("/type", Replacement::Text(one_of(rng, &["Public-Key", "password", "public-key "])))
            }
            (1, _) => Self::Is(
                ATTACHMENT,
                Replacement::Text(one_of(rng, &["cross-platform", "platform", "somewhere", ""])),
            ),
            (2, _) => Self::Is(
                EXTENSIONS,
                Replacement::Extensions(one_of(
                    rng,
                    &[
                        r#"{"credProps":{"rk":true}}"#,
                        r#"{"credProps":{}}"#,
                        r#"{"credProps":7}"#,
                        r#"{"prf":{"enabled":true}}"#,
                        r#"{"prf":{"results":{"first":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}}"#,
                        r#"{"appid":true}"#,
                        r#"{"appid":"yes"}"#,
                        r#"{"largeBlob":{"supported":true}}"#,
                        r#"{"unknown":[{}]}"#,
                        "[]",
                    ],
                )),
            ),
            (3, Ceremony::Registration) => Self::Is(
                TRANSPORTS,
                Replacement::Extensions(one_of(
                    rng,
                    &[r#"["usb"]"#, r#"["unknown"]"#, r#"["usb","usb"]"#, "[7]", r#""usb""#, r"[]"],
                )),
            ),
            (4, Ceremony::Registration) => Self::Is(
                KEY_ALGORITHM,
                Replacement::Extensions(one_of(rng, &["-7", "-8", "-257", "0", "\"ES256\""])),
            ),
            (_, Ceremony::Registration) => {
                Self::Is("/response/publicKey", Replacement::Zeros(one_of(rng, &[0, 16, 91])))
            }
            (_, Ceremony::Assertion) => Self::Is(
                USER_HANDLE,
                one_of(
                    rng,
                    &[
                        Replacement::Null,
                        Replacement::Text(""),
                        Replacement::Zeros(1),
                        Replacement::Zeros(16),
                        Replacement::Zeros(64),
                        Replacement::Zeros(65),
                    ],
                ),
            ),
        }
    }

    /// Whether another response than the genuine one is needed.
    pub(crate) const fn needs(self, other: Other) -> bool {
        matches!(
            (self, other),
            (Self::From(Other::Ceremony, _) | Self::Replaced(Other::Ceremony), Other::Ceremony)
                | (Self::From(Other::Credential, _) | Self::Replaced(Other::Credential), Other::Credential)
        )
    }

    /// Changes the JSON before it is written.
    pub(crate) fn apply(self, genuine: &mut Genuine) {
        let Genuine { response, other_ceremony, other_credential } = genuine;
        match self {
            Self::Bytes(path, edit) => change_bytes(response, path, |bytes| edit.apply(bytes)),
            Self::Ids(edit) => {
                for path in [ID, RAW_ID] {
                    change_bytes(response, path, |bytes| edit.apply(bytes));
                }
            }
            Self::Swapped(one, other) => {
                let value = response.pointer_mut(one).map(Value::take);
                let other_value = response.pointer(other).cloned();
                if let (Some(value), Some(other_value)) = (value, other_value) {
                    set(response, one, other_value);
                    set(response, other, value);
                }
            }
            Self::From(other, path) => {
                let other = match other {
                    Other::Ceremony => other_ceremony,
                    Other::Credential => other_credential,
                };
                if let Some(value) = other.pointer(path) {
                    set(response, path, value.clone());
                }
            }
            Self::Replaced(Other::Ceremony) => response.clone_from(other_ceremony),
            Self::Replaced(Other::Credential) => response.clone_from(other_credential),
            Self::Missing(path) => {
                let (parent, name) = split(path);
                if let Some(members) = response.pointer_mut(parent).and_then(Value::as_object_mut) {
                    members.remove(name);
                }
            }
            Self::Is(path, replacement) => set(response, path, replacement.value()),
            Self::Padded(path) => change_text(response, path, |text| {
                let padding = (4 - text.len() % 4) % 4;
                format!("{text}{}", &"===="[..padding])
            }),
            Self::StandardAlphabet(path) => change_text(response, path, |text| {
                let bytes = base64url::decode(text).unwrap_or_default();
                BASE64_NOPAD.encode(&bytes)
            }),
            Self::StrayBits(path) => change_text(response, path, |text| {
                let (rest, last) = text.split_at(text.len().saturating_sub(1));
                // The letter after this one has the lowest bit set, which means nothing where bytes end within.
                match last {
                    "A" | "E" | "I" | "M" | "Q" | "U" | "Y" | "c" | "g" | "k" | "o" | "s" | "w"
                        if !text.len().is_multiple_of(4) =>
                    {
                        let next = last.bytes().map(|byte| char::from(byte + 1)).collect::<String>();
                        format!("{rest}{next}")
                    }
                    _ => text.to_owned(),
                }
            }),
            Self::Repeated(_) | Self::Text(_) | Self::ByteOrderMark => {}
        }
    }

    /// Changes the JSON as it was written.
    pub(crate) fn apply_to_text(self, json: &mut Vec<u8>) {
        match self {
            Self::Text(edit) => edit.apply(json),
            Self::ByteOrderMark => drop(json.splice(0..0, *b"\xef\xbb\xbf")),
            Self::Repeated(path) => {
                let (_, name) = split(path);
                let Ok(value) = serde_json::from_slice::<Value>(json) else { return };
                let Some(member) = value.pointer(path) else { return };
                let text = String::from_utf8_lossy(json);
                let written = format!("{}:{member}", json!(name));
                *json = text.replacen(&written, &format!("{written},{written}"), 1).into_bytes();
            }
            _ => {}
        }
    }
}

impl Replacement {
    fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number => 7.into(),
            Self::Array => json!([]),
            Self::Object => json!({}),
            Self::Text(text) => text.into(),
            Self::Zeros(count) => base64url::encode(&vec![0; count.into()]).into(),
            Self::Extensions(text) => serde_json::from_str(text).expect("JSON"),
        }
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or_default()
}

fn set(response: &mut Value, path: &str, value: Value) {
    let (parent, name) = split(path);
    if let Some(members) = response.pointer_mut(parent).and_then(Value::as_object_mut) {
        members.insert(name.to_owned(), value);
    }
}

fn change_text(response: &mut Value, path: &str, change: impl FnOnce(&str) -> String) {
    if let Some(value) = response.pointer_mut(path)
        && let Some(text) = value.as_str()
    {
        *value = change(text).into();
    }
}

fn change_bytes(response: &mut Value, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    change_text(response, path, |text| {
        let mut bytes = base64url::decode(text).unwrap_or_default();
        change(&mut bytes);
        base64url::encode(&bytes)
    });
}
