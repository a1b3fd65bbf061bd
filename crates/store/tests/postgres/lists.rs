//! That no list has to go through a long table from end to end.

use passgate_core::audit::{AuditFilter, AuditType};
use passgate_core::console::{Range, Store as _, UserSearch};
use passgate_core::credential::{Order, PageRequest};
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::PostgresStore;

use crate::Place;
use crate::fixtures::{self, NOW, app_id, audit, seconds, text};

#[tokio::test(flavor = "multi_thread")]
async fn every_list_is_answered_by_indexes() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "lists");
    let store = place.open().await;
    let tenant = fixtures::tenant(&store, "Example").await;
    for name in ["alice", "bob"] {
        fixtures::user_with_credential(&store, tenant, name, name).await;
    }
    store.append_audit(vec![audit(tenant, AuditType::CredentialDeleted)]).await.unwrap();
    drop(store);

    let watching = place.connection().await;
    await_others_gone(&watching).await;
    // Tables are short here: that way, they are gone through only where no index helps.
    let sql = "ALTER DATABASE lists SET enable_seqscan = off; SELECT pg_stat_reset()";
    watching.client().batch_execute(sql).await.unwrap();
    let store = place.open().await;
    ask_for_every_list(&store, tenant).await;
    drop(store);
    // Their counts are told at the latest when they go.
    await_others_gone(&watching).await;
    let sql = "SELECT relname::text, seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = ANY ($1)";
    let long = ["users", "credentials", "audit_logs", "ceremony_minutes"];
    let rows = watching.client().query(sql, &[&long.as_slice()]).await.unwrap();
    assert_eq!(rows.len(), long.len());
    for row in rows {
        let (table, gone_through, by_index): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(gone_through, 0, "{table} was gone through");
        assert!(by_index > 0, "{table} was not asked");
    }
}

async fn ask_for_every_list(store: &PostgresStore, tenant: TenantId) {
    let page = PageRequest { page: 1, per_page: 20, order: Order::Descending };
    store.credentials(tenant, None, page).await.unwrap();
    store.credentials(tenant, Some(app_id("alice")), page).await.unwrap();
    store.users(tenant, page).await.unwrap();
    store.find_users(tenant, UserSearch::All(None), 20).await.unwrap();
    store.find_users(tenant, UserSearch::BeginningWith(text("al")), 20).await.unwrap();
    store.unused_credentials(tenant, NOW + seconds(60), None, 20).await.unwrap();
    let minute = NOW.as_millis() / 60_000;
    store.insights(tenant, Range { from: minute - 1_440, to: minute, offset: 0 }).await.unwrap();
    store.first_ceremonies(tenant).await.unwrap();
    let everything = AuditFilter::default();
    let rare = AuditFilter { kinds: vec![AuditType::CredentialDeleted], ..everything.clone() };
    let of_alice = AuditFilter { user: Some(app_id("alice")), ..everything.clone() };
    for filter in [everything, rare, of_alice] {
        store.audit_log(tenant, filter.clone(), page, None, NOW).await.unwrap();
        store.audit_log_before(tenant, filter.clone(), None, 20, 100).await.unwrap();
        store.audit_log_behind(tenant, filter, None, 20).await.unwrap();
    }
}

/// Waits until nobody else is connected.
async fn await_others_gone(watching: &passgate_postgres_connection::Connection) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    loop {
        let count: i64 = watching.client().query_one(sql, &[]).await.unwrap().get(0);
        if count == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}
