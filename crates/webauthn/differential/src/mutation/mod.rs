//! What is done to a response, before or after it is signed.

mod attestation_object;
mod authenticator_data;
mod client_data;
mod edit;
mod public_key;
mod signature;
mod wire;

pub use attestation_object::AttestationObjectChange;
pub use authenticator_data::AuthenticatorDataChange;
pub use client_data::ClientDataChange;
pub use edit::Edit;
use fastrand::Rng;
use passgate_authenticator::{Algorithm, Attestation, Hooks};
pub use public_key::PublicKeyChange;
pub use signature::SignatureChange;
pub use wire::{Genuine, Other, WireChange};

/// One change of a response. What is changed before the signature is covered by it.
#[derive(Debug, Clone, PartialEq)]
pub enum Mutation {
    /// The client data says something else.
    ClientData(ClientDataChange),
    /// The authenticator data says something else.
    AuthenticatorData(AuthenticatorDataChange),
    /// The public key is another, or none.
    PublicKey(PublicKeyChange),
    /// Something else is signed than what is sent.
    Signed(Edit),
    /// The signature has another form.
    Signature(SignatureChange),
    /// The attestation object is put together otherwise.
    AttestationObject(AttestationObjectChange),
    /// What was signed is changed on its way.
    Wire(WireChange),
}

/// Which ceremony a response is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// `navigator.credentials.create()`.
    Registration,
    /// `navigator.credentials.get()`.
    Assertion,
}

impl Mutation {
    pub(crate) fn arbitrary(
        rng: &mut Rng,
        ceremony: Ceremony,
        algorithm: Algorithm,
        attestation: &Attestation,
    ) -> Self {
        // To make the other statements, the key and the signed bytes are read.
        let is_plain = matches!(
            attestation,
            Attestation::None | Attestation::PackedSelf | Attestation::PackedX5c | Attestation::Compound(_)
        );
        let is_signed = ceremony == Ceremony::Assertion || *attestation != Attestation::None;
        loop {
            return match rng.u8(..10) {
                0 | 1 => Self::ClientData(ClientDataChange::arbitrary(rng)),
                2 | 3 => Self::AuthenticatorData(AuthenticatorDataChange::arbitrary(rng, ceremony)),
                4 if ceremony == Ceremony::Registration && is_plain => {
                    Self::PublicKey(PublicKeyChange::arbitrary(rng, algorithm))
                }
                5 if ceremony == Ceremony::Registration => {
                    Self::AttestationObject(AttestationObjectChange::arbitrary(rng))
                }
                6 if is_signed => Self::Signature(SignatureChange::arbitrary(rng)),
                7 if is_signed && is_plain && rng.u8(..4) == 0 => Self::Signed(Edit::arbitrary(rng)),
                8 | 9 => Self::Wire(WireChange::arbitrary(rng, ceremony)),
                _ => continue,
            };
        }
    }

    /// Has the authenticator do it; what is done on the wire is not the authenticator's.
    pub(crate) fn hook(&self, hooks: &mut Hooks) {
        match self.clone() {
            Self::ClientData(change) => change.hook(hooks),
            Self::AuthenticatorData(change) => {
                chain(&mut hooks.authenticator_data, move |data| change.apply(data));
            }
            Self::PublicKey(change) => chain(&mut hooks.public_key, move |key| change.apply(key)),
            Self::Signed(edit) => chain(&mut hooks.signed, move |signed| edit.apply(signed)),
            Self::Signature(change) => {
                chain(&mut hooks.signature, move |signature| change.apply(signature));
            }
            Self::AttestationObject(change) => {
                chain(&mut hooks.attestation_object, move |object| change.apply(object));
            }
            Self::Wire(_) => {}
        }
    }
}

/// Adds to what a hook does already.
fn chain<T: 'static>(
    hook: &mut passgate_authenticator::Hook<T>,
    mut next: impl FnMut(&mut T) + Send + 'static,
) {
    let mut first = hook.take();
    *hook = Some(Box::new(move |value| {
        if let Some(first) = &mut first {
            first(value);
        }
        next(value);
    }));
}

/// One of several.
fn one_of<T: Copy>(rng: &mut Rng, choices: &[T]) -> T {
    choices[rng.usize(..choices.len())]
}
