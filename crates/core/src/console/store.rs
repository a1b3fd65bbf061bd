//! What the console asks of a database. As in [`crate::store`], each method is one decision, atomic and durable when it
//! returns; what may fail by rule is an outcome.

use std::future::Future;

use crate::audit::{AuditFilter, AuditPlace, AuditRows};
use crate::clock::Timestamp;
use crate::config::TenantConfig;
use crate::console::{
    Accepted, Activity, ActivityPlace, Ceremony, Email, Emptied, EnvironmentMove, Insights, Link,
    ListedActivity, ListedUser, MadeLink, Member, MemberChange, MemberChanged, MinuteCount, NewLink,
    NewProject, NewSession, Operator, OperatorChange, OperatorChanged, Organization, Outcome, Project, Range,
    Role, Scope, Session, SharedName, UsePlace, UserSearch,
};
use crate::credential::Credential;
use crate::ids::{LinkId, OperatorId, OrganizationId, ProjectId, SessionId, TenantId};
use crate::key_secret::KeyHash;
use crate::store::{Changed, CredentialChange, NewTenant, StoreError};

/// The console itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Console {
    /// Its own tenant, once somebody began to claim it.
    pub tenant_id: Option<TenantId>,
    /// Whether it has an operator.
    pub is_claimed: bool,
}

/// Somebody becomes an operator: whoever holds a link that claims the console or invites, or anybody where the console
/// is open.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The new operator.
    pub operator: Operator,
    /// The link, which is used up. None: no link is needed, but the console must be claimed.
    pub link: Option<KeyHash>,
    /// The session that begins.
    pub session: NewSession,
    /// The row to keep of it, beside one of the organization that is joined.
    pub activity: Activity,
}

/// What became of a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedUp {
    /// The operator is in.
    Done,
    /// The link is unknown, was used or has expired; or there is none, and the console is unclaimed.
    LinkInvalid,
    /// The link claims the console, which has an operator already.
    Claimed,
    /// Another operator has the email.
    EmailTaken,
}

/// What lets an operator in who has lost every passkey.
#[derive(Debug, Clone)]
pub enum RecoveryProof {
    /// One of the codes that were made for the account.
    Code {
        /// Whose.
        email: Email,
        /// The code's hash.
        code: KeyHash,
    },
    /// A link of the machine's owner, by the hash of its secret.
    Link(KeyHash),
}

/// An operator is let in without a passkey. The proof is used up, and all of the account's other sessions end.
#[derive(Debug, Clone)]
pub struct Recover {
    /// The proof.
    pub proof: RecoveryProof,
    /// The session that begins; the store sets its operator.
    pub session: NewSession,
    /// The row to keep of it; the store sets its operator, and adds one to each of the operator's organizations.
    pub activity: Activity,
}

/// What became of a passkey of an operator's that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasskeyRemoval {
    /// It is gone.
    Removed,
    /// The operator has no such passkey.
    NotFound,
    /// It is the last one, and there are no recovery codes: nobody could sign in any more.
    Last,
}

/// The database, as the console sees it.
pub trait Store: Send + Sync + 'static {
    /// The console.
    fn console(&self) -> impl Future<Output = Result<Console, StoreError>> + Send;
    /// Gives the console its tenant, unless it has one. Returns the one that it has.
    fn found_console(&self, tenant: NewTenant) -> impl Future<Output = Result<TenantId, StoreError>> + Send;

    /// Stores a link.
    fn make_link(&self, link: NewLink) -> impl Future<Output = Result<MadeLink, StoreError>> + Send;
    /// A link that is open at `now`.
    fn link(
        &self,
        hash: KeyHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Link>, StoreError>> + Send;

    /// Somebody becomes an operator.
    fn sign_up(&self, sign_up: SignUp) -> impl Future<Output = Result<SignedUp, StoreError>> + Send;
    /// An operator.
    fn operator(&self, id: OperatorId) -> impl Future<Output = Result<Option<Operator>, StoreError>> + Send;
    /// The operator with an email, whatever its case.
    fn operator_by_email(
        &self,
        email: Email,
    ) -> impl Future<Output = Result<Option<Operator>, StoreError>> + Send;
    /// All operators, by email.
    fn operators(&self) -> impl Future<Output = Result<Vec<Operator>, StoreError>> + Send;
    /// Changes an operator.
    fn change_operator(
        &self,
        id: OperatorId,
        change: OperatorChange,
        activity: Activity,
    ) -> impl Future<Output = Result<OperatorChanged, StoreError>> + Send;
    /// Puts new recovery codes in place of an operator's others.
    fn replace_recovery_codes(
        &self,
        id: OperatorId,
        codes: Vec<KeyHash>,
        activity: Activity,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Lets an operator in without a passkey; none if the proof is none.
    fn recover(
        &self,
        recover: Recover,
    ) -> impl Future<Output = Result<Option<(Session, Operator)>, StoreError>> + Send;
    /// Removes a passkey of an operator's in the console's tenant, as [`crate::store::Store::delete_credential`] does, and
    /// ends all sessions of the operator's but one.
    fn remove_passkey(
        &self,
        operator_id: OperatorId,
        but: SessionId,
        change: CredentialChange,
    ) -> impl Future<Output = Result<PasskeyRemoval, StoreError>> + Send;

    /// Begins a session of an operator who exists.
    fn begin_session(&self, session: NewSession) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// A session with its operator, by the hash of its secret; it may have ended.
    fn session(
        &self,
        hash: KeyHash,
    ) -> impl Future<Output = Result<Option<(Session, Operator)>, StoreError>> + Send;
    /// An operator's sessions that hold at `now`, the latest used first.
    fn sessions(
        &self,
        operator_id: OperatorId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Session>, StoreError>> + Send;
    /// Notes when sessions were last used.
    fn touch_sessions(
        &self,
        uses: Vec<(SessionId, Timestamp)>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Notes that a passkey was shown.
    fn freshen_session(
        &self,
        id: SessionId,
        until: Timestamp,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Ends a session of an operator's.
    fn end_session(
        &self,
        operator_id: OperatorId,
        id: SessionId,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Ends all sessions of an operator's but one. Returns how many.
    fn end_other_sessions(
        &self,
        operator_id: OperatorId,
        but: SessionId,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The organization that a place belongs to, and the operator's role in it; none: there is no such place.
    fn membership(
        &self,
        operator_id: Option<OperatorId>,
        scope: Scope,
    ) -> impl Future<Output = Result<Option<(OrganizationId, Option<Role>)>, StoreError>> + Send;

    /// An operator's organizations, by name; all where there is no operator.
    fn organizations(
        &self,
        operator_id: Option<OperatorId>,
    ) -> impl Future<Output = Result<Vec<Organization>, StoreError>> + Send;
    /// One organization.
    fn organization(
        &self,
        id: OrganizationId,
        operator_id: Option<OperatorId>,
    ) -> impl Future<Output = Result<Option<Organization>, StoreError>> + Send;
    /// Stores an organization with its first owner.
    fn create_organization(
        &self,
        organization: Organization,
        owner: OperatorId,
        activity: Activity,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// Gives an organization another name.
    fn rename_organization(
        &self,
        id: OrganizationId,
        name: SharedName,
        activity: Activity,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes an organization that has no environments, with all else of its.
    fn delete_organization(
        &self,
        id: OrganizationId,
    ) -> impl Future<Output = Result<Emptied, StoreError>> + Send;
    /// An organization's members, by email.
    fn members(&self, id: OrganizationId) -> impl Future<Output = Result<Vec<Member>, StoreError>> + Send;
    /// Changes or removes a member, if whoever the activity names may do so now; a program may. Invitations that the
    /// member made, and could not make any more, go.
    fn change_member(
        &self,
        id: OrganizationId,
        operator_id: OperatorId,
        change: MemberChange,
        activity: Activity,
    ) -> impl Future<Output = Result<MemberChanged, StoreError>> + Send;
    /// Stores an invitation, if whoever it names as its maker may make it now; a program may.
    fn invite(
        &self,
        link: NewLink,
        activity: Activity,
    ) -> impl Future<Output = Result<MadeLink, StoreError>> + Send;
    /// An organization's invitations that are open at `now`, oldest first.
    fn invitations(
        &self,
        id: OrganizationId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Link>, StoreError>> + Send;
    /// Withdraws an invitation of an organization's.
    fn withdraw_invitation(
        &self,
        id: OrganizationId,
        link_id: LinkId,
        activity: Activity,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Makes an operator a member, and uses the link up. The store adds the organization to the row.
    fn accept_invitation(
        &self,
        link: KeyHash,
        operator_id: OperatorId,
        activity: Activity,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;

    /// An organization's projects, oldest first.
    fn projects(&self, id: OrganizationId) -> impl Future<Output = Result<Vec<Project>, StoreError>> + Send;
    /// One project.
    fn project(&self, id: ProjectId) -> impl Future<Output = Result<Option<Project>, StoreError>> + Send;
    /// The project that an environment belongs to.
    fn project_of(
        &self,
        tenant_id: TenantId,
    ) -> impl Future<Output = Result<Option<Project>, StoreError>> + Send;
    /// Stores a project with its environments and their tenants.
    fn create_project(&self, project: NewProject)
    -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Gives a project another name.
    fn rename_project(
        &self,
        id: ProjectId,
        name: SharedName,
        activity: Activity,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Deletes a project that has no environments.
    fn delete_project(
        &self,
        id: ProjectId,
        activity: Activity,
    ) -> impl Future<Output = Result<Emptied, StoreError>> + Send;
    /// Gives an environment's tenant another configuration, on behalf of its organization.
    fn configure_environment(
        &self,
        tenant_id: TenantId,
        config: TenantConfig,
        activity: Activity,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;
    /// Moves an environment to another URL.
    fn move_environment(
        &self,
        moved: EnvironmentMove,
    ) -> impl Future<Output = Result<Changed, StoreError>> + Send;

    /// Adds to the totals of minutes, but for those of tenants that are gone.
    fn add_ceremony_counts(
        &self,
        counts: Vec<MinuteCount>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// The minute in which each of a tenant's ceremonies first began, and was first finished.
    fn first_ceremonies(
        &self,
        tenant_id: TenantId,
    ) -> impl Future<Output = Result<Vec<(Ceremony, Outcome, i64)>, StoreError>> + Send;
    /// How often each of a tenant's ceremonies failed for a reason since a minute, and in which minute last; none of those
    /// that did not.
    fn failures(
        &self,
        tenant_id: TenantId,
        code: String,
        from: i64,
    ) -> impl Future<Output = Result<Vec<(Ceremony, u64, i64)>, StoreError>> + Send;
    /// What happened in a tenant, in numbers.
    fn insights(
        &self,
        tenant_id: TenantId,
        range: Range,
    ) -> impl Future<Output = Result<Insights, StoreError>> + Send;

    /// Some of a tenant's users: see [`UserSearch`].
    fn find_users(
        &self,
        tenant_id: TenantId,
        search: UserSearch,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ListedUser>, StoreError>> + Send;
    /// The rows of a tenant's audit log that a filter lets through, newest first: at most `limit`, those before a place.
    /// Where rows have to be looked at one by one, no more than `look_at` are.
    fn audit_log_before(
        &self,
        tenant_id: TenantId,
        filter: AuditFilter,
        place: Option<AuditPlace>,
        limit: u32,
        look_at: u32,
    ) -> impl Future<Output = Result<AuditRows, StoreError>> + Send;
    /// A tenant's credentials that were not used since a moment, the longest unused first by the week of their last use:
    /// at most `limit`, those behind a place.
    fn unused_credentials(
        &self,
        tenant_id: TenantId,
        since: Timestamp,
        behind: Option<UsePlace>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Credential>, StoreError>> + Send;

    /// Keeps what somebody did for an organization, unless that is gone.
    fn note_activity(&self, activity: Activity) -> impl Future<Output = Result<(), StoreError>> + Send;
    /// What was done for an organization, newest first: at most `limit` rows, those before a place.
    fn organization_activities(
        &self,
        id: OrganizationId,
        before: Option<ActivityPlace>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ListedActivity>, StoreError>> + Send;
    /// What an operator did for the account itself, newest first.
    fn activities(
        &self,
        operator_id: OperatorId,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Activity>, StoreError>> + Send;
    /// Deletes sessions that have ended, links that have expired, and what was done before `forgotten`.
    fn purge_console(
        &self,
        now: Timestamp,
        forgotten: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
