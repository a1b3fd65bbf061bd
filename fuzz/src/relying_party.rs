//! A relying party that asks for every extension, and judges whatever comes.

use std::sync::LazyLock;

use passgate_authenticator::{Authenticator, attestation_root};
use passgate_webauthn::{
    AaguidPolicy, Algorithm, AssertionError, AssertionExpectation, AttestationObjectError, AttestationPolicy,
    AuthenticationResponse, BackupEligibilityPolicy, ClientDataError, ClientDataExpectation,
    CredentialPublicKey, CrossOriginPolicy, Origin, RegistrationError, RegistrationExpectation,
    RegistrationResponse, ResponseError, RpId, TrustAnchor, UserPresence, UserVerification,
    VerifiedAssertion, VerifiedRegistration, base64url, extensions::AskedExtensions,
};
use serde_json::{Value, json};

/// The challenge of every ceremony.
pub const CHALLENGE: [u8; 16] = *b"sixteen bytes of";
/// Where every ceremony runs.
pub const ORIGIN: &str = "https://example.com";
/// The user.
pub const USER_HANDLE: [u8; 16] = *b"whose passkey is";
/// The time, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;

static RP_ID: LazyLock<RpId> = LazyLock::new(|| RpId::parse("example.com").expect("a domain"));
static ORIGINS: LazyLock<[Origin; 2]> = LazyLock::new(|| {
    [ORIGIN, "https://login.example.com"].map(|origin| Origin::parse(origin).expect("an origin"))
});
static ANCHORS: LazyLock<[TrustAnchor; 1]> =
    LazyLock::new(|| [TrustAnchor::from_der(&attestation_root()).expect("a certificate")]);
/// The credential that assertions are made with: of the authenticator with seed 1.
static CREDENTIAL: LazyLock<VerifiedRegistration> = LazyLock::new(|| {
    let created = Authenticator::new(1).create(&creation_options(), ORIGIN).expect("a credential");
    register(created.to_string().as_bytes(), AttestationPolicy::Any).expect("it is accepted")
});

/// Why a response was refused.
#[derive(Debug)]
pub enum Refusal {
    /// It can't be read.
    Response(ResponseError),
    /// It is of another ceremony.
    ClientData(ClientDataError),
    /// It names no credential.
    AttestationObject(AttestationObjectError),
    /// It is no registration.
    Registration(RegistrationError),
    /// It is of another credential.
    Unknown,
    /// It is no assertion.
    Assertion(AssertionError),
}

/// Options that offer all algorithms.
#[must_use]
pub fn creation_options() -> Value {
    let algorithms = Algorithm::ALL.map(|algorithm| json!({"type": "public-key", "alg": algorithm}));
    json!({"publicKey": {
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": base64url::encode(&USER_HANDLE), "name": "kim", "displayName": "Kim"},
        "challenge": base64url::encode(&CHALLENGE),
        "pubKeyCredParams": algorithms,
    }})
}

/// Options for whatever credential there is.
#[must_use]
pub fn request_options() -> Value {
    json!({"publicKey": {"challenge": base64url::encode(&CHALLENGE), "rpId": "example.com"}})
}

/// The policy that trusts the software authenticator's vendor alone.
#[must_use]
pub fn trusting_policy() -> AttestationPolicy<'static> {
    AttestationPolicy::Trusted { anchors: &*ANCHORS }
}

/// Every extension.
#[must_use]
pub fn all_extensions() -> AskedExtensions {
    (0..u16::MAX).rev().find_map(AskedExtensions::from_bits).unwrap_or(AskedExtensions::NONE)
}

fn client_data() -> ClientDataExpectation<'static> {
    ClientDataExpectation {
        challenge: &CHALLENGE,
        origins: &*ORIGINS,
        cross_origin: CrossOriginPolicy::Allow { top_origins: &*ORIGINS },
    }
}

/// The id of the known credential, and of every one that an authenticator with its seed makes first.
#[must_use]
pub fn credential_id() -> &'static [u8] {
    &CREDENTIAL.credential_id
}

/// Judges a registration.
pub fn register(json: &[u8], attestation: AttestationPolicy<'_>) -> Result<VerifiedRegistration, Refusal> {
    let response = RegistrationResponse::parse(json).map_err(Refusal::Response)?;
    assert!(!response.challenge().is_empty(), "a challenge is never empty");
    let verdict = response.check_client_data(&client_data());
    let object = response.attestation_object().map_err(Refusal::AttestationObject)?;
    let id = object.credential_id().to_vec();
    assert!((1..=1023).contains(&id.len()), "a credential id of {} bytes", id.len());
    let expected = RegistrationExpectation {
        rp_id: &RP_ID,
        user_verification: UserVerification::Preferred,
        user_presence: UserPresence::Required,
        algorithms: &Algorithm::ALL,
        attestation,
        aaguids: AaguidPolicy::ANY,
        now_unix_seconds: NOW,
        extensions: all_extensions(),
    };
    let registration = object.verify(&expected).map_err(Refusal::Registration)?;
    assert_eq!(registration.credential_id, id);
    verdict.map_err(Refusal::ClientData)?;
    Ok(registration)
}

/// Judges an assertion by the known credential.
pub fn authenticate(json: &[u8]) -> Result<VerifiedAssertion, Refusal> {
    authenticate_with(json, &CREDENTIAL.public_key)
}

/// Judges an assertion by the known credential, if this were its public key.
pub fn authenticate_with(json: &[u8], public_key: &[u8]) -> Result<VerifiedAssertion, Refusal> {
    let response = AuthenticationResponse::parse(json).map_err(Refusal::Response)?;
    assert!(!response.challenge().is_empty(), "a challenge is never empty");
    assert!(response.user_handle().is_none_or(|handle| (1..=64).contains(&handle.len())));
    let verdict = response.check_client_data(&client_data());
    let expected = AssertionExpectation {
        rp_id: &RP_ID,
        user_verification: UserVerification::Preferred,
        public_key: &CredentialPublicKey::new(public_key),
        backup_eligible: true,
        backup_eligibility_policy: BackupEligibilityPolicy::Warn,
        extensions: all_extensions(),
        app_id: None,
    };
    let assertion = response.verify(&expected).map_err(Refusal::Assertion)?;
    verdict.map_err(Refusal::ClientData)?;
    if response.credential_id() == CREDENTIAL.credential_id { Ok(assertion) } else { Err(Refusal::Unknown) }
}

/// A registration's JSON with this client data, and no attestation.
#[must_use]
pub fn registration_json(credential_id: &[u8], client_data: &[u8], attestation_object: &[u8]) -> Vec<u8> {
    let id = base64url::encode(credential_id);
    json!({"id": id, "type": "public-key", "response": {
        "clientDataJSON": base64url::encode(client_data),
        "attestationObject": base64url::encode(attestation_object),
    }})
    .to_string()
    .into_bytes()
}

/// An assertion's JSON of these parts.
#[must_use]
pub fn assertion_json(client_data: &[u8], authenticator_data: &[u8], signature: &[u8]) -> Vec<u8> {
    json!({"id": base64url::encode(&CREDENTIAL.credential_id), "type": "public-key", "response": {
        "clientDataJSON": base64url::encode(client_data),
        "authenticatorData": base64url::encode(authenticator_data),
        "signature": base64url::encode(signature),
    }})
    .to_string()
    .into_bytes()
}

/// Client data that is as it should be.
#[must_use]
pub fn genuine_client_data(ceremony: &str) -> Vec<u8> {
    let challenge = base64url::encode(&CHALLENGE);
    format!(r#"{{"type":"{ceremony}","challenge":"{challenge}","origin":"{ORIGIN}","crossOrigin":false}}"#)
        .into_bytes()
}
