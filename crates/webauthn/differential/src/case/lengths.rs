//! Signatures that are as long as most are.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use passgate_authenticator::{Cbor, Hooks};

/// Whether all ECDSA signatures of a response, its certificates' included, have the usual length.
///
/// The numbers of such a signature are random, and DER writes them with a byte more or less. A change of a response
/// counts bytes: it must hit the same, or a case couldn't be repeated.
#[derive(Debug)]
pub(super) struct Lengths(Arc<AtomicBool>);

impl Lengths {
    /// Looks on from now, before anything is changed.
    pub(super) fn watch(hooks: &mut Hooks) -> Self {
        let are_usual = Arc::new(AtomicBool::new(true));
        let (signatures, certificates) = (Arc::clone(&are_usual), Arc::clone(&are_usual));
        hooks.signature = Some(Box::new(move |signature| {
            signatures.fetch_and(is_usual(signature), Ordering::Relaxed);
        }));
        hooks.attestation_object = Some(Box::new(move |object| {
            certificates.fetch_and(have_usual_signatures(object), Ordering::Relaxed);
        }));
        Self(are_usual)
    }

    pub(super) fn are_usual(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// For P-256 and P-384, that `r` needs a zero before it and `s` doesn't, and neither is shorter; for P-521, that both
/// are as long as the curve's order. A signature that is no sequence of numbers is always as long: by RSA and Ed25519,
/// which may start like one, but are longer than 139 bytes, or are of 64.
fn is_usual(signature: &[u8]) -> bool {
    match signature {
        // A sequence of less than 128 bytes, or of more.
        [0x30, length @ 0x3f..=0x7f, 0x02, r, rest @ ..] if usize::from(*length) == rest.len() + 2 => {
            matches!((r, rest.get(usize::from(*r) + 1)), (0x21, Some(0x20)) | (0x31, Some(0x30)))
        }
        [0x30, 0x81, length @ 0x80..=0x8f, 0x02, r, rest @ ..] if usize::from(*length) == rest.len() + 2 => {
            matches!((r, rest.get(usize::from(*r) + 1)), (0x42, Some(0x42)))
        }
        _ => true,
    }
}

/// Whether each certificate ends with a usual signature on P-256, which takes 71 bytes.
fn have_usual_signatures(value: &Cbor) -> bool {
    match value {
        Cbor::Map(entries) => entries.iter().all(|(name, value)| match value {
            Cbor::Array(certificates) if *name == Cbor::from("x5c") => {
                certificates.iter().all(is_usual_certificate)
            }
            value => have_usual_signatures(value),
        }),
        // The statements of a compound one.
        Cbor::Array(values) => values.iter().all(have_usual_signatures),
        // What else has bytes, as an RSA signature, starts with any: it may look like a certificate.
        _ => true,
    }
}

fn is_usual_certificate(certificate: &Cbor) -> bool {
    let Cbor::Bytes(der) = certificate else { return true };
    let (_, signature) = der.split_at(der.len().saturating_sub(71));
    signature.starts_with(&[0x30, 0x45, 0x02, 0x21]) && is_usual(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Such a signature is the same each time: to wait for another would be to wait for ever.
    #[test]
    fn a_signature_that_is_always_as_long_is_usual_whatever_it_starts_with() {
        for start in [&[0x30, 0x82][..], &[0x30, 0xfe, 0x02, 0x21], &[0x30, 0x81, 0xfd, 0x02, 0x42]] {
            let mut rsa = vec![0; 256];
            rsa[..start.len()].copy_from_slice(start);
            assert!(is_usual(&rsa), "{start:x?}");
            let mut statement = Cbor::Map(Vec::new());
            statement.set("sig", Cbor::Bytes(rsa));
            assert!(have_usual_signatures(&statement), "{start:x?}");
        }
        let mut ed25519 = [0; 64];
        ed25519[..4].copy_from_slice(&[0x30, 0x3e, 0x02, 0x20]);
        assert!(is_usual(&ed25519));
    }

    #[test]
    fn a_shorter_signature_is_unusual_in_a_response_and_in_a_certificate() {
        let usual = [&[0x30, 0x45, 0x02, 0x21][..], &[0; 33], &[0x02, 0x20], &[1; 32]].concat();
        let shorter = [&[0x30, 0x44, 0x02, 0x20][..], &[1; 32], &[0x02, 0x20], &[1; 32]].concat();
        for (signature, expected) in [(usual, true), (shorter, false)] {
            assert_eq!(is_usual(&signature), expected);
            let certificate = [&[0x30, 0x82, 1, 0][..], &[0; 100], &signature].concat();
            let mut statement = Cbor::Map(Vec::new());
            statement.set("x5c", Cbor::Array(vec![Cbor::Bytes(certificate)]));
            assert_eq!(have_usual_signatures(&statement), expected);
        }
    }
}
