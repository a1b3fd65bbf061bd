//! The SDK over real HTTP, against a Passgate that says what each test wants.

mod client_info;
mod credentials;
mod fake_passgate;
#[cfg(feature = "axum")]
mod passkey_routes;
mod repetition;
mod responses;
mod second_factors;
mod signals;
mod signing_key;
mod token_refusals;
mod transactions;
mod verifier_keys;
