//! Certificates (§8.2.1, §8.3.1): as anchors, as `passgate inspect` shows them, and in attestation statements.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate_authenticator::{Attestation, Authenticator, Cbor};
use passgate_fuzz::relying_party::{ORIGIN, creation_options, register, trusting_policy};
use passgate_webauthn::{AttestationPolicy, TrustAnchor, inspect::CertificateFields};

/// The formats whose statement has certificates under `x5c`, and what of the authenticator's own goes before them.
fn attestations() -> [Attestation; 5] {
    [
        Attestation::PackedX5c,
        Attestation::FidoU2f,
        Attestation::Tpm,
        Attestation::AndroidKey,
        Attestation::Apple,
    ]
}

fuzz_target!(|certificate: &[u8]| {
    let _ = CertificateFields::parse(certificate);
    let anchor = TrustAnchor::from_der(certificate);
    let format = usize::from(certificate.last().copied().unwrap_or_default()) % attestations().len();
    let mut authenticator = Authenticator::new(1);
    authenticator.config.attestation = attestations()[format].clone();
    let certificate = certificate.to_vec();
    authenticator.hooks.attestation_object = Some(Box::new(move |object| {
        let x5c = Cbor::Array(vec![Cbor::Bytes(certificate.clone())]);
        object.get_mut("attStmt").set("x5c", x5c);
    }));
    let created = authenticator.create(&creation_options(), ORIGIN).expect("a credential");
    let json = created.to_string();
    let any = register(json.as_bytes(), AttestationPolicy::Any);
    let trusted = register(json.as_bytes(), trusting_policy());
    assert!(any.is_ok() || trusted.is_err(), "who is trusted verifies");
    if let Ok(anchor) = anchor {
        let policy = AttestationPolicy::Trusted { anchors: &[anchor] };
        let by_itself = register(json.as_bytes(), policy);
        assert!(any.is_ok() || by_itself.is_err(), "who is trusted verifies");
    }
});
