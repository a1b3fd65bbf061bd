//! Stored credential public keys.

use std::fmt;
use std::sync::OnceLock;

use crate::assertion::AssertionError;
use crate::cose::CoseKey;
use crate::signature::VerificationKey;

/// A stored credential public key (§4), which assertions are verified with.
///
/// It is parsed when it is first used, and kept as the cryptography library has it: a second verification with the same
/// value saves that.
pub struct CredentialPublicKey {
    cose: Vec<u8>,
    parsed: OnceLock<VerificationKey>,
}

impl CredentialPublicKey {
    /// The COSE key as [`VerifiedRegistration::public_key`] gave it. What is none is refused when it is used, with
    /// [`AssertionError::StoredPublicKey`].
    ///
    /// [`VerifiedRegistration::public_key`]: crate::VerifiedRegistration::public_key
    #[must_use]
    pub fn new(cose: impl Into<Vec<u8>>) -> Self {
        Self { cose: cose.into(), parsed: OnceLock::new() }
    }

    /// The COSE key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.cose
    }

    /// §7.2 step 21.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), AssertionError> {
        self.parsed()?.verify(message, signature).map_err(|_| AssertionError::SignatureInvalid)
    }

    fn parsed(&self) -> Result<&VerificationKey, AssertionError> {
        if let Some(parsed) = self.parsed.get() {
            return Ok(parsed);
        }
        let key = CoseKey::parse(&self.cose).map_err(AssertionError::StoredPublicKey)?;
        // No signature is valid by a key that isn't one.
        let parsed =
            VerificationKey::new(key.algorithm, &key.public_key).ok_or(AssertionError::SignatureInvalid)?;
        Ok(self.parsed.get_or_init(|| parsed))
    }
}

impl Clone for CredentialPublicKey {
    fn clone(&self) -> Self {
        Self::new(self.cose.clone())
    }
}

impl PartialEq for CredentialPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.cose == other.cose
    }
}

impl Eq for CredentialPublicKey {}

impl fmt::Debug for CredentialPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CredentialPublicKey").field(&self.cose).finish()
    }
}
