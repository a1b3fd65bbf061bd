//! Sessions: what a browser shows instead of a passkey at every request.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::ids::{OperatorId, SessionId};
use crate::key_secret::KeyHash;

/// How long a session lives without being used.
pub const IDLE: Duration = Duration::from_hours(12);

/// How long a session lives at most.
pub const LIFETIME: Duration = Duration::from_hours(24 * 30);

/// How long a passkey that was shown counts for what can't be undone or shows a secret.
pub const FRESH: Duration = Duration::from_mins(5);

/// The prefix of a session's secret.
pub(crate) const PREFIX: &str = "pgs";

/// What a session began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionVia {
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
    /// A link that the machine's owner made.
    RecoveryLink,
}

impl SessionVia {
    const ALL: [Self; 3] = [Self::Passkey, Self::RecoveryCode, Self::RecoveryLink];

    /// As it is stored and spelt on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::RecoveryCode => "recovery_code",
            Self::RecoveryLink => "recovery_link",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.as_str() == name)
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub operator_id: OperatorId,
    /// What it began with.
    pub via: SessionVia,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, as far as that was written.
    pub used_at: Timestamp,
    /// When it ends however much it is used.
    pub expires_at: Timestamp,
    /// Until when a passkey that was shown counts; none: no longer.
    pub fresh_until: Option<Timestamp>,
    /// The address it began from.
    pub source_ip: String,
    /// The user agent it began from.
    pub user_agent: String,
}

impl Session {
    /// When it ends if nothing is done.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        (self.used_at + IDLE).min(self.expires_at)
    }

    /// Whether it holds.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.ends_at()
    }

    /// Whether a passkey was shown so lately that it counts for what can't be undone.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh_until.is_some_and(|until| now < until)
    }
}

/// A session to be stored, with the hash of its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The session. Its operator is whoever is let in, which a store may know better than the caller.
    pub session: Session,
    /// The SHA-256 of its secret.
    pub hash: KeyHash,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn session(used_at: Timestamp) -> Session {
        Session {
            id: SessionId::new(Uuid::from_u128(1)),
            operator_id: OperatorId::new(Uuid::from_u128(2)),
            via: SessionVia::Passkey,
            created_at: NOW,
            used_at,
            expires_at: NOW + LIFETIME,
            fresh_until: Some(NOW + FRESH),
            source_ip: String::new(),
            user_agent: String::new(),
        }
    }

    #[test]
    fn a_session_ends_twelve_hours_after_its_last_use_and_thirty_days_after_its_beginning() {
        let millisecond = Duration::from_millis(1);
        assert!(session(NOW).is_live(NOW + IDLE - millisecond));
        assert!(!session(NOW).is_live(NOW + IDLE));
        let used = session(NOW + LIFETIME - millisecond);
        assert!(used.is_live(NOW + LIFETIME - millisecond));
        assert!(!used.is_live(NOW + LIFETIME));
    }

    #[test]
    fn a_passkey_that_was_shown_counts_for_five_minutes() {
        assert!(session(NOW).is_fresh(NOW + FRESH - Duration::from_millis(1)));
        assert!(!session(NOW).is_fresh(NOW + FRESH));
        assert!(!Session { fresh_until: None, ..session(NOW) }.is_fresh(NOW));
    }
}
