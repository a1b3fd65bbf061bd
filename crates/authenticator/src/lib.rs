//! A software authenticator, with the browser around it: for tests of every crate, and for generating load.
//!
//! It takes the options that a server sends and returns the credential that `navigator.credentials` would,
//! as JSON. It is no judge: what a browser would refuse (a foreign RP ID, a user who isn't verified), it
//! does, so that a server's own refusal can be tested. [`Config`] says what kind of authenticator it is;
//! [`Hooks`] change what it says before it signs it, or after.
//!
//! Keys, credential ids and nothing else follow from the seed; ECDSA and RSA-PSS signatures are random.
//!
//! ```
//! use passgate_authenticator::Authenticator;
//! use serde_json::json;
//!
//! let mut authenticator = Authenticator::new(1);
//! let options = json!({"publicKey": {
//!     "rp": {"id": "example.com", "name": "Example"},
//!     "user": {"id": "dXNlcg", "name": "kim", "displayName": "Kim"},
//!     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
//!     "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
//! }});
//! let credential = authenticator.create(&options, "https://example.com")?;
//! assert_eq!(credential["type"], "public-key");
//! let options = json!({"challenge": "AAAAAAAAAAAAAAAAAAAAAA", "rpId": "example.com"});
//! let assertion = authenticator.get(&options, "https://example.com")?;
//! assert_eq!(assertion["id"], credential["id"]);
//! # Ok::<(), passgate_authenticator::AuthenticatorError>(())
//! ```

mod attestation;
mod authenticator;
mod authenticator_data;
mod cbor;
mod certificates;
mod client_data;
mod config;
mod der;
mod hooks;
mod key;
mod key_description;
mod metadata;
mod options;
mod passkeys;
mod seed;
mod tpm;

pub use authenticator::{Authenticator, AuthenticatorError, Credential};
pub use authenticator_data::{AuthenticatorData, Flags};
pub use cbor::Cbor;
pub use certificates::{
    AttestationCa, attestation_root, ca_certificate_params, metadata_certificate_params,
    packed_certificate_params, revocation_list_params, sign_attestation_certificate, tpm_name,
};
pub use client_data::ClientData;
pub use config::{Algorithm, Attestation, Config, Counter};
pub use hooks::{Hook, Hooks};
pub use key_description::KeyDescription;
pub use metadata::MetadataSigner;
pub use passkeys::{Passkeys, Site};
pub use rcgen;
