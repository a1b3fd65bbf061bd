//! The console: operators, who sign in with passkeys, and what is theirs.
//!
//! The console is its own first customer. Its operators are users of a tenant that is reserved for it
//! ([`crate::tenant::TenantPurpose::Console`]), and their ceremonies are those of any other tenant.

mod accounts;
mod activity;
mod app_url;
mod ceremonies;
mod directory;
mod email;
mod link;
mod operator;
mod organization;
mod organizations;
mod place;
mod project;
mod recovery_code;
mod role;
mod session;
mod store;

pub use accounts::{
    BeginSignUpError, ClaimLinkError, FinishSignUpError, PasskeyError, RecoverError, RecoveryLinkError,
    SignInError, SignUpAllowed, SignUpRequest, SignedIn, StepUpError,
};
pub use activity::{Activity, ActivityKind, ActivityPlace, ListedActivity};
pub use app_url::{AppUrl, AppUrlProblem};
pub(crate) use ceremonies::CeremonyCounts;
pub use ceremonies::{
    Ceremony, Counted, CredentialCount, DayCount, Insights, IntegrationSteps, MinuteCount, Outcome, Range,
};
pub use directory::{ListedUser, UsePlace, UserPlace, UserSearch};
pub use email::{Email, InvalidEmail};
pub use link::{CLAIM_LIFETIME, Link, LinkPurpose, MadeLink, NewLink, RECOVERY_LIFETIME};
pub use operator::{Operator, OperatorChange, OperatorChanged, OperatorName};
pub use organization::{
    Accepted, Emptied, Member, MemberChange, MemberChanged, Organization, Scope, SharedName,
};
pub use organizations::{Actor, InviteError, Invited};
pub use place::{ConsolePlace, InvalidConsoleUrl};
pub use project::{Environment, EnvironmentKind, EnvironmentMove, NewEnvironment, NewProject, Project};
pub use recovery_code::{RECOVERY_CODES, RecoveryCode};
pub use role::Role;
pub use session::{FRESH, IDLE, LIFETIME, NewSession, Session, SessionVia};
pub use store::{Console, PasskeyRemoval, Recover, RecoveryProof, SignUp, SignedUp, Store};
