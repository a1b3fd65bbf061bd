//! What a member of an organization may do.

/// A member's role. Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks at everything but secrets.
    Viewer,
    /// Connects apps: API keys, names of passkeys, redelivery.
    Developer,
    /// Runs projects and members: settings, signing keys, webhooks, users, invitations.
    Admin,
    /// May also delete the organization, and decide who owns it.
    Owner,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Developer, Self::Admin, Self::Owner];

    /// Whether it may invite somebody as another: from admin up, and to no more than it is itself.
    #[must_use]
    pub fn invites(self, other: Self) -> bool {
        self >= Self::Admin && other <= self
    }

    /// As it is stored and spelt on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Developer => "developer",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}
