//! Projects and their environments, how far an app's integration is, and ceremonies on trial.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::organization::Role;

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
