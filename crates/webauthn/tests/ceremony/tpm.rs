//! §8.3.

use passgate_authenticator::{
    Algorithm as Offered, Attestation, Cbor,
    rcgen::{
        BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
        ExtendedKeyUsagePurpose, IsCa, KeyPair, PKCS_ED25519, SigningKey,
    },
    tpm_name,
};
use passgate_webauthn::{
    AttestationError, AttestationFormat, AttestationType, CborError, CertificateError, RegistrationError,
    TpmError, UnsupportedAlgorithm,
};

use crate::{
    attesting::{refused, with_certificate, with_hooks},
    harness::Ceremony,
};

/// Where `pubArea` of a P-256 key has: `nameAlg`, symmetric algorithm, curve, the length of `x`.
const NAME_ALGORITHM: usize = 3;
const SYMMETRIC: usize = 11;
const CURVE: usize = 15;
const X: usize = 20;
/// Where `certInfo` has: the extra data, the name.
const EXTRA_DATA: usize = 6 + 2 + 34 + 2;
const NAME: usize = EXTRA_DATA + 32 + 25 + 2;

fn statement(change: fn(&mut Cbor)) -> Option<RegistrationError> {
    with_hooks(Attestation::Tpm, |hooks| {
        hooks.attestation_object = Some(Box::new(move |object| change(object.get_mut("attStmt"))));
    })
}

fn public_area(change: fn(&mut Vec<u8>)) -> Option<RegistrationError> {
    with_hooks(Attestation::Tpm, |hooks| hooks.public_area = Some(Box::new(change)))
}

fn info(change: fn(&mut Vec<u8>)) -> Option<RegistrationError> {
    with_hooks(Attestation::Tpm, |hooks| hooks.certificate_info = Some(Box::new(change)))
}

#[test]
fn a_tpm_s_attestation_verifies_for_ecc_and_rsa_keys() {
    for algorithm in [Offered::Es256, Offered::Es384, Offered::Es512, Offered::Rs256, Offered::Ps256] {
        let registration = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.algorithm = algorithm;
            ceremony.authenticator.config.attestation = Attestation::Tpm;
        })
        .unwrap();
        assert_eq!(registration.attestation_format, AttestationFormat::Tpm);
        assert_eq!(registration.attestation_type, AttestationType::AttestationCa);
        assert_eq!(registration.trust_path.len(), 1);
    }
}

#[test]
fn a_tpm_statement_has_its_members_and_no_others() {
    let missing = |member| refused(AttestationError::MissingMember { member });
    assert_eq!(statement(|statement| statement.remove("ver")), missing("ver"));
    assert_eq!(statement(|statement| statement.remove("alg")), missing("alg"));
    assert_eq!(statement(|statement| statement.remove("x5c")), missing("x5c"));
    assert_eq!(statement(|statement| statement.remove("sig")), missing("sig"));
    assert_eq!(statement(|statement| statement.remove("certInfo")), missing("certInfo"));
    assert_eq!(statement(|statement| statement.remove("pubArea")), missing("pubArea"));
    let more = statement(|statement| statement.set("more", Cbor::Int(1)));
    assert_eq!(more, refused(AttestationError::UnexpectedMember));
    let ecdaa = statement(|statement| statement.set("ecdaaKeyId", Cbor::Bytes(vec![1])));
    assert_eq!(ecdaa, refused(AttestationError::Ecdaa));
}

#[test]
fn a_tpm_statement_s_members_have_their_types() {
    let malformed = |expected| refused(AttestationError::Cbor(CborError::UnexpectedType { expected }));
    assert_eq!(statement(|statement| statement.set("ver", Cbor::Int(2))), malformed("a text"));
    assert_eq!(statement(|statement| statement.set("certInfo", "text".into())), malformed("a byte string"));
    assert_eq!(statement(|statement| statement.set("pubArea", "text".into())), malformed("a byte string"));
    let certificates = statement(|statement| statement.set("x5c", Cbor::Array(vec!["text".into()])));
    assert_eq!(certificates, malformed("a byte string"));
}

#[test]
fn a_tpm_signs_with_an_algorithm_that_has_a_hash_of_its_own() {
    // Ed25519 hashes inside, so nothing says what `extraData` would be: all else about this statement holds.
    let outcome = statement(|statement| {
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.is_ca = IsCa::ExplicitNoCa;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![2, 23, 133, 8, 3])];
        params.custom_extensions = vec![tpm_name(&["id:FFFFF1D0", "Passgate Test TPM", "id:00020008"])];
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        let Cbor::Bytes(info) = statement.get_mut("certInfo") else { unreachable!() };
        let signature = key.sign(info).unwrap();
        statement.set("alg", Cbor::Int(-8));
        statement.set("sig", Cbor::Bytes(signature));
        statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(certificate)]));
    });
    assert_eq!(outcome, refused(TpmError::HashAlgorithm));
}

#[test]
fn a_tpm_statement_is_of_version_2_0_and_not_of_sha_1() {
    let version = statement(|statement| statement.set("ver", "1.2".into()));
    assert_eq!(version, refused(TpmError::Version));
    let broken = statement(|statement| statement.set("alg", Cbor::Int(-65535)));
    assert_eq!(broken, refused(UnsupportedAlgorithm::Rs1));
}

#[test]
fn a_public_area_is_a_signing_key_and_nothing_more() {
    let malformed = refused(TpmError::PublicAreaMalformed);
    assert_eq!(public_area(|area| area.push(0)), malformed);
    assert_eq!(public_area(|area| area.truncate(area.len() - 1)), malformed);
    assert_eq!(public_area(Vec::clear), malformed);
    assert_eq!(public_area(|area| area[1] = 0x08), malformed);
    // A storage key, which encrypts.
    assert_eq!(public_area(|area| area[SYMMETRIC] = 0x06), malformed);
}

#[test]
fn a_public_area_with_a_scheme_verifies() {
    // ECDSA with SHA-256, in the place of no scheme.
    let scheme = public_area(|area| drop(area.splice(12..14, [0x00, 0x18, 0x00, 0x0b])));
    assert_eq!(scheme, None);
    let unknown = public_area(|area| area[13] = 0x7f);
    assert_eq!(unknown, refused(TpmError::PublicAreaMalformed));
}

#[test]
fn a_public_area_s_coordinates_are_numbers_whatever_their_leading_zeros() {
    let padded = public_area(|area| {
        area[X - 1] += 1;
        area.insert(X, 0);
    });
    assert_eq!(padded, None);
}

#[test]
fn a_public_area_is_the_credential_s_key() {
    let mismatch = refused(TpmError::PublicKeyMismatch);
    assert_eq!(public_area(|area| area[X] ^= 1), mismatch);
    assert_eq!(public_area(|area| *area.last_mut().unwrap() ^= 1), mismatch);
    assert_eq!(public_area(|area| area[CURVE] = 4), mismatch);
    let exponent = Ceremony::register_after(|ceremony| {
        ceremony.authenticator.config.attestation = Attestation::Tpm;
        ceremony.authenticator.config.algorithm = Offered::Rs256;
        ceremony.authenticator.hooks.public_area = Some(Box::new(|area| area[19] = 3));
    });
    assert_eq!(crate::attesting::refusal(exponent), mismatch);
}

#[test]
fn a_tpm_s_signature_is_by_the_certificate_s_key_over_what_was_certified() {
    let invalid = refused(AttestationError::SignatureInvalid);
    let signature = with_hooks(Attestation::Tpm, |hooks| {
        hooks.signature = Some(Box::new(|signature| *signature.last_mut().unwrap() ^= 1));
    });
    assert_eq!(signature, invalid);
    let after = statement(|statement| {
        let Cbor::Bytes(info) = statement.get_mut("certInfo") else { unreachable!() };
        info[EXTRA_DATA] ^= 1;
    });
    assert_eq!(after, invalid);
    assert_eq!(statement(|statement| statement.set("alg", Cbor::Int(-257))), invalid);
}

#[test]
fn what_a_tpm_certified_was_made_by_a_tpm_about_a_key() {
    assert_eq!(info(|info| info[0] = 0), refused(TpmError::Magic));
    assert_eq!(info(|info| info[5] = 0x14), refused(TpmError::AttestationType));
    let malformed = refused(TpmError::CertificateInfoMalformed);
    assert_eq!(info(|info| info.push(0)), malformed);
    assert_eq!(info(|info| info.truncate(info.len() - 1)), malformed);
    assert_eq!(info(|info| info.truncate(5)), malformed);
    assert_eq!(info(|info| info.truncate(3)), malformed);
}

#[test]
fn what_a_tpm_certified_is_of_this_registration() {
    let mismatch = refused(TpmError::ExtraDataMismatch);
    assert_eq!(info(|info| info[EXTRA_DATA] ^= 1), mismatch);
    let other = with_hooks(Attestation::Tpm, |hooks| {
        hooks.signed = Some(Box::new(|signed| *signed.last_mut().unwrap() ^= 1));
    });
    assert_eq!(other, mismatch);
}

#[test]
fn what_a_tpm_certified_is_the_key_of_the_public_area() {
    let mismatch = refused(TpmError::NameMismatch);
    assert_eq!(info(|info| info[NAME + 2] ^= 1), mismatch);
    assert_eq!(info(|info| info[NAME + 1] = 0x0c), mismatch);
    // The name is still SHA-256's.
    assert_eq!(public_area(|area| area[NAME_ALGORITHM] = 0x0c), mismatch);
    // SHA-1.
    assert_eq!(public_area(|area| area[NAME_ALGORITHM] = 0x04), refused(TpmError::NameAlgorithm));
}

#[test]
fn a_tpm_certificate_is_of_version_3() {
    let version = statement(|statement| {
        let Cbor::Array(certificates) = statement.get_mut("x5c") else { unreachable!() };
        let Cbor::Bytes(certificate) = &mut certificates[0] else { unreachable!() };
        let position = certificate.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
        certificate[position + 4] = 1;
    });
    assert_eq!(version, refused(CertificateError::Version));
}

#[test]
fn a_tpm_certificate_s_subject_is_empty_and_its_alternative_name_says_which_tpm() {
    let change = |change| with_certificate(Attestation::Tpm, change);
    assert_eq!(
        change(|params| params.distinguished_name.push(DnType::CommonName, "TPM")),
        refused(CertificateError::SubjectNotEmpty)
    );
    let refusal = refused(CertificateError::SubjectAlternativeName);
    assert_eq!(change(|params| params.custom_extensions.clear()), refusal);
    assert_eq!(change(|params| params.custom_extensions[0].set_criticality(false)), refusal);
    assert_eq!(change(|params| params.custom_extensions = vec![tpm_name(&[])]), refusal);
    assert_eq!(change(|params| params.custom_extensions = vec![tpm_name(&["id:FFFFF1D0", "TPM"])]), refusal);
    assert_eq!(
        change(|params| params.custom_extensions = vec![tpm_name(&["FFFFF1D0", "TPM", "id:2"])]),
        refusal
    );
    for manufacturer in ["id:FFFF", "id:vendor++"] {
        let refused = with_hooks(Attestation::Tpm, |hooks| {
            hooks.attestation_certificate = Some(Box::new(move |params| {
                params.custom_extensions = vec![tpm_name(&[manufacturer, "TPM", "id:2"])];
            }));
        });
        assert_eq!(refused, refusal);
    }
    assert_eq!(
        change(|params| params.custom_extensions = vec![tpm_name(&["id:FFFFF1D0", "", "id:2"])]),
        refusal
    );
    assert_eq!(
        change(|params| params.custom_extensions = vec![tpm_name(&["id:FFFFF1D0", "TPM", "2"])]),
        refusal
    );
}

#[test]
fn a_tpm_certificate_s_usage_is_an_attestation_key_s_and_it_is_no_ca_s() {
    let change = |change| with_certificate(Attestation::Tpm, change);
    let usage = refused(CertificateError::ExtendedKeyUsage);
    assert_eq!(change(|params| params.extended_key_usages.clear()), usage);
    assert_eq!(
        change(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
        usage
    );
    let constraints = refused(CertificateError::BasicConstraints);
    assert_eq!(change(|params| params.is_ca = IsCa::NoCa), constraints);
    assert_eq!(change(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), constraints);
}

#[test]
fn a_tpm_certificate_s_aaguid_is_the_authenticator_s_where_it_has_one() {
    fn with(aaguid: [u8; 16]) -> CustomExtension {
        let oid = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
        CustomExtension::from_oid_content(&oid, [&[0x04, 0x10][..], &aaguid].concat())
    }
    let change = |change| with_certificate(Attestation::Tpm, change);
    assert_eq!(change(|params| params.custom_extensions.push(with(*b"passgate-softkey"))), None);
    assert_eq!(
        change(|params| params.custom_extensions.push(with([7; 16]))),
        refused(CertificateError::AaguidMismatch)
    );
}
