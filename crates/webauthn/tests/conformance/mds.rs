//! Lists of FIDO's metadata service: a real one, of November 2021, and one of its service for tests, with models in a
//! bad state.

use std::{collections::BTreeMap, fs};

use data_encoding::{BASE64, BASE64URL_NOPAD};
use passgate_authenticator::Attestation;
use passgate_webauthn::{
    Aaguid, AttestationPolicy, RegistrationError, TrustAnchor, TrustError,
    mds::{
        AuthenticatorStatus, BlobExpectation, BlobSigner, FIDO_SIGNER, MetadataBlob, MetadataBlobError,
        MetadataEntry, OverduePolicy, StatusPolicy,
    },
};
use serde_json::Value;

use crate::{
    harness::{Ceremony, Failure},
    vectors::read_bytes,
};

const REAL: &str = "mds/real-2021-no9.jwt";
const TEST: &str = "mds/test-2022-no42.jwt";
/// 15 November 2021.
pub(crate) const NOVEMBER_2021: i64 = 1_636_934_400;
/// 1 November 2022.
const NOVEMBER_2022: i64 = 1_667_260_800;
const DAY: i64 = 24 * 60 * 60;

/// A root of Debian's `ca-certificates`; `None`, with a message, where it isn't installed.
fn debian_root(name: &str) -> Option<TrustAnchor> {
    let path = format!("/usr/share/ca-certificates/mozilla/{name}.crt");
    let Ok(pem) = fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {path} is missing, so the real list was not tested");
        return None;
    };
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = BASE64.decode(body.as_bytes()).expect("base64");
    Some(TrustAnchor::from_der(&der).expect("a certificate"))
}

/// What is expected of the real list.
fn of_fido(anchors: &[TrustAnchor]) -> BlobExpectation<'_> {
    BlobExpectation {
        anchors,
        signer: BlobSigner::Name(FIDO_SIGNER),
        revocation_lists: &[],
        now_unix_seconds: NOVEMBER_2021,
        previous_serial: None,
        overdue: OverduePolicy::Refuse,
    }
}

/// The real list; `None` where it or its root is missing.
pub(crate) fn real() -> Option<MetadataBlob> {
    let jwt = read_bytes(REAL)?;
    let anchors = [debian_root("GlobalSign_Root_CA_-_R3")?];
    Some(MetadataBlob::verify(&jwt, &of_fido(&anchors)).expect("the real list verifies"))
}

/// The last certificate of the header.
fn last_certificate(jwt: &[u8]) -> TrustAnchor {
    let header = jwt.split(|byte| *byte == b'.').next().expect("a header");
    let header = BASE64URL_NOPAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    let last = header["x5c"].as_array().and_then(|certificates| certificates.last()).and_then(Value::as_str);
    let der = BASE64.decode(last.expect("a certificate").as_bytes()).expect("base64");
    TrustAnchor::from_der(&der).expect("a certificate")
}

/// The list of the service for tests.
fn test() -> Option<MetadataBlob> {
    let jwt = read_bytes(TEST)?;
    let anchors = [last_certificate(&jwt)];
    let expected = BlobExpectation {
        signer: BlobSigner::AnyBelowAnchors,
        now_unix_seconds: NOVEMBER_2022,
        ..of_fido(&anchors)
    };
    Some(MetadataBlob::verify(&jwt, &expected).expect("the list of the service for tests verifies"))
}

/// How many models have reports of each status.
fn statuses(blob: &MetadataBlob) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for report in blob.entries().iter().flat_map(|entry| &entry.status_reports) {
        *counts.entry(report.status.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn the_real_list_verifies_up_to_its_public_root_and_is_read_to_its_end() {
    let Some(blob) = real() else { return };
    let entries = blob.entries();
    let count = |is: fn(&MetadataEntry) -> bool| entries.iter().filter(|entry| is(entry)).count();
    let roots: usize = entries.iter().map(|entry| entry.attestation_roots.len()).sum();
    let unusable: usize = entries.iter().map(|entry| entry.unusable_roots).sum();
    eprintln!("the real list: {} models, {roots} roots, {unusable} that are no certificate", entries.len());
    assert_eq!((blob.serial(), blob.next_update_unix_seconds(), entries.len()), (9, 1_638_316_800, 98));
    assert_eq!(count(|entry| entry.aaguid.is_some()), 46);
    assert_eq!(count(|entry| !entry.key_identifiers.is_empty()), 35);
    assert_eq!(count(|entry| entry.aaid.is_some()), 17);
    assert_eq!(count(|entry| entry.description.is_some() && entry.icon.is_some()), 98);
    assert_eq!((roots, unusable), (155, 0));
    let expected = [
        ("FIDO_CERTIFIED", 27),
        ("FIDO_CERTIFIED_L1", 60),
        ("FIDO_CERTIFIED_L2", 5),
        ("NOT_FIDO_CERTIFIED", 29),
    ];
    assert_eq!(statuses(&blob), expected.into());
    for entry in entries {
        if let Some(aaguid) = entry.aaguid {
            assert_eq!(blob.by_aaguid(aaguid), Some(entry));
        }
        for identifier in &entry.key_identifiers {
            assert_eq!(blob.by_key_identifier(*identifier), Some(entry));
        }
    }
}

#[test]
fn the_real_list_is_refused_where_one_thing_is_not_as_expected() {
    let Some(jwt) = read_bytes(REAL) else { return };
    let Some(root) = debian_root("GlobalSign_Root_CA_-_R3") else { return };
    let Some(other) = debian_root("GlobalSign_Root_CA_-_R6") else { return };
    let (anchors, others) = ([root], [other]);
    let expected = of_fido(&anchors);
    let refusal = |expected: &BlobExpectation<'_>| MetadataBlob::verify(&jwt, expected).err();
    let path = |error| Some(MetadataBlobError::Path(error));
    assert_eq!(refusal(&BlobExpectation { anchors: &others, ..expected }), path(TrustError::UnknownIssuer));
    assert_eq!(refusal(&BlobExpectation { anchors: &[], ..expected }), path(TrustError::UnknownIssuer));
    let at = |now_unix_seconds| BlobExpectation { now_unix_seconds, ..expected };
    assert_eq!(refusal(&at(NOVEMBER_2021 - 300 * DAY)), path(TrustError::NotYetValid));
    assert_eq!(refusal(&at(NOVEMBER_2021 + 300 * DAY)), path(TrustError::Expired));
    assert_eq!(refusal(&at(1_638_316_800 + DAY)), Some(MetadataBlobError::Overdue));
    let overdue = OverduePolicy::Accept;
    assert_eq!(refusal(&BlobExpectation { overdue, ..at(1_638_316_800 + DAY) }), None);
    let signer = BlobSigner::Name("fidoalliance.org");
    assert_eq!(refusal(&BlobExpectation { signer, ..expected }), Some(MetadataBlobError::Signer));
    let previous = |serial| BlobExpectation { previous_serial: Some(serial), ..expected };
    assert_eq!(refusal(&previous(9)), None);
    let back = MetadataBlobError::SerialWentBack { serial: 9, previous: 10 };
    assert_eq!(refusal(&previous(10)), Some(back));
    let mut changed = jwt.clone();
    // A character in the middle of the payload.
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let outcome = MetadataBlob::verify(&changed, &expected);
    assert_eq!(outcome, Err(MetadataBlobError::SignatureInvalid));
}

#[test]
fn the_list_of_the_service_for_tests_has_models_in_every_bad_state() {
    let Some(blob) = test() else { return };
    assert_eq!((blob.serial(), blob.entries().len()), (42, 200));
    let statuses = statuses(&blob);
    assert_eq!(statuses.values().sum::<usize>(), 200);
    for (status, count) in [
        ("ATTESTATION_KEY_COMPROMISE", 5),
        ("USER_VERIFICATION_BYPASS", 3),
        ("USER_KEY_REMOTE_COMPROMISE", 5),
        ("USER_KEY_PHYSICAL_COMPROMISE", 3),
        ("FIDO_CERTIFIED_L3plus", 18),
    ] {
        assert_eq!(statuses.get(status), Some(&count), "{status}");
    }
    assert!(!statuses.contains_key("UNKNOWN"));
    let jwt = read_bytes(TEST).unwrap();
    let Some(root) = debian_root("GlobalSign_Root_CA_-_R3") else { return };
    let outcome = MetadataBlob::verify(&jwt, &of_fido(&[root]));
    assert_eq!(outcome, Err(MetadataBlobError::Path(TrustError::UnknownIssuer)));
}

/// A registration by a model of this AAGUID, whose certificate no list has a root for.
fn register_as(aaguid: Aaguid, blob: &MetadataBlob) -> Failure {
    let mut ceremony = Ceremony::new();
    ceremony.authenticator.config.attestation = Attestation::PackedX5c;
    ceremony.authenticator.config.aaguid = *aaguid.as_bytes();
    let credential = ceremony.create();
    let policy = AttestationPolicy::Metadata { blob, statuses: StatusPolicy::UNCOMPROMISED, anchors: &[] };
    ceremony
        .verify_registration_under(&credential, policy, NOVEMBER_2022)
        .expect_err("the root is none of a model's")
}

#[test]
fn a_model_that_the_service_for_tests_calls_compromised_is_refused_for_that_and_others_for_their_root() {
    let Some(blob) = test() else { return };
    let mut refused = BTreeMap::new();
    for entry in blob.entries() {
        let Some(aaguid) = entry.aaguid else { continue };
        let status = entry.status_reports[0].status;
        let expected = match status {
            AuthenticatorStatus::AttestationKeyCompromise
            | AuthenticatorStatus::UserVerificationBypass
            | AuthenticatorStatus::UserKeyRemoteCompromise
            | AuthenticatorStatus::UserKeyPhysicalCompromise => {
                *refused.entry(status.as_str()).or_insert(0) += 1;
                TrustError::ModelStatus { status }
            }
            _ => TrustError::UnknownIssuer,
        };
        let failure = Failure::Registration(RegistrationError::Untrusted(expected));
        assert_eq!(register_as(aaguid, &blob), failure, "{aaguid}");
    }
    let expected = [
        ("ATTESTATION_KEY_COMPROMISE", 2),
        ("USER_KEY_PHYSICAL_COMPROMISE", 1),
        ("USER_KEY_REMOTE_COMPROMISE", 3),
        ("USER_VERIFICATION_BYPASS", 2),
    ];
    eprintln!("models refused for their status: {refused:?}");
    assert_eq!(refused, expected.into());
}
