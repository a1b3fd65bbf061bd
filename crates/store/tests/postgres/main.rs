//! What holds on PostgreSQL in particular. Each file has a server, which its tests share.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod concurrency;
mod faults;
#[expect(dead_code, reason = "the contract's tests use the rest")]
#[path = "../contract/fixtures.rs"]
mod fixtures;
mod lists;
mod schema;
mod statements;

use passgate_postgres_connection::{Connection, PostgresUrl};
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::{PostgresOptions, PostgresStore};

/// A database on a server.
struct Place(PostgresOptions);

impl Place {
    fn new(server: &PostgresServer, name: &str) -> Self {
        Self(PostgresOptions::new(PostgresUrl::parse(&server.create_database(name)).unwrap()))
    }

    async fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.0).await.unwrap()
    }

    /// A connection of another program's.
    async fn connection(&self) -> Connection {
        self.0.url.connect().await.unwrap()
    }
}
