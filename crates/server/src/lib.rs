//! Passgate, the server: configuration, command line, and both APIs over HTTP.
//!
//! `routes` is the table of contents; each endpoint is a file below it. What is decided is decided in
//! `passgate-core`; what is here turns HTTP into questions to it, and its answers into HTTP.

mod about;
mod admin_layer;
mod app;
mod asked;
mod ceremony_route;
pub mod cli;
mod console;
pub mod direct;
mod error;
mod extract;
pub mod listener;
mod logging;
mod metadata;
pub mod metrics;
mod no_store;
mod open;
pub mod openapi;
mod outbox;
mod pagination;
mod peers;
pub mod rate_limit;
mod request;
pub mod routes;
mod secret_file;
mod serve;
mod settings;
pub mod source_address;
mod tenant_layer;
mod token_answer;
mod tracing_export;
mod validate;

pub use app::{App, Parts};
pub use console::ConsoleSettings;
