//! Users: the app's, as far as Passgate needs to know them.

use std::fmt;

use crate::credential::Credential;
use crate::ids::{UserHandle, UserId};
use crate::text::{InvalidText, Text};
use crate::transaction::Transaction;

/// The app's own id of a user: any string of 1 to 1024 characters without NUL. It may be an email or look like
/// a UUID; it is never reinterpreted, and never becomes the user handle.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppUserId(Text<1, 1024>);

impl AppUserId {
    /// Checks the bounds.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidText> {
        Text::new(id).map(Self)
    }

    /// The id as the app wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for AppUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AppUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppUserId({:?})", self.as_str())
    }
}

/// What an app tells of a user when a registration begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserProfile {
    /// The app's own id.
    pub app_id: AppUserId,
    /// What the person recognises the account by, such as an email.
    pub name: Text<1, 128>,
    /// A friendlier name.
    pub display_name: Option<Text<0, 128>>,
    /// An image URL.
    pub icon: Option<Text<1, 2048>>,
}

impl UserProfile {
    /// What the passkey prompt shows: the display name, or else the name.
    #[must_use]
    pub fn shown_name(&self) -> &str {
        match &self.display_name {
            Some(name) if !name.as_str().is_empty() => name.as_str(),
            _ => self.name.as_str(),
        }
    }
}

/// A user as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecord {
    /// The row's id.
    pub id: UserId,
    /// What the app told of it.
    pub profile: UserProfile,
}

/// A user with everything of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDetails {
    /// The user.
    pub user: UserRecord,
    /// The user's credentials, newest first.
    pub credentials: Vec<Credential>,
    /// The user's transactions, newest first.
    pub transactions: Vec<Transaction>,
}

/// A user as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The row's id.
    pub id: UserId,
    /// The app's own id.
    pub app_id: AppUserId,
    /// The handles that the user's passkeys may carry; the first is the one new passkeys get.
    pub handles: Vec<UserHandle>,
}

impl User {
    /// Whether a passkey that carries `handle` may be this user's.
    #[must_use]
    pub fn has_handle(&self, handle: &[u8]) -> bool {
        self.handles.iter().any(|own| own.as_bytes() == handle)
    }
}
