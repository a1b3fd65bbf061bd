//! The test vectors of WebAuthn Level 3 itself (§16).

use std::slice;

use passgate_authenticator::{Cbor, Flags};
use passgate_webauthn::{
    AaguidPolicy, Algorithm, AssertionExpectation, AttestationFormat, AttestationPolicy, AttestationType,
    AuthenticationResponse, BackupEligibilityPolicy, ClientDataError, ClientDataExpectation, CoseKeyError,
    CredentialPublicKey, CrossOriginPolicy, Origin, RegistrationError, RegistrationExpectation,
    RegistrationResponse, RpId, TrustAnchor, TrustError, UnsupportedAlgorithm, UserPresence,
    UserVerification, VerifiedRegistration, base64url,
    extensions::{
        AskedExtensions, CreationExtensions, Extension, ExtensionInputError, PrfInputs, PrfOutput,
        RequestExtensions,
    },
    options::CredentialDescriptor,
};
use serde_json::{Map, Value, json};

use crate::{
    harness::Ceremony,
    vectors::{hex, read},
};

const NOW: i64 = 1_800_000_000;

/// What becomes of each registration.
const EXPECTED: [(&str, Result<AttestationType, RegistrationError>); 15] = [
    ("ES256 Credential with No Attestation", Ok(AttestationType::None)),
    ("ES256 Credential with Self Attestation", Ok(AttestationType::SelfAttestation)),
    ("ES256 Credential with \"crossOrigin\": true in clientDataJSON", Ok(AttestationType::None)),
    ("ES256 Credential with \"topOrigin\" in clientDataJSON", Ok(AttestationType::None)),
    ("ES256 Credential with very long credential ID", Ok(AttestationType::None)),
    ("Packed Attestation with ES256 Credential", Ok(AttestationType::Basic)),
    ("Packed Attestation with ES384 Credential", Ok(AttestationType::Basic)),
    ("Packed Attestation with ES512 Credential", Ok(AttestationType::Basic)),
    ("Packed Attestation with RS256 Credential", Ok(AttestationType::Basic)),
    ("Packed Attestation with Ed25519 Credential", Ok(AttestationType::Basic)),
    // The cryptography library has no Ed448.
    (
        "Packed Attestation with Ed448 Credential",
        Err(RegistrationError::PublicKey(CoseKeyError::Algorithm(UnsupportedAlgorithm::Ed448))),
    ),
    ("TPM Attestation with ES256 Credential", Ok(AttestationType::AttestationCa)),
    ("Android Key Attestation with ES256 Credential", Ok(AttestationType::Basic)),
    ("Apple Anonymous Attestation with ES256 Credential", Ok(AttestationType::AnonymizationCa)),
    ("FIDO U2F Attestation with ES256 Credential", Ok(AttestationType::Basic)),
];

/// The relying party of the vectors.
struct RelyingParty {
    rp_id: RpId,
    origins: [Origin; 1],
    top_origins: [Origin; 1],
}

impl RelyingParty {
    fn of(file: &Value) -> Self {
        let origin = |name: &str| Origin::parse(file[name].as_str().expect("a text")).expect("an origin");
        Self {
            rp_id: RpId::parse(file["rpId"].as_str().expect("a text")).expect("an RP ID"),
            origins: [origin("origin")],
            top_origins: [origin("topOrigin")],
        }
    }

    fn client_data<'a>(&'a self, challenge: &'a [u8]) -> ClientDataExpectation<'a> {
        let cross_origin = CrossOriginPolicy::Allow { top_origins: &self.top_origins };
        ClientDataExpectation { challenge, origins: &self.origins, cross_origin }
    }
}

/// What becomes of a registration under a policy.
fn verify(
    party: &RelyingParty,
    vector: &Value,
    attestation: AttestationPolicy<'_>,
) -> Result<VerifiedRegistration, RegistrationError> {
    let challenge = hex(&vector["registration"]["challenge"]);
    let response = registration_response(vector);
    assert_eq!(response.challenge(), challenge);
    assert_eq!(response.check_client_data(&party.client_data(&challenge)), Ok(()));
    let object = response.attestation_object().expect("an attestation object");
    assert_eq!(object.credential_id(), hex(&vector["registration"]["credential_id"]));
    object.verify(&RegistrationExpectation {
        rp_id: &party.rp_id,
        user_verification: UserVerification::Preferred,
        user_presence: UserPresence::Required,
        algorithms: &Algorithm::DEFAULT,
        attestation,
        aaguids: AaguidPolicy::ANY,
        extensions: AskedExtensions::NONE,
        now_unix_seconds: NOW,
    })
}

fn registration_response(vector: &Value) -> RegistrationResponse {
    let registration = &vector["registration"];
    let credential = json!({
        "id": base64url::encode(&hex(&registration["credential_id"])),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(&hex(&registration["clientDataJSON"])),
            "attestationObject": base64url::encode(&hex(&registration["attestationObject"])),
        },
    });
    RegistrationResponse::parse(credential.to_string().as_bytes()).expect("the vector is a response")
}

fn authentication_response(vector: &Value) -> AuthenticationResponse {
    let authentication = &vector["authentication"];
    let credential = json!({
        "id": base64url::encode(&hex(&vector["registration"]["credential_id"])),
        "type": "public-key",
        "response": {
            "clientDataJSON": base64url::encode(&hex(&authentication["clientDataJSON"])),
            "authenticatorData": base64url::encode(&hex(&authentication["authenticatorData"])),
            "signature": base64url::encode(&hex(&authentication["signature"])),
        },
    });
    AuthenticationResponse::parse(credential.to_string().as_bytes()).expect("the vector is a response")
}

#[test]
fn every_registration_verifies_or_is_refused_by_name() {
    let Some(file) = read("w3c-l3-vectors.json") else { return };
    let party = RelyingParty::of(&file);
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), EXPECTED.len());
    let mut verified = 0;
    for (vector, (name, expected)) in vectors.iter().zip(EXPECTED) {
        assert_eq!(vector["name"], name);
        let outcome = verify(&party, vector, AttestationPolicy::Any);
        if let Ok(registration) = &outcome {
            verified += 1;
            let mut aaguid = hex(&vector["registration"]["aaguid"]);
            if registration.attestation_format == AttestationFormat::FidoU2f {
                // Its signature covers none, so none is believed.
                aaguid.fill(0);
            }
            assert_eq!(registration.public_key, hex(&vector["credentialPublicKeyCose"]));
            assert_eq!(registration.aaguid.as_bytes()[..], aaguid);
            assert_eq!(vector["fmt"], registration.attestation_format.as_str());
            assert_eq!(vector["alg"], registration.algorithm.cose_id());
        }
        assert_eq!(outcome.map(|registration| registration.attestation_type), expected, "{name}");
    }
    eprintln!("W3C registrations: {verified} of {} verify", vectors.len());
    assert_eq!(verified, 14);
}

#[test]
fn every_certified_registration_leads_to_the_vectors_root() {
    let Some(file) = read("w3c-l3-vectors.json") else { return };
    let party = RelyingParty::of(&file);
    let root = TrustAnchor::from_der(&hex(&file["attestationRoot"]["attestation_ca_cert"])).unwrap();
    let other = TrustAnchor::from_der(&passgate_authenticator::attestation_root()).unwrap();
    let mut trusted = 0;
    for (vector, (name, expected)) in file["vectors"].as_array().unwrap().iter().zip(EXPECTED) {
        let with = |anchors: &[TrustAnchor]| verify(&party, vector, AttestationPolicy::Trusted { anchors });
        match expected {
            Err(error) => assert_eq!(with(slice::from_ref(&root)), Err(error), "{name}"),
            Ok(AttestationType::None | AttestationType::SelfAttestation) => {
                assert_eq!(with(slice::from_ref(&root)), Err(TrustError::NotCertified.into()), "{name}");
            }
            Ok(kind) => {
                let registration = with(&[other.clone(), root.clone()]).expect(name);
                assert_eq!(registration.attestation_type, kind);
                assert_eq!(with(slice::from_ref(&other)), Err(TrustError::UnknownIssuer.into()), "{name}");
                trusted += 1;
            }
        }
    }
    eprintln!("W3C registrations: {trusted} lead to the root");
    assert_eq!(trusted, 9);
}

#[test]
fn every_authentication_verifies_but_the_one_of_ed448() {
    let Some(file) = read("w3c-l3-vectors.json") else { return };
    let party = RelyingParty::of(&file);
    for vector in file["vectors"].as_array().unwrap() {
        let name = &vector["name"];
        let challenge = hex(&vector["authentication"]["challenge"]);
        let response = authentication_response(vector);
        assert_eq!(response.check_client_data(&party.client_data(&challenge)), Ok(()), "{name}");
        let public_key = hex(&vector["credentialPublicKeyCose"]);
        let flags = hex(&vector["authentication"]["authenticatorData"])[32];
        let outcome = response.verify(&AssertionExpectation {
            rp_id: &party.rp_id,
            user_verification: UserVerification::Preferred,
            public_key: &CredentialPublicKey::new(public_key),
            backup_eligible: flags & 0x08 != 0,
            backup_eligibility_policy: BackupEligibilityPolicy::Strict,
            extensions: AskedExtensions::NONE,
            app_id: None,
        });
        if vector["alg"] == -53 {
            assert_eq!(outcome.unwrap_err().code(), "stored_public_key");
        } else {
            assert_eq!(outcome.unwrap().user_verified, flags & 0x04 != 0, "{name}");
        }
    }
}

#[test]
fn framed_ceremonies_are_refused_where_none_are_expected() {
    let Some(file) = read("w3c-l3-vectors.json") else { return };
    let party = RelyingParty::of(&file);
    let mut framed = Vec::new();
    for vector in file["vectors"].as_array().unwrap() {
        let registration_challenge = hex(&vector["registration"]["challenge"]);
        let authentication_challenge = hex(&vector["authentication"]["challenge"]);
        let refuse = |challenge| ClientDataExpectation {
            cross_origin: CrossOriginPolicy::Refuse,
            ..party.client_data(challenge)
        };
        let outcomes = [
            registration_response(vector).check_client_data(&refuse(&registration_challenge)),
            authentication_response(vector).check_client_data(&refuse(&authentication_challenge)),
        ];
        assert_eq!(outcomes[0], outcomes[1]);
        if outcomes[0] == Err(ClientDataError::CrossOrigin) {
            framed.push(vector["name"].as_str().unwrap());
        }
    }
    assert_eq!(
        framed,
        [
            "ES256 Credential with \"crossOrigin\": true in clientDataJSON",
            "ES256 Credential with \"topOrigin\" in clientDataJSON",
        ]
    );
}

/// §16.17: what passes between client and authenticator in each case, and what the client returns of it, around
/// ceremonies of our own: the vectors have no response that would carry them.
#[test]
fn the_prf_cases_can_be_asked_for_and_their_outputs_are_read() {
    let Some(file) = read("w3c-l3-vectors.json") else { return };
    let cases = file["extensions"]["prf"]["ctap2_hmac_secret_cases"].as_array().unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let name = &case["name"];
        let texts = |first: &str, second: &str| {
            let text =
                |member: &str| case[member].is_string().then(|| base64url::encode(&hex(&case[member])));
            let members = [("first", text(first)), ("second", text(second))];
            members
                .into_iter()
                .filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?))))
                .collect()
        };
        let eval: Map<String, Value> = texts("prf_eval_first", "prf_eval_second");
        let inputs = json!({"prf": {"eval": eval}});
        let inputs = inputs.as_object().unwrap();
        let prf = Some(PrfInputs {
            first: hex(&case["prf_eval_first"]),
            second: case["prf_eval_second"].is_string().then(|| hex(&case["prf_eval_second"])),
        });
        let expected = RequestExtensions { prf: prf.clone(), ..RequestExtensions::default() };
        assert_eq!(RequestExtensions::parse(inputs, &[]), Ok(expected.clone()), "{name}");
        assert_eq!(expected.to_json(), *inputs);
        let expected = CreationExtensions { prf: Some(prf), ..CreationExtensions::default() };
        assert_eq!(CreationExtensions::parse(inputs), Ok(expected.clone()), "{name}");
        assert_eq!(expected.to_json(), *inputs);

        let mut ceremony = Ceremony::new();
        ceremony.extensions = AskedExtensions::NONE.with(Extension::Prf);
        set_extension(&mut ceremony, Cbor::Bool(true), json!({"prf": {"enabled": true}}));
        let registration = ceremony.register().unwrap();
        let enabled = PrfOutput { enabled: Some(true), sent_secrets: false };
        assert_eq!(registration.client_extensions.prf, Some(enabled), "{name}");
        assert_eq!(registration.authenticator_extensions.derives_secrets, Some(true), "{name}");
        let results: Map<String, Value> = texts("prf_results_first", "prf_results_second");
        let output = Cbor::Bytes(hex(&case["output_enc"]));
        set_extension(&mut ceremony, output, json!({"prf": {"results": results}}));
        let assertion = ceremony.log_in(&registration).unwrap();
        let sent = PrfOutput { enabled: None, sent_secrets: true };
        assert_eq!(assertion.client_extensions.prf, Some(sent), "{name}");
    }
}

/// §16.17.1: the shapes of inputs and outputs that the section shows.
#[test]
fn the_prf_examples_are_taken_and_what_they_forbid_is_refused() {
    let credential = CredentialDescriptor::new(base64url::decode(PRF_CREDENTIAL).unwrap());
    let parse =
        |asked: Value| RequestExtensions::parse(asked.as_object().unwrap(), slice::from_ref(&credential));
    for inputs in [json!({"first": "AQIDBA"}), json!({"first": "AQIDBA", "second": "BQYHCA"})] {
        let asked = json!({"prf": {"eval": inputs}});
        assert!(CreationExtensions::parse(asked.as_object().unwrap()).is_ok());
        assert!(parse(asked).is_ok());
        let by_credential = json!({"prf": {"evalByCredential": {PRF_CREDENTIAL: inputs}}});
        assert_eq!(parse(by_credential.clone()).unwrap().prf_by_credential.len(), 1);
        let error = RequestExtensions::parse(by_credential.as_object().unwrap(), &[]).unwrap_err();
        assert_eq!(error, ExtensionInputError::PrfCredential);
        let error = CreationExtensions::parse(by_credential.as_object().unwrap()).unwrap_err();
        assert_eq!(error, ExtensionInputError::OtherCeremony { member: "prf.evalByCredential" });
    }
    assert!(CreationExtensions::parse(json!({"prf": {}}).as_object().unwrap()).is_ok());
}

/// The credential of the section's examples.
const PRF_CREDENTIAL: &str = "e02eZ9lPp0UdkF4vGRO4-NxlhWBkL1FCmsmb1tTfRyE";

/// Lets the authenticator answer `hmac-secret`, and the client what it makes of it.
fn set_extension(ceremony: &mut Ceremony, authenticator: Cbor, client: Value) {
    ceremony.authenticator.hooks.authenticator_data = Some(Box::new(move |data| {
        data.flags.set(Flags::EXTENSION_DATA, true);
        data.extensions = Cbor::Map(vec![("hmac-secret".into(), authenticator.clone())]).encode();
    }));
    ceremony.authenticator.hooks.credential = Some(Box::new(move |credential| {
        credential["clientExtensionResults"] = client.clone();
    }));
}
