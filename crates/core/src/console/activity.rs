//! What operators did, for themselves and for their organizations. Ceremonies are in the audit log of the console's own
//! tenant; here is what else happened.

use uuid::Uuid;

use crate::audit::RequestOrigin;
use crate::clock::Timestamp;
use crate::console::{Email, OperatorName};
use crate::ids::{ActivityId, OperatorId, OrganizationId, TenantId};

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
    /// An environment was moved to another URL.
    EnvironmentChanged = "environment_changed",
    /// An environment got another name.
    EnvironmentRenamed = "environment_renamed",
    /// An environment's settings were changed.
    ConfigChanged = "config_changed",
    /// Settings were taken over from another environment.
    ConfigPromoted = "config_promoted",
    /// An API key was made.
    ApiKeyCreated = "api_key_created",
    /// An API key was replaced, which goes on for a while.
    ApiKeyRolled = "api_key_rolled",
    /// An API key was revoked.
    ApiKeyRevoked = "api_key_revoked",
    /// A signing key was made.
    SigningKeyRotated = "signing_key_rotated",
    /// A signing key was deleted.
    SigningKeyDeleted = "signing_key_deleted",
    /// A user was deleted, with all passkeys.
    UserDeleted = "user_deleted",
    /// All of a user's passkeys were deleted.
    CredentialsDeleted = "credentials_deleted",
    /// A passkey got another name.
    CredentialRenamed = "credential_renamed",
    /// A passkey was deleted.
    CredentialDeleted = "credential_deleted",
    /// A webhook was made.
    WebhookCreated = "webhook_created",
    /// A webhook was changed.
    WebhookChanged = "webhook_changed",
    /// A webhook was deleted.
    WebhookDeleted = "webhook_deleted",
    /// A webhook got another secret.
    WebhookSecretReplaced = "webhook_secret_replaced",
    /// An event was to be delivered again.
    WebhookRedelivered = "webhook_redelivered",
    /// Somebody made a passkey on the console's page, to try it.
    TrialRegistered = "trial_registered",
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
    /// The environment concerned; it may be gone.
    pub tenant_id: Option<TenantId>,
    /// What it was about, in few words: a name, an email, a URL, an id. Never a secret.
    pub subject: Option<String>,
    /// Who asked.
    pub origin: RequestOrigin,
    /// When.
    pub at: Timestamp,
}

impl Activity {
    /// The same, as an organization keeps it beside the account's own row.
    #[must_use]
    pub fn in_organization(&self, id: OrganizationId) -> Self {
        // A row of its own; of two random ids, no third is made by chance that there is already.
        let own = self.id.as_uuid().as_u128() ^ id.as_uuid().as_u128();
        Self { id: ActivityId::new(Uuid::from_u128(own)), organization_id: Some(id), ..self.clone() }
    }
}

/// Where a row stands in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityPlace {
    /// When.
    pub at: Timestamp,
    /// The row's id, which orders those of one moment.
    pub id: ActivityId,
}

/// What somebody did, with who that is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedActivity {
    /// The row.
    pub activity: Activity,
    /// Who did it; none where an admin token did, or whose account is gone.
    pub operator: Option<(OperatorName, Email)>,
}
