//! What operators share: organizations, their members, their projects.

use std::time::Duration;

use passgate_webauthn::Origin;

use crate::audit::RequestOrigin;
use crate::config::{Origins, TenantConfig};
use crate::console::{
    Accepted, Activity, ActivityKind, ActivityPlace, AppUrl, ConsolePlace, Email, Emptied, EnvironmentKind,
    EnvironmentMove, Link, LinkPurpose, ListedActivity, MadeLink, Member, MemberChange, MemberChanged,
    NewEnvironment, NewProject, Organization, Project, Role, Scope, SharedName,
};
use crate::ids::{LinkId, OperatorId, OrganizationId, ProjectId, TenantId};
use crate::key_secret::{KeyHash, KeySecret};
use crate::passgate::{Passgate, TenantError};
use crate::rng::random_uuid;
use crate::store::{Changed, Store, StoreError};
use crate::tenant_cache::Tenant;
use crate::text::Text;

/// How often an organization or a project is emptied before it is given up: somebody goes on filling it.
const ATTEMPTS: u32 = 5;

/// Who changes something of an organization's.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The operator; none where a program with an admin token does.
    pub operator_id: Option<OperatorId>,
    /// What that is in the organization.
    pub role: Role,
    /// Who asked.
    pub origin: RequestOrigin,
}

/// Whom an organization invites.
#[derive(Debug, Clone)]
pub struct Invited {
    /// As what.
    pub role: Role,
    /// Whom it is meant for, as a reminder.
    pub email: Option<Email>,
    /// How long the link is valid.
    pub lifetime: Duration,
}

/// Why nobody is invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// There is no such organization.
    #[error("there is no such organization")]
    UnknownOrganization,
    /// The actor is no member from admin up any more, or less than whom is invited.
    #[error("nobody may invite somebody to more than they are")]
    NotAllowed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Passgate<S> {
    /// The organization that a place belongs to, and the operator's role in it; none: there is no such place.
    pub async fn membership(
        &self,
        operator_id: Option<OperatorId>,
        scope: Scope,
    ) -> Result<Option<(OrganizationId, Option<Role>)>, StoreError> {
        self.store.membership(operator_id, scope).await
    }

    /// An operator's organizations, by name; of a program, all.
    pub async fn organizations(
        &self,
        operator_id: Option<OperatorId>,
    ) -> Result<Vec<Organization>, StoreError> {
        self.store.organizations(operator_id).await
    }

    /// One organization, as somebody sees it.
    pub async fn organization(
        &self,
        id: OrganizationId,
        operator_id: Option<OperatorId>,
    ) -> Result<Option<Organization>, StoreError> {
        self.store.organization(id, operator_id).await
    }

    /// Makes an organization, with its first owner.
    pub async fn create_organization(
        &self,
        name: SharedName,
        owner: OperatorId,
        origin: &RequestOrigin,
    ) -> Result<Organization, StoreError> {
        let organization = Organization {
            id: OrganizationId::new(random_uuid(&*self.rng)),
            name,
            created_at: self.now(),
            role: Some(Role::Owner),
            members: 1,
            projects: 0,
        };
        let subject = Some(organization.name.to_string());
        let kind = ActivityKind::OrganizationCreated;
        let activity = self.activity(kind, Some(owner), Some(organization.id), subject, origin);
        self.store.create_organization(organization.clone(), owner, activity).await?;
        Ok(organization)
    }

    /// Gives an organization another name.
    pub async fn rename_organization(
        &self,
        id: OrganizationId,
        name: SharedName,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let activity = self.act(ActivityKind::OrganizationRenamed, id, Some(name.to_string()), actor);
        self.store.rename_organization(id, name, activity).await
    }

    /// Deletes an organization with its projects and their tenants.
    pub async fn delete_organization(&self, id: OrganizationId) -> Result<Changed, StoreError> {
        for _ in 0..ATTEMPTS {
            for project in self.store.projects(id).await? {
                self.delete_environments(&project).await?;
            }
            match self.store.delete_organization(id).await? {
                Emptied::Deleted => return Ok(Changed::Done),
                Emptied::NotFound => return Ok(Changed::NotFound),
                Emptied::NotEmpty => {}
            }
        }
        Err(StoreError::Unavailable("projects are made while their organization is deleted".into()))
    }

    /// An organization's members, by email.
    pub async fn members(&self, id: OrganizationId) -> Result<Vec<Member>, StoreError> {
        self.store.members(id).await
    }

    /// Changes or removes a member. Everybody may go; other changes are for who runs the organization.
    pub async fn change_member(
        &self,
        id: OrganizationId,
        operator_id: OperatorId,
        change: MemberChange,
        actor: &Actor,
    ) -> Result<MemberChanged, StoreError> {
        let kind = match change {
            MemberChange::Role(_) => ActivityKind::MemberRoleChanged,
            MemberChange::Removal => ActivityKind::MemberRemoved,
        };
        let email =
            self.store.operator(operator_id).await?.map(|operator| operator.email.as_str().to_owned());
        let subject = match change {
            MemberChange::Role(role) => email.map(|email| format!("{email}: {}", role.as_str())),
            MemberChange::Removal => email,
        };
        let activity = self.act(kind, id, subject, actor);
        self.store.change_member(id, operator_id, change, activity).await
    }

    /// An organization's open invitations, oldest first.
    pub async fn invitations(&self, id: OrganizationId) -> Result<Vec<Link>, StoreError> {
        self.store.invitations(id, self.now()).await
    }

    /// Invites somebody, to no more than the actor is.
    pub async fn invite(
        &self,
        organization: &Organization,
        invited: Invited,
        actor: &Actor,
    ) -> Result<(KeySecret, Link), InviteError> {
        let subject = match &invited.email {
            Some(email) => format!("{}: {}", email.as_str(), invited.role.as_str()),
            None => invited.role.as_str().to_owned(),
        };
        let purpose = LinkPurpose::Invitation {
            organization_id: organization.id,
            organization: Text::new(organization.name.as_str())
                .map_err(|error| StoreError::Database(Box::new(error)))?,
            role: invited.role,
            email: invited.email,
            invited_by: actor.operator_id,
        };
        let (secret, link) = self.new_link(purpose, invited.lifetime);
        let made = link.link.clone();
        let activity = self.act(ActivityKind::InvitationMade, organization.id, Some(subject), actor);
        match self.store.invite(link, activity).await? {
            MadeLink::Made => Ok((secret, made)),
            MadeLink::NotAllowed => Err(InviteError::NotAllowed),
            MadeLink::NotFound | MadeLink::Claimed => Err(InviteError::UnknownOrganization),
        }
    }

    /// Withdraws an invitation.
    pub async fn withdraw_invitation(
        &self,
        id: OrganizationId,
        link_id: LinkId,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let activity = self.act(ActivityKind::InvitationWithdrawn, id, None, actor);
        self.store.withdraw_invitation(id, link_id, activity).await
    }

    /// Makes an operator a member of the organization that invited.
    pub async fn accept_invitation(
        &self,
        secret: &str,
        operator_id: OperatorId,
        origin: &RequestOrigin,
    ) -> Result<Accepted, StoreError> {
        let activity = self.activity(ActivityKind::MemberJoined, Some(operator_id), None, None, origin);
        self.store.accept_invitation(KeyHash::of(secret), operator_id, activity).await
    }

    /// An organization's projects, oldest first.
    pub async fn projects(&self, id: OrganizationId) -> Result<Vec<Project>, StoreError> {
        self.store.projects(id).await
    }

    /// One project.
    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.store.project(id).await
    }

    /// The project that an environment belongs to.
    pub async fn project_of(&self, tenant_id: TenantId) -> Result<Option<Project>, StoreError> {
        self.store.project_of(tenant_id).await
    }

    /// Makes a project with both of its environments. The URL is that of the one it belongs to. None: there is no such
    /// organization.
    pub async fn create_project(
        &self,
        organization_id: OrganizationId,
        name: SharedName,
        url: &AppUrl,
        actor: &Actor,
    ) -> Result<Option<ProjectId>, StoreError> {
        let environment = |kind| {
            let (of, is_told) = match kind {
                kind if kind == url.kind() => (url.clone(), true),
                EnvironmentKind::Development => (AppUrl::development(), true),
                EnvironmentKind::Production => (AppUrl::untold(), false),
            };
            let shown = match kind {
                EnvironmentKind::Development => format!("{name} (development)"),
                EnvironmentKind::Production => name.to_string(),
            };
            let shown = Text::new(shown).map_err(|error| StoreError::Database(Box::new(error)))?;
            Ok(NewEnvironment {
                tenant: self.new_tenant(shown, of.config(&name)),
                kind,
                app_url: is_told.then(|| of.as_str().to_owned()),
            })
        };
        let environments =
            EnvironmentKind::ALL.into_iter().map(environment).collect::<Result<_, StoreError>>()?;
        let id = ProjectId::new(random_uuid(&*self.rng));
        let activity = self.act(ActivityKind::ProjectCreated, organization_id, Some(name.to_string()), actor);
        let created_at = self.now();
        let project = NewProject { id, organization_id, name, created_at, environments, activity };
        let stored = self.store.create_project(project).await?;
        self.poll_version().await?;
        Ok((stored == Changed::Done).then_some(id))
    }

    /// Gives a project another name; what passkey prompts show is a setting of its environments.
    pub async fn rename_project(
        &self,
        project: &Project,
        name: SharedName,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let subject = Some(name.to_string());
        let activity = self.act(ActivityKind::ProjectRenamed, project.organization_id, subject, actor);
        self.store.rename_project(project.id, name, activity).await
    }

    /// Deletes a project with both of its tenants and everything of theirs.
    pub async fn delete_project(&self, project: &Project, actor: &Actor) -> Result<Changed, StoreError> {
        self.delete_environments(project).await?;
        let subject = Some(project.name.to_string());
        let activity = self.act(ActivityKind::ProjectDeleted, project.organization_id, subject, actor);
        match self.store.delete_project(project.id, activity).await? {
            Emptied::Deleted => Ok(Changed::Done),
            Emptied::NotFound => Ok(Changed::NotFound),
            Emptied::NotEmpty => {
                Err(StoreError::Unavailable("the project's tenants were not all deleted".into()))
            }
        }
    }

    /// Moves an environment to another URL: what passkeys are bound to, which pages may use them, and which may call.
    pub async fn move_environment(
        &self,
        project: &Project,
        tenant_id: TenantId,
        url: &AppUrl,
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let Some(record) = self.find_tenant(tenant_id).await? else { return Ok(Changed::NotFound) };
        let subject = Some(url.as_str().to_owned());
        let activity = self.act(ActivityKind::EnvironmentChanged, project.organization_id, subject, actor);
        let moved = EnvironmentMove {
            tenant_id,
            app_url: url.as_str().to_owned(),
            config: url.moved(record.config),
            activity: Activity { tenant_id: Some(tenant_id), ..activity },
        };
        let changed = self.store.move_environment(moved).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// Gives an environment settings of another.
    pub async fn promote_settings(
        &self,
        organization_id: OrganizationId,
        tenant_id: TenantId,
        config: TenantConfig,
        members: &[String],
        actor: &Actor,
    ) -> Result<Changed, StoreError> {
        let activity =
            self.act(ActivityKind::ConfigPromoted, organization_id, Some(members.join(", ")), actor);
        let activity = Activity { tenant_id: Some(tenant_id), ..activity };
        let changed = self.store.configure_environment(tenant_id, config, activity).await?;
        self.poll_version().await?;
        Ok(changed)
    }

    /// Keeps what somebody did in an environment.
    pub async fn note_activity(
        &self,
        kind: ActivityKind,
        organization_id: OrganizationId,
        tenant_id: TenantId,
        subject: Option<String>,
        actor: &Actor,
    ) -> Result<(), StoreError> {
        let activity = self.act(kind, organization_id, subject, actor);
        self.store.note_activity(Activity { tenant_id: Some(tenant_id), ..activity }).await
    }

    /// What was done for an organization, newest first: at most `limit` rows, those before a place.
    pub async fn organization_activities(
        &self,
        id: OrganizationId,
        before: Option<ActivityPlace>,
        limit: u32,
    ) -> Result<Vec<ListedActivity>, StoreError> {
        self.store.organization_activities(id, before, limit).await
    }

    /// An environment's tenant, with the console's own page among its origins: for a ceremony that an operator tries there.
    /// The tenant itself stays as it is.
    pub async fn tenant_on_trial(
        &self,
        tenant_id: TenantId,
        place: &ConsolePlace,
    ) -> Result<Option<Tenant>, TenantError> {
        let Some(mut record) = self.find_tenant(tenant_id).await? else { return Ok(None) };
        let relying_party = &mut record.config.relying_party;
        let mut origins = relying_party.origins.as_slice().to_vec();
        if let Ok(origin) = Origin::parse(place.url())
            && !origins.contains(&origin)
        {
            // A tenant with as many as it may have keeps all but the last.
            origins.truncate(Origins::MAX - 1);
            origins.push(origin);
        }
        if let Ok(origins) = Origins::new(origins) {
            relying_party.origins = origins;
        }
        Ok(Some(Tenant::load(record, self.public_url(), self.now(), &self.secrets)?))
    }

    async fn delete_environments(&self, project: &Project) -> Result<(), StoreError> {
        for environment in &project.environments {
            self.delete_tenant(environment.tenant_id).await?;
        }
        Ok(())
    }

    fn act(
        &self,
        kind: ActivityKind,
        id: OrganizationId,
        subject: Option<String>,
        actor: &Actor,
    ) -> Activity {
        self.activity(kind, actor.operator_id, Some(id), subject, &actor.origin)
    }
}
