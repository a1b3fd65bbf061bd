//! What responses are made of, for people who look for what is wrong with one.
//!
//! Everything here reads as far as it can and verifies nothing. What the verifier itself would say is asked of
//! its own parsers, by the functions whose names begin with `check_`. No relying party decides by any of this.

mod authenticator_data;
mod cbor;
mod certificate;

pub use authenticator_data::{AuthenticatorDataFields, Flags};
pub use cbor::{CborItem, CborReading, Stop};
pub use certificate::{CertificateExtension, CertificateFields};

use crate::{
    Algorithm, AuthenticatorDataError, CborError, CoseKeyError,
    authenticator_data::AuthenticatorData,
    cbor::{KeyOrder, check_item},
    cose::CoseKey,
};

/// Whether the verifier could read these bytes as authenticator data (§6.1).
pub fn check_authenticator_data(bytes: &[u8]) -> Result<(), AuthenticatorDataError> {
    AuthenticatorData::parse(bytes).map(drop)
}

/// Whether the verifier would take these bytes as a credential's public key (§6.5.1), and for what algorithm.
pub fn check_cose_key(bytes: &[u8]) -> Result<Algorithm, CoseKeyError> {
    let key = CoseKey::parse(bytes)?;
    key.check_on_curve()?;
    Ok(key.algorithm)
}

/// Whether the verifier could read these bytes as an attestation object's CBOR (§6.5); what is in it is another
/// question.
pub fn check_attestation_object(bytes: &[u8]) -> Result<(), CborError> {
    check_item(bytes, KeyOrder::Any)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        AuthenticatorDataFields, CborReading, CertificateFields, check_attestation_object,
        check_authenticator_data, check_cose_key,
    };
    use crate::{AuthenticatorDataError, CborError, CoseKeyError};

    proptest! {
        #[test]
        fn what_the_verifier_can_read_is_read_whole(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            flags in any::<u8>(),
        ) {
            let data = [&[9; 32][..], &[flags], &bytes].concat();
            for bytes in [&bytes, &data] {
                let (fields, cbor) = (AuthenticatorDataFields::read(bytes), CborReading::of_whole(bytes));
                // Beyond structure, the verifier looks at what is said.
                if check_authenticator_data(bytes).is_ok() {
                    prop_assert_eq!(fields.stop, None);
                }
                if check_attestation_object(bytes).is_ok() {
                    prop_assert_eq!(cbor.stop, None);
                }
                let _ = (check_cose_key(bytes), CertificateFields::parse(bytes));
            }
        }
    }

    #[test]
    fn the_checks_are_the_verifier_s() {
        assert_eq!(check_authenticator_data(&[0; 37]), Ok(()));
        assert_eq!(check_authenticator_data(&[0; 36]), Err(AuthenticatorDataError::Truncated));
        assert_eq!(check_cose_key(&[0xa0]), Err(CoseKeyError::MissingParameter { label: 3 }));
        assert_eq!(check_attestation_object(&[0xa0]), Ok(()));
        assert_eq!(check_attestation_object(&[0xa0, 0]), Err(CborError::TrailingBytes));
    }
}
