//! Changes of the client data.

use data_encoding::HEXLOWER;
use fastrand::Rng;
use passgate_authenticator::Hooks;
use serde_json::{Value, json};

use super::{Edit, chain, one_of};

/// A change of the client data, which the signature covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientDataChange {
    /// It is of this type.
    Type(&'static str),
    /// A member is missing.
    Missing(&'static str),
    /// The challenge has another form, or is another.
    Challenge(ChallengeChange),
    /// It ran on this page.
    Origin(&'static str),
    /// A member, with a value of whatever kind.
    Member(&'static str, Member),
    /// Its JSON has another form.
    Json(JsonChange),
    /// Its JSON is edited.
    Bytes(Edit),
}

/// A change of the challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChallengeChange {
    /// Another character, and so another challenge.
    Other,
    /// With padding.
    Padded,
    /// In the other alphabet, if that makes a difference.
    StandardAlphabet,
    /// One character less.
    Shorter,
    /// Four characters more.
    Longer,
    /// Bits that mean nothing are set in the last character.
    StrayBits,
    /// No character at all.
    Empty,
    /// In hexadecimal.
    Hexadecimal,
}

/// The value of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    Null,
    True,
    False,
    Number,
    Text(&'static str),
    /// `tokenBinding` with this status.
    Status(&'static str),
    /// Arrays in arrays.
    Nested(u8),
}

/// A change of the JSON's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonChange {
    /// A byte order mark comes first.
    ByteOrderMark,
    /// Space comes first, and last.
    Space,
    /// Bytes follow.
    TrailingBytes,
    /// A member comes again, with the same value.
    Repeated(&'static str),
    /// Every character of every text is escaped.
    Escaped,
    /// A text has a byte that isn't UTF-8.
    InvalidUtf8,
    /// The members' values in an array, in their order.
    Array,
    /// The members in another order.
    Reordered,
    /// As UTF-16.
    Utf16,
}

impl ClientDataChange {
    pub(crate) fn arbitrary(rng: &mut Rng) -> Self {
        const NAMES: [&str; 4] = ["type", "challenge", "origin", "crossOrigin"];
        match rng.u8(..8) {
            0 => Self::Type(one_of(
                rng,
                &["webauthn.create", "webauthn.get", "Webauthn.Get", "payment.get", "webauthn.create ", ""],
            )),
            1 => Self::Missing(one_of(rng, &NAMES)),
            2 => Self::Challenge(one_of(
                rng,
                &[
                    ChallengeChange::Other,
                    ChallengeChange::Padded,
                    ChallengeChange::StandardAlphabet,
                    ChallengeChange::Shorter,
                    ChallengeChange::Longer,
                    ChallengeChange::StrayBits,
                    ChallengeChange::Empty,
                    ChallengeChange::Hexadecimal,
                ],
            )),
            3 => Self::Origin(one_of(
                rng,
                &[
                    "https://example.com:443",
                    "https://example.com:8443",
                    "https://example.com/",
                    "https://example.com/path",
                    "https://EXAMPLE.com",
                    "http://example.com",
                    "https://login.example.com",
                    "https://example.com.example.org",
                    "https://example.org",
                    "https://notexample.com",
                    "https://user@example.com",
                    "https://example.com.",
                    "https://example.com?query",
                    " https://example.com",
                    "example.com",
                    "null",
                    "",
                    "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                ],
            )),
            4 | 5 => Self::member(rng, &NAMES),
            6 => Self::Json(one_of(
                rng,
                &[
                    JsonChange::ByteOrderMark,
                    JsonChange::Space,
                    JsonChange::TrailingBytes,
                    JsonChange::Repeated(NAMES[0]),
                    JsonChange::Repeated(NAMES[1]),
                    JsonChange::Repeated(NAMES[2]),
                    JsonChange::Repeated(NAMES[3]),
                    JsonChange::Repeated("extra"),
                    JsonChange::Escaped,
                    JsonChange::InvalidUtf8,
                    JsonChange::Array,
                    JsonChange::Reordered,
                    JsonChange::Utf16,
                ],
            )),
            _ => Self::Bytes(Edit::arbitrary(rng)),
        }
    }

    fn member(rng: &mut Rng, names: &[&'static str; 4]) -> Self {
        match rng.u8(..4) {
            0 => Self::Member("crossOrigin", one_of(rng, &[Member::True, Member::True, Member::Null])),
            1 => Self::Member(
                "topOrigin",
                one_of(
                    rng,
                    &[
                        Member::Text("https://example.com"),
                        Member::Text("https://example.org"),
                        Member::Text(""),
                        Member::Null,
                        Member::Number,
                    ],
                ),
            ),
            2 => Self::Member(
                one_of(rng, &["tokenBinding", "extra"]),
                one_of(
                    rng,
                    &[
                        Member::Status("present"),
                        Member::Status("supported"),
                        Member::Status("not-supported"),
                        Member::Status("other"),
                        Member::Null,
                        Member::Text("present"),
                        Member::Nested(3),
                        Member::Nested(60),
                        Member::Nested(200),
                    ],
                ),
            ),
            _ => Self::Member(
                one_of(rng, names),
                one_of(rng, &[Member::Null, Member::True, Member::False, Member::Number, Member::Nested(1)]),
            ),
        }
    }

    pub(super) fn hook(self, hooks: &mut Hooks) {
        match self {
            Self::Json(change) => {
                chain(&mut hooks.client_data_json, move |json| *json = change.apply(json));
            }
            Self::Bytes(edit) => chain(&mut hooks.client_data_json, move |json| edit.apply(json)),
            Self::Challenge(change) => chain(&mut hooks.client_data_json, move |json| {
                let value: Value = serde_json::from_slice(json).unwrap_or_default();
                if let Some(challenge) = value["challenge"].as_str() {
                    let text = String::from_utf8_lossy(json);
                    *json = text.replacen(challenge, &change.apply(challenge), 1).into_bytes();
                }
            }),
            Self::Type(text) => chain(&mut hooks.client_data, move |data| data.set("type", text)),
            Self::Missing(name) => chain(&mut hooks.client_data, move |data| data.remove(name)),
            Self::Origin(text) => chain(&mut hooks.client_data, move |data| data.set("origin", text)),
            Self::Member(name, member) => {
                chain(&mut hooks.client_data, move |data| data.set(name, member.value()));
            }
        }
    }
}

impl ChallengeChange {
    fn apply(self, challenge: &str) -> String {
        let (rest, last) = challenge.split_at(challenge.len().saturating_sub(1));
        match self {
            Self::Other if challenge.starts_with('A') => format!("B{}", &challenge[1..]),
            Self::Other => format!("A{}", challenge.get(1..).unwrap_or_default()),
            Self::Padded => format!("{challenge}=="),
            Self::StandardAlphabet => challenge.replace('-', "+").replace('_', "/"),
            Self::Shorter => rest.to_owned(),
            Self::Longer => format!("{challenge}AAAA"),
            // Sixteen bytes end with two bits of the last character; after these letters comes one with more set.
            Self::StrayBits => {
                let last = match last {
                    "A" => "B",
                    "Q" => "R",
                    "g" => "h",
                    _ => "x",
                };
                format!("{rest}{last}")
            }
            Self::Empty => String::new(),
            Self::Hexadecimal => HEXLOWER.encode(challenge.as_bytes()),
        }
    }
}

impl Member {
    fn value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::True => true.into(),
            Self::False => false.into(),
            Self::Number => 7.into(),
            Self::Text(text) => text.into(),
            Self::Status(status) => json!({"status": status, "id": "AAAA"}),
            Self::Nested(depth) => (0..depth).fold(json!([]), |inner, _| json!([inner])),
        }
    }
}

impl JsonChange {
    fn apply(self, json: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(json);
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
        match self {
            Self::ByteOrderMark => format!("\u{feff}{text}").into_bytes(),
            Self::Space => format!(" \n\t{text} \r\n").into_bytes(),
            Self::TrailingBytes => format!("{text}x").into_bytes(),
            Self::Repeated(name) => {
                let value: Value = serde_json::from_slice(json).unwrap_or_default();
                let value = value.get(name).cloned().unwrap_or_else(|| "once".into());
                format!(r#"{{"{name}":{value},{inner},"{name}":{value}}}"#).into_bytes()
            }
            Self::Escaped => {
                let value: Value = serde_json::from_slice(json).unwrap_or_default();
                let escaped = |text: &str| {
                    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
                    units.collect::<Vec<_>>().concat()
                };
                let members = value.as_object().into_iter().flatten().map(|(name, value)| {
                    let value = value
                        .as_str()
                        .map_or_else(|| value.to_string(), |text| format!("\"{}\"", escaped(text)));
                    format!("\"{}\":{value}", escaped(name))
                });
                format!("{{{}}}", members.collect::<Vec<_>>().join(",")).into_bytes()
            }
            Self::InvalidUtf8 => [b"{\"extra\":\"\xff\",", inner.as_bytes(), b"}"].concat(),
            Self::Array => {
                let value: Value = serde_json::from_slice(json).unwrap_or_default();
                let values: Vec<&Value> =
                    value.as_object().into_iter().flatten().map(|(_, value)| value).collect();
                json!(values).to_string().into_bytes()
            }
            Self::Reordered => {
                let members: Vec<&str> = inner.split(',').rev().collect();
                format!("{{{}}}", members.join(",")).into_bytes()
            }
            Self::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    }
}
