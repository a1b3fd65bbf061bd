//! The console's rows as the domain takes them; see [`crate::records`].

use std::collections::HashMap;

use passgate_core::audit::RequestOrigin;
use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Activity, ActivityKind, Ceremony, Counted, CredentialCount, DayCount, Email, Environment,
    EnvironmentKind, Link, LinkPurpose, ListedActivity, ListedUser, Member, MemberChange, MemberChanged,
    Operator, Organization, Outcome, Project, Role, Session, SessionVia,
};
use passgate_core::ids::{
    ActivityId, LinkId, OperatorId, OrganizationId, ProjectId, SessionId, TenantId, UserId,
};
use passgate_core::user::{AppUserId, UserProfile, UserRecord};

use passgate_webauthn::Aaguid;

use crate::rows::{Columns, CorruptRow, Row};

/// Of a table or a join in which operators are called `o`.
macro_rules! operator_columns {
    () => {
        "o.id, o.name, o.email, o.created_at, (SELECT count(*) FROM recovery_codes AS r WHERE r.operator_id = o.id)"
    };
}
pub(crate) use operator_columns;

pub(crate) fn operator(row: &impl Row) -> Result<Operator, CorruptRow> {
    operator_of(&mut Columns::new("operators", None, row))
}

fn operator_of<R: Row>(columns: &mut Columns<'_, R>) -> Result<Operator, CorruptRow> {
    Ok(Operator {
        id: columns.uuid("id", OperatorId::new)?,
        name: columns.text("name")?,
        email: columns.parsed("email", |text| Email::new(text).ok())?,
        created_at: columns.time("created_at")?,
        recovery_codes: columns.number("recovery_codes")?,
    })
}

/// Of a table or a join in which sessions are called `s`.
macro_rules! session_columns {
    () => {
        "s.id, s.operator_id, s.via, s.created_at, s.used_at, s.expires_at, s.fresh_until, s.source_ip, s.user_agent"
    };
}
pub(crate) use session_columns;

pub(crate) fn session(row: &impl Row) -> Result<Session, CorruptRow> {
    session_of(&mut Columns::new("console_sessions", None, row))
}

fn session_of<R: Row>(columns: &mut Columns<'_, R>) -> Result<Session, CorruptRow> {
    Ok(Session {
        id: columns.uuid("id", SessionId::new)?,
        operator_id: columns.uuid("operator_id", OperatorId::new)?,
        via: columns.parsed("via", SessionVia::from_name)?,
        created_at: columns.time("created_at")?,
        used_at: columns.time("used_at")?,
        expires_at: columns.time("expires_at")?,
        fresh_until: columns.optional_time("fresh_until")?,
        source_ip: columns.string("source_ip")?,
        user_agent: columns.string("user_agent")?,
    })
}

/// Reads [`session_columns`], then [`operator_columns`].
pub(crate) fn session_with_operator(row: &impl Row) -> Result<(Session, Operator), CorruptRow> {
    let mut columns = Columns::new("console_sessions", None, row);
    let session = session_of(&mut columns)?;
    Ok((session, operator_of(columns.table("operators"))?))
}

/// Of links `l`, left-joined to operators `o` and organizations `g`.
macro_rules! link_columns {
    () => {
        "l.id, l.purpose, l.operator_id, o.email, l.organization_id, g.name, l.role, l.email, l.created_at, l.expires_at"
    };
}
pub(crate) use link_columns;

pub(crate) fn link(row: &impl Row) -> Result<Link, CorruptRow> {
    let mut columns = Columns::new("console_links", None, row);
    let id = columns.uuid("id", LinkId::new)?;
    let purpose = columns.string("purpose")?;
    let operator_id = columns.optional_uuid("operator_id", OperatorId::new)?;
    let operator_email = columns.optional("email", |text| Email::new(text).ok())?;
    let organization_id = columns.optional_uuid("organization_id", OrganizationId::new)?;
    let organization = columns.optional_text("name")?;
    let role = columns.optional("role", Role::from_name)?;
    let email = columns.optional("email", |text| Email::new(text).ok())?;
    let purpose = match (purpose.as_str(), operator_id, operator_email, organization_id, organization, role) {
        ("claim", ..) => LinkPurpose::Claim,
        ("recovery", Some(operator_id), Some(email), ..) => LinkPurpose::Recovery { operator_id, email },
        ("invitation", invited_by, _, Some(organization_id), Some(organization), Some(role)) => {
            LinkPurpose::Invitation { organization_id, organization, role, email, invited_by }
        }
        _ => return Err(columns.corrupt("purpose")),
    };
    Ok(Link { id, purpose, created_at: columns.time("created_at")?, expires_at: columns.time("expires_at")? })
}

/// How a link's purpose is stored: the word, and what goes with it.
pub(crate) struct StoredPurpose<'a> {
    pub(crate) word: &'static str,
    pub(crate) operator_id: Option<OperatorId>,
    pub(crate) organization_id: Option<OrganizationId>,
    pub(crate) role: Option<&'static str>,
    pub(crate) email: Option<&'a str>,
}

impl<'a> From<&'a LinkPurpose> for StoredPurpose<'a> {
    fn from(purpose: &'a LinkPurpose) -> Self {
        let nothing = |word| Self { word, operator_id: None, organization_id: None, role: None, email: None };
        match purpose {
            LinkPurpose::Claim => nothing("claim"),
            LinkPurpose::Recovery { operator_id, .. } => {
                Self { operator_id: Some(*operator_id), ..nothing("recovery") }
            }
            LinkPurpose::Invitation { organization_id, role, email, invited_by, .. } => Self {
                word: "invitation",
                operator_id: *invited_by,
                organization_id: Some(*organization_id),
                role: Some(role.as_str()),
                email: email.as_ref().map(Email::as_str),
            },
        }
    }
}

pub(crate) fn organization_id(row: &impl Row) -> Result<OrganizationId, CorruptRow> {
    Columns::new("memberships", None, row).uuid("organization_id", OrganizationId::new)
}

pub(crate) fn membership(row: &impl Row) -> Result<(OrganizationId, Option<Role>), CorruptRow> {
    let mut columns = Columns::new("memberships", None, row);
    Ok((columns.uuid("organization_id", OrganizationId::new)?, columns.optional("role", Role::from_name)?))
}

macro_rules! activity_columns {
    () => {
        "id, kind, operator_id, organization_id, environment_id, subject, request_id, source_ip, user_agent,
         created_at"
    };
}
pub(crate) use activity_columns;

pub(crate) fn activity(row: &impl Row) -> Result<Activity, CorruptRow> {
    read_activity(&mut Columns::new("activities", None, row))
}

/// Of activities `a`, joined to operators `o`.
macro_rules! listed_activity_columns {
    () => {
        "a.id, a.kind, a.operator_id, a.organization_id, a.environment_id, a.subject, a.request_id, a.source_ip,
         a.user_agent, a.created_at, o.name, o.email"
    };
}
pub(crate) use listed_activity_columns;

pub(crate) fn listed_activity(row: &impl Row) -> Result<ListedActivity, CorruptRow> {
    let mut columns = Columns::new("activities", None, row);
    let activity = read_activity(&mut columns)?;
    let columns = columns.table("operators");
    let name = columns.optional_text("name")?;
    let email = columns.optional("email", |text| Email::new(text).ok())?;
    Ok(ListedActivity { activity, operator: name.zip(email) })
}

fn read_activity<R: Row>(columns: &mut Columns<'_, R>) -> Result<Activity, CorruptRow> {
    Ok(Activity {
        id: columns.uuid("id", ActivityId::new)?,
        kind: columns.parsed("kind", ActivityKind::from_name)?,
        operator_id: columns.optional_uuid("operator_id", OperatorId::new)?,
        organization_id: columns.optional_uuid("organization_id", OrganizationId::new)?,
        tenant_id: columns.optional_uuid("environment_id", TenantId::new)?,
        subject: columns.optional_string("subject")?,
        origin: RequestOrigin {
            request_id: columns.string("request_id")?,
            source_ip: columns.string("source_ip")?,
            user_agent: columns.string("user_agent")?,
        },
        at: columns.time("created_at")?,
    })
}

/// A moment, as it is stored where there may be none.
pub(crate) fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

/// Of organizations `g`, and memberships `m` that are those of whoever asks.
macro_rules! organization_columns {
    () => {
        "g.id, g.name, g.created_at, m.role,
         (SELECT count(*) FROM memberships AS o WHERE o.organization_id = g.id),
         (SELECT count(*) FROM projects AS p WHERE p.organization_id = g.id)"
    };
}
pub(crate) use organization_columns;

pub(crate) fn organization(row: &impl Row) -> Result<Organization, CorruptRow> {
    let mut columns = Columns::new("organizations", None, row);
    Ok(Organization {
        id: columns.uuid("id", OrganizationId::new)?,
        name: columns.text("name")?,
        created_at: columns.time("created_at")?,
        role: columns.optional("role", Role::from_name)?,
        members: columns.number("members")?,
        projects: columns.number("projects")?,
    })
}

/// Of memberships `m`, joined to operators `o`.
macro_rules! member_columns {
    () => {
        "m.operator_id, o.name, o.email, m.role, m.joined_at"
    };
}
pub(crate) use member_columns;

pub(crate) fn member(row: &impl Row) -> Result<Member, CorruptRow> {
    let mut columns = Columns::new("memberships", None, row);
    Ok(Member {
        operator_id: columns.uuid("operator_id", OperatorId::new)?,
        name: columns.text("name")?,
        email: columns.parsed("email", |text| Email::new(text).ok())?,
        role: columns.parsed("role", Role::from_name)?,
        joined_at: columns.time("joined_at")?,
    })
}

pub(crate) fn role(row: &impl Row) -> Result<Role, CorruptRow> {
    Columns::new("memberships", None, row).parsed("role", Role::from_name)
}

/// Whether a change of a member is allowed: what it is now, what is to become of it, what whoever changes it is (none: no
/// member), whether that is the member, and how many owners there are.
pub(crate) fn judge_member_change(
    now: Role,
    change: MemberChange,
    by: Option<Role>,
    is_own: bool,
    owners: u64,
) -> MemberChanged {
    let makes_owner = matches!(change, MemberChange::Role(Role::Owner));
    let leaves = is_own && matches!(change, MemberChange::Removal);
    let Some(by) = by.filter(|by| leaves || *by >= Role::Admin) else { return MemberChanged::NotAllowed };
    if (now == Role::Owner || makes_owner) && by != Role::Owner {
        return MemberChanged::OwnersOnly;
    }
    if now == Role::Owner && !makes_owner && owners < 2 {
        return MemberChanged::LastOwner;
    }
    MemberChanged::Done
}

/// What a member can't invite anybody as any more once this has happened.
pub(crate) fn invites_no_more(change: MemberChange) -> impl Iterator<Item = Role> {
    let left = match change {
        MemberChange::Role(role) => Some(role),
        MemberChange::Removal => None,
    };
    Role::ALL.into_iter().filter(move |other| !left.is_some_and(|role| role.invites(*other)))
}

/// Of projects `p`, joined to organizations `g`.
macro_rules! project_columns {
    () => {
        "p.id, p.organization_id, g.name, p.name, p.created_at"
    };
}
pub(crate) use project_columns;

/// A project, its environments still to be read.
pub(crate) fn project(row: &impl Row) -> Result<Project, CorruptRow> {
    let mut columns = Columns::new("projects", None, row);
    Ok(Project {
        id: columns.uuid("id", ProjectId::new)?,
        organization_id: columns.uuid("organization_id", OrganizationId::new)?,
        organization: columns.text("name")?,
        name: columns.text("name")?,
        created_at: columns.time("created_at")?,
        environments: Vec::new(),
    })
}

/// Tenant, kind, URL and RP ID.
pub(crate) fn environment(row: &impl Row) -> Result<Environment, CorruptRow> {
    let mut columns = Columns::new("environments", None, row);
    Ok(Environment {
        tenant_id: columns.uuid("tenant_id", TenantId::new)?,
        kind: columns.parsed("kind", EnvironmentKind::from_name)?,
        app_url: columns.optional_string("app_url")?,
        rp_id: columns.table("tenants").string("rp_id")?,
    })
}

/// Of users `u`.
///
/// `$hint` is what a database has to be told to find credentials by their user.
macro_rules! listed_user_columns {
    ($hint:literal) => {
        concat!(
            "u.id, u.app_user_id, u.name, u.display_name, u.icon, u.created_at,
         (SELECT count(*) FROM credentials AS c ",
            $hint,
            " WHERE c.tenant_id = u.tenant_id AND c.user_id = u.id),
         (SELECT max(c.last_used_at) FROM credentials AS c ",
            $hint,
            " WHERE c.tenant_id = u.tenant_id AND c.user_id = u.id)"
        )
    };
}
pub(crate) use listed_user_columns;

pub(crate) fn listed_user(tenant_id: TenantId, row: &impl Row) -> Result<ListedUser, CorruptRow> {
    let mut columns = Columns::new("users", Some(tenant_id), row);
    Ok(ListedUser {
        user: UserRecord {
            id: columns.uuid("id", UserId::new)?,
            profile: UserProfile {
                app_id: columns.parsed("app_user_id", |text| AppUserId::new(text).ok())?,
                name: columns.text("name")?,
                display_name: columns.optional_text("display_name")?,
                icon: columns.optional_text("icon")?,
            },
        },
        created_at: columns.time("created_at")?,
        credentials: columns.number("credentials")?,
        last_used_at: columns.optional_time("last_used_at")?,
    })
}

/// The end of what begins with a text, in the order of bytes: no character comes after this one.
pub(crate) fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

/// Two lists of users as one, by their id in the app.
pub(crate) fn merged(mut by_id: Vec<ListedUser>, by_name: Vec<ListedUser>, limit: u32) -> Vec<ListedUser> {
    by_id.extend(by_name);
    by_id.sort_by(|one, other| one.user.profile.app_id.cmp(&other.user.profile.app_id));
    by_id.dedup_by(|one, other| one.user.id == other.user.id);
    by_id.truncate(limit as usize);
    by_id
}

pub(crate) fn minute(row: &impl Row) -> Result<i64, CorruptRow> {
    Columns::new("ceremony_minutes", None, row).number("minute")
}

/// Day, ceremony, outcome, code and count.
pub(crate) fn day_count(row: &impl Row) -> Result<DayCount, CorruptRow> {
    let mut columns = Columns::new("ceremony_minutes", None, row);
    Ok(DayCount {
        day: columns.number("minute")?,
        what: Counted {
            ceremony: columns.parsed("ceremony", Ceremony::from_name)?,
            outcome: columns.parsed("outcome", Outcome::from_name)?,
            code: columns.string("code")?,
        },
        count: columns.number("count")?,
    })
}

/// Credentials counted by make, eligibility and state, and by user agent.
#[derive(Default)]
pub(crate) struct CredentialCounts {
    alike: HashMap<(Aaguid, bool, bool), u64>,
    user_agents: HashMap<String, u64>,
}

impl CredentialCounts {
    /// Adds those that a row tells of: make, eligibility, state, user agent and count.
    pub(crate) fn add(&mut self, row: &impl Row) -> Result<(), CorruptRow> {
        let mut columns = Columns::new("credentials", None, row);
        let aaguid = columns.bytes("aaguid", |bytes| Some(Aaguid::from_bytes(bytes.try_into().ok()?)))?;
        let (backup_eligible, backup_state) =
            (columns.flag("backup_eligible")?, columns.flag("backup_state")?);
        let user_agent = columns.string("last_user_agent")?;
        let count: u64 = columns.number("count")?;
        *self.alike.entry((aaguid, backup_eligible, backup_state)).or_default() += count;
        *self.user_agents.entry(user_agent).or_default() += count;
        Ok(())
    }

    pub(crate) fn into_parts(self) -> (Vec<CredentialCount>, Vec<(String, u64)>) {
        let alike = self.alike.into_iter();
        let credentials = alike.map(|((aaguid, backup_eligible, backup_state), count)| CredentialCount {
            aaguid,
            backup_eligible,
            backup_state,
            count,
        });
        (credentials.collect(), self.user_agents.into_iter().collect())
    }
}

/// How often, and in which minute last; none: never.
pub(crate) fn failures(row: &impl Row) -> Result<Option<(u64, i64)>, CorruptRow> {
    let mut columns = Columns::new("ceremony_minutes", None, row);
    let count = columns.number("count")?;
    Ok(columns.optional_number("minute")?.map(|last| (count, last)))
}
