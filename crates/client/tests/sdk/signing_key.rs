//! Keys that sign tokens, well and badly.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) jwk: Value,
    /// The public key as X.509's `SubjectPublicKeyInfo`.
    pub(crate) spki: Vec<u8>,
    private: PrivateKey,
}

enum PrivateKey {
    Es256(EcdsaKeyPair),
    Rs256(rsa::KeyPair),
}

impl SigningKey {
    pub(crate) fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = pair.public_key().as_ref();
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("encodable");
        Self {
            kid: kid.to_owned(),
            jwk: json!({
                "kty": "EC", "use": "sig", "alg": "ES256", "kid": kid, "crv": "P-256",
                "x": BASE64URL_NOPAD.encode(&point[1..33]),
                "y": BASE64URL_NOPAD.encode(&point[33..]),
            }),
            spki: spki.as_ref().to_vec(),
            private: PrivateKey::Es256(pair),
        }
    }

    pub(crate) fn rs256(kid: &str) -> Self {
        let pair = rsa::KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
        let spki: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("encodable");
        Self {
            kid: kid.to_owned(),
            jwk: json!({
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                "n": BASE64URL_NOPAD.encode(&public.n),
                "e": BASE64URL_NOPAD.encode(&public.e),
            }),
            spki: spki.as_ref().to_vec(),
            private: PrivateKey::Rs256(pair),
        }
    }

    /// A token with the header it should have.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let alg = self.jwk["alg"].clone();
        self.sign_under(&json!({ "typ": "JWT", "alg": alg, "kid": self.kid }), claims)
    }

    /// A token signed as it should be, under any header.
    pub(crate) fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let (random, bytes) = (SystemRandom::new(), message.as_bytes());
        let signature = match &self.private {
            PrivateKey::Es256(pair) => pair.sign(&random, bytes).expect("signs").as_ref().to_vec(),
            PrivateKey::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, bytes, &mut signature).expect("signs");
                signature
            }
        };
        format!("{message}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// The public key as PEM.
    pub(crate) fn pem(&self) -> String {
        let body = BASE64.encode(&self.spki);
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64")).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }
}

/// A token whose HMAC has `secret` as its key.
pub(crate) fn sign_hs256(kid: &str, secret: &[u8], claims: &Value) -> String {
    let message = message(&json!({ "typ": "JWT", "alg": "HS256", "kid": kid }), claims);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
}

/// What is signed: header and claims.
pub(crate) fn message(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
    format!("{}.{}", encode(header), encode(claims))
}
