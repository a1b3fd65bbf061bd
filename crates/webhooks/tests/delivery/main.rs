//! Delivery over real HTTP on loopback, from an outbox on SQLite, with the clock and randomness set by hand.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod at_least_once;
mod destinations;
mod failures;
mod harness;
mod limits;
mod outbox;
mod requests;
mod tls;
mod worker;
