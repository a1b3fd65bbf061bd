//! The console's API: bodies of requests and responses.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::SecretString;
use crate::public::CredentialStorage;

/// What anybody may know of the console, and who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct State {
    /// Whether it has an operator. Until then, only a link that claims it lets anybody in.
    pub claimed: bool,
    /// Who may make an account.
    pub sign_up: SignUpPolicy,
    /// The server's version.
    pub version: String,
    /// Where the console is: the origin of its pages.
    pub console_url: String,
    /// Where apps and browsers reach the public API.
    pub public_url: String,
    /// The caller's session, where there is one.
    pub session: Option<Session>,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum SignUpPolicy {
    /// Whoever was invited.
    Invitation,
    /// Anybody.
    Open,
}

/// A session, as its own browser sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub operator: Operator,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends if nothing is done.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Until when what asks for a passkey just shown may be done.
    #[serde(with = "time::serde::rfc3339::option")]
    pub fresh_until: Option<OffsetDateTime>,
    /// What it began with.
    pub via: SessionVia,
}

/// What a session began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionVia {
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
    /// A link that the machine's owner made.
    RecoveryLink,
}

/// Who signs in to the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Operator {
    /// The id.
    pub id: Uuid,
    /// What the person is called.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// What the account is recognised by.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
    /// When the account was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How many passkeys it has.
    pub passkeys: u32,
    /// How many recovery codes are left.
    pub recovery_codes_left: u32,
}

/// What an operator changes of the own account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperatorUpdate {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$"))]
    pub name: Option<String>,
    /// Another email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128))]
    pub email: Option<String>,
}

/// The secret of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkSecret {
    /// What stands behind `#` in it.
    pub link: SecretString,
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkInfo {
    /// What it lets its holder do.
    pub kind: LinkKind,
    /// From when on it is no use.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// The organization that it invites to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub organization: Option<String>,
    /// As what it invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub role: Option<Role>,
    /// Whom it was meant for, or whose account it recovers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub email: Option<String>,
}

/// What a link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// Become the console's first operator.
    Claim,
    /// Be let in without a passkey.
    Recovery,
    /// Join an organization.
    Invitation,
}

/// What a member of an organization may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Looks at everything but secrets.
    Viewer,
    /// Connects apps.
    Developer,
    /// Runs projects and members.
    Admin,
    /// May also delete the organization, and decide who owns it.
    Owner,
}

/// Who wants to become an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUpBegin {
    /// The secret of a link that claims the console or invites; none where anybody may sign up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SecretString>,
    /// What the person is called.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// What the account is to be recognised by.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
}

/// A passkey that was made for a sign-up, beside what it was begun with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignUpFinish {
    /// As at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<SecretString>,
    /// As at the beginning.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Kim")
    )]
    pub name: String,
    /// As at the beginning.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128, example = "kim@example.com"))]
    pub email: String,
    /// What `navigator.credentials.create()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RegistrationCredential))]
    pub credential: Box<serde_json::value::RawValue>,
}

/// What `navigator.credentials.create()` is to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Creation {
    /// With the member `publicKey`, for `PublicKeyCredential.parseCreationOptionsFromJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::CreationOptions))]
    pub options: Box<serde_json::value::RawValue>,
}

/// What `navigator.credentials.get()` is to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assertion {
    /// With the member `publicKey`, for `PublicKeyCredential.parseRequestOptionsFromJSON()`.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RequestOptions))]
    pub options: Box<serde_json::value::RawValue>,
}

/// A passkey that was shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shown {
    /// What `navigator.credentials.get()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::AssertionCredential))]
    pub credential: Box<serde_json::value::RawValue>,
}

/// A passkey that was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Made {
    /// What `navigator.credentials.create()` gave.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::ceremony::RegistrationCredential))]
    pub credential: Box<serde_json::value::RawValue>,
    /// What to call it. Default: as its authenticator is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
    pub name: Option<String>,
}

/// A session, as its operator's list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// Its id.
    pub id: Uuid,
    /// Whether it is the caller's own.
    pub current: bool,
    /// What it began with.
    pub via: SessionVia,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used, give or take ten seconds.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// When it ends if nothing is done.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Where it began.
    pub source_ip: String,
    /// The browser and system that it began in, as far as they told.
    #[cfg_attr(feature = "openapi", schema(example = "Chrome on macOS"))]
    pub device: String,
}

/// How many sessions ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// How many there were.
    pub ended: u64,
}

/// An operator's passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Passkey {
    /// The credential id, base64url.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The name of the authenticator's make, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub authenticator: Option<String>,
    /// A picture of it, as a `data:` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub authenticator_icon: Option<String>,
    /// Where it is kept.
    pub storage: CredentialStorage,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used; its making counts.
    #[serde(with = "time::serde::rfc3339")]
    pub last_used_at: OffsetDateTime,
    /// The browser and system that it was made in, as far as they told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub registered_on: Option<String>,
    /// Those of its last use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_used_on: Option<String>,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rename {
    /// The new name: 1 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$"))]
    pub name: String,
}

/// Recovery codes that were just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each lets the operator in once. They are not shown again.
    pub codes: Vec<SecretString>,
}

/// A recovery code, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodeUse {
    /// The account's email.
    pub email: String,
    /// The code, however it is spaced.
    pub code: SecretString,
}

/// What happened in an operator's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    /// The row's id.
    pub id: Uuid,
    /// What happened: as in the audit log, or `console_…`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why it failed: an error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Where the request came from.
    pub source_ip: String,
    /// The browser and system that it came from, as far as they told.
    pub device: String,
    /// The passkey concerned, base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub credential_id: Option<String>,
}

/// Some of what was done for an organization, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationActivities {
    /// The rows.
    pub rows: Vec<OrganizationActivity>,
    /// What to pass as `before` for those that follow; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
}

/// What somebody did for an organization, or what happened in a member's account that the others should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrganizationActivity {
    /// The row's id.
    pub id: Uuid,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it; absent where a program with an admin token did, or whose account is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub operator: Option<ActivityOperator>,
    /// The environment concerned, by its tenant's id. It may be gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub tenant_id: Option<Uuid>,
    /// What it was about, in few words: a name, an email, a URL, an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub subject: Option<String>,
    /// Where the request came from.
    pub source_ip: String,
    /// The browser and system that it came from, as far as they told.
    pub device: String,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivityOperator {
    /// The operator's id.
    pub id: Uuid,
    /// The operator's name.
    pub name: String,
    /// The operator's email.
    pub email: String,
}

/// An organization, as the caller sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Organization {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$"))]
    pub name: String,
    /// What the caller is in it.
    pub role: Role,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How many members it has.
    pub members: u32,
    /// How many projects it has.
    pub projects: u32,
}

/// What an organization or a project is to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Naming {
    /// 1 to 64 characters.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "Example Ltd")
    )]
    pub name: String,
}

/// A member of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Who.
    pub operator_id: Uuid,
    /// What the person is called.
    pub name: String,
    /// What the account is recognised by.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub joined_at: OffsetDateTime,
}

/// What a member is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberUpdate {
    /// As what.
    pub role: Role,
}

/// An invitation that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// Its id.
    pub id: Uuid,
    /// As what it invites.
    pub role: Role,
    /// Whom it is meant for. Whoever has the link may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub email: Option<String>,
    /// Who invites: an operator's id; none where a program does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub invited_by: Option<Uuid>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// From when on it is no use.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Whom to invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invite {
    /// As what.
    pub role: Role,
    /// Whom it is meant for, as a reminder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 128))]
    pub email: Option<String>,
    /// How many days the link is valid: 1 to 30. Default: 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 30))]
    pub days: Option<u32>,
}

/// An invitation that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// Its link, shown this once.
    pub url: SecretString,
}

/// A project with its environments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Project {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub organization_id: Uuid,
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// What the caller is in its organization.
    pub role: Role,
    /// Development first.
    pub environments: Vec<EnvironmentInfo>,
}

/// What an environment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentKind {
    /// Where the app is made.
    Development,
    /// Where people use it.
    Production,
}

/// An environment, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvironmentInfo {
    /// Its tenant's id, which is its own.
    pub tenant_id: Uuid,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// The app's URL there; null until somebody tells it.
    pub app_url: Option<String>,
    /// What its passkeys are bound to.
    pub rp_id: String,
}

/// A project to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProjectCreate {
    /// 1 to 64 characters; passkey prompts show it, too.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 64, pattern = r"^[^\x00]*$", example = "My app")
    )]
    pub name: String,
    /// The app's URL, scheme and port included: at localhost for development, or where people use it.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, example = "http://localhost:5173"))]
    pub app_url: String,
}

/// The URL of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppUrl {
    /// Scheme, host and port; a path is passed over.
    #[cfg_attr(feature = "openapi", schema(max_length = 2048, example = "https://app.example.com"))]
    pub app_url: String,
}

/// What follows from an app's URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Derivation {
    /// Which environment it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub kind: Option<EnvironmentKind>,
    /// What passkeys will be bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub rp_id: Option<String>,
    /// The pages that may use them.
    pub origins: Vec<String>,
    /// The pages that may call the public API.
    pub cors: Vec<String>,
    /// Why passkeys can't be used there, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub problem: Option<String>,
    /// The same, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub code: Option<String>,
    /// What there is to know about it, in the order in which it matters.
    pub notes: Vec<Note>,
}

/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Note {
    /// What it is about.
    pub code: String,
    /// A sentence or two for people.
    pub message: String,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Environment {
    /// Its tenant's id, which is its own.
    pub tenant_id: Uuid,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// The app's URL there; null until somebody tells it.
    pub app_url: Option<String>,
    /// What its passkeys are bound to.
    pub rp_id: String,
    /// Its project.
    pub project: Named,
    /// The project's organization.
    pub organization: Named,
    /// What the caller is there.
    pub role: Role,
    /// Where its public API is.
    pub api_url: String,
    /// Where the keys are by which its tokens are verified.
    pub jwks_url: String,
    /// The pages that may use its passkeys.
    pub origins: Vec<String>,
    /// What of its settings is probably not meant.
    pub warnings: Vec<crate::admin::ConfigWarning>,
    /// How far its integration has come.
    pub steps: Steps,
    /// Whether the console's page can run its ceremonies.
    pub try_here: TryHere,
}

/// Something by its id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Named {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: String,
}

/// How far an integration has come: when each step was seen first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Steps {
    /// There is an API key.
    #[serde(with = "time::serde::rfc3339::option")]
    pub api_key_created: Option<OffsetDateTime>,
    /// A registration began.
    #[serde(with = "time::serde::rfc3339::option")]
    pub registration_begun: Option<OffsetDateTime>,
    /// A passkey was registered.
    #[serde(with = "time::serde::rfc3339::option")]
    pub registration_finished: Option<OffsetDateTime>,
    /// A login began.
    #[serde(with = "time::serde::rfc3339::option")]
    pub login_begun: Option<OffsetDateTime>,
    /// Somebody logged in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub login_finished: Option<OffsetDateTime>,
}

/// Whether the console's page can run an environment's ceremonies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TryHere {
    /// It can.
    pub possible: bool,
    /// Why not, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub reason: Option<String>,
}

/// Who is to be asked for on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialBegin {
    /// What the passkey prompt shows.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 128, pattern = r"^[^\x00]*$", example = "kim@example.com")
    )]
    pub username: String,
}

/// What a ceremony on trial ends with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrialResult {
    /// The token that an app's backend would get.
    pub token: String,
    /// What it says.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

/// What happened in an environment, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Insights {
    /// Every day of the range.
    pub days: Vec<DayCount>,
    /// Each ceremony from begun to done.
    pub funnels: Vec<Funnel>,
    /// Why ceremonies failed, the most frequent first.
    pub failures: Vec<Failures>,
    /// What the passkeys there are now were made on, the most frequent first.
    pub authenticators: Vec<NameCount>,
    /// The browsers that they were last used in, the most frequent first.
    pub browsers: Vec<NameCount>,
    /// Where they are kept.
    pub storage: StorageCounts,
}

/// What happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayCount {
    /// The day, in the viewer's zone.
    #[cfg_attr(feature = "openapi", schema(example = "2027-01-15"))]
    pub day: String,
    /// How many passkeys were registered.
    pub registrations: u64,
    /// How many logins there were.
    pub logins: u64,
}

/// A ceremony from begun to done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Funnel {
    /// `registration`, `login`, `mfa_registration`, `mfa_login` or `transaction`.
    pub ceremony: String,
    /// How many began. With autofill, every view of a login page begins one.
    pub begun: u64,
    /// How many were finished.
    pub done: u64,
    /// How many were refused at their end.
    pub failed: u64,
}

/// How often a ceremony failed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failures {
    /// The ceremony.
    pub ceremony: String,
    /// The reason: an error code.
    pub code: String,
    /// How often.
    pub count: u64,
}

/// How many of one name there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NameCount {
    /// The name.
    pub name: String,
    /// How many.
    pub count: u64,
}

/// Where passkeys are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StorageCounts {
    /// On all of the person's devices.
    pub synced: u64,
    /// On one device so far.
    pub syncable: u64,
    /// On one device for good.
    pub device_bound: u64,
}

/// Some of an environment's users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Users {
    /// The users.
    pub users: Vec<UserRow>,
    /// Where to go on, as `after`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
}

/// A user as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRow {
    /// The row's id.
    pub id: Uuid,
    /// The app's own id of the user.
    pub user_id: String,
    /// What the person recognises the account by.
    pub name: String,
    /// A friendlier name.
    pub display_name: Option<String>,
    /// An image URL.
    pub icon: Option<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// How many passkeys and second factors it has.
    pub passkeys: u32,
    /// When one of them was last used.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// Some rows of an environment's audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLogRows {
    /// The rows, newest first.
    pub rows: Vec<crate::public::AuditLog>,
    /// Where to go on, as `before`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
}

/// Some of the passkeys that nobody uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StalePasskeys {
    /// The passkeys, the longest unused first.
    pub passkeys: Vec<crate::public::Credential>,
    /// Where to go on, as `after`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next: Option<String>,
}

/// Attempts with passkeys that were deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedAttempts {
    /// What they were told.
    pub code: String,
    /// How often.
    pub count: u64,
    /// When last, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_at: Option<OffsetDateTime>,
}

/// Where two environments' settings differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The differences, by the names that lead to each setting.
    pub differences: Vec<Difference>,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Difference {
    /// The names that lead to it, with dots between.
    #[cfg_attr(feature = "openapi", schema(example = "webauthn.timeout"))]
    pub member: String,
    /// What it is here; null: not set.
    pub here: serde_json::Value,
    /// What it is in the other environment.
    pub there: serde_json::Value,
    /// Whether it can be taken over. What passkeys are bound to can't.
    pub promotable: bool,
}

/// Settings to take over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promotion {
    /// The environment to take them from.
    pub from: Uuid,
    /// Which, as the comparison names them.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub members: Vec<String>,
}

/// What a check of the hosted document of related origins found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOriginsCheck {
    /// Where browsers look for it.
    pub url: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub checked_at: OffsetDateTime,
    /// Whether any of the tenant's origins lies outside of the RP ID's domain.
    pub needed: bool,
    /// The origins that it must list.
    pub expected: Vec<String>,
    /// The status of the answer, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub status: Option<u16>,
    /// What the answer said that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub content_type: Option<String>,
    /// What it lists, where it is of the right form: the first hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub listed: Option<Vec<String>>,
    /// The names below public suffixes in it (`example` of `example.co.uk`), in its order.
    pub labels: Vec<String>,
    /// How many of these every browser honours: the first ones.
    pub label_limit: u32,
    /// What is wrong with it; empty: all is well.
    pub findings: Vec<RelatedOriginsFinding>,
}

/// Something that was found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelatedOriginsFinding {
    /// What it is.
    pub code: RelatedOriginsCode,
    /// Whether it keeps passkeys from working.
    pub severity: Severity,
    /// The same, for people.
    pub message: String,
    /// The origin concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub origin: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Pages of some origin can't use the tenant's passkeys.
    Error,
    /// It works, and may not for long, or could not be looked into.
    Warning,
}

/// What may be wrong with a hosted document of related origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RelatedOriginsCode {
    /// The domain has no address, no connection could be made, or it ended early.
    Unreachable,
    /// The domain has no public address, so it was not asked (`webhook_networks` allows others).
    AddressForbidden,
    /// There was no whole answer in time.
    TimedOut,
    /// The certificate is not to be trusted, or TLS could not be agreed on.
    TlsFailed,
    /// The answer leads elsewhere. Browsers follow it; this check does not.
    Redirected,
    /// The answer's status is not 200.
    StatusUnexpected,
    /// The answer is not `application/json`.
    ContentTypeUnexpected,
    /// The answer is longer than is read here.
    TooLarge,
    /// The answer is no JSON.
    NotJson,
    /// It has no member `origins` that is a list of strings.
    FormUnexpected,
    /// An origin of the tenant's is not listed.
    OriginMissing,
    /// An origin is listed, and no browser honours it: it has no registrable domain, or is no https origin.
    OriginIgnored,
    /// An origin of the tenant's is listed after as many names as browsers honour.
    LabelLimitExceeded,
    /// There are more names than browsers honour; the tenant's are among the first.
    LabelLimitNear,
}
