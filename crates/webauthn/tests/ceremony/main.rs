//! Both ceremonies, with a software authenticator on the other side: each step of the specification once as
//! it should be, and once not.

mod assertion;
mod attestation_object;
mod client_data;
mod codes;
mod harness;
mod packed;
mod registration;
mod response_json;
mod robustness;
