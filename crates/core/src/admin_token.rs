//! Admin tokens: what an operator's tools prove themselves with.

use crate::clock::Timestamp;
use crate::ids::AdminTokenId;
use crate::key_secret::KeyHash;
use crate::text::Text;

/// The prefix of admin tokens.
pub const PREFIX: &str = "pga";

/// An admin token as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminTokenRecord {
    /// Its id.
    pub id: AdminTokenId,
    /// Its name, unique.
    pub name: Text<1, 128>,
    /// Its hash.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}
