//! The relying party's side of [WebAuthn Level 3], without IO, clock or randomness.
//!
//! A ceremony is verified in stages, so that the caller knows which failures cost nothing and which come
//! after a credential was named (and so after the challenge must be spent):
//!
//! 1. [`RegistrationResponse::parse`] and [`AuthenticationResponse::parse`] read the JSON that a browser
//!    sends, and the client data in it.
//! 2. `challenge()` says which ceremony the response claims to belong to; `check_client_data()` holds it
//!    against what that ceremony expects.
//! 3. For a registration, [`RegistrationResponse::attestation_object`] names the credential; for an
//!    authentication, [`AuthenticationResponse::credential_id`] does.
//! 4. [`AttestationObject::verify`] and [`AuthenticationResponse::verify`] do the rest: RP ID, flags, public
//!    key, attestation and whether it is trusted ([`AttestationPolicy`]), signature. The signature counter is
//!    [`check_counter`]'s, because only a store can decide it against the stored one without a race.
//!
//! Before a ceremony, [`options`] are put together and checked, with the [`extensions`] that are asked for; a relying
//! party of several domains serves [`RelatedOrigins`]. [`mds`] reads what the FIDO Metadata Service says of
//! authenticators' models, and [`describe_authenticator`] names them for people.
//!
//! Comments cite the section and step of the specification beside the line that does it; what is checked
//! beyond the specification is called an "own check". Every error has a stable `code()` and names the `step()`
//! of the specification that was not met. No error carries text of a peer's.
//!
//! [WebAuthn Level 3]: https://www.w3.org/TR/webauthn-3/

mod aaguid;
mod algorithm;
mod assertion;
mod attestation;
pub mod authenticator_data;
mod authenticator_directory;
pub mod base64url;
mod cbor;
mod client_data;
mod cose;
mod counter;
mod credential_json;
mod credential_public_key;
pub mod extensions;
mod host;
pub mod inspect;
pub mod mds;
pub mod options;
mod origin;
mod public_suffix;
mod registration;
mod related_origins;
mod rp_id;
mod serde_text;
mod signature;
mod transport;

pub use aaguid::{Aaguid, AaguidPolicy};
pub use algorithm::{Algorithm, UnsupportedAlgorithm};
pub use assertion::{
    AssertionError, AssertionExpectation, AuthenticationResponse, BackupEligibilityPolicy, VerifiedAssertion,
};
pub use attestation::{
    AndroidKeyError, AppleError, AttestationError, AttestationFormat, AttestationPolicy, AttestationType,
    CertificateError, FidoU2fError, RevocationList, RevocationListError, TpmError, TrustAnchor,
    TrustAnchorError, TrustError,
};
pub use authenticator_data::AuthenticatorDataError;
pub use authenticator_directory::{AuthenticatorDescription, authenticator_name, describe_authenticator};
pub use cbor::CborError;
pub use client_data::{ClientDataError, ClientDataExpectation, CrossOriginPolicy};
pub use cose::CoseKeyError;
pub use counter::{CounterVerdict, check_counter};
pub use credential_json::{MAX_RESPONSE_BYTES, ResponseError};
pub use credential_public_key::CredentialPublicKey;
pub use host::HostError;
pub use options::{
    AttestationConveyance, AuthenticatorAttachment, CreationOptions, OptionsError, RequestOptions,
    ResidentKey, UserVerification,
};
pub use origin::{Origin, OriginError};
pub use public_suffix::is_public_suffix;
pub use registration::{
    AttestationObject, AttestationObjectError, RegistrationError, RegistrationExpectation,
    RegistrationResponse, UserPresence, VerifiedRegistration,
};
pub use related_origins::{
    HostedOrigins, HostedStanding, MAX_RELATED_LABELS, RelatedOrigins, RelatedOriginsError,
};
pub use rp_id::{RpId, RpIdError};
pub use transport::AuthenticatorTransport;
