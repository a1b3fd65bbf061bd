//! Packed attestation (§8.2).

use super::{
    AttestationError, AttestationType, Statement, Verdict,
    certificate::{self, AttestationCertificate},
};
use crate::{
    Algorithm,
    cbor::{Key, Reader},
    signature,
};

/// The most certificates of one statement (own check; real chains have up to four).
const MAX_CERTIFICATES: u64 = 8;

/// The members of a packed statement.
struct Members<'a> {
    algorithm: Algorithm,
    signature: &'a [u8],
    certificates: Option<Vec<&'a [u8]>>,
}

/// The verification procedure of §8.2.
pub(super) fn verify(statement: &Statement<'_>) -> Result<Verdict, AttestationError> {
    let members = Members::parse(statement.members)?;
    match &members.certificates {
        Some(certificates) => verify_by_certificate(statement, &members, certificates),
        None => verify_by_credential(statement, &members),
    }
}

/// §8.2, where `x5c` is present.
fn verify_by_certificate(
    statement: &Statement<'_>,
    members: &Members<'_>,
    certificates: &[&[u8]],
) -> Result<Verdict, AttestationError> {
    let [leaf, ..] = certificates else { return Err(AttestationError::CertificateCount) };
    let certificate = AttestationCertificate::parse(leaf)?;
    let key = certificate.public_key()?;
    signature::verify(members.algorithm, &key, statement.signed, members.signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    certificate::check_packed(&certificate)?;
    certificate.check_aaguid(statement.aaguid)?;
    Ok(Verdict {
        attestation_type: AttestationType::Basic,
        trust_path: certificates.iter().map(|certificate| certificate.to_vec()).collect(),
    })
}

/// §8.2, self attestation.
fn verify_by_credential(
    statement: &Statement<'_>,
    members: &Members<'_>,
) -> Result<Verdict, AttestationError> {
    let key = statement.credential_key;
    if members.algorithm != key.algorithm {
        return Err(AttestationError::AlgorithmMismatch);
    }
    signature::verify(members.algorithm, &key.public_key, statement.signed, members.signature)
        .map_err(|_| AttestationError::SignatureInvalid)?;
    Ok(Verdict { attestation_type: AttestationType::SelfAttestation, trust_path: Vec::new() })
}

impl<'a> Members<'a> {
    fn parse(statement: &'a [u8]) -> Result<Self, AttestationError> {
        let (mut algorithm, mut signature, mut certificates) = (None, None, None);
        let mut reader = Reader::new(statement);
        for _ in 0..reader.map()? {
            match reader.key()? {
                Key::Text("alg") => algorithm = Some(Algorithm::from_cose(reader.int()?)?),
                Key::Text("sig") => signature = Some(reader.bytes()?),
                Key::Text("x5c") => certificates = Some(read_certificates(&mut reader)?),
                Key::Text("ecdaaKeyId") => return Err(AttestationError::Ecdaa),
                Key::Text(_) | Key::Int(_) => return Err(AttestationError::UnexpectedMember),
            }
        }
        let missing = |member| AttestationError::MissingMember { member };
        Ok(Self {
            algorithm: algorithm.ok_or(missing("alg"))?,
            signature: signature.ok_or(missing("sig"))?,
            certificates,
        })
    }
}

fn read_certificates<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, AttestationError> {
    let count = reader.array()?;
    if !(1..=MAX_CERTIFICATES).contains(&count) {
        return Err(AttestationError::CertificateCount);
    }
    (0..count).map(|_| Ok(reader.bytes()?)).collect()
}
