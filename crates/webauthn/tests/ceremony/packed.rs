//! §7.1 steps 21 and 22: `none` and `packed`.

use passgate_authenticator::{
    Algorithm as Offered, Attestation, Cbor, packed_certificate_params,
    rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa},
    sign_attestation_certificate,
};
use passgate_webauthn::{
    AttestationError, AttestationFormat, AttestationType, CborError, CertificateError, RegistrationError,
    UnsupportedAlgorithm,
};

use crate::{
    attesting::{attested, refusal, refused, with_object},
    harness::Ceremony,
};

/// What becomes of a registration whose certificate says what `change` makes of it.
fn with_certificate(change: impl FnOnce(&mut CertificateParams)) -> Option<RegistrationError> {
    let mut params = packed_certificate_params(*b"passgate-softkey");
    change(&mut params);
    refusal(attested(Attestation::PackedWith(vec![sign_attestation_certificate(&params)])))
}

#[test]
fn none_has_an_empty_statement() {
    let unexpected =
        with_object(Attestation::None, |object| object.get_mut("attStmt").set("alg", Cbor::Int(-7)));
    assert_eq!(unexpected, refused(AttestationError::UnexpectedMember));
    let no_map = with_object(Attestation::None, |object| object.set("attStmt", Cbor::Array(vec![])));
    assert_eq!(no_map, refused(CborError::UnexpectedType { expected: "a map" }));
}

#[test]
fn a_packed_statement_under_the_name_none_is_refused() {
    let renamed = with_object(Attestation::PackedSelf, |object| object.set("fmt", "none".into()));
    assert_eq!(renamed, refused(AttestationError::UnexpectedMember));
}

#[test]
fn safety_net_is_refused_by_name() {
    let format = AttestationFormat::AndroidSafetyNet;
    assert_eq!(
        with_object(Attestation::None, |object| object.set("fmt", "android-safetynet".into())),
        Some(RegistrationError::AttestationFormatUnsupported { format })
    );
}

#[test]
fn an_unknown_format_is_refused() {
    for change in [
        |object: &mut Cbor| object.set("fmt", "NONE".into()),
        |object: &mut Cbor| object.set("fmt", "".into()),
        |object: &mut Cbor| object.set("fmt", "packed2".into()),
    ] {
        assert_eq!(with_object(Attestation::None, change), Some(RegistrationError::AttestationFormatUnknown));
    }
}

#[test]
fn self_attestation_verifies_with_every_algorithm() {
    for algorithm in Offered::ALL {
        let registration = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.algorithm = algorithm;
            ceremony.authenticator.config.attestation = Attestation::PackedSelf;
        })
        .unwrap();
        assert_eq!(registration.attestation_format, AttestationFormat::Packed);
        assert_eq!(registration.attestation_type, AttestationType::SelfAttestation);
        assert_eq!(registration.trust_path, Vec::<Vec<u8>>::new());
    }
}

#[test]
fn a_batch_key_s_attestation_verifies_and_returns_its_certificates() {
    for algorithm in [Offered::Es256, Offered::EdDsa, Offered::Es512] {
        let registration = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.algorithm = algorithm;
            ceremony.authenticator.config.attestation = Attestation::PackedX5c;
        })
        .unwrap();
        assert_eq!(registration.attestation_format, AttestationFormat::Packed);
        assert_eq!(registration.attestation_type, AttestationType::Basic);
        assert_eq!(registration.trust_path.len(), 1);
    }
    let chain = vec![
        sign_attestation_certificate(&packed_certificate_params(*b"passgate-softkey")),
        passgate_authenticator::attestation_root(),
    ];
    assert_eq!(attested(Attestation::PackedWith(chain.clone())).unwrap().trust_path, chain);
}

#[test]
fn an_attestation_signature_must_be_by_the_attestation_s_key_over_what_was_sent() {
    for attestation in [Attestation::PackedSelf, Attestation::PackedX5c] {
        let outcome = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.attestation = attestation.clone();
            ceremony.authenticator.hooks.signed = Some(Box::new(|signed| signed[40] ^= 1));
        });
        assert_eq!(refusal(outcome), refused(AttestationError::SignatureInvalid));
        let emptied = with_object(attestation, |object| {
            object.get_mut("attStmt").set("sig", Cbor::Bytes(vec![]));
        });
        assert_eq!(emptied, refused(AttestationError::SignatureInvalid));
    }
}

#[test]
fn an_attestation_signature_covers_the_client_data() {
    for attestation in [Attestation::PackedSelf, Attestation::PackedX5c] {
        let outcome = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.attestation = attestation;
            // The end of what is signed is the hash of the client data.
            ceremony.authenticator.hooks.signed = Some(Box::new(|signed| *signed.last_mut().unwrap() ^= 1));
        });
        assert_eq!(refusal(outcome), refused(AttestationError::SignatureInvalid));
    }
}

#[test]
fn the_credential_s_key_does_not_stand_in_for_the_batch_key_nor_the_reverse() {
    let batch_as_self = with_object(Attestation::PackedX5c, |object| object.get_mut("attStmt").remove("x5c"));
    assert_eq!(batch_as_self, refused(AttestationError::SignatureInvalid));
    let self_as_batch = with_object(Attestation::PackedSelf, |object| {
        let certificate = sign_attestation_certificate(&packed_certificate_params(*b"passgate-softkey"));
        object.get_mut("attStmt").set("x5c", Cbor::Array(vec![Cbor::Bytes(certificate)]));
    });
    assert_eq!(self_as_batch, refused(AttestationError::SignatureInvalid));
}

#[test]
fn a_self_attestation_s_algorithm_is_the_credential_s() {
    let other =
        with_object(Attestation::PackedSelf, |object| object.get_mut("attStmt").set("alg", Cbor::Int(-8)));
    assert_eq!(other, refused(AttestationError::AlgorithmMismatch));
}

#[test]
fn an_attestation_s_algorithm_fits_its_key_and_is_one_that_is_verified() {
    let other =
        with_object(Attestation::PackedX5c, |object| object.get_mut("attStmt").set("alg", Cbor::Int(-257)));
    assert_eq!(other, refused(AttestationError::SignatureInvalid));
    let broken =
        with_object(Attestation::PackedX5c, |object| object.get_mut("attStmt").set("alg", Cbor::Int(-65535)));
    assert_eq!(broken, refused(UnsupportedAlgorithm::Rs1));
}

#[test]
fn a_packed_statement_has_its_members_and_no_others() {
    let change = |change: fn(&mut Cbor)| with_object(Attestation::PackedX5c, change);
    let missing = |member| refused(AttestationError::MissingMember { member });
    assert_eq!(change(|object| object.get_mut("attStmt").remove("alg")), missing("alg"));
    assert_eq!(change(|object| object.get_mut("attStmt").remove("sig")), missing("sig"));
    assert_eq!(
        change(|object| object.get_mut("attStmt").set("more", Cbor::Int(1))),
        refused(AttestationError::UnexpectedMember)
    );
    assert_eq!(
        change(|object| object.get_mut("attStmt").set("ecdaaKeyId", Cbor::Bytes(vec![1]))),
        refused(AttestationError::Ecdaa)
    );
    assert_eq!(
        change(|object| object.get_mut("attStmt").set("alg", "ES256".into())),
        refused(CborError::UnexpectedType { expected: "an integer" })
    );
    assert_eq!(
        change(|object| object.get_mut("attStmt").set("sig", "text".into())),
        refused(CborError::UnexpectedType { expected: "a byte string" })
    );
    assert_eq!(
        change(|object| object.get_mut("attStmt").set("x5c", Cbor::Bytes(vec![]))),
        refused(CborError::UnexpectedType { expected: "an array" })
    );
    assert_eq!(
        change(|object| object.set("attStmt", Cbor::Map(vec![]))),
        refused(AttestationError::MissingMember { member: "alg" })
    );
}

#[test]
fn there_are_one_to_eight_certificates() {
    assert_eq!(
        refusal(attested(Attestation::PackedWith(vec![]))),
        refused(AttestationError::CertificateCount)
    );
    assert_eq!(
        refusal(attested(Attestation::PackedWith(vec![vec![]; 9]))),
        refused(AttestationError::CertificateCount)
    );
}

#[test]
fn an_attestation_certificate_is_one_and_nothing_more() {
    let certificate = sign_attestation_certificate(&packed_certificate_params(*b"passgate-softkey"));
    let trailing = [&certificate[..], &[0]].concat();
    for malformed in [vec![], vec![0x30, 0x00], certificate[..certificate.len() - 1].to_vec(), trailing] {
        assert_eq!(
            refusal(attested(Attestation::PackedWith(vec![malformed]))),
            refused(CertificateError::Malformed)
        );
    }
}

#[test]
fn an_attestation_certificate_s_key_is_of_a_kind_and_curve_that_is_verified() {
    // `id-ecPublicKey`, which no signature's identifier begins with; P-256; an uncompressed point.
    const KIND: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const CURVE: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    const POINT: &[u8] = &[0x03, 0x42, 0x00, 0x04];
    // The tag and the length before the curve's name.
    const NAMED_CURVE: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    for (part, at, byte) in [
        (KIND, KIND.len() - 1, 0x7f),
        (CURVE, CURVE.len() - 1, 0x01),
        (POINT, POINT.len() - 1, 0x05),
        (NAMED_CURVE, 0, 0x04),
    ] {
        let mut certificate = sign_attestation_certificate(&packed_certificate_params(*b"passgate-softkey"));
        let position = certificate.windows(part.len()).position(|bytes| bytes == part).unwrap();
        certificate[position + at] = byte;
        assert_eq!(
            refusal(attested(Attestation::PackedWith(vec![certificate]))),
            refused(CertificateError::Key),
            "{part:x?}"
        );
    }
}

#[test]
fn an_attestation_certificate_is_of_version_3() {
    let mut certificate = sign_attestation_certificate(&packed_certificate_params(*b"passgate-softkey"));
    // `[0] { INTEGER 2 }` is version 3; 1 is version 2.
    let position = certificate.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
    certificate[position + 4] = 1;
    assert_eq!(
        refusal(attested(Attestation::PackedWith(vec![certificate]))),
        refused(CertificateError::Version)
    );
}

#[test]
fn an_attestation_certificate_s_subject_is_an_authenticator_vendor() {
    let refused = refused(CertificateError::Subject);
    assert_eq!(with_certificate(|_| {}), None);
    for change in [
        |subject: &mut DistinguishedName| assert!(subject.remove(DnType::CountryName)),
        |subject: &mut DistinguishedName| assert!(subject.remove(DnType::OrganizationName)),
        |subject: &mut DistinguishedName| assert!(subject.remove(DnType::CommonName)),
        |subject: &mut DistinguishedName| assert!(subject.remove(DnType::OrganizationalUnitName)),
        |subject: &mut DistinguishedName| {
            subject.push(DnType::OrganizationalUnitName, "authenticator attestation");
        },
    ] {
        assert_eq!(with_certificate(|params| change(&mut params.distinguished_name)), refused);
    }
}

#[test]
fn an_attestation_certificate_says_that_it_is_no_ca_s() {
    let refused = refused(CertificateError::BasicConstraints);
    assert_eq!(with_certificate(|params| params.is_ca = IsCa::NoCa), refused);
    assert_eq!(with_certificate(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), refused);
}

#[test]
fn an_attestation_certificate_s_aaguid_is_the_authenticator_s() {
    assert_eq!(with_certificate(|params| params.custom_extensions.clear()), None);
    assert_eq!(
        with_certificate(|params| *params = packed_certificate_params([7; 16])),
        refused(CertificateError::AaguidMismatch)
    );
}

#[test]
fn an_attestation_certificate_s_aaguid_extension_is_well_formed() {
    use passgate_authenticator::rcgen::CustomExtension;
    const OID: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
    let refused = refused(CertificateError::AaguidExtension);
    assert_eq!(with_certificate(|params| params.custom_extensions[0].set_criticality(true)), refused);
    assert_eq!(
        with_certificate(|params| {
            let bare = CustomExtension::from_oid_content(&OID, b"passgate-softkey".to_vec());
            params.custom_extensions = vec![bare];
        }),
        refused
    );
    assert_eq!(
        with_certificate(|params| {
            let short = CustomExtension::from_oid_content(&OID, [&[0x04, 0x0f][..], &[0; 15]].concat());
            params.custom_extensions = vec![short];
        }),
        refused
    );
    assert_eq!(
        with_certificate(|params| {
            let content = params.custom_extensions[0].content().to_vec();
            params.custom_extensions.push(CustomExtension::from_oid_content(&OID, content));
        }),
        refused
    );
}
