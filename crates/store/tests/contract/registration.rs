use std::sync::Arc;

use passgate_core::audit::AuditType;
use passgate_core::clock::Timestamp;
use passgate_core::credential::{Credential, CredentialDescriptor, CredentialKind};
use passgate_core::ids::{CredentialId, UserHandle, UserId};
use passgate_core::store::{
    BeginRegistration, BegunRegistration, FinishRegistration, FinishedRegistration, Store, StoreError,
};
use passgate_core::user::User;
use uuid::Uuid;

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{self, NOW, audit, begin_registration, credential, finish_registration, seconds, text};

pub(crate) async fn a_new_user_is_made(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    let user = User {
        id: begin.new_user_id,
        app_id: fixtures::app_id("alice"),
        handles: vec![begin.new_handle.clone()],
    };
    let outcome = store.begin_registration(begin.clone()).await.unwrap();
    assert_eq!(outcome, BegunRegistration { user: user.clone(), exclude: vec![] });
    assert_eq!(store.user(tenant, user.id).await.unwrap(), Some(user));
    assert_eq!(backend.audit_log(tenant).await, [AuditRow::of(&begin.audit)]);
}

pub(crate) async fn a_known_user_is_brought_up_to_date(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let mut begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    begin.profile.name = text("alice@example.org");
    begin.profile.display_name = None;
    begin.profile.icon = Some(text("https://example.org/alice.png"));
    assert_eq!(store.begin_registration(begin).await.unwrap().user, user);
    assert_eq!(store.user(tenant, user.id).await.unwrap(), Some(user));
    // `execute` fails if it changes nothing.
    backend
        .execute(
            "UPDATE users SET icon = NULL
             WHERE name = 'alice@example.org' AND display_name IS NULL
               AND icon = 'https://example.org/alice.png'",
        )
        .await;
}

pub(crate) async fn the_same_app_user_id_is_another_user_in_another_tenant(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let first = fixtures::user(store, one, "alice").await;
    let begin = begin_registration(other, "alice", CredentialKind::Passkey);
    // Even if the row's id and the handle were the same.
    let begin = BeginRegistration { new_user_id: first.id, new_handle: first.handles[0].clone(), ..begin };
    store.begin_registration(begin).await.unwrap();
    fixtures::register(store, one, credential(&first, "id")).await;
    let begin = begin_registration(other, "alice", CredentialKind::Passkey);
    assert_eq!(store.begin_registration(begin).await.unwrap().exclude, []);
}

pub(crate) async fn credentials_of_the_same_kind_are_excluded_newest_first(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let other = fixtures::user(store, tenant, "bob").await;
    let at =
        |seconds_later, credential| Credential { created_at: NOW + seconds(seconds_later), ..credential };
    fixtures::register(store, tenant, at(1, credential(&user, "old"))).await;
    fixtures::register(store, tenant, at(2, credential(&user, "new"))).await;
    fixtures::register(store, tenant, credential(&other, "of another user")).await;
    let mfa = Credential { kind: CredentialKind::Mfa, transports: vec![], ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa).await;
    let exclude = async |kind| {
        store.begin_registration(begin_registration(tenant, "alice", kind)).await.unwrap().exclude
    };
    let transports = vec!["internal".to_owned(), "hybrid".to_owned()];
    let passkey =
        |id| CredentialDescriptor { id: fixtures::credential_id(id), transports: transports.clone() };
    assert_eq!(exclude(CredentialKind::Passkey).await, [passkey("new"), passkey("old")]);
    let mfa = CredentialDescriptor { id: fixtures::credential_id("mfa"), transports: vec![] };
    assert_eq!(exclude(CredentialKind::Mfa).await, [mfa]);
}

pub(crate) async fn at_most_a_hundred_credentials_are_excluded(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    for n in 0..101 {
        let credential =
            Credential { created_at: NOW + seconds(n), ..credential(&user, &format!("credential {n}")) };
        fixtures::register(store, tenant, credential).await;
    }
    let begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    let exclude = store.begin_registration(begin).await.unwrap().exclude;
    assert_eq!(exclude.len(), 100);
    assert_eq!(exclude[0].id, fixtures::credential_id("credential 100"));
    assert_eq!(exclude[99].id, fixtures::credential_id("credential 1"));
}

pub(crate) async fn a_beginning_in_a_deleted_tenant_fails(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    store.delete_tenant(tenant).await.unwrap();
    let begun = store.begin_registration(begin_registration(tenant, "alice", CredentialKind::Passkey)).await;
    assert!(matches!(begun, Err(StoreError::Unavailable(_))), "{begun:?}");
    assert!(backend.rows_of(tenant).await.values().all(|rows| *rows == 0));
}

pub(crate) async fn a_user_is_read_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let user = fixtures::user(store, one, "alice").await;
    assert_eq!(store.user(other, user.id).await.unwrap(), None);
    assert_eq!(store.user(one, UserId::new(Uuid::from_u128(1))).await.unwrap(), None);
    let begin = begin_registration(other, "bob", CredentialKind::Passkey);
    let same_id = BeginRegistration { new_user_id: user.id, ..begin };
    let bob = store.begin_registration(same_id).await.unwrap().user;
    assert_eq!(store.user(other, user.id).await.unwrap(), Some(bob));
    assert_eq!(store.user(one, user.id).await.unwrap(), Some(user));
}

pub(crate) async fn a_user_may_have_several_handles(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, _) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    backend
        .execute(
            "INSERT INTO user_handles (tenant_id, handle, user_id, position)
             SELECT tenant_id, substr(handle, 1, 16), user_id, position + 1
             FROM user_handles",
        )
        .await;
    let first = user.handles[0].clone();
    let second = UserHandle::new(&first.as_bytes()[..16]).unwrap();
    let expected = User { handles: vec![first, second], ..user };
    assert_eq!(store.user(tenant, expected.id).await.unwrap(), Some(expected.clone()));
    let begin = begin_registration(tenant, "alice", CredentialKind::Passkey);
    assert_eq!(store.begin_registration(begin).await.unwrap().user, expected);
}

pub(crate) async fn a_registration_stores_the_credential(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let credential = Credential {
        kind: CredentialKind::Mfa,
        sign_count: u32::MAX,
        backup_state: true,
        transports: vec!["cable".to_owned(), "\"quoted\"".to_owned()],
        ..credential(&user, "id")
    };
    let finish = finish_registration(tenant, credential.clone());
    let finished = store.finish_registration(finish.clone()).await.unwrap();
    assert_eq!(finished, FinishedRegistration::Registered);
    assert_eq!(store.credential(tenant, credential.id.clone()).await.unwrap(), Some(credential));
    assert_eq!(backend.audit_log(tenant).await[1..], [AuditRow::of(&finish.audit)]);
}

pub(crate) async fn the_longest_credential_id_is_stored(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let longest = |last: u8| CredentialId::new(&[vec![0xff; 1022], vec![last]].concat()).unwrap();
    for last in [0, 1] {
        let credential = Credential { id: longest(last), ..credential(&user, "id") };
        fixtures::register(store, tenant, credential).await;
    }
    assert_eq!(store.credential(tenant, longest(1)).await.unwrap().unwrap().id, longest(1));
    assert_eq!(store.credential(tenant, longest(2)).await.unwrap(), None);
}

pub(crate) async fn a_spent_challenge_registers_nothing(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let first = finish_registration(tenant, credential(&user, "first"));
    store.finish_registration(first.clone()).await.unwrap();
    let second =
        FinishRegistration { spend: first.spend, ..finish_registration(tenant, credential(&user, "second")) };
    let finished = store.finish_registration(second.clone()).await.unwrap();
    assert_eq!(finished, FinishedRegistration::ChallengeSpent);
    assert_eq!(store.credential(tenant, second.credential.id).await.unwrap(), None);
    assert_eq!(backend.audit_log(tenant).await[2..], [], "who repeats a request writes nothing");
}

pub(crate) async fn a_credential_id_is_registered_once_in_a_tenant(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (_, stored) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let bob = fixtures::user(store, tenant, "bob").await;
    let again = finish_registration(tenant, credential(&bob, "id"));
    let finished = store.finish_registration(again.clone()).await.unwrap();
    assert_eq!(finished, FinishedRegistration::CredentialExists);
    assert_eq!(store.credential(tenant, stored.id.clone()).await.unwrap(), Some(stored));
    let failure = again.audit.failed("credential_already_registered");
    assert_eq!(backend.audit_log(tenant).await[3..], [AuditRow::of(&failure)]);
    // The challenge is spent all the same.
    let retry = FinishRegistration { credential: credential(&bob, "another"), ..again };
    let retry = FinishRegistration { audit: audit(tenant, AuditType::RegistrationFinalSucceeded), ..retry };
    let finished = store.finish_registration(retry).await.unwrap();
    assert_eq!(finished, FinishedRegistration::ChallengeSpent);
}

pub(crate) async fn a_credential_id_may_be_registered_in_two_tenants(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (_, first) = fixtures::user_with_credential(store, one, "alice", "id").await;
    let (_, second) = fixtures::user_with_credential(store, other, "bob", "id").await;
    assert_eq!(store.credential(one, first.id.clone()).await.unwrap(), Some(first));
    assert_eq!(store.credential(other, second.id.clone()).await.unwrap(), Some(second));
}

pub(crate) async fn a_registration_for_an_unknown_user_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    // A user, but not of this tenant.
    let user = fixtures::user(store, other, "alice").await;
    let finish = finish_registration(one, credential(&user, "id"));
    let finished = store.finish_registration(finish.clone()).await.unwrap();
    assert_eq!(finished, FinishedRegistration::UnknownUser);
    assert_eq!(store.credential(one, finish.credential.id.clone()).await.unwrap(), None);
    let failure = finish.audit.failed("user_not_found");
    assert_eq!(backend.audit_log(one).await, [AuditRow::of(&failure)]);
    let retry = FinishRegistration { audit: audit(one, AuditType::RegistrationFinalSucceeded), ..finish };
    let finished = store.finish_registration(retry).await.unwrap();
    assert_eq!(finished, FinishedRegistration::ChallengeSpent);
}

pub(crate) async fn of_racing_registrations_of_one_credential_one_succeeds(backend: &impl Backend) {
    let store = backend.store();
    let tenant = fixtures::tenant(&**store, "Example").await;
    let user = fixtures::user(&**store, tenant, "alice").await;
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let store = Arc::clone(store);
            let created_at = Timestamp::from_millis(NOW.as_millis() + n);
            let credential = Credential { created_at, ..credential(&user, "id") };
            tokio::spawn(async move {
                store.finish_registration(finish_registration(tenant, credential)).await.unwrap()
            })
        })
        .collect();
    let mut registered = 0;
    for task in tasks {
        match task.await.unwrap() {
            FinishedRegistration::Registered => registered += 1,
            other => assert_eq!(other, FinishedRegistration::CredentialExists),
        }
    }
    assert_eq!(registered, 1);
}
