//! Migrations, and the shape of the schema.

use passgate_core::store::{Store as _, StoreError};
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::{Migrated, OpenError, PostgresStore, SCHEMA_LEVEL, migrate};

use crate::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_migrated_once_by_one_and_not_by_a_program_that_is_too_old() {
    let server = PostgresServer::start();
    of_concurrent_openers_one_migrates_and_all_succeed(&Place::new(&server, "concurrent")).await;
    a_schema_is_accepted_or_refused_by_its_oldest_binary(&Place::new(&server, "levels")).await;
    a_database_of_another_program_is_left_alone(&Place::new(&server, "foreign")).await;
    every_unique_key_of_a_table_with_tenants_has_the_tenant(&Place::new(&server, "keys")).await;
}

async fn of_concurrent_openers_one_migrates_and_all_succeed(place: &Place) {
    let opened = (0..8).map(|_| {
        let options = place.0.clone();
        tokio::spawn(async move {
            let migrated = migrate(&options).await.unwrap();
            PostgresStore::open(&options).await.unwrap();
            migrated
        })
    });
    let mut migrated = Vec::new();
    for opened in opened.collect::<Vec<_>>() {
        migrated.push(opened.await.unwrap());
    }
    assert_eq!(migrated.iter().filter(|migrated| migrated.from == 0).count(), 1, "{migrated:?}");
    assert!(migrated.iter().all(|migrated| migrated.to == SCHEMA_LEVEL));
    let again = migrate(&place.0).await.unwrap();
    assert_eq!(again, Migrated { from: SCHEMA_LEVEL, to: SCHEMA_LEVEL });
}

async fn a_schema_is_accepted_or_refused_by_its_oldest_binary(place: &Place) {
    let running = place.open().await;
    let set = async |level: u32, oldest_binary: u32| {
        let sql = format!("UPDATE passgate_schema SET level = {level}, oldest_binary = {oldest_binary}");
        assert_eq!(place.connection().await.client().execute(&sql, &[]).await.unwrap(), 1);
    };
    set(SCHEMA_LEVEL + 2, SCHEMA_LEVEL).await;
    place.open().await;
    running.version().await.unwrap();
    let migrated = migrate(&place.0).await.unwrap();
    assert_eq!(migrated, Migrated { from: SCHEMA_LEVEL + 2, to: SCHEMA_LEVEL + 2 });
    set(SCHEMA_LEVEL + 2, SCHEMA_LEVEL + 1).await;
    let error = PostgresStore::open(&place.0).await.unwrap_err();
    assert!(matches!(error, OpenError::SchemaTooNew { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "the PostgreSQL database has schema {}, which needs a Passgate that knows schema {} or later; this one \
             knows {SCHEMA_LEVEL}",
            SCHEMA_LEVEL + 2,
            SCHEMA_LEVEL + 1,
        )
    );
    // Who is running already is told, too.
    let error = running.version().await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    assert!(error.to_string().contains("a newer Passgate has migrated the database"), "{error}");
}

async fn a_database_of_another_program_is_left_alone(place: &Place) {
    place.connection().await.client().batch_execute("CREATE TABLE theirs (id integer)").await.unwrap();
    let error = PostgresStore::open(&place.0).await.unwrap_err();
    assert!(matches!(&error, OpenError::NotPassgate { schema } if schema == "public"), "{error}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let count: i64 = place.connection().await.client().query_one(tables, &[]).await.unwrap().get(0);
    assert_eq!(count, 1);
}

async fn every_unique_key_of_a_table_with_tenants_has_the_tenant(place: &Place) {
    place.open().await;
    let sql = "SELECT t.relname::text, i.indexrelid::regclass::text, first.attname::text,
                      EXISTS (
                          SELECT 1
                          FROM pg_attribute AS a
                          WHERE a.attrelid = i.indexrelid AND a.attname = 'tenant_id'
                      )
               FROM pg_index AS i
               JOIN pg_class AS t ON t.oid = i.indrelid
               JOIN pg_attribute AS tenant ON tenant.attrelid = t.oid AND tenant.attname = 'tenant_id'
               JOIN pg_attribute AS first ON first.attrelid = i.indexrelid AND first.attnum = 1
               WHERE i.indisunique AND t.relkind = 'r'";
    let keys = place.connection().await.client().query(sql, &[]).await.unwrap();
    assert!(keys.len() > 10, "{}", keys.len());
    for key in keys {
        let (table, index, first, has_tenant): (String, String, String, bool) =
            (key.get(0), key.get(1), key.get(2), key.get(3));
        let expected = if table == "spent_challenges" { "expires_at" } else { "tenant_id" };
        assert_eq!((first.as_str(), has_tenant), (expected, true), "{table} {index}");
    }
}
