//! What kind of authenticator it is.

use std::sync::Arc;

use crate::AttestationCa;

/// The kind of authenticator: a synced passkey provider, unless changed.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that is sent as it is set, in any combination"
)]
pub struct Config {
    /// What new credentials sign with.
    pub algorithm: Algorithm,
    /// The attestation statement that new credentials come with, whatever the options ask for.
    pub attestation: Attestation,
    /// Who issues attestation certificates; [`AttestationCa::root`] where `None`.
    pub attestation_issuer: Option<Arc<AttestationCa>>,
    /// UP: whether the user is present.
    pub user_present: bool,
    /// UV: whether the user is verified.
    pub user_verified: bool,
    /// BE: whether credentials may be backed up.
    pub backup_eligible: bool,
    /// BS: whether credentials are backed up.
    pub backup_state: bool,
    /// The signature counter.
    pub counter: Counter,
    /// What model it says it is.
    pub aaguid: [u8; 16],
    /// How it can be reached.
    pub transports: Vec<String>,
    /// `platform` or `cross-platform`; left out when `None`.
    pub authenticator_attachment: Option<String>,
    /// The length of new credential ids, in bytes.
    pub credential_id_length: u16,
    /// Whether assertions carry the user handle.
    pub returns_user_handle: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Es256,
            attestation: Attestation::None,
            attestation_issuer: None,
            user_present: true,
            user_verified: true,
            backup_eligible: true,
            backup_state: true,
            counter: Counter::Incrementing,
            aaguid: *b"passgate-softkey",
            transports: vec!["hybrid".to_owned(), "internal".to_owned()],
            authenticator_attachment: Some("platform".to_owned()),
            credential_id_length: 32,
            returns_user_handle: true,
        }
    }
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// Ed25519.
    EdDsa,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::EdDsa,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// The COSE identifier.
    #[must_use]
    pub const fn cose_id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Es384 => -35,
            Self::Es512 => -36,
            Self::Ps256 => -37,
            Self::Ps384 => -38,
            Self::Ps512 => -39,
            Self::Rs256 => -257,
            Self::Rs384 => -258,
            Self::Rs512 => -259,
            Self::MlDsa44 => -48,
            Self::MlDsa65 => -49,
            Self::MlDsa87 => -50,
        }
    }
}

/// An attestation statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attestation {
    /// None.
    None,
    /// Packed, by the credential's own key.
    PackedSelf,
    /// Packed, by a batch key (ES256) whose certificate [`attestation_root`](crate::attestation_root) signed.
    PackedX5c,
    /// Packed, by the same batch key, with these certificates in DER.
    PackedWith(Vec<Vec<u8>>),
    /// FIDO U2F, by the batch key. For ES256 credentials.
    FidoU2f,
    /// TPM, by the batch key (SHA-256). For ECDSA and RSA credentials.
    Tpm,
    /// Android key. For ECDSA credentials.
    AndroidKey,
    /// Apple's anonymous attestation. For ECDSA credentials.
    Apple,
    /// Several at once.
    Compound(Vec<Self>),
}

/// A signature counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// One for each credential: 0 at registration, one more with each assertion.
    Incrementing,
    /// Always 0, as synced passkeys have it.
    AlwaysZero,
}
