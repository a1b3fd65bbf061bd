//! What an endpoint of the console asks of who calls it.

use std::fmt;

use passgate_core::console::Role;

/// What an endpoint asks for. Each has one, in the table of `routes/console/mod.rs`, and the guard enforces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) who: Who,
    pub(crate) passkey: Passkey,
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Anybody, as often as strangers may.
    Anyone,
    /// Whoever has a session.
    Operator,
    /// Members, of at least this role, of the organization that the path leads to.
    Member(Role),
}

/// Whether a passkey must have been shown just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passkey {
    /// However long ago.
    Any,
    /// Within the last five minutes.
    Fresh,
}

impl Right {
    pub(crate) const ANYONE: Self = Self { who: Who::Anyone, passkey: Passkey::Any };
    pub(crate) const OPERATOR: Self = Self { who: Who::Operator, passkey: Passkey::Any };
    pub(crate) const VIEWER: Self = Self { who: Who::Member(Role::Viewer), passkey: Passkey::Any };
    pub(crate) const DEVELOPER: Self = Self { who: Who::Member(Role::Developer), passkey: Passkey::Any };
    pub(crate) const ADMIN: Self = Self { who: Who::Member(Role::Admin), passkey: Passkey::Any };
    pub(crate) const OWNER: Self = Self { who: Who::Member(Role::Owner), passkey: Passkey::Any };

    /// The same, with a passkey shown just now.
    pub(crate) const fn fresh(self) -> Self {
        Self { passkey: Passkey::Fresh, ..self }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.who {
            Who::Anyone => f.write_str("For anyone.")?,
            Who::Operator => f.write_str("For operators.")?,
            Who::Member(role) => write!(f, "For members from {} up.", role.as_str())?,
        }
        match self.passkey {
            Passkey::Any => Ok(()),
            Passkey::Fresh => f.write_str(" Needs a passkey shown within five minutes."),
        }
    }
}
