//! What the relying party expects of every ceremony.

use passgate_webauthn::base64url;
use serde_json::{Value, json};

/// The RP ID.
pub const RP_ID: &str = "example.com";
/// The only origin that is allowed.
pub const ORIGIN: &str = "https://example.com";
/// The user whose ceremonies these are.
pub const USER_HANDLE: [u8; 16] = *b"whose passkey is";

/// Whether the user must be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserVerification {
    /// They must.
    Required,
    /// They need not, if the authenticator can't.
    Preferred,
}

impl UserVerification {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Required, Self::Preferred];

    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Required => 0,
            Self::Preferred => 1,
        }
    }
}

/// What one ceremony is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Its challenge: 16 bytes, because one of the others has no longer ones.
    pub challenge: [u8; 16],
    /// What the options ask for.
    pub user_verification: UserVerification,
}

impl Expected {
    /// Creation options that offer one algorithm.
    #[must_use]
    pub fn creation_options(&self, cose_algorithm: i64) -> Value {
        json!({"publicKey": {
            "rp": {"id": RP_ID, "name": "Example"},
            "user": {"id": base64url::encode(&USER_HANDLE), "name": "kim", "displayName": "Kim"},
            "challenge": base64url::encode(&self.challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": cose_algorithm}],
        }})
    }

    /// Request options for whatever credential there is.
    #[must_use]
    pub fn request_options(&self) -> Value {
        json!({"publicKey": {"challenge": base64url::encode(&self.challenge), "rpId": RP_ID}})
    }
}
