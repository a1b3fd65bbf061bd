//! `passgate signing-key list|rotate|delete`

use hyper::Method;
use passgate_api::admin::{SigningAlgorithm, SigningKey, SigningKeyCreate, SigningKeyState};
use serde_json::json;
use uuid::Uuid;

use super::admin::Admin;
use super::output::{Output, moment, table};
use super::tenant::parse_algorithm;
use super::{CliError, tenant_path};
use crate::open::IfMissing;
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List a tenant's signing keys
    List {
        /// The tenant
        tenant_id: Uuid,
    },
    /// Make the next signing key; it signs 15 minutes from now, when caches of the JWKS have it
    Rotate {
        /// The tenant
        tenant_id: Uuid,
        /// For a compromise: sign with the new key at once, and delete the others
        #[arg(long)]
        now: bool,
        /// The new key's algorithm [default: that of the key it replaces]
        #[arg(long, value_name = "ALGORITHM", value_parser = parse_algorithm)]
        algorithm: Option<SigningAlgorithm>,
    },
    /// Delete a signing key that does not sign
    Delete {
        /// The tenant
        tenant_id: Uuid,
        /// The key's id, from the list
        key_id: Uuid,
    },
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let admin = Admin::connect(settings, IfMissing::Fail).await?;
    let result = match command {
        Command::List { tenant_id } => list(&admin, output, tenant_id).await,
        Command::Rotate { tenant_id, now, algorithm } => {
            rotate(&admin, output, tenant_id, now, algorithm).await
        }
        Command::Delete { tenant_id, key_id } => delete(&admin, output, tenant_id, key_id).await,
    };
    admin.close().await;
    result
}

async fn list(admin: &Admin, output: &Output, tenant_id: Uuid) -> Result<(), CliError> {
    let path = tenant_path(tenant_id, "/secrets/jwk");
    let keys: Vec<SigningKey> = admin.request(Method::GET, &path, None).await?;
    let rows: Vec<_> = keys
        .iter()
        .map(|key| {
            let state = match key.state {
                SigningKeyState::Published => "published",
                SigningKeyState::Active => "active",
                SigningKeyState::Retired => "retired",
            };
            [
                key.id.to_string(),
                key.kid.clone(),
                algorithm_name(key.alg).to_owned(),
                state.to_owned(),
                moment(key.signs_from),
            ]
        })
        .collect();
    Ok(output.print(&keys, || {
        table(["KEY ID", "KID", "ALGORITHM", "STATE", "SIGNS FROM"], &rows, "The tenant has no signing key.")
    })?)
}

async fn rotate(
    admin: &Admin,
    output: &Output,
    tenant_id: Uuid,
    now: bool,
    algorithm: Option<SigningAlgorithm>,
) -> Result<(), CliError> {
    let request = SigningKeyCreate { name: None, alg: algorithm, now };
    let body = serde_json::to_value(request).map_err(|error| CliError::Usage(error.to_string()))?;
    let path = tenant_path(tenant_id, "/secrets/jwk");
    let key: SigningKey = admin.request(Method::POST, &path, Some(body)).await?;
    Ok(output.print(&key, || {
        let alg = algorithm_name(key.alg);
        let from = moment(key.signs_from);
        format!("Created signing key {} ({alg}); it signs from {from}", key.kid)
    })?)
}

async fn delete(admin: &Admin, output: &Output, tenant_id: Uuid, key_id: Uuid) -> Result<(), CliError> {
    admin.command(Method::DELETE, &tenant_path(tenant_id, &format!("/secrets/jwk/{key_id}")), None).await?;
    let result = json!({ "key_id": key_id, "deleted": true });
    Ok(output.print(&result, || format!("Deleted signing key {key_id}"))?)
}

fn algorithm_name(algorithm: SigningAlgorithm) -> &'static str {
    match algorithm {
        SigningAlgorithm::Es256 => "ES256",
        SigningAlgorithm::Rs256 => "RS256",
    }
}
