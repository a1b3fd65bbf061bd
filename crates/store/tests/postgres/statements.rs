//! How many round trips the ends of ceremonies take, and what the statements of a purge wait for.

use std::sync::Arc;

use passgate_core::store::{FinishLogin, FinishedLogin, Store};
use passgate_postgres_fixture::PostgresServer;

use crate::Place;
use crate::fixtures::{self, NOW, seconds};

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_ceremony_is_one_read_and_one_write() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "statements");
    let store = place.open().await;
    let tenant = fixtures::tenant(&store, "Example").await;
    let user = fixtures::user(&store, tenant, "alice").await;
    let credential = fixtures::credential(&user, "id");

    let before = store.statements();
    store.user(tenant, user.id).await.unwrap();
    fixtures::register(&store, tenant, credential.clone()).await;
    assert_eq!(store.statements() - before, 2, "of a registration");

    let before = store.statements();
    store.login_credential(tenant, credential.id.clone()).await.unwrap();
    store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
    assert_eq!(store.statements() - before, 2, "of a login");

    let begin = fixtures::begin_transaction(tenant, "alice", "t1");
    store.begin_transaction(begin.clone()).await.unwrap();
    let before = store.statements();
    store.transaction_credential(tenant, credential.id.clone(), begin.nonce).await.unwrap();
    let finish = fixtures::finish_transaction(tenant, &credential, &fixtures::pending(&begin, &user));
    store.finish_login(finish).await.unwrap();
    assert_eq!(store.statements() - before, 3, "of a confirmation, whose two reads are sent at once");
}

/// A statement that began before the purge's mark moved must not spend what the purge forgets.
#[tokio::test(flavor = "multi_thread")]
async fn the_purge_waits_for_whoever_may_still_spend_and_later_ones_see_its_mark() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "purge");
    let store = Arc::new(place.open().await);
    let tenant = fixtures::tenant(&*store, "Example").await;
    let (_, credential) = fixtures::user_with_credential(&*store, tenant, "alice", "id").await;
    let spent = fixtures::challenge_until(tenant, NOW - seconds(60));
    store.fail_ceremony(fixtures::fail_login(spent)).await.unwrap();

    // Somebody in the middle of spending another.
    let mut other = place.connection().await;
    let spending = other.client_mut().transaction().await.unwrap();
    spending.batch_execute("LOCK TABLE spent_challenges IN ROW EXCLUSIVE MODE").await.unwrap();
    let purging = Arc::clone(&store);
    let purge = tokio::spawn(async move { purging.purge_spent_challenges(NOW).await.unwrap() });
    await_lock_waits(&place, 1).await;
    // It comes after the purge, and is behind it in the queue.
    let again = FinishLogin { spend: spent, ..fixtures::finish_login(tenant, &credential) };
    let spender = Arc::clone(&store);
    let login = tokio::spawn(async move { spender.finish_login(again).await.unwrap() });
    await_lock_waits(&place, 2).await;
    assert!(!purge.is_finished());
    spending.commit().await.unwrap();

    assert_eq!(purge.await.unwrap(), 1);
    assert_eq!(login.await.unwrap(), FinishedLogin::ChallengeSpent);
}

/// Waits until that many wait for a lock.
async fn await_lock_waits(place: &Place, waits: i64) {
    let watching = place.connection().await;
    let sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'spent_challenges'::regclass";
    loop {
        let count: i64 = watching.client().query_one(sql, &[]).await.unwrap().get(0);
        if count == waits {
            return;
        }
        tokio::task::yield_now().await;
    }
}
