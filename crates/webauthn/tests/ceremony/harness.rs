//! A relying party and its user's authenticator.

use passgate_authenticator::Authenticator;
use passgate_webauthn::{
    Aaguid, AaguidPolicy, Algorithm, AssertionError, AssertionExpectation, AttestationObjectError,
    AttestationPolicy, AuthenticationResponse, BackupEligibilityPolicy, ClientDataError,
    ClientDataExpectation, CredentialPublicKey, CrossOriginPolicy, Origin, RegistrationError,
    RegistrationExpectation, RegistrationResponse, ResponseError, RpId, UserPresence, UserVerification,
    VerifiedAssertion, VerifiedRegistration, base64url,
    extensions::{AppId, AskedExtensions},
};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://login.example.com";
pub(crate) const CHALLENGE: [u8; 32] = [0x42; 32];
pub(crate) const USER_HANDLE: [u8; 4] = *b"kim\xff";

/// What the relying party expects, and the authenticator it talks to. Tests change what they are about.
pub(crate) struct Ceremony {
    pub(crate) authenticator: Authenticator,
    pub(crate) rp_id: RpId,
    pub(crate) challenge: Vec<u8>,
    pub(crate) origins: Vec<Origin>,
    /// `None` refuses cross-origin frames.
    pub(crate) top_origins: Option<Vec<Origin>>,
    /// Whether the page on top of a cross-origin frame must be named.
    pub(crate) top_origin_required: bool,
    pub(crate) user_verification: UserVerification,
    pub(crate) user_presence: UserPresence,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) backup_eligibility_policy: BackupEligibilityPolicy,
    /// `None` allows all.
    pub(crate) allowed_aaguids: Option<Vec<Aaguid>>,
    pub(crate) denied_aaguids: Vec<Aaguid>,
    pub(crate) extensions: AskedExtensions,
    pub(crate) app_id: Option<AppId>,
}

/// Any of the ways in which a ceremony fails.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Response(ResponseError),
    ClientData(ClientDataError),
    AttestationObject(AttestationObjectError),
    Registration(RegistrationError),
    Assertion(AssertionError),
}

impl Ceremony {
    pub(crate) fn new() -> Self {
        Self {
            authenticator: Authenticator::new(1),
            rp_id: RpId::parse("example.com").expect("a domain"),
            challenge: CHALLENGE.to_vec(),
            origins: vec![origin("https://example.com"), origin(ORIGIN)],
            top_origins: None,
            top_origin_required: false,
            user_verification: UserVerification::Required,
            user_presence: UserPresence::Required,
            algorithms: Algorithm::ALL.to_vec(),
            backup_eligibility_policy: BackupEligibilityPolicy::Strict,
            allowed_aaguids: None,
            denied_aaguids: Vec::new(),
            extensions: AskedExtensions::NONE,
            app_id: None,
        }
    }

    /// The credential that the authenticator makes.
    pub(crate) fn create(&mut self) -> Value {
        let algorithms = Algorithm::ALL.map(|algorithm| json!({"type": "public-key", "alg": algorithm}));
        let options = json!({"publicKey": {
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": base64url::encode(&USER_HANDLE), "name": "kim", "displayName": "Kim"},
            "challenge": base64url::encode(&CHALLENGE),
            "pubKeyCredParams": algorithms,
        }});
        self.authenticator.create(&options, ORIGIN).expect("the authenticator makes a credential")
    }

    /// The assertion that the authenticator makes.
    pub(crate) fn get(&mut self) -> Value {
        let options = json!({"publicKey": {
            "challenge": base64url::encode(&CHALLENGE), "rpId": "example.com", "userVerification": "required",
        }});
        self.authenticator.get(&options, ORIGIN).expect("the authenticator has a credential")
    }

    /// A whole registration.
    pub(crate) fn register(&mut self) -> Result<VerifiedRegistration, Failure> {
        let credential = self.create();
        self.verify_registration(&credential)
    }

    /// A whole authentication with the credential of `registration`.
    pub(crate) fn log_in(
        &mut self,
        registration: &VerifiedRegistration,
    ) -> Result<VerifiedAssertion, Failure> {
        let credential = self.get();
        self.verify_assertion(&credential, registration)
    }

    /// A registration without fault, then an authentication with what `change` has changed.
    pub(crate) fn log_in_after(change: impl FnOnce(&mut Self)) -> Result<VerifiedAssertion, Failure> {
        let mut ceremony = Self::new();
        let registration = ceremony.register().expect("the registration is without fault");
        change(&mut ceremony);
        ceremony.log_in(&registration)
    }

    /// A registration with what `change` has changed.
    pub(crate) fn register_after(change: impl FnOnce(&mut Self)) -> Result<VerifiedRegistration, Failure> {
        let mut ceremony = Self::new();
        change(&mut ceremony);
        ceremony.register()
    }

    pub(crate) fn verify_registration(&self, credential: &Value) -> Result<VerifiedRegistration, Failure> {
        self.verify_registration_under(credential, AttestationPolicy::Any, 1_800_000_000)
    }

    pub(crate) fn verify_registration_under(
        &self,
        credential: &Value,
        attestation: AttestationPolicy<'_>,
        now_unix_seconds: i64,
    ) -> Result<VerifiedRegistration, Failure> {
        let json = credential.to_string();
        let response = RegistrationResponse::parse(json.as_bytes()).map_err(Failure::Response)?;
        response.check_client_data(&self.client_data()).map_err(Failure::ClientData)?;
        let object = response.attestation_object().map_err(Failure::AttestationObject)?;
        let expected = RegistrationExpectation {
            rp_id: &self.rp_id,
            user_verification: self.user_verification,
            user_presence: self.user_presence,
            algorithms: &self.algorithms,
            attestation,
            aaguids: AaguidPolicy { allowed: self.allowed_aaguids.as_deref(), denied: &self.denied_aaguids },
            extensions: self.extensions,
            now_unix_seconds,
        };
        let registration = object.verify(&expected).map_err(Failure::Registration)?;
        assert_eq!(object.credential_id(), registration.credential_id);
        Ok(registration)
    }

    pub(crate) fn verify_assertion(
        &self,
        credential: &Value,
        registration: &VerifiedRegistration,
    ) -> Result<VerifiedAssertion, Failure> {
        let json = credential.to_string();
        let response = AuthenticationResponse::parse(json.as_bytes()).map_err(Failure::Response)?;
        response.check_client_data(&self.client_data()).map_err(Failure::ClientData)?;
        let expected = AssertionExpectation {
            rp_id: &self.rp_id,
            user_verification: self.user_verification,
            public_key: &CredentialPublicKey::new(&*registration.public_key),
            backup_eligible: registration.backup_eligible,
            backup_eligibility_policy: self.backup_eligibility_policy,
            extensions: self.extensions,
            app_id: self.app_id.as_ref().map(AppId::hash),
        };
        response.verify(&expected).map_err(Failure::Assertion)
    }

    fn client_data(&self) -> ClientDataExpectation<'_> {
        ClientDataExpectation {
            challenge: &self.challenge,
            origins: &self.origins,
            cross_origin: match &self.top_origins {
                None => CrossOriginPolicy::Refuse,
                Some(top_origins) if self.top_origin_required => {
                    CrossOriginPolicy::RequireTopOrigin { top_origins }
                }
                Some(top_origins) => CrossOriginPolicy::Allow { top_origins },
            },
        }
    }
}

pub(crate) fn origin(text: &str) -> Origin {
    Origin::parse(text).expect("an origin")
}
