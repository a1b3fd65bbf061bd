//! Migrations: forward only, each applied once, under a lock.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::connections::{Connections, Session};
use super::fault::Fault;
use super::{BEGIN, BEGIN_SNAPSHOT, OpenError, PostgresOptions};

/// How long a migration, or the wait for another's, may take.
const TIME_LIMIT: Duration = Duration::from_mins(10);

/// The advisory lock of migrations ("passgate" in ASCII). Of the transaction, so that a pooler can't give the
/// connection to others while it is held.
const LOCK: i64 = 0x7061_7373_6761_7465;

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
        sql: include_str!("../../migrations/postgres/0001_initial.sql"),
        oldest_binary: 1,
    },
    // Older binaries leave what it adds alone.
    Migration {
        level: 2,
        name: "0002_console.sql",
        sql: include_str!("../../migrations/postgres/0002_console.sql"),
        oldest_binary: 1,
    },
    // Older binaries don't know that a key has expired: they would let it in.
    Migration {
        level: 3,
        name: "0003_activity_and_key_expiry.sql",
        sql: include_str!("../../migrations/postgres/0003_activity_and_key_expiry.sql"),
        oldest_binary: 3,
    },
    // Older binaries leave what it adds alone; PostgreSQL tells the week of a use by itself.
    Migration {
        level: 4,
        name: "0004_rare_rows_and_stale_passkeys.sql",
        sql: include_str!("../../migrations/postgres/0004_rare_rows_and_stale_passkeys.sql"),
        oldest_binary: 3,
    },
    // Older binaries leave no trace of a key that they delete, and do no harm otherwise.
    Migration {
        level: 5,
        name: "0005_deleted_api_keys.sql",
        sql: include_str!("../../migrations/postgres/0005_deleted_api_keys.sql"),
        oldest_binary: 3,
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

/// Brings a database up to date without opening a store on it. [`super::PostgresStore::open`] does so too.
pub async fn migrate(options: &PostgresOptions) -> Result<Migrated, OpenError> {
    let connections = connections(options)?;
    open_migrated(&connections).await
}

/// Brings the database up to date that these connections lead to.
pub(super) async fn open_migrated(connections: &Arc<Connections>) -> Result<Migrated, OpenError> {
    apply(connections, MIGRATIONS).await
}

/// The level of a database's schema, which is left as it is; 0 if there is none yet.
pub async fn schema_level(options: &PostgresOptions) -> Result<u32, OpenError> {
    let connections = connections(options)?;
    let session = connections.session().await.map_err(OpenError::unusable)?;
    Ok(examine(&session, SCHEMA_LEVEL).await?.level)
}

/// One connection is all that a migration needs.
fn connections(options: &PostgresOptions) -> Result<Arc<Connections>, OpenError> {
    Ok(Arc::new(Connections::new(&options.limited_url(), NonZeroUsize::MIN, options.time_limit)?))
}

/// What a database says of itself.
struct Schema {
    level: u32,
    oldest_binary: u32,
}

async fn apply(connections: &Arc<Connections>, migrations: &[Migration]) -> Result<Migrated, OpenError> {
    let mut session = connections.session().await.map_err(OpenError::unusable)?;
    let newest = migrations.last().map_or(0, |migration| migration.level);
    // Usually there is nothing to do, and no need of a lock.
    session.begin(BEGIN_SNAPSHOT).await.map_err(OpenError::unusable)?;
    let found = examine(&session, newest).await;
    session.roll_back().await;
    let found = found?;
    if found.level >= newest {
        return Ok(Migrated { from: found.level, to: found.level });
    }
    session.limit_time(TIME_LIMIT);
    session.begin(BEGIN).await.map_err(OpenError::unusable)?;
    session.rows("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(OpenError::unusable)?;
    // Again, now that no other can be migrating.
    let found = examine(&session, newest).await?;
    let mut level = found.level;
    for migration in migrations.iter().filter(|migration| migration.level > found.level) {
        apply_one(&session, migration)
            .await
            .map_err(|fault| OpenError::Migration { migration: migration.name, source: fault.into() })?;
        level = migration.level;
    }
    session.commit().await.map_err(OpenError::unusable)?;
    if level > found.level {
        tracing::info!(from = found.level, to = level, "migrated the database");
    }
    Ok(Migrated { from: found.level, to: level })
}

async fn apply_one(session: &Session, migration: &Migration) -> Result<(), Fault> {
    session.batch(migration.sql).await?;
    session
        .execute(
            "UPDATE passgate_schema
             SET level = $1, oldest_binary = greatest(oldest_binary, $2)",
            &[&i64::from(migration.level), &i64::from(migration.oldest_binary)],
        )
        .await?;
    Ok(())
}

/// Reads the schema's level, and refuses what this program can't work with, and what is another's.
async fn examine(session: &Session, newest: u32) -> Result<Schema, OpenError> {
    let Some(schema) = read(session).await? else {
        return Ok(Schema { level: 0, oldest_binary: 0 });
    };
    if schema.oldest_binary > newest {
        return Err(OpenError::SchemaTooNew { level: schema.level, oldest_binary: schema.oldest_binary });
    }
    Ok(schema)
}

/// None: there is nothing in it yet.
async fn read(session: &Session) -> Result<Option<Schema>, OpenError> {
    let tables = session
        .rows(
            "SELECT current_schema()::text, tablename::text
             FROM (SELECT current_schema()) AS current
             LEFT JOIN pg_tables ON schemaname = current_schema()",
            &[],
        )
        .await
        .map_err(OpenError::unusable)?;
    let named = tables.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let named: Vec<(Option<String>, Option<String>)> = named
        .collect::<Result<_, tokio_postgres::Error>>()
        .map_err(|error| OpenError::unusable(error.into()))?;
    if !named.iter().any(|(_, table)| table.as_deref() == Some("passgate_schema")) {
        return match named.into_iter().next() {
            Some((schema, Some(_))) => Err(OpenError::NotPassgate { schema: schema.unwrap_or_default() }),
            _ => Ok(None),
        };
    }
    let levels = async {
        let row = session
            .row("SELECT level, oldest_binary FROM passgate_schema", &[])
            .await?
            .ok_or(Fault::NoRow("passgate_schema"))?;
        Ok::<_, Fault>((row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?))
    };
    let (level, oldest_binary) = levels.await.map_err(OpenError::unusable)?;
    // A level that no program can have is one that none can work with.
    let number = |level: i64| u32::try_from(level).unwrap_or(u32::MAX);
    Ok(Some(Schema { level: number(level), oldest_binary: number(oldest_binary) }))
}
