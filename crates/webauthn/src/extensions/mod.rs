//! Client extensions (§10): what is asked for, checked before it goes out, and what a client says in return.
//!
//! [`CreationExtensions`] and [`RequestExtensions`] are read from the JSON that a relying party writes, and are
//! the `extensions` member of the options. What was asked for is said again when the response is verified
//! ([`AskedExtensions`]). Then [`CreationOutputs`] and [`RequestOutputs`] are read from its `clientExtensionResults`,
//! which nothing signs: they are hints, and no decision about a login may rest on one. [`AuthenticatorOutputs`] are
//! read from the authenticator data, which is signed.
//!
//! ```
//! use passgate_webauthn::extensions::CreationExtensions;
//!
//! let asked = serde_json::json!({"credProps": true, "prf": {}});
//! let asked = CreationExtensions::parse(asked.as_object().expect("an object"))?;
//! assert!(asked.credential_properties);
//! # Ok::<(), passgate_webauthn::extensions::ExtensionInputError>(())
//! ```

mod app_id;
mod asked;
mod authenticator;
mod inputs;
mod outputs;

use serde_json::{Map, Value};

pub use app_id::{AppId, AppIdHash};
pub use asked::{AskedExtensions, Extension};
pub use authenticator::AuthenticatorOutputs;
pub(crate) use authenticator::Occasion;
pub use inputs::{
    CreationExtensions, CredentialProtection, ExtensionInputError, LargeBlobRequest, LargeBlobSupport,
    PrfInputs, RequestExtensions,
};
pub use outputs::{CreationOutputs, LargeBlobOutput, PrfOutput, RequestOutputs, UserVerificationMethod};

use crate::base64url;

/// How the value of an extension isn't what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionValueError {
    /// It is of another type.
    #[error("{member} is not {expected}")]
    Type {
        /// Its path.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// It isn't base64url.
    #[error("{member} is not base64url")]
    Base64 {
        /// Its path.
        member: &'static str,
    },
    /// It has too few bytes, or too many.
    #[error("{member} does not have {minimum} to {maximum} bytes")]
    Size {
        /// Its path.
        member: &'static str,
        /// The fewest bytes.
        minimum: usize,
        /// The most bytes.
        maximum: usize,
    },
}

impl ExtensionValueError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Type { .. } => "extension_type",
            Self::Base64 { .. } => "extension_base64",
            Self::Size { .. } => "extension_size",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Type { .. } | Self::Base64 { .. } => "§10",
            Self::Size { .. } => "own check",
        }
    }
}

fn object<'v>(value: &'v Value, member: &'static str) -> Result<&'v Map<String, Value>, ExtensionValueError> {
    value.as_object().ok_or(ExtensionValueError::Type { member, expected: "an object" })
}

fn boolean(value: &Value, member: &'static str) -> Result<bool, ExtensionValueError> {
    value.as_bool().ok_or(ExtensionValueError::Type { member, expected: "true or false" })
}

fn text<'v>(value: &'v Value, member: &'static str) -> Result<&'v str, ExtensionValueError> {
    value.as_str().ok_or(ExtensionValueError::Type { member, expected: "a string" })
}

/// `minimum` to `maximum` bytes in base64url.
fn bytes(
    value: &Value,
    member: &'static str,
    minimum: usize,
    maximum: usize,
) -> Result<Vec<u8>, ExtensionValueError> {
    let bytes =
        base64url::decode(text(value, member)?).map_err(|_| ExtensionValueError::Base64 { member })?;
    if (minimum..=maximum).contains(&bytes.len()) {
        Ok(bytes)
    } else {
        Err(ExtensionValueError::Size { member, minimum, maximum })
    }
}

#[cfg(test)]
mod tests;
