//! Migrations: forward only, each applied once, under a lock.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::connection::Connector;
use super::{OpenError, SqliteOptions, provide_functions};

/// What the files of this program are marked with; see `0001_initial.sql`.
const APPLICATION_ID: u32 = 0x5067_6174;

struct Migration {
    /// Counts from 1, without gaps.
    level: u32,
    name: &'static str,
    sql: &'static str,
    /// The lowest level whose binaries can work with the database afterwards. Equals `level` unless older
    /// binaries can go on, as they can beside a table that they don't know.
    oldest_binary: u32,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        level: 1,
        name: "0001_initial.sql",
        sql: include_str!("../../migrations/sqlite/0001_initial.sql"),
        oldest_binary: 1,
    },
    // What it adds has defaults, and no older binary names it.
    Migration {
        level: 2,
        name: "0002_transfer_and_devices.sql",
        sql: include_str!("../../migrations/sqlite/0002_transfer_and_devices.sql"),
        oldest_binary: 1,
    },
    // Older binaries store no events, which loses some that endpoints wanted, but nothing else.
    Migration {
        level: 3,
        name: "0003_webhooks.sql",
        sql: include_str!("../../migrations/sqlite/0003_webhooks.sql"),
        oldest_binary: 1,
    },
    // Older binaries don't know what rules of attestation a tenant has: they would register what a newer one refuses.
    Migration {
        level: 4,
        name: "0004_metadata.sql",
        sql: include_str!("../../migrations/sqlite/0004_metadata.sql"),
        oldest_binary: 4,
    },
    // Older binaries leave what it adds alone.
    Migration {
        level: 5,
        name: "0005_console.sql",
        sql: include_str!("../../migrations/sqlite/0005_console.sql"),
        oldest_binary: 4,
    },
    // Older binaries don't know that a key has expired: they would let it in.
    Migration {
        level: 6,
        name: "0006_activity_and_key_expiry.sql",
        sql: include_str!("../../migrations/sqlite/0006_activity_and_key_expiry.sql"),
        oldest_binary: 6,
    },
    // Older binaries don't tell which block a row is in: a user's timeline would be out of order.
    Migration {
        level: 7,
        name: "0007_timelines.sql",
        sql: include_str!("../../migrations/sqlite/0007_timelines.sql"),
        oldest_binary: 7,
    },
    // Older binaries don't tell the week of a use: passkeys that they let in would be told as stale.
    Migration {
        level: 8,
        name: "0008_rare_rows_and_stale_passkeys.sql",
        sql: include_str!("../../migrations/sqlite/0008_rare_rows_and_stale_passkeys.sql"),
        oldest_binary: 8,
    },
    // Older binaries give a user a further handle without telling the credentials: logins with it would be refused.
    Migration {
        level: 9,
        name: "0009_credentials_with_their_users.sql",
        sql: include_str!("../../migrations/sqlite/0009_credentials_with_their_users.sql"),
        oldest_binary: 9,
    },
    // Older binaries put credentials anywhere: counts of a tenant's would miss them.
    Migration {
        level: 10,
        name: "0010_credentials_by_place.sql",
        sql: include_str!("../../migrations/sqlite/0010_credentials_by_place.sql"),
        oldest_binary: 10,
    },
    // Older binaries ask for the index that goes.
    Migration {
        level: 11,
        name: "0011_timelines_without_an_index.sql",
        sql: include_str!("../../migrations/sqlite/0011_timelines_without_an_index.sql"),
        oldest_binary: 11,
    },
    // Older binaries leave no trace of a key that they delete, and do no harm otherwise.
    Migration {
        level: 12,
        name: "0012_deleted_api_keys.sql",
        sql: include_str!("../../migrations/sqlite/0012_deleted_api_keys.sql"),
        oldest_binary: 11,
    },
];

/// The newest schema that this program knows.
pub const SCHEMA_LEVEL: u32 = MIGRATIONS[MIGRATIONS.len() - 1].level;

/// What migrating did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The schema's level before; 0 for a new database.
    pub from: u32,
    /// Its level now; higher than [`SCHEMA_LEVEL`] if a newer program has migrated it.
    pub to: u32,
}

/// Brings a database up to date without opening a store on it. [`super::SqliteStore::open`] does so too.
pub fn migrate(options: &SqliteOptions) -> Result<Migrated, OpenError> {
    open_migrated(&Connector::new(options)?).map(|(_, migrated)| migrated)
}

/// Opens the database, which is made if it doesn't exist, and brings it up to date.
pub(super) fn open_migrated(connector: &Connector) -> Result<(Connection, Migrated), OpenError> {
    connector.while_busy(|| {
        let mut db = connector.open_or_create()?;
        let migrated = apply(&mut db, connector.path(), MIGRATIONS)?;
        Ok((db, migrated))
    })
}

/// What a database says of itself.
struct Schema {
    level: u32,
    oldest_binary: u32,
}

fn apply(db: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<Migrated, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let newest = migrations.last().map_or(0, |migration| migration.level);
    // Usually there is nothing to do, and no need of a lock.
    let found = examine(&db.transaction().map_err(unusable)?, path, newest)?;
    if found.level >= newest {
        return Ok(Migrated { from: found.level, to: found.level });
    }
    provide_functions(db).map_err(unusable)?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unusable)?;
    // Again, now that no other can be migrating.
    let found = examine(&transaction, path, newest)?;
    let mut level = found.level;
    for migration in migrations.iter().filter(|migration| migration.level > found.level) {
        apply_one(&transaction, migration).map_err(|source| OpenError::Migration {
            path: path.to_owned(),
            migration: migration.name,
            source,
        })?;
        level = migration.level;
    }
    transaction.commit().map_err(unusable)?;
    if level > found.level {
        tracing::info!(from = found.level, to = level, "migrated the database");
    }
    Ok(Migrated { from: found.level, to: level })
}

fn apply_one(transaction: &Transaction<'_>, migration: &Migration) -> Result<(), rusqlite::Error> {
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "UPDATE schema_version
         SET level = ?1, oldest_binary = max(oldest_binary, ?2)",
        params![migration.level, migration.oldest_binary],
    )?;
    Ok(())
}

/// What a database is that is ours to work with.
pub(super) enum Ours {
    /// It has nothing in it yet.
    Empty,
    /// It is marked as Passgate's.
    Marked,
}

/// Refuses a database of another program, without changing it. Takes two reads, of one snapshot.
pub(super) fn refuse_foreign(db: &Transaction<'_>, path: &Path) -> Result<Ours, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    let application_id: u32 =
        db.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(unusable)?;
    let tables: u32 = db
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
        .map_err(unusable)?;
    match application_id {
        0 if tables == 0 => Ok(Ours::Empty),
        APPLICATION_ID => Ok(Ours::Marked),
        _ => Err(OpenError::NotPassgate { path: path.to_owned() }),
    }
}

/// Reads the schema's level, and refuses what this program can't work with.
fn examine(db: &Transaction<'_>, path: &Path, newest: u32) -> Result<Schema, OpenError> {
    let unusable = |source| OpenError::Unusable { path: path.to_owned(), source };
    match refuse_foreign(db, path)? {
        Ours::Empty => return Ok(Schema { level: 0, oldest_binary: 0 }),
        Ours::Marked => {}
    }
    let schema = db
        .query_row("SELECT level, oldest_binary FROM schema_version", [], |row| {
            Ok(Schema { level: row.get(0)?, oldest_binary: row.get(1)? })
        })
        .optional()
        .map_err(unusable)?
        .ok_or_else(|| OpenError::NotPassgate { path: path.to_owned() })?;
    if schema.oldest_binary > newest {
        return Err(OpenError::SchemaTooNew {
            path: path.to_owned(),
            level: schema.level,
            oldest_binary: schema.oldest_binary,
        });
    }
    Ok(schema)
}
