//! What is sealed with a server secret, whichever table it lies in.

use passgate_core::server_secret::SecretId;
use rusqlite::Connection;

use super::fault::Fault;
use super::rows::collect;
use crate::rows::Columns;

/// Each names the secret in its column `secret_id`, which has an index.
const TABLES: [&str; 2] = ["signing_keys", "webhook_secrets"];

/// The server secrets that something is sealed with, each once.
pub(super) fn secrets_in_use(db: &Connection) -> Result<Vec<SecretId>, Fault> {
    let mut secrets = Vec::new();
    for table in TABLES {
        // From each id to the next in the index, rather than over the rows of all tenants.
        let mut statement = db.prepare_cached(&format!(
            "WITH RECURSIVE secrets (id) AS (
                 SELECT min(secret_id)
                 FROM {table}
                 UNION ALL
                 SELECT (SELECT min(secret_id) FROM {table} WHERE secret_id > secrets.id)
                 FROM secrets
                 WHERE secrets.id IS NOT NULL
             )
             SELECT id
             FROM secrets
             WHERE id IS NOT NULL"
        ))?;
        secrets.extend(collect(statement.query([])?, |row| Columns::new(table, None, row).secret_id())?);
    }
    secrets.sort_unstable();
    secrets.dedup();
    Ok(secrets)
}
