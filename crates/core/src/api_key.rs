//! API keys: what an app's backend proves itself with.

use crate::clock::Timestamp;
use crate::ids::ApiKeyId;
pub use crate::key_secret::KeyHash;
use crate::text::Text;

/// The prefix of API keys made here.
pub const PREFIX: &str = "pgk";

/// An API key as stored: its hash, and what people know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name, unique in the tenant.
    pub name: Text<1, 128>,
    /// Its hash.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// A new API key on its way to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its name.
    pub name: Text<1, 128>,
    /// Its hash.
    pub hash: KeyHash,
    /// Its first characters.
    pub hint: String,
    /// Now.
    pub created_at: Timestamp,
}
