//! Which extensions a ceremony asked for: what its outputs are read by.

use super::{CreationExtensions, LargeBlobRequest, RequestExtensions};

/// An extension that has an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extension {
    /// `credProps` (§10.1.3), at registrations.
    CredentialProperties,
    /// `prf` (§10.1.4).
    Prf,
    /// `largeBlob.support` (§10.1.5), at registrations.
    LargeBlobSupport,
    /// `largeBlob.read`, at authentications.
    LargeBlobRead,
    /// `largeBlob.write`, at authentications.
    LargeBlobWrite,
    /// `credProtect` (CTAP 2.1 §12.1), at registrations.
    CredentialProtection,
    /// `minPinLength` (CTAP 2.1 §12.4), at registrations.
    MinimumPinLength,
    /// `uvm` (Level 2 §10.3).
    UserVerificationMethod,
    /// `appidExclude` (§10.1.2), at registrations.
    AppIdExclude,
}

/// A set of extensions, small enough to be sealed into a challenge.
///
/// `appid` isn't one of them: who asks for it gives the `AppID`'s hash again when the assertion is verified.
///
/// ```
/// use passgate_webauthn::extensions::{AskedExtensions, Extension};
///
/// let asked = AskedExtensions::NONE.with(Extension::Prf);
/// assert_eq!(AskedExtensions::from_bits(asked.bits()), Some(asked));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AskedExtensions(u16);

impl AskedExtensions {
    /// No extension.
    pub const NONE: Self = Self(0);
    /// Every extension.
    const ALL: Self = Self((1 << (Extension::AppIdExclude as u16 + 1)) - 1);

    /// These and one more.
    #[must_use]
    pub const fn with(self, extension: Extension) -> Self {
        Self(self.0 | 1 << extension as u16)
    }

    /// Whether an extension is among them.
    #[must_use]
    pub const fn contains(self, extension: Extension) -> bool {
        self.0 & 1 << extension as u16 != 0
    }

    /// The set as a number below 512; the bits keep their meaning from version to version.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of a number; `None` where a bit has no meaning.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    const fn with_if(self, is_asked: bool, extension: Extension) -> Self {
        if is_asked { self.with(extension) } else { self }
    }
}

impl CreationExtensions {
    /// The extensions whose outputs belong to these inputs.
    #[must_use]
    pub const fn asked(&self) -> AskedExtensions {
        AskedExtensions::NONE
            .with_if(self.credential_properties, Extension::CredentialProperties)
            .with_if(self.prf.is_some(), Extension::Prf)
            .with_if(self.large_blob.is_some(), Extension::LargeBlobSupport)
            .with_if(self.credential_protection.is_some(), Extension::CredentialProtection)
            .with_if(self.minimum_pin_length, Extension::MinimumPinLength)
            .with_if(self.user_verification_method, Extension::UserVerificationMethod)
            .with_if(self.app_id_exclude.is_some(), Extension::AppIdExclude)
    }
}

impl RequestExtensions {
    /// The extensions whose outputs belong to these inputs, but for `appid`.
    #[must_use]
    pub fn asked(&self) -> AskedExtensions {
        AskedExtensions::NONE
            .with_if(self.prf.is_some() || !self.prf_by_credential.is_empty(), Extension::Prf)
            .with_if(matches!(self.large_blob, Some(LargeBlobRequest::Read)), Extension::LargeBlobRead)
            .with_if(matches!(self.large_blob, Some(LargeBlobRequest::Write(_))), Extension::LargeBlobWrite)
            .with_if(self.user_verification_method, Extension::UserVerificationMethod)
    }
}

#[cfg(test)]
mod tests {
    use super::{AskedExtensions, Extension};

    #[test]
    fn a_set_is_read_back_from_its_number_and_no_other_number_is_one() {
        let all = [
            Extension::CredentialProperties,
            Extension::Prf,
            Extension::LargeBlobSupport,
            Extension::LargeBlobRead,
            Extension::LargeBlobWrite,
            Extension::CredentialProtection,
            Extension::MinimumPinLength,
            Extension::UserVerificationMethod,
            Extension::AppIdExclude,
        ];
        for (bit, extension) in all.into_iter().enumerate() {
            let set = AskedExtensions::NONE.with(extension);
            assert_eq!(set.bits(), 1 << bit);
            assert!(set.contains(extension) && !AskedExtensions::NONE.contains(extension));
        }
        let whole = all.into_iter().fold(AskedExtensions::NONE, AskedExtensions::with);
        assert_eq!(AskedExtensions::from_bits(0x1ff), Some(whole));
        assert_eq!(AskedExtensions::from_bits(0x200), None);
    }
}
