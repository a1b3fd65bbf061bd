//! Vectors of others, from ../shared/conformance. Where that folder is missing, each test says that it was
//! skipped.

mod fido;
#[expect(dead_code, reason = "the ceremonies' own tests need more of it")]
#[path = "../ceremony/harness.rs"]
mod harness;
mod mds;
#[expect(dead_code, reason = "the ceremonies' own tests need more of it")]
#[path = "../ceremony/metadata_service.rs"]
mod metadata_service;
mod peers;
mod vectors;
mod w3c;
