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
/// are as long as the curve's order. A signature that is no sequence of numbers is always as long.
fn is_usual(signature: &[u8]) -> bool {
    match signature {
        // A sequence of less than 128 bytes, or of more.
        [0x30, length, 0x02, r, rest @ ..] if usize::from(*length) == rest.len() + 2 => {
            matches!((r, rest.get(usize::from(*r) + 1)), (0x21, Some(0x20)) | (0x31, Some(0x30)))
        }
        [0x30, 0x81, length, 0x02, r, rest @ ..] if usize::from(*length) == rest.len() + 2 => {
            matches!((r, rest.get(usize::from(*r) + 1)), (0x42, Some(0x42)))
        }
        _ => true,
    }
}

/// Whether each certificate ends with a usual signature on P-256, which takes 71 bytes.
fn have_usual_signatures(value: &Cbor) -> bool {
    match value {
        Cbor::Map(entries) => entries.iter().all(|(_, value)| have_usual_signatures(value)),
        Cbor::Array(values) => values.iter().all(have_usual_signatures),
        // A certificate is a sequence whose length takes two bytes.
        Cbor::Bytes(der) if der.starts_with(&[0x30, 0x82]) => {
            let (_, signature) = der.split_at(der.len().saturating_sub(71));
            signature.starts_with(&[0x30, 0x45, 0x02, 0x21]) && is_usual(signature)
        }
        _ => true,
    }
}
