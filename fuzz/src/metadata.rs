//! Metadata lists, signed by a service of our own.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use data_encoding::BASE64;
use passgate_authenticator::{
    ca_certificate_params,
    rcgen::{CertifiedIssuer, IsCa, KeyPair},
};
use passgate_webauthn::{TrustAnchor, base64url, mds};
use serde_json::json;

use crate::relying_party::NOW;

/// The service: its root, and the beginning of what it signs.
struct Service {
    anchors: [TrustAnchor; 1],
    header: String,
    key: EcdsaKeyPair,
}

static SERVICE: LazyLock<Service> = LazyLock::new(|| {
    let key = || KeyPair::generate().expect("a key can be generated");
    let root = CertifiedIssuer::self_signed(ca_certificate_params("Root"), key()).expect("a certificate");
    let mut params = ca_certificate_params("Signer");
    params.is_ca = IsCa::ExplicitNoCa;
    let signer = key();
    let certificate = params.signed_by(&signer, &root).expect("a certificate");
    let header = json!({"alg": "ES256", "typ": "JWT", "x5c": [BASE64.encode(certificate.der())]});
    let pkcs8 = signer.serialize_der();
    Service {
        anchors: [TrustAnchor::from_der(root.der()).expect("a certificate")],
        header: base64url::encode(header.to_string().as_bytes()),
        key: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).expect("a key"),
    }
});

/// Signs a list, whatever it says.
#[must_use]
pub fn sign(payload: &[u8]) -> Vec<u8> {
    let signed = format!("{}.{}", SERVICE.header, base64url::encode(payload));
    let signature = SERVICE.key.sign(&SystemRandom::new(), signed.as_bytes()).expect("it signs any message");
    format!("{signed}.{}", base64url::encode(signature.as_ref())).into_bytes()
}

/// Judges a list.
pub fn verify(jwt: &[u8]) -> Result<mds::MetadataBlob, mds::MetadataBlobError> {
    let expected = mds::BlobExpectation {
        anchors: &SERVICE.anchors,
        signer: mds::BlobSigner::AnyBelowAnchors,
        revocation_lists: &[],
        now_unix_seconds: NOW,
        previous_serial: Some(7),
        overdue: mds::OverduePolicy::Refuse,
    };
    mds::MetadataBlob::verify(jwt, &expected)
}
