use std::sync::Arc;

use passgate_core::audit::AuditType;
use passgate_core::config::DeviationPolicy;
use passgate_core::credential::{Accepts, Credential, CredentialKind, CredentialLookup};
use passgate_core::ids::{CredentialId, TenantId};
use passgate_core::store::{
    BeginLogin, BeginRegistration, BeginTransaction, BegunLogin, BegunTransaction, Changed, FinishLogin,
    FinishRegistration, FinishedLogin, FinishedRegistration, Store, StoreError,
};

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{self, NOW, audit, begin_login, credential, describe, finish_login, seconds};

pub(crate) async fn a_login_of_a_named_user_allows_the_users_credentials(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, first) = fixtures::user_with_credential(store, tenant, "alice", "first").await;
    fixtures::user_with_credential(store, tenant, "bob", "of another user").await;
    let second = Credential { created_at: NOW + seconds(1), ..credential(&user, "second") };
    fixtures::register(store, tenant, second.clone()).await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa.clone()).await;
    let before = backend.audit_log(tenant).await.len();
    let begin = begin_login(tenant, "alice");
    let expected = BegunLogin::Begun(user.clone(), vec![describe(&second), describe(&first)]);
    assert_eq!(store.begin_login(begin.clone()).await.unwrap(), expected);
    // A second factor may be a passkey too.
    let audit = audit(tenant, AuditType::MfaAuthenticationInitSucceeded);
    let begin_mfa = BeginLogin { accepts: Accepts::Both, audit, ..begin_login(tenant, "alice") };
    let expected = BegunLogin::Begun(user, vec![describe(&second), describe(&mfa), describe(&first)]);
    assert_eq!(store.begin_login(begin_mfa.clone()).await.unwrap(), expected);
    let log = backend.audit_log(tenant).await;
    assert_eq!(log[before..], [AuditRow::of(&begin.audit), AuditRow::of(&begin_mfa.audit)]);
}

pub(crate) async fn a_login_of_one_named_credential_allows_that_alone(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, first) = fixtures::user_with_credential(store, tenant, "alice", "first").await;
    fixtures::user_with_credential(store, tenant, "bob", "of another user").await;
    let second = Credential { created_at: NOW + seconds(1), ..credential(&user, "second") };
    fixtures::register(store, tenant, second).await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa.clone()).await;
    let other = fixtures::tenant(store, "Other").await;
    fixtures::user_with_credential(store, other, "alice", "of another tenant").await;
    let begin = |id: &str, accepts| BeginLogin {
        only: Some(CredentialId::new(id.as_bytes()).unwrap()),
        accepts,
        ..begin_login(tenant, "alice")
    };
    for (id, accepts, allowed) in [("first", Accepts::Passkeys, &first), ("mfa", Accepts::Both, &mfa)] {
        let expected = BegunLogin::Begun(user.clone(), vec![describe(allowed)]);
        assert_eq!(store.begin_login(begin(id, accepts)).await.unwrap(), expected);
    }
    let begin_transaction = BeginTransaction {
        only: Some(first.id.clone()),
        ..fixtures::begin_transaction(tenant, "alice", "t1")
    };
    let expected = BegunTransaction::Begun(user, vec![describe(&first)]);
    assert_eq!(store.begin_transaction(begin_transaction).await.unwrap(), expected);
    let before = backend.audit_log(tenant).await.len();
    let refused = ["mfa", "of another user", "of another tenant", "unheard of"];
    for id in refused {
        let begin = begin(id, Accepts::Passkeys);
        assert_eq!(store.begin_login(begin).await.unwrap(), BegunLogin::NoCredentials, "{id}");
    }
    let log = backend.audit_log(tenant).await;
    assert_eq!(
        log[before..].iter().map(|row| row.error.as_deref()).collect::<Vec<_>>(),
        [Some("no_credentials"); 4]
    );
}

pub(crate) async fn a_login_of_an_unknown_user_is_kept_as_a_failure(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    fixtures::user_with_credential(store, other, "alice", "id").await;
    let begin = begin_login(one, "alice");
    assert_eq!(store.begin_login(begin.clone()).await.unwrap(), BegunLogin::UnknownUser);
    let failure = begin.audit.failed("user_not_found");
    assert_eq!(backend.audit_log(one).await, [AuditRow::of(&failure)]);
}

pub(crate) async fn a_login_of_a_user_without_credentials_is_kept_as_a_failure(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let mfa = Credential { kind: CredentialKind::Mfa, ..credential(&user, "mfa") };
    fixtures::register(store, tenant, mfa).await;
    let begin = begin_login(tenant, "alice");
    assert_eq!(store.begin_login(begin.clone()).await.unwrap(), BegunLogin::NoCredentials);
    let failure = begin.audit.failed("no_credentials");
    assert_eq!(backend.audit_log(tenant).await[2..], [AuditRow::of(&failure)]);
}

pub(crate) async fn a_known_credential_comes_with_its_user(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (user, credential) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    fixtures::user_with_credential(store, tenant, "bob", "another").await;
    let found = store.login_credential(tenant, credential.id.clone()).await.unwrap();
    assert_eq!(found, CredentialLookup::Known(Arc::new(fixtures::known(&credential, user.handles))));
    let unknown = store.login_credential(tenant, fixtures::credential_id("unknown")).await.unwrap();
    assert_eq!(unknown, CredentialLookup::Unknown);
}

pub(crate) async fn a_credential_is_looked_up_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (user, credential) = fixtures::user_with_credential(store, one, "alice", "id").await;
    let lookup = async |tenant| store.login_credential(tenant, fixtures::credential_id("id")).await.unwrap();
    assert_eq!(lookup(other).await, CredentialLookup::Unknown);
    let (bob, bobs) = fixtures::user_with_credential(store, other, "bob", "id").await;
    let known = |credential: Credential, user: passgate_core::user::User| {
        CredentialLookup::Known(Arc::new(fixtures::known(&credential, user.handles)))
    };
    assert_eq!(lookup(other).await, known(bobs, bob));
    assert_eq!(lookup(one).await, known(credential, user));
    delete(store, one, "id").await;
    assert!(matches!(lookup(other).await, CredentialLookup::Known(_)));
    delete(store, other, "id").await;
    assert_eq!(lookup(other).await, CredentialLookup::Revoked);
    let third = fixtures::tenant(store, "Third").await;
    assert_eq!(lookup(third).await, CredentialLookup::Unknown);
}

pub(crate) async fn a_login_stays_in_its_tenant_even_where_all_ids_are_the_same(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let (alice, credential) = fixtures::user_with_credential(store, one, "alice", "id").await;
    let begin = fixtures::begin_registration(other, "alice", CredentialKind::Passkey);
    let begin = BeginRegistration { new_user_id: alice.id, ..begin };
    let namesake = store.begin_registration(begin).await.unwrap().user;
    assert_ne!(namesake.handles, alice.handles);
    fixtures::register(store, other, credential.clone()).await;
    store.finish_login(finish_login(one, &credential)).await.unwrap();
    let stored = store.credential(other, credential.id.clone()).await.unwrap().unwrap();
    let untouched = Credential { user_id: namesake.id, app_user_id: namesake.app_id.clone(), ..credential };
    assert_eq!(stored, untouched);
    let found = store.login_credential(other, stored.id.clone()).await.unwrap();
    assert_eq!(found, CredentialLookup::Known(Arc::new(fixtures::known(&stored, namesake.handles))));
}

pub(crate) async fn a_deleted_credential_is_revoked(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (_, credential) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    delete(store, tenant, "id").await;
    let found = store.login_credential(tenant, credential.id).await.unwrap();
    assert_eq!(found, CredentialLookup::Revoked);
}

async fn delete(store: &impl Store, tenant: TenantId, id: &str) {
    let change = fixtures::change(tenant, id, AuditType::CredentialDeleted);
    assert_eq!(store.delete_credential(change).await.unwrap(), Changed::Done);
}

const LOGGED_IN: FinishedLogin = FinishedLogin::LoggedIn { counter_warning: false };

pub(crate) async fn a_login_updates_the_credential(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let (_, registered) = fixtures::user_with_credential(store, tenant, "alice", "id").await;
    let (_, another) = fixtures::user_with_credential(store, tenant, "bob", "another").await;
    let before = backend.audit_log(tenant).await.len();
    let mut finish = FinishLogin { backup_state: true, ..finish_login(tenant, &registered) };
    "Another browser".clone_into(&mut finish.audit.origin.user_agent);
    assert_eq!(store.finish_login(finish.clone()).await.unwrap(), LOGGED_IN);
    let used = Credential {
        backup_state: true,
        last_used_at: NOW + seconds(60),
        use_count: 1,
        last_user_agent: "Another browser".to_owned(),
        ..registered
    };
    assert_eq!(store.credential(tenant, used.id.clone()).await.unwrap(), Some(used));
    assert_eq!(store.credential(tenant, another.id.clone()).await.unwrap(), Some(another));
    assert_eq!(backend.audit_log(tenant).await[before..], [AuditRow::of(&finish.audit)]);
}

/// A tenant with a user whose credential has come to that counter.
/// Ids that an authenticator, or an attacker, chose so that they begin alike.
pub(crate) async fn credentials_whose_ids_begin_alike_are_told_apart(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let mut all = Vec::new();
    for user in ["alice", "bob", "carol"] {
        all.push(fixtures::user_with_credential(store, tenant, user, &format!("all alike, {user}'s")).await);
    }
    let lookup = async |id: &CredentialId| store.login_credential(tenant, id.clone()).await.unwrap();
    for (user, credential) in &all {
        let known = fixtures::known(credential, user.handles.clone());
        assert_eq!(lookup(&credential.id).await, CredentialLookup::Known(Arc::new(known)));
        // The first time and again, in another week and in the same.
        for use_count in 1..=3 {
            let weeks_later = seconds(60 + 8 * 86_400 * u64::from(use_count > 1));
            let finish = FinishLogin { now: NOW + weeks_later, ..finish_login(tenant, credential) };
            assert_eq!(store.finish_login(finish).await.unwrap(), LOGGED_IN);
            let stored = store.credential(tenant, credential.id.clone()).await.unwrap().unwrap();
            let used = Credential { last_used_at: NOW + weeks_later, use_count, ..credential.clone() };
            assert_eq!(stored, used);
        }
        let again = fixtures::finish_registration(tenant, credential.clone());
        assert_eq!(store.finish_registration(again).await.unwrap(), FinishedRegistration::CredentialExists);
    }
    let (_, alices) = &all[0];
    let begin_alike = fixtures::credential_id("all alike, nobody's");
    assert_eq!(lookup(&begin_alike).await, CredentialLookup::Unknown);
    assert_gone(backend, finish_login(tenant, &Credential { id: begin_alike, ..alices.clone() })).await;
    // Whatever became of the first, the others stay where they are, and another can come in its place.
    delete(store, tenant, "all alike, alice's").await;
    let again = Credential { id: fixtures::credential_id("all alike, alice's second"), ..alices.clone() };
    fixtures::register(store, tenant, again.clone()).await;
    assert_eq!(lookup(&alices.id).await, CredentialLookup::Revoked);
    for id in [&again.id, &all[1].1.id, &all[2].1.id] {
        let CredentialLookup::Known(known) = lookup(id).await else { panic!("{id}") };
        assert_eq!(known.id, *id);
    }
}

async fn counted(backend: &impl Backend, sign_count: u32) -> (TenantId, Credential) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let user = fixtures::user(store, tenant, "alice").await;
    let credential = Credential { sign_count, ..credential(&user, "id") };
    fixtures::register(store, tenant, credential.clone()).await;
    (tenant, credential)
}

pub(crate) async fn a_counter_that_did_not_grow_is_refused_where_the_tenant_is_strict(
    backend: &impl Backend,
) {
    let store = backend.store();
    let (tenant, credential) = counted(backend, 7).await;
    for sign_count in [7, 6, 0] {
        let before = backend.audit_log(tenant).await.len();
        let finish = FinishLogin { sign_count, backup_state: true, ..finish_login(tenant, &credential) };
        assert_eq!(store.finish_login(finish.clone()).await.unwrap(), FinishedLogin::CounterRollback);
        let failure = finish.audit.failed("counter_rollback");
        assert_eq!(backend.audit_log(tenant).await[before..], [AuditRow::of(&failure)]);
        assert_eq!(store.credential(tenant, credential.id.clone()).await.unwrap(), Some(credential.clone()));
        let retry = FinishLogin {
            sign_count: 8,
            audit: audit(tenant, AuditType::AuthenticationFinalSucceeded),
            ..finish
        };
        assert_eq!(store.finish_login(retry).await.unwrap(), FinishedLogin::ChallengeSpent);
    }
}

pub(crate) async fn a_counter_that_did_not_grow_passes_where_the_tenant_warns(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, credential) = counted(backend, 7).await;
    for sign_count in [7, 6, 0] {
        let finish = finish_login(tenant, &credential);
        let finish = FinishLogin { sign_count, counter_policy: DeviationPolicy::Warn, ..finish };
        let finished = store.finish_login(finish).await.unwrap();
        assert_eq!(finished, FinishedLogin::LoggedIn { counter_warning: true });
        let stored = store.credential(tenant, credential.id.clone()).await.unwrap().unwrap();
        assert_eq!(stored.sign_count, 7, "the higher count is not forgotten");
    }
}

pub(crate) async fn a_growing_counter_is_stored(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    for (used, sign_count) in [0, 1, 7, u32::MAX].into_iter().enumerate() {
        let finish = FinishLogin { sign_count, ..finish_login(tenant, &credential) };
        assert_eq!(store.finish_login(finish).await.unwrap(), LOGGED_IN);
        let stored = store.credential(tenant, credential.id.clone()).await.unwrap().unwrap();
        assert_eq!((stored.sign_count, stored.use_count), (sign_count, used as u64 + 1));
    }
}

pub(crate) async fn a_login_with_a_spent_challenge_changes_nothing(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    let first = finish_login(tenant, &credential);
    store.finish_login(first.clone()).await.unwrap();
    let used = store.credential(tenant, credential.id.clone()).await.unwrap();
    let before = backend.audit_log(tenant).await.len();
    let again = FinishLogin { spend: first.spend, sign_count: 9, ..finish_login(tenant, &credential) };
    assert_eq!(store.finish_login(again.clone()).await.unwrap(), FinishedLogin::ChallengeSpent);
    assert_eq!(store.credential(tenant, credential.id).await.unwrap(), used);
    assert_eq!(backend.audit_log(tenant).await[before..], [], "who repeats a request writes nothing");
}

/// Asserts that a login is refused because its credential is gone, that the failure is kept, and the challenge
/// spent.
async fn assert_gone(backend: &impl Backend, finish: FinishLogin) {
    let (store, tenant) = (backend.store(), finish.spend.tenant_id);
    let before = backend.audit_log(tenant).await.len();
    assert_eq!(store.finish_login(finish.clone()).await.unwrap(), FinishedLogin::CredentialGone);
    let failure = finish.audit.failed("credential_revoked");
    assert_eq!(backend.audit_log(tenant).await[before..], [AuditRow::of(&failure)]);
    let retry = FinishLogin { audit: audit(tenant, AuditType::AuthenticationFinalSucceeded), ..finish };
    assert_eq!(store.finish_login(retry).await.unwrap(), FinishedLogin::ChallengeSpent);
}

pub(crate) async fn a_login_with_a_deleted_credential_is_refused(backend: &impl Backend) {
    let (tenant, credential) = counted(backend, 0).await;
    delete(&**backend.store(), tenant, "id").await;
    assert_gone(backend, finish_login(tenant, &credential)).await;
}

pub(crate) async fn a_login_with_another_users_credential_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    let bob = fixtures::user(store, tenant, "bob").await;
    let bobs = Credential { user_id: bob.id, ..credential.clone() };
    assert_gone(backend, finish_login(tenant, &bobs)).await;
    assert_eq!(store.credential(tenant, credential.id.clone()).await.unwrap(), Some(credential));
}

pub(crate) async fn a_login_that_was_verified_by_another_registration_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    store.finish_login(finish_login(tenant, &credential)).await.unwrap();
    let used = store.credential(tenant, credential.id.clone()).await.unwrap();
    let old_key = Credential { public_key: b"another key".to_vec(), ..credential.clone() };
    assert_gone(backend, finish_login(tenant, &old_key)).await;
    let old_kind = Credential { kind: CredentialKind::Mfa, ..credential.clone() };
    assert_gone(backend, finish_login(tenant, &old_kind)).await;
    assert_eq!(store.credential(tenant, credential.id).await.unwrap(), used);
}

pub(crate) async fn a_login_with_another_tenants_credential_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    let other = fixtures::tenant(store, "Other").await;
    assert_gone(backend, finish_login(other, &credential)).await;
    assert_eq!(store.credential(tenant, credential.id.clone()).await.unwrap(), Some(credential));
}

pub(crate) async fn of_two_hundred_racing_logins_with_one_challenge_one_succeeds(backend: &impl Backend) {
    let (tenant, credential) = counted(backend, 0).await;
    let finish = finish_login(tenant, &credential);
    let logins = (0..200).map(|_| FinishLogin { spend: finish.spend, ..finish_login(tenant, &credential) });
    assert_eq!(race(backend, logins, FinishedLogin::ChallengeSpent).await, 1);
    let stored = backend.store().credential(tenant, credential.id).await.unwrap().unwrap();
    assert_eq!(stored.use_count, 1);
    let log = backend.audit_log(tenant).await;
    let finals = log.iter().filter(|row| row.kind.starts_with("webauthn_authentication_final")).count();
    assert_eq!(finals, 1, "who repeats a request writes nothing");
}

pub(crate) async fn of_racing_logins_with_one_counter_value_one_succeeds(backend: &impl Backend) {
    let (tenant, credential) = counted(backend, 7).await;
    let logins = (0..50).map(|_| FinishLogin { sign_count: 8, ..finish_login(tenant, &credential) });
    assert_eq!(race(backend, logins, FinishedLogin::CounterRollback).await, 1);
}

/// Runs logins at once, asserts that all that fail fail like that, and counts those that succeed.
async fn race(
    backend: &impl Backend,
    logins: impl Iterator<Item = FinishLogin>,
    failure: FinishedLogin,
) -> usize {
    let tasks: Vec<_> = logins
        .map(|login| {
            let store = Arc::clone(backend.store());
            tokio::spawn(async move { store.finish_login(login).await.unwrap() })
        })
        .collect();
    let mut succeeded = 0;
    for task in tasks {
        match task.await.unwrap() {
            FinishedLogin::LoggedIn { counter_warning: false } => succeeded += 1,
            other => assert_eq!(other, failure),
        }
    }
    succeeded
}

pub(crate) async fn a_login_in_a_deleted_tenant_is_refused(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    store.delete_tenant(tenant).await.unwrap();
    let finished = store.finish_login(finish_login(tenant, &credential)).await.unwrap();
    assert_eq!(finished, FinishedLogin::CredentialGone);
    assert_eq!(backend.audit_log(tenant).await, []);
}

pub(crate) async fn a_failure_is_that_of_its_own_ceremony(backend: &impl Backend) {
    let store = &**backend.store();
    let (tenant, stored) = counted(backend, 7).await;
    let before = backend.audit_log(tenant).await.len();
    let audit = |kind| audit(tenant, kind);
    let begin = begin_login(tenant, "nobody");
    let begin = BeginLogin { audit: audit(AuditType::MfaAuthenticationInitSucceeded), ..begin };
    store.begin_login(begin).await.unwrap();
    let finish = finish_login(tenant, &stored);
    let finish = FinishLogin { audit: audit(AuditType::MfaAuthenticationFinalSucceeded), ..finish };
    store.finish_login(finish).await.unwrap();
    let finish = fixtures::finish_registration(tenant, stored);
    let finish = FinishRegistration { audit: audit(AuditType::MfaRegistrationFinalSucceeded), ..finish };
    store.finish_registration(finish).await.unwrap();
    let log = backend.audit_log(tenant).await;
    let gist: Vec<_> = log[before..].iter().map(|row| (row.kind.as_str(), row.error.as_deref())).collect();
    let expected = [
        ("mfa_authentication_init_failed", Some("user_not_found")),
        ("mfa_authentication_final_failed", Some("counter_rollback")),
        ("mfa_registration_final_failed", Some("credential_already_registered")),
    ];
    assert_eq!(gist, expected);
}

pub(crate) async fn a_corrupt_credential_is_named(backend: &impl Backend) {
    let store = backend.store();
    let (tenant, credential) = counted(backend, 0).await;
    let expected = |column: &str| {
        format!("corrupt row in table credentials, column {column}, row tenant {tenant}, x'6964'")
    };
    backend.execute("UPDATE credentials SET sign_count = -1").await;
    let write = store.finish_login(finish_login(tenant, &credential)).await.unwrap_err();
    assert_eq!(write.to_string(), expected("sign_count"));
    assert!(matches!(write, StoreError::CorruptRow { .. }));
    backend.execute("UPDATE credentials SET kind = 'unheard of'").await;
    let read = store.login_credential(tenant, credential.id.clone()).await.unwrap_err();
    assert_eq!(read.to_string(), expected("kind"));
}
