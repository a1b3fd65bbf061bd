//! Our verifier beside two that others wrote, `webauthn-rs-core` and `webauthn_rp`, on generated ceremonies.
//!
//! A [`Case`](case::Case) is a registration or an assertion that a software authenticator made, most with one or two
//! changes ([`Mutation`](mutation::Mutation)). All three judge it, for the same challenge and with the same policy.
//! Where ours and one of the others come to different verdicts, or read different things in what both accept, the
//! disagreement must fall into a [`Class`](disagreement::Class) that says why. One that falls into none is an error,
//! which prints the case.
//!
//! The others are black boxes: this goes by what their documentation says, and by what they answer.

pub mod case;
pub mod comparison;
mod cose;
pub mod disagreement;
pub mod expected;
pub mod mutation;
mod response;
pub mod tally;
pub mod verifier;
