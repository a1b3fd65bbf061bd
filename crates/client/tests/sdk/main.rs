//! The SDK over real HTTP, against a Passgate that says what each test wants.

mod credentials;
mod fake_passgate;
#[cfg(feature = "axum")]
mod passkey_routes;
mod repetition;
mod responses;
mod signing_key;
mod token_refusals;
mod verifier_keys;
