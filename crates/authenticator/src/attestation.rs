//! Attestation statements.

use aws_lc_rs::digest::{self, SHA256_OUTPUT_LEN};
use rcgen::CertificateParams;

use crate::{
    Algorithm, Attestation, AttestationCa, Cbor, Hooks, KeyDescription,
    certificates::{
        BATCH_KEY, aik_certificate_params, android_certificate_params, apple_certificate_params,
        packed_certificate_params, u2f_certificate_params,
    },
    key::PrivateKey,
    tpm,
};

/// What a statement is about, and who makes it.
pub(crate) struct Subject<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: &'a PrivateKey,
    pub(crate) aaguid: [u8; 16],
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) credential_id: &'a [u8],
    /// The authenticator data, followed by the hash of the client data.
    pub(crate) signed: &'a [u8],
    pub(crate) issuer: &'a AttestationCa,
    pub(crate) hooks: &'a mut Hooks,
}

/// Format and statement (WebAuthn §8).
pub(crate) fn statement(attestation: &Attestation, subject: &mut Subject<'_>) -> (&'static str, Cbor) {
    match attestation {
        Attestation::None => ("none", Cbor::Map(Vec::new())),
        Attestation::PackedSelf => {
            let signature = subject.sign(subject.key, subject.signed);
            ("packed", signed_by(subject.algorithm, signature))
        }
        Attestation::PackedX5c => {
            let certificates = subject.certificates(packed_certificate_params(subject.aaguid), &BATCH_KEY);
            ("packed", packed(subject, certificates))
        }
        Attestation::PackedWith(certificates) => ("packed", packed(subject, certificates.clone())),
        Attestation::FidoU2f => ("fido-u2f", fido_u2f(subject)),
        Attestation::Tpm => ("tpm", tpm_statement(subject)),
        Attestation::AndroidKey => ("android-key", android_key(subject)),
        Attestation::Apple => {
            let nonce = digest::digest(&digest::SHA256, subject.signed);
            let params = apple_certificate_params(nonce.as_ref());
            let x5c = x5c(subject.certificates(params, subject.key));
            ("apple", Cbor::Map(vec![("x5c".into(), x5c)]))
        }
        Attestation::Compound(parts) => {
            let parts = parts.iter().map(|part| {
                let (format, statement) = statement(part, subject);
                Cbor::Map(vec![("fmt".into(), format.into()), ("attStmt".into(), statement)])
            });
            ("compound", Cbor::Array(parts.collect()))
        }
    }
}

impl Subject<'_> {
    fn sign(&mut self, key: &PrivateKey, message: &[u8]) -> Vec<u8> {
        let mut signature = key.sign(message);
        Hooks::run(&mut self.hooks.signature, &mut signature);
        signature
    }

    /// A certificate for `key`, and those above it.
    fn certificates(&mut self, mut params: CertificateParams, key: &PrivateKey) -> Vec<Vec<u8>> {
        Hooks::run(&mut self.hooks.attestation_certificate, &mut params);
        let mut certificates = vec![self.issuer.issue_for(&params, key)];
        certificates.extend_from_slice(self.issuer.chain());
        certificates
    }

    fn client_data_hash(&self) -> &[u8] {
        &self.signed[self.signed.len() - SHA256_OUTPUT_LEN..]
    }
}

/// §8.2.
fn packed(subject: &mut Subject<'_>, certificates: Vec<Vec<u8>>) -> Cbor {
    let mut statement = signed_by(Algorithm::Es256, subject.sign(&BATCH_KEY, subject.signed));
    statement.set("x5c", x5c(certificates));
    statement
}

/// §8.6.
fn fido_u2f(subject: &mut Subject<'_>) -> Cbor {
    let mut cose = subject.key.to_cose();
    let (Cbor::Bytes(x), Cbor::Bytes(y)) = (cose.get_mut(-2).clone(), cose.get_mut(-3).clone()) else {
        panic!("a U2F key is on P-256");
    };
    let message = [
        &[0x00],
        &subject.rp_id_hash[..],
        subject.client_data_hash(),
        subject.credential_id,
        &[0x04],
        &x,
        &y,
    ]
    .concat();
    let certificates = subject.certificates(u2f_certificate_params(), &BATCH_KEY);
    let signature = subject.sign(&BATCH_KEY, &message);
    Cbor::Map(vec![("x5c".into(), x5c(certificates)), ("sig".into(), Cbor::Bytes(signature))])
}

/// §8.3.
fn tpm_statement(subject: &mut Subject<'_>) -> Cbor {
    let mut public_area = tpm::public_area(&mut subject.key.to_cose());
    Hooks::run(&mut subject.hooks.public_area, &mut public_area);
    let extra_data = digest::digest(&digest::SHA256, subject.signed);
    let mut info = tpm::certify_info(extra_data.as_ref(), &public_area);
    Hooks::run(&mut subject.hooks.certificate_info, &mut info);
    let certificates = subject.certificates(aik_certificate_params(), &BATCH_KEY);
    let mut statement = Cbor::Map(vec![("ver".into(), "2.0".into())]);
    statement.set("alg", Cbor::Int(Algorithm::Es256.cose_id()));
    statement.set("x5c", x5c(certificates));
    statement.set("sig", Cbor::Bytes(subject.sign(&BATCH_KEY, &info)));
    statement.set("certInfo", Cbor::Bytes(info));
    statement.set("pubArea", Cbor::Bytes(public_area));
    statement
}

/// §8.4.
fn android_key(subject: &mut Subject<'_>) -> Cbor {
    let mut description = KeyDescription::new(subject.client_data_hash());
    Hooks::run(&mut subject.hooks.key_description, &mut description);
    let certificates = subject.certificates(android_certificate_params(&description), subject.key);
    let mut statement = signed_by(subject.algorithm, subject.sign(subject.key, subject.signed));
    statement.set("x5c", x5c(certificates));
    statement
}

fn signed_by(algorithm: Algorithm, signature: Vec<u8>) -> Cbor {
    Cbor::Map(vec![("alg".into(), Cbor::Int(algorithm.cose_id())), ("sig".into(), Cbor::Bytes(signature))])
}

fn x5c(certificates: Vec<Vec<u8>>) -> Cbor {
    Cbor::Array(certificates.into_iter().map(Cbor::Bytes).collect())
}
