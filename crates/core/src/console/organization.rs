//! Organizations: operators who share projects.

use crate::clock::Timestamp;
use crate::console::{Email, OperatorName, Role};
use crate::ids::{OperatorId, OrganizationId, ProjectId, TenantId};
use crate::text::Text;

/// What an organization or a project is called.
pub type SharedName = Text<1, 64>;

/// A place that belongs to an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The organization itself.
    Organization(OrganizationId),
    /// One of its projects.
    Project(ProjectId),
    /// An environment of one of its projects, by its tenant.
    Environment(TenantId),
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: SharedName,
    /// When it was made.
    pub created_at: Timestamp,
    /// What whoever asks is in it; none where that is no member.
    pub role: Option<Role>,
    /// How many members it has.
    pub members: u32,
    /// How many projects it has.
    pub projects: u32,
}

/// A member of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub operator_id: OperatorId,
    /// What the person is called.
    pub name: OperatorName,
    /// What the account is recognised by.
    pub email: Email,
    /// As what.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// What is to become of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChange {
    /// Another role.
    Role(Role),
    /// No member any more.
    Removal,
}

/// What became of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberChanged {
    /// As it was asked for.
    Done,
    /// There is no such member.
    NotFound,
    /// Whoever asks is no member from admin up any more, and doesn't leave either.
    NotAllowed,
    /// Only an owner may make, change or remove an owner.
    OwnersOnly,
    /// The organization would be left without an owner.
    LastOwner,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// The operator is a member.
    Joined(OrganizationId),
    /// The link is no invitation, was used, withdrawn, or has expired.
    LinkInvalid,
    /// The operator was a member before; the link stays open.
    AlreadyMember,
}

/// What became of an organization or a project that was to be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptied {
    /// It is gone.
    Deleted,
    /// There is no such thing.
    NotFound,
    /// It has environments, whose tenants are to be deleted first.
    NotEmpty,
}
