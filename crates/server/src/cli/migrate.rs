//! `passgate migrate`

use passgate_store::sqlite::SqliteOptions;
use passgate_store::{postgres, sqlite};
use serde_json::json;

use super::CliError;
use super::output::Output;
use crate::open::StartError;
use crate::settings::{DatabaseLocation, Settings};

pub(crate) async fn run(settings: &Settings, output: &Output) -> Result<(), CliError> {
    let (from, to) = match &settings.database {
        DatabaseLocation::Sqlite(path) => {
            let options = SqliteOptions::new(path);
            let migrating = tokio::task::spawn_blocking(move || sqlite::migrate(&options));
            let migrated = migrating.await.map_err(|_| StartError::Panicked)??;
            (migrated.from, migrated.to)
        }
        DatabaseLocation::Postgres(url) => {
            let migrated = postgres::migrate(&settings.postgres_options(url)).await?;
            (migrated.from, migrated.to)
        }
    };
    let shown = json!({ "database": settings.database.to_string(), "from": from, "to": to });
    Ok(output.print(&shown, || {
        if from == to {
            format!("{} is up to date (schema {to})", settings.database)
        } else {
            format!("Migrated {} from schema {from} to {to}", settings.database)
        }
    })?)
}
