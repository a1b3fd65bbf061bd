use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use passgate_core::clock::Timestamp;
use passgate_core::console::{
    Activity, ActivityKind, Console, Email, FRESH, IDLE, LIFETIME, Link, LinkPurpose, MadeLink, NewLink,
    NewSession, Operator, OperatorChange, OperatorChanged, PasskeyRemoval, Recover, RecoveryProof, Session,
    SessionVia, SignUp, SignedUp, Store as _,
};
use passgate_core::credential::CredentialLookup;
use passgate_core::ids::{ActivityId, LinkId, OperatorId, SessionId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::{Changed, Store};
use passgate_core::tenant::TenantPurpose;
use uuid::Uuid;

use crate::backend::Backend;
use crate::fixtures::{self, NOW, change, credential, new_tenant, origin, register, seconds, text, user};

/// An id that is made of a name.
fn uuid(name: &str) -> Uuid {
    Uuid::from_slice(&KeyHash::of(name).as_bytes()[..16]).unwrap()
}

pub(crate) fn operator_id(name: &str) -> OperatorId {
    OperatorId::new(uuid(&format!("operator {name}")))
}

pub(crate) fn email(name: &str) -> Email {
    Email::new(&format!("{name}@example.com")).unwrap()
}

pub(crate) fn operator(name: &str) -> Operator {
    Operator {
        id: operator_id(name),
        name: text(name),
        email: email(name),
        created_at: NOW,
        recovery_codes: 0,
    }
}

pub(crate) fn session(of: &str, name: &str) -> NewSession {
    NewSession {
        hash: KeyHash::of(name),
        session: Session {
            id: SessionId::new(uuid(&format!("session {name}"))),
            operator_id: operator_id(of),
            via: SessionVia::Passkey,
            created_at: NOW,
            used_at: NOW,
            expires_at: NOW + LIFETIME,
            fresh_until: Some(NOW + FRESH),
            source_ip: "192.0.2.7".to_owned(),
            user_agent: "test".to_owned(),
        },
    }
}

/// Rows have ids of their own.
static MADE: AtomicU64 = AtomicU64::new(1);

pub(crate) fn activity(kind: ActivityKind, of: &str) -> Activity {
    Activity {
        id: ActivityId::new(Uuid::from_u128(MADE.fetch_add(1, Ordering::Relaxed).into())),
        kind,
        operator_id: Some(operator_id(of)),
        organization_id: None,
        tenant_id: None,
        subject: None,
        origin: origin(),
        at: NOW,
    }
}

pub(crate) fn link(name: &str, purpose: LinkPurpose) -> NewLink {
    let id = LinkId::new(uuid(&format!("link {name}")));
    let expires_at = NOW + Duration::from_hours(1);
    NewLink { link: Link { id, purpose, created_at: NOW, expires_at }, hash: KeyHash::of(name) }
}

pub(crate) fn sign_up(name: &str, link: Option<&str>) -> SignUp {
    SignUp {
        operator: operator(name),
        link: link.map(KeyHash::of),
        session: session(name, &format!("first of {name}")),
        activity: activity(ActivityKind::SignedUp, name),
    }
}

/// Claims the console for an operator of this name.
pub(crate) async fn claim(store: &impl Store, name: &str) {
    store.found_console(new_tenant("Console")).await.unwrap();
    assert_eq!(store.make_link(link("claim", LinkPurpose::Claim)).await.unwrap(), MadeLink::Made);
    assert_eq!(store.sign_up(sign_up(name, Some("claim"))).await.unwrap(), SignedUp::Done);
}

async fn kinds(store: &impl Store, of: &str) -> Vec<ActivityKind> {
    let rows = store.activities(operator_id(of), 10).await.unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}

pub(crate) async fn the_console_has_one_tenant_that_can_not_be_deleted(backend: &impl Backend) {
    let store = backend.store();
    assert_eq!(store.console().await.unwrap(), Console::default());
    let (one, other) =
        tokio::join!(store.found_console(new_tenant("first")), store.found_console(new_tenant("second")));
    let founded = one.unwrap();
    assert_eq!(other.unwrap(), founded);
    assert_eq!(store.console().await.unwrap(), Console { tenant_id: Some(founded), is_claimed: false });
    assert_eq!(store.tenants().await.unwrap().len(), 1);
    let found = store.tenant(founded).await.unwrap().tenant.unwrap();
    assert_eq!(found.purpose, TenantPurpose::Console);
    fixtures::user_with_credential(&**store, founded, "alice", "passkey").await;
    assert!(store.delete_tenant(founded).await.is_err());
    let found = store.login_credential(founded, fixtures::credential_id("passkey")).await.unwrap();
    assert!(matches!(found, CredentialLookup::Known(_)), "nothing of it goes, either: {found:?}");
    assert!(store.tenant(founded).await.unwrap().tenant.is_some());
    let app = crate::fixtures::tenant(&**store, "app").await;
    assert_eq!(store.tenant(app).await.unwrap().tenant.unwrap().purpose, TenantPurpose::App);
}

pub(crate) async fn a_link_is_open_until_it_expires_and_a_newer_one_takes_its_place(backend: &impl Backend) {
    let store = backend.store();
    let old = link("old", LinkPurpose::Claim);
    assert_eq!(store.make_link(old.clone()).await.unwrap(), MadeLink::Made);
    assert_eq!(store.link(old.hash, NOW).await.unwrap(), Some(old.link.clone()));
    assert_eq!(store.link(old.hash, old.link.expires_at).await.unwrap(), None);
    assert_eq!(store.link(KeyHash::of("unknown"), NOW).await.unwrap(), None);
    let new = link("new", LinkPurpose::Claim);
    assert_eq!(store.make_link(new.clone()).await.unwrap(), MadeLink::Made);
    assert_eq!(store.link(old.hash, NOW).await.unwrap(), None);
    assert_eq!(store.link(new.hash, NOW).await.unwrap(), Some(new.link));
    let recovery = LinkPurpose::Recovery { operator_id: operator_id("kim"), email: email("kim") };
    assert_eq!(store.make_link(link("recovery", recovery)).await.unwrap(), MadeLink::NotFound);
}

pub(crate) async fn the_console_is_claimed_once(backend: &impl Backend) {
    let store = backend.store();
    store.found_console(new_tenant("Console")).await.unwrap();
    assert_eq!(store.sign_up(sign_up("kim", None)).await.unwrap(), SignedUp::LinkInvalid);
    assert_eq!(store.sign_up(sign_up("kim", Some("claim"))).await.unwrap(), SignedUp::LinkInvalid);
    store.make_link(link("claim", LinkPurpose::Claim)).await.unwrap();
    let others = (0..20).map(|number| store.sign_up(sign_up(&format!("operator{number}"), Some("claim"))));
    let outcomes = futures_join(others).await;
    let done = outcomes.iter().filter(|outcome| **outcome == SignedUp::Done).count();
    assert_eq!(done, 1, "{outcomes:?}");
    assert!(store.console().await.unwrap().is_claimed);
    assert_eq!(store.operators().await.unwrap().len(), 1);
    assert_eq!(store.make_link(link("late", LinkPurpose::Claim)).await.unwrap(), MadeLink::Claimed);
}

async fn futures_join(
    work: impl Iterator<Item = impl Future<Output = Result<SignedUp, passgate_core::store::StoreError>>>,
) -> Vec<SignedUp> {
    let mut outcomes = Vec::new();
    let mut work: Vec<_> = work.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        work.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(outcome) => {
                outcomes.push(outcome.unwrap());
                false
            }
            std::task::Poll::Pending => true,
        });
        if work.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outcomes
}

pub(crate) async fn an_operator_is_read_back_and_has_the_email_alone(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    assert_eq!(store.operator(operator_id("kim")).await.unwrap(), Some(operator("kim")));
    let shouted = Email::new("KIM@EXAMPLE.COM").unwrap();
    assert_eq!(store.operator_by_email(shouted.clone()).await.unwrap(), Some(operator("kim")));
    assert_eq!(store.operator_by_email(email("sam")).await.unwrap(), None);
    let mut same = sign_up("sam", None);
    same.operator.email = shouted;
    assert_eq!(store.sign_up(same).await.unwrap(), SignedUp::EmailTaken);
    assert_eq!(store.sign_up(sign_up("sam", None)).await.unwrap(), SignedUp::Done);
    assert_eq!(store.operators().await.unwrap(), [operator("kim"), operator("sam")]);
    assert_eq!(kinds(&**store, "kim").await, [ActivityKind::Claimed]);
    assert_eq!(kinds(&**store, "sam").await, [ActivityKind::SignedUp]);
}

pub(crate) async fn an_operator_is_changed_but_not_to_anothers_email(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    store.sign_up(sign_up("sam", None)).await.unwrap();
    let ask = async |name: &str, change: OperatorChange| {
        let row = activity(ActivityKind::OperatorChanged, name);
        store.change_operator(operator_id(name), change, row).await.unwrap()
    };
    let to = |name: &str| OperatorChange { email: Some(email(name)), ..OperatorChange::default() };
    assert_eq!(ask("sam", to("Kim")).await, OperatorChanged::EmailTaken);
    assert_eq!(ask("nobody", to("nobody")).await, OperatorChanged::NotFound);
    let renamed = OperatorChange { name: Some(text("Samira")), ..OperatorChange::default() };
    let expected = Operator { name: text("Samira"), ..operator("sam") };
    assert_eq!(ask("sam", renamed).await, OperatorChanged::Done(expected.clone()));
    assert_eq!(store.operator(expected.id).await.unwrap(), Some(expected));
}

pub(crate) async fn sessions_are_found_used_freshened_and_ended(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    let second = session("kim", "second");
    assert_eq!(store.begin_session(second.clone()).await.unwrap(), Changed::Done);
    assert_eq!(store.begin_session(session("nobody", "x")).await.unwrap(), Changed::NotFound);
    let found = store.session(second.hash).await.unwrap();
    assert_eq!(found, Some((second.session.clone(), operator("kim"))));
    assert_eq!(store.session(KeyHash::of("unknown")).await.unwrap(), None);

    let later = NOW + seconds(60);
    store.touch_sessions(vec![(second.session.id, later), (second.session.id, NOW)]).await.unwrap();
    let until = later + FRESH;
    assert_eq!(store.freshen_session(second.session.id, until).await.unwrap(), Changed::Done);
    let expected = Session { used_at: later, fresh_until: Some(until), ..second.session.clone() };
    let first = session("kim", "first of kim").session;
    let list = async |now: Timestamp| store.sessions(operator_id("kim"), now).await.unwrap();
    assert_eq!(list(later).await, [expected.clone(), first]);
    assert_eq!(list(NOW + IDLE).await, std::slice::from_ref(&expected));

    assert_eq!(
        store.end_session(operator_id("sam"), second.session.id).await.unwrap(),
        Changed::NotFound,
        "another operator's"
    );
    assert_eq!(store.end_other_sessions(operator_id("kim"), second.session.id).await.unwrap(), 1);
    assert_eq!(list(NOW).await, [expected]);
    assert_eq!(store.end_session(operator_id("kim"), second.session.id).await.unwrap(), Changed::Done);
    assert_eq!(store.session(second.hash).await.unwrap(), None);
}

fn recover(proof: RecoveryProof, name: &str) -> Recover {
    Recover {
        proof,
        session: session("nobody", name),
        activity: Activity { operator_id: None, ..activity(ActivityKind::RecoveryCodeUsed, "nobody") },
    }
}

pub(crate) async fn a_recovery_code_works_once_and_ends_other_sessions(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    let codes = ["one", "two"].map(KeyHash::of);
    let row = || activity(ActivityKind::RecoveryCodesMade, "kim");
    let made = store.replace_recovery_codes(operator_id("kim"), vec![KeyHash::of("old")], row());
    assert_eq!(made.await.unwrap(), Changed::Done);
    let made = store.replace_recovery_codes(operator_id("kim"), codes.to_vec(), row());
    assert_eq!(made.await.unwrap(), Changed::Done);
    assert_eq!(store.operator(operator_id("kim")).await.unwrap().unwrap().recovery_codes, 2);
    let with = |code: &str| RecoveryProof::Code { email: email("KIM"), code: KeyHash::of(code) };
    assert_eq!(store.recover(recover(with("old"), "a")).await.unwrap(), None);
    let (begun, whose) = store.recover(recover(with("one"), "b")).await.unwrap().unwrap();
    assert_eq!(begun.operator_id, operator_id("kim"));
    assert_eq!(whose.recovery_codes, 1);
    assert_eq!(store.sessions(operator_id("kim"), NOW).await.unwrap(), [begun]);
    assert_eq!(store.recover(recover(with("one"), "c")).await.unwrap(), None);
    let other = RecoveryProof::Code { email: email("sam"), code: KeyHash::of("two") };
    assert_eq!(store.recover(recover(other, "d")).await.unwrap(), None);
    assert!(kinds(&**store, "kim").await.contains(&ActivityKind::RecoveryCodeUsed));
}

pub(crate) async fn a_recovery_link_works_once_for_its_operator(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    let purpose = LinkPurpose::Recovery { operator_id: operator_id("kim"), email: email("kim") };
    assert_eq!(store.make_link(link("recovery", purpose.clone())).await.unwrap(), MadeLink::Made);
    assert_eq!(store.link(KeyHash::of("recovery"), NOW).await.unwrap().unwrap().purpose, purpose);
    assert_eq!(store.sign_up(sign_up("sam", Some("recovery"))).await.unwrap(), SignedUp::LinkInvalid);
    let proof = || RecoveryProof::Link(KeyHash::of("recovery"));
    let (begun, whose) = store.recover(recover(proof(), "a")).await.unwrap().unwrap();
    assert_eq!((begun.operator_id, whose.id), (operator_id("kim"), operator_id("kim")));
    assert_eq!(store.recover(recover(proof(), "b")).await.unwrap(), None);
}

pub(crate) async fn the_last_passkey_stays_unless_there_are_recovery_codes(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    let tenant = store.console().await.unwrap().tenant_id.unwrap();
    let of_kim = user(&**store, tenant, &operator_id("kim").to_string()).await;
    for id in ["first", "second"] {
        register(&**store, tenant, credential(&of_kim, id)).await;
    }
    let remove = async |of: &str, id: &str| {
        let change = change(tenant, id, passgate_core::audit::AuditType::CredentialDeleted);
        let own = session(of, &format!("first of {of}")).session.id;
        store.remove_passkey(operator_id(of), own, change).await.unwrap()
    };
    store.sign_up(sign_up("sam", None)).await.unwrap();
    store.begin_session(session("kim", "on the other device")).await.unwrap();
    assert_eq!(remove("sam", "first").await, PasskeyRemoval::NotFound);
    assert_eq!(store.sessions(operator_id("kim"), NOW).await.unwrap().len(), 2);
    // Of two at once, one is the last.
    let (one, other) = tokio::join!(remove("kim", "first"), remove("kim", "second"));
    assert!(
        matches!(
            (one, other),
            (PasskeyRemoval::Removed, PasskeyRemoval::Last) | (PasskeyRemoval::Last, PasskeyRemoval::Removed)
        ),
        "{one:?} {other:?}"
    );
    // Whoever has the device of the one that was removed may have a session.
    let own = session("kim", "first of kim").session;
    assert_eq!(store.sessions(operator_id("kim"), NOW).await.unwrap(), [own]);
    assert_eq!(store.sessions(operator_id("sam"), NOW).await.unwrap().len(), 1);
    let left = if one == PasskeyRemoval::Last { "first" } else { "second" };
    let row = activity(ActivityKind::RecoveryCodesMade, "kim");
    store.replace_recovery_codes(operator_id("kim"), vec![KeyHash::of("one")], row).await.unwrap();
    assert_eq!(remove("kim", left).await, PasskeyRemoval::Removed);
}

pub(crate) async fn what_is_over_is_deleted(backend: &impl Backend) {
    let store = backend.store();
    claim(&**store, "kim").await;
    let purpose = LinkPurpose::Recovery { operator_id: operator_id("kim"), email: email("kim") };
    store.make_link(link("recovery", purpose)).await.unwrap();
    let used = session("kim", "used");
    store.begin_session(used.clone()).await.unwrap();
    store.touch_sessions(vec![(used.session.id, NOW + IDLE)]).await.unwrap();
    store.purge_console(NOW + IDLE, NOW).await.unwrap();
    assert_eq!(store.session(KeyHash::of("first of kim")).await.unwrap(), None);
    assert!(store.session(used.hash).await.unwrap().is_some());
    assert_eq!(store.link(KeyHash::of("recovery"), NOW).await.unwrap(), None);
    assert_eq!(kinds(&**store, "kim").await, [ActivityKind::Claimed]);
    store.purge_console(NOW + IDLE, NOW + seconds(1)).await.unwrap();
    assert_eq!(kinds(&**store, "kim").await, []);
}
