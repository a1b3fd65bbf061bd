//! The signature algorithms that are offered and verified (§5.8.5).

use serde::{Serialize, Serializer};

/// A COSE signature algorithm that this crate verifies.
///
/// §5.8.5 ties each ECDSA algorithm to one curve; `EdDsa` is Ed25519 alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, COSE -7.
    Es256,
    /// ECDSA on P-384 with SHA-384, COSE -35.
    Es384,
    /// ECDSA on P-521 with SHA-512, COSE -36.
    Es512,
    /// RSASSA-PKCS1-v1_5 with SHA-256, COSE -257.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384, COSE -258.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512, COSE -259.
    Rs512,
    /// RSASSA-PSS with SHA-256, COSE -37.
    Ps256,
    /// RSASSA-PSS with SHA-384, COSE -38.
    Ps384,
    /// RSASSA-PSS with SHA-512, COSE -39.
    Ps512,
    /// Ed25519, COSE -8.
    EdDsa,
    /// ML-DSA-44, COSE -48 (RFC 9964).
    MlDsa44,
    /// ML-DSA-65, COSE -49 (RFC 9964).
    MlDsa65,
    /// ML-DSA-87, COSE -50 (RFC 9964).
    MlDsa87,
}

impl Algorithm {
    /// Every algorithm, most wanted first: [`DEFAULT`](Self::DEFAULT), and ML-DSA for whoever asks for it.
    pub const ALL: [Self; 13] = [
        Self::Es256,
        Self::EdDsa,
        Self::Es384,
        Self::Es512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::MlDsa44,
        Self::MlDsa65,
        Self::MlDsa87,
    ];

    /// What is offered in `pubKeyCredParams` unless a caller knows better, most wanted first. ML-DSA isn't:
    /// its signatures take 2,420 bytes and more, and few authenticators know it.
    pub const DEFAULT: [Self; 10] = [
        Self::Es256,
        Self::EdDsa,
        Self::Es384,
        Self::Es512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
    ];

    /// The identifier in the IANA registry of COSE algorithms.
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

    /// The algorithm of a COSE identifier.
    pub const fn from_cose(id: i64) -> Result<Self, UnsupportedAlgorithm> {
        Ok(match id {
            -7 => Self::Es256,
            -8 => Self::EdDsa,
            -35 => Self::Es384,
            -36 => Self::Es512,
            -37 => Self::Ps256,
            -38 => Self::Ps384,
            -39 => Self::Ps512,
            -257 => Self::Rs256,
            -258 => Self::Rs384,
            -259 => Self::Rs512,
            -48 => Self::MlDsa44,
            -49 => Self::MlDsa65,
            -50 => Self::MlDsa87,
            -9 | -51 | -52 => return Err(UnsupportedAlgorithm::FullySpecifiedEcdsa),
            -19 => return Err(UnsupportedAlgorithm::FullySpecifiedEd25519),
            -47 => return Err(UnsupportedAlgorithm::Es256k),
            -53 => return Err(UnsupportedAlgorithm::Ed448),
            -65535 => return Err(UnsupportedAlgorithm::Rs1),
            _ => return Err(UnsupportedAlgorithm::Unknown { id }),
        })
    }

    /// The name in the IANA registry of COSE algorithms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::EdDsa => "EdDSA",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }
}

impl Serialize for Algorithm {
    /// As the COSE identifier, which is what `pubKeyCredParams` lists.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.cose_id())
    }
}

/// A COSE algorithm that is not verified here, by name where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsupportedAlgorithm {
    /// ECDSA on secp256k1, which the cryptography library lacks for this use.
    #[error("ES256K is not supported")]
    Es256k,
    /// Ed448, which the cryptography library lacks.
    #[error("Ed448 is not supported")]
    Ed448,
    /// RSASSA-PKCS1-v1_5 with SHA-1, which is broken.
    #[error("RS1 is refused: SHA-1 is broken")]
    Rs1,
    /// ESP256, ESP384 or ESP512 of RFC 9864: never offered, so never expected.
    #[error("the fully specified ECDSA identifiers are not supported")]
    FullySpecifiedEcdsa,
    /// Ed25519 of RFC 9864: never offered, so never expected.
    #[error("the fully specified Ed25519 identifier is not supported")]
    FullySpecifiedEd25519,
    /// An identifier without a meaning here.
    #[error("COSE algorithm {id} is unknown")]
    Unknown {
        /// The identifier.
        id: i64,
    },
}

impl UnsupportedAlgorithm {
    /// A stable name for the failure.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Es256k => "algorithm_es256k_unsupported",
            Self::Ed448 => "algorithm_ed448_unsupported",
            Self::Rs1 => "algorithm_rs1_refused",
            Self::FullySpecifiedEcdsa => "algorithm_fully_specified_ecdsa_unsupported",
            Self::FullySpecifiedEd25519 => "algorithm_fully_specified_ed25519_unsupported",
            Self::Unknown { .. } => "algorithm_unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, UnsupportedAlgorithm};

    #[test]
    fn every_algorithm_is_found_by_its_identifier() {
        assert_eq!(Algorithm::ALL[..Algorithm::DEFAULT.len()], Algorithm::DEFAULT);
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_cose(algorithm.cose_id()), Ok(algorithm));
        }
        assert_eq!(Algorithm::DEFAULT[0], Algorithm::Es256);
    }

    #[test]
    fn what_is_not_verified_is_refused_by_name() {
        for (id, expected) in [
            (-47, UnsupportedAlgorithm::Es256k),
            (-53, UnsupportedAlgorithm::Ed448),
            (-65535, UnsupportedAlgorithm::Rs1),
            (-9, UnsupportedAlgorithm::FullySpecifiedEcdsa),
            (-19, UnsupportedAlgorithm::FullySpecifiedEd25519),
            (0, UnsupportedAlgorithm::Unknown { id: 0 }),
            (i64::MIN, UnsupportedAlgorithm::Unknown { id: i64::MIN }),
        ] {
            assert_eq!(Algorithm::from_cose(id), Err(expected));
        }
    }
}
