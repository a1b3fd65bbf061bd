//! The store on PostgreSQL, for any number of processes.
//!
//! Every decision is one transaction at READ COMMITTED. What decides a race is a row's lock or a unique key, never what
//! was read before: a row that is to be changed is locked by the statement that reads it.
//!
//! Locks are taken in one order: tenant, user, credential, transaction, endpoint, delivery, spent challenge, version. (A
//! registration spends its challenge first, whose key no other kind of work has.) The tenant's is shared by all who change
//! what belongs to it, as the foreign keys' checks would share it later anyway: so whoever deletes the tenant comes
//! before or after all of a transaction, and not into its midst. Where several locks are taken by one statement, the order
//! is that of its FOR clauses.
//!
//! The end of a ceremony is one statement where it succeeds and no webhook wants to hear of it (see `login.rs`).

mod admin_tokens;
mod api_keys;
mod audit;
mod challenges;
mod connections;
mod console;
mod credentials;
mod fault;
mod import_rounds;
mod login;
mod metadata;
mod migrate;
mod open_error;
mod registration;
mod rows;
mod sealed;
mod signing_keys;
mod store;
mod tenants;
mod transactions;
mod transfer;
mod users;
mod version;
mod webhooks;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use passgate_core::ids::DatabaseId;
use passgate_core::store::StoreError;
use passgate_postgres_connection::PostgresUrl;

use self::connections::{Connections, Session};
use self::fault::Fault;
pub use self::migrate::{Migrated, SCHEMA_LEVEL, migrate, schema_level};
pub use self::open_error::OpenError;

const BEGIN: &str = "BEGIN";
/// One snapshot, so that what is read belongs together.
const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How often a transaction is tried that the server undoes to let another go on.
const ATTEMPTS: u32 = 5;

/// How to open a database.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Where it is.
    pub url: PostgresUrl,
    /// The most connections, at least 2: one of them only watches.
    pub connections: NonZeroUsize,
    /// How long to wait at most, each time: for a free connection, for a new one, for the answer to a statement.
    pub time_limit: Duration,
}

impl PostgresOptions {
    /// The options for a server.
    #[must_use]
    pub fn new(url: PostgresUrl) -> Self {
        Self {
            url,
            connections: const { NonZeroUsize::new(16).unwrap() },
            time_limit: Duration::from_secs(5),
        }
    }

    /// Its URL, with the limit on making connections.
    fn limited_url(&self) -> PostgresUrl {
        self.url.clone().with_connect_timeout(self.time_limit)
    }
}

/// A store on a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    connections: Arc<Connections>,
    /// Apart from the others, so that whether the database answers, and what changed, is known however busy they are.
    watch: Arc<Connections>,
    identity: DatabaseId,
}

impl PostgresStore {
    /// Opens the database, and brings its schema up to date.
    pub async fn open(options: &PostgresOptions) -> Result<Self, OpenError> {
        let url = options.limited_url();
        let for_work = NonZeroUsize::new(options.connections.get() - 1).unwrap_or(NonZeroUsize::MIN);
        let connections = Arc::new(Connections::new(&url, for_work, options.time_limit)?);
        let watch = Arc::new(Connections::new(&url, NonZeroUsize::MIN, options.time_limit)?);
        require_read_committed(&connections).await?;
        migrate::open_migrated(&connections).await?;
        let identity = identity(&connections).await.map_err(OpenError::unusable)?;
        Ok(Self { connections, watch, identity })
    }

    /// How many statements were sent since the store was opened, beginnings and ends of transactions among them.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.connections.statements()
    }

    /// A connection for reads and for writes of one statement.
    async fn session(&self) -> Result<Session, StoreError> {
        Ok(self.connections.session().await?)
    }
}

/// What is one statement has the default isolation, and whoever administers the database sets that.
async fn require_read_committed(connections: &Arc<Connections>) -> Result<(), OpenError> {
    let found = default_isolation(connections).await.map_err(OpenError::unusable)?;
    if found == "read committed" { Ok(()) } else { Err(OpenError::Isolation { found }) }
}

async fn default_isolation(connections: &Arc<Connections>) -> Result<String, Fault> {
    let session = connections.session().await?;
    let setting = "SELECT current_setting('default_transaction_isolation')";
    let row = session.row(setting, &[]).await?.ok_or(Fault::NoRow("a setting"))?;
    Ok(row.try_get(0)?)
}

async fn identity(connections: &Arc<Connections>) -> Result<DatabaseId, Fault> {
    let session = connections.session().await?;
    let row = session.row("SELECT database_id FROM identity", &[]).await?.ok_or(Fault::NoRow("identity"))?;
    Ok(DatabaseId::new(row.try_get(0)?))
}
