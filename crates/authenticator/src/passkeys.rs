//! Passkeys by the million, for load: what an assertion costs beside its signature is a copy of some text.

use std::fmt;

use aws_lc_rs::digest;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::Value;

use crate::{Algorithm, AuthenticatorData, Config, Flags, key::PrivateKey, seed::Seed};

/// Lengths of credential ids and user handles, in bytes.
const LENGTH_BYTE: u8 = 32;
const LENGTH: usize = LENGTH_BYTE as usize;
/// The length of a registration's authenticator data: 37 bytes, AAGUID, the id with its length, a P-256 key in COSE.
const DATA_LENGTH: u8 = 37 + 16 + 2 + LENGTH_BYTE + 77;

/// A crowd of synced passkeys (ES256, no attestation, a counter that stays zero), each with a number.
///
/// All follows from the seed and the number, and nothing is kept for one, so that there can be as many as one likes.
/// Ids and handles are all different and look random. Keys are shared: number `n` has key `n` modulo their count, which
/// no server can tell from outside, since each takes part in its own credential's ceremonies alone.
///
/// [`Authenticator`](crate::Authenticator) is the one for everything else: it reads options whole, and can do wrong.
///
/// ```
/// use passgate_authenticator::{Passkeys, Site};
///
/// let passkeys = Passkeys::new(7, 4);
/// let site = Site::new("example.com", "https://example.com");
/// let mut body = Vec::new();
/// passkeys.write_assertion(5, &site, "AAAAAAAAAAAAAAAAAAAAAA", "dXNlcg", &mut body);
/// let assertion: serde_json::Value = serde_json::from_slice(&body)?;
/// assert_eq!(assertion["id"], passkeys.credential_id_text(5));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub struct Passkeys {
    seed: u64,
    keys: Vec<SharedKey>,
}

struct SharedKey {
    private: PrivateKey,
    cose: Vec<u8>,
}

/// Where passkeys are used: a relying party, and one page of its.
#[derive(Debug, Clone)]
pub struct Site {
    /// The end of the client data, from behind the challenge.
    client_data_end: String,
    /// Authenticator data of a registration, up to the credential's id, and of an assertion.
    registration_data: Vec<u8>,
    assertion_data: Vec<u8>,
}

impl Site {
    /// The site of an RP ID and an origin, which are taken as they are.
    #[must_use]
    pub fn new(rp_id: &str, origin: &str) -> Self {
        let config = Config::default();
        let assertion = AuthenticatorData::new(&config, rp_id, 0);
        let mut registration = assertion.clone();
        registration.flags.set(Flags::ATTESTED_CREDENTIAL_DATA, true);
        registration.attested_credential_data = [&config.aaguid[..], &[0, LENGTH_BYTE]].concat();
        Self {
            // Escaped as JSON has it.
            client_data_end: format!("\",\"origin\":{},\"crossOrigin\":false}}", Value::from(origin)),
            registration_data: registration.encode(),
            assertion_data: assertion.encode(),
        }
    }

    fn client_data(&self, ceremony: &str, challenge: &str) -> Vec<u8> {
        let challenge = challenge.trim_end_matches('=');
        let parts = ["{\"type\":\"", ceremony, "\",\"challenge\":\"", challenge, &self.client_data_end];
        parts.concat().into_bytes()
    }
}

impl Passkeys {
    /// A crowd with `keys` different keys, one at least. Making one takes about 50 µs.
    #[must_use]
    pub fn new(seed: u64, keys: u32) -> Self {
        let mut stream = Seed::new(seed);
        let make = |_| {
            let private = PrivateKey::new(Algorithm::Es256, &mut stream);
            let cose = private.to_cose().encode();
            SharedKey { private, cose }
        };
        Self { seed, keys: (0..keys.max(1)).map(make).collect() }
    }

    /// The id of a passkey.
    #[must_use]
    pub fn credential_id(&self, number: u64) -> [u8; LENGTH] {
        self.block(number, b'c')
    }

    /// The same in base64url, as JSON has it.
    #[must_use]
    pub fn credential_id_text(&self, number: u64) -> String {
        BASE64URL_NOPAD.encode(&self.credential_id(number))
    }

    /// The app's id of the passkey's user. In the order of ids, as handles are.
    #[must_use]
    pub fn user_id(&self, number: u64) -> String {
        format!("user-{}", HEXLOWER.encode(&self.credential_id(number)[..12]))
    }

    /// The user's handle where no server chose another. In the order of ids, so that a database can be filled in order.
    #[must_use]
    pub fn user_handle(&self, number: u64) -> [u8; LENGTH] {
        let mut handle = self.credential_id(number);
        handle[16..].copy_from_slice(&self.block(number, b'h')[16..]);
        handle
    }

    /// The same in base64url.
    #[must_use]
    pub fn user_handle_text(&self, number: u64) -> String {
        BASE64URL_NOPAD.encode(&self.user_handle(number))
    }

    /// The public key of a passkey, COSE.
    #[must_use]
    pub fn public_key(&self, number: u64) -> &[u8] {
        &self.key(number).cose
    }

    /// Appends what `navigator.credentials.create()` returns for a challenge, as JSON.
    pub fn write_registration(&self, number: u64, site: &Site, challenge: &str, json: &mut Vec<u8>) {
        let id = self.credential_id(number);
        let data = [&site.registration_data[..], &id, self.public_key(number)].concat();
        debug_assert_eq!(data.len(), usize::from(DATA_LENGTH), "ids and keys have one length");
        // The map of three members, `fmt` "none", `attStmt` empty, `authData` of one byte's length (WebAuthn §6.5.4).
        let head =
            [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[DATA_LENGTH]].concat();
        let client_data = site.client_data("webauthn.create", challenge);
        Writer(json)
            .head(&id)
            .bytes("clientDataJSON", &[&client_data])
            .text(",")
            .bytes("attestationObject", &[&head, &data])
            .text(",\"transports\":[\"hybrid\",\"internal\"]")
            .tail();
    }

    /// Appends what `navigator.credentials.get()` returns for a challenge, as JSON. The handle is base64url.
    pub fn write_assertion(
        &self,
        number: u64,
        site: &Site,
        challenge: &str,
        user_handle: &str,
        json: &mut Vec<u8>,
    ) {
        let client_data = site.client_data("webauthn.get", challenge);
        let hash = digest::digest(&digest::SHA256, &client_data);
        let signature = self.key(number).private.sign(&[&site.assertion_data, hash.as_ref()].concat());
        Writer(json)
            .head(&self.credential_id(number))
            .bytes("clientDataJSON", &[&client_data])
            .text(",")
            .bytes("authenticatorData", &[&site.assertion_data])
            .text(",")
            .bytes("signature", &[&signature])
            .text(",\"userHandle\":\"")
            .text(user_handle)
            .text("\"")
            .tail();
    }

    fn key(&self, number: u64) -> &SharedKey {
        let count = u64::try_from(self.keys.len()).unwrap_or(u64::MAX);
        &self.keys[usize::try_from(number % count).expect("below the number of keys")]
    }

    fn block(&self, number: u64, label: u8) -> [u8; LENGTH] {
        let mut input = *b"passgate passkey................";
        input[15] = label;
        input[16..24].copy_from_slice(&self.seed.to_be_bytes());
        input[24..].copy_from_slice(&number.to_be_bytes());
        let mut block = [0; LENGTH];
        block.copy_from_slice(digest::digest(&digest::SHA256, &input).as_ref());
        block
    }
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("seed", &self.seed).field("keys", &self.keys.len()).finish()
    }
}

/// Puts a credential's JSON together. None of its texts needs an escape.
struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    fn head(&mut self, id: &[u8]) -> &mut Self {
        let id = BASE64URL_NOPAD.encode(id);
        self.text("{\"id\":\"").text(&id).text("\",\"rawId\":\"").text(&id);
        self.text("\",\"type\":\"public-key\",\"authenticatorAttachment\":\"platform\",\"response\":{")
    }

    fn bytes(&mut self, name: &str, parts: &[&[u8]]) -> &mut Self {
        self.text("\"").text(name).text("\":\"");
        let encoded = BASE64URL_NOPAD.encode(&parts.concat());
        self.text(&encoded).text("\"")
    }

    fn tail(&mut self) {
        self.text("},\"clientExtensionResults\":{}}");
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Passkeys, Site};
    use crate::{Authenticator, Counter};

    const ORIGIN: &str = "https://example.com";

    fn json_of(write: impl FnOnce(&mut Vec<u8>)) -> Value {
        let mut body = Vec::new();
        write(&mut body);
        serde_json::from_slice(&body).unwrap()
    }

    /// Takes out what differs between two credentials of the same kind, wherever it is.
    fn shape(mut credential: Value) -> Value {
        for member in ["id", "rawId"] {
            credential[member] = json!(credential[member].as_str().unwrap().len());
        }
        let response = credential["response"].as_object_mut().unwrap();
        for member in ["attestationObject", "signature", "userHandle"] {
            response.remove(member);
        }
        // What a browser adds for pages that can't read CBOR.
        response.remove("publicKeyAlgorithm");
        response.remove("authenticatorData");
        credential
    }

    #[test]
    fn what_is_written_has_the_authenticators_shape() {
        let (passkeys, site) = (Passkeys::new(7, 2), Site::new("example.com", ORIGIN));
        let mut authenticator = Authenticator::new(1);
        authenticator.config.counter = Counter::AlwaysZero;
        let options = json!({"publicKey": {
            "rp": {"id": "example.com", "name": "Example"},
            "user": {"id": "dXNlcg", "name": "kim", "displayName": "Kim"},
            "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        }});
        let expected = authenticator.create(&options, ORIGIN).unwrap();
        let challenge = "AAAAAAAAAAAAAAAAAAAAAA";
        let registration = json_of(|body| passkeys.write_registration(3, &site, challenge, body));
        let object = |credential: &Value| credential["response"]["attestationObject"].as_str().unwrap().len();
        assert_eq!(object(&registration), object(&expected));
        assert_eq!(shape(registration), shape(expected));

        let options = json!({"challenge": challenge, "rpId": "example.com"});
        let expected = authenticator.get(&options, ORIGIN).unwrap();
        let assertion = json_of(|body| passkeys.write_assertion(3, &site, challenge, "dXNlcg", body));
        let data = |credential: &Value| credential["response"]["authenticatorData"].clone();
        assert_eq!(data(&assertion), data(&expected));
        assert_eq!(assertion["response"]["userHandle"], expected["response"]["userHandle"]);
        assert_eq!(shape(assertion), shape(expected));
    }

    #[test]
    fn ids_handles_and_user_ids_have_one_order_and_follow_from_seed_and_number() {
        let passkeys = Passkeys::new(7, 1);
        let mut numbers: Vec<u64> = (0..100).collect();
        numbers.sort_unstable_by_key(|number| passkeys.credential_id(*number));
        assert!(numbers.is_sorted_by_key(|number| passkeys.user_handle(*number)));
        assert!(numbers.is_sorted_by_key(|number| passkeys.user_id(*number)));
        assert!(!numbers.is_sorted());
        assert_eq!(Passkeys::new(7, 3).credential_id(5), passkeys.credential_id(5));
        assert_ne!(Passkeys::new(8, 1).credential_id(5), passkeys.credential_id(5));
        assert_ne!(passkeys.user_handle(5), passkeys.credential_id(5));
    }

    #[test]
    fn keys_are_shared_by_number() {
        let passkeys = Passkeys::new(7, 2);
        assert_eq!(passkeys.public_key(1), passkeys.public_key(3));
        assert_ne!(passkeys.public_key(1), passkeys.public_key(2));
    }
}
