//! What is asked of a client, as the options' `extensions` has it.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{AppId, ExtensionValueError, boolean, bytes, object, text};
use crate::{base64url, options::CredentialDescriptor};

/// The longest PRF input, in bytes (own check): the client hashes it, so more says no more.
const MAX_PRF_INPUT_BYTES: usize = 1024;
/// The largest blob, in bytes (own check): an authenticator's whole array may have no more than 1024.
const MAX_LARGE_BLOB_BYTES: usize = 4096;
/// How much of an unknown name is repeated, in characters.
const SHOWN_CHARACTERS: usize = 64;

/// Inputs for `navigator.credentials.create()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an extension that the specification names, and independent"
)]
pub struct CreationExtensions {
    /// `credProps` (§10.1.3): say whether the credential is discoverable.
    pub credential_properties: bool,
    /// `prf` (§10.1.4): make the credential one that derives secrets, and derive some at once if there are inputs.
    pub prf: Option<Option<PrfInputs>>,
    /// `largeBlob.support` (§10.1.5).
    pub large_blob: Option<LargeBlobSupport>,
    /// `credentialProtectionPolicy` (CTAP 2.1 §12.1).
    pub credential_protection: Option<CredentialProtection>,
    /// `enforceCredentialProtectionPolicy`: fail rather than make a credential with less.
    pub enforce_credential_protection: bool,
    /// `minPinLength` (CTAP 2.1 §12.4): say how long a PIN has to be.
    pub minimum_pin_length: bool,
    /// `uvm` (Level 2 §10.3): say how the user was verified.
    pub user_verification_method: bool,
    /// `appidExclude` (§10.1.2): fail where an old U2F key of this `AppID` is among the excluded credentials.
    pub app_id_exclude: Option<AppId>,
    /// Extensions unknown here, by their names, sent as they are. [`parse`](Self::parse) refuses them.
    pub unknown: Map<String, Value>,
}

/// Inputs for `navigator.credentials.get()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestExtensions {
    /// `prf.eval` (§10.1.4): inputs for whichever credential is used.
    pub prf: Option<PrfInputs>,
    /// `prf.evalByCredential`: inputs for certain credentials, by their ids; before `prf.eval`.
    pub prf_by_credential: BTreeMap<Vec<u8>, PrfInputs>,
    /// `largeBlob.read` or `largeBlob.write` (§10.1.5).
    pub large_blob: Option<LargeBlobRequest>,
    /// `uvm` (Level 2 §10.3): say how the user was verified.
    pub user_verification_method: bool,
    /// `appid` (§10.1.1): look for old U2F keys of this `AppID`, too.
    pub app_id: Option<AppId>,
    /// Extensions unknown here, by their names, sent as they are. [`parse`](Self::parse) refuses them.
    pub unknown: Map<String, Value>,
}

/// What secrets are derived from; no secrets themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrfInputs {
    /// For the first secret: 1 to 1024 bytes.
    pub first: Vec<u8>,
    /// For a second one.
    pub second: Option<Vec<u8>>,
}

/// Whether a credential must be able to keep a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeBlobSupport {
    /// The ceremony fails without.
    Required,
    /// Wanted, not needed.
    Preferred,
}

/// What to do with a credential's blob.
#[derive(Clone, PartialEq, Eq)]
pub enum LargeBlobRequest {
    /// Return it.
    Read,
    /// Put these bytes, 1 to 4096, in its place.
    Write(Vec<u8>),
}

impl fmt::Debug for LargeBlobRequest {
    /// Without the bytes, which may be anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("Read"),
            Self::Write(blob) => write!(f, "Write({} bytes)", blob.len()),
        }
    }
}

/// When an authenticator shows or uses a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialProtection {
    /// Without verifying the user, too.
    Optional,
    /// Without verifying the user only if it is named.
    OptionalWithCredentialIdList,
    /// Only once the user is verified.
    Required,
}

impl CredentialProtection {
    pub(super) const ALL: [Self; 3] = [Self::Optional, Self::OptionalWithCredentialIdList, Self::Required];

    /// The specification's spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "userVerificationOptional",
            Self::OptionalWithCredentialIdList => "userVerificationOptionalWithCredentialIDList",
            Self::Required => "userVerificationRequired",
        }
    }
}

/// Why extension inputs can't go out. The text in it is the relying party's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionInputError {
    /// A value is malformed.
    #[error(transparent)]
    Value(#[from] ExtensionValueError),
    /// There is no such extension here.
    #[error("the extension {name:?} is not supported")]
    Unknown {
        /// Its name, or as much as 64 characters of it.
        name: String,
    },
    /// An extension has a member that it doesn't know.
    #[error("{extension} has no member {name:?}")]
    UnknownMember {
        /// The extension.
        extension: &'static str,
        /// The member's name, or as much as 64 characters of it.
        name: String,
    },
    /// The extension, or a member of it, belongs to the other ceremony; clients fail.
    #[error("{member} does not belong in this ceremony")]
    OtherCeremony {
        /// Its path.
        member: &'static str,
    },
    /// A value isn't one of the specification's.
    #[error("{member} is none of the values it may have")]
    Spelling {
        /// Its path.
        member: &'static str,
    },
    /// Enforcing nothing.
    #[error("enforceCredentialProtectionPolicy needs credentialProtectionPolicy")]
    NothingToEnforce,
    /// `evalByCredential` names what `allowCredentials` doesn't, or one credential twice; clients fail.
    #[error("prf.evalByCredential names a credential that is not in allowCredentials, or one twice")]
    PrfCredential,
    /// `read` and `write` at once; clients fail.
    #[error("largeBlob takes read or write, not both")]
    LargeBlobOperation,
    /// A blob is written to one credential, which is to be named alone; clients fail.
    #[error("largeBlob.write needs allowCredentials with exactly one credential")]
    LargeBlobCredential,
    /// An `AppID` isn't an `https` URL.
    #[error("{member} is not an https URL")]
    AppId {
        /// The extension.
        member: &'static str,
    },
}

impl ExtensionInputError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Value(error) => error.code(),
            Self::Unknown { .. } => "extension_unknown",
            Self::UnknownMember { .. } => "extension_member_unknown",
            Self::OtherCeremony { .. } => "extension_other_ceremony",
            Self::Spelling { .. } => "extension_spelling",
            Self::NothingToEnforce => "extension_nothing_to_enforce",
            Self::PrfCredential => "extension_prf_credential",
            Self::LargeBlobOperation => "extension_large_blob_operation",
            Self::LargeBlobCredential => "extension_large_blob_credential",
            Self::AppId { .. } => "extension_app_id",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Value(error) => error.step(),
            Self::Unknown { .. } | Self::UnknownMember { .. } | Self::NothingToEnforce => "own check",
            Self::OtherCeremony { .. } | Self::Spelling { .. } => "§10",
            Self::PrfCredential => "§10.1.4",
            Self::LargeBlobOperation | Self::LargeBlobCredential => "§10.1.5",
            Self::AppId { .. } => "§10.1.1, §10.1.2",
        }
    }
}

impl CreationExtensions {
    /// Reads and checks the `extensions` of creation options.
    pub fn parse(members: &Map<String, Value>) -> Result<Self, ExtensionInputError> {
        let mut asked = Self::default();
        for (name, value) in members {
            match name.as_str() {
                "credProps" => asked.credential_properties = boolean(value, "credProps")?,
                "prf" => asked.prf = Some(prf_at_creation(value)?),
                "largeBlob" => asked.large_blob = large_blob_support(value)?,
                "credentialProtectionPolicy" => asked.credential_protection = Some(protection(value)?),
                "enforceCredentialProtectionPolicy" => {
                    asked.enforce_credential_protection =
                        boolean(value, "enforceCredentialProtectionPolicy")?;
                }
                "minPinLength" => asked.minimum_pin_length = boolean(value, "minPinLength")?,
                "uvm" => asked.user_verification_method = boolean(value, "uvm")?,
                "appidExclude" => asked.app_id_exclude = Some(app_id(value, "appidExclude")?),
                "appid" => return Err(ExtensionInputError::OtherCeremony { member: "appid" }),
                _ => return Err(ExtensionInputError::Unknown { name: shown(name) }),
            }
        }
        asked.check()?;
        Ok(asked)
    }

    /// Checks inputs that weren't [read](Self::parse) but put together.
    pub const fn check(&self) -> Result<(), ExtensionInputError> {
        // Own check: it would do nothing, and somebody believes that it does.
        if self.enforce_credential_protection && self.credential_protection.is_none() {
            return Err(ExtensionInputError::NothingToEnforce);
        }
        Ok(())
    }

    /// The `extensions` member; empty where nothing is asked for.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let mut members = self.unknown.clone();
        set_flags(
            &mut members,
            &[
                ("credProps", self.credential_properties),
                ("enforceCredentialProtectionPolicy", self.enforce_credential_protection),
                ("minPinLength", self.minimum_pin_length),
                ("uvm", self.user_verification_method),
            ],
        );
        if let Some(inputs) = &self.prf {
            let prf = inputs.as_ref().map_or_else(|| json!({}), |inputs| json!({"eval": inputs.to_json()}));
            members.insert("prf".into(), prf);
        }
        if let Some(support) = self.large_blob {
            let support = match support {
                LargeBlobSupport::Required => "required",
                LargeBlobSupport::Preferred => "preferred",
            };
            members.insert("largeBlob".into(), json!({"support": support}));
        }
        if let Some(policy) = self.credential_protection {
            members.insert("credentialProtectionPolicy".into(), policy.as_str().into());
        }
        if let Some(app_id) = &self.app_id_exclude {
            members.insert("appidExclude".into(), app_id.as_str().into());
        }
        members
    }
}

impl RequestExtensions {
    /// Reads and checks the `extensions` of request options that have these `allowCredentials`.
    pub fn parse(
        members: &Map<String, Value>,
        allowed: &[CredentialDescriptor],
    ) -> Result<Self, ExtensionInputError> {
        let mut asked = Self::default();
        for (name, value) in members {
            match name.as_str() {
                "prf" => (asked.prf, asked.prf_by_credential) = prf_at_request(value)?,
                "largeBlob" => asked.large_blob = large_blob_request(value)?,
                "uvm" => asked.user_verification_method = boolean(value, "uvm")?,
                "appid" => asked.app_id = Some(app_id(value, "appid")?),
                name => {
                    let of_creations = [
                        "credProps",
                        "credentialProtectionPolicy",
                        "enforceCredentialProtectionPolicy",
                        "minPinLength",
                        "appidExclude",
                    ];
                    let known = of_creations.into_iter().find(|known| *known == name);
                    return Err(known.map_or_else(
                        || ExtensionInputError::Unknown { name: shown(name) },
                        |member| ExtensionInputError::OtherCeremony { member },
                    ));
                }
            }
        }
        asked.check(allowed)?;
        Ok(asked)
    }

    /// Checks inputs that weren't [read](Self::parse) but put together, or are sent with other `allowCredentials`.
    pub fn check(&self, allowed: &[CredentialDescriptor]) -> Result<(), ExtensionInputError> {
        // §10.1.4, authentication: clients fail where an id isn't in `allowCredentials`.
        let is_allowed = |id: &[u8]| allowed.iter().any(|descriptor| descriptor.id == id);
        if !self.prf_by_credential.keys().all(|id| is_allowed(id)) {
            return Err(ExtensionInputError::PrfCredential);
        }
        // §10.1.5, authentication: clients fail where a blob has none or several to go to.
        if matches!(self.large_blob, Some(LargeBlobRequest::Write(_))) && allowed.len() != 1 {
            return Err(ExtensionInputError::LargeBlobCredential);
        }
        Ok(())
    }

    /// The `extensions` member; empty where nothing is asked for.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let mut members = self.unknown.clone();
        set_flags(&mut members, &[("uvm", self.user_verification_method)]);
        let mut prf = Map::new();
        if let Some(inputs) = &self.prf {
            prf.insert("eval".into(), inputs.to_json());
        }
        if !self.prf_by_credential.is_empty() {
            let by_id = self.prf_by_credential.iter();
            let by_id = by_id.map(|(id, inputs)| (base64url::encode(id), inputs.to_json()));
            prf.insert("evalByCredential".into(), Value::Object(by_id.collect()));
        }
        if !prf.is_empty() {
            members.insert("prf".into(), Value::Object(prf));
        }
        match &self.large_blob {
            Some(LargeBlobRequest::Read) => {
                members.insert("largeBlob".into(), json!({"read": true}));
            }
            Some(LargeBlobRequest::Write(blob)) => {
                members.insert("largeBlob".into(), json!({"write": base64url::encode(blob)}));
            }
            None => {}
        }
        if let Some(app_id) = &self.app_id {
            members.insert("appid".into(), app_id.as_str().into());
        }
        members
    }
}

impl Serialize for CreationExtensions {
    /// As the options' `extensions`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl Serialize for RequestExtensions {
    /// As the options' `extensions`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl PrfInputs {
    fn parse(value: &Value) -> Result<Self, ExtensionInputError> {
        let members = object(value, "prf.eval")?;
        only(members, "prf.eval", &["first", "second"])?;
        let input = |value, member| bytes(value, member, 1, MAX_PRF_INPUT_BYTES);
        // A missing one is no string.
        let first = input(members.get("first").unwrap_or(&Value::Null), "prf.eval.first")?;
        let second = members.get("second").map(|value| input(value, "prf.eval.second")).transpose()?;
        Ok(Self { first, second })
    }

    fn to_json(&self) -> Value {
        let mut members = Map::new();
        members.insert("first".into(), base64url::encode(&self.first).into());
        if let Some(second) = &self.second {
            members.insert("second".into(), base64url::encode(second).into());
        }
        Value::Object(members)
    }
}

/// §10.1.4, registration: `evalByCredential` makes clients fail.
fn prf_at_creation(value: &Value) -> Result<Option<PrfInputs>, ExtensionInputError> {
    let members = object(value, "prf")?;
    only(members, "prf", &["eval", "evalByCredential"])?;
    if members.contains_key("evalByCredential") {
        return Err(ExtensionInputError::OtherCeremony { member: "prf.evalByCredential" });
    }
    members.get("eval").map(PrfInputs::parse).transpose()
}

type PrfRequest = (Option<PrfInputs>, BTreeMap<Vec<u8>, PrfInputs>);

/// §10.1.4, authentication. (Own check: each credential comes once, whichever way its id is encoded.)
fn prf_at_request(value: &Value) -> Result<PrfRequest, ExtensionInputError> {
    const BY_CREDENTIAL: &str = "prf.evalByCredential";
    let members = object(value, "prf")?;
    only(members, "prf", &["eval", "evalByCredential"])?;
    let eval = members.get("eval").map(PrfInputs::parse).transpose()?;
    let mut by_credential = BTreeMap::new();
    if let Some(value) = members.get("evalByCredential") {
        for (id, inputs) in object(value, BY_CREDENTIAL)? {
            let id =
                base64url::decode(id).map_err(|_| ExtensionValueError::Base64 { member: BY_CREDENTIAL })?;
            if by_credential.insert(id, PrfInputs::parse(inputs)?).is_some() {
                return Err(ExtensionInputError::PrfCredential);
            }
        }
    }
    Ok((eval, by_credential))
}

/// §10.1.5, registration: `read` and `write` make clients fail.
fn large_blob_support(value: &Value) -> Result<Option<LargeBlobSupport>, ExtensionInputError> {
    const SUPPORT: &str = "largeBlob.support";
    let members = object(value, "largeBlob")?;
    only(members, "largeBlob", &["support", "read", "write"])?;
    for (name, member) in [("read", "largeBlob.read"), ("write", "largeBlob.write")] {
        if members.contains_key(name) {
            return Err(ExtensionInputError::OtherCeremony { member });
        }
    }
    let Some(support) = members.get("support") else { return Ok(None) };
    match text(support, SUPPORT)? {
        "required" => Ok(Some(LargeBlobSupport::Required)),
        "preferred" => Ok(Some(LargeBlobSupport::Preferred)),
        _ => Err(ExtensionInputError::Spelling { member: SUPPORT }),
    }
}

/// §10.1.5, authentication: `support`, or both of the others, make clients fail.
fn large_blob_request(value: &Value) -> Result<Option<LargeBlobRequest>, ExtensionInputError> {
    let members = object(value, "largeBlob")?;
    only(members, "largeBlob", &["support", "read", "write"])?;
    if members.contains_key("support") {
        return Err(ExtensionInputError::OtherCeremony { member: "largeBlob.support" });
    }
    match (members.get("read"), members.get("write")) {
        (Some(read), None) => Ok(boolean(read, "largeBlob.read")?.then_some(LargeBlobRequest::Read)),
        (None, Some(write)) => {
            let blob = bytes(write, "largeBlob.write", 1, MAX_LARGE_BLOB_BYTES)?;
            Ok(Some(LargeBlobRequest::Write(blob)))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(ExtensionInputError::LargeBlobOperation),
    }
}

fn protection(value: &Value) -> Result<CredentialProtection, ExtensionInputError> {
    const MEMBER: &str = "credentialProtectionPolicy";
    let spelling = text(value, MEMBER)?;
    let known = CredentialProtection::ALL.into_iter().find(|policy| policy.as_str() == spelling);
    known.ok_or(ExtensionInputError::Spelling { member: MEMBER })
}

fn app_id(value: &Value, member: &'static str) -> Result<AppId, ExtensionInputError> {
    AppId::parse(text(value, member)?).ok_or(ExtensionInputError::AppId { member })
}

/// Refuses members besides these.
fn only(
    members: &Map<String, Value>,
    extension: &'static str,
    known: &[&str],
) -> Result<(), ExtensionInputError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(ExtensionInputError::UnknownMember { extension, name: shown(name) }),
        None => Ok(()),
    }
}

fn shown(name: &str) -> String {
    name.chars().take(SHOWN_CHARACTERS).collect()
}

fn set_flags(members: &mut Map<String, Value>, flags: &[(&str, bool)]) {
    let set = flags.iter().filter(|(_, is_set)| *is_set);
    members.extend(set.map(|(name, _)| ((*name).to_owned(), Value::Bool(true))));
}
