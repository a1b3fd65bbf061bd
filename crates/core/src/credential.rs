//! Credentials: the public halves of passkeys and second factors.

use std::sync::Arc;

use passgate_webauthn::mds::MetadataBlob;
use passgate_webauthn::{Aaguid, CredentialPublicKey, describe_authenticator};

use crate::clock::Timestamp;
use crate::ids::{CredentialId, UserId};
use crate::text::Text;
use crate::user::{AppUserId, User};

/// What a credential may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Logs in alone.
    Passkey,
    /// A second factor: works beside another login only.
    Mfa,
}

impl CredentialKind {
    /// The kind as a database spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Mfa => "mfa",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Passkey, Self::Mfa].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Which of a user's credentials a ceremony takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Passkeys only.
    Passkeys,
    /// Second factors, and passkeys too.
    Both,
}

impl Accepts {
    /// Whether a credential of this kind is one of them.
    #[must_use]
    pub const fn takes(self, kind: CredentialKind) -> bool {
        match (self, kind) {
            (Self::Passkeys | Self::Both, CredentialKind::Passkey) | (Self::Both, CredentialKind::Mfa) => {
                true
            }
            (Self::Passkeys, CredentialKind::Mfa) => false,
        }
    }
}

/// A credential as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The authenticator's id of it.
    pub id: CredentialId,
    /// Its user's row.
    pub user_id: UserId,
    /// The app's own id of its user.
    pub app_user_id: AppUserId,
    /// What it may be used for.
    pub kind: CredentialKind,
    /// What the person calls it.
    pub name: Text<1, 128>,
    /// The COSE key, as the authenticator encoded it.
    pub public_key: Vec<u8>,
    /// The attestation statement format of its registration.
    pub attestation_format: String,
    /// The authenticator's make.
    pub aaguid: Aaguid,
    /// The signature counter as last seen.
    pub sign_count: u32,
    /// How the authenticator can be reached, as the browser told it.
    pub transports: Vec<String>,
    /// Whether it may be synced between devices; fixed at registration.
    pub backup_eligible: bool,
    /// Whether it is synced, as last seen.
    pub backup_state: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last used; its registration counts.
    pub last_used_at: Timestamp,
    /// How often it logged in.
    pub use_count: u64,
    /// The user agent of its registration, cut to 512 characters; empty if unknown.
    pub registered_user_agent: String,
    /// The user agent of its last use; its registration counts.
    pub last_user_agent: String,
}

/// Why a credential was deleted, as its tombstone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// By itself.
    Alone,
    /// With all others of its user's.
    WithAll,
    /// With its user.
    WithUser,
}

impl Deletion {
    /// The reason as the tombstone and exports spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alone => "deleted",
            Self::WithAll => "all_deleted",
            Self::WithUser => "user_deleted",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Alone, Self::WithAll, Self::WithUser].into_iter().find(|reason| reason.as_str() == name)
    }
}

/// A credential named to the browser, to be excluded or allowed (WebAuthn Level 3, §5.8.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialDescriptor {
    /// The credential.
    pub id: CredentialId,
    /// How it can be reached.
    pub transports: Vec<String>,
}

/// The name a new credential starts with: its authenticator's, or else `cred-` and the start of its id.
#[must_use]
pub(crate) fn initial_name(
    aaguid: Aaguid,
    metadata: Option<&MetadataBlob>,
    id: &CredentialId,
) -> Text<1, 128> {
    let named = |metadata| {
        let name = describe_authenticator(aaguid, metadata)?.name;
        Text::new(name.chars().take(128).collect::<String>()).ok()
    };
    // What a vendor wrote into the list may be no text that could be stored.
    named(metadata).or_else(|| named(None)).unwrap_or_else(|| {
        let name: String = format!("cred-{id}").chars().take(128).collect();
        // Can't fail: 5 to 128 characters by construction, without NUL.
        Text::new(name).expect("base64url is short text")
    })
}

/// What became of a credential id in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialLookup {
    /// It is registered.
    Known(Arc<KnownCredential>),
    /// It was registered and has been deleted.
    Revoked,
    /// It was never seen here.
    Unknown,
}

/// What a login's verification reads of a registered credential. None of it changes while the credential is
/// registered, but that its user may get further handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCredential {
    /// The authenticator's id of it.
    pub id: CredentialId,
    /// What it may be used for.
    pub kind: CredentialKind,
    /// The key, as the authenticator encoded it.
    pub public_key: CredentialPublicKey,
    /// Whether it may be synced between devices.
    pub backup_eligible: bool,
    /// The user it belongs to.
    pub user: User,
}

/// One page of a list, newest first unless asked otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// How many rows all pages have.
    pub total: u64,
}

/// Which page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Counts from 1.
    pub page: u32,
    /// 1 to 100.
    pub per_page: u32,
    /// Which end comes first.
    pub order: Order,
}

/// The order of a list by time of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    Descending,
    /// Oldest first.
    Ascending,
}
