//! What the client says about a ceremony (§5.8.1): what it was, for which challenge, on which page.

use std::{borrow::Cow, ops::Range};

use aws_lc_rs::constant_time;
use serde::Deserialize;

use crate::{Origin, ResponseError, base64url, credential_json::Text};

/// What a ceremony expects of the client data.
#[derive(Debug, Clone, Copy)]
pub struct ClientDataExpectation<'a> {
    /// The challenge that the options had.
    pub challenge: &'a [u8],
    /// The origins on which the ceremony may run.
    pub origins: &'a [Origin],
    /// Whether it may run in a frame inside another site's page.
    pub cross_origin: CrossOriginPolicy<'a>,
}

/// Whether a ceremony may run in a frame that isn't same-origin with its ancestors (§13.4.9).
#[derive(Debug, Clone, Copy)]
pub enum CrossOriginPolicy<'a> {
    /// It may not.
    Refuse,
    /// It may. Where the client names the page on top, it must be one of these; older clients don't name it.
    Allow {
        /// The pages on top.
        top_origins: &'a [Origin],
    },
    /// It may, where the client names the page on top and that is one of these. Clients that don't name it are refused,
    /// since theirs may be any page (own check).
    RequireTopOrigin {
        /// The pages on top.
        top_origins: &'a [Origin],
    },
}

/// How client data differs from what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientDataError {
    /// It is of the other ceremony, or of none.
    #[error("the client data is not of type {expected}")]
    Type {
        /// `webauthn.create` or `webauthn.get`.
        expected: &'static str,
    },
    /// It has another challenge.
    #[error("the client data is for another challenge")]
    ChallengeMismatch,
    /// Its origin isn't one that is expected.
    #[error("the origin of the client data is not allowed")]
    OriginNotAllowed,
    /// The ceremony ran in a frame inside another site's page.
    #[error("the ceremony ran in a cross-origin frame")]
    CrossOrigin,
    /// The page on top isn't one that is expected, or isn't named where it must be.
    #[error("the top origin of the client data is not allowed")]
    TopOriginNotAllowed,
}

impl ClientDataError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } => "client_data_type",
            Self::ChallengeMismatch => "challenge_mismatch",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::CrossOrigin => "cross_origin",
            Self::TopOriginNotAllowed => "top_origin_not_allowed",
        }
    }

    /// The steps of the specification that weren't met: at registration and at authentication.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Type { .. } => "§7.1 step 7, §7.2 step 10",
            Self::ChallengeMismatch => "§7.1 step 8, §7.2 step 11",
            Self::OriginNotAllowed => "§7.1 step 9, §7.2 step 12",
            Self::CrossOrigin => "§7.1 steps 10 and 11, §7.2 steps 13 and 14",
            Self::TopOriginNotAllowed => "§7.1 step 11, §7.2 step 14",
        }
    }
}

/// Which ceremony client data is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Create,
    Get,
}

impl Ceremony {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Client data, as ranges of the buffer that it was decoded into.
#[derive(Debug, Clone)]
pub(crate) struct ClientData {
    /// `None` for a type that isn't a ceremony's.
    ceremony: Option<Ceremony>,
    challenge: Range<usize>,
    origin: Range<usize>,
    cross_origin: bool,
    top_origin: Option<Range<usize>>,
}

/// The members that matter; others may come (§5.8.1 asks for tolerance), none of these twice.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, rename = "type")]
    client_data_type: Option<Text<'a>>,
    #[serde(borrow)]
    challenge: Option<Text<'a>>,
    #[serde(borrow)]
    origin: Option<Text<'a>>,
    #[serde(rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(borrow, rename = "topOrigin")]
    top_origin: Option<Text<'a>>,
    /// Own check: Level 3 no longer has it, but where an old client sends it, it must make sense.
    #[serde(rename = "tokenBinding")]
    _token_binding: Option<TokenBinding>,
}

/// Level 2 §5.8.1.
#[derive(Deserialize)]
struct TokenBinding {
    #[serde(rename = "status")]
    _status: TokenBindingStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum TokenBindingStatus {
    Present,
    Supported,
    NotSupported,
}

/// A text of the client data: a part of it, or its own where the JSON had escapes.
enum Located {
    Within(Range<usize>),
    Unescaped(String),
}

impl ClientData {
    /// Reads the client data at `range` of `buffer`; appends to the buffer what isn't in it as such: the
    /// decoded challenge, and texts that had escapes.
    pub(crate) fn parse(buffer: &mut Vec<u8>, range: Range<usize>) -> Result<Self, ResponseError> {
        // §7.1 step 5, §7.2 step 8: UTF-8, with or without a byte order mark. (Own check: invalid UTF-8 is
        // refused, where the specification's decoder would put U+FFFD.)
        let whole = str::from_utf8(&buffer[range.clone()]).map_err(|_| ResponseError::ClientDataUtf8)?;
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let offset = range.end - text.len();
        // §7.1 step 6, §7.2 step 9.
        // Own check: the parser would take an array as the members in order.
        if !text.trim_ascii_start().starts_with('{') {
            return Err(ResponseError::ClientDataJson);
        }
        let members: Members<'_> = serde_json::from_str(text).map_err(|_| ResponseError::ClientDataJson)?;
        let required = |member: Option<Text<'_>>, name| match member {
            Some(Text(value)) if !value.is_empty() => Ok(locate(value, text, offset)),
            _ => Err(ResponseError::ClientDataMember { member: name }),
        };
        let ceremony = match members.client_data_type.as_ref().map(|Text(value)| value.as_ref()) {
            Some("webauthn.create") => Some(Ceremony::Create),
            Some("webauthn.get") => Some(Ceremony::Get),
            Some(_) => None,
            None => return Err(ResponseError::ClientDataMember { member: "type" }),
        };
        let challenge = required(members.challenge, "challenge")?;
        let origin = required(members.origin, "origin")?;
        let top_origin = members.top_origin.map(|Text(value)| locate(value, text, offset));
        let cross_origin = members.cross_origin.unwrap_or(false);

        let challenge = place(buffer, challenge);
        let challenge = base64url::decode_within(buffer, challenge)
            .map_err(|_| ResponseError::Base64 { member: "response.clientDataJSON.challenge" })?;
        let origin = place(buffer, origin);
        let top_origin = top_origin.map(|located| place(buffer, located));
        Ok(Self { ceremony, challenge, origin, cross_origin, top_origin })
    }

    /// The decoded challenge; never empty.
    pub(crate) fn challenge<'b>(&self, buffer: &'b [u8]) -> &'b [u8] {
        &buffer[self.challenge.clone()]
    }

    /// Holds the client data against what the ceremony expects.
    pub(crate) fn check(
        &self,
        buffer: &[u8],
        ceremony: Ceremony,
        expected: &ClientDataExpectation<'_>,
    ) -> Result<(), ClientDataError> {
        // §7.1 step 7, §7.2 step 10.
        if self.ceremony != Some(ceremony) {
            return Err(ClientDataError::Type { expected: ceremony.as_str() });
        }
        // §7.1 step 8, §7.2 step 11. Compared decoded: only base64url without padding was decoded, of which
        // each byte string has one. In constant time, since a sealed challenge is a secret until it is used.
        constant_time::verify_slices_are_equal(self.challenge(buffer), expected.challenge)
            .map_err(|_| ClientDataError::ChallengeMismatch)?;
        // §7.1 step 9, §7.2 step 12.
        if !is_one_of(&buffer[self.origin.clone()], expected.origins) {
            return Err(ClientDataError::OriginNotAllowed);
        }
        match expected.cross_origin {
            // §7.1 steps 10 and 11.1, §7.2 steps 13 and 14.1.
            CrossOriginPolicy::Refuse if self.cross_origin || self.top_origin.is_some() => {
                Err(ClientDataError::CrossOrigin)
            }
            CrossOriginPolicy::Refuse => Ok(()),
            // §7.1 step 11.2, §7.2 step 14.2.
            CrossOriginPolicy::Allow { top_origins } => match &self.top_origin {
                Some(top_origin) if !is_one_of(&buffer[top_origin.clone()], top_origins) => {
                    Err(ClientDataError::TopOriginNotAllowed)
                }
                _ => Ok(()),
            },
            CrossOriginPolicy::RequireTopOrigin { top_origins } => match &self.top_origin {
                Some(top_origin) if is_one_of(&buffer[top_origin.clone()], top_origins) => Ok(()),
                None if !self.cross_origin => Ok(()),
                _ => Err(ClientDataError::TopOriginNotAllowed),
            },
        }
    }
}

fn is_one_of(origin: &[u8], allowed: &[Origin]) -> bool {
    str::from_utf8(origin).is_ok_and(|origin| allowed.iter().any(|allowed| allowed.matches(origin)))
}

/// Where `value`, which was read from `text`, is in the buffer that has `text` at `offset`.
fn locate(value: Cow<'_, str>, text: &str, offset: usize) -> Located {
    match value {
        Cow::Borrowed(part) => {
            let start = offset + (part.as_ptr().addr() - text.as_ptr().addr());
            Located::Within(start..start + part.len())
        }
        Cow::Owned(unescaped) => Located::Unescaped(unescaped),
    }
}

fn place(buffer: &mut Vec<u8>, located: Located) -> Range<usize> {
    match located {
        Located::Within(range) => range,
        Located::Unescaped(text) => {
            let start = buffer.len();
            buffer.extend_from_slice(text.as_bytes());
            start..buffer.len()
        }
    }
}
