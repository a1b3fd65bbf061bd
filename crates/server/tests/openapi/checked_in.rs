//! `docs/openapi/*.json` are what the server says of itself.

use std::fs;
use std::path::Path;

use passgate::openapi::{self, Api};

/// Compares a file with the document, or writes it where `UPDATE_OPENAPI` is set.
#[track_caller]
fn compare(api: Api, name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi").join(name);
    let made = openapi::checked_in(api);
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::write(&file, made).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let line = kept.lines().zip(made.lines()).position(|(kept, made)| kept != made);
    assert!(
        kept == made,
        "docs/openapi/{name} is out of date{}: `UPDATE_OPENAPI=1 cargo test -p passgate --test openapi` writes it",
        line.map(|line| format!(" from line {}", line + 1)).unwrap_or_default()
    );
}

#[test]
fn the_public_document_is_up_to_date() {
    compare(Api::Public, "public.json");
}

#[test]
fn the_console_document_is_up_to_date() {
    compare(Api::Console, "console.json");
}

#[test]
fn the_admin_document_is_up_to_date() {
    compare(Api::Admin, "admin.json");
}
