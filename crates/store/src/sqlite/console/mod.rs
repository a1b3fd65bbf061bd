//! The console.

mod activities;
mod ceremonies;
mod directory;
mod links;
mod operators;
mod organizations;
mod projects;
mod sessions;
mod store;
