//! `passgate metadata show`
//!
//! Always on the database, which the servers on it share.

use passgate_core::metadata::{KeptMetadata, MetadataError};
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use serde_json::{Value, json};

use super::CliError;
use super::output::{Output, moment};
use crate::open::{IfMissing, open_with_metadata, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show the list that the database keeps, verified again
    Show,
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let Command::Show = command;
    if settings.metadata.is_none() {
        let message = "metadata_root is not set: without it no list is taken, and none can be verified";
        return Err(CliError::Usage(message.to_owned()));
    }
    let opened = open_with_metadata(settings, IfMissing::Fail).await?;
    with_passgate!(opened, passgate => show(&passgate, output).await)
}

async fn show<S: Store>(passgate: &Passgate<S>, output: &Output) -> Result<(), CliError> {
    let kept = passgate.kept_metadata().await;
    let now = passgate.now();
    passgate.store().close().await;
    let Some((kept, models)) = kept? else {
        return Ok(output
            .print(&Value::Null, || "No list of the metadata service has been taken yet.".to_owned())?);
    };
    let age = now.since(kept.fetched_at);
    let shown = json!({
        "number": kept.number,
        "entries": models.as_ref().ok(),
        "next_update": moment(kept.next_update.to_date_time()),
        "source": kept.source,
        "fetched_at": moment(kept.fetched_at.to_date_time()),
        "age_seconds": age.as_secs(),
        "problem": models.as_ref().err().map(code),
    });
    Ok(output.print(&shown, || text(&kept, age.as_secs(), &models))?)
}

fn text(kept: &KeptMetadata, age_seconds: u64, models: &Result<usize, MetadataError>) -> String {
    let entries = match models {
        Ok(count) => count.to_string(),
        Err(error) => format!("unknown: {error}"),
    };
    format!(
        "Number:      {}\nEntries:     {entries}\nNext update: {}\nSource:      {}\nFetched:     {} ({} hours ago)",
        kept.number,
        moment(kept.next_update.to_date_time()),
        kept.source,
        moment(kept.fetched_at.to_date_time()),
        age_seconds / 3600,
    )
}

/// The stable code of why the list can't be used.
fn code(error: &MetadataError) -> &'static str {
    match error {
        MetadataError::Blob(error) => error.code(),
        MetadataError::NoRoots => "configuration_invalid",
        MetadataError::Number | MetadataError::Store(_) => "database_failed",
    }
}
