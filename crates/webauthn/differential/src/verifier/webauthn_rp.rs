//! `webauthn_rp`.
//!
//! It makes its 16-byte challenges itself and keeps each in a state. A state can be encoded and decoded: that is where
//! the challenge of a case is put.

use webauthn_rp::{
    AuthenticatedCredential, NonDiscoverableAuthentication, NonDiscoverableAuthenticationServerState,
    NonDiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
    bin::{Decode, Encode},
    request::{
        AsciiDomain, Credentials, PublicKeyCredentialDescriptor, RpId, UserVerificationRequirement,
        auth::{
            AllowedCredentials, AuthenticationVerificationOptions, AuthenticatorAttachmentEnforcement,
            SignatureCounterEnforcement,
        },
        register::{RegistrationVerificationOptions, UserHandle},
    },
    response::{
        AuthTransports, Backup, CredentialId,
        register::{CompressedPubKey, DynamicState, StaticState, UncompressedPubKey},
    },
};

use super::{Facts, Refusal, Registered, Verifier};
use crate::{
    cose,
    expected::{Expected, ORIGIN, RP_ID, USER_HANDLE, UserVerification},
};

/// A credential as it takes part in an authentication.
pub type ReadCredential<'a> =
    AuthenticatedCredential<'a, 'a, 16, CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

/// A credential as a database would have it.
#[derive(Debug)]
pub struct StoredCredential {
    id: Vec<u8>,
    /// [`StaticState`], encoded.
    static_state: Vec<u8>,
    dynamic_state: DynamicState,
}

/// `webauthn_rp`, with one allowed origin and what is stricter than the specification turned off.
#[derive(Debug)]
pub struct WebauthnRp {
    rp_id: RpId,
    user_handle: UserHandle<16>,
}

impl Default for WebauthnRp {
    fn default() -> Self {
        let rp_id = AsciiDomain::try_from(RP_ID.to_owned()).expect("a domain");
        Self { rp_id: RpId::Domain(rp_id), user_handle: UserHandle::from(USER_HANDLE) }
    }
}

const fn requirement(user_verification: UserVerification) -> UserVerificationRequirement {
    match user_verification {
        UserVerification::Required => UserVerificationRequirement::Required,
        UserVerification::Preferred => UserVerificationRequirement::Preferred,
    }
}

/// Puts `wanted` where an encoded state has `made`.
fn replace_challenge(state: &mut [u8], made: u128, wanted: [u8; 16]) {
    let made = made.to_le_bytes();
    let mut places = (0..=state.len() - made.len()).filter(|&place| state[place..].starts_with(&made));
    let place = places.next().expect("a state has its challenge");
    assert_eq!(places.next(), None, "sixteen random bytes come once");
    state[place..place + wanted.len()].copy_from_slice(&wanted);
}

impl WebauthnRp {
    /// The state of a registration with this challenge.
    #[must_use]
    pub fn registration_state(&self, expected: &Expected) -> RegistrationServerState<16> {
        let mut options = PublicKeyCredentialCreationOptions::first_passkey_with_blank_user_info(
            &self.rp_id,
            &self.user_handle,
        );
        options.extensions = webauthn_rp::request::register::Extension::default();
        options.authenticator_selection.user_verification = requirement(expected.user_verification);
        let made = u128::from(&options.challenge);
        let (state, _) = options.start_ceremony().expect("options that fit together");
        let mut state = state.encode().expect("the clock is after 1970");
        replace_challenge(&mut state, made, expected.challenge);
        RegistrationServerState::decode(&state).expect("its own state is read")
    }

    /// The state of an authentication with this challenge, by this credential.
    #[must_use]
    pub fn authentication_state(
        &self,
        expected: &Expected,
        credential: &StoredCredential,
    ) -> NonDiscoverableAuthenticationServerState {
        let mut allowed = AllowedCredentials::with_capacity(1);
        let id = CredentialId::try_from(credential.id.clone()).expect("an id that it took");
        allowed.push(PublicKeyCredentialDescriptor { id, transports: AuthTransports::NONE }.into());
        let options = NonDiscoverableCredentialRequestOptions::second_factor(&self.rp_id, allowed);
        let mut options = options.expect("a credential");
        options.options().user_verification = requirement(expected.user_verification);
        let made = u128::from(&options.options().challenge);
        let (state, _) = options.start_ceremony().expect("options that fit together");
        let mut state = state.encode().expect("the clock is after 1970");
        replace_challenge(&mut state, made, expected.challenge);
        NonDiscoverableAuthenticationServerState::decode(&state).expect("its own state is read")
    }

    /// A stored credential, read for one authentication.
    #[must_use]
    pub fn read<'a>(&'a self, credential: &'a StoredCredential) -> ReadCredential<'a> {
        let id = CredentialId::<&[u8]>::try_from(credential.id.as_slice()).expect("an id that it took");
        let static_state = StaticState::decode(&credential.static_state).expect("its own credential is read");
        AuthenticatedCredential::new(id, &self.user_handle, static_state, credential.dynamic_state)
            .expect("a credential that it took")
    }

    /// The verdict on a registration, for a state that is there already.
    pub fn register_with(
        &self,
        state: RegistrationServerState<16>,
        json: &[u8],
    ) -> Result<Registered<StoredCredential>, Refusal> {
        let response = Registration::from_json_relaxed(json).map_err(|error| json_refusal(&error))?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[ORIGIN],
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let registered =
            state.verify(&self.rp_id, &response, &options).map_err(|error| Refusal::of(&error))?;
        let (id, _, _, static_state, dynamic_state, _) = registered.into_parts();
        let facts = Facts {
            credential_id: id.as_ref().to_vec(),
            sign_count: dynamic_state.sign_count,
            user_verified: Some(dynamic_state.user_verified),
            backup_eligible: dynamic_state.backup != Backup::NotEligible,
            backup_state: dynamic_state.backup == Backup::Exists,
            cose_algorithm: 0,
            public_key: numbers(&static_state.credential_public_key),
        };
        let credential = StoredCredential {
            id: facts.credential_id.clone(),
            static_state: static_state.encode().expect("it can't fail"),
            dynamic_state,
        };
        Ok(Registered { credential, facts })
    }

    /// The verdict on an assertion, for a state that is there already.
    pub fn authenticate_with(
        &self,
        state: NonDiscoverableAuthenticationServerState,
        mut credential: ReadCredential<'_>,
        json: &[u8],
    ) -> Result<Facts, Refusal> {
        let response = NonDiscoverableAuthentication::<16>::from_json_relaxed(json)
            .map_err(|error| json_refusal(&error))?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[ORIGIN],
            error_on_unsolicited_extensions: false,
            auth_attachment_enforcement: AuthenticatorAttachmentEnforcement::Ignore(false),
            sig_counter_enforcement: SignatureCounterEnforcement::Fail,
            ..AuthenticationVerificationOptions::default()
        };
        state
            .verify(&self.rp_id, &response, &mut credential, &options)
            .map_err(|error| Refusal::of(&error))?;
        let updated = credential.dynamic_state();
        Ok(Facts {
            credential_id: credential.id().as_ref().to_vec(),
            sign_count: updated.sign_count,
            // What it keeps is about the registration.
            user_verified: None,
            backup_eligible: updated.backup != Backup::NotEligible,
            backup_state: updated.backup == Backup::Exists,
            cose_algorithm: 0,
            public_key: Vec::new(),
        })
    }
}

impl Verifier for WebauthnRp {
    type Credential = StoredCredential;

    fn register(&self, expected: &Expected, json: &[u8]) -> Result<Registered<StoredCredential>, Refusal> {
        self.register_with(self.registration_state(expected), json)
    }

    fn authenticate(
        &self,
        expected: &Expected,
        credential: &StoredCredential,
        json: &[u8],
    ) -> Result<Facts, Refusal> {
        self.authenticate_with(self.authentication_state(expected, credential), self.read(credential), json)
    }
}

fn numbers(key: &UncompressedPubKey<'_>) -> Vec<Vec<u8>> {
    match key {
        UncompressedPubKey::Ed25519(key) => vec![key.inner().to_vec()],
        UncompressedPubKey::P256(key) => vec![key.x().to_vec(), key.y().to_vec()],
        UncompressedPubKey::P384(key) => vec![key.x().to_vec(), key.y().to_vec()],
        UncompressedPubKey::Rsa(key) => {
            let exponent = key.e().to_be_bytes();
            vec![key.n().to_vec(), cose::without_zeros(&exponent).to_vec()]
        }
    }
}

/// What of the JSON it didn't like is in the text alone.
fn json_refusal(_: &webauthn_rp::response::ser_relaxed::SerdeJsonErr) -> Refusal {
    Refusal::new("Json")
}
