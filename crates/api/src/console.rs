//! The console's API: bodies of requests and responses.

mod account;
mod environment;
mod insights;
mod lists;
mod organization;
mod settings;
mod sign_in;

pub use account::{
    Activity, Operator, OperatorUpdate, Passkey, RecoveryCodes, Rename, SessionInfo, SessionsEnded,
};
pub use environment::{
    AppUrl, Derivation, Environment, EnvironmentInfo, EnvironmentKind, Named, Note, Project, ProjectCreate,
    Steps, TrialBegin, TrialResult, TryHere,
};
pub use insights::{DayCount, Failures, Funnel, Insights, NameCount, StorageCounts};
pub use lists::{AuditLogRows, DeletedAttempts, StalePasskeys, UserRow, Users};
pub use organization::{
    ActivityOperator, Invitation, Invite, Invited, Member, MemberUpdate, Naming, Organization,
    OrganizationActivities, OrganizationActivity, Role,
};
pub use settings::{
    Comparison, Difference, Promotion, RelatedOriginsCheck, RelatedOriginsCode, RelatedOriginsFinding,
    Severity,
};
pub use sign_in::{
    Assertion, Creation, LinkInfo, LinkKind, LinkSecret, Made, RecoveryCodeUse, Session, SessionVia, Shown,
    SignUpBegin, SignUpFinish, SignUpPolicy, State,
};
