//! Changes to what the authenticator says, for negative tests.

use std::fmt;

use rcgen::CertificateParams;
use serde_json::Value;

use crate::{AuthenticatorData, Cbor, ClientData, KeyDescription};

/// Changes a value in place, each time it is made.
pub type Hook<T> = Option<Box<dyn FnMut(&mut T) + Send>>;

/// What is called, in this order, while a response is put together. What comes later in the protocol covers
/// the change: a changed client data is hashed and signed.
///
/// ```
/// use passgate_authenticator::Authenticator;
///
/// let mut authenticator = Authenticator::new(1);
/// authenticator.hooks.signature = Some(Box::new(|signature| signature.reverse()));
/// ```
#[derive(Default)]
pub struct Hooks {
    /// The client data, before it is written as JSON.
    pub client_data: Hook<ClientData>,
    /// The client data's JSON, before it is hashed.
    pub client_data_json: Hook<Vec<u8>>,
    /// The COSE key of a new credential.
    pub public_key: Hook<Cbor>,
    /// The authenticator data, before it is encoded.
    pub authenticator_data: Hook<AuthenticatorData>,
    /// What is to be signed, or hashed to be signed: the encoded authenticator data, followed by the hash of
    /// the client data. The response keeps what it had.
    pub signed: Hook<Vec<u8>>,
    /// What Android's key store says about a key.
    pub key_description: Hook<KeyDescription>,
    /// A TPM's `pubArea`, before its name is computed.
    pub public_area: Hook<Vec<u8>>,
    /// A TPM's `certInfo`, before it is signed.
    pub certificate_info: Hook<Vec<u8>>,
    /// The attestation certificate, before it is signed; not the ones of
    /// [`Attestation::PackedWith`](crate::Attestation::PackedWith).
    pub attestation_certificate: Hook<CertificateParams>,
    /// The signature of an assertion, or of an attestation.
    pub signature: Hook<Vec<u8>>,
    /// The attestation object, before it is encoded.
    pub attestation_object: Hook<Cbor>,
    /// The credential's JSON, as it leaves.
    pub credential: Hook<Value>,
}

impl Hooks {
    pub(crate) fn run<T>(hook: &mut Hook<T>, value: &mut T) {
        if let Some(hook) = hook {
            hook(value);
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
