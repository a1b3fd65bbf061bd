//! Fills a tenant with users, passkeys and a long audit log, below a project of the console's, so that lists can be
//! measured. One transaction of SQL, since what would make them takes hours.
//!
//! `many_rows seed <database> <tenant id> <users> <rows>` prints who and what can be asked for, as JSON. The database is a
//! file of SQLite's or a `postgresql://` URL, with the tables of this program's version; the tenant must exist.
//! `many_rows reads <database>` prints what PostgreSQL has read of each table so far.

#![expect(clippy::print_stdout, reason = "its result is for a program")]
#![expect(clippy::unwrap_used, reason = "a database that can't be filled has no result")]

use passgate_postgres_connection::PostgresUrl;
use passgate_store::sqlite::provide_functions;
use serde_json::{Map, Value, json};
use uuid::Uuid;

const SQLITE: &str = include_str!("sqlite.sql");
const POSTGRES: &str = include_str!("postgres.sql");

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["seed", database, tenant, users, rows] => {
            seed(database, tenant.parse().unwrap(), users.parse().unwrap(), rows.parse().unwrap()).await;
        }
        ["reads", database] => reads(database).await,
        _ => panic!("seed <database> <tenant id> <users> <rows>, or reads <database>"),
    }
}

async fn seed(database: &str, tenant: Uuid, users: u32, rows: u32) {
    let filled = |sql: &str, tenant_text: String| {
        // Numbers and an id: nothing that could be anything else in SQL.
        sql.replace("{tenant}", &tenant_text)
            .replace("{users}", &users.to_string())
            .replace("{rows}", &rows.to_string())
    };
    if database.starts_with("postgresql://") {
        let connection = PostgresUrl::parse(database).unwrap().connect().await.unwrap();
        connection.client().batch_execute(&filled(POSTGRES, tenant.to_string())).await.unwrap();
        // By themselves: not in a transaction.
        connection.client().batch_execute("VACUUM (ANALYZE)").await.unwrap();
    } else {
        let db = rusqlite::Connection::open(database).unwrap();
        provide_functions(&db).unwrap();
        db.execute_batch(&filled(SQLITE, tenant.simple().to_string())).unwrap();
    }
    let id = |number: u128| Uuid::from_u128(number);
    println!(
        "{}",
        json!({
            "organization": id(1), "project": id(2), "operator": id(3), "webhook": id(4), "user": id(1_000_000),
            "credential": credential_id(1),
        })
    );
}

/// The id of one of the passkeys that are made, as the wire has it.
fn credential_id(number: u128) -> String {
    passgate_webauthn::base64url::encode(&[&[0; 16], number.to_be_bytes().as_slice()].concat())
}

/// Rows that PostgreSQL read of each table: by going through it, and by an index.
async fn reads(database: &str) {
    let connection = PostgresUrl::parse(database).unwrap().connect().await.unwrap();
    let sql = "SELECT relname::text, coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0)
         FROM pg_stat_user_tables";
    let rows = connection.client().query(sql, &[]).await.unwrap();
    let tables = rows.iter().map(|row| {
        let (table, sequential, indexed): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
        (table, json!({ "sequential": sequential, "indexed": indexed }))
    });
    println!("{}", Value::Object(tables.collect::<Map<_, _>>()));
}

#[cfg(test)]
mod tests {
    use passgate_core::audit::AuditFilter;
    use passgate_core::credential::{CredentialLookup, Order, PageRequest};
    use passgate_core::ids::TenantId;
    use passgate_core::store::Store;
    use passgate_core::user::AppUserId;
    use passgate_postgres_fixture::PostgresServer;
    use passgate_store::postgres::{PostgresOptions, PostgresStore};
    use passgate_store::sqlite::{SqliteOptions, SqliteStore};

    use super::*;

    const TENANT: Uuid = Uuid::from_u128(0xfedc_ba98_7654_4321_8fed_cba9_8765_4321);

    /// What was made is found in the ways in which the server looks for it.
    async fn check(store: &impl Store) {
        let tenant = TenantId::new(TENANT);
        let page = PageRequest { page: 1, per_page: 20, order: Order::Descending };
        assert_eq!(store.users(tenant, page).await.unwrap().total, 50);
        let id = credential_id(1).parse().unwrap();
        let found = store.login_credential(tenant, id).await.unwrap();
        assert!(matches!(found, CredentialLookup::Known(_)), "{found:?}");
        let log = store.audit_log_before(tenant, AuditFilter::default(), None, 1_000, 1_000).await.unwrap();
        assert_eq!(log.rows.len(), 500);
        let of_user = AuditFilter { user: AppUserId::new("user-000007").ok(), ..AuditFilter::default() };
        let timeline = store.audit_log_before(tenant, of_user, None, 1_000, 1_000).await.unwrap();
        assert_eq!(timeline.rows.len(), 10);
    }

    #[tokio::test]
    async fn sqlite_is_filled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passgate.db");
        let store = SqliteStore::open(&SqliteOptions::new(path.clone())).unwrap();
        let tenant = "INSERT INTO tenants (id, display_name, config, created_at, updated_at) VALUES (?1, '', '{}', 0, 0)";
        rusqlite::Connection::open(&path).unwrap().execute(tenant, [TENANT.as_bytes()]).unwrap();
        seed(path.to_str().unwrap(), TENANT, 50, 500).await;
        check(&store).await;
    }

    #[tokio::test]
    async fn postgresql_is_filled() {
        let server = PostgresServer::start();
        let url = server.create_database("many_rows");
        let store =
            PostgresStore::open(&PostgresOptions::new(PostgresUrl::parse(&url).unwrap())).await.unwrap();
        let connection = PostgresUrl::parse(&url).unwrap().connect().await.unwrap();
        let tenant = "INSERT INTO tenants (id, display_name, config, rp_id, created_at, updated_at)
                      VALUES ($1, '', '{}', 'example.com', 0, 0)";
        connection.client().execute(tenant, &[&TENANT]).await.unwrap();
        seed(&url, TENANT, 50, 500).await;
        check(&store).await;
    }
}
