//! What Passgate decides: tenants, users, credentials, ceremonies, tokens and the audit log, without SQL or HTTP.
//!
//! [`passgate::Passgate`] is the way in; it asks a [`store::Store`] for what must last, a [`clock::Clock`] for the time and
//! a [`rng::Rng`] for randomness.

pub mod admin_token;
pub mod administration;
pub mod api_key;
pub mod asked;
pub mod assertion;
pub mod attestation_rules;
pub mod audit;
pub mod challenge;
pub mod clock;
pub mod config;
pub mod config_warnings;
pub mod console;
pub mod cors;
pub mod credential;
mod credential_cache;
mod credentials;
mod error_code;
pub mod event;
pub mod ids;
pub mod key_secret;
mod login;
pub mod measurement;
pub mod metadata;
pub mod passgate;
mod refusals;
pub mod registration;
pub mod rng;
pub mod server_secret;
pub mod signals;
pub mod signing_key;
pub mod store;
pub mod tenant;
pub mod tenant_cache;
pub mod text;
pub mod token;
pub mod transaction;
pub mod transactions;
pub mod transfer;
pub mod upkeep;
pub mod user;
pub mod user_agent;
mod users;
pub mod webhook;
pub mod webhooks;
