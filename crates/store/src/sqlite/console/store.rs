//! The methods of the trait: which read, and which write.

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
use crate::sqlite::{SqliteStore, audit_backwards, credentials};

impl Store for SqliteStore {
    async fn console(&self) -> Result<Console, StoreError> {
        self.read_here(operators::console)
    }

    async fn found_console(&self, tenant: NewTenant) -> Result<TenantId, StoreError> {
        self.write(move |db| operators::found_console(db, &tenant)).await
    }

    async fn make_link(&self, link: NewLink) -> Result<MadeLink, StoreError> {
        self.write(move |db| links::make(db, &link)).await
    }

    async fn link(&self, hash: KeyHash, now: Timestamp) -> Result<Option<Link>, StoreError> {
        self.read_here(|db| links::by_hash(db, &hash, now))
    }

    async fn sign_up(&self, sign_up: SignUp) -> Result<SignedUp, StoreError> {
        self.write(move |db| operators::sign_up(db, &sign_up)).await
    }

    async fn operator(&self, id: OperatorId) -> Result<Option<Operator>, StoreError> {
        self.read_here(|db| operators::one(db, id))
    }

    async fn operator_by_email(&self, email: Email) -> Result<Option<Operator>, StoreError> {
        self.read_here(|db| operators::by_email(db, &email))
    }

    async fn operators(&self) -> Result<Vec<Operator>, StoreError> {
        self.read(operators::all).await
    }

    async fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        activity: Activity,
    ) -> Result<OperatorChanged, StoreError> {
        self.write(move |db| operators::change(db, id, &change, &activity)).await
    }

    async fn replace_recovery_codes(
        &self,
        id: OperatorId,
        codes: Vec<KeyHash>,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| operators::replace_recovery_codes(db, id, &codes, &activity)).await
    }

    async fn recover(&self, recover: Recover) -> Result<Option<(Session, Operator)>, StoreError> {
        self.write(move |db| operators::recover(db, &recover)).await
    }

    async fn remove_passkey(
        &self,
        operator_id: OperatorId,
        but: SessionId,
        change: CredentialChange,
    ) -> Result<PasskeyRemoval, StoreError> {
        self.write(move |db| operators::remove_passkey(db, operator_id, but, &change)).await
    }

    async fn begin_session(&self, session: NewSession) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::begin(db, &session)).await
    }

    async fn session(&self, hash: KeyHash) -> Result<Option<(Session, Operator)>, StoreError> {
        self.read_here(|db| sessions::by_hash(db, &hash))
    }

    async fn sessions(&self, operator_id: OperatorId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.read(move |db| sessions::list(db, operator_id, now)).await
    }

    async fn touch_sessions(&self, uses: Vec<(SessionId, Timestamp)>) -> Result<(), StoreError> {
        self.write(move |db| sessions::touch(db, &uses)).await
    }

    async fn freshen_session(&self, id: SessionId, until: Timestamp) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::freshen(db, id, until)).await
    }

    async fn end_session(&self, operator_id: OperatorId, id: SessionId) -> Result<Changed, StoreError> {
        self.write(move |db| sessions::end(db, operator_id, id)).await
    }

    async fn end_other_sessions(&self, operator_id: OperatorId, but: SessionId) -> Result<u64, StoreError> {
        self.write(move |db| sessions::end_others(db, operator_id, but)).await
    }

    async fn membership(
        &self,
        operator_id: Option<OperatorId>,
        scope: Scope,
    ) -> Result<Option<(OrganizationId, Option<Role>)>, StoreError> {
        self.read_here(|db| organizations::membership(db, operator_id, scope))
    }

    async fn organizations(&self, operator_id: Option<OperatorId>) -> Result<Vec<Organization>, StoreError> {
        self.read(move |db| organizations::list(db, operator_id)).await
    }

    async fn organization(
        &self,
        id: OrganizationId,
        operator_id: Option<OperatorId>,
    ) -> Result<Option<Organization>, StoreError> {
        self.read(move |db| organizations::one(db, id, operator_id)).await
    }

    async fn create_organization(
        &self,
        organization: Organization,
        owner: OperatorId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        self.write(move |db| organizations::create(db, &organization, owner, &activity)).await
    }

    async fn rename_organization(
        &self,
        id: OrganizationId,
        name: SharedName,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| organizations::rename(db, id, &name, &activity)).await
    }

    async fn delete_organization(&self, id: OrganizationId) -> Result<Emptied, StoreError> {
        self.write(move |db| organizations::delete(db, id)).await
    }

    async fn members(&self, id: OrganizationId) -> Result<Vec<Member>, StoreError> {
        self.read(move |db| organizations::members(db, id)).await
    }

    async fn change_member(
        &self,
        id: OrganizationId,
        operator_id: OperatorId,
        change: MemberChange,
        activity: Activity,
    ) -> Result<MemberChanged, StoreError> {
        self.write(move |db| organizations::change_member(db, id, operator_id, change, &activity)).await
    }

    async fn invite(&self, link: NewLink, activity: Activity) -> Result<MadeLink, StoreError> {
        self.write(move |db| organizations::invite(db, &link, &activity)).await
    }

    async fn invitations(&self, id: OrganizationId, now: Timestamp) -> Result<Vec<Link>, StoreError> {
        self.read(move |db| organizations::invitations(db, id, now)).await
    }

    async fn withdraw_invitation(
        &self,
        id: OrganizationId,
        link_id: LinkId,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| organizations::withdraw(db, id, link_id, &activity)).await
    }

    async fn accept_invitation(
        &self,
        link: KeyHash,
        operator_id: OperatorId,
        activity: Activity,
    ) -> Result<Accepted, StoreError> {
        self.write(move |db| organizations::accept(db, &link, operator_id, &activity)).await
    }

    async fn projects(&self, id: OrganizationId) -> Result<Vec<Project>, StoreError> {
        self.read(move |db| projects::list(db, id)).await
    }

    async fn project(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        self.read(move |db| projects::one(db, id)).await
    }

    async fn project_of(&self, tenant_id: TenantId) -> Result<Option<Project>, StoreError> {
        self.read(move |db| projects::of_environment(db, tenant_id)).await
    }

    async fn create_project(&self, project: NewProject) -> Result<Changed, StoreError> {
        self.write(move |db| projects::create(db, &project)).await
    }

    async fn rename_project(
        &self,
        id: ProjectId,
        name: SharedName,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| projects::rename(db, id, &name, &activity)).await
    }

    async fn delete_project(&self, id: ProjectId, activity: Activity) -> Result<Emptied, StoreError> {
        self.write(move |db| projects::delete(db, id, &activity)).await
    }

    async fn configure_environment(
        &self,
        tenant_id: TenantId,
        config: TenantConfig,
        activity: Activity,
    ) -> Result<Changed, StoreError> {
        self.write(move |db| projects::configure_environment(db, tenant_id, &config, &activity)).await
    }

    async fn move_environment(&self, moved: EnvironmentMove) -> Result<Changed, StoreError> {
        self.write(move |db| projects::move_environment(db, &moved)).await
    }

    async fn add_ceremony_counts(&self, counts: Vec<MinuteCount>) -> Result<(), StoreError> {
        self.write(move |db| ceremonies::add(db, &counts)).await
    }

    async fn first_ceremonies(
        &self,
        tenant_id: TenantId,
    ) -> Result<Vec<(Ceremony, Outcome, i64)>, StoreError> {
        self.read(move |db| ceremonies::first(db, tenant_id)).await
    }

    async fn failures(
        &self,
        tenant_id: TenantId,
        code: String,
        from: i64,
    ) -> Result<Vec<(Ceremony, u64, i64)>, StoreError> {
        self.read(move |db| ceremonies::failures(db, tenant_id, &code, from)).await
    }

    async fn insights(&self, tenant_id: TenantId, range: Range) -> Result<Insights, StoreError> {
        self.read(move |db| ceremonies::insights(db, tenant_id, range)).await
    }

    async fn find_users(
        &self,
        tenant_id: TenantId,
        search: UserSearch,
        limit: u32,
    ) -> Result<Vec<ListedUser>, StoreError> {
        self.read(move |db| directory::users(db, tenant_id, &search, limit)).await
    }

    async fn audit_log_before(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
        look_at: u32,
    ) -> Result<AuditRows, StoreError> {
        self.read(move |db| audit_backwards::before(db, tenant_id, &filter, place, limit, look_at)).await
    }

    async fn unused_credentials(
        &self,
        tenant_id: TenantId,
        since: Timestamp,
        behind: Option<UsePlace>,
        limit: u32,
    ) -> Result<Vec<Credential>, StoreError> {
        self.read(move |db| credentials::unused(db, tenant_id, since, behind.as_ref(), limit)).await
    }

    async fn note_activity(&self, activity: Activity) -> Result<(), StoreError> {
        self.write(move |db| activities::note(db, &activity)).await
    }

    async fn organization_activities(
        &self,
        id: OrganizationId,
        before: Option<ActivityPlace>,
        limit: u32,
    ) -> Result<Vec<ListedActivity>, StoreError> {
        self.read(move |db| activities::of_organization(db, id, before, limit)).await
    }

    async fn activities(&self, operator_id: OperatorId, limit: u32) -> Result<Vec<Activity>, StoreError> {
        self.read(move |db| activities::of_operator(db, operator_id, limit)).await
    }

    async fn purge_console(&self, now: Timestamp, forgotten: Timestamp) -> Result<(), StoreError> {
        self.write(move |db| {
            sessions::purge(db, now)?;
            links::purge(db, now)?;
            ceremonies::purge(db, forgotten.as_millis() / 60_000)?;
            activities::purge(db, forgotten)
        })
        .await
    }
}
