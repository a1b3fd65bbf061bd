//! The console.

mod activities;
mod links;
mod operators;
mod organizations;
mod sessions;
mod store;
