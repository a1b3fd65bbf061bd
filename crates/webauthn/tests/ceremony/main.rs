//! Both ceremonies, with a software authenticator on the other side: each step of the specification once as
//! it should be, and once not.

mod android_key;
mod apple;
mod assertion;
mod attestation_object;
mod attesting;
mod client_data;
mod codes;
mod compound;
mod extensions;
mod fido_u2f;
mod harness;
mod metadata;
mod metadata_service;
mod packed;
mod registration;
mod response_json;
mod robustness;
mod signatures;
mod tpm;
mod trust;
