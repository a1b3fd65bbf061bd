//! Authenticator data (WebAuthn §6.1).

use aws_lc_rs::digest;

use crate::Config;

/// The flags of authenticator data, as they are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// The user was present.
    pub const USER_PRESENT: u8 = 1;
    /// The user was verified.
    pub const USER_VERIFIED: u8 = 1 << 2;
    /// The credential may be backed up.
    pub const BACKUP_ELIGIBLE: u8 = 1 << 3;
    /// The credential is backed up.
    pub const BACKUP_STATE: u8 = 1 << 4;
    /// Attested credential data follows.
    pub const ATTESTED_CREDENTIAL_DATA: u8 = 1 << 6;
    /// Extension outputs follow.
    pub const EXTENSION_DATA: u8 = 1 << 7;

    /// Sets or clears flags.
    pub const fn set(&mut self, flags: u8, on: bool) {
        if on {
            self.0 |= flags;
        } else {
            self.0 &= !flags;
        }
    }

    fn of(config: &Config) -> Self {
        let mut flags = Self(0);
        flags.set(Self::USER_PRESENT, config.user_present);
        flags.set(Self::USER_VERIFIED, config.user_verified);
        flags.set(Self::BACKUP_ELIGIBLE, config.backup_eligible);
        flags.set(Self::BACKUP_STATE, config.backup_state);
        flags
    }
}

/// Authenticator data, part by part; encoded as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatorData {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// The flags. They follow neither `attested_credential_data` nor `extensions`.
    pub flags: Flags,
    /// The signature counter.
    pub sign_count: u32,
    /// AAGUID, length of the credential id, credential id and public key; empty in an assertion.
    pub attested_credential_data: Vec<u8>,
    /// Encoded extension outputs, or whatever else shall come last.
    pub extensions: Vec<u8>,
}

impl AuthenticatorData {
    pub(crate) fn new(config: &Config, rp_id: &str, sign_count: u32) -> Self {
        let mut rp_id_hash = [0; 32];
        rp_id_hash.copy_from_slice(digest::digest(&digest::SHA256, rp_id.as_bytes()).as_ref());
        Self {
            rp_id_hash,
            flags: Flags::of(config),
            sign_count,
            attested_credential_data: Vec::new(),
            extensions: Vec::new(),
        }
    }

    pub(crate) fn attest(&mut self, aaguid: [u8; 16], credential_id: &[u8], public_key: &[u8]) {
        let length = u16::try_from(credential_id.len()).unwrap_or(u16::MAX).to_be_bytes();
        self.attested_credential_data = [&aaguid[..], &length, credential_id, public_key].concat();
        self.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, true);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        [
            &self.rp_id_hash[..],
            &[self.flags.0],
            &self.sign_count.to_be_bytes(),
            &self.attested_credential_data,
            &self.extensions,
        ]
        .concat()
    }
}
