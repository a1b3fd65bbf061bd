//! Both APIs over real HTTP: a server in this process on a free port, a database in a folder of its own, a clock that
//! the test sets. The files mirror the URLs.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

mod admin;
mod api_keys;
mod asked;
mod attestation;
mod audit_logs;
mod audit_logs_export;
mod certification;
mod challenges;
mod console;
mod contract;
mod cors;
mod credentials;
mod direct;
mod document;
mod documentation;
mod errors;
mod extensions;
mod harness;
mod isolation;
mod jwks;
mod login;
mod malformed;
mod metacharacters;
mod metrics;
mod mfa;
mod rate_limits;
mod registration;
mod related_origins;
mod signals;
mod transaction;
mod user_ids;
mod users;
mod webhooks;
