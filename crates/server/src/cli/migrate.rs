//! `passgate migrate`

use passgate_store::sqlite::{SqliteOptions, migrate};
use serde_json::json;

use super::CliError;
use super::output::Output;
use crate::open::StartError;
use crate::settings::{DatabaseLocation, Settings};

pub(crate) async fn run(settings: &Settings, output: &Output) -> Result<(), CliError> {
    let DatabaseLocation::Sqlite(path) = &settings.database;
    let options = SqliteOptions::new(path);
    let migrated =
        tokio::task::spawn_blocking(move || migrate(&options)).await.map_err(|_| StartError::Panicked)??;
    let shown =
        json!({ "database": settings.database.to_string(), "from": migrated.from, "to": migrated.to });
    Ok(output.print(&shown, || {
        if migrated.from == migrated.to {
            format!("{} is up to date (schema {})", settings.database, migrated.to)
        } else {
            format!("Migrated {} from schema {} to {}", settings.database, migrated.from, migrated.to)
        }
    })?)
}
