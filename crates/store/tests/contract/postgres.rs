//! The contract's databases on PostgreSQL, all of one server. To make one takes half a second, so each is emptied for
//! the next test.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

use passgate_core::audit::RequestOrigin;
use passgate_core::ids::{AuditId, CredentialId, TenantId};
use passgate_postgres_connection::{Connection, PostgresUrl};
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::{PostgresOptions, PostgresStore};
use tokio::runtime::{Builder, Runtime};

use crate::backend::{AuditRow, Backend};

/// How many tests run at once: they mostly wait for the server.
const AT_ONCE: usize = 4;

/// Runs those tests only whose names have this in them.
const FILTER: &str = "PASSGATE_CONTRACT_FILTER";

/// A test by its name.
pub(crate) type Test = (&'static str, fn(&Runtime));

/// Gone with the process.
static SERVER: LazyLock<PostgresServer> = LazyLock::new(PostgresServer::start);

/// Databases that no test uses just now.
static FREE: Mutex<Vec<(Layout, String)>> = Mutex::new(Vec::new());

static MADE: AtomicUsize = AtomicUsize::new(0);

/// How tables lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// As the migrations make them.
    Plain,
    /// Each in parts by the hash of its tenant, as somebody may lay them out who outgrows one disk.
    Partitioned,
}

/// Into how many parts.
const PARTS: u32 = 4;

/// Makes a database what it was when it was new.
const EMPTY: &str = "
    DELETE FROM console;
    DELETE FROM console_links;
    DELETE FROM organizations;
    DELETE FROM operators;
    DELETE FROM activities;
    DELETE FROM tenants;
    DELETE FROM admin_tokens;
    DELETE FROM metadata;
    DELETE FROM spent_challenges;
    UPDATE version SET value = 1;
    UPDATE spent_challenges_purge SET expired_before = 0";

/// Runs tests, several at once, and fails if one of them does.
pub(crate) fn run(tests: &[Test]) {
    let filter = std::env::var(FILTER).unwrap_or_default();
    let waiting: Mutex<Vec<Test>> =
        Mutex::new(tests.iter().filter(|(name, _)| name.contains(&filter)).copied().collect());
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, test)) = { waiting.lock().unwrap().pop() } {
                    // A thread of its own, so that a panic is reported with the test's name.
                    let thread = thread::Builder::new().name(name.to_owned());
                    let ended = thread.spawn(move || {
                        let runtime =
                            Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                        catch_unwind(AssertUnwindSafe(|| test(&runtime)))
                    });
                    if ended.unwrap().join().unwrap().is_err() {
                        failed.lock().unwrap().push(name);
                    }
                }
            });
        }
    });
    assert_eq!(failed.into_inner().unwrap(), Vec::<&str>::new(), "tests failed");
}

/// A database as the migrations make it.
pub(crate) struct Postgres(Database);

/// The same in parts.
pub(crate) struct PartitionedPostgres(Database);

pub(crate) struct Database {
    store: Arc<PostgresStore>,
    options: PostgresOptions,
    layout: Layout,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        FREE.lock().unwrap().push((self.layout, std::mem::take(&mut self.name)));
    }
}

/// The migrations' statements, with each tenant's tables in parts. All keys have the tenant in them, and references
/// stay within it, or PostgreSQL would refuse.
fn partitioned() -> String {
    let plain = concat!(
        include_str!("../../migrations/postgres/0001_initial.sql"),
        include_str!("../../migrations/postgres/0002_console.sql"),
    );
    let mut statements = String::new();
    for statement in plain.split_inclusive(";\n") {
        let code: String = statement
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n");
        let table = code.trim().strip_prefix("CREATE TABLE ").and_then(|rest| rest.split(' ').next());
        let key = match table {
            Some("tenants") => "id",
            Some(_) if code.contains(" tenant_id ") => "tenant_id",
            _ => {
                statements.push_str(&code);
                continue;
            }
        };
        // Storage parameters are the parts' alone.
        let (columns, _) = code.rsplit_once("\n)").unwrap();
        writeln!(statements, "{columns}) PARTITION BY HASH ({key});").unwrap();
        for part in 0..PARTS {
            let table = table.unwrap();
            writeln!(
                statements,
                "CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part});"
            )
            .unwrap();
        }
    }
    statements + "UPDATE passgate_schema SET level = 2, oldest_binary = 1;"
}

impl Database {
    async fn start(layout: Layout) -> Self {
        let free = {
            let mut free = FREE.lock().unwrap();
            free.iter().position(|(of, _)| *of == layout).map(|place| free.swap_remove(place).1)
        };
        let is_new = free.is_none();
        let name = free.unwrap_or_else(|| {
            let name = format!("contract_{}", MADE.fetch_add(1, Ordering::Relaxed));
            let _ = SERVER.create_database(&name);
            name
        });
        let url = PostgresUrl::parse(&SERVER.url(&name)).unwrap();
        if is_new && layout == Layout::Partitioned {
            url.connect().await.unwrap().client().batch_execute(&partitioned()).await.unwrap();
        }
        let options = PostgresOptions { connections: 8.try_into().unwrap(), ..PostgresOptions::new(url) };
        let store = PostgresStore::open(&options).await.unwrap();
        let this = Self { store: Arc::new(store), options, layout, name };
        this.connection().await.client().batch_execute(EMPTY).await.unwrap();
        this
    }

    async fn connection(&self) -> Connection {
        self.options.url.connect().await.unwrap()
    }

    async fn another(&self) -> PostgresStore {
        PostgresStore::open(&self.options).await.unwrap()
    }

    async fn execute(&self, sql: &str) {
        assert_ne!(self.connection().await.client().execute(sql, &[]).await.unwrap(), 0, "{sql}");
    }

    async fn audit_log(&self, tenant_id: TenantId) -> Vec<AuditRow> {
        // The fixtures' ids are counted.
        let sql = "SELECT id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
                          actor_user_id, transaction_id, created_at, updated_at, credential_id
                   FROM audit_logs
                   WHERE tenant_id = $1
                   ORDER BY id";
        let rows = self.connection().await.client().query(sql, &[tenant_id.as_uuid()]).await.unwrap();
        rows.iter()
            .map(|row| AuditRow {
                id: AuditId::new(row.get(0)),
                kind: row.get(1),
                error: row.get(2),
                origin: RequestOrigin {
                    request_id: row.get(3),
                    source_ip: row.get(4),
                    user_agent: row.get(5),
                },
                actor: row.get(6),
                transaction_id: row.get(7),
                created_at: row.get(8),
                updated_at: row.get(9),
                credential: row.get::<_, Option<Vec<u8>>>(10).map(|id| CredentialId::new(&id).unwrap()),
            })
            .collect()
    }

    async fn rows_of(&self, tenant_id: TenantId) -> BTreeMap<String, u64> {
        let db = self.connection().await;
        let tables = "SELECT table_name::text, column_name::text
                      FROM information_schema.columns
                      JOIN pg_class ON oid = format('%I.%I', table_schema, table_name)::regclass AND NOT relispartition
                      WHERE table_schema = current_schema()
                        AND (column_name = 'tenant_id' OR (table_name = 'tenants' AND column_name = 'id'))";
        let mut counts = BTreeMap::new();
        for row in db.client().query(tables, &[]).await.unwrap() {
            let (table, column): (String, String) = (row.get(0), row.get(1));
            let sql = format!("SELECT count(*) FROM {table} WHERE {column} = $1");
            let count: i64 = db.client().query_one(&sql, &[tenant_id.as_uuid()]).await.unwrap().get(0);
            counts.insert(table, u64::try_from(count).unwrap());
        }
        counts
    }
}

macro_rules! backend {
    ($backend:ident, $layout:expr) => {
        impl Backend for $backend {
            type Store = PostgresStore;

            async fn start() -> Self {
                Self(Database::start($layout).await)
            }

            fn store(&self) -> &Arc<PostgresStore> {
                &self.0.store
            }

            async fn another(&self) -> PostgresStore {
                self.0.another().await
            }

            async fn execute(&self, sql: &str) {
                self.0.execute(sql).await;
            }

            async fn audit_log(&self, tenant_id: TenantId) -> Vec<AuditRow> {
                self.0.audit_log(tenant_id).await
            }

            async fn rows_of(&self, tenant_id: TenantId) -> BTreeMap<String, u64> {
                self.0.rows_of(tenant_id).await
            }
        }
    };
}

backend!(Postgres, Layout::Plain);
backend!(PartitionedPostgres, Layout::Partitioned);
