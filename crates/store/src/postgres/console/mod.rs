//! The console.

mod activities;
mod ceremonies;
mod links;
mod operators;
mod organizations;
mod projects;
mod sessions;
mod store;
