//! Transactions: what a person confirms with a passkey, bound into the challenge that the authenticator signs.

use std::fmt;

use aws_lc_rs::digest;

use crate::challenge::TransactionHash;
use crate::clock::Timestamp;
use crate::ids::{TransactionId, UserId};
use crate::text::{InvalidText, Text};

/// The app's own id of a transaction: 1 to 128 characters, unique in its tenant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionIdentifier(Text<1, 128>);

impl TransactionIdentifier {
    /// Checks the bounds.
    pub fn new(identifier: impl Into<String>) -> Result<Self, InvalidText> {
        Text::new(identifier).map(Self)
    }

    /// The id as the app wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for TransactionIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TransactionIdentifier({:?})", self.as_str())
    }
}

/// What a transaction is about: a JSON value without space between its tokens, its members in the app's order and its
/// numbers as the app wrote them. These bytes are hashed, stored and listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionData(String);

impl TransactionData {
    /// Takes the spaces out of a JSON text, which must be one: it is not parsed again.
    #[must_use]
    pub fn compact(json: &serde_json::value::RawValue) -> Self {
        let mut compact = String::with_capacity(json.get().len());
        let (mut in_string, mut escaped) = (false, false);
        for character in json.get().chars() {
            match character {
                _ if escaped => escaped = false,
                '\\' if in_string => escaped = true,
                '"' => in_string = !in_string,
                ' ' | '\t' | '\n' | '\r' if !in_string => continue,
                _ => {}
            }
            compact.push(character);
        }
        Self(compact)
    }

    /// What was stored.
    #[must_use]
    pub fn from_stored(compact: String) -> Self {
        Self(compact)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the challenge of a transaction ends with: SHA-256 of its id and data, one after the other, as the contract has
/// it. Without a frame between them two transactions may have one hash, so none is ever looked up by it.
#[must_use]
pub fn hash(identifier: &TransactionIdentifier, data: &TransactionData) -> TransactionHash {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(identifier.as_str().as_bytes());
    context.update(data.as_str().as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    TransactionHash(hash)
}

/// Where a transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionStatus {
    /// It waits for its confirmation.
    Pending,
    /// It was confirmed.
    Finalized,
}

impl TransactionStatus {
    /// The status as a database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Finalized => "finalized",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Finalized].into_iter().find(|status| status.as_str() == name)
    }
}

/// A transaction as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its row's id.
    pub id: TransactionId,
    /// Whose confirmation it asks for.
    pub user_id: UserId,
    /// The app's own id of it.
    pub identifier: TransactionIdentifier,
    /// What it is about.
    pub data: TransactionData,
    /// Where it is.
    pub status: TransactionStatus,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it was confirmed.
    pub finalized_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(json: &str) -> String {
        TransactionData::compact(serde_json::from_str(json).unwrap()).as_str().to_owned()
    }

    #[test]
    fn only_space_between_tokens_is_taken_out() {
        assert_eq!(compact(" { \"b\" : 1.50 ,\n\t\"a\" : [ ] } "), r#"{"b":1.50,"a":[]}"#);
        assert_eq!(compact(r#"{"text": "a \"b\\\" \\ c  d"}"#), r#"{"text":"a \"b\\\" \\ c  d"}"#);
        assert_eq!(compact(" null "), "null");
        assert_eq!(compact("\"ü €\""), "\"ü €\"");
    }

    #[test]
    fn the_hash_is_over_the_id_and_the_data() {
        let identifier = TransactionIdentifier::new("t1").unwrap();
        let data = TransactionData::from_stored(r#"{"amount":5}"#.to_owned());
        // printf 't1{"amount":5}' | sha256sum
        let expected = "7fe9b6a3fbb461c1cfd4a6326c025e5cf89540b95b23cdc3e942c82feb36befe";
        assert_eq!(data_encoding::HEXLOWER.encode(&hash(&identifier, &data).0), expected);
    }
}
