//! §7.1 steps 23 and 24.

use std::sync::Arc;

use passgate_authenticator::{
    Attestation, AttestationCa, ca_certificate_params, packed_certificate_params,
    rcgen::{
        BasicConstraints, CertificateParams, CustomExtension, IsCa, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384,
        PKCS_ECDSA_P521_SHA256, PKCS_ECDSA_P521_SHA512, PKCS_ED25519, date_time_ymd,
    },
};
use passgate_webauthn::{
    AttestationPolicy, AttestationType, RegistrationError, TrustAnchor, TrustAnchorError, TrustError,
    VerifiedRegistration,
};

use crate::harness::{Ceremony, Failure};

/// The years that certificates of the tests are valid in are 2020 to 2119.
const NOW: i64 = 1_800_000_000;

fn anchor(der: &[u8]) -> TrustAnchor {
    TrustAnchor::from_der(der).expect("a certificate")
}

fn root() -> Vec<TrustAnchor> {
    vec![anchor(&passgate_authenticator::attestation_root())]
}

/// A registration with this statement, its certificate issued by `issuer`, under the policy that trusts these.
fn trusted_at(
    attestation: Attestation,
    issuer: Option<AttestationCa>,
    anchors: &[TrustAnchor],
    now: i64,
) -> Result<VerifiedRegistration, TrustError> {
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.config.attestation = attestation;
    ceremony.authenticator.config.attestation_issuer = issuer.map(Arc::new);
    let credential = ceremony.create();
    let policy = AttestationPolicy::Trusted { anchors };
    ceremony.verify_registration_under(&credential, policy, now).map_err(|failure| match failure {
        Failure::Registration(RegistrationError::Untrusted(error)) => error,
        other => panic!("another failure: {other:?}"),
    })
}

fn refusal(
    attestation: Attestation,
    issuer: Option<AttestationCa>,
    anchors: &[TrustAnchor],
) -> Option<TrustError> {
    trusted_at(attestation, issuer, anchors, NOW).err()
}

fn intermediate(change: impl FnOnce(&mut CertificateParams)) -> AttestationCa {
    let mut params = ca_certificate_params("Passgate Test Attestation CA");
    change(&mut params);
    AttestationCa::root().intermediate(params)
}

/// The formats with certificates: `webpki` checks the paths of all but TPMs'.
fn certified() -> [Attestation; 5] {
    [
        Attestation::PackedX5c,
        Attestation::AndroidKey,
        Attestation::Apple,
        Attestation::FidoU2f,
        Attestation::Tpm,
    ]
}

/// One whose path `webpki` checks, and one whose path is checked here.
fn both_checks() -> [Attestation; 2] {
    [Attestation::PackedX5c, Attestation::Tpm]
}

#[test]
fn a_path_to_an_anchor_is_trusted_with_and_without_an_intermediate() {
    let other = AttestationCa::new_root(ca_certificate_params("Another Root"));
    let anchors = [vec![anchor(&other.der())], root()].concat();
    for attestation in certified() {
        assert_eq!(refusal(attestation.clone(), None, &anchors), None, "{attestation:?}");
        if attestation != Attestation::FidoU2f {
            let registration = trusted_at(attestation.clone(), Some(intermediate(|_| {})), &anchors, NOW);
            assert_eq!(registration.unwrap().trust_path.len(), 2, "{attestation:?}");
        }
    }
}

#[test]
fn an_intermediate_or_the_attestation_key_itself_may_be_an_anchor() {
    for attestation in both_checks() {
        let issuer = intermediate(|_| {});
        let anchors = [anchor(&issuer.der())];
        assert_eq!(refusal(attestation.clone(), Some(issuer), &anchors), None);
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.attestation = attestation;
        let credential = ceremony.create();
        let leaf = ceremony.verify_registration(&credential).unwrap().trust_path.remove(0);
        let anchors = [anchor(&leaf)];
        let policy = AttestationPolicy::Trusted { anchors: &anchors };
        assert!(ceremony.verify_registration_under(&credential, policy, NOW).is_ok());
        let expired = ceremony.verify_registration_under(&credential, policy, i64::MAX);
        assert_eq!(expired, Err(Failure::Registration(TrustError::Expired.into())));
    }
}

#[test]
fn what_leads_elsewhere_is_not_trusted() {
    let other = AttestationCa::new_root(ca_certificate_params("Another Root"));
    // The name of the root, with another key.
    let impostor = AttestationCa::new_root(ca_certificate_params("Passgate Test Attestation Root"));
    for attestation in certified() {
        assert_eq!(refusal(attestation.clone(), None, &[]), Some(TrustError::UnknownIssuer));
        let elsewhere = [anchor(&other.der())];
        assert_eq!(refusal(attestation.clone(), None, &elsewhere), Some(TrustError::UnknownIssuer));
        let impostor = [anchor(&impostor.der())];
        assert_eq!(refusal(attestation.clone(), None, &impostor), Some(TrustError::Signature));
    }
}

#[test]
fn every_certificate_must_be_signed_by_the_next() {
    for attestation in both_checks() {
        let genuine = intermediate(|_| {});
        // The name of the intermediate, with another key, and the certificate of the genuine one.
        let impostor = AttestationCa::new_root(ca_certificate_params("Passgate Test Attestation CA"));
        let impostor = impostor.with_chain(genuine.chain().to_vec());
        assert_eq!(refusal(attestation.clone(), Some(impostor), &root()), Some(TrustError::Signature));
        let mut chain = genuine.chain().to_vec();
        *chain[0].last_mut().unwrap() ^= 1;
        let changed = genuine.with_chain(chain);
        assert_eq!(refusal(attestation, Some(changed), &root()), Some(TrustError::Signature));
    }
}

#[test]
fn an_issuer_may_sign_with_each_algorithm_of_its_curve() {
    let ca = |algorithm| {
        let params = ca_certificate_params("Passgate Test Attestation CA");
        AttestationCa::root().intermediate_with(params, algorithm)
    };
    for attestation in both_checks() {
        for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ECDSA_P521_SHA512, &PKCS_ED25519] {
            assert_eq!(refusal(attestation.clone(), Some(ca(algorithm)), &root()), None, "{algorithm:?}");
        }
    }
    // A TPM vendor's chain has each curve with the hash of its size.
    let mixed = refusal(Attestation::Tpm, Some(ca(&PKCS_ECDSA_P521_SHA256)), &root());
    assert_eq!(mixed, Some(TrustError::SignatureAlgorithm));
}

#[test]
fn an_issuer_of_a_tpm_s_certificate_is_of_version_3_and_names_its_signature_twice_alike() {
    let with = |change: fn(&mut Vec<u8>)| {
        let ca = intermediate(|_| {});
        let mut chain = ca.chain().to_vec();
        change(&mut chain[0]);
        refusal(Attestation::Tpm, Some(ca.with_chain(chain)), &root())
    };
    let version_2 = with(|der| {
        let position = der.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
        der[position + 4] = 1;
    });
    assert_eq!(version_2, Some(TrustError::Constraint));
    let other_algorithm = with(|der| {
        let oid = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
        let position = der.windows(8).rposition(|bytes| bytes == oid).unwrap();
        der[position + 7] = 3;
    });
    assert_eq!(other_algorithm, Some(TrustError::Malformed));
}

#[test]
fn an_attestation_without_certificates_is_not_trusted() {
    let uncertified = Attestation::Compound(vec![Attestation::None, Attestation::PackedSelf]);
    for attestation in [Attestation::None, Attestation::PackedSelf, uncertified] {
        assert_eq!(refusal(attestation, None, &root()), Some(TrustError::NotCertified));
    }
}

#[test]
fn of_a_compound_statement_one_path_is_enough() {
    let both = || Attestation::Compound(vec![Attestation::PackedSelf, Attestation::Tpm]);
    let registration = trusted_at(both(), None, &root(), NOW).unwrap();
    assert_eq!(registration.attestation_type, AttestationType::AttestationCa);
    assert_eq!(refusal(both(), None, &[]), Some(TrustError::UnknownIssuer));
}

#[test]
fn every_certificate_must_be_valid_now() {
    for attestation in both_checks() {
        let at = |now| trusted_at(attestation.clone(), None, &root(), now).err();
        assert_eq!(at(1_577_836_799), Some(TrustError::NotYetValid));
        assert_eq!(at(1_577_836_800), None);
        assert_eq!(at(4_733_510_400), None);
        assert_eq!(at(4_733_510_401), Some(TrustError::Expired));
        assert_eq!(at(i64::MIN), Some(TrustError::NotYetValid));
        let expired = intermediate(|params| params.not_after = date_time_ymd(2021, 1, 1));
        assert_eq!(refusal(attestation.clone(), Some(expired), &root()), Some(TrustError::Expired));
        let future = intermediate(|params| params.not_before = date_time_ymd(2100, 1, 1));
        assert_eq!(refusal(attestation, Some(future), &root()), Some(TrustError::NotYetValid));
    }
}

#[test]
fn an_issuer_must_be_a_ca_s_that_may_issue_so_many() {
    for attestation in both_checks() {
        let with = |issuer| refusal(attestation.clone(), Some(issuer), &root());
        assert_eq!(
            with(intermediate(|params| params.is_ca = IsCa::ExplicitNoCa)),
            Some(TrustError::Constraint)
        );
        assert_eq!(
            with(intermediate(|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature])),
            Some(TrustError::Constraint)
        );
        let last = |params: &mut CertificateParams| params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        assert_eq!(with(intermediate(last)), None);
        let below = intermediate(last).intermediate(ca_certificate_params("Passgate Test Sub CA"));
        assert_eq!(with(below), Some(TrustError::Constraint));
    }
}

#[test]
fn an_unknown_critical_extension_is_refused_and_a_tpm_s_critical_policies_are_not() {
    let critical = |oid: &[u64]| {
        let mut extension =
            CustomExtension::from_oid_content(oid, vec![0x30, 0x06, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x03]);
        extension.set_criticality(true);
        intermediate(|params| params.custom_extensions.push(extension))
    };
    for attestation in both_checks() {
        let unknown = refusal(attestation, Some(critical(&[1, 2, 3, 4])), &root());
        assert_eq!(unknown, Some(TrustError::CriticalExtension));
    }
    let constrained = |params: &mut CertificateParams| {
        // Critical or not: `NameConstraints` of nothing but a permitted "example.com".
        let value = vec![
            0x30, 0x11, 0xa0, 0x0f, 0x30, 0x0d, 0x82, 0x0b, 101, 120, 97, 109, 112, 108, 101, 46, 99, 111,
            109,
        ];
        let extension = CustomExtension::from_oid_content(&[2, 5, 29, 30], value);
        params.custom_extensions.push(extension);
    };
    let constrained = refusal(Attestation::Tpm, Some(intermediate(constrained)), &root());
    assert_eq!(constrained, Some(TrustError::CriticalExtension));
    let policies = [2, 5, 29, 32];
    assert_eq!(refusal(Attestation::Tpm, Some(critical(&policies)), &root()), None);
    assert_eq!(
        refusal(Attestation::PackedX5c, Some(critical(&policies)), &root()),
        Some(TrustError::CriticalExtension)
    );
}

#[test]
fn certificates_come_in_order_and_a_packed_statement_s_without_the_root() {
    let leaf = |issuer: &AttestationCa| issuer.issue(&packed_certificate_params(*b"passgate-softkey"));
    let middle = intermediate(|_| {});
    let lower = middle.intermediate(ca_certificate_params("Passgate Test Sub CA"));
    let root_der = passgate_authenticator::attestation_root();
    let with = |certificates| refusal(Attestation::PackedWith(certificates), None, &root());
    assert_eq!(with(vec![leaf(&lower), lower.der(), middle.der()]), None);
    assert_eq!(with(vec![leaf(&lower), middle.der(), lower.der()]), Some(TrustError::Order));
    assert_eq!(with(vec![leaf(&lower), lower.der()]), Some(TrustError::UnknownIssuer));
    assert_eq!(with(vec![leaf(&middle), middle.der(), root_der]), Some(TrustError::RootIncluded));
    assert_eq!(with(vec![leaf(&middle), vec![0x30]]), Some(TrustError::Malformed));
}

#[test]
fn a_policy_of_none_verifies_and_keeps_no_certificate() {
    for (attestation, kind) in [
        (Attestation::None, AttestationType::None),
        (Attestation::PackedSelf, AttestationType::SelfAttestation),
        (Attestation::PackedX5c, AttestationType::None),
        (
            Attestation::Compound(vec![Attestation::Tpm, Attestation::PackedSelf]),
            AttestationType::SelfAttestation,
        ),
    ] {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.attestation = attestation;
        let credential = ceremony.create();
        let registration =
            ceremony.verify_registration_under(&credential, AttestationPolicy::None, NOW).unwrap();
        assert_eq!(registration.attestation_type, kind);
        assert_eq!(registration.trust_path, Vec::<Vec<u8>>::new());
    }
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.config.attestation = Attestation::PackedX5c;
    ceremony.authenticator.hooks.signature = Some(Box::new(Vec::clear));
    let credential = ceremony.create();
    let outcome = ceremony.verify_registration_under(&credential, AttestationPolicy::None, NOW);
    assert_eq!(
        outcome,
        Err(Failure::Registration(RegistrationError::Attestation(
            passgate_webauthn::AttestationError::SignatureInvalid
        )))
    );
}

#[test]
fn an_anchor_is_a_certificate_and_nothing_more() {
    let root = passgate_authenticator::attestation_root();
    assert_eq!(TrustAnchor::from_der(&root).unwrap().as_der(), root);
    for other in [&[][..], &[0x30, 0x00], &root[1..], &[&root[..], &[0]].concat()] {
        assert_eq!(TrustAnchor::from_der(other), Err(TrustAnchorError));
    }
}
