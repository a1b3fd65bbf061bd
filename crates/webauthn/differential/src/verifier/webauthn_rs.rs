//! `webauthn-rs-core`.
//!
//! It makes its challenges itself and keeps each in a state. A state can be written and read as JSON: that is where the
//! challenge of a case is put.

use std::time::Duration;

use passgate_webauthn::base64url;
use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AuthenticationState, COSEAlgorithm, COSEKey, COSEKeyType, Credential, PublicKeyCredential,
        RegisterPublicKeyCredential, RegistrationState, UserVerificationPolicy,
    },
};

use super::{Facts, Refusal, Registered, Verifier};
use crate::{
    cose,
    expected::{Expected, ORIGIN, RP_ID, USER_HANDLE, UserVerification},
};

/// `webauthn-rs-core`, with one allowed origin and every algorithm that it has.
pub struct WebauthnRs {
    core: WebauthnCore,
    /// By [`UserVerification::index`].
    registrations: [Value; 2],
    authentications: [Value; 2],
}

impl Default for WebauthnRs {
    fn default() -> Self {
        let origin = Url::parse(ORIGIN).expect("a URL");
        let timeout = Duration::from_mins(5);
        let core = WebauthnCore::new_unsafe_experts_only(
            "Example",
            RP_ID,
            vec![origin],
            timeout,
            Some(false),
            Some(false),
        );
        let registrations = UserVerification::ALL.map(|user_verification| {
            let builder = core.new_challenge_register_builder(&USER_HANDLE, "kim", "Kim");
            let builder = builder
                .expect("a user")
                .user_verification_policy(policy(user_verification))
                .credential_algorithms(COSEAlgorithm::all_possible_algs());
            json!(core.generate_challenge_register(builder).expect("a challenge").1)
        });
        let authentications = UserVerification::ALL.map(|user_verification| {
            let policy = Some(policy(user_verification));
            let builder = core.new_challenge_authenticate_builder(Vec::new(), policy);
            json!(core.generate_challenge_authenticate(builder.expect("a request")).expect("a challenge").1)
        });
        Self { core, registrations, authentications }
    }
}

const fn policy(user_verification: UserVerification) -> UserVerificationPolicy {
    match user_verification {
        UserVerification::Required => UserVerificationPolicy::Required,
        UserVerification::Preferred => UserVerificationPolicy::Preferred,
    }
}

fn with_challenge(states: &[Value; 2], expected: &Expected) -> Value {
    let mut state = states[expected.user_verification.index()].clone();
    state["challenge"] = base64url::encode(&expected.challenge).into();
    state
}

fn refusal(error: &WebauthnError) -> Refusal {
    Refusal::of(error)
}

impl WebauthnRs {
    /// The state of a registration with this challenge.
    #[must_use]
    pub fn registration_state(&self, expected: &Expected) -> RegistrationState {
        serde_json::from_value(with_challenge(&self.registrations, expected)).expect("its own JSON is read")
    }

    /// The state of an authentication with this challenge, by this credential.
    #[must_use]
    pub fn authentication_state(&self, expected: &Expected, credential: &Credential) -> AuthenticationState {
        let state = with_challenge(&self.authentications, expected);
        let mut state: AuthenticationState = serde_json::from_value(state).expect("its own JSON is read");
        state.set_allowed_credentials(vec![credential.clone()]);
        state
    }

    /// The verdict on a registration, for a state that is there already.
    pub fn register_with(&self, state: &RegistrationState, json: &[u8]) -> Result<Credential, Refusal> {
        let response: RegisterPublicKeyCredential =
            serde_json::from_slice(json).map_err(|_| Refusal::new("Json"))?;
        self.core.register_credential(&response, state, None).map_err(|error| refusal(&error))
    }

    /// The verdict on an assertion, for a state that is there already.
    pub fn authenticate_with(&self, state: &AuthenticationState, json: &[u8]) -> Result<Facts, Refusal> {
        let response: PublicKeyCredential = serde_json::from_slice(json).map_err(|_| Refusal::new("Json"))?;
        let result = self.core.authenticate_credential(&response, state).map_err(|error| refusal(&error))?;
        Ok(Facts {
            credential_id: result.cred_id().clone(),
            sign_count: result.counter(),
            user_verified: Some(result.user_verified()),
            backup_eligible: result.backup_eligible(),
            backup_state: result.backup_state(),
            cose_algorithm: 0,
            public_key: Vec::new(),
        })
    }
}

impl Verifier for WebauthnRs {
    type Credential = Credential;

    fn register(&self, expected: &Expected, json: &[u8]) -> Result<Registered<Credential>, Refusal> {
        let credential = self.register_with(&self.registration_state(expected), json)?;
        let facts = Facts {
            credential_id: credential.cred_id.clone(),
            sign_count: credential.counter,
            user_verified: Some(credential.user_verified),
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            cose_algorithm: 0,
            public_key: numbers(&credential.cred),
        };
        Ok(Registered { credential, facts })
    }

    fn authenticate(
        &self,
        expected: &Expected,
        credential: &Credential,
        json: &[u8],
    ) -> Result<Facts, Refusal> {
        self.authenticate_with(&self.authentication_state(expected, credential), json)
    }
}

fn numbers(key: &COSEKey) -> Vec<Vec<u8>> {
    match &key.key {
        COSEKeyType::EC_EC2(key) => vec![key.x.clone(), key.y.clone()],
        COSEKeyType::EC_OKP(key) => vec![key.x.clone()],
        COSEKeyType::RSA(key) => {
            vec![cose::without_zeros(&key.n).to_vec(), cose::without_zeros(&key.e).to_vec()]
        }
    }
}
