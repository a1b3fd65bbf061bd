//! §7.2 step 21: signatures that are nearly right, each refused by the whole of an authentication. The kinds are
//! those that Project Wycheproof describes; the values are made here.

mod ecdsa;
mod ed25519;
mod ml_dsa;
mod rsa;

use aws_lc_rs::digest;
use num_bigint::BigUint;
use passgate_authenticator::{Algorithm, Cbor};
use passgate_webauthn::{AssertionError, ResponseError, VerifiedRegistration, base64url};
use serde_json::{Value, json};

use crate::harness::{Ceremony, Failure};

/// A registration, and a genuine assertion of its credential.
struct Login {
    ceremony: Ceremony,
    registration: VerifiedRegistration,
    assertion: Value,
}

impl Login {
    fn with(algorithm: Algorithm) -> Self {
        let mut ceremony = Ceremony::new();
        ceremony.authenticator.config.algorithm = algorithm;
        let registration = ceremony.register().expect("the registration is without fault");
        let assertion = ceremony.get();
        let login = Self { ceremony, registration, assertion };
        login.accepts("the genuine one", &login.signature());
        login
    }

    /// The message that is signed: authenticator data, and the hash of the client data (§7.2 step 20).
    fn message(&self) -> Vec<u8> {
        let client_data_hash = digest::digest(&digest::SHA256, &self.member("clientDataJSON"));
        [&self.member("authenticatorData"), client_data_hash.as_ref()].concat()
    }

    fn signature(&self) -> Vec<u8> {
        self.member("signature")
    }

    fn member(&self, name: &str) -> Vec<u8> {
        let text = self.assertion["response"][name].as_str().expect("a text");
        base64url::decode(text).expect("base64url")
    }

    /// What becomes of the assertion with this signature.
    fn outcome(&self, signature: &[u8]) -> Result<(), Failure> {
        let mut assertion = self.assertion.clone();
        assertion["response"]["signature"] = json!(base64url::encode(signature));
        self.ceremony.verify_assertion(&assertion, &self.registration).map(drop)
    }

    #[track_caller]
    fn accepts(&self, what: &str, signature: &[u8]) {
        assert_eq!(self.outcome(signature), Ok(()), "{what}: {signature:02x?}");
    }

    #[track_caller]
    fn refuses(&self, what: &str, signature: &[u8]) {
        let refused = Err(Failure::Assertion(AssertionError::SignatureInvalid));
        assert_eq!(self.outcome(signature), refused, "{what}: {signature:02x?}");
    }

    /// Of no algorithm.
    #[track_caller]
    fn refuses_what_is_no_signature(&self) {
        let genuine = self.signature();
        let empty = ResponseError::Empty { member: "response.signature" };
        assert_eq!(self.outcome(&[]), Err(Failure::Response(empty)));
        self.refuses("one byte", &[0]);
        self.refuses("a byte short", &genuine[..genuine.len() - 1]);
        self.refuses("without its first byte", &genuine[1..]);
        self.refuses("a byte more", &[&genuine[..], &[0]].concat());
        self.refuses("a byte before", &[&[0], &genuine[..]].concat());
        self.refuses("half", &genuine[..genuine.len() / 2]);
        self.refuses("twice", &genuine.repeat(2));
        self.refuses("all zero", &vec![0; genuine.len()]);
        self.refuses("all ones", &vec![0xff; genuine.len()]);
        self.refuses("very long", &[&genuine[..], &vec![0; 40_000]].concat());
    }
}

/// A COSE key of these parameters, in canonical order.
fn cose(parameters: &[(i64, Cbor)]) -> Vec<u8> {
    Cbor::Map(parameters.iter().map(|(label, value)| (Cbor::Int(*label), value.clone())).collect()).encode()
}

/// A number from hexadecimal digits, of any case and with spaces.
fn number(hex: &str) -> BigUint {
    let digits: String = hex.split_whitespace().collect();
    BigUint::parse_bytes(digits.as_bytes(), 16).expect("hexadecimal digits")
}

/// A number in so many bytes, big-endian.
fn fixed(number: &BigUint, length: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let padding = length.checked_sub(bytes.len()).expect("the number fits");
    [vec![0; padding], bytes].concat()
}

#[test]
fn a_signature_of_another_algorithm_is_none_of_this_one() {
    let logins = Algorithm::ALL.map(Login::with);
    for login in &logins {
        for other in
            logins.iter().filter(|other| other.registration.algorithm != login.registration.algorithm)
        {
            let what = format!("{:?} for {:?}", other.registration.algorithm, login.registration.algorithm);
            login.refuses(&what, &other.signature());
        }
    }
}
