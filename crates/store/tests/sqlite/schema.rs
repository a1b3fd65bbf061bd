//! Migrations, and the shape of the schema.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Barrier;

use passgate_core::audit::AuditFilter;
use passgate_core::clock::Timestamp;
use passgate_core::console::Store as _;
use passgate_core::credential::{Credential, CredentialKind, CredentialLookup};
use passgate_core::ids::{CredentialId, TenantId, UserHandle, UserId};
use passgate_core::store::{Store as _, StoreError};
use passgate_core::text::Text;
use passgate_core::user::AppUserId;
use passgate_store::sqlite::{Migrated, OpenError, SCHEMA_LEVEL, SqliteStore, migrate, provide_functions};
use passgate_webauthn::Aaguid;

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

/// A database as the program of an older level made it, with one tenant.
fn of_level(level: u32) -> Place {
    let place = Place::new();
    let db = place.connection();
    db.pragma_update(None, "foreign_keys", true).unwrap();
    provide_functions(&db).unwrap();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in &files[..level as usize] {
        db.execute_batch(&fs::read_to_string(file).unwrap()).unwrap();
    }
    set_schema(&place, level, level);
    db.execute(
        "INSERT INTO tenants (id, display_name, config, created_at, updated_at)
         VALUES (zeroblob(16), 'Example', '{}', 0, 0)",
        [],
    )
    .unwrap();
    place
}

/// Two credentials of each of three users; all ids of a user begin alike.
#[tokio::test]
async fn older_credentials_are_found_with_their_users() {
    let place = of_level(8);
    let db = place.connection();
    let handles: [&[&str]; 3] = [&["a"], &["b", "c"], &[]];
    let ids = |user: u8| [[user; 16].to_vec(), [[user; 8], [0; 8]].concat()];
    for (user, handles) in (1_u8..).zip(handles) {
        let user_id = [user; 16];
        db.execute(
            "INSERT INTO users (tenant_id, id, app_user_id, name, created_at, updated_at)
             VALUES (zeroblob(16), ?1, ?2, 'Name', 0, 0)",
            (user_id, format!("user {user}")),
        )
        .unwrap();
        for (position, handle) in (0_u32..).zip(handles) {
            db.execute(
                "INSERT INTO user_handles (tenant_id, handle, user_id, position) VALUES (zeroblob(16), ?1, ?2, ?3)",
                (handle.as_bytes(), user_id, position),
            )
            .unwrap();
        }
        for id in ids(user) {
            db.execute(
                "INSERT INTO credentials (
                     tenant_id, id, user_id, kind, name, public_key, attestation_format, aaguid, sign_count, transports,
                     backup_eligible, backup_state, created_at, updated_at, last_used_at, used_week, use_count,
                     registered_user_agent, last_user_agent
                 )
                 VALUES (
                     zeroblob(16), ?1, ?2, 'passkey', 'Passkey', x'01', 'packed', zeroblob(16), 2, '[\"usb\"]',
                     1, 0, 3, 4, 604800005, 1, 6, 'registered with', 'used with'
                 )",
                (id, user_id),
            )
            .unwrap();
        }
    }
    assert_eq!(migrate(&place.options()).unwrap(), Migrated { from: 8, to: SCHEMA_LEVEL });
    let store = place.open();
    let tenant = TenantId::new(Uuid::nil());
    for (user, handles) in (1_u8..).zip(handles) {
        for id in ids(user) {
            let id = CredentialId::new(&id).unwrap();
            let lookup = store.login_credential(tenant, id.clone()).await.unwrap();
            let CredentialLookup::Known(known) = lookup else { panic!("{lookup:?}") };
            assert_eq!(known.user.app_id.as_str(), format!("user {user}"));
            let found: Vec<&[u8]> = known.user.handles.iter().map(UserHandle::as_bytes).collect();
            assert_eq!(found, handles.iter().map(|handle| handle.as_bytes()).collect::<Vec<_>>());
            let stored = store.credential(tenant, id.clone()).await.unwrap().unwrap();
            let expected = Credential {
                id,
                user_id: UserId::new(Uuid::from_bytes([user; 16])),
                app_user_id: known.user.app_id.clone(),
                kind: CredentialKind::Passkey,
                name: Text::new("Passkey").unwrap(),
                public_key: vec![1],
                attestation_format: "packed".to_owned(),
                aaguid: Aaguid::from_bytes([0; 16]),
                sign_count: 2,
                transports: vec!["usb".to_owned()],
                backup_eligible: true,
                backup_state: false,
                created_at: Timestamp::from_millis(3),
                last_used_at: Timestamp::from_millis(604_800_005),
                use_count: 6,
                registered_user_agent: "registered with".to_owned(),
                last_user_agent: "used with".to_owned(),
            };
            assert_eq!(stored, expected);
        }
    }
    // Of one handle, the credential's own row tells; of several, none. Of two with one place, one has it, and the other is
    // among the tenant's too.
    let told: Vec<(Option<Vec<u8>>, i64)> = place
        .connection()
        .prepare(
            "SELECT only_handle, used_week FROM credentials WHERE place BETWEEN 0 AND ?1 ORDER BY user_id",
        )
        .unwrap()
        .query_map([(1_i64 << 40) - 1], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let a = || (Some(b"a".to_vec()), 1);
    assert_eq!(told, [a(), a(), (None, 1), (None, 1), (None, 1), (None, 1)]);
    let at_places: i64 = place
        .connection()
        .query_row(
            "SELECT count(*) FROM credentials WHERE place IN (?1, ?2, ?3)",
            [1_i64, 2, 3].map(|user| user * 0x01_0101_0101),
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(at_places, 3);
}

#[tokio::test]
async fn older_rows_of_the_audit_log_are_in_their_users_timelines() {
    let place = of_level(10);
    // Some at once, some apart; each tenth of nobody.
    let rows: Vec<(u128, i64)> =
        (1..=2_000).map(|row| (row, i64::try_from(row / 400 * 400 + row % 400 / 3).unwrap())).collect();
    let db = place.connection();
    db.execute_batch("BEGIN").unwrap();
    for (row, at) in &rows {
        db.execute(
            "INSERT INTO audit_logs (
                 tenant_id, created_at, id, type, meta_http_request_id, meta_source_ip, meta_user_agent, actor_user_id,
                 updated_at, block
             )
             VALUES (zeroblob(16), ?1, ?2, 'webauthn_authentication_final_succeeded', '', '', '', ?3, ?1, ?1 / 100)",
            (at, row.to_be_bytes(), (row % 10 > 0).then(|| format!("user {}", row % 10))),
        )
        .unwrap();
    }
    db.execute_batch("COMMIT").unwrap();
    assert_eq!(migrate(&place.options()).unwrap(), Migrated { from: 10, to: SCHEMA_LEVEL });
    let blocks = "SELECT count(*) FROM audit_blocks";
    let blocks: u32 = place.connection().query_row(blocks, [], |row| row.get(0)).unwrap();
    assert_eq!(blocks, 7, "of 256 rows each, and some more where those are of one time");
    let store = place.open();
    for user in 1..10 {
        let id = AppUserId::new(format!("user {user}")).unwrap();
        let filter = AuditFilter { user: Some(id), ..AuditFilter::default() };
        let found =
            store.audit_log_before(TenantId::new(Uuid::nil()), filter, None, 1_000, 1_000).await.unwrap();
        let found: Vec<u128> = found.rows.iter().rev().map(|row| row.id.as_uuid().as_u128()).collect();
        let expected: Vec<u128> = (1..=2_000).filter(|row| row % 10 == user).collect();
        assert_eq!(found, expected, "user {user}");
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
