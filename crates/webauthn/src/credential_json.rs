//! The JSON in which a client sends a credential (§5.1, `toJSON()`), and how it can fail to be that.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use serde_json::value::RawValue;

use crate::{AuthenticatorAttachment, authenticator_data::MAX_CREDENTIAL_ID_BYTES, base64url};

/// The largest response that is read, in bytes of JSON (own check). Real ones, certificates included, stay
/// under 20,000.
pub const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The longest user handle, in bytes (§5.4.3).
pub(crate) const MAX_USER_HANDLE_BYTES: usize = 64;

/// How JSON fails to be a credential, or the client data in it to be client data.
///
/// None of these needs a challenge to be spent: no credential was named yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// It is longer than [`MAX_RESPONSE_BYTES`].
    #[error("the response is too large")]
    TooLarge,
    /// It isn't JSON, or a member has the wrong type or comes twice.
    #[error("the response is not the JSON of a credential (line {line}, column {column})")]
    Json {
        /// Where it was noticed, from 1.
        line: usize,
        /// Where it was noticed, from 1.
        column: usize,
    },
    /// A member is missing.
    #[error("the response lacks {member}")]
    MissingMember {
        /// Its path.
        member: &'static str,
    },
    /// `type` isn't `public-key`.
    #[error("the credential is not of type public-key")]
    CredentialType,
    /// A member isn't base64url.
    #[error("{member} is not base64url")]
    Base64 {
        /// Its path.
        member: &'static str,
    },
    /// A member is empty that may not be.
    #[error("{member} is empty")]
    Empty {
        /// Its path.
        member: &'static str,
    },
    /// `id` and `rawId` differ.
    #[error("id and rawId differ")]
    IdMismatch,
    /// The credential id is longer than 1023 bytes.
    #[error("the credential id is longer than 1023 bytes")]
    CredentialIdTooLong,
    /// The user handle is longer than 64 bytes.
    #[error("the user handle is longer than 64 bytes")]
    UserHandleTooLong,
    /// The client data isn't UTF-8.
    #[error("the client data is not UTF-8")]
    ClientDataUtf8,
    /// The client data isn't JSON, or a member has the wrong type or comes twice.
    #[error("the client data is not the JSON it should be")]
    ClientDataJson,
    /// The client data lacks a member, or has it empty.
    #[error("the client data lacks {member}")]
    ClientDataMember {
        /// Its name.
        member: &'static str,
    },
}

impl ResponseError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "response_too_large",
            Self::Json { .. } => "response_json",
            Self::MissingMember { .. } => "response_member_missing",
            Self::CredentialType => "credential_type",
            Self::Base64 { .. } => "response_base64",
            Self::Empty { .. } => "response_member_empty",
            Self::IdMismatch => "credential_id_mismatch",
            Self::CredentialIdTooLong => "credential_id_too_long",
            Self::UserHandleTooLong => "user_handle_too_long",
            Self::ClientDataUtf8 => "client_data_utf8",
            Self::ClientDataJson => "client_data_json",
            Self::ClientDataMember { .. } => "client_data_member_missing",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::TooLarge => "own check",
            Self::Json { .. } | Self::MissingMember { .. } | Self::Base64 { .. } | Self::Empty { .. } => {
                "§7.1 step 3, §7.2 step 3"
            }
            Self::CredentialType | Self::IdMismatch => "§5.1",
            Self::CredentialIdTooLong => "§7.1 step 25",
            Self::UserHandleTooLong => "§5.4.3",
            Self::ClientDataUtf8 => "§7.1 step 5, §7.2 step 8",
            Self::ClientDataJson => "§7.1 step 6, §7.2 step 9",
            Self::ClientDataMember { .. } => "§5.8.1",
        }
    }
}

/// A text that is a part of the JSON it was read from, where it had no escapes.
#[derive(Debug)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for TextVisitor<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

/// What is a JSON object. (Own check: a derived implementation would take an array, too, as the members in order.)
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(members)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

/// `RegistrationResponseJSON` and `AuthenticationResponseJSON` (§5.1). Members unknown here are tolerated.
#[derive(Deserialize)]
pub(crate) struct CredentialJson<'a, R> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow, rename = "rawId")]
    raw_id: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    credential_type: Option<Text<'a>>,
    #[serde(borrow, rename = "authenticatorAttachment")]
    authenticator_attachment: Option<Text<'a>>,
    /// Where webauthn-json used to put them.
    #[serde(borrow)]
    pub(crate) transports: Option<Vec<Text<'a>>>,
    response: Option<Object<R>>,
    /// Read once it is known what was asked for.
    #[serde(borrow, rename = "clientExtensionResults")]
    client_extension_results: Option<&'a RawValue>,
}

/// `AuthenticatorAttestationResponseJSON` (§5.1). What it repeats of the attestation object
/// (`authenticatorData`, `publicKey`, `publicKeyAlgorithm`) is ignored: nothing vouches for it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttestationResponseJson<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    pub(crate) client_data_json: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) attestation_object: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) transports: Option<Vec<Text<'a>>>,
}

/// `AuthenticatorAssertionResponseJSON` (§5.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssertionResponseJson<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    pub(crate) client_data_json: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) authenticator_data: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) signature: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) user_handle: Option<Text<'a>>,
}

impl<'a, R: Deserialize<'a>> CredentialJson<'a, R> {
    /// Reads the JSON of a credential.
    pub(crate) fn parse(json: &'a [u8]) -> Result<Self, ResponseError> {
        if json.len() > MAX_RESPONSE_BYTES {
            return Err(ResponseError::TooLarge);
        }
        serde_json::from_slice(json)
            .map(|Object(credential)| credential)
            .map_err(|error| ResponseError::Json { line: error.line(), column: error.column() })
    }

    /// The inner response, of the ceremony's type (§7.1 step 3, §7.2 step 3).
    pub(crate) fn take_response(&mut self) -> Result<R, ResponseError> {
        match &self.credential_type {
            Some(Text(kind)) if kind == "public-key" => {}
            Some(_) => return Err(ResponseError::CredentialType),
            None => return Err(ResponseError::MissingMember { member: "type" }),
        }
        self.response
            .take()
            .map(|Object(response)| response)
            .ok_or(ResponseError::MissingMember { member: "response" })
    }

    /// Decodes `id` onto the end of `buffer`; `rawId`, where given, must be the same (§5.1).
    pub(crate) fn append_id(&self, buffer: &mut Vec<u8>) -> Result<Range<usize>, ResponseError> {
        let id = append(self.id.as_ref(), "id", buffer)?;
        if id.len() > MAX_CREDENTIAL_ID_BYTES {
            return Err(ResponseError::CredentialIdTooLong);
        }
        match (&self.id, &self.raw_id) {
            (Some(Text(id)), Some(Text(raw_id))) if id == raw_id => {}
            (_, Some(_)) => {
                let raw_id = append(self.raw_id.as_ref(), "rawId", buffer)?;
                if buffer[raw_id] != buffer[id.clone()] {
                    return Err(ResponseError::IdMismatch);
                }
            }
            (_, None) => {}
        }
        Ok(id)
    }

    /// Puts the extension results (§7.1 step 4, §7.2 step 4) onto the end of `buffer`, as JSON; nothing where there
    /// are none.
    pub(crate) fn append_extension_results(&self, buffer: &mut Vec<u8>) -> Range<usize> {
        let start = buffer.len();
        if let Some(results) = self.client_extension_results.map(RawValue::get).filter(|json| *json != "{}") {
            buffer.extend_from_slice(results.as_bytes());
        }
        start..buffer.len()
    }

    /// Where the client says the authenticator is; a value unknown here counts as none (§5.1).
    pub(crate) fn attachment(&self) -> Option<AuthenticatorAttachment> {
        self.authenticator_attachment.as_ref().and_then(|Text(text)| AuthenticatorAttachment::parse(text))
    }
}

/// Decodes a member that may neither be missing nor empty onto the end of `buffer`.
pub(crate) fn append(
    text: Option<&Text<'_>>,
    member: &'static str,
    buffer: &mut Vec<u8>,
) -> Result<Range<usize>, ResponseError> {
    let Text(text) = text.ok_or(ResponseError::MissingMember { member })?;
    if text.is_empty() {
        return Err(ResponseError::Empty { member });
    }
    base64url::append_decoded(text, buffer).map_err(|_| ResponseError::Base64 { member })
}
