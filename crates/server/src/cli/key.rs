//! `passgate key create|list|revoke`

use hyper::Method;
use passgate_api::admin::{ApiKey, ApiKeyCreated};
use serde_json::json;
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
    },
    /// List a tenant's API keys, without their secrets
    List {
        /// The tenant
        tenant_id: Uuid,
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
        Command::Create { tenant_id, name } => create(&admin, output, tenant_id, name).await,
        Command::List { tenant_id } => list(&admin, output, tenant_id).await,
        Command::Revoke { tenant_id, key_id } => revoke(&admin, output, tenant_id, key_id).await,
    };
    admin.close().await;
    result
}

async fn create(admin: &Admin, output: &Output, tenant_id: Uuid, name: String) -> Result<(), CliError> {
    let path = tenant_path(tenant_id, "/secrets/api");
    let key: ApiKeyCreated = admin.request(Method::POST, &path, Some(json!({ "name": name }))).await?;
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
            [key.id.to_string(), key.name.clone(), key.secret.clone(), moment(key.created_at), last_used]
        })
        .collect();
    Ok(output.print(&keys, || {
        table(["KEY ID", "NAME", "KEY", "CREATED", "LAST USED"], &rows, "The tenant has no API key.")
    })?)
}

async fn revoke(admin: &Admin, output: &Output, tenant_id: Uuid, key_id: Uuid) -> Result<(), CliError> {
    admin.command(Method::DELETE, &tenant_path(tenant_id, &format!("/secrets/api/{key_id}")), None).await?;
    let result = json!({ "key_id": key_id, "revoked": true });
    Ok(output.print(&result, || format!("Revoked API key {key_id}"))?)
}
