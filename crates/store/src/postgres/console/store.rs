//! The methods of the trait: which are one statement, which a transaction, and which a snapshot.

use passgate_core::audit::{AuditFilter, AuditPlace, AuditRows};
use passgate_core::clock::Timestamp;
use passgate_core::config::TenantConfig;
use passgate_core::console::{
    Accepted, Activity, ActivityPlace, Ceremony, Console, Email, Emptied, EnvironmentMove, Insights, Link,
    ListedActivity, ListedUser, MadeLink, Member, MemberChange, MemberChanged, MinuteCount, NewLink,
    NewProject, NewSession, Operator, OperatorChange, OperatorChanged, Organization, Outcome, PasskeyRemoval,
    Project, Range, Recover, Role, Scope, Session, SharedName, SignUp, SignedUp, Store, UsePlace, UserSearch,
};
use passgate_core::credential::Credential;
use passgate_core::ids::{LinkId, OperatorId, OrganizationId, ProjectId, SessionId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, CredentialChange, NewTenant, StoreError};

use super::{activities, ceremonies, directory, links, operators, organizations, projects, sessions};
use crate::postgres::fault::Fault;
use crate::postgres::store::{snapshot, transaction};
use crate::postgres::{ATTEMPTS, BEGIN, BEGIN_SNAPSHOT, PostgresStore, audit, credentials};

impl Store for PostgresStore {
    async fn console(&self) -> Result<Console, StoreError> {
        Ok(operators::console(&self.session().await?).await?)
    }

    async fn found_console(&self, tenant: NewTenant) -> Result<TenantId, StoreError> {
        transaction!(self, db => operators::found_console(db, &tenant))
    }

    async fn make_link(&self, link: NewLink) -> Result<MadeLink, StoreError> {
        transaction!(self, db => links::make(db, &link))
    }

    async fn link(&self, hash: KeyHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        Ok(links::by_hash(&self.session().await?, &hash, now).await?)
    }

    async fn sign_up(&self, sign_up: SignUp) -> Result<SignedUp, StoreError> {
        transaction!(self, db => operators::sign_up(db, &sign_up))
    }

    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, StoreError> {
        Ok(operators::one(&self.session().await?, id).await?)
    }

    async fn operator_by_email(&self, email: Email) -> Result<Option<Operator>, StoreError> {
        Ok(operators::by_email(&self.session().await?, &email).await?)
    }

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        Ok(operators::all(&self.session().await?).await?)
    }

    async fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        activity: Activity,
    ) -> Result<OperatorChanged, StoreError> {
        transaction!(self, db => operators::change(db, id, &change, &activity))
    }

    async fn replace_recovery_codes(
        &self,
        id: OperatorId,
        codes: Vec<KeyHash>,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => operators::replace_recovery_codes(db, id, &codes, &activity))
    }

    async fn recover(&self, recover: Recover) -> Result<Option<(Session, Operator)>, StoreError> {
        transaction!(self, db => operators::recover(db, &recover))
    }

    async fn remove_passkey(
        &self,
        operator_id: OperatorId,
        but: SessionId,
        change: CredentialChange,
    ) -> Result<PasskeyRemoval, StoreError> {
        transaction!(self, db => operators::remove_passkey(db, operator_id, but, &change))
    }

    async fn begin_session(&self, session: NewSession) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::begin(db, &session))
    }

    async fn session(&self, hash: KeyHash) -> Result<Option<(Session, Operator)>, StoreError> {
        Ok(sessions::by_hash(&self.session().await?, &hash).await?)
    }

    async fn sessions(&self, operator_id: OperatorId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(sessions::list(&self.session().await?, operator_id, now).await?)
    }

    async fn touch_sessions(&self, uses: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        transaction!(self, db => sessions::touch(db, &uses))
    }

    async fn freshen_session(&self, id: SessionId, until: Timestamp) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::freshen(db, id, until))
    }

    async fn end_session(&self, operator_id: OperatorId, id: SessionId) -> Result<Changed, StoreError> {
        transaction!(self, db => sessions::end(db, operator_id, id))
    }

    async fn end_other_sessions(&self, operator_id: OperatorId, but: SessionId) -> Result<u64, StoreError> {
        transaction!(self, db => sessions::end_others(db, operator_id, but))
    }

    async fn membership(
        &self,
        operator_id: Option<OperatorId>,
        scope: Scope,
    ) -> Result<Option<(OrganizationId, Option<Role>)>, StoreError> {
        Ok(organizations::membership(&self.session().await?, operator_id, scope).await?)
    }

    async fn organizations(&self, operator_id: Option<OperatorId>) -> Result<Vec<Organization>, StoreError> {
        Ok(organizations::list(&self.session().await?, operator_id).await?)
    }

    async fn organization(
        &self,
        id: OrganizationId,
        operator_id: Option<OperatorId>,
    ) -> Result<Option<Organization>, StoreError> {
        Ok(organizations::one(&self.session().await?, id, operator_id).await?)
    }

    async fn create_organization(
        &self,
        organization: Organization,
        owner: OperatorId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        transaction!(self, db => organizations::create(db, &organization, owner, &activity))
    }

    async fn rename_organization(
        &self,
        id: OrganizationId,
        name: SharedName,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => organizations::rename(db, id, &name, &activity))
    }

    async fn delete_organization(&self, id: OrganizationId) -> Result<Emptied, StoreError> {
        transaction!(self, db => organizations::delete(db, id))
    }

    async fn members(&self, id: OrganizationId) -> Result<Vec<Member>, StoreError> {
        Ok(organizations::members(&self.session().await?, id).await?)
    }

    async fn change_member(
        &self,
        id: OrganizationId,
        operator_id: OperatorId,
        change: MemberChange,
        activity: Activity,
    ) -> Result<MemberChanged, StoreError> {
        transaction!(self, db => organizations::change_member(db, id, operator_id, change, &activity))
    }

    async fn invite(&self, link: NewLink, activity: Activity) -> Result<MadeLink, StoreError> {
        transaction!(self, db => organizations::invite(db, &link, &activity))
    }

    async fn invitations(&self, id: OrganizationId, now: Timestamp) -> Result<Vec<Link>, StoreError> {
        Ok(organizations::invitations(&self.session().await?, id, now).await?)
    }

    async fn withdraw_invitation(
        &self,
        id: OrganizationId,
        link_id: LinkId,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => organizations::withdraw(db, id, link_id, &activity))
    }

    async fn accept_invitation(
        &self,
        link: KeyHash,
        operator_id: OperatorId,
        activity: Activity,
    ) -> Result<Accepted, StoreError> {
        transaction!(self, db => organizations::accept(db, &link, operator_id, &activity))
    }

    async fn projects(&self, id: OrganizationId) -> Result<Vec<Project>, StoreError> {
        Ok(projects::list(&self.session().await?, id).await?)
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        Ok(projects::one(&self.session().await?, id).await?)
    }

    async fn project_of(&self, tenant_id: TenantId) -> Result<Option<Project>, StoreError> {
        Ok(projects::of_environment(&self.session().await?, tenant_id).await?)
    }

    async fn create_project(&self, project: NewProject) -> Result<Changed, StoreError> {
        transaction!(self, db => projects::create(db, &project))
    }

    async fn rename_project(
        &self,
        id: ProjectId,
        name: SharedName,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => projects::rename(db, id, &name, &activity))
    }

    async fn delete_project(&self, id: ProjectId, activity: Activity) -> Result<Emptied, StoreError> {
        transaction!(self, db => projects::delete(db, id, &activity))
    }

    async fn configure_environment(
        &self,
        tenant_id: TenantId,
        config: TenantConfig,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        transaction!(self, db => projects::configure_environment(db, tenant_id, &config, &activity))
    }

    async fn move_environment(&self, moved: EnvironmentMove) -> Result<Changed, StoreError> {
        transaction!(self, db => projects::move_environment(db, &moved))
    }

    async fn add_ceremony_counts(&self, counts: Vec<MinuteCount>) -> Result<(), StoreError> {
        transaction!(self, db => ceremonies::add(db, &counts))
    }

    async fn first_ceremonies(
        &self,
        tenant_id: TenantId,
    ) -> Result<Vec<(Ceremony, Outcome, i64)>, StoreError> {
        Ok(ceremonies::first(&self.session().await?, tenant_id).await?)
    }

    async fn failures(
        &self,
        tenant_id: TenantId,
        code: String,
        from: i64,
    ) -> Result<Vec<(Ceremony, u64, i64)>, StoreError> {
        Ok(ceremonies::failures(&self.session().await?, tenant_id, &code, from).await?)
    }

    async fn insights(&self, tenant_id: TenantId, range: Range) -> Result<Insights, StoreError> {
        Ok(ceremonies::insights(&self.session().await?, tenant_id, range).await?)
    }

    async fn find_users(
        &self,
        tenant_id: TenantId,
        search: UserSearch,
        limit: u32,
    ) -> Result<Vec<ListedUser>, StoreError> {
        Ok(directory::users(&self.session().await?, tenant_id, &search, limit).await?)
    }

    async fn audit_log_before(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
        look_at: u32,
    ) -> Result<AuditRows, StoreError> {
        snapshot!(self, db => audit::before(db, tenant_id, &filter, place, limit, look_at))
    }

    async fn unused_credentials(
        &self,
        tenant_id: TenantId,
        since: Timestamp,
        behind: Option<UsePlace>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        Ok(credentials::unused(&self.session().await?, tenant_id, since, behind.as_ref(), limit).await?)
    }

    async fn note_activity(&self, activity: Activity) -> Result<(), StoreError> {
        transaction!(self, db => activities::note(db, &activity))
    }

    async fn organization_activities(
        &self,
        id: OrganizationId,
        before: Option<ActivityPlace>,
        limit: u32,
    ) -> Result<Vec<ListedActivity>, StoreError> {
        Ok(activities::of_organization(&self.session().await?, id, before, limit).await?)
    }

    async fn activities(&self, operator_id: OperatorId, limit: u32) -> Result<Vec<Activity>, StoreError> {
        Ok(activities::of_operator(&self.session().await?, operator_id, limit).await?)
    }

    async fn purge_console(&self, now: Timestamp, forgotten: Timestamp) -> Result<(), StoreError> {
        let db = self.session().await?;
        sessions::purge(&db, now).await?;
        links::purge(&db, now).await?;
        ceremonies::purge(&db, forgotten.as_millis() / 60_000).await?;
        Ok(activities::purge(&db, forgotten).await?)
    }
}
