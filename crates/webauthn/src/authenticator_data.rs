//! What an authenticator says and signs (§6.1).

use crate::{
    Aaguid, CborError,
    cbor::{self, Key, KeyOrder, Reader},
};

/// The longest credential id, in bytes (§7.1 step 25).
pub(crate) const MAX_CREDENTIAL_ID_BYTES: usize = 1023;

const RP_ID_HASH_BYTES: usize = 32;

/// The flags of §6.1. Both reserved bits are ignored, as for any future use they must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    /// UP: the user was present.
    pub(crate) const fn user_present(self) -> bool {
        self.0 & 1 != 0
    }

    /// UV: the user was verified.
    pub(crate) const fn user_verified(self) -> bool {
        self.0 & (1 << 2) != 0
    }

    /// BE: the credential may be backed up (§6.1.3).
    pub(crate) const fn backup_eligible(self) -> bool {
        self.0 & (1 << 3) != 0
    }

    /// BS: the credential is backed up now (§6.1.3).
    pub(crate) const fn backup_state(self) -> bool {
        self.0 & (1 << 4) != 0
    }

    /// AT: attested credential data is included.
    pub(crate) const fn attested_credential_data(self) -> bool {
        self.0 & (1 << 6) != 0
    }

    /// ED: extension data is included.
    pub(crate) const fn extension_data(self) -> bool {
        self.0 & (1 << 7) != 0
    }
}

/// Authenticator data (§6.1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuthenticatorData<'a> {
    pub(crate) rp_id_hash: &'a [u8],
    pub(crate) flags: Flags,
    pub(crate) sign_count: u32,
    pub(crate) attested: Option<AttestedCredentialData<'a>>,
    /// One CBOR map with text keys.
    pub(crate) extensions: Option<&'a [u8]>,
}

/// Attested credential data (§6.5.1).
#[derive(Debug, Clone, Copy)]
pub(crate) struct AttestedCredentialData<'a> {
    pub(crate) aaguid: Aaguid,
    /// 1 to 1023 bytes.
    pub(crate) credential_id: &'a [u8],
    /// One CBOR map; whether it is a key is for `CoseKey` to say.
    pub(crate) public_key: &'a [u8],
}

/// How bytes fail to be authenticator data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticatorDataError {
    /// They end too early.
    #[error("the authenticator data ends too early")]
    Truncated,
    /// Bytes follow what the flags announce.
    #[error("bytes follow the authenticator data")]
    TrailingBytes,
    /// The credential is said to be backed up, and not to be eligible for backup.
    #[error("the credential is backed up but not eligible for backup")]
    BackupStateWithoutEligibility,
    /// The credential id is empty.
    #[error("the credential id is empty")]
    CredentialIdEmpty,
    /// The credential id is longer than 1023 bytes.
    #[error("the credential id is longer than 1023 bytes")]
    CredentialIdTooLong,
    /// The public key isn't one item of canonical CBOR.
    #[error("the public key is not canonical CBOR: {0}")]
    PublicKey(CborError),
    /// The extension outputs aren't one map of canonical CBOR with text keys.
    #[error("the extension outputs are not a canonical CBOR map: {0}")]
    Extensions(CborError),
}

impl AuthenticatorDataError {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated => "authenticator_data_truncated",
            Self::TrailingBytes => "authenticator_data_trailing_bytes",
            Self::BackupStateWithoutEligibility => "backup_state_without_eligibility",
            Self::CredentialIdEmpty => "credential_id_empty",
            Self::CredentialIdTooLong => "credential_id_too_long",
            Self::PublicKey(_) => "public_key_cbor",
            Self::Extensions(_) => "extensions_cbor",
        }
    }

    /// The part of the specification that wasn't met.
    #[must_use]
    pub const fn step(&self) -> &'static str {
        match self {
            Self::Truncated | Self::TrailingBytes => "§6.1",
            Self::BackupStateWithoutEligibility => "§7.1 step 17, §7.2 step 18",
            Self::CredentialIdEmpty => "own check",
            Self::CredentialIdTooLong => "§7.1 step 25",
            Self::PublicKey(_) => "§6.5.1",
            Self::Extensions(_) => "§9.5",
        }
    }
}

impl<'a> AuthenticatorData<'a> {
    /// Reads authenticator data that is the whole of `bytes`: what the flags announce must be there, and
    /// nothing else.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, AuthenticatorDataError> {
        use AuthenticatorDataError as E;
        let (rp_id_hash, rest) = bytes.split_at_checked(RP_ID_HASH_BYTES).ok_or(E::Truncated)?;
        let (&[flags], rest) = rest.split_first_chunk().ok_or(E::Truncated)?;
        let (sign_count, mut rest) = rest.split_first_chunk().ok_or(E::Truncated)?;
        let flags = Flags(flags);
        // §7.1 step 17, §7.2 step 18.
        if flags.backup_state() && !flags.backup_eligible() {
            return Err(E::BackupStateWithoutEligibility);
        }
        let mut attested = None;
        if flags.attested_credential_data() {
            let (data, after) = AttestedCredentialData::parse(rest)?;
            attested = Some(data);
            rest = after;
        }
        let mut extensions = None;
        if flags.extension_data() {
            if rest.is_empty() {
                return Err(E::Truncated);
            }
            let length = cbor::item_length(rest, KeyOrder::Canonical).map_err(E::Extensions)?;
            let (map, after) = rest.split_at(length);
            check_extensions(map).map_err(E::Extensions)?;
            extensions = Some(map);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(E::TrailingBytes);
        }
        Ok(Self { rp_id_hash, flags, sign_count: u32::from_be_bytes(*sign_count), attested, extensions })
    }
}

impl<'a> AttestedCredentialData<'a> {
    /// Reads attested credential data at the start of `bytes`; returns what follows it, too.
    fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), AuthenticatorDataError> {
        use AuthenticatorDataError as E;
        let (aaguid, rest) = bytes.split_first_chunk().ok_or(E::Truncated)?;
        let (length, rest) = rest.split_first_chunk().ok_or(E::Truncated)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 {
            return Err(E::CredentialIdEmpty);
        }
        // §7.1 step 25.
        if length > MAX_CREDENTIAL_ID_BYTES {
            return Err(E::CredentialIdTooLong);
        }
        let (credential_id, rest) = rest.split_at_checked(length).ok_or(E::Truncated)?;
        if rest.is_empty() {
            return Err(E::Truncated);
        }
        let length = cbor::item_length(rest, KeyOrder::Canonical).map_err(E::PublicKey)?;
        let (public_key, rest) = rest.split_at(length);
        Ok((Self { aaguid: Aaguid::from_bytes(*aaguid), credential_id, public_key }, rest))
    }
}

/// §9.5: a map from extension identifiers to outputs.
fn check_extensions(checked: &[u8]) -> Result<(), CborError> {
    let mut reader = Reader::new(checked);
    for _ in 0..reader.map()? {
        let Key::Text(_) = reader.key()? else {
            return Err(CborError::UnexpectedType { expected: "a text" });
        };
        reader.item()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{AuthenticatorData, AuthenticatorDataError as E};
    use crate::CborError;

    const UP: u8 = 0x01;
    const BE: u8 = 0x08;
    const BS: u8 = 0x10;
    const AT: u8 = 0x40;
    const ED: u8 = 0x80;

    fn data(flags: u8, rest: &[u8]) -> Vec<u8> {
        [&[7; 32][..], &[flags], &[0, 0, 1, 2], rest].concat()
    }

    fn attested(id_length: u16, id: &[u8], key: &[u8]) -> Vec<u8> {
        [&[9; 16][..], &id_length.to_be_bytes(), id, key].concat()
    }

    fn refusal(flags: u8, rest: &[u8]) -> E {
        AuthenticatorData::parse(&data(flags, rest)).unwrap_err()
    }

    #[test]
    fn the_fixed_part_is_read() {
        let bytes = data(0b0001_1111, &[]);
        let parsed = AuthenticatorData::parse(&bytes).unwrap();
        assert_eq!((parsed.rp_id_hash, parsed.sign_count), (&[7; 32][..], 0x102));
        let flags = parsed.flags;
        assert!(
            flags.user_present() && flags.user_verified() && flags.backup_eligible() && flags.backup_state()
        );
        assert!(parsed.attested.is_none());
    }

    #[test]
    fn reserved_flags_are_ignored() {
        assert!(AuthenticatorData::parse(&data(0b0010_0010, &[])).is_ok());
    }

    #[test]
    fn attested_credential_data_and_extensions_are_read() {
        let rest = [attested(2, &[1, 2], &[0xa0]), vec![0xa1, 0x61, b'x', 0xf5]].concat();
        let bytes = data(UP | AT | ED, &rest);
        let parsed = AuthenticatorData::parse(&bytes).unwrap();
        assert_eq!(parsed.extensions, Some(&[0xa1, 0x61, b'x', 0xf5][..]));
        let attested = parsed.attested.unwrap();
        assert_eq!(attested.aaguid.as_bytes(), &[9; 16]);
        assert_eq!((attested.credential_id, attested.public_key), (&[1, 2][..], &[0xa0][..]));
    }

    #[test]
    fn what_ends_early_is_refused() {
        let whole = data(AT | ED, &[attested(2, &[1, 2], &[0xa0]), vec![0xa0]].concat());
        for length in 0..whole.len() {
            assert_eq!(AuthenticatorData::parse(&whole[..length]).unwrap_err(), E::Truncated, "{length}");
        }
    }

    #[test]
    fn what_the_flags_do_not_announce_is_refused() {
        assert_eq!(refusal(UP, &[0]), E::TrailingBytes);
        assert_eq!(refusal(UP, &attested(1, &[1], &[0xa0])), E::TrailingBytes);
        assert_eq!(refusal(AT, &[attested(1, &[1], &[0xa0]), vec![0xa0]].concat()), E::TrailingBytes);
        assert_eq!(refusal(ED, &[0xa0, 0xa0]), E::TrailingBytes);
    }

    #[test]
    fn a_backup_without_eligibility_is_refused() {
        assert_eq!(refusal(UP | BS, &[]), E::BackupStateWithoutEligibility);
        assert!(AuthenticatorData::parse(&data(UP | BE | BS, &[])).is_ok());
    }

    #[test]
    fn credential_ids_have_1_to_1023_bytes() {
        assert_eq!(refusal(AT, &attested(0, &[], &[0xa0])), E::CredentialIdEmpty);
        assert_eq!(refusal(AT, &attested(1024, &[1; 1024], &[0xa0])), E::CredentialIdTooLong);
        assert!(AuthenticatorData::parse(&data(AT, &attested(1023, &[1; 1023], &[0xa0]))).is_ok());
    }

    #[test]
    fn key_and_extensions_must_be_canonical() {
        let duplicate = [0xa2, 1, 0, 1, 0];
        assert_eq!(refusal(AT, &attested(1, &[1], &duplicate)), E::PublicKey(CborError::DuplicateKey));
        assert_eq!(refusal(ED, &[0xa2, 0x61, b'b', 0, 0x61, b'a', 0]), E::Extensions(CborError::KeyOrder));
        for not_extensions in [&[0x80][..], &[0xa1, 0x01, 0x00]] {
            assert!(matches!(refusal(ED, not_extensions), E::Extensions(CborError::UnexpectedType { .. })));
        }
    }
}
