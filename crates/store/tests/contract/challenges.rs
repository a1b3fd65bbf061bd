use std::time::Duration;

use passgate_core::store::{ChallengeSpend, FinishLogin, FinishedLogin, Store};

use crate::backend::{AuditRow, Backend};
use crate::fixtures::{self, NOW, challenge_until, fail_login, finish_login, seconds};

/// Whether a challenge is refused, which spends it if it isn't.
async fn is_refused(backend: &impl Backend, spend: ChallengeSpend) -> bool {
    let user = fixtures::begin_registration(
        spend.tenant_id,
        "nobody",
        passgate_core::credential::CredentialKind::Passkey,
    );
    let user = passgate_core::user::User {
        id: user.new_user_id,
        app_id: user.profile.app_id,
        handles: vec![user.new_handle],
    };
    let credential = fixtures::credential(&user, "unknown");
    let login = FinishLogin { spend, ..finish_login(spend.tenant_id, &credential) };
    match backend.store().finish_login(login).await.unwrap() {
        FinishedLogin::ChallengeSpent => true,
        FinishedLogin::CredentialGone => false,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_failed_ceremony_spends_its_challenge_and_is_kept(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let failure = fail_login(fixtures::challenge(tenant));
    store.fail_ceremony(failure.clone()).await.unwrap();
    assert_eq!(backend.audit_log(tenant).await, [AuditRow::of(&failure.audit)]);
    assert!(is_refused(backend, failure.spend).await);
    // Who repeats a request writes nothing.
    store.fail_ceremony(fail_login(failure.spend)).await.unwrap();
    assert_eq!(backend.audit_log(tenant).await, [AuditRow::of(&failure.audit)]);
}

pub(crate) async fn a_challenge_is_spent_in_its_own_tenant_only(backend: &impl Backend) {
    let store = &**backend.store();
    let (one, other) = (fixtures::tenant(store, "One").await, fixtures::tenant(store, "Other").await);
    let spend = fixtures::challenge(one);
    store.fail_ceremony(fail_login(spend)).await.unwrap();
    assert!(!is_refused(backend, ChallengeSpend { tenant_id: other, ..spend }).await);
    assert!(is_refused(backend, spend).await);
}

pub(crate) async fn the_purge_forgets_what_has_expired_and_refuses_it(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let just_before = NOW - Duration::from_millis(1);
    let old = challenge_until(tenant, NOW - seconds(60));
    let last = challenge_until(tenant, just_before);
    let (edge, young) = (challenge_until(tenant, NOW), challenge_until(tenant, NOW + seconds(60)));
    for spend in [old, last, edge, young] {
        store.fail_ceremony(fail_login(spend)).await.unwrap();
    }
    assert_eq!(store.purge_spent_challenges(NOW).await.unwrap(), 2);
    assert_eq!(backend.rows_of(tenant).await["spent_challenges"], 2);
    for spend in [old, last, edge, young] {
        assert!(is_refused(backend, spend).await, "{spend:?}");
    }
    // Never spent, but whether it was can't be told any more.
    assert!(is_refused(backend, challenge_until(tenant, just_before)).await);
    assert!(!is_refused(backend, challenge_until(tenant, NOW)).await);
}

pub(crate) async fn the_purge_never_goes_back(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    for expiry in [NOW - seconds(90), NOW - seconds(30)] {
        store.fail_ceremony(fail_login(challenge_until(tenant, expiry))).await.unwrap();
    }
    assert_eq!(store.purge_spent_challenges(NOW).await.unwrap(), 2);
    assert_eq!(store.purge_spent_challenges(NOW - seconds(60)).await.unwrap(), 0);
    assert!(is_refused(backend, challenge_until(tenant, NOW - seconds(30))).await);
    assert!(!is_refused(backend, challenge_until(tenant, NOW)).await);
}

/// A clock that was far ahead for a moment must not have everything refused until time has caught up.
pub(crate) async fn the_purge_goes_only_as_far_as_something_was_forgotten(backend: &impl Backend) {
    let store = &**backend.store();
    let tenant = fixtures::tenant(store, "Example").await;
    let spent = challenge_until(tenant, NOW + seconds(60));
    store.fail_ceremony(fail_login(spent)).await.unwrap();
    assert_eq!(store.purge_spent_challenges(NOW + seconds(86_400)).await.unwrap(), 1);
    assert!(is_refused(backend, spent).await);
    assert!(!is_refused(backend, challenge_until(tenant, NOW + seconds(61))).await);
}
