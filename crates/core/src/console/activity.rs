//! What operators did, for themselves and for their organizations. Ceremonies are in the audit log of the console's own
//! tenant; here is what else happened.

use crate::audit::RequestOrigin;
use crate::clock::Timestamp;
use crate::ids::{ActivityId, OperatorId, OrganizationId};

macro_rules! activity_kinds {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ActivityKind {
            $($(#[$doc])+ $name,)+
        }

        impl ActivityKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it is stored and spelt on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// The inverse of [`Self::as_str`].
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
            }
        }
    };
}

activity_kinds! {
    /// The console got its first operator.
    Claimed = "console_claimed",
    /// An account was made.
    SignedUp = "console_signed_up",
    /// Name or email were changed.
    OperatorChanged = "console_operator_changed",
    /// Recovery codes were made, in place of those before.
    RecoveryCodesMade = "console_recovery_codes_made",
    /// A recovery code let somebody in.
    RecoveryCodeUsed = "console_recovery_code_used",
    /// A link of the machine's owner let somebody in.
    RecoveryLinkUsed = "console_recovery_link_used",
    /// An organization was made.
    OrganizationCreated = "organization_created",
    /// An organization got another name.
    OrganizationRenamed = "organization_renamed",
    /// Somebody was invited.
    InvitationMade = "invitation_made",
    /// An invitation was withdrawn.
    InvitationWithdrawn = "invitation_withdrawn",
    /// Somebody joined.
    MemberJoined = "member_joined",
    /// A member got another role.
    MemberRoleChanged = "member_role_changed",
    /// A member left, or was removed.
    MemberRemoved = "member_removed",
    /// A project was made.
    ProjectCreated = "project_created",
    /// A project got another name.
    ProjectRenamed = "project_renamed",
    /// A project was deleted, with its environments.
    ProjectDeleted = "project_deleted",
    /// Something of an environment was changed.
    EnvironmentChanged = "environment_changed",
}

/// What an operator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The row's id.
    pub id: ActivityId,
    /// What happened.
    pub kind: ActivityKind,
    /// Who did it; none where an admin token did, or whose account is gone.
    pub operator_id: Option<OperatorId>,
    /// The organization concerned.
    pub organization_id: Option<OrganizationId>,
    /// What it was about, in words: a name, an email, a path.
    pub subject: Option<String>,
    /// Who asked.
    pub origin: RequestOrigin,
    /// When.
    pub at: Timestamp,
}
