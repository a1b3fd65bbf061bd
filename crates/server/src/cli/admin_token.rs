//! `passgate admin-token create|list|revoke`
//!
//! Always on the database: the first token can't come from an API that asks for one.

use passgate_core::administration::Created;
use passgate_core::ids::AdminTokenId;
use passgate_core::passgate::Passgate;
use passgate_core::store::{Changed, Store};
use passgate_core::text::Text;
use serde_json::json;
use uuid::Uuid;

use super::CliError;
use super::output::{Output, moment, table};
use crate::open::{IfMissing, open, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make an admin token and show it once
    Create {
        /// What to call it [default: made from the time]
        #[arg(long)]
        name: Option<String>,
    },
    /// List admin tokens, without their secrets
    List,
    /// Revoke an admin token
    Revoke {
        /// The token's id, from the list
        token_id: Uuid,
    },
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let if_missing = match command {
        Command::Create { .. } => IfMissing::Create,
        Command::List | Command::Revoke { .. } => IfMissing::Fail,
    };
    with_passgate!(open(settings, if_missing).await?, passgate => run_on(&passgate, command, output).await)
}

async fn run_on<S: Store>(passgate: &Passgate<S>, command: Command, output: &Output) -> Result<(), CliError> {
    let result = match command {
        Command::Create { name } => create(passgate, output, name).await,
        Command::List => list(passgate, output).await,
        Command::Revoke { token_id } => revoke(passgate, output, token_id).await,
    };
    passgate.store().close().await;
    result
}

async fn create<S: Store>(
    passgate: &Passgate<S>,
    output: &Output,
    name: Option<String>,
) -> Result<(), CliError> {
    let name = name.unwrap_or_else(|| {
        format!("Made {} ({})", moment(passgate.now().to_date_time()), passgate.random_uuid().simple())
    });
    let name = Text::new(name).map_err(|error| CliError::Usage(format!("--name: {error}")))?;
    let token = match passgate.create_admin_token(name).await? {
        Created::Done(token) => token,
        Created::NameTaken | Created::UnknownTenant => {
            return Err(CliError::Usage("--name: there is an admin token of this name".to_owned()));
        }
    };
    let secret = token.secret.expose_secret();
    let shown = json!({ "id": token.id.as_uuid(), "name": token.name.as_str(), "token": secret });
    Ok(output.print(&shown, || {
        format!(
            "Created admin token {}\n\n  {secret}\n\nIt is not shown again. The command line takes it from \
                 PASSGATE_ADMIN_TOKEN.\n",
            token.id
        )
    })?)
}

async fn list<S: Store>(passgate: &Passgate<S>, output: &Output) -> Result<(), CliError> {
    let tokens = passgate.list_admin_tokens().await?;
    let shown: Vec<_> = tokens
        .iter()
        .map(|token| {
            json!({
                "id": token.id.as_uuid(),
                "name": token.name.as_str(),
                "token": format!("{}…", token.hint),
                "created_at": moment(token.created_at.to_date_time()),
            })
        })
        .collect();
    let rows: Vec<_> = tokens
        .iter()
        .map(|token| {
            let created = moment(token.created_at.to_date_time());
            [token.id.to_string(), token.name.to_string(), format!("{}…", token.hint), created]
        })
        .collect();
    Ok(output.print(&shown, || {
        table(["TOKEN ID", "NAME", "TOKEN", "CREATED"], &rows, "There is no admin token.")
    })?)
}

async fn revoke<S: Store>(passgate: &Passgate<S>, output: &Output, token_id: Uuid) -> Result<(), CliError> {
    match passgate.delete_admin_token(AdminTokenId::new(token_id)).await? {
        Changed::Done => {
            let result = json!({ "token_id": token_id, "revoked": true });
            Ok(output.print(&result, || format!("Revoked admin token {token_id}"))?)
        }
        Changed::NotFound => Err(CliError::Usage(format!("there is no admin token {token_id}"))),
    }
}
