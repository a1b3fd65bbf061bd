//! The wire types of Passgate's APIs, shared by the server and the Rust SDK.
//!
//! Nothing here decides anything: these are the shapes of JSON bodies, with the meaning, the unit and the
//! bounds of each member. The server turns them into the domain's types, which is where they are checked.

pub mod admin;
#[cfg(feature = "openapi")]
pub mod ceremony;
pub mod config;
#[cfg(feature = "openapi")]
pub mod console;
pub mod error;
pub mod public;
mod secret;

pub use error::{ErrorBody, ErrorCode, UnknownCredentialSignal};
pub use secret::SecretString;
