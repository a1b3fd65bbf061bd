//! What an authenticator says of the extensions, in its own data (§9.5), which the credential's key signs, or at a
//! registration the attestation does.
//!
//! What wasn't asked for is ignored, whatever it is (§7.1 step 28 and §7.2 step 23 allow that).

use super::{
    AskedExtensions, CredentialProtection, Extension, ExtensionValueError, UserVerificationMethod,
    outputs::{MAX_VERIFICATION_METHODS, WRONG_METHODS},
};
use crate::cbor::{Key, Reader};

/// The longest PIN that an authenticator may ask for, in characters (CTAP 2.1 §6.5.1: 63 bytes).
const MAX_PIN_LENGTH: i64 = 63;

/// Outputs in the authenticator data; `None` for what wasn't asked for or answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuthenticatorOutputs {
    /// `credProtect`: when the authenticator shows or uses the credential. At registrations.
    pub credential_protection: Option<CredentialProtection>,
    /// `minPinLength`: how many characters a PIN has at least. At registrations.
    pub minimum_pin_length: Option<u8>,
    /// `hmac-secret`, which is what `prf` rests on: whether the credential can derive secrets. At registrations.
    pub derives_secrets: Option<bool>,
    /// `uvm`: how the user was verified.
    pub user_verification_methods: Option<Vec<UserVerificationMethod>>,
}

/// Which ceremony the data is of: `hmac-secret` has another output in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    Registration,
    Authentication,
}

impl AuthenticatorOutputs {
    /// Reads what was asked for from a checked map; fails where an answer isn't of its type.
    pub(crate) fn parse(
        extensions: Option<&[u8]>,
        asked: AskedExtensions,
        occasion: Occasion,
    ) -> Result<Self, ExtensionValueError> {
        let mut outputs = Self::default();
        let Some(extensions) = extensions else { return Ok(outputs) };
        let at_registration = |extension| occasion == Occasion::Registration && asked.contains(extension);
        let mut reader = Reader::new(extensions);
        for _ in 0..reader.map().unwrap_or(0) {
            let (Ok(Key::Text(name)), Ok(value)) = (reader.key(), reader.item()) else { break };
            match name {
                "credProtect" if at_registration(Extension::CredentialProtection) => {
                    outputs.credential_protection = Some(protection(value)?);
                }
                "minPinLength" if at_registration(Extension::MinimumPinLength) => {
                    outputs.minimum_pin_length = Some(minimum_pin_length(value)?);
                }
                "hmac-secret" if at_registration(Extension::Prf) => {
                    let expected =
                        ExtensionValueError::Type { member: "hmac-secret", expected: "true or false" };
                    outputs.derives_secrets = Some(Reader::new(value).boolean().map_err(|_| expected)?);
                }
                "uvm" if asked.contains(Extension::UserVerificationMethod) => {
                    outputs.user_verification_methods = Some(methods(value)?);
                }
                _ => {}
            }
        }
        Ok(outputs)
    }
}

/// CTAP 2.1 §12.1: the policy's number.
fn protection(value: &[u8]) -> Result<CredentialProtection, ExtensionValueError> {
    match Reader::new(value).int() {
        Ok(1) => Ok(CredentialProtection::Optional),
        Ok(2) => Ok(CredentialProtection::OptionalWithCredentialIdList),
        Ok(3) => Ok(CredentialProtection::Required),
        _ => Err(ExtensionValueError::Type { member: "credProtect", expected: "1, 2 or 3" }),
    }
}

/// CTAP 2.1 §12.4.
fn minimum_pin_length(value: &[u8]) -> Result<u8, ExtensionValueError> {
    match Reader::new(value).int() {
        Ok(length @ 0..=MAX_PIN_LENGTH) => Ok(u8::try_from(length).unwrap_or_default()),
        _ => Err(ExtensionValueError::Type { member: "minPinLength", expected: "a number up to 63" }),
    }
}

/// Level 2 §10.3: one to three lists of three numbers.
fn methods(value: &[u8]) -> Result<Vec<UserVerificationMethod>, ExtensionValueError> {
    let mut reader = Reader::new(value);
    let count = reader.array().map_err(|_| WRONG_METHODS)?;
    if !(1..=MAX_VERIFICATION_METHODS as u64).contains(&count) {
        return Err(WRONG_METHODS);
    }
    let number = |reader: &mut Reader<'_>| -> Result<u32, ExtensionValueError> {
        reader.int().ok().and_then(|number| u32::try_from(number).ok()).ok_or(WRONG_METHODS)
    };
    let mut methods = Vec::new();
    for _ in 0..count {
        if reader.array() != Ok(3) {
            return Err(WRONG_METHODS);
        }
        methods.push(UserVerificationMethod {
            method: number(&mut reader)?,
            key_protection: number(&mut reader)?,
            matcher_protection: number(&mut reader)?,
        });
    }
    Ok(methods)
}
