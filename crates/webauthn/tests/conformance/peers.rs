//! The test vectors of other libraries, real devices' captures among them. Each row has the verdict that it has
//! there, or stands in a list of this file with the reason why ours is another.

use std::collections::BTreeMap;

use passgate_webauthn::{
    AaguidPolicy, Algorithm, AssertionExpectation, AttestationPolicy, AuthenticationResponse,
    BackupEligibilityPolicy, ClientDataExpectation, CounterVerdict, CredentialPublicKey, CrossOriginPolicy,
    Origin, RegistrationError, RegistrationExpectation, RegistrationResponse, RpId, TrustAnchor, TrustError,
    UserPresence, UserVerification, VerifiedRegistration, base64url, check_counter,
    extensions::AskedExtensions, mds::StatusPolicy,
};
use serde_json::{Value, json};

use crate::vectors::read;

/// A row whose verdict here isn't the peer's, and why ours is right.
struct Divergence {
    row: u64,
    ours: Result<(), &'static str>,
    reason: &'static str,
}

const fn diverges(row: u64, ours: Result<(), &'static str>, reason: &'static str) -> Divergence {
    Divergence { row, ours, reason }
}

const SHA1: &str = "the TPM signed with RS1; SHA-1 is refused by name";
const OWN_ID: &str = "the test put another id around a genuine attestation object; what is stored must be found \
     under the id that the authenticator made (own check)";
const TYPE: &str =
    "the peer lets callers expect another type than §7.1 step 7 does; the client data is genuine";
const SAFETY_NET: &str = "SafetyNet is withdrawn (§8.5) and refused by name";

const DIVERGENCES: [Divergence; 11] = [
    diverges(26, Err("algorithm_rs1_refused"), SHA1),
    diverges(28, Err("algorithm_rs1_refused"), SHA1),
    diverges(29, Err("algorithm_rs1_refused"), SHA1),
    diverges(30, Err("algorithm_rs1_refused"), SHA1),
    diverges(61, Err("algorithm_rs1_refused"), SHA1),
    diverges(41, Err("credential_id_mismatch"), OWN_ID),
    diverges(42, Err("credential_id_mismatch"), OWN_ID),
    diverges(47, Ok(()), TYPE),
    diverges(48, Ok(()), TYPE),
    diverges(64, Err("no RP ID"), "the row expects no RP ID, which §7.1 step 14 does not leave open"),
    diverges(79, Err("attestation_format_unsupported"), SAFETY_NET),
];

const HELPERS_DIVERGENCES: [Divergence; 2] = [
    diverges(4, Err("algorithm_rs1_refused"), SHA1),
    diverges(
        5,
        Err("client_data_member_missing"),
        "the client data has no type and its origin no scheme, as drafts before Level 1 had it; \
         and SafetyNet is withdrawn",
    ),
];

/// Rows that both refuse, and the code here.
const REFUSED: [(u64, &str); 21] = [
    (2, "challenge_mismatch"),
    (3, "origin_not_allowed"),
    (6, "counter_rollback"),
    (12, "origin_not_allowed"),
    (14, "rp_id_mismatch"),
    // There it is the expected type, which is ours to fix (§7.2 step 10); the RP ID isn't the row's either.
    (15, "rp_id_mismatch"),
    (16, "rp_id_mismatch"),
    (18, "challenge_mismatch"),
    (20, "challenge_mismatch"),
    (21, "challenge_mismatch"),
    (22, "signature_invalid"),
    (32, "attestation_certificate_aaguid_mismatch"),
    (39, "attestation_certificate_aaguid_mismatch"),
    (45, "challenge_mismatch"),
    (46, "origin_not_allowed"),
    (65, "origin_not_allowed"),
    (67, "rp_id_mismatch"),
    (69, "challenge_mismatch"),
    (71, "challenge_mismatch"),
    (72, "challenge_mismatch"),
    // There for what SafetyNet says, here for being SafetyNet.
    (78, "attestation_format_unsupported"),
];

/// Rows whose outcome there was made by stubs (or isn't known), and what the bytes alone are worth here.
const PROVES_NOTHING: [(u64, Result<(), &str>); 17] = [
    (4, Err("user_verification_missing")),
    (5, Err("user_verification_missing")),
    (7, Err("user_verification_missing")),
    (9, Err("user_verification_missing")),
    // The stored key isn't a COSE key.
    (10, Err("stored_public_key")),
    (36, Ok(())),
    (49, Ok(())),
    (50, Ok(())),
    (51, Ok(())),
    (52, Ok(())),
    (53, Ok(())),
    (54, Ok(())),
    (55, Ok(())),
    (56, Ok(())),
    (57, Ok(())),
    (58, Err("user_verification_missing")),
    (59, Ok(())),
];

/// What happens to a row: `Ok`, or the code of the error.
type Outcome = Result<(), String>;

fn run(row: &Value) -> Outcome {
    let mut outcome = Err("no RP ID".to_owned());
    for rp_id in texts(&row["rpId"]) {
        outcome = run_for(row, rp_id);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn run_for(row: &Value, rp_id: &str) -> Outcome {
    let mut credential = row["credential"].clone();
    if credential.get("type").is_none() {
        // Captures of 2017 to 2019 left it out.
        assert_eq!(parse_code(row, &credential), Err("response_member_missing".to_owned()));
        credential["type"] = json!("public-key");
    }
    let json = credential.to_string();
    let rp_id = RpId::parse(rp_id).expect("an RP ID");
    let origins: Vec<Origin> = texts(&row["origins"]).filter_map(|text| Origin::parse(text).ok()).collect();
    let required = row["policy"]["requireUserVerification"].as_bool().unwrap_or(false);
    let user_verification = if required { UserVerification::Required } else { UserVerification::Preferred };
    let challenge_of = |response: &[u8]| match row["challenge"].as_str() {
        // Two rows expect a challenge that is no encoder's base64url, and so none that a response has.
        Some(challenge) => base64url::decode(challenge).unwrap_or_else(|_| b"another".to_vec()),
        // The row's own function says whether the challenge is right; what it looks for is known.
        None => custom_challenge(row, response),
    };
    if row["kind"] == "registration" {
        let response = RegistrationResponse::parse(json.as_bytes()).map_err(|error| error.code())?;
        let challenge = challenge_of(response.challenge());
        response.check_client_data(&expectation(&challenge, &origins)).map_err(|error| error.code())?;
        let object = response.attestation_object().map_err(|error| error.code())?;
        object
            .verify(&RegistrationExpectation {
                rp_id: &rp_id,
                user_verification,
                user_presence: UserPresence::Required,
                algorithms: &Algorithm::DEFAULT,
                attestation: AttestationPolicy::Any,
                aaguids: AaguidPolicy::ANY,
                extensions: AskedExtensions::NONE,
                now_unix_seconds: 1_800_000_000,
            })
            .map_err(|error| error.code())?;
    } else {
        let response = AuthenticationResponse::parse(json.as_bytes()).map_err(|error| error.code())?;
        let challenge = challenge_of(response.challenge());
        response.check_client_data(&expectation(&challenge, &origins)).map_err(|error| error.code())?;
        let public_key = stored_key(&row["storedCredential"]);
        let assertion = response
            .verify(&AssertionExpectation {
                rp_id: &rp_id,
                user_verification,
                public_key: &CredentialPublicKey::new(public_key),
                backup_eligible: false,
                backup_eligibility_policy: BackupEligibilityPolicy::Warn,
                extensions: AskedExtensions::NONE,
                app_id: None,
            })
            .map_err(|error| error.code())?;
        let stored = row["storedCredential"]["counter"].as_u64().unwrap_or(0);
        let stored = stored.try_into().expect("a counter");
        if check_counter(stored, assertion.sign_count) == CounterVerdict::Rollback {
            return Err("counter_rollback".to_owned());
        }
    }
    Ok(())
}

fn parse_code(row: &Value, credential: &Value) -> Outcome {
    let json = credential.to_string();
    if row["kind"] == "registration" {
        RegistrationResponse::parse(json.as_bytes()).map(drop).map_err(|error| error.code())?;
    } else {
        AuthenticationResponse::parse(json.as_bytes()).map(drop).map_err(|error| error.code())?;
    }
    Ok(())
}

fn expectation<'a>(challenge: &'a [u8], origins: &'a [Origin]) -> ClientDataExpectation<'a> {
    ClientDataExpectation { challenge, origins, cross_origin: CrossOriginPolicy::Refuse }
}

/// The challenge that a row's function accepts: the response's own where it looks for something inside that is
/// there, and another where it refuses.
fn custom_challenge(row: &Value, response: &[u8]) -> Vec<u8> {
    let function = row["challengeFn"]["fn"].as_str().expect("a row has a challenge or a function");
    let inner = serde_json::from_slice::<Value>(response).ok();
    let actual = inner.as_ref().and_then(|inner| inner["actualChallenge"].as_str());
    match actual {
        Some(actual) if function.contains(actual) => response.to_vec(),
        _ => b"another".to_vec(),
    }
}

/// The stored key, from COSE or from the only other form: P-256 in PEM.
fn stored_key(stored: &Value) -> Vec<u8> {
    if let Some(cose) = stored["publicKeyCose"].as_str() {
        return base64url::decode(cose).expect("base64url");
    }
    let pem = stored["publicKeyPem"].as_str().expect("a key");
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64url::decode(&body).expect("base64");
    if der.len() != 91 {
        // RSA: an `RSAPublicKey` of 2048 bits and the exponent 65537 is at the end.
        let modulus = &der[der.len() - 5 - 256..der.len() - 5];
        let header = [0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00];
        return [&header[..], modulus, &[0x21, 0x43, 0x01, 0x00, 0x01]].concat();
    }
    let (x, y) = der[27..].split_at(32);
    [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], x, &[0x22, 0x58, 32], y].concat()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_str().into_iter().chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// What becomes of the rows of a file; every row is counted once.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    verify_in_both: usize,
    refused_in_both: usize,
    /// The peer's outcome doesn't follow from the bytes: it stubbed its own internals, or ignores the test.
    peer_proves_nothing: usize,
    diverge: usize,
}

fn count(
    rows: &[Value],
    refused: &[(u64, &str)],
    proves_nothing: &[(u64, Result<(), &str>)],
    diverge: &[Divergence],
) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        let number = row["n"].as_u64().expect("a number");
        let outcome = run(row);
        let outcome = outcome.as_ref().copied().map_err(String::as_str);
        let label = format!("{number}: {}", row["test"]);
        if let Some(divergence) = diverge.iter().find(|divergence| divergence.row == number) {
            assert_eq!(outcome, divergence.ours, "{label}");
            assert_ne!(outcome.is_ok(), row["expected"] == "ok", "{label} diverges no longer");
            eprintln!("{label} diverges: {}", divergence.reason);
            counts.diverge += 1;
        } else if row["mocked"].is_array() || row["expected"].as_str().expect("a text").starts_with("unknown")
        {
            let ours = proves_nothing.iter().find(|(listed, _)| *listed == number);
            assert_eq!(Some(outcome), ours.map(|(_, ours)| *ours), "{label}");
            counts.peer_proves_nothing += 1;
        } else if row["expected"] == "ok" {
            assert_eq!(outcome, Ok(()), "{label}");
            counts.verify_in_both += 1;
        } else {
            let code = refused.iter().find(|(listed, _)| *listed == number);
            assert_eq!(outcome, Err(code.expect(&label).1), "{label}");
            counts.refused_in_both += 1;
        }
    }
    let total = counts.verify_in_both + counts.refused_in_both + counts.peer_proves_nothing + counts.diverge;
    assert_eq!(total, rows.len());
    eprintln!("{total} rows: {counts:?}");
    counts
}

#[test]
fn every_vector_of_simplewebauthn_has_its_verdict() {
    let Some(file) = read("peer-vectors-simplewebauthn.json") else { return };
    let counts = count(file["vectors"].as_array().unwrap(), &REFUSED, &PROVES_NOTHING, &DIVERGENCES);
    let expected = Counts { verify_in_both: 31, refused_in_both: 21, peer_proves_nothing: 17, diverge: 11 };
    assert_eq!(counts, expected);
}

#[test]
fn every_vector_of_fido2_helpers_has_its_verdict() {
    let Some(file) = read("peer-vectors-fido2-helpers.json") else { return };
    let counts = count(file["vectors"].as_array().unwrap(), &[], &[], &HELPERS_DIVERGENCES);
    let expected = Counts { verify_in_both: 6, refused_in_both: 0, peer_proves_nothing: 0, diverge: 2 };
    assert_eq!(counts, expected);
}

/// Rows of certificate chains, and a time within the validity of all of them.
const CHAINS: [(u64, i64); 8] = [
    // 2019-03-21: TPMs of FIDO's conformance tools.
    (25, 1_553_126_400),
    (27, 1_553_126_400),
    (60, 1_553_126_400),
    // 2025-01-10: a TPM of IBM's tests.
    (31, 1_736_467_200),
    // 2019-03-21: FIDO's conformance tools.
    (62, 1_553_126_400),
    // 2025-02-01: a Pixel 8a, whose certificates live for weeks.
    (34, 1_738_368_000),
    // 2025-07-15: a Galaxy S9+.
    (35, 1_752_537_600),
    // 2020-09-13: an Apple device, whose certificate lives for a day.
    (36, 1_599_998_400),
];

#[test]
fn chains_of_real_devices_lead_to_their_last_certificate_while_valid() {
    let Some(file) = read("peer-vectors-simplewebauthn.json") else { return };
    let rows = file["vectors"].as_array().unwrap();
    for (number, now) in CHAINS {
        let row = rows.iter().find(|row| row["n"] == number).unwrap();
        let register = |policy, now| register(row, policy, now);
        let path = register(AttestationPolicy::Any, 0).unwrap().trust_path;
        let anchor = [TrustAnchor::from_der(path.last().unwrap()).unwrap()];
        let trusted = |now| register(AttestationPolicy::Trusted { anchors: &anchor }, now).map(|_| ());
        assert_eq!(trusted(now), Ok(()), "{number}");
        let refused = |error: TrustError| Err(RegistrationError::from(error));
        assert_eq!(trusted(i64::from(u32::MAX)), refused(TrustError::Expired), "{number}");
        let early = trusted(-1);
        assert_eq!(early, refused(TrustError::NotYetValid), "{number}");
        let leaf = [TrustAnchor::from_der(&path[0]).unwrap()];
        let only = AttestationPolicy::Trusted { anchors: &leaf };
        assert!(register(only, now).is_ok(), "{number}: a certificate that is listed itself");
    }
}

fn register(
    row: &Value,
    attestation: AttestationPolicy<'_>,
    now: i64,
) -> Result<VerifiedRegistration, RegistrationError> {
    let mut credential = row["credential"].clone();
    credential["type"] = json!("public-key");
    let response = RegistrationResponse::parse(credential.to_string().as_bytes()).expect("a response");
    let rp_id = RpId::parse(row["rpId"].as_str().expect("a text")).expect("an RP ID");
    response.attestation_object().expect("an attestation object").verify(&RegistrationExpectation {
        rp_id: &rp_id,
        user_verification: UserVerification::Preferred,
        user_presence: UserPresence::Required,
        algorithms: &Algorithm::DEFAULT,
        attestation,
        aaguids: AaguidPolicy::ANY,
        extensions: AskedExtensions::NONE,
        now_unix_seconds: now,
    })
}

/// What FIDO's list of November 2021 says of each registration that verifies: how many have each code.
#[test]
fn attestations_of_real_devices_are_judged_by_the_real_list() {
    let Some(blob) = crate::mds::real() else { return };
    let mut outcomes = BTreeMap::new();
    for file in ["peer-vectors-simplewebauthn.json", "peer-vectors-fido2-helpers.json"] {
        let Some(file) = read(file) else { return };
        for row in file["vectors"].as_array().unwrap() {
            let is_registration = row["kind"] == "registration" && row["rpId"].is_string();
            if !is_registration || run(row).is_err() || register(row, AttestationPolicy::Any, 0).is_err() {
                continue;
            }
            let (statuses, anchors) = (StatusPolicy::UNCOMPROMISED, &[][..]);
            let policy = AttestationPolicy::Metadata { blob: &blob, statuses, anchors };
            let outcome = register(row, policy, crate::mds::NOVEMBER_2021);
            let outcome = outcome.as_ref().map_or_else(RegistrationError::code, |_| "trusted");
            eprintln!("{} {}: {outcome}", row["n"], row["test"]);
            *outcomes.entry(outcome).or_insert(0) += 1;
        }
    }
    // Trusted are three registrations with keys of Yubico. The list has no TPMs, no Apple, and nobody's tests; the certificates of
    // one Android device are younger than it, and those of another lead to a root that it hadn't then.
    let expected = [
        ("attestation_model_unknown", 12),
        ("attestation_not_certified", 21),
        ("attestation_path_not_yet_valid", 1),
        ("attestation_path_unknown_issuer", 1),
        ("trusted", 3),
    ];
    assert_eq!(outcomes, expected.into());
}
