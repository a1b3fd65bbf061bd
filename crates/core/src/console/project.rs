//! Projects, and their environments: each a tenant of its own.

use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::console::{Activity, SharedName};
use crate::ids::{OrganizationId, ProjectId, TenantId};
use crate::store::NewTenant;

/// What an environment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnvironmentKind {
    /// Where the app is made, at localhost.
    Development,
    /// Where people use it.
    Production,
}

impl EnvironmentKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Development, Self::Production];

    /// As it is stored and spelt on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its tenant.
    pub tenant_id: TenantId,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// The app's URL there; none until somebody tells it.
    pub app_url: Option<String>,
    /// What its passkeys are bound to.
    pub rp_id: String,
}

/// A project with its environments, development first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The organization's name.
    pub organization: SharedName,
    /// Its name.
    pub name: SharedName,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its environments.
    pub environments: Vec<Environment>,
}

/// An environment to be stored with its project.
#[derive(Debug, Clone)]
pub struct NewEnvironment {
    /// Its tenant.
    pub tenant: NewTenant,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// The app's URL there, where it is known.
    pub app_url: Option<String>,
}

/// A project to be stored.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Its id.
    pub id: ProjectId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its name.
    pub name: SharedName,
    /// When.
    pub created_at: Timestamp,
    /// Its environments.
    pub environments: Vec<NewEnvironment>,
    /// The row to keep of it.
    pub activity: Activity,
}

/// An environment moves to another URL.
#[derive(Debug, Clone)]
pub struct EnvironmentMove {
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The app's URL there from now on.
    pub app_url: String,
    /// The tenant's configuration from now on.
    pub config: TenantConfig,
    /// The row to keep of it.
    pub activity: Activity,
}
