//! `passgate secret generate|reseal`

use passgate_core::rng::SystemRng;
use passgate_core::server_secret::ServerSecret;
use serde_json::json;

use super::CliError;
use super::output::Output;
use crate::open::{IfMissing, open};
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
            let passgate = open(settings, IfMissing::Fail).await?;
            let moved = passgate.reseal(|moved| output.note(&format!("{moved} resealed…"))).await;
            passgate.store().close().await;
            let moved = moved?;
            Ok(output.print(&json!({ "resealed": moved }), || {
                format!(
                    "{moved} signing key(s) moved to the current secret; previous secrets can be forgotten"
                )
            })?)
        }
    }
}
