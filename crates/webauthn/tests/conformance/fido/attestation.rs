//! Attestation statements.

use std::sync::Arc;

use passgate_authenticator::{
    Algorithm, Attestation, AttestationCa, Cbor, attestation_root, ca_certificate_params,
    packed_certificate_params,
    rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, SignatureAlgorithm,
        date_time_ymd,
    },
    sign_attestation_certificate,
};
use passgate_webauthn::AttestationPolicy;

use super::{
    Outcome, flip_last,
    metadata::{listing, of_self_attestation, register_by, with_large_numbers},
    object, register, register_trusted, register_under, signature, statement, suite,
};
use crate::harness::Ceremony;

const AAGUID: [u8; 16] = *b"passgate-softkey";

/// A registration with this statement and this change.
fn attested(attestation: Attestation, change: impl FnOnce(&mut Ceremony)) -> Outcome {
    register(|ceremony| {
        ceremony.authenticator.config.attestation = attestation;
        change(ceremony);
    })
}

fn self_attested(algorithm: Algorithm) -> Outcome {
    attested(Attestation::PackedSelf, |ceremony| ceremony.authenticator.config.algorithm = algorithm)
}

/// A registration with full packed attestation by these certificates, that must lead to these anchors.
fn packed_with(certificates: Vec<Vec<u8>>, anchors: &[Vec<u8>]) -> Outcome {
    register_trusted(anchors, |ceremony| {
        ceremony.authenticator.config.attestation = Attestation::PackedWith(certificates);
    })
}

fn batch_params() -> CertificateParams {
    packed_certificate_params(AAGUID)
}

fn intermediate(change: impl FnOnce(&mut CertificateParams)) -> AttestationCa {
    let mut params = ca_certificate_params("Passgate Test Attestation CA");
    change(&mut params);
    AttestationCa::root().intermediate(params)
}

/// A batch certificate for another key than the batch key.
fn certificate_of_another_key(algorithm: &'static SignatureAlgorithm) -> Vec<u8> {
    let key = KeyPair::generate_for(algorithm).expect("a key");
    batch_params().self_signed(&key).expect("a certificate").der().to_vec()
}

/// Puts the first two certificates of `x5c` in the wrong order.
fn swap(statement: &mut Cbor) {
    let Cbor::Array(certificates) = statement.get_mut("x5c") else { panic!("no array") };
    certificates.swap(0, 1);
}

fn with_intermediate(ceremony: &mut Ceremony) {
    ceremony.authenticator.config.attestation_issuer = Some(Arc::new(intermediate(|_| {})));
}

pub(super) mod resp_4 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-4"
        p_2 Ok(()) => self_attested(Algorithm::Ps256);
        p_3 Ok(()) => self_attested(Algorithm::Ps384);
        p_4 Ok(()) => self_attested(Algorithm::Ps512);
        p_5 Ok(()) => self_attested(Algorithm::Rs256);
        p_6 Ok(()) => self_attested(Algorithm::Rs384);
        p_7 Ok(()) => self_attested(Algorithm::Rs512);
        // The tool's case of RS1 really sends ES256.
        p_8 Ok(()) => self_attested(Algorithm::Es256);
        p_9 Ok(()) => self_attested(Algorithm::Es256);
        p_10 Ok(()) => self_attested(Algorithm::Es384);
        p_11 Ok(()) => self_attested(Algorithm::Es512);
        p_12 Ok(()) => self_attested(Algorithm::EdDsa);
        !left_out
        p_1 "the tool sends nothing for ES256K, which is refused by name";
    }
}

pub(super) mod resp_5 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-5"
        p_1 Ok(()) => register(|_| {});
        p_2 Ok(()) => {
            let ca = intermediate(|_| {});
            packed_with(vec![ca.issue(&batch_params()), ca.der()], &[attestation_root()])
        };
        p_3 Ok(()) => {
            let batch = sign_attestation_certificate(&batch_params());
            packed_with(vec![batch.clone()], &[batch])
        };
        p_4 Ok(()) => {
            // BasicConstraints, critical, of a CA.
            let critical = [0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff];
            assert!(attestation_root().windows(critical.len()).any(|bytes| bytes == critical));
            packed_with(vec![sign_attestation_certificate(&batch_params())], &[attestation_root()])
        };
        f_1 Err("attestation_format_unknown") => register(object(|object| object.set("fmt", "unpacked".into())));
        f_2 Err("attestation_signature_invalid") => register(signature(flip_last));
        // What is left is a self attestation, by another key.
        f_3 Err("attestation_signature_invalid") => register(statement(|statement| statement.remove("x5c")));
        f_4 Err("attestation_statement_malformed") =>
            register(statement(|statement| statement.set("x5c", "text".into())));
        f_5 Err("attestation_certificate_count") =>
            register(statement(|statement| statement.set("x5c", Cbor::Array(vec![]))));
        f_6 Err("attestation_path_expired") => {
            let mut params = batch_params();
            params.not_after = date_time_ymd(2021, 1, 1);
            packed_with(vec![sign_attestation_certificate(&params)], &[attestation_root()])
        };
        f_7 Err("attestation_path_not_yet_valid") => {
            let mut params = batch_params();
            params.not_before = date_time_ymd(2100, 1, 1);
            packed_with(vec![sign_attestation_certificate(&params)], &[attestation_root()])
        };
        // Without metadata it is the statement's algorithm that the certificate's key doesn't fit.
        f_8 Err("attestation_signature_invalid") =>
            packed_with(vec![certificate_of_another_key(&PKCS_ECDSA_P384_SHA384)], &[attestation_root()]);
        f_9 Err("attestation_path_signature") => {
            let ca = intermediate(|_| {});
            let mut broken = ca.der();
            flip_last(&mut broken);
            packed_with(vec![ca.issue(&batch_params()), broken], &[attestation_root()])
        };
        f_10 Err("attestation_path_root_included") => {
            let ca = intermediate(|_| {});
            let path = vec![ca.issue(&batch_params()), ca.der(), attestation_root()];
            packed_with(path, &[attestation_root()])
        };
        f_11 Err("attestation_path_order") => {
            let ca = intermediate(|_| {});
            let lower = ca.intermediate(ca_certificate_params("Passgate Test Sub CA"));
            packed_with(vec![lower.issue(&batch_params()), ca.der(), lower.der()], &[attestation_root()])
        };
        f_12 Err("attestation_path_expired") => {
            let ca = intermediate(|params| params.not_after = date_time_ymd(2021, 1, 1));
            packed_with(vec![ca.issue(&batch_params()), ca.der()], &[attestation_root()])
        };
        f_13 Err("attestation_signature_invalid") =>
            packed_with(vec![certificate_of_another_key(&PKCS_ECDSA_P256_SHA256)], &[attestation_root()]);
        f_14 Err("attestation_signature_invalid") => {
            attested(Attestation::PackedSelf, statement(|statement| {
                let batch = sign_attestation_certificate(&batch_params());
                statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(batch)]));
            }))
        };
        p_5 Ok(()) => register_by(&listing(with_large_numbers()));
    }
}

pub(super) mod resp_6 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-6"
        p_1 Ok(()) => self_attested(Algorithm::Es256);
        f_1 Err("attestation_signature_invalid") => attested(Attestation::PackedSelf, signature(flip_last));
        f_3 Err("attestation_format_unknown") =>
            attested(Attestation::PackedSelf, object(|object| object.set("fmt", "unpacked".into())));
        f_2 Err("attestation_model_attestation_type") => register_by(&listing(of_self_attestation()));
    }
}

pub(super) mod resp_7 {
    use super::*;

    fn unasked(attestation: Attestation, change: impl FnOnce(&mut Ceremony)) -> Outcome {
        register_under(AttestationPolicy::None, |ceremony| {
            ceremony.authenticator.config.attestation = attestation;
            change(ceremony);
        })
    }

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-7"
        p_1 Ok(()) => unasked(Attestation::None, |_| {});
        p_2 Ok(()) => unasked(Attestation::PackedSelf, |_| {});
        f_1 Err("attestation_statement_member_unexpected") =>
            unasked(Attestation::PackedSelf, object(|object| object.set("fmt", "none".into())));
    }
}

pub(super) mod resp_8 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-8"
        p_1 Ok(()) =>
            attested(Attestation::FidoU2f, |ceremony| ceremony.authenticator.config.aaguid = [0; 16]);
        f_1 Ok(()) => attested(Attestation::FidoU2f, |ceremony| ceremony.authenticator.config.aaguid = AAGUID);
        f_2 Err("attestation_signature_invalid") => attested(Attestation::FidoU2f, signature(flip_last));
    }
}

pub(super) mod resp_9 {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-9"
        p_1 Ok(()) =>
            attested(Attestation::Tpm, |ceremony| ceremony.authenticator.config.algorithm = Algorithm::Rs256);
        p_2 Err("algorithm_rs1_refused") =>
            attested(Attestation::Tpm, statement(|statement| statement.set("alg", Cbor::Int(-65535))));
        p_4 Ok(()) => attested(Attestation::Tpm, |_| {});
        f_1 Err("attestation_certificate_subject_not_empty") => attested(Attestation::Tpm, |ceremony| {
            with_intermediate(ceremony);
            statement(swap)(ceremony);
        });
        f_2 Err("attestation_tpm_extra_data_mismatch") => attested(Attestation::Tpm, |ceremony| {
            ceremony.authenticator.hooks.signed = Some(Box::new(flip_last));
        });
        f_3 Err("attestation_tpm_magic") => attested(Attestation::Tpm, |ceremony| {
            ceremony.authenticator.hooks.certificate_info = Some(Box::new(|info| info[0] = 0));
        });
        f_4 Err("attestation_tpm_public_key_mismatch") => attested(Attestation::Tpm, |ceremony| {
            ceremony.authenticator.hooks.public_area = Some(Box::new(flip_last));
        });
    }
}

pub(super) mod resp_a {
    use super::*;

    suite! { "Server-ServerAuthenticatorAttestationResponse-Resp-A"
        p_1 Ok(()) => attested(Attestation::AndroidKey, |_| {});
        f_1 Err("attestation_android_challenge_mismatch") => attested(Attestation::AndroidKey, |ceremony| {
            let change = |description: &mut passgate_authenticator::KeyDescription| {
                flip_last(&mut description.challenge);
            };
            ceremony.authenticator.hooks.key_description = Some(Box::new(change));
        });
        f_2 Err("attestation_android_public_key_mismatch") =>
            attested(Attestation::PackedX5c, object(|object| object.set("fmt", "android-key".into())));
        f_3 Err("attestation_signature_invalid") => attested(Attestation::AndroidKey, |ceremony| {
            with_intermediate(ceremony);
            statement(swap)(ceremony);
        });
    }
}
