//! Migrations, and the shape of the schema.

use std::collections::BTreeSet;
use std::sync::Barrier;

use passgate_core::credential::CredentialLookup;
use passgate_core::ids::{CredentialId, TenantId, UserHandle};
use passgate_core::store::{Store as _, StoreError};
use passgate_store::sqlite::{Migrated, OpenError, SCHEMA_LEVEL, SqliteStore, migrate};

use uuid::Uuid;

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

#[tokio::test]
async fn credentials_from_before_their_rows_told_the_user_are_found_with_it() {
    let place = Place::new();
    place.open();
    let db = place.connection();
    db.execute_batch(
        "ALTER TABLE credentials DROP COLUMN only_handle;
         ALTER TABLE credentials DROP COLUMN app_user_id;
         INSERT INTO tenants (id, display_name, config, created_at, updated_at)
         VALUES (zeroblob(16), 'Example', '{}', 0, 0);",
    )
    .unwrap();
    let handles: [&[&str]; 3] = [&["a"], &["b", "c"], &[]];
    for (user, handles) in (1_u8..).zip(handles) {
        let id = [user; 16];
        db.execute(
            "INSERT INTO users (tenant_id, id, app_user_id, name, created_at, updated_at)
             VALUES (zeroblob(16), ?1, ?2, 'Name', 0, 0)",
            (id, format!("user {user}")),
        )
        .unwrap();
        for (position, handle) in (0_u32..).zip(handles) {
            db.execute(
                "INSERT INTO user_handles (tenant_id, handle, user_id, position) VALUES (zeroblob(16), ?1, ?2, ?3)",
                (handle.as_bytes(), id, position),
            )
            .unwrap();
        }
        db.execute(
            "INSERT INTO credentials (
                 tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
                 backup_eligible, backup_state, created_at, updated_at, last_used_at, use_count
             )
             VALUES (zeroblob(16), ?1, ?1, 'passkey', 'Passkey', x'00', 'none', zeroblob(16), 0, '[]', 0, 0, 0, 0, 0, 0)",
            [id],
        )
        .unwrap();
    }
    set_schema(&place, 8, 8);
    assert_eq!(migrate(&place.options()).unwrap(), Migrated { from: 8, to: SCHEMA_LEVEL });
    let store = place.open();
    for (user, handles) in (1_u8..).zip(handles) {
        let id = CredentialId::new(&[user; 16]).unwrap();
        let lookup = store.login_credential(TenantId::new(Uuid::nil()), id).await.unwrap();
        let CredentialLookup::Known(known) = lookup else { panic!("{lookup:?}") };
        assert_eq!(known.user.app_id.as_str(), format!("user {user}"));
        let found: Vec<&[u8]> = known.user.handles.iter().map(UserHandle::as_bytes).collect();
        assert_eq!(found, handles.iter().map(|handle| handle.as_bytes()).collect::<Vec<_>>());
    }
    // Of one handle, the credential's own row tells; of several, none.
    let told: Vec<Option<Vec<u8>>> = place
        .connection()
        .prepare("SELECT only_handle FROM credentials ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(told, [Some(b"a".to_vec()), None, None]);
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
