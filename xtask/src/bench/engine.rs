//! The databases that a part of a bench is measured on, one after the other.

use std::path::{Path, PathBuf};

use passgate_postgres_fixture::PostgresServer;

use super::Bench;
use super::server::Database;
use crate::failure::Failure;

/// What makes databases.
pub(super) enum Engine {
    /// In this folder.
    Sqlite(PathBuf),
    /// It runs until this is dropped.
    Postgres { server: PostgresServer, secret: String },
}

impl Engine {
    /// A database of that name, in a folder that is there; of PostgreSQL, a new one.
    pub(super) fn database(&self, name: &str) -> Database {
        match self {
            Self::Sqlite(folder) => Database::Sqlite(folder.join(format!("{name}.db"))),
            Self::Postgres { server, secret } => {
                Database::Postgres { url: server.create_database(name), secret: secret.clone() }
            }
        }
    }
}

impl Bench<'_> {
    /// Measures with each, SQLite's files being in a folder. PostgreSQL runs only for its own turn: it vacuums and writes
    /// for minutes after a load, and what runs beside it is slower for that.
    pub(super) fn on_each(
        &self,
        folder: &Path,
        mut measure: impl FnMut(&Engine) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        measure(&Engine::Sqlite(folder.to_owned()))?;
        let secret = self.tools.new_secret(self.interrupts)?;
        measure(&Engine::Postgres { server: PostgresServer::start_durable(), secret })
    }
}
