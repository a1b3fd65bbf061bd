//! What is sealed with a server secret, whichever table it lies in.

use passgate_core::server_secret::SecretId;

use super::connections::Session;
use super::fault::Fault;
use super::rows::collect;
use crate::rows::Columns;

/// Each names the secret in its column `secret_id`, which has an index.
const TABLES: [&str; 2] = ["signing_keys", "webhook_secrets"];

/// The server secrets that something is sealed with, each once.
pub(super) async fn secrets_in_use(db: &Session) -> Result<Vec<SecretId>, Fault> {
    let mut secrets = Vec::new();
    for table in TABLES {
        // From each id to the next in the index, rather than over the rows of all tenants.
        let sql = format!(
            "WITH RECURSIVE secrets (id) AS (
                 (SELECT secret_id FROM {table} ORDER BY secret_id LIMIT 1)
                 UNION ALL
                 SELECT (SELECT secret_id FROM {table} WHERE secret_id > secrets.id ORDER BY secret_id LIMIT 1)
                 FROM secrets
                 WHERE secrets.id IS NOT NULL
             )
             SELECT id
             FROM secrets
             WHERE id IS NOT NULL"
        );
        let rows = db.rows(&sql, &[]).await?;
        secrets.extend(collect(&rows, |row| Columns::new(table, None, row).secret_id())?);
    }
    secrets.sort_unstable();
    secrets.dedup();
    Ok(secrets)
}
