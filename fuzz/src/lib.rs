//! What the fuzz targets share: a relying party, and a user whose credential it knows.
//!
//! A target does more than look for panics: what the verifier accepts, it says again, and checks against what must be
//! so. Every target takes the bytes of one thing that strangers send; [`seeds`] are where a run begins.

pub mod metadata;
pub mod relying_party;
pub mod seeds;
