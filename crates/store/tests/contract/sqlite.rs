//! The contract's database on SQLite.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use passgate_core::audit::RequestOrigin;
use passgate_core::ids::{AuditId, CredentialId, TenantId};
use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::backend::{AuditRow, Backend};

pub(crate) struct Sqlite {
    store: Arc<SqliteStore>,
    directory: TempDir,
}

impl Sqlite {
    fn path(&self) -> PathBuf {
        self.directory.path().join("passgate.db")
    }

    fn connection(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }
}

impl Backend for Sqlite {
    type Store = SqliteStore;

    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&SqliteOptions::new(directory.path().join("passgate.db"))).unwrap();
        Self { store: Arc::new(store), directory }
    }

    fn store(&self) -> &Arc<SqliteStore> {
        &self.store
    }

    async fn another(&self) -> SqliteStore {
        SqliteStore::open(&SqliteOptions::new(self.path())).unwrap()
    }

    async fn execute(&self, sql: &str) {
        assert_ne!(self.connection().execute(sql, []).unwrap(), 0, "{sql}");
    }

    async fn audit_log(&self, tenant_id: TenantId) -> Vec<AuditRow> {
        let db = self.connection();
        // The fixtures' ids are counted.
        let mut statement = db
            .prepare(
                "SELECT id, type, error, meta_http_request_id, meta_source_ip, meta_user_agent,
                        actor_user_id, transaction_id, created_at, updated_at, credential_id
                 FROM audit_logs
                 WHERE tenant_id = ?1
                 ORDER BY id",
            )
            .unwrap();
        let rows = statement.query_map([tenant_id.as_uuid().as_bytes()], |row| {
            Ok(AuditRow {
                id: AuditId::new(Uuid::from_bytes(row.get(0)?)),
                kind: row.get(1)?,
                error: row.get(2)?,
                origin: RequestOrigin {
                    request_id: row.get(3)?,
                    source_ip: row.get(4)?,
                    user_agent: row.get(5)?,
                },
                actor: row.get(6)?,
                transaction_id: row.get(7)?,
                created_at: row.get(8)?,
                updated_at: row.get(9)?,
                credential: row.get::<_, Option<Vec<u8>>>(10)?.map(|id| CredentialId::new(&id).unwrap()),
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    async fn rows_of(&self, tenant_id: TenantId) -> BTreeMap<String, u64> {
        let db = self.connection();
        let mut statement = db
            .prepare(
                "SELECT t.name, c.name
                 FROM sqlite_schema AS t
                 JOIN pragma_table_info(t.name) AS c
                 WHERE t.type = 'table' AND (c.name = 'tenant_id' OR (t.name = 'tenants' AND c.name = 'id'))",
            )
            .unwrap();
        let tables: Vec<(String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        tables
            .into_iter()
            .map(|(table, column)| {
                let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
                let count: u32 =
                    db.query_row(&sql, [tenant_id.as_uuid().as_bytes()], |row| row.get(0)).unwrap();
                (table, u64::from(count))
            })
            .collect()
    }
}
