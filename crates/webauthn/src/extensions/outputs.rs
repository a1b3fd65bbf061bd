//! What a client says of the extensions, in `clientExtensionResults` (§5.1, "`getClientExtensionResults`").
//!
//! What wasn't asked for is ignored, whatever it is (§7.1 step 28 and §7.2 step 23 allow that).
//! `credProtect` and `minPinLength` have no client output: authenticators answer in their own data
//! ([`AuthenticatorOutputs`](super::AuthenticatorOutputs)).

use std::fmt;

use serde_json::{Map, Value};

use super::{AppIdHash, AskedExtensions, Extension, ExtensionValueError, boolean, bytes, object};

/// The length of a PRF output, in bytes (§10.1.4).
const PRF_OUTPUT_BYTES: usize = 32;
/// The largest blob that is read, in bytes (own check).
const MAX_LARGE_BLOB_BYTES: usize = 16 * 1024;
/// The most ways of verifying that one verification has (Level 2 §10.3).
pub(super) const MAX_VERIFICATION_METHODS: usize = 3;
pub(super) const WRONG_METHODS: ExtensionValueError =
    ExtensionValueError::Type { member: "uvm", expected: "one to three lists of three numbers" };

/// Outputs of `navigator.credentials.create()`; `None` for what wasn't asked for or answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreationOutputs {
    /// `credProps.rk`: whether the credential is discoverable.
    pub discoverable: Option<bool>,
    /// `prf`.
    pub prf: Option<PrfOutput>,
    /// `largeBlob.supported`: whether the credential can keep a blob.
    pub large_blob_supported: Option<bool>,
    /// `uvm`: how the user was verified.
    pub user_verification_methods: Option<Vec<UserVerificationMethod>>,
    /// `appidExclude`: whether the client looked at it.
    pub app_id_exclude: Option<bool>,
}

/// Outputs of `navigator.credentials.get()`; `None` for what wasn't asked for or answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestOutputs {
    /// `prf`.
    pub prf: Option<PrfOutput>,
    /// `largeBlob`.
    pub large_blob: Option<LargeBlobOutput>,
    /// `uvm`: how the user was verified.
    pub user_verification_methods: Option<Vec<UserVerificationMethod>>,
    /// `appid`: whether the assertion is of the `AppID` and not of the RP ID.
    pub app_id: Option<bool>,
}

/// What `prf` says. Its secrets belong to the client: that they are well-formed is checked, and they aren't kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrfOutput {
    /// Whether the credential can derive secrets; said at registrations only.
    pub enabled: Option<bool>,
    /// Whether the client sent derived secrets along, which it had better keep.
    pub sent_secrets: bool,
}

/// What came of reading or writing a blob.
#[derive(Clone, PartialEq, Eq)]
pub enum LargeBlobOutput {
    /// The blob.
    Read(Vec<u8>),
    /// Whether it was written.
    Written(bool),
}

impl fmt::Debug for LargeBlobOutput {
    /// Without the bytes, which may be anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(blob) => write!(f, "Read({} bytes)", blob.len()),
            Self::Written(written) => write!(f, "Written({written})"),
        }
    }
}

/// One way in which the user was verified, in the numbers of FIDO's registry of predefined values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserVerificationMethod {
    /// `userVerificationMethod`: a bit of `USER_VERIFY`.
    pub method: u32,
    /// `keyProtectionType`: bits of `KEY_PROTECTION`.
    pub key_protection: u32,
    /// `matcherProtectionType`: a bit of `MATCHER_PROTECTION`.
    pub matcher_protection: u32,
}

impl CreationOutputs {
    /// Reads what was asked for; fails where an answer isn't of its type.
    pub fn parse(results: &Map<String, Value>, asked: AskedExtensions) -> Result<Self, ExtensionValueError> {
        let answer = |name: &str, extension| results.get(name).filter(|_| asked.contains(extension));
        let mut outputs = Self::default();
        if let Some(value) = answer("credProps", Extension::CredentialProperties) {
            // `rk` may be missing: the client doesn't know.
            let rk = object(value, "credProps")?.get("rk");
            outputs.discoverable = rk.map(|rk| boolean(rk, "credProps.rk")).transpose()?;
        }
        outputs.prf = answer("prf", Extension::Prf).map(prf).transpose()?;
        if let Some(value) = answer("largeBlob", Extension::LargeBlobSupport) {
            let supported = object(value, "largeBlob")?.get("supported");
            outputs.large_blob_supported =
                supported.map(|supported| boolean(supported, "largeBlob.supported")).transpose()?;
        }
        outputs.user_verification_methods =
            answer("uvm", Extension::UserVerificationMethod).map(methods).transpose()?;
        outputs.app_id_exclude = answer("appidExclude", Extension::AppIdExclude)
            .map(|value| boolean(value, "appidExclude"))
            .transpose()?;
        Ok(outputs)
    }

    /// Reads them from the JSON of a response; without looking at it where nothing was asked for.
    pub(crate) fn read(json: &[u8], asked: AskedExtensions) -> Result<Self, ExtensionValueError> {
        if asked == AskedExtensions::NONE { Ok(Self::default()) } else { Self::parse(&results(json)?, asked) }
    }
}

impl RequestOutputs {
    /// Reads what was asked for; fails where an answer isn't of its type.
    pub fn parse(
        results: &Map<String, Value>,
        asked: AskedExtensions,
        app_id: Option<AppIdHash>,
    ) -> Result<Self, ExtensionValueError> {
        let answer = |name: &str, is_asked: bool| results.get(name).filter(|_| is_asked);
        let asks = |extension| asked.contains(extension);
        let large_blob = if let Some(value) = answer("largeBlob", asks(Extension::LargeBlobRead)) {
            read_blob(value)?
        } else if let Some(value) = answer("largeBlob", asks(Extension::LargeBlobWrite)) {
            written_blob(value)?
        } else {
            None
        };
        Ok(Self {
            prf: answer("prf", asks(Extension::Prf)).map(prf).transpose()?,
            large_blob,
            user_verification_methods: answer("uvm", asks(Extension::UserVerificationMethod))
                .map(methods)
                .transpose()?,
            app_id: answer("appid", app_id.is_some()).map(|value| boolean(value, "appid")).transpose()?,
        })
    }

    /// Reads them from the JSON of a response; without looking at it where nothing was asked for.
    pub(crate) fn read(
        json: &[u8],
        asked: AskedExtensions,
        app_id: Option<AppIdHash>,
    ) -> Result<Self, ExtensionValueError> {
        if asked == AskedExtensions::NONE && app_id.is_none() {
            return Ok(Self::default());
        }
        Self::parse(&results(json)?, asked, app_id)
    }
}

/// `clientExtensionResults`; no results where there is no such member.
fn results(json: &[u8]) -> Result<Map<String, Value>, ExtensionValueError> {
    if json.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(json)
        .map_err(|_| ExtensionValueError::Type { member: "clientExtensionResults", expected: "an object" })
}

fn prf(value: &Value) -> Result<PrfOutput, ExtensionValueError> {
    let members = object(value, "prf")?;
    let enabled = members.get("enabled").map(|enabled| boolean(enabled, "prf.enabled")).transpose()?;
    let Some(results) = members.get("results") else {
        return Ok(PrfOutput { enabled, sent_secrets: false });
    };
    let results = object(results, "prf.results")?;
    let mut sent_secrets = false;
    for (name, member) in [("first", "prf.results.first"), ("second", "prf.results.second")] {
        match results.get(name) {
            // All that is left of an `ArrayBuffer` where a page makes JSON of the results without `toJSON()`.
            Some(Value::Object(left)) if left.is_empty() => {}
            Some(secret) => {
                bytes(secret, member, PRF_OUTPUT_BYTES, PRF_OUTPUT_BYTES)?;
                sent_secrets = true;
            }
            None => {}
        }
    }
    Ok(PrfOutput { enabled, sent_secrets })
}

/// §10.1.5: `blob` is missing where there is none to read.
fn read_blob(value: &Value) -> Result<Option<LargeBlobOutput>, ExtensionValueError> {
    let blob = object(value, "largeBlob")?.get("blob");
    let blob = blob.map(|blob| bytes(blob, "largeBlob.blob", 0, MAX_LARGE_BLOB_BYTES)).transpose()?;
    Ok(blob.map(LargeBlobOutput::Read))
}

fn written_blob(value: &Value) -> Result<Option<LargeBlobOutput>, ExtensionValueError> {
    let written = object(value, "largeBlob")?.get("written");
    let written = written.map(|written| boolean(written, "largeBlob.written")).transpose()?;
    Ok(written.map(LargeBlobOutput::Written))
}

/// Level 2 §10.3: one to three lists of three numbers.
fn methods(value: &Value) -> Result<Vec<UserVerificationMethod>, ExtensionValueError> {
    let entries = value.as_array().ok_or(WRONG_METHODS)?;
    if !(1..=MAX_VERIFICATION_METHODS).contains(&entries.len()) {
        return Err(WRONG_METHODS);
    }
    let method = |entry: &Value| {
        let numbers = entry.as_array().ok_or(WRONG_METHODS)?;
        let numbers: Result<Vec<u32>, _> = numbers
            .iter()
            .map(|number| number.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or(WRONG_METHODS))
            .collect();
        let [method, key_protection, matcher_protection] = numbers?[..] else { return Err(WRONG_METHODS) };
        Ok(UserVerificationMethod { method, key_protection, matcher_protection })
    };
    entries.iter().map(method).collect()
}
