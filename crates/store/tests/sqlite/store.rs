//! What the store does beside its trait, and how SQLite goes about the trait's statements.

use std::time::Duration;

use passgate_core::store::{Changed, Store};
use passgate_store::sqlite::{SqliteOptions, SqliteStore};

use crate::Place;
use crate::fixtures::{self, NOW};

#[tokio::test]
async fn statements_are_counted_if_asked_for() {
    let place = Place::new();
    let store = SqliteStore::open(&SqliteOptions { count_statements: true, ..place.options() }).unwrap();
    let tenant = fixtures::tenant(&store, "Example").await;
    let (_, credential) = fixtures::user_with_credential(&store, tenant, "alice", "id").await;
    store.login_credential(tenant, credential.id.clone()).await.unwrap();
    let before = store.statements();
    assert!(before > 0);
    assert_eq!(store.statements(), before);
    store.login_credential(tenant, credential.id.clone()).await.unwrap();
    assert_eq!(store.statements(), before + 1, "the read of a login's end is one statement");
    let login = async || {
        let before = store.statements();
        store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
        store.statements() - before
    };
    assert_eq!(login().await, 9, "the first one is news, which an endpoint may want to hear of");
    // BEGIN; the challenge, the credential, the row of the log, and whether that comes late; COMMIT.
    assert_eq!(login().await, 6);
}

#[tokio::test]
async fn a_transaction_costs_three_statements_more_than_a_login() {
    let place = Place::new();
    let store = SqliteStore::open(&SqliteOptions { count_statements: true, ..place.options() }).unwrap();
    let tenant = fixtures::tenant(&store, "Example").await;
    let (user, credential) = fixtures::user_with_credential(&store, tenant, "alice", "id").await;
    store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
    let begin = fixtures::begin_transaction(tenant, "alice", "t1");
    store.begin_transaction(begin.clone()).await.unwrap();
    // The first read makes its connection.
    let read =
        async || store.transaction_credential(tenant, credential.id.clone(), begin.nonce).await.unwrap();
    read().await;
    let before = store.statements();
    read().await;
    assert_eq!(store.statements() - before, 2, "the read of a transaction's end");
    let finish = fixtures::finish_transaction(tenant, &credential, &fixtures::pending(&begin, &user));
    store.finish_login(finish).await.unwrap();
    assert_eq!(
        store.statements() - before - 2,
        6 + 3,
        "its write, and whether an endpoint wants to hear of it"
    );
}

#[tokio::test]
async fn statements_are_not_counted_otherwise() {
    let store = Place::new().open();
    fixtures::tenant(&store, "Example").await;
    assert_eq!(store.statements(), 0);
}

#[tokio::test]
async fn a_version_that_did_not_change_is_not_read_again() {
    let place = Place::new();
    let store = SqliteStore::open(&SqliteOptions { count_statements: true, ..place.options() }).unwrap();
    fixtures::tenant(&store, "Example").await;
    store.version().await.unwrap();
    let before = store.statements();
    store.version().await.unwrap();
    // PRAGMA data_version alone.
    assert_eq!(store.statements(), before + 1);
}

#[tokio::test]
async fn a_long_purge_is_done_in_several_commits() {
    let place = Place::new();
    let store = place.open();
    place
        .connection()
        .execute_batch(&format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 12000)
             INSERT INTO spent_challenges (expires_at, nonce, tenant_id)
             SELECT {} + n / 100, randomblob(16), randomblob(16)
             FROM numbers",
            (NOW - Duration::from_mins(1)).as_millis()
        ))
        .unwrap();
    let before = store.writer_counts().commits;
    assert_eq!(store.purge_spent_challenges(NOW).await.unwrap(), 12_000);
    assert_eq!(store.writer_counts().commits - before, 3);
    assert_eq!(store.purge_spent_challenges(NOW).await.unwrap(), 0);
}

#[tokio::test]
async fn a_large_tenant_is_deleted_in_several_commits() {
    let place = Place::new();
    let store = place.open();
    let tenant = fixtures::tenant(&store, "Large").await;
    let db = place.connection();
    let rows = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)";
    db.execute_batch(&format!(
        "{rows} INSERT INTO users (tenant_id, id, app_user_id, name, created_at, updated_at)
         SELECT tenants.id, randomblob(16), n, '', 1, 1 FROM tenants, numbers;
         {rows} INSERT INTO audit_logs (
             tenant_id, created_at, id, type, meta_http_request_id, meta_source_ip, meta_user_agent, updated_at
         )
         SELECT tenants.id, n, randomblob(16), '', '', '', '', n FROM tenants, numbers"
    ))
    .unwrap();
    let before = store.writer_counts().commits;
    assert_eq!(store.delete_tenant(tenant).await.unwrap(), Changed::Done);
    // Three for 2,500 users, as many for the rows of the log, one to see that there is nothing of what else may be much,
    // twice, and one for the tenant.
    assert_eq!(store.writer_counts().commits - before, 9);
    for table in ["users", "audit_logs", "tenants"] {
        let left: i64 = db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
}
