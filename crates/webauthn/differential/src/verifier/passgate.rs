//! Ours.

use passgate_webauthn::{
    CredentialPublicKey, AaguidPolicy, Algorithm, AssertionExpectation, AttestationPolicy, AuthenticationResponse,
    BackupEligibilityPolicy, ClientDataExpectation, CounterVerdict, CrossOriginPolicy, Origin,
    RegistrationExpectation, RegistrationResponse, RpId, UserPresence, VerifiedRegistration, check_counter,
    extensions::AskedExtensions,
};

use super::{Facts, Refusal, Registered, Verifier};
use crate::{
    cose,
    expected::{Expected, ORIGIN, RP_ID, USER_HANDLE, UserVerification},
};

/// Our verifier, called as the server calls it.
#[derive(Debug)]
pub struct Passgate {
    rp_id: RpId,
    origins: [Origin; 1],
}

impl Default for Passgate {
    fn default() -> Self {
        Self {
            rp_id: RpId::parse(RP_ID).expect("a domain"),
            origins: [Origin::parse(ORIGIN).expect("an origin")],
        }
    }
}

impl Passgate {
    fn client_data<'a>(&'a self, expected: &'a Expected) -> ClientDataExpectation<'a> {
        ClientDataExpectation {
            challenge: &expected.challenge,
            origins: &self.origins,
            cross_origin: CrossOriginPolicy::Refuse,
        }
    }

    /// The verdict on a registration.
    pub fn verify_registration(
        &self,
        expected: &Expected,
        json: &[u8],
    ) -> Result<VerifiedRegistration, Refusal> {
        let response = RegistrationResponse::parse(json).map_err(|error| Refusal::new(error.code()))?;
        let client_data = response.check_client_data(&self.client_data(expected));
        client_data.map_err(|error| Refusal::new(error.code()))?;
        let object = response.attestation_object().map_err(|error| Refusal::new(error.code()))?;
        let expectation = RegistrationExpectation {
            rp_id: &self.rp_id,
            user_verification: user_verification(expected),
            user_presence: UserPresence::Required,
            algorithms: &Algorithm::ALL,
            attestation: AttestationPolicy::Any,
            aaguids: AaguidPolicy::ANY,
            now_unix_seconds: 1_800_000_000,
            extensions: AskedExtensions::NONE,
        };
        object.verify(&expectation).map_err(|error| Refusal::new(error.code()))
    }
}

const fn user_verification(expected: &Expected) -> passgate_webauthn::UserVerification {
    match expected.user_verification {
        UserVerification::Required => passgate_webauthn::UserVerification::Required,
        UserVerification::Preferred => passgate_webauthn::UserVerification::Preferred,
    }
}

impl Verifier for Passgate {
    type Credential = VerifiedRegistration;

    fn register(&self, expected: &Expected, json: &[u8]) -> Result<Registered<Self::Credential>, Refusal> {
        let credential = self.verify_registration(expected, json)?;
        let facts = Facts {
            credential_id: credential.credential_id.clone(),
            sign_count: credential.sign_count,
            user_verified: Some(credential.user_verified),
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            cose_algorithm: credential.algorithm.cose_id(),
            public_key: cose::numbers(&credential.public_key),
        };
        Ok(Registered { credential, facts })
    }

    fn authenticate(
        &self,
        expected: &Expected,
        credential: &Self::Credential,
        json: &[u8],
    ) -> Result<Facts, Refusal> {
        let response = AuthenticationResponse::parse(json).map_err(|error| Refusal::new(error.code()))?;
        let client_data = response.check_client_data(&self.client_data(expected));
        client_data.map_err(|error| Refusal::new(error.code()))?;
        // As the server's lookup: by the credential's id, and then whose it is (§7.2 step 6).
        if response.credential_id() != credential.credential_id {
            return Err(Refusal::new("credential_unknown"));
        }
        if response.user_handle().is_some_and(|handle| handle != USER_HANDLE) {
            return Err(Refusal::new("user_handle_mismatch"));
        }
        let expectation = AssertionExpectation {
            rp_id: &self.rp_id,
            user_verification: user_verification(expected),
            public_key: &CredentialPublicKey::new(&*credential.public_key),
            backup_eligible: credential.backup_eligible,
            backup_eligibility_policy: BackupEligibilityPolicy::Strict,
            extensions: AskedExtensions::NONE,
            app_id: None,
        };
        let assertion = response.verify(&expectation).map_err(|error| Refusal::new(error.code()))?;
        match check_counter(credential.sign_count, assertion.sign_count) {
            CounterVerdict::Ok => Ok(Facts {
                credential_id: response.credential_id().to_vec(),
                sign_count: assertion.sign_count,
                user_verified: Some(assertion.user_verified),
                backup_eligible: assertion.backup_eligible,
                backup_state: assertion.backup_state,
                cose_algorithm: credential.algorithm.cose_id(),
                public_key: Vec::new(),
            }),
            CounterVerdict::Rollback => Err(Refusal::new("counter_rollback")),
        }
    }
}
