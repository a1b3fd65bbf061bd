//! Migrations, and the shape of the schema.

use std::collections::BTreeSet;
use std::sync::Barrier;

use passgate_core::store::{Store as _, StoreError};
use passgate_store::sqlite::{Migrated, OpenError, SCHEMA_LEVEL, SqliteStore, migrate};

use crate::Place;

#[test]
fn migrating_alone_makes_the_schema_once() {
    let place = Place::new();
    let first = migrate(&place.options()).unwrap();
    assert_eq!(first, Migrated { from: 0, to: SCHEMA_LEVEL });
    let second = migrate(&place.options()).unwrap();
    assert_eq!(second, Migrated { from: SCHEMA_LEVEL, to: SCHEMA_LEVEL });
    place.open();
}

#[test]
fn of_concurrent_openers_one_migrates_and_all_succeed() {
    const OPENERS: usize = 8;
    for _ in 0..10 {
        let place = Place::new();
        let barrier = Barrier::new(OPENERS);
        let migrated = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..OPENERS)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let migrated = migrate(&place.options()).unwrap();
                        SqliteStore::open(&place.options()).unwrap();
                        migrated
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        let by_us = migrated.iter().filter(|migrated| migrated.from == 0).count();
        assert_eq!(by_us, 1, "{migrated:?}");
        assert!(migrated.iter().all(|migrated| migrated.to == SCHEMA_LEVEL));
    }
}

fn set_schema(place: &Place, level: u32, oldest_binary: u32) {
    let sql = "UPDATE schema_version SET level = ?1, oldest_binary = ?2";
    assert_eq!(place.connection().execute(sql, [level, oldest_binary]).unwrap(), 1);
}

#[test]
fn a_schema_that_needs_a_newer_program_is_refused() {
    let place = Place::new();
    place.open();
    set_schema(&place, SCHEMA_LEVEL + 2, SCHEMA_LEVEL + 1);
    let error = SqliteStore::open(&place.options()).unwrap_err();
    assert!(matches!(error, OpenError::SchemaTooNew { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "the database {:?} has schema {}, which needs a Passgate that knows schema {} or later; this one knows \
             {SCHEMA_LEVEL}",
            place.path(),
            SCHEMA_LEVEL + 2,
            SCHEMA_LEVEL + 1,
        )
    );
}

#[test]
fn a_newer_schema_that_this_program_can_work_with_is_accepted() {
    let place = Place::new();
    place.open();
    set_schema(&place, SCHEMA_LEVEL + 2, SCHEMA_LEVEL);
    place.open();
    let migrated = migrate(&place.options()).unwrap();
    assert_eq!(migrated, Migrated { from: SCHEMA_LEVEL + 2, to: SCHEMA_LEVEL + 2 });
}

#[tokio::test]
async fn a_program_that_is_running_is_told_that_a_newer_one_migrated_past_it() {
    let place = Place::new();
    let store = place.open();
    store.version().await.unwrap();
    set_schema(&place, SCHEMA_LEVEL + 1, SCHEMA_LEVEL);
    store.version().await.unwrap();
    set_schema(&place, SCHEMA_LEVEL + 2, SCHEMA_LEVEL + 1);
    for _ in 0..2 {
        let error = store.version().await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        assert!(error.to_string().contains("a newer Passgate has migrated the database"), "{error}");
    }
}

#[test]
fn every_table_is_strict() {
    let place = Place::new();
    place.open();
    let db = place.connection();
    let mut statement =
        db.prepare("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict").unwrap();
    let lax: BTreeSet<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    // SQLite's own tables are not.
    assert!(lax.iter().all(|name| name.starts_with("sqlite_")), "{lax:?}");
}

#[test]
fn every_unique_key_of_a_table_with_tenants_begins_with_the_tenant() {
    let place = Place::new();
    place.open();
    let db = place.connection();
    let mut statement = db
        .prepare(
            "SELECT t.name, i.name, c.name
             FROM pragma_table_list AS t
             JOIN pragma_table_info(t.name) AS tenant ON tenant.name = 'tenant_id'
             JOIN pragma_index_list(t.name) AS i ON i.\"unique\"
             JOIN pragma_index_info(i.name) AS c ON c.seqno = 0
             WHERE t.type = 'table'",
        )
        .unwrap();
    let keys: Vec<(String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(keys.len() > 10, "{keys:?}");
    for (table, index, column) in keys {
        let expected = if table == "spent_challenges" { "expires_at" } else { "tenant_id" };
        assert_eq!(column, expected, "{table} {index}");
    }
}
