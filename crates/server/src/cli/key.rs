//! `passgate key create|list|roll|revoke`

use hyper::Method;
use passgate_api::admin::{ApiKey, ApiKeyCreated, ApiKeyState};
use serde_json::{Value, json};
use uuid::Uuid;

use super::admin::Admin;
use super::output::{Output, moment, table};
use super::{CliError, tenant_path};
use crate::open::IfMissing;
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make an API key and show it once
    Create {
        /// The tenant
        tenant_id: Uuid,
        /// What to call it
        #[arg(long)]
        name: String,
        /// From when on it is refused, as 2027-07-15T08:00:00Z [default: never]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// List a tenant's API keys, without their secrets
    List {
        /// The tenant
        tenant_id: Uuid,
    },
    /// Make an API key in place of another, which goes on for a while, and show it once
    Roll {
        /// The tenant
        tenant_id: Uuid,
        /// The id of the key to replace, from the list
        key_id: Uuid,
        /// How many seconds that one goes on, at most 2592000 (30 days)
        #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
        overlap: u32,
        /// What to call the new one [default: as the other, with a number]
        #[arg(long)]
        name: Option<String>,
        /// From when on the new one is refused, as 2027-07-15T08:00:00Z [default: never]
        #[arg(long, value_name = "TIME")]
        expires_at: Option<String>,
    },
    /// Revoke an API key
    Revoke {
        /// The tenant
        tenant_id: Uuid,
        /// The key's id, from the list
        key_id: Uuid,
    },
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let admin = Admin::connect(settings, IfMissing::Fail).await?;
    let result = match command {
        Command::Create { tenant_id, name, expires_at } => {
            let body = json!({ "name": name, "expires_at": expires_at });
            create(&admin, output, &tenant_path(tenant_id, "/secrets/api"), body).await
        }
        Command::Roll { tenant_id, key_id, overlap, name, expires_at } => {
            let path = tenant_path(tenant_id, &format!("/secrets/api/{key_id}/roll"));
            let body = json!({ "overlap_seconds": overlap, "name": name, "expires_at": expires_at });
            create(&admin, output, &path, body).await
        }
        Command::List { tenant_id } => list(&admin, output, tenant_id).await,
        Command::Revoke { tenant_id, key_id } => revoke(&admin, output, tenant_id, key_id).await,
    };
    admin.close().await;
    result
}

async fn create(admin: &Admin, output: &Output, path: &str, body: Value) -> Result<(), CliError> {
    let key: ApiKeyCreated = admin.request(Method::POST, path, Some(body)).await?;
    Ok(output.print(&key, || {
        let secret = key.secret.expose_secret();
        format!("Created API key {:?} ({})\n\n  {secret}\n\nIt is not shown again.\n", key.name, key.id)
    })?)
}

async fn list(admin: &Admin, output: &Output, tenant_id: Uuid) -> Result<(), CliError> {
    let keys: Vec<ApiKey> = admin.request(Method::GET, &tenant_path(tenant_id, "/secrets/api"), None).await?;
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            let last_used = key.last_used_at.map_or_else(|| "never".to_owned(), moment);
            let expires = match (key.expires_at, key.state) {
                (None, _) => "never".to_owned(),
                (Some(end), ApiKeyState::Active) => moment(end),
                (Some(end), ApiKeyState::Expired) => format!("{} (expired)", moment(end)),
            };
            let created = moment(key.created_at);
            [key.id.to_string(), key.name.clone(), key.secret.clone(), created, last_used, expires]
        })
        .collect();
    Ok(output.print(&keys, || {
        table(
            ["KEY ID", "NAME", "KEY", "CREATED", "LAST USED", "EXPIRES"],
            &rows,
            "The tenant has no API key.",
        )
    })?)
}

async fn revoke(admin: &Admin, output: &Output, tenant_id: Uuid, key_id: Uuid) -> Result<(), CliError> {
    admin.command(Method::DELETE, &tenant_path(tenant_id, &format!("/secrets/api/{key_id}")), None).await?;
    let result = json!({ "key_id": key_id, "revoked": true });
    Ok(output.print(&result, || format!("Revoked API key {key_id}"))?)
}
