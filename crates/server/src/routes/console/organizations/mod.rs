//! `/console/api/organizations`.

pub(crate) mod activity;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod invitations;
pub(crate) mod list;
pub(crate) mod members;
pub(crate) mod update;

use passgate_api::ErrorCode;
use passgate_api::console as wire;
use passgate_core::console::{Organization, Role, SharedName};
use passgate_core::text::Text;

use crate::error::ApiError;
use crate::validate::field;

pub(crate) fn to_wire(organization: &Organization, role: Role) -> wire::Organization {
    wire::Organization {
        id: *organization.id.as_uuid(),
        name: organization.name.to_string(),
        role: role_to_wire(role),
        created_at: organization.created_at.to_date_time(),
        members: organization.members,
        projects: organization.projects,
    }
}

pub(crate) const fn role_to_wire(role: Role) -> wire::Role {
    match role {
        Role::Viewer => wire::Role::Viewer,
        Role::Developer => wire::Role::Developer,
        Role::Admin => wire::Role::Admin,
        Role::Owner => wire::Role::Owner,
    }
}

pub(crate) const fn role_from_wire(role: wire::Role) -> Role {
    match role {
        wire::Role::Viewer => Role::Viewer,
        wire::Role::Developer => Role::Developer,
        wire::Role::Admin => Role::Admin,
        wire::Role::Owner => Role::Owner,
    }
}

/// What an organization or a project is to be called.
pub(crate) fn shared_name(name: &str) -> Result<SharedName, ApiError> {
    field("name", Text::new(name.trim()))
}

pub(crate) fn not_found() -> ApiError {
    ApiError::not_found(
        ErrorCode::ORGANIZATION_NOT_FOUND,
        "there is no such organization, or you are no member of it",
    )
}
