//! A metadata service: signed lists of what vendors say of their authenticators (FIDO Metadata Service 3).

use std::fmt;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use rcgen::{CertificateParams, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use serde_json::{Value, json};

use crate::{Algorithm, AttestationCa, key::PrivateKey, seed::Seed};

/// Who signs the lists, with a certificate.
pub struct MetadataSigner {
    key: PrivateKey,
    algorithm: &'static str,
    certificates: Vec<Vec<u8>>,
}

impl fmt::Debug for MetadataSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataSigner").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A public key, as certificates have it.
struct PublicKey {
    bits: Vec<u8>,
    algorithm: &'static SignatureAlgorithm,
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl MetadataSigner {
    /// One that signs with RS256, or else with ES256, and whose certificate this CA issued.
    ///
    /// # Panics
    /// If `params` can't be a certificate.
    #[must_use]
    pub fn new(algorithm: Algorithm, issuer: &AttestationCa, params: &CertificateParams) -> Self {
        let (algorithm, jws, certified) = match algorithm {
            Algorithm::Rs256 => (algorithm, "RS256", &PKCS_RSA_SHA256),
            _ => (Algorithm::Es256, "ES256", &PKCS_ECDSA_P256_SHA256),
        };
        let key = PrivateKey::new(algorithm, &mut Seed::new(7));
        let bits = key.to_public_key_bits().expect("keys of both kinds have them");
        let leaf = issuer.issue_to(params, &PublicKey { bits, algorithm: certified });
        let mut certificates = vec![leaf];
        certificates.extend_from_slice(issuer.chain());
        Self { key, algorithm: jws, certificates }
    }

    /// The header of what it signs, for tests to change.
    #[must_use]
    pub fn header(&self) -> Value {
        let certificates: Vec<_> = self.certificates.iter().map(|der| BASE64.encode(der)).collect();
        json!({"alg": self.algorithm, "typ": "JWT", "x5c": certificates})
    }

    /// A signed list with this payload.
    #[must_use]
    pub fn sign(&self, payload: &Value) -> String {
        self.sign_with(&self.header(), payload.to_string().as_bytes())
    }

    /// The same, with a header and a payload that need not be what they should.
    ///
    /// # Panics
    /// Never: its keys sign any message.
    #[must_use]
    pub fn sign_with(&self, header: &Value, payload: &[u8]) -> String {
        let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
        let signed = format!("{header}.{}", BASE64URL_NOPAD.encode(payload));
        let signature = self.key.sign_jws(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}
