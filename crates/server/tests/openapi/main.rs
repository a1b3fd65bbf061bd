//! What is generated from the server: the documents of both APIs, and the page that says what tests them.

#![expect(clippy::unwrap_used, reason = "a test fails where something it needs is missing")]

mod api_coverage;
mod checked_in;
