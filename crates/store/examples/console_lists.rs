//! How long the console's lists take in a tenant with 50,000 users and 2,000,000 rows in its audit log, on SQLite, or on the
//! PostgreSQL database that `PASSGATE_DATABASE_URL` names, and whether any of them reads a whole table.
//!
//! `cargo run --release -p passgate-store --example console_lists`

#![expect(clippy::print_stdout, reason = "its result is for people")]
#![expect(clippy::unwrap_used, reason = "a measurement that can't be made has no result")]

#[expect(dead_code, reason = "the contract's tests use the rest")]
#[path = "../tests/contract/fixtures.rs"]
mod fixtures;

use std::time::{Duration, Instant};

use passgate_core::audit::{AuditFilter, AuditPlace, AuditType};
use passgate_core::clock::Timestamp;
use passgate_core::console::{Range, UserPlace, UserSearch};
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::user::AppUserId;
use passgate_postgres_connection::PostgresUrl;
use passgate_store::postgres::{PostgresOptions, PostgresStore};
use passgate_store::sqlite::{SqliteOptions, SqliteStore};

const USERS: u32 = 50_000;
const ROWS: u32 = 2_000_000;
/// What the first page of a list may take.
const LIMIT: Duration = Duration::from_millis(100);
const PAGE: u32 = 50;
/// How often each is asked for; the slowest counts.
const TURNS: u32 = 5;

#[tokio::main]
async fn main() {
    if let Ok(url) = std::env::var("PASSGATE_DATABASE_URL") {
        let url = PostgresUrl::parse(&url).unwrap();
        let store = PostgresStore::open(&PostgresOptions::new(url.clone())).await.unwrap();
        let tenant = fixtures::tenant(&store, "Large").await;
        let id = *tenant.as_uuid();
        let db = url.connect().await.unwrap();
        for sql in
            seeds("gen_random_uuid()", "decode(md5(n::text), 'hex')", "generate_series(1, {}) AS s (n)")
        {
            println!("{} rows", db.client().execute(&sql, &[&id]).await.unwrap());
        }
        db.client().batch_execute("ANALYZE").await.unwrap();
        measure(&store, tenant).await;
        store.delete_tenant(tenant).await.unwrap();
        return store.close().await;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("db");
    let store = SqliteStore::open(&SqliteOptions::new(&file)).unwrap();
    let tenant = fixtures::tenant(&store, "Large").await;
    let db = rusqlite::Connection::open(&file).unwrap();
    let numbers =
        "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT n FROM s)";
    for sql in seeds("randomblob(16)", "randomblob(16)", numbers) {
        println!("{} rows", db.execute(&sql.replace('$', "?"), [tenant.as_uuid().as_bytes()]).unwrap());
    }
    measure(&store, tenant).await;
    store.close().await;
}

/// Statements that fill tenant $1. Users' names and their rows are spread; one user has few rows, one type is rare.
fn seeds(uuid: &str, bytes: &str, numbers: &str) -> [String; 3] {
    let (users, rows) = (numbers.replace("{}", &USERS.to_string()), numbers.replace("{}", &ROWS.to_string()));
    [
        format!(
            "INSERT INTO users (tenant_id, id, app_user_id, name, created_at, updated_at)
             SELECT $1, {uuid}, 'user-' || n, 'person' || (n * 7919) % {USERS} || '@example.com', 1000 * n, 1000 * n
             FROM {users}"
        ),
        format!(
            "INSERT INTO credentials (
                 tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
                 backup_eligible, backup_state, created_at, updated_at, last_used_at, use_count
             )
             SELECT $1, {}, id, 'passkey', 'Phone', {}, 'none', {}, 0, '[]', {}, created_at, created_at, created_at, 1
             FROM users
             WHERE tenant_id = $1",
            bytes.replace("n::text", "id::text"),
            bytes.replace("n::text", "id::text"),
            if uuid.starts_with("gen") {
                "'00000000-0000-0000-0000-000000000000'::uuid"
            } else {
                "zeroblob(16)"
            },
            if uuid.starts_with("gen") { "true, true" } else { "1, 1" },
        ),
        format!(
            "INSERT INTO audit_logs (
                 tenant_id, created_at, id, type, meta_http_request_id, meta_source_ip, meta_user_agent, actor_user_id,
                 updated_at
             )
             SELECT $1, 100 * n, {uuid},
                    CASE WHEN n % 100000 = 0 THEN 'webauthn_credential_deleted'
                         ELSE 'webauthn_authentication_final_succeeded' END,
                    'request', '192.0.2.7', 'Mozilla/5.0', 'user-' || (n % {USERS}), 100 * n
             FROM {rows}"
        ),
    ]
}

async fn measure(store: &impl Store, tenant: TenantId) {
    let all = AuditFilter::default;
    let user = AppUserId::new("user-777").unwrap();
    let prefix = |text: &str| UserSearch::BeginningWith(fixtures::text(text));
    let middle = Timestamp::from_millis(i64::from(ROWS / 2) * 100);
    let place = AuditPlace { at: middle, id: passgate_core::ids::AuditId::new(uuid::Uuid::nil()) };
    let in_the_middle =
        UserPlace { at: Timestamp::from_millis(i64::from(USERS / 2) * 1_000), id: fixtures_user_id() };
    let mut slow = Vec::new();
    macro_rules! time {
        ($what:literal, $rows:expr, $work:expr) => {{
            let mut slowest = Duration::ZERO;
            for _ in 0..TURNS {
                let begun = Instant::now();
                let found = $work.await.unwrap();
                slowest = slowest.max(begun.elapsed());
                assert!($rows(&found), "{}: {found:?}", $what);
            }
            println!("{slowest:>10.1?}  {}", $what);
            if slowest > LIMIT {
                slow.push($what);
            }
        }};
    }
    let full = |count: usize| count == PAGE as usize;
    time!(
        "users, newest",
        |found: &Vec<_>| full(found.len()),
        store.find_users(tenant, UserSearch::All(None), PAGE)
    );
    time!(
        "users, from the middle on",
        |found: &Vec<_>| full(found.len()),
        store.find_users(tenant, UserSearch::All(Some(in_the_middle)), PAGE)
    );
    time!(
        "users, by the beginning of the id",
        |found: &Vec<_>| !found.is_empty(),
        store.find_users(tenant, prefix("user-49"), PAGE)
    );
    time!(
        "users, by the beginning of the name",
        |found: &Vec<_>| !found.is_empty(),
        store.find_users(tenant, prefix("person777"), PAGE)
    );
    time!(
        "users, by what nobody has",
        |found: &Vec<_>| found.is_empty(),
        store.find_users(tenant, prefix("nobody"), PAGE)
    );
    time!(
        "audit log, newest",
        |found: &Vec<_>| full(found.len()),
        store.audit_log_before(tenant, all(), None, PAGE)
    );
    time!(
        "audit log, from the middle on",
        |found: &Vec<_>| full(found.len()),
        store.audit_log_before(tenant, all(), Some(place), PAGE)
    );
    time!(
        "audit log, a user's timeline",
        |found: &Vec<_>| found.len() == (ROWS / USERS) as usize,
        store.audit_log_before(tenant, AuditFilter { user: Some(user.clone()), ..all() }, None, PAGE)
    );
    time!(
        "audit log, behind a moment (live)",
        |found: &Vec<_>| full(found.len()),
        store.audit_log_behind(tenant, all(), Some(place), PAGE)
    );
    time!(
        "audit log, a rare type (reads until it has a page)",
        |found: &Vec<_>| !found.is_empty(),
        store.audit_log_before(
            tenant,
            AuditFilter { kinds: vec![AuditType::CredentialDeleted], ..all() },
            None,
            PAGE
        )
    );
    time!(
        "stale passkeys",
        |found: &Vec<_>| full(found.len()),
        store.unused_credentials(tenant, middle, None, PAGE)
    );
    time!(
        "insights of the passkeys there are",
        |_: &_| true,
        store.insights(tenant, Range { from: 0, to: 527_040, offset: 0 })
    );
    println!("over {LIMIT:?}: {slow:?}");
}

fn fixtures_user_id() -> passgate_core::ids::UserId {
    passgate_core::ids::UserId::new(uuid::Uuid::nil())
}
