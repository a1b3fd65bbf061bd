//! The FIDO Metadata Service: its list is signed, and what it says decides which attestations are trusted.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use passgate_authenticator::{
    Algorithm, Attestation, AttestationCa, MetadataSigner, attestation_root, ca_certificate_params,
    metadata_certificate_params,
    rcgen::{CertificateParams, SerialNumber, date_time_ymd},
    revocation_list_params,
};
use passgate_webauthn::{
    Aaguid, AttestationPolicy, RegistrationError, RevocationList, RevocationListError, TrustAnchor,
    TrustError, VerifiedRegistration, describe_authenticator,
    mds::{
        AuthenticatorStatus, BlobSigner, MAX_BLOB_BYTES, MetadataAttestationType, MetadataBlob,
        MetadataBlobError, OverduePolicy, StatusPolicy, StatusReport,
    },
};
use serde_json::{Value, json};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::{
    harness::{Ceremony, Failure},
    metadata_service::{AAGUID, NAME, NOW, Service, entry, payload, signer},
};

/// A signer whose certificate was changed.
fn changed_signer(change: fn(&mut CertificateParams)) -> Service {
    Service::with_root(|root| {
        let mut params = metadata_certificate_params(NAME);
        change(&mut params);
        MetadataSigner::new(Algorithm::Es256, root, &params)
    })
}

fn blob(statuses: &[&str]) -> MetadataBlob {
    Service::new().list(&[entry(statuses)]).expect("the list is without fault")
}

/// A registration with this attestation, under the policy that trusts what the list says.
fn register(
    attestation: Attestation,
    blob: &MetadataBlob,
    statuses: StatusPolicy<'_>,
    anchors: &[TrustAnchor],
) -> Result<VerifiedRegistration, TrustError> {
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.config.attestation = attestation;
    let credential = ceremony.create();
    let policy = AttestationPolicy::Metadata { blob, statuses, anchors };
    ceremony.verify_registration_under(&credential, policy, NOW).map_err(|failure| match failure {
        Failure::Registration(RegistrationError::Untrusted(error)) => error,
        other => panic!("another failure: {other:?}"),
    })
}

fn refusal(attestation: Attestation, blob: &MetadataBlob) -> Option<TrustError> {
    register(attestation, blob, StatusPolicy::UNCOMPROMISED, &[]).err()
}

#[test]
fn a_list_is_read_with_what_it_says_of_each_model() {
    let service = Service::new();
    let mut first = entry(&["FIDO_CERTIFIED_L1plus", "SOMETHING_NEW"]);
    first["statusReports"][0]["effectiveDate"] = json!("2026-01-01");
    first["statusReports"][0]["certificateNumber"] = json!("FIDO20020210101001");
    first["metadataStatement"]["icon"] = json!("data:image/png;base64,AA==");
    let roots = first["metadataStatement"]["attestationRootCertificates"].as_array_mut().unwrap();
    let wrapped = format!("\n\n{} \r\n", roots[0].as_str().unwrap());
    *roots = vec![json!(wrapped), json!("AAAA"), json!("?")];
    // A number that takes all of 64 bits, which some authenticators list.
    first["metadataStatement"]["authenticatorGetInfo"] = json!({"vendorPrototypeConfigCommands": [u64::MAX]});
    let second = json!({
        "attestationCertificateKeyIdentifiers": ["00112233445566778899aabbccddeeff00112233"],
        "statusReports": [],
    });
    let third = json!({"aaid": "FF52#1EB5", "statusReports": [{"status": "REVOKED"}]});
    let blob = service.list(&[first, second, third]).unwrap();
    assert_eq!((blob.serial(), blob.next_update_unix_seconds(), blob.entries().len()), (7, 1_801_440_000, 3));

    let model = blob.by_aaguid(Aaguid::from_bytes(*b"passgate-softkey")).unwrap();
    assert_eq!(model.aaguid.unwrap().to_string(), AAGUID);
    assert_eq!(model.description.as_deref(), Some("A software authenticator"));
    assert_eq!(model.icon.as_deref(), Some("data:image/png;base64,AA=="));
    assert_eq!(model.attestation_types, [MetadataAttestationType::BasicFull]);
    assert_eq!(model.attestation_roots, [TrustAnchor::from_der(&attestation_root()).unwrap()]);
    assert_eq!(model.unusable_roots, 2);
    let certified = StatusReport {
        status: AuthenticatorStatus::FidoCertifiedL1Plus,
        effective_date: Some("2026-01-01".to_owned()),
    };
    let new = StatusReport { status: AuthenticatorStatus::Unknown, effective_date: None };
    assert_eq!(model.status_reports, [certified, new]);

    let key = &blob.entries()[1];
    assert_eq!(blob.by_key_identifier(key.key_identifiers[0]), Some(key));
    assert_eq!((key.aaguid, key.description.as_deref(), key.attestation_roots.len()), (None, None, 0));
    assert_eq!(blob.entries()[2].aaid.as_deref(), Some("FF52#1EB5"));
    assert_eq!(blob.by_aaguid(Aaguid::ZERO), None);
}

#[test]
fn a_model_is_described_by_the_list_and_else_by_the_directory() {
    let bitwarden = Aaguid::from_bytes(0xd548826e_79b4_db40_a3d8_11116f7e8349_u128.to_be_bytes());
    let describe = |change: fn(&mut Value)| {
        let mut entry = entry(&[]);
        entry["aaguid"] = json!(bitwarden.to_string());
        entry["metadataStatement"]["description"] = json!("Bitwarden, as the list has it");
        change(&mut entry);
        let blob = Service::new().list(&[entry]).unwrap();
        let found = describe_authenticator(bitwarden, Some(&blob)).unwrap();
        (found.name.to_owned(), found.icon.map(str::to_owned))
    };
    let known = describe_authenticator(bitwarden, None).unwrap();
    let drawing = known.icon.map(str::to_owned);
    let as_listed = "Bitwarden, as the list has it".to_owned();
    let png = "data:image/png;base64,AA==";
    let with_png =
        |entry: &mut Value| entry["metadataStatement"]["icon"] = json!("data:image/png;base64,AA==");
    assert_eq!(describe(with_png), (as_listed.clone(), Some(png.to_owned())));
    assert_eq!(describe(|_| {}), (as_listed.clone(), drawing.clone()));
    // No page shall run what a list has for a picture.
    let with_svg =
        |entry: &mut Value| entry["metadataStatement"]["icon"] = json!("data:image/svg+xml,%3Csvg/%3E");
    assert_eq!(describe(with_svg), (as_listed, drawing.clone()));
    let unnamed = |entry: &mut Value| entry["metadataStatement"] = json!({});
    assert_eq!(describe(unnamed), ("Bitwarden".to_owned(), drawing));
}

#[test]
fn a_list_is_signed_with_es256_or_rs256() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let service = Service::with_root(|root| signer(algorithm, root));
        assert!(service.list(&[entry(&[])]).is_ok(), "{algorithm:?}");
        let below = Service::with_root(|root| {
            let ca = root.intermediate(ca_certificate_params("Passgate Test Metadata CA"));
            signer(algorithm, &ca)
        });
        assert!(below.list(&[entry(&[])]).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn a_list_that_was_changed_is_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let service = Service::with_root(|root| signer(algorithm, root));
        let blob = service.signer.sign(&payload(&[entry(&["REVOKED"])]));
        let parts: Vec<&str> = blob.split('.').collect();
        let honest = payload(&[entry(&["FIDO_CERTIFIED"])]).to_string();
        let forged = format!("{}.{}.{}", parts[0], BASE64URL_NOPAD.encode(honest.as_bytes()), parts[2]);
        assert_eq!(service.refusal(&forged), MetadataBlobError::SignatureInvalid);
        let mut header = service.signer.header();
        header["typ"] = json!("jwt");
        let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let forged = format!("{header}.{}.{}", parts[1], parts[2]);
        assert_eq!(service.refusal(&forged), MetadataBlobError::SignatureInvalid);
        let mut signature = BASE64URL_NOPAD.decode(parts[2].as_bytes()).unwrap();
        for change in [
            |signature: &mut Vec<u8>| signature[5] ^= 1,
            |signature: &mut Vec<u8>| signature.push(0),
            |signature: &mut Vec<u8>| signature.fill(0),
            |signature: &mut Vec<u8>| signature.clear(),
        ] {
            change(&mut signature);
            let forged = format!("{}.{}.{}", parts[0], parts[1], BASE64URL_NOPAD.encode(&signature));
            assert_eq!(service.refusal(&forged), MetadataBlobError::SignatureInvalid);
        }
    }
}

#[test]
fn a_list_signed_in_another_way_is_refused() {
    let service = Service::new();
    let sign = |change: fn(&mut Value)| {
        let mut header = service.signer.header();
        change(&mut header);
        service.refusal(&service.signer.sign_with(&header, payload(&[]).to_string().as_bytes()))
    };
    for algorithm in ["none", "HS256", "PS256", "ES384", "EdDSA", "es256", ""] {
        let mut header = service.signer.header();
        header["alg"] = json!(algorithm);
        let blob = service.signer.sign_with(&header, payload(&[]).to_string().as_bytes());
        assert_eq!(service.refusal(&blob), MetadataBlobError::Algorithm, "{algorithm}");
    }
    // The certificate's key isn't one of this algorithm.
    assert_eq!(sign(|header| header["alg"] = json!("RS256")), MetadataBlobError::SignatureInvalid);
    assert_eq!(sign(|header| header["alg"] = json!(7)), MetadataBlobError::Header);
    assert_eq!(sign(|header| header["crit"] = json!(["exp"])), MetadataBlobError::Header);
    assert_eq!(sign(|header| *header = json!([])), MetadataBlobError::Header);
    assert_eq!(sign(|header| *header = json!({})), MetadataBlobError::Header);
    assert_eq!(sign(|header| header["x5c"] = json!(null)), MetadataBlobError::Certificates);
    assert_eq!(sign(|header| header["x5c"] = json!([])), MetadataBlobError::Certificates);
    assert_eq!(sign(|header| header["x5c"] = json!(["-_8"])), MetadataBlobError::Certificates);
    let nine = |header: &mut Value| {
        let certificate = header["x5c"][0].clone();
        header["x5c"] = Value::Array(vec![certificate; 9]);
    };
    assert_eq!(sign(nine), MetadataBlobError::Certificates);
    let malformed = MetadataBlobError::Path(TrustError::Malformed);
    assert_eq!(sign(|header| header["x5c"] = json!(["AAAA"])), malformed);
}

#[test]
fn what_is_no_jwt_is_refused() {
    let service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    assert!(service.verify(&format!("\n{blob}\r\n")).is_ok());
    for text in ["", ".", "a.b", "e30", &blob.replace('.', ","), &format!("{blob}="), &format!("{blob}.AAAA")]
    {
        assert_eq!(service.refusal(text), MetadataBlobError::Form, "{text}");
    }
    assert_eq!(service.refusal(&"A".repeat(MAX_BLOB_BYTES + 1)), MetadataBlobError::TooLarge);
}

#[test]
fn the_signer_s_certificate_leads_to_a_given_root() {
    let mut service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    service.root = AttestationCa::new_root(ca_certificate_params("Another Root"));
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::UnknownIssuer));
    // The name of the root, with another key.
    service.root = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::Signature));
}

#[test]
fn the_signer_s_certificate_is_valid_now() {
    let mut service = changed_signer(|params| params.not_after = date_time_ymd(2026, 12, 31));
    let blob = service.signer.sign(&payload(&[]));
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::Expired));
    service.now -= 30 * 24 * 60 * 60;
    assert!(service.verify(&blob).is_ok());
    let service = changed_signer(|params| params.not_before = date_time_ymd(2027, 12, 31));
    let blob = service.signer.sign(&payload(&[]));
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::NotYetValid));
}

#[test]
fn the_signer_is_the_metadata_service_and_nobody_else_below_the_root() {
    let service = Service::with_root(|root| {
        MetadataSigner::new(Algorithm::Es256, root, &metadata_certificate_params("shop.example.com"))
    });
    let blob = service.signer.sign(&payload(&[]));
    assert_eq!(service.refusal(&blob), MetadataBlobError::Signer);
    let no_name = BlobSigner::Name("no name");
    assert_eq!(service.verify_as(&blob, no_name, OverduePolicy::Refuse), Err(MetadataBlobError::Signer));
    assert!(service.verify_as(&blob, BlobSigner::AnyBelowAnchors, OverduePolicy::Refuse).is_ok());
}

#[test]
fn a_certificate_that_its_issuer_revoked_is_refused() {
    let list = |der: &[u8]| RevocationList::from_der(der).unwrap();
    let mut service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    // All certificates of the tests have the serial number 1.
    service.lists = vec![list(&service.root.revoke(&revocation_list_params(&[2, 3])))];
    assert!(service.verify(&blob).is_ok());
    service.lists = vec![list(&service.root.revoke(&revocation_list_params(&[1])))];
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::Revoked));

    let mut intermediate = ca_certificate_params("Passgate Test Metadata CA");
    intermediate.serial_number = Some(SerialNumber::from(9_u64));
    let mut service = Service::with_root(|root| signer(Algorithm::Es256, &root.intermediate(intermediate)));
    let blob = service.signer.sign(&payload(&[]));
    service.lists = vec![list(&service.root.revoke(&revocation_list_params(&[9])))];
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::Revoked));
}

#[test]
fn a_revocation_list_is_its_issuer_s_and_has_not_expired() {
    let mut service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    let mut params = revocation_list_params(&[]);
    params.next_update = date_time_ymd(2026, 12, 31);
    service.lists = vec![RevocationList::from_der(&service.root.revoke(&params)).unwrap()];
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::RevocationList));
    // The name of the root, with another key.
    let impostor = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
    service.lists = vec![RevocationList::from_der(&impostor.revoke(&revocation_list_params(&[]))).unwrap()];
    assert_eq!(service.refusal(&blob), MetadataBlobError::Path(TrustError::RevocationList));
    // Another's list says nothing of it.
    let other = AttestationCa::new_root(ca_certificate_params("Another Root"));
    service.lists = vec![RevocationList::from_der(&other.revoke(&revocation_list_params(&[1]))).unwrap()];
    assert!(service.verify(&blob).is_ok());
    assert_eq!(RevocationList::from_der(&service.root.der()).unwrap_err(), RevocationListError);
}

#[test]
fn the_serial_number_never_goes_back() {
    let mut service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    for (previous, expected) in [
        (None, Ok(7)),
        (Some(6), Ok(7)),
        (Some(7), Ok(7)),
        (Some(8), Err(MetadataBlobError::SerialWentBack { serial: 7, previous: 8 })),
    ] {
        service.previous = previous;
        assert_eq!(service.verify(&blob).map(|blob| blob.serial()), expected);
    }
}

#[test]
fn a_list_whose_successor_was_to_come_by_now_is_taken_only_by_who_says_so() {
    let mut service = Service::new();
    let blob = service.signer.sign(&payload(&[]));
    let day_after = 1_801_440_000 + 24 * 60 * 60;
    service.now = day_after - 1;
    assert!(service.verify(&blob).is_ok());
    service.now = day_after;
    assert_eq!(service.refusal(&blob), MetadataBlobError::Overdue);
    let taken = service.verify_as(&blob, BlobSigner::Name(NAME), OverduePolicy::Accept).unwrap();
    assert!(taken.is_overdue_at(day_after) && !taken.is_overdue_at(day_after - 1));
}

#[test]
fn a_list_that_is_not_as_the_specification_has_it_is_refused() {
    let service = Service::new();
    let sign = |payload: &[u8]| service.refusal(&service.signer.sign_with(&service.signer.header(), payload));
    assert_eq!(sign(b"{}"), MetadataBlobError::Json { line: 1, column: 2 });
    let changed = |change: fn(&mut Value)| {
        let mut list = payload(&[entry(&["REVOKED"])]);
        change(&mut list);
        sign(list.to_string().as_bytes())
    };
    for change in [
        |list: &mut Value| list["no"] = json!(-1),
        |list: &mut Value| list["no"] = json!("7"),
        |list: &mut Value| list["entries"] = json!({}),
        |list: &mut Value| list["entries"][0]["statusReports"] = json!(null),
        |list: &mut Value| list["entries"][0]["statusReports"][0] = json!({}),
        |list: &mut Value| list["entries"][0]["metadataStatement"]["attestationTypes"] = json!("basic_full"),
    ] {
        let error = changed(change);
        assert!(matches!(error, MetadataBlobError::Json { .. }), "{error:?}");
    }
    let malformed = |member| MetadataBlobError::Member { member };
    for (change, member) in [
        ((|list| list["nextUpdate"] = json!("2027-02-30")) as fn(&mut Value), "nextUpdate"),
        (|list| list["entries"][0]["aaguid"] = json!("passgate"), "aaguid"),
        (|list| list["entries"][0]["aaguid"] = json!("706173736761746520736f66746b6579"), "aaguid"),
        (|list| list["entries"][0]["aaguid"] = json!(Aaguid::ZERO.to_string()), "aaguid"),
        (
            |list| list["entries"][0]["attestationCertificateKeyIdentifiers"] = json!(["00"]),
            "attestationCertificateKeyIdentifiers",
        ),
        // A second entry would hide the reports of the first.
        (|list| list["entries"] = json!([entry(&["REVOKED"]), entry(&[])]), "aaguid"),
        (
            |list| {
                let key = json!({
                    "attestationCertificateKeyIdentifiers": ["00112233445566778899aabbccddeeff00112233"],
                    "statusReports": [],
                });
                list["entries"] = json!([key.clone(), key]);
            },
            "attestationCertificateKeyIdentifiers",
        ),
    ] {
        assert_eq!(changed(change), malformed(member));
    }
}

#[test]
fn an_attestation_of_a_listed_model_is_trusted_if_it_leads_to_a_listed_root() {
    let blob = blob(&["FIDO_CERTIFIED_L1"]);
    for attestation in [Attestation::PackedX5c, Attestation::AndroidKey, Attestation::Apple, Attestation::Tpm]
    {
        assert_eq!(refusal(attestation.clone(), &blob), None, "{attestation:?}");
    }
    for attestation in [Attestation::None, Attestation::PackedSelf] {
        assert_eq!(refusal(attestation.clone(), &blob), Some(TrustError::NotCertified), "{attestation:?}");
    }
    let mut elsewhere = entry(&[]);
    let other = AttestationCa::new_root(ca_certificate_params("Another Root"));
    elsewhere["metadataStatement"]["attestationRootCertificates"] = json!([BASE64.encode(&other.der())]);
    let elsewhere = Service::new().list(&[elsewhere]).unwrap();
    assert_eq!(refusal(Attestation::PackedX5c, &elsewhere), Some(TrustError::UnknownIssuer));
}

#[test]
fn an_attestation_of_a_model_that_is_not_listed_is_trusted_only_by_a_given_anchor() {
    let blob = Service::new().list(&[]).unwrap();
    assert_eq!(refusal(Attestation::PackedX5c, &blob), Some(TrustError::ModelUnknown));
    let anchors = [TrustAnchor::from_der(&attestation_root()).unwrap()];
    let trusted = register(Attestation::PackedX5c, &blob, StatusPolicy::UNCOMPROMISED, &anchors);
    assert_eq!(trusted.unwrap().aaguid.to_string(), AAGUID);
}

#[test]
fn a_model_that_attests_by_the_credential_s_own_key_has_no_certificates() {
    let mut surrogate = entry(&[]);
    surrogate["metadataStatement"]["attestationTypes"] = json!(["basic_surrogate"]);
    let blob = Service::new().list(&[surrogate]).unwrap();
    assert_eq!(refusal(Attestation::PackedX5c, &blob), Some(TrustError::ModelAttestationType));
}

#[test]
fn a_revoked_or_compromised_model_is_refused_by_name() {
    for (report, status, code) in [
        ("REVOKED", AuthenticatorStatus::Revoked, "attestation_model_revoked"),
        (
            "ATTESTATION_KEY_COMPROMISE",
            AuthenticatorStatus::AttestationKeyCompromise,
            "attestation_model_attestation_key_compromise",
        ),
        (
            "USER_VERIFICATION_BYPASS",
            AuthenticatorStatus::UserVerificationBypass,
            "attestation_model_user_verification_bypass",
        ),
        (
            "USER_KEY_REMOTE_COMPROMISE",
            AuthenticatorStatus::UserKeyRemoteCompromise,
            "attestation_model_user_key_remote_compromise",
        ),
        (
            "USER_KEY_PHYSICAL_COMPROMISE",
            AuthenticatorStatus::UserKeyPhysicalCompromise,
            "attestation_model_user_key_physical_compromise",
        ),
    ] {
        // An update that came since isn't proven to be on the authenticator.
        let blob = blob(&["FIDO_CERTIFIED", report, "UPDATE_AVAILABLE"]);
        let expected = TrustError::ModelStatus { status };
        assert_eq!((expected.code(), status.as_str()), (code, report));
        assert_eq!(refusal(Attestation::PackedX5c, &blob), Some(expected));
        // A given anchor doesn't outweigh the report.
        let anchors = [TrustAnchor::from_der(&attestation_root()).unwrap()];
        let outcome = register(Attestation::PackedX5c, &blob, StatusPolicy::UNCOMPROMISED, &anchors);
        assert_eq!(outcome, Err(expected));
        let tolerated = register(Attestation::PackedX5c, &blob, StatusPolicy::refusing(&[]), &[]);
        assert!(tolerated.is_ok());
    }
    for other in ["NOT_FIDO_CERTIFIED", "SELF_ASSERTION_SUBMITTED", "UPDATE_AVAILABLE", "RETIRED", "NEWS"] {
        assert_eq!(refusal(Attestation::PackedX5c, &blob(&[other])), None, "{other}");
    }
}

#[test]
fn what_else_is_refused_is_for_the_relying_party_to_say() {
    let status = AuthenticatorStatus::NotFidoCertified;
    let certified_only = StatusPolicy::refusing(&[AuthenticatorStatus::NotFidoCertified]);
    let outcome = register(Attestation::PackedX5c, &blob(&["NOT_FIDO_CERTIFIED"]), certified_only, &[]);
    let expected = TrustError::ModelStatus { status };
    assert_eq!((outcome, expected.code()), (Err(expected), "attestation_model_status_refused"));
    assert!(register(Attestation::PackedX5c, &blob(&["REVOKED"]), certified_only, &[]).is_ok());
}

#[test]
fn a_u2f_key_is_found_by_the_key_that_signs_its_attestations() {
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.config.attestation = Attestation::FidoU2f;
    let certificate = ceremony.register().unwrap().trust_path.remove(0);
    let (_, certificate) = X509Certificate::from_der(&certificate).unwrap();
    let bits = &certificate.public_key().subject_public_key.data;
    let identifier = HEXLOWER.encode(digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, bits).as_ref());
    let listed = |statuses| {
        let mut entry = entry(statuses);
        entry["attestationCertificateKeyIdentifiers"] = json!([identifier]);
        entry.as_object_mut().unwrap().remove("aaguid");
        Service::new().list(&[entry]).unwrap()
    };
    assert_eq!(refusal(Attestation::FidoU2f, &listed(&[])), None);
    let status = AuthenticatorStatus::Revoked;
    assert_eq!(
        refusal(Attestation::FidoU2f, &listed(&["REVOKED"])),
        Some(TrustError::ModelStatus { status })
    );
    // The AAGUID of its data is covered by no signature, and finds nothing.
    assert_eq!(refusal(Attestation::FidoU2f, &blob(&[])), Some(TrustError::ModelUnknown));
}

#[test]
fn of_a_compound_attestation_one_statement_must_be_trusted_and_none_refused_by_its_status() {
    let compound = || Attestation::Compound(vec![Attestation::FidoU2f, Attestation::PackedX5c]);
    let registration =
        register(compound(), &blob(&["FIDO_CERTIFIED"]), StatusPolicy::UNCOMPROMISED, &[]).unwrap();
    assert_eq!(registration.trust_path.len(), 1);
    let revoked = TrustError::ModelStatus { status: AuthenticatorStatus::Revoked };
    assert_eq!(refusal(compound(), &blob(&["REVOKED"])), Some(revoked));
    // The U2F key's statement would be trusted by the anchor.
    let anchors = [TrustAnchor::from_der(&attestation_root()).unwrap()];
    let outcome = register(compound(), &blob(&["REVOKED"]), StatusPolicy::UNCOMPROMISED, &anchors);
    assert_eq!(outcome, Err(revoked));
}

#[test]
fn models_are_allowed_and_denied_by_their_aaguid() {
    let own = Aaguid::from_bytes(*b"passgate-softkey");
    let other = Aaguid::from_bytes([7; 16]);
    for (allowed, denied, expected) in [
        (None, vec![], None),
        (None, vec![other], None),
        (Some(vec![other, own]), vec![], None),
        (None, vec![other, own], Some(RegistrationError::AaguidDenied { aaguid: own })),
        (Some(vec![own]), vec![own], Some(RegistrationError::AaguidDenied { aaguid: own })),
        (Some(vec![other]), vec![], Some(RegistrationError::AaguidNotAllowed { aaguid: own })),
        (Some(vec![]), vec![], Some(RegistrationError::AaguidNotAllowed { aaguid: own })),
    ] {
        let outcome = Ceremony::register_after(|ceremony| {
            ceremony.allowed_aaguids.clone_from(&allowed);
            ceremony.denied_aaguids.clone_from(&denied);
        });
        assert_eq!(outcome.err(), expected.map(Failure::Registration), "{allowed:?} {denied:?}");
    }
}

#[test]
fn a_u2f_key_has_the_aaguid_zero_whatever_its_data_says() {
    let register = |allowed: Aaguid| {
        let outcome = Ceremony::register_after(|ceremony| {
            ceremony.authenticator.config.attestation = Attestation::FidoU2f;
            ceremony.allowed_aaguids = Some(vec![allowed]);
        });
        outcome.err()
    };
    assert_eq!(register(Aaguid::ZERO), None);
    let refused = RegistrationError::AaguidNotAllowed { aaguid: Aaguid::ZERO };
    assert_eq!(register(Aaguid::from_bytes(*b"passgate-softkey")), Some(Failure::Registration(refused)));
}
