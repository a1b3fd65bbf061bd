//! `passgate secret generate|reseal`

use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::ServerSecret;
use passgate_core::store::Store;
use serde_json::json;

use super::CliError;
use super::output::Output;
use super::running::{Relation, probe};
use crate::open::{IfMissing, open, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a server secret and print it
    Generate,
    /// Move everything sealed to the current secret, so that previous ones can be forgotten
    Reseal,
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    match command {
        Command::Generate => {
            let secret = ServerSecret::generate(&SystemRng);
            Ok(output.print(&json!({ "secret": secret.as_str() }), || secret.to_string())?)
        }
        Command::Reseal => {
            let opened = open(settings, IfMissing::Fail).await?;
            let moved = with_passgate!(opened, passgate => reseal(&passgate, settings, output).await)?;
            Ok(output.print(&json!({ "resealed": moved }), || {
                format!(
                    "{moved} signing key(s) moved to the current secret; previous secrets can be forgotten"
                )
            })?)
        }
    }
}

async fn reseal<S: Store>(
    passgate: &Passgate<S>,
    settings: &Settings,
    output: &Output,
) -> Result<u64, CliError> {
    refuse_another_secret(settings, passgate).await?;
    let moved = passgate.reseal(|moved| output.note(&format!("{moved} resealed…"))).await;
    passgate.store().close().await;
    Ok(moved?)
}

/// A server that runs on this database must seal with the same secret, or it could not open what is sealed here.
pub(super) async fn refuse_another_secret<S: Store>(
    settings: &Settings,
    passgate: &Passgate<S>,
) -> Result<(), CliError> {
    let url = settings.admin_url.clone();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| CliError::Unreachable { url: url.clone(), error })?;
    match probe(&client, &url).await {
        Ok(Some(running)) if running.relation_to(passgate) == Relation::OtherSecret => {
            Err(CliError::OtherSecret { url })
        }
        // No server, or another database's.
        Ok(_) | Err(CliError::NotPassgate { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
