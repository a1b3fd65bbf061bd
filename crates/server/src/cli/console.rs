//! `passgate console claim|recover|operators`
//!
//! Always on the database: whoever holds it owns the console, too.

use passgate_core::console::{ClaimLinkError, Email, RecoveryLinkError};
use passgate_core::key_secret::KeySecret;
use passgate_core::passgate::Passgate;
use passgate_core::store::Store;
use serde_json::json;

use super::CliError;
use super::output::{Output, moment, table};
use crate::console::link_url;
use crate::open::{IfMissing, open, with_passgate};
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a link that makes its holder the console's first operator, in place of the one before
    Claim,
    /// Make a link that lets an operator in who lost every passkey
    Recover {
        /// The account's email
        #[arg(long)]
        email: String,
    },
    /// List operators
    Operators,
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let if_missing = match command {
        Command::Claim => IfMissing::Create,
        Command::Recover { .. } | Command::Operators => IfMissing::Fail,
    };
    with_passgate!(open(settings, if_missing).await?, passgate => {
        run_on(&passgate, command, settings, output).await
    })
}

async fn run_on<S: Store>(
    passgate: &Passgate<S>,
    command: Command,
    settings: &Settings,
    output: &Output,
) -> Result<(), CliError> {
    let result = match command {
        Command::Claim => claim(passgate, settings, output).await,
        Command::Recover { email } => recover(passgate, settings, output, &email).await,
        Command::Operators => operators(passgate, output).await,
    };
    passgate.store().close().await;
    result
}

async fn claim<S: Store>(
    passgate: &Passgate<S>,
    settings: &Settings,
    output: &Output,
) -> Result<(), CliError> {
    let secret = passgate.make_claim_link().await.map_err(|error| match error {
        ClaimLinkError::Claimed => CliError::Usage(
            "the console has an operator already; `passgate console recover` lets one in again".to_owned(),
        ),
        ClaimLinkError::Store(error) => error.into(),
    })?;
    print_link(settings, output, &secret, "claims the console")
}

async fn recover<S: Store>(
    passgate: &Passgate<S>,
    settings: &Settings,
    output: &Output,
    email: &str,
) -> Result<(), CliError> {
    let email = Email::new(email).map_err(|error| CliError::Usage(format!("--email: {error}")))?;
    let (operator, secret) = passgate.make_recovery_link(email).await.map_err(|error| match error {
        RecoveryLinkError::UnknownEmail => {
            CliError::Usage("--email: no operator has it; `passgate console operators` lists them".to_owned())
        }
        RecoveryLinkError::Store(error) => error.into(),
    })?;
    print_link(settings, output, &secret, &format!("lets {} in", operator.email.as_str()))
}

fn print_link(settings: &Settings, output: &Output, secret: &KeySecret, does: &str) -> Result<(), CliError> {
    let url = link_url(&settings.console.place, secret.expose_secret());
    Ok(output.print(&json!({ "url": url }), || {
        format!("This link {does}. It works once, within an hour, and is not shown again:\n\n  {url}\n")
    })?)
}

async fn operators<S: Store>(passgate: &Passgate<S>, output: &Output) -> Result<(), CliError> {
    let operators = passgate.operators().await?;
    let shown: Vec<_> = operators
        .iter()
        .map(|operator| {
            json!({
                "id": operator.id.as_uuid(),
                "name": operator.name.as_str(),
                "email": operator.email.as_str(),
                "created_at": moment(operator.created_at.to_date_time()),
            })
        })
        .collect();
    let rows: Vec<_> = operators
        .iter()
        .map(|operator| {
            let created = moment(operator.created_at.to_date_time());
            [operator.email.as_str().to_owned(), operator.name.to_string(), created]
        })
        .collect();
    Ok(output.print(&shown, || table(["EMAIL", "NAME", "CREATED"], &rows, "There is no operator."))?)
}
