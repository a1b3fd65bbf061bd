//! The members that attestation statements are made of (§8.2 to §8.8).

use super::AttestationError;
use crate::{
    Algorithm,
    cbor::{Key, Reader},
};

/// The most certificates of one statement (own check; real chains have up to five).
const MAX_CERTIFICATES: u64 = 8;

/// The members of a statement, as far as it has them.
#[derive(Default)]
pub(super) struct Members<'a> {
    algorithm: Option<Algorithm>,
    signature: Option<&'a [u8]>,
    certificates: Option<Vec<&'a [u8]>>,
    version: Option<&'a str>,
    certificate_info: Option<&'a [u8]>,
    public_area: Option<&'a [u8]>,
}

impl<'a> Members<'a> {
    /// Reads a statement that has no members but `allowed`.
    pub(super) fn read(statement: &'a [u8], allowed: &[&str]) -> Result<Self, AttestationError> {
        let mut members = Self::default();
        let mut reader = Reader::new(statement);
        for _ in 0..reader.map()? {
            let Key::Text(name) = reader.key()? else { return Err(AttestationError::UnexpectedMember) };
            if name == "ecdaaKeyId" {
                return Err(AttestationError::Ecdaa);
            }
            if !allowed.contains(&name) {
                return Err(AttestationError::UnexpectedMember);
            }
            match name {
                "alg" => members.algorithm = Some(Algorithm::from_cose(reader.int()?)?),
                "sig" => members.signature = Some(reader.bytes()?),
                "x5c" => members.certificates = Some(read_certificates(&mut reader)?),
                "ver" => members.version = Some(reader.text()?),
                "certInfo" => members.certificate_info = Some(reader.bytes()?),
                "pubArea" => members.public_area = Some(reader.bytes()?),
                _ => return Err(AttestationError::UnexpectedMember),
            }
        }
        Ok(members)
    }

    pub(super) fn algorithm(&self) -> Result<Algorithm, AttestationError> {
        required(self.algorithm, "alg")
    }

    pub(super) fn signature(&self) -> Result<&'a [u8], AttestationError> {
        required(self.signature, "sig")
    }

    /// One certificate at least, the attestation's own first.
    pub(super) fn certificates(&self) -> Result<&[&'a [u8]], AttestationError> {
        required(self.certificates.as_deref(), "x5c")
    }

    pub(super) const fn has_certificates(&self) -> bool {
        self.certificates.is_some()
    }

    pub(super) fn version(&self) -> Result<&'a str, AttestationError> {
        required(self.version, "ver")
    }

    pub(super) fn certificate_info(&self) -> Result<&'a [u8], AttestationError> {
        required(self.certificate_info, "certInfo")
    }

    pub(super) fn public_area(&self) -> Result<&'a [u8], AttestationError> {
        required(self.public_area, "pubArea")
    }
}

fn required<T>(value: Option<T>, member: &'static str) -> Result<T, AttestationError> {
    value.ok_or(AttestationError::MissingMember { member })
}

fn read_certificates<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, AttestationError> {
    let count = reader.array()?;
    if !(1..=MAX_CERTIFICATES).contains(&count) {
        return Err(AttestationError::CertificateCount);
    }
    (0..count).map(|_| Ok(reader.bytes()?)).collect()
}
