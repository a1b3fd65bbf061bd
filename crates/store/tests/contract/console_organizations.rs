use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Accepted, Activity, ActivityKind, ActivityPlace, Ceremony, Counted, Emptied, Environment,
    EnvironmentKind, EnvironmentMove, Link, LinkPurpose, MadeLink, Member, MemberChange, MemberChanged,
    MinuteCount, NewEnvironment, NewProject, Organization, Outcome, Project, Range, Recover, RecoveryProof,
    Role, Scope, SignedUp, Store as _,
};
use passgate_core::ids::{OrganizationId, ProjectId, TenantId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Store};
use uuid::Uuid;

use crate::backend::Backend;
use crate::console_accounts::{activity, claim, email, link, operator_id, session, sign_up};
use crate::fixtures::{NOW, config, new_tenant, seconds, tenant, text, user_with_credential};

fn organization(name: &str) -> Organization {
    let id = Uuid::from_slice(&KeyHash::of(name).as_bytes()[..16]).unwrap();
    Organization {
        id: OrganizationId::new(id),
        name: text(name),
        created_at: NOW,
        role: Some(Role::Owner),
        members: 1,
        projects: 0,
    }
}

/// Makes an organization of kim's.
async fn made(store: &impl Store, name: &str) -> OrganizationId {
    let organization = organization(name);
    let id = organization.id;
    store
        .create_organization(organization, operator_id("kim"), row(ActivityKind::OrganizationCreated))
        .await
        .unwrap();
    id
}

fn row(kind: ActivityKind) -> Activity {
    activity(kind, "kim")
}

fn invitation(id: OrganizationId, role: Role) -> LinkPurpose {
    LinkPurpose::Invitation {
        organization_id: id,
        organization: text("ours"),
        role,
        email: Some(email("sam")),
        invited_by: Some(operator_id("kim")),
    }
}

/// Kim, who has an organization, and Sam, who is a member of it.
async fn kim_and_sam(store: &impl Store, role: Role) -> OrganizationId {
    claim(store, "kim").await;
    let id = made(store, "ours").await;
    let made =
        store.invite(link("sam", invitation(id, role)), row(ActivityKind::InvitationMade)).await.unwrap();
    assert_eq!(made, MadeLink::Made);
    assert_eq!(store.sign_up(sign_up("sam", Some("sam"))).await.unwrap(), SignedUp::Done);
    id
}

pub(crate) async fn an_organization_is_seen_by_each_with_the_own_role(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Viewer).await;
    let theirs = made(&**store, "a second").await;
    let ours = Organization { members: 2, ..organization("ours") };
    let second = organization("a second");
    assert_eq!(store.organizations(Some(operator_id("kim"))).await.unwrap(), [second.clone(), ours.clone()]);
    let as_viewer = Organization { role: Some(Role::Viewer), ..ours.clone() };
    assert_eq!(
        store.organizations(Some(operator_id("sam"))).await.unwrap(),
        std::slice::from_ref(&as_viewer)
    );
    assert_eq!(store.organization(id, Some(operator_id("sam"))).await.unwrap(), Some(as_viewer));
    let unseen = Organization { role: None, ..second };
    assert_eq!(store.organization(theirs, Some(operator_id("sam"))).await.unwrap(), Some(unseen));
    assert_eq!(store.organizations(None).await.unwrap().len(), 2);

    let role = async |name: &str, id: OrganizationId| {
        store.membership(Some(operator_id(name)), Scope::Organization(id)).await.unwrap()
    };
    assert_eq!(role("kim", id).await, Some((id, Some(Role::Owner))));
    assert_eq!(role("sam", id).await, Some((id, Some(Role::Viewer))));
    assert_eq!(role("sam", theirs).await, Some((theirs, None)));
    assert_eq!(role("kim", OrganizationId::new(Uuid::nil())).await, None);
    assert_eq!(store.membership(None, Scope::Organization(id)).await.unwrap(), Some((id, None)));
    let renamed = store.rename_organization(id, text("other"), row(ActivityKind::OrganizationRenamed));
    assert_eq!(renamed.await.unwrap(), Changed::Done);
    assert_eq!(store.organization(id, None).await.unwrap().unwrap().name, text("other"));
}

pub(crate) async fn an_organization_keeps_an_owner_whoever_changes_members_at_once(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Owner).await;
    join(&**store, id, "eve", Role::Admin).await;
    let ask = async |name: &str, change: MemberChange, by: &str| {
        let row = activity(ActivityKind::MemberRoleChanged, by);
        store.change_member(id, operator_id(name), change, row).await.unwrap()
    };
    assert_eq!(ask("nobody", MemberChange::Removal, "kim").await, MemberChanged::NotFound);
    assert_eq!(ask("sam", MemberChange::Removal, "eve").await, MemberChanged::OwnersOnly);
    let (one, other) = tokio::join!(
        ask("kim", MemberChange::Role(Role::Viewer), "kim"),
        ask("sam", MemberChange::Removal, "sam"),
    );
    assert!(
        matches!(
            (one, other),
            (MemberChanged::Done, MemberChanged::LastOwner) | (MemberChanged::LastOwner, MemberChanged::Done)
        ),
        "{one:?} {other:?}"
    );
    let members = store.members(id).await.unwrap();
    assert_eq!(members.iter().filter(|member| member.role == Role::Owner).count(), 1);
}

pub(crate) async fn members_are_listed_by_email(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Developer).await;
    let member = |name: &str, role| Member {
        operator_id: operator_id(name),
        name: text(name),
        email: email(name),
        role,
        joined_at: NOW,
    };
    let expected = [member("kim", Role::Owner), member("sam", Role::Developer)];
    assert_eq!(store.members(id).await.unwrap(), expected);
    let change = MemberChange::Role(Role::Admin);
    let row = row(ActivityKind::MemberRoleChanged);
    let changed = store.change_member(id, operator_id("sam"), change, row).await.unwrap();
    assert_eq!(changed, MemberChanged::Done);
    assert_eq!(store.members(id).await.unwrap()[1].role, Role::Admin);
}

/// Makes somebody an operator, and a member.
async fn join(store: &impl Store, id: OrganizationId, name: &str, role: Role) {
    let made = store.invite(link(name, invitation(id, role)), row(ActivityKind::InvitationMade)).await;
    assert_eq!(made.unwrap(), MadeLink::Made);
    assert_eq!(store.sign_up(sign_up(name, Some(name))).await.unwrap(), SignedUp::Done);
}

/// An invitation that somebody makes.
async fn invite(store: &impl Store, id: OrganizationId, role: Role, by: &str, name: &str) -> MadeLink {
    let LinkPurpose::Invitation { organization_id, organization, email, .. } = invitation(id, role) else {
        unreachable!()
    };
    let invited_by = Some(operator_id(by));
    let purpose = LinkPurpose::Invitation { organization_id, organization, role, email, invited_by };
    store.invite(link(name, purpose), activity(ActivityKind::InvitationMade, by)).await.unwrap()
}

pub(crate) async fn who_lost_the_right_meanwhile_changes_nothing(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Admin).await;
    join(&**store, id, "eve", Role::Viewer).await;
    let ask = async |name: &str, change: MemberChange, by: &str| {
        let row = activity(ActivityKind::MemberRoleChanged, by);
        store.change_member(id, operator_id(name), change, row).await.unwrap()
    };
    assert_eq!(ask("sam", MemberChange::Role(Role::Developer), "kim").await, MemberChanged::Done);
    assert_eq!(ask("eve", MemberChange::Role(Role::Admin), "sam").await, MemberChanged::NotAllowed);
    assert_eq!(ask("sam", MemberChange::Role(Role::Admin), "sam").await, MemberChanged::NotAllowed);
    assert_eq!(invite(&**store, id, Role::Viewer, "sam", "a").await, MadeLink::NotAllowed);
    // Everybody may leave, and is nobody then.
    assert_eq!(ask("sam", MemberChange::Removal, "sam").await, MemberChanged::Done);
    assert_eq!(ask("eve", MemberChange::Removal, "sam").await, MemberChanged::NotAllowed);
    assert_eq!(invite(&**store, id, Role::Viewer, "sam", "b").await, MadeLink::NotAllowed);
    assert_eq!(store.invitations(id, NOW).await.unwrap(), []);
    // A program is nobody's member.
    let of_program = Activity { operator_id: None, ..row(ActivityKind::MemberRemoved) };
    let removed = store.change_member(id, operator_id("eve"), MemberChange::Removal, of_program).await;
    assert_eq!(removed.unwrap(), MemberChanged::Done);
}

pub(crate) async fn nobody_invites_to_more_than_they_are_then_or_later(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Owner).await;
    let open = async || {
        let links = store.invitations(id, NOW).await.unwrap();
        let role = |link: Link| match link.purpose {
            LinkPurpose::Invitation { role, invited_by, .. } if invited_by == Some(operator_id("sam")) => {
                Some(role)
            }
            _ => None,
        };
        links.into_iter().filter_map(role).collect::<std::collections::BTreeSet<_>>()
    };
    for role in Role::ALL {
        let name = format!("by sam, {role:?}");
        assert_eq!(invite(&**store, id, role, "sam", &name).await, MadeLink::Made);
        assert_eq!(invite(&**store, id, role, "kim", &format!("by kim, {role:?}")).await, MadeLink::Made);
    }
    let become_ = async |change: MemberChange| {
        let row = row(ActivityKind::MemberRoleChanged);
        store.change_member(id, operator_id("sam"), change, row).await.unwrap()
    };
    assert_eq!(become_(MemberChange::Role(Role::Admin)).await, MemberChanged::Done);
    assert_eq!(open().await, [Role::Viewer, Role::Developer, Role::Admin].into());
    assert_eq!(invite(&**store, id, Role::Owner, "sam", "more").await, MadeLink::NotAllowed);
    assert_eq!(become_(MemberChange::Role(Role::Developer)).await, MemberChanged::Done);
    assert_eq!(open().await, [].into());
    assert_eq!(become_(MemberChange::Role(Role::Owner)).await, MemberChanged::Done);
    assert_eq!(invite(&**store, id, Role::Owner, "sam", "back").await, MadeLink::Made);
    assert_eq!(become_(MemberChange::Removal).await, MemberChanged::Done);
    // What others invited to stays.
    assert_eq!(store.invitations(id, NOW).await.unwrap().len(), Role::ALL.len());
    let row = activity(ActivityKind::MemberJoined, "sam");
    let accepted = store.accept_invitation(KeyHash::of("back"), operator_id("sam"), row).await.unwrap();
    assert_eq!(accepted, Accepted::LinkInvalid);
}

pub(crate) async fn an_invitation_is_accepted_once_or_withdrawn(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Viewer).await;
    let open = link("open", invitation(id, Role::Admin));
    store.invite(open.clone(), row(ActivityKind::InvitationMade)).await.unwrap();
    assert_eq!(store.invitations(id, NOW).await.unwrap(), std::slice::from_ref(&open.link));
    assert_eq!(store.invitations(id, open.link.expires_at).await.unwrap(), []);
    let accept = async |name: &str| {
        let row = activity(ActivityKind::MemberJoined, name);
        store.accept_invitation(KeyHash::of("open"), operator_id(name), row).await.unwrap()
    };
    assert_eq!(accept("sam").await, Accepted::AlreadyMember);
    store.sign_up(sign_up("eve", None)).await.unwrap();
    assert_eq!(accept("eve").await, Accepted::Joined(id));
    assert_eq!(accept("eve").await, Accepted::LinkInvalid);
    let other = link("other", invitation(id, Role::Admin));
    store.invite(other.clone(), row(ActivityKind::InvitationMade)).await.unwrap();
    let elsewhere = made(&**store, "a second").await;
    let withdraw = async |of: OrganizationId| {
        let row = row(ActivityKind::InvitationWithdrawn);
        store.withdraw_invitation(of, other.link.id, row).await.unwrap()
    };
    assert_eq!(withdraw(elsewhere).await, Changed::NotFound);
    assert_eq!(withdraw(id).await, Changed::Done);
    assert_eq!(store.link(other.hash, NOW).await.unwrap(), None);
    let nowhere = invitation(OrganizationId::new(Uuid::nil()), Role::Viewer);
    let made = store.invite(link("nowhere", nowhere), row(ActivityKind::InvitationMade)).await.unwrap();
    assert_eq!(made, MadeLink::NotFound);
}

fn new_project(id: OrganizationId, name: &str) -> NewProject {
    let environment = |kind: EnvironmentKind, app_url: Option<&str>| NewEnvironment {
        tenant: new_tenant(kind.as_str()),
        kind,
        app_url: app_url.map(str::to_owned),
    };
    NewProject {
        id: ProjectId::new(Uuid::from_slice(&KeyHash::of(name).as_bytes()[..16]).unwrap()),
        organization_id: id,
        name: text(name),
        created_at: NOW,
        environments: vec![
            environment(EnvironmentKind::Production, None),
            environment(EnvironmentKind::Development, Some("http://localhost:5173")),
        ],
        activity: row(ActivityKind::ProjectCreated),
    }
}

pub(crate) async fn a_project_is_read_back_with_its_environments(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Viewer).await;
    let new = new_project(id, "shop");
    let [production, development] = new.environments.as_slice() else { panic!("two") };
    let environment = |of: &NewEnvironment| Environment {
        tenant_id: of.tenant.id,
        kind: of.kind,
        app_url: of.app_url.clone(),
        rp_id: of.tenant.config.relying_party.id.as_str().to_owned(),
    };
    let expected = Project {
        id: new.id,
        organization_id: id,
        organization: text("ours"),
        name: text("shop"),
        created_at: NOW,
        environments: vec![environment(development), environment(production)],
    };
    let (tenant_id, project_id) = (development.tenant.id, new.id);
    assert_eq!(store.create_project(new).await.unwrap(), Changed::Done);
    assert_eq!(store.projects(id).await.unwrap(), std::slice::from_ref(&expected));
    assert_eq!(store.project(project_id).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.project_of(tenant_id).await.unwrap(), Some(expected.clone()));
    assert_eq!(store.project_of(TenantId::new(Uuid::nil())).await.unwrap(), None);
    for scope in [Scope::Project(project_id), Scope::Environment(tenant_id)] {
        let found = store.membership(Some(operator_id("sam")), scope).await.unwrap();
        assert_eq!(found, Some((id, Some(Role::Viewer))));
    }
    assert_eq!(store.organization(id, None).await.unwrap().unwrap().projects, 1);
    let nowhere = new_project(OrganizationId::new(Uuid::nil()), "nowhere");
    let orphan = nowhere.environments[0].tenant.id;
    assert_eq!(store.create_project(nowhere).await.unwrap(), Changed::NotFound);
    assert!(store.tenant(orphan).await.unwrap().tenant.is_none());

    let renamed = store.rename_project(project_id, text("store"), row(ActivityKind::ProjectRenamed));
    assert_eq!(renamed.await.unwrap(), Changed::Done);
    let moved = EnvironmentMove {
        tenant_id,
        app_url: "https://example.org".to_owned(),
        config: config("example.org"),
        activity: row(ActivityKind::EnvironmentChanged),
    };
    assert_eq!(store.move_environment(moved).await.unwrap(), Changed::Done);
    let found = store.project(project_id).await.unwrap().unwrap();
    assert_eq!(found.name, text("store"));
    assert_eq!(found.environments[0].app_url.as_deref(), Some("https://example.org"));
    assert_eq!(found.environments[0].rp_id, "example.org");
}

pub(crate) async fn what_has_environments_is_not_deleted_before_their_tenants(backend: &impl Backend) {
    let store = backend.store();
    let id = kim_and_sam(&**store, Role::Viewer).await;
    let new = new_project(id, "shop");
    let tenants = [new.environments[0].tenant.id, new.environments[1].tenant.id];
    let project_id = new.id;
    store.create_project(new).await.unwrap();
    let delete = async || store.delete_project(project_id, row(ActivityKind::ProjectDeleted)).await.unwrap();
    assert_eq!(delete().await, Emptied::NotEmpty);
    assert_eq!(store.delete_organization(id).await.unwrap(), Emptied::NotEmpty);
    for tenant in tenants {
        assert_eq!(store.delete_tenant(tenant).await.unwrap(), Changed::Done);
    }
    assert_eq!(store.project(project_id).await.unwrap().unwrap().environments, []);
    assert_eq!(delete().await, Emptied::Deleted);
    assert_eq!(delete().await, Emptied::NotFound);
    assert_eq!(store.delete_organization(id).await.unwrap(), Emptied::Deleted);
    assert_eq!(store.delete_organization(id).await.unwrap(), Emptied::NotFound);
    assert_eq!(store.organizations(Some(operator_id("kim"))).await.unwrap(), []);
}

pub(crate) fn counted(
    tenant_id: TenantId,
    minute: i64,
    ceremony: Ceremony,
    outcome: Outcome,
    count: u64,
) -> MinuteCount {
    let code = if outcome == Outcome::Failed { "signature_invalid" } else { "" };
    MinuteCount { tenant_id, minute, what: Counted { ceremony, outcome, code: code.to_owned() }, count }
}

pub(crate) async fn ceremonies_are_added_up_by_minute_and_told_by_day(backend: &impl Backend) {
    use Ceremony::{Login, Registration};
    use Outcome::{Begun, Done, Failed};
    let store = backend.store();
    let (one, other) = (tenant(&**store, "one").await, tenant(&**store, "other").await);
    let gone = TenantId::new(Uuid::nil());
    let day = 1_440;
    let counts = vec![
        counted(gone, day, Login, Begun, 9),
        counted(one, day, Login, Begun, 3),
        counted(one, day, Login, Failed, 1),
        counted(one, 2 * day - 1, Login, Done, 1),
        counted(one, 2 * day, Login, Done, 2),
        counted(one, day + 5, Registration, Begun, 1),
        counted(other, day, Login, Begun, 7),
    ];
    store.add_ceremony_counts(counts.clone()).await.unwrap();
    store.add_ceremony_counts(vec![counted(one, day, Login, Begun, 4)]).await.unwrap();
    let first = store.first_ceremonies(one).await.unwrap();
    assert_eq!(first, [(Registration, Begun, day + 5), (Login, Begun, day), (Login, Done, 2 * day - 1)]);

    let told = async |range: Range| {
        let mut days: Vec<_> = store
            .insights(one, range)
            .await
            .unwrap()
            .days
            .into_iter()
            .map(|day| (day.day, day.what.ceremony, day.what.outcome, day.what.code, day.count))
            .collect();
        days.sort();
        days
    };
    let code = "signature_invalid".to_owned();
    let none = String::new;
    let range = Range { from: day, to: 3 * day, offset: 0 };
    assert_eq!(
        told(range).await,
        [
            (1, Registration, Begun, none(), 1),
            (1, Login, Begun, none(), 7),
            (1, Login, Done, none(), 1),
            (1, Login, Failed, code.clone(), 1),
            (2, Login, Done, none(), 2),
        ]
    );
    // A minute before midnight is the next day, a minute further east.
    let range = Range { from: 2 * day - 1, to: 2 * day + 1, offset: 1 };
    assert_eq!(told(range).await, [(2, Login, Done, none(), 3)]);
    let range = Range { from: 2 * day - 1, to: 2 * day, offset: 0 };
    assert_eq!(told(range).await, [(1, Login, Done, none(), 1)]);

    store.purge_console(NOW, Timestamp::from_millis(2 * day * 60_000)).await.unwrap();
    assert_eq!(store.first_ceremonies(one).await.unwrap(), [(Login, Done, 2 * day)]);
}

pub(crate) async fn credentials_are_counted_by_what_they_are_kept_on(backend: &impl Backend) {
    let store = backend.store();
    let one = tenant(&**store, "one").await;
    let other = tenant(&**store, "other").await;
    for (tenant, user) in [(one, "kim"), (one, "sam"), (other, "eve")] {
        user_with_credential(&**store, tenant, user, &format!("of {user}")).await;
    }
    let insights = store.insights(one, Range { from: 0, to: 1, offset: 0 }).await.unwrap();
    assert_eq!(insights.days, []);
    assert_eq!(insights.credentials.iter().map(|alike| alike.count).sum::<u64>(), 2);
    assert_eq!(insights.user_agents.iter().map(|(_, count)| count).sum::<u64>(), 2);
}

pub(crate) async fn failures_are_told_by_their_reason(backend: &impl Backend) {
    use Ceremony::{Login, Registration};
    use Outcome::{Begun, Failed};
    let store = backend.store();
    let (one, other) = (tenant(&**store, "one").await, tenant(&**store, "other").await);
    store
        .add_ceremony_counts(vec![
            counted(one, 4, Login, Failed, 9),
            counted(one, 5, Login, Failed, 1),
            counted(one, 7, Login, Failed, 2),
            counted(one, 6, Registration, Failed, 3),
            counted(one, 8, Login, Begun, 5),
            counted(other, 9, Login, Failed, 7),
        ])
        .await
        .unwrap();
    let failed = async |code: &str| store.failures(one, code.to_owned(), 5).await.unwrap();
    assert_eq!(failed("signature_invalid").await, [(Registration, 3, 6), (Login, 3, 7)]);
    assert_eq!(failed("credential_revoked").await, []);
}

/// The kinds of what was done for an organization, newest first, with whose email each row has.
async fn done(store: &impl Store, id: OrganizationId) -> Vec<(ActivityKind, Option<String>)> {
    let rows = store.organization_activities(id, None, 100).await.unwrap();
    rows.into_iter()
        .map(|row| (row.activity.kind, row.operator.map(|(_, email)| email.as_str().to_owned())))
        .collect()
}

pub(crate) async fn what_is_done_for_an_organization_is_listed_from_a_place_on(backend: &impl Backend) {
    let store = backend.store();
    let ours = kim_and_sam(&**store, Role::Admin).await;
    let theirs = made(&**store, "theirs").await;
    let tenant_id = TenantId::new(Uuid::from_u128(7));
    let note = async |kind, id, at| {
        let organization_id = Some(id);
        let noted = Activity { organization_id, tenant_id: Some(tenant_id), at, ..row(kind) };
        store.note_activity(noted.clone()).await.unwrap();
        noted
    };
    let mut notes = Vec::new();
    for second in 1..=5 {
        notes.push(note(ActivityKind::ConfigChanged, ours, NOW + seconds(second)).await);
    }
    note(ActivityKind::ApiKeyCreated, theirs, NOW + seconds(6)).await;
    let nowhere = OrganizationId::new(Uuid::nil());
    note(ActivityKind::ApiKeyCreated, nowhere, NOW + seconds(6)).await;

    notes.reverse();
    let page = store.organization_activities(ours, None, 2).await.unwrap();
    assert_eq!(page.iter().map(|row| &row.activity).collect::<Vec<_>>(), [&notes[0], &notes[1]]);
    let who = page[0].operator.as_ref().unwrap();
    assert_eq!((who.0.as_str(), who.1.as_str()), ("kim", "kim@example.com"));
    let place = ActivityPlace { at: page[1].activity.at, id: page[1].activity.id };
    let rest = store.organization_activities(ours, Some(place), 3).await.unwrap();
    assert_eq!(rest.iter().map(|row| &row.activity).collect::<Vec<_>>(), [&notes[2], &notes[3], &notes[4]]);
    let kinds: Vec<_> = done(&**store, theirs).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [ActivityKind::ApiKeyCreated], "the rows of fixtures name no organization");
    assert_eq!(done(&**store, nowhere).await, []);
}

pub(crate) async fn members_who_came_in_without_a_passkey_are_in_each_organizations_activity(
    backend: &impl Backend,
) {
    let store = backend.store();
    let ours = kim_and_sam(&**store, Role::Viewer).await;
    let alone = made(&**store, "kim's alone").await;
    let joined = (ActivityKind::MemberJoined, Some("sam@example.com".to_owned()));
    assert_eq!(done(&**store, ours).await, std::slice::from_ref(&joined));

    let codes = activity(ActivityKind::RecoveryCodesMade, "sam");
    store.replace_recovery_codes(operator_id("sam"), vec![KeyHash::of("code")], codes).await.unwrap();
    let proof = RecoveryProof::Code { email: email("sam"), code: KeyHash::of("code") };
    let at = NOW + seconds(1);
    let recovery = Activity { at, ..activity(ActivityKind::RecoveryCodeUsed, "sam") };
    let recover = Recover { proof, session: session("sam", "recovered"), activity: recovery };
    assert!(store.recover(recover).await.unwrap().is_some());
    let recovered = (ActivityKind::RecoveryCodeUsed, Some("sam@example.com".to_owned()));
    assert_eq!(done(&**store, ours).await, [recovered, joined]);
    assert_eq!(done(&**store, alone).await, []);
    let own = store.activities(operator_id("sam"), 10).await.unwrap();
    assert!(own.iter().any(|row| row.kind == ActivityKind::RecoveryCodeUsed), "and in the account's own");
}

pub(crate) async fn settings_change_with_a_row_of_who_changed_them(backend: &impl Backend) {
    let store = backend.store();
    let ours = kim_and_sam(&**store, Role::Admin).await;
    let tenant_id = tenant(&**store, "Ours").await;
    let row = Activity {
        organization_id: Some(ours),
        tenant_id: Some(tenant_id),
        at: NOW + seconds(1),
        ..row(ActivityKind::ConfigPromoted)
    };
    let mut changed = config("example.com");
    changed.relying_party.display_name = text("Changed");
    let version = store.version().await.unwrap();
    let done = store.configure_environment(tenant_id, changed.clone(), row.clone()).await.unwrap();
    assert_eq!(done, Changed::Done);
    assert!(store.version().await.unwrap() > version, "caches must see it");
    assert_eq!(Store::tenant(&**store, tenant_id).await.unwrap().tenant.unwrap().config, changed);
    let rows = store.organization_activities(ours, None, 1).await.unwrap();
    assert_eq!(rows[0].activity, row);
    let unknown = TenantId::new(Uuid::from_u128(7));
    let other = Activity { tenant_id: Some(unknown), ..row };
    assert_eq!(store.configure_environment(unknown, changed, other).await.unwrap(), Changed::NotFound);
    assert_eq!(store.organization_activities(ours, None, 9).await.unwrap().len(), 2);
}
