//! The two ceremonies.

use std::fmt;

use aws_lc_rs::digest;
use serde_json::{Value, json};

use crate::{
    Algorithm, AttestationCa, AuthenticatorData, Cbor, ClientData, Config, Counter, Hooks,
    attestation::{self, Subject},
    key::PrivateKey,
    options,
    seed::Seed,
};

/// A software authenticator, and the browser it is used from.
#[derive(Debug)]
pub struct Authenticator {
    /// What kind of authenticator it is; changes hold from the next ceremony on.
    pub config: Config,
    /// What is changed before it is sent.
    pub hooks: Hooks,
    seed: Seed,
    credentials: Vec<Credential>,
}

/// A credential that the authenticator holds.
#[derive(Clone)]
pub struct Credential {
    /// Its id.
    pub id: Vec<u8>,
    /// The RP ID it is scoped to.
    pub rp_id: String,
    /// The user handle it was made for.
    pub user_handle: Vec<u8>,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Its signature counter, as last sent.
    pub sign_count: u32,
    key: PrivateKey,
}

/// Why a ceremony gave no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthenticatorError {
    /// The options lack something, or have it in a wrong form; at this path (RFC 6901).
    Options(&'static str),
    /// The configured algorithm isn't on offer (`NotSupportedError`).
    AlgorithmNotOffered,
    /// `excludeCredentials` lists a credential that this authenticator holds (`InvalidStateError`).
    Excluded,
    /// No credential fits (`NotAllowedError`).
    NoCredential,
}

impl fmt::Display for AuthenticatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(path) => write!(f, "the options lack a usable {path}"),
            Self::AlgorithmNotOffered => {
                f.write_str("the options do not offer the authenticator's algorithm")
            }
            Self::Excluded => f.write_str("the authenticator holds an excluded credential"),
            Self::NoCredential => f.write_str("the authenticator holds no fitting credential"),
        }
    }
}

impl std::error::Error for AuthenticatorError {}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("id", &options::encode(&self.id))
            .field("rp_id", &self.rp_id)
            .finish_non_exhaustive()
    }
}

impl Authenticator {
    /// An empty authenticator of the default kind. Two of the same seed make the same credentials.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_config(seed, Config::default())
    }

    /// An empty authenticator of this kind.
    #[must_use]
    pub fn with_config(seed: u64, config: Config) -> Self {
        Self { config, hooks: Hooks::default(), seed: Seed::new(seed), credentials: Vec::new() }
    }

    /// The credentials it holds, oldest first.
    #[must_use]
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The same, for tests that set a counter back or forget a credential.
    pub const fn credentials_mut(&mut self) -> &mut Vec<Credential> {
        &mut self.credentials
    }

    /// What `navigator.credentials.create()` returns, as JSON. `options` is `{"publicKey": …}` or the inner
    /// object.
    pub fn create(&mut self, options: &Value, origin: &str) -> Result<Value, AuthenticatorError> {
        let options = options::inner(options);
        let rp_id = options::rp_id(options, "/rp/id", origin);
        let user_handle = options::bytes(options, "/user/id")?;
        let challenge = options::text(options, "/challenge")?;
        let excluded = options::ids(options, "/excludeCredentials")?;
        if self.credentials.iter().any(|held| held.rp_id == rp_id && excluded.contains(&held.id)) {
            return Err(AuthenticatorError::Excluded);
        }
        let algorithm = self.config.algorithm;
        if !options::algorithms(options).contains(&algorithm.cose_id()) {
            return Err(AuthenticatorError::AlgorithmNotOffered);
        }

        let mut id = vec![0; usize::from(self.config.credential_id_length)];
        self.seed.fill(&mut id);
        let key = PrivateKey::new(algorithm, &mut self.seed);
        let client_data_json = self.client_data_json("webauthn.create", challenge, origin);
        let mut public_key = key.to_cose();
        Hooks::run(&mut self.hooks.public_key, &mut public_key);
        let mut data = AuthenticatorData::new(&self.config, &rp_id, 0);
        data.attest(self.config.aaguid, &id, &public_key.encode());
        Hooks::run(&mut self.hooks.authenticator_data, &mut data);
        let data_bytes = data.encode();
        let signed = signed(&mut self.hooks, &data_bytes, &client_data_json);
        let issuer = self.config.attestation_issuer.as_deref().unwrap_or(AttestationCa::root());
        let mut subject = Subject {
            algorithm,
            key: &key,
            aaguid: self.config.aaguid,
            rp_id_hash: data.rp_id_hash,
            credential_id: &id,
            signed: &signed,
            issuer,
            hooks: &mut self.hooks,
        };
        let (format, statement) = attestation::statement(&self.config.attestation, &mut subject);
        let mut object = Cbor::Map(vec![
            ("fmt".into(), format.into()),
            ("attStmt".into(), statement),
            ("authData".into(), Cbor::Bytes(data_bytes.clone())),
        ]);
        Hooks::run(&mut self.hooks.attestation_object, &mut object);

        let wants_properties = options.pointer("/extensions/credProps") == Some(&Value::Bool(true));
        let extensions = if wants_properties { json!({"credProps": {"rk": true}}) } else { json!({}) };
        let response = json!({
            "clientDataJSON": options::encode(&client_data_json),
            "attestationObject": options::encode(&object.encode()),
            "authenticatorData": options::encode(&data_bytes),
            "publicKeyAlgorithm": algorithm.cose_id(),
            "transports": self.config.transports,
        });
        let credential = self.credential_json(&id, &response, &extensions);
        // An authenticator holds one credential per account: a new one takes the old one's place.
        self.credentials.retain(|held| held.rp_id != rp_id || held.user_handle != user_handle);
        self.credentials.push(Credential {
            id,
            rp_id,
            user_handle,
            algorithm,
            sign_count: data.sign_count,
            key,
        });
        Ok(credential)
    }

    /// What `navigator.credentials.get()` returns, as JSON: with one of `allowCredentials`, or else with the
    /// newest credential of the RP ID. `options` is `{"publicKey": …}` or the inner object.
    pub fn get(&mut self, options: &Value, origin: &str) -> Result<Value, AuthenticatorError> {
        let options = options::inner(options);
        let rp_id = options::rp_id(options, "/rpId", origin);
        let challenge = options::text(options, "/challenge")?;
        let allowed = options::ids(options, "/allowCredentials")?;
        let fits =
            |held: &Credential| held.rp_id == rp_id && (allowed.is_empty() || allowed.contains(&held.id));
        let index = self.credentials.iter().rposition(fits).ok_or(AuthenticatorError::NoCredential)?;

        let client_data_json = self.client_data_json("webauthn.get", challenge, origin);
        let held = &mut self.credentials[index];
        if self.config.counter == Counter::Incrementing {
            held.sign_count += 1;
        }
        let mut data = AuthenticatorData::new(&self.config, &rp_id, held.sign_count);
        Hooks::run(&mut self.hooks.authenticator_data, &mut data);
        let data = data.encode();
        let mut signature = held.key.sign(&signed(&mut self.hooks, &data, &client_data_json));
        Hooks::run(&mut self.hooks.signature, &mut signature);
        let mut response = json!({
            "clientDataJSON": options::encode(&client_data_json),
            "authenticatorData": options::encode(&data),
            "signature": options::encode(&signature),
        });
        if self.config.returns_user_handle {
            response["userHandle"] = options::encode(&held.user_handle).into();
        }
        let id = held.id.clone();
        Ok(self.credential_json(&id, &response, &json!({})))
    }

    fn client_data_json(&mut self, ceremony: &str, challenge: &str, origin: &str) -> Vec<u8> {
        let mut client_data = ClientData::new(ceremony, challenge.trim_end_matches('='), origin);
        Hooks::run(&mut self.hooks.client_data, &mut client_data);
        let mut json = client_data.to_json();
        Hooks::run(&mut self.hooks.client_data_json, &mut json);
        json
    }

    fn credential_json(&mut self, id: &[u8], response: &Value, extensions: &Value) -> Value {
        let mut credential = json!({
            "id": options::encode(id),
            "rawId": options::encode(id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
        });
        if let Some(attachment) = &self.config.authenticator_attachment {
            credential["authenticatorAttachment"] = attachment.as_str().into();
        }
        Hooks::run(&mut self.hooks.credential, &mut credential);
        credential
    }
}

fn signed(hooks: &mut Hooks, authenticator_data: &[u8], client_data_json: &[u8]) -> Vec<u8> {
    let hash = digest::digest(&digest::SHA256, client_data_json);
    let mut signed = [authenticator_data, hash.as_ref()].concat();
    Hooks::run(&mut hooks.signed, &mut signed);
    signed
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Authenticator, AuthenticatorError};
    use crate::{Algorithm, Counter};

    const ORIGIN: &str = "https://example.com";

    fn creation_options(user: &str) -> Value {
        let algorithms: Vec<Value> =
            Algorithm::ALL.map(|algorithm| json!({"type": "public-key", "alg": algorithm.cose_id()})).into();
        json!({"publicKey": {
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": user, "name": "kim", "displayName": "Kim"},
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": algorithms,
        }})
    }

    fn request_options() -> Value {
        json!({"publicKey": {"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "example.com"}})
    }

    #[test]
    fn the_same_seed_makes_the_same_credential() {
        for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa] {
            let create = |seed| {
                let mut authenticator = Authenticator::new(seed);
                authenticator.config.algorithm = algorithm;
                authenticator.create(&creation_options("AQ"), ORIGIN).unwrap()
            };
            assert_eq!(create(1), create(1));
            assert_ne!(create(1), create(2));
        }
    }

    #[test]
    fn an_excluded_credential_is_not_made_again() {
        let mut authenticator = Authenticator::new(1);
        let credential = authenticator.create(&creation_options("AQ"), ORIGIN).unwrap();
        let mut options = creation_options("Ag");
        options["publicKey"]["excludeCredentials"] = json!([{"type": "public-key", "id": credential["id"]}]);
        assert_eq!(authenticator.create(&options, ORIGIN), Err(AuthenticatorError::Excluded));
    }

    #[test]
    fn an_algorithm_that_is_not_offered_is_not_used() {
        let mut options = creation_options("AQ");
        options["publicKey"]["pubKeyCredParams"] = json!([{"type": "public-key", "alg": -8}]);
        assert_eq!(
            Authenticator::new(1).create(&options, ORIGIN),
            Err(AuthenticatorError::AlgorithmNotOffered)
        );
    }

    #[test]
    fn assertions_come_from_allowed_credentials_or_from_the_newest() {
        let mut authenticator = Authenticator::new(1);
        let first = authenticator.create(&creation_options("AQ"), ORIGIN).unwrap();
        let second = authenticator.create(&creation_options("Ag"), ORIGIN).unwrap();
        let assertion = authenticator.get(&request_options(), ORIGIN).unwrap();
        assert_eq!((&assertion["id"], &assertion["response"]["userHandle"]), (&second["id"], &json!("Ag")));
        let mut options = request_options();
        options["publicKey"]["allowCredentials"] = json!([{"type": "public-key", "id": first["id"]}]);
        let assertion = authenticator.get(&options, ORIGIN).unwrap();
        assert_eq!((&assertion["id"], &assertion["response"]["userHandle"]), (&first["id"], &json!("AQ")));
        options["publicKey"]["rpId"] = json!("example.net");
        assert_eq!(authenticator.get(&options, ORIGIN), Err(AuthenticatorError::NoCredential));
    }

    #[test]
    fn the_counter_grows_or_stays_zero() {
        let mut authenticator = Authenticator::new(1);
        authenticator.create(&creation_options("AQ"), ORIGIN).unwrap();
        authenticator.get(&request_options(), ORIGIN).unwrap();
        authenticator.get(&request_options(), ORIGIN).unwrap();
        assert_eq!(authenticator.credentials()[0].sign_count, 2);
        authenticator.config.counter = Counter::AlwaysZero;
        authenticator.credentials_mut()[0].sign_count = 0;
        authenticator.get(&request_options(), ORIGIN).unwrap();
        assert_eq!(authenticator.credentials()[0].sign_count, 0);
    }

    #[test]
    fn options_that_lack_something_say_what() {
        let error = Authenticator::new(1).create(&json!({"publicKey": {}}), ORIGIN).unwrap_err();
        assert_eq!(error.to_string(), "the options lack a usable /user/id");
    }

    #[test]
    fn hooks_change_what_is_sent() {
        let mut authenticator = Authenticator::new(1);
        authenticator.create(&creation_options("AQ"), ORIGIN).unwrap();
        authenticator.hooks.credential = Some(Box::new(|credential| credential["type"] = json!("other")));
        assert_eq!(authenticator.get(&request_options(), ORIGIN).unwrap()["type"], "other");
    }
}
