//! Links that let their holder do one thing, once.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::console::{Email, Role};
use crate::ids::{LinkId, OperatorId, OrganizationId};
use crate::key_secret::KeyHash;
use crate::text::Text;

/// How long a link that claims the console is valid.
pub const CLAIM_LIFETIME: Duration = Duration::from_hours(1);

/// How long a link that recovers an account is valid.
pub const RECOVERY_LIFETIME: Duration = Duration::from_hours(1);

/// The prefix of a link's secret.
pub(crate) const PREFIX: &str = "pgl";

/// What a link lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Become the console's first operator.
    Claim,
    /// Be let in as this operator, and end its other sessions.
    Recovery {
        /// Whose account.
        operator_id: OperatorId,
        /// What the account is recognised by.
        email: Email,
    },
    /// Join an organization.
    Invitation {
        /// Which.
        organization_id: OrganizationId,
        /// Its name.
        organization: Text<1, 128>,
        /// As what.
        role: Role,
        /// Whom it was meant for, as a reminder: whoever holds the link may use it.
        email: Option<Email>,
        /// Who invites.
        invited_by: Option<OperatorId>,
    },
}

/// A link that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is no use.
    pub expires_at: Timestamp,
}

/// A link to be stored, with the hash of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// The link.
    pub link: Link,
    /// The SHA-256 of its secret.
    pub hash: KeyHash,
}

/// What became of a link that was to be made. A new one takes the place of those that claim the console, or recover the
/// same account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeLink {
    /// It is open.
    Made,
    /// The console has an operator already, so nothing is left to be claimed.
    Claimed,
    /// The operator, or the organization, does not exist.
    NotFound,
    /// Whoever invites is no member from admin up any more, or not as much as whom is invited.
    NotAllowed,
}
