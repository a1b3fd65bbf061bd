//! `passgate tenant create|list|show|delete`

use hyper::Method;
use passgate_api::admin::{
    ApiKeyCreated, ConfigWarning, SigningAlgorithm, Tenant, TenantCreate, TenantCreated, TenantSummary,
};
use passgate_api::config::{AttestationPreference, CorsConfig, RelyingParty, TenantConfig, WebauthnConfig};
use passgate_webauthn::{Origin, RpId};
use serde::Serialize;
use url::{Host, Url};
use uuid::Uuid;

use super::admin::Admin;
use super::output::{Output, table};
use super::{CliError, tenant_path};
use crate::open::IfMissing;
use crate::settings::Settings;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a tenant for an app, with an API key, and print what the app's backend needs
    Create {
        /// The app's name, which the passkey prompt shows too
        #[arg(long)]
        name: String,
        #[arg(long, value_name = "URL", help = "Where the app's pages are, such as http://localhost:5173")]
        app_url: Url,
        /// The domain that passkeys are bound to [default: the app URL's host]
        #[arg(long, value_name = "DOMAIN")]
        rp_id: Option<String>,
        /// The algorithm of the tenant's tokens
        #[arg(long, value_name = "ALGORITHM", default_value = "ES256", value_parser = parse_algorithm)]
        signing_algorithm: SigningAlgorithm,
    },
    /// List all tenants
    List,
    /// Show a tenant's configuration
    Show {
        /// The tenant
        tenant_id: Uuid,
    },
    /// Delete a tenant with its users, passkeys, keys and log
    Delete {
        /// The tenant
        tenant_id: Uuid,
        /// Yes, delete everything of its
        #[arg(long)]
        yes: bool,
    },
}

/// What `create` prints.
#[derive(Serialize)]
struct Created {
    tenant_id: Uuid,
    display_name: String,
    api_url: String,
    base_url: String,
    jwks_url: String,
    api_key: ApiKeyCreated,
    env: Environment,
    warnings: Vec<ConfigWarning>,
}

/// What an app's backend is given.
#[derive(Serialize)]
struct Environment {
    #[serde(rename = "PASSKEYS_TENANT_ID")]
    tenant_id: Uuid,
    #[serde(rename = "PASSKEYS_API_KEY")]
    api_key: passgate_api::SecretString,
    #[serde(rename = "PASSKEYS_BASE_URL")]
    base_url: String,
}

pub(crate) async fn run(command: Command, settings: &Settings, output: &Output) -> Result<(), CliError> {
    let if_missing = match command {
        Command::Create { .. } => IfMissing::Create,
        Command::List | Command::Show { .. } | Command::Delete { .. } => IfMissing::Fail,
    };
    if let Command::Delete { tenant_id, yes: false } = &command {
        let message = format!(
            "this deletes tenant {tenant_id} with all its users and passkeys, for good; say --yes if that is meant"
        );
        return Err(CliError::Usage(message));
    }
    let admin = Admin::connect(settings, if_missing).await?;
    let result = match command {
        Command::Create { name, app_url, rp_id, signing_algorithm } => {
            create(&admin, settings, output, name, &app_url, rp_id, signing_algorithm).await
        }
        Command::List => list(&admin, output).await,
        Command::Show { tenant_id } => show(&admin, output, tenant_id).await,
        Command::Delete { tenant_id, .. } => delete(&admin, output, tenant_id).await,
    };
    admin.close().await;
    result
}

async fn create(
    admin: &Admin,
    settings: &Settings,
    output: &Output,
    name: String,
    app_url: &Url,
    rp_id: Option<String>,
    signing_algorithm: SigningAlgorithm,
) -> Result<(), CliError> {
    let config = config_for(&name, app_url, rp_id)?;
    let request = TenantCreate {
        display_name: name.clone(),
        config,
        create_api_key: true,
        signing_algorithm: Some(signing_algorithm),
    };
    let body = serde_json::to_value(request).map_err(|error| CliError::Usage(error.to_string()))?;
    let created: TenantCreated = admin.request(Method::POST, "/tenants", Some(body)).await?;
    let api_key = created.api_key.ok_or_else(|| CliError::Usage("the server made no API key".to_owned()))?;
    let base_url = settings.public_url.clone();
    let created = Created {
        warnings: created.warnings,
        tenant_id: created.id,
        display_name: name,
        jwks_url: format!("{base_url}/{}/.well-known/jwks.json", created.id),
        api_url: format!("{base_url}/{}", created.id),
        env: Environment {
            tenant_id: created.id,
            api_key: api_key.secret.clone(),
            base_url: base_url.clone(),
        },
        base_url,
        api_key,
    };
    output.print(&created, || {
        format!(
            "Created tenant {:?}\n\n  Tenant ID  {}\n  API URL    {}\n  JWKS URL   {}\n  API key    {}\n\n\
             The API key is not shown again. For the .env of the app's backend:\n\n\
             PASSKEYS_TENANT_ID={}\nPASSKEYS_API_KEY={}\nPASSKEYS_BASE_URL={}\n{}",
            created.display_name,
            created.tenant_id,
            created.api_url,
            created.jwks_url,
            created.api_key.secret.expose_secret(),
            created.env.tenant_id,
            created.env.api_key.expose_secret(),
            created.env.base_url,
            warned(&created.warnings),
        )
    })?;
    Ok(())
}

/// What of a configuration is probably not meant, a line each.
fn warned(warnings: &[ConfigWarning]) -> String {
    let lines = warnings.iter().map(|warning| format!("Warning: {} ({})\n", warning.message, warning.code));
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

async fn list(admin: &Admin, output: &Output) -> Result<(), CliError> {
    let tenants: Vec<TenantSummary> = admin.request(Method::GET, "/tenants", None).await?;
    let rows: Vec<_> =
        tenants.iter().map(|tenant| [tenant.id.to_string(), tenant.display_name.clone()]).collect();
    let if_empty =
        "No tenants yet. Make one: passgate tenant create --name \"My app\" --app-url http://localhost:5173";
    Ok(output.print(&tenants, || table(["TENANT ID", "NAME"], &rows, if_empty))?)
}

async fn show(admin: &Admin, output: &Output, tenant_id: Uuid) -> Result<(), CliError> {
    let tenant: Tenant = admin.request(Method::GET, &tenant_path(tenant_id, ""), None).await?;
    let webauthn = &tenant.config.webauthn;
    let word = |value: &Option<serde_json::Value>| {
        value.as_ref().and_then(serde_json::Value::as_str).unwrap_or("any").to_owned()
    };
    let words = |value: &dyn Fn() -> Option<serde_json::Value>| word(&value());
    Ok(output.print(&tenant, || {
        format!(
            "{}\n\n  Tenant ID          {}\n  RP ID              {}\n  Prompt shows       {}\n  Origins            {}\n  \
             CORS               {}\n  Timeout            {} ms\n  User verification  {}\n  Attestation        {}\n  \
             Attachment         {}\n  Resident key       {}\n{}",
            tenant.display_name,
            tenant.id,
            webauthn.relying_party.id,
            webauthn.relying_party.display_name,
            webauthn.relying_party.origins.join(", "),
            tenant.config.cors.allowed_origins.join(", "),
            webauthn.timeout,
            words(&|| serde_json::to_value(webauthn.user_verification).ok()),
            words(&|| serde_json::to_value(webauthn.attestation_preference).ok()),
            words(&|| serde_json::to_value(webauthn.attachment).ok()),
            words(&|| serde_json::to_value(webauthn.resident_key_requirement).ok()),
            warned(&tenant.warnings),
        )
    })?)
}

async fn delete(admin: &Admin, output: &Output, tenant_id: Uuid) -> Result<(), CliError> {
    admin.command(Method::DELETE, &tenant_path(tenant_id, ""), None).await?;
    let result = serde_json::json!({ "tenant_id": tenant_id, "deleted": true });
    Ok(output.print(&result, || format!("Deleted tenant {tenant_id}"))?)
}

/// What our own tools give a tenant: attestation none, five minutes, passkeys that log in without a user name.
fn config_for(name: &str, app_url: &Url, rp_id: Option<String>) -> Result<TenantConfig, CliError> {
    let host = match app_url.host() {
        Some(Host::Domain(host)) if matches!(app_url.scheme(), "http" | "https") => host.to_owned(),
        _ => {
            let message = "--app-url must be http or https with a host name: passkeys are bound to domains, not to IP addresses";
            return Err(CliError::Usage(message.to_owned()));
        }
    };
    let origin = app_url.origin().ascii_serialization();
    let rp_id = rp_id.unwrap_or(host);
    let usage = |error: &dyn std::fmt::Display| CliError::Usage(error.to_string());
    let parsed = Origin::parse(&origin).map_err(|error| usage(&format_args!("--app-url: {error}")))?;
    let domain = RpId::parse(&rp_id).map_err(|error| usage(&format_args!("--rp-id: {error}")))?;
    if !domain.accepts(&parsed) {
        let message = format!(
            "--rp-id: pages of {origin} can't use passkeys of {rp_id}: it must be their domain, or above it"
        );
        return Err(CliError::Usage(message));
    }
    Ok(TenantConfig {
        cors: CorsConfig { allowed_origins: vec![origin.clone()], allow_unsafe_wildcard: false },
        webauthn: WebauthnConfig {
            relying_party: RelyingParty {
                id: rp_id,
                display_name: name.to_owned(),
                icon: None,
                origins: vec![origin],
            },
            timeout: 300_000,
            user_verification: None,
            attachment: None,
            attestation_preference: Some(AttestationPreference::None),
            resident_key_requirement: None,
            request_overrides: None,
            counter_policy: None,
            backup_eligibility_policy: None,
            unknown_credentials: None,
            attestation_trust: None,
        },
        mfa: None,
        audit_log: None,
        rate_limit: None,
    })
}

pub(super) fn parse_algorithm(text: &str) -> Result<SigningAlgorithm, String> {
    match text {
        "ES256" => Ok(SigningAlgorithm::Es256),
        "RS256" => Ok(SigningAlgorithm::Rs256),
        _ => Err("use ES256 or RS256".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_bound_to_the_app_urls_host_and_origin() {
        let url = "https://app.example.com:8443/start?x#y".parse().unwrap();
        let config = config_for("App", &url, None).unwrap();
        assert_eq!(config.webauthn.relying_party.id, "app.example.com");
        assert_eq!(config.webauthn.relying_party.origins, ["https://app.example.com:8443"]);
        assert_eq!(config.cors.allowed_origins, ["https://app.example.com:8443"]);
        assert_eq!(config.webauthn.attestation_preference, Some(AttestationPreference::None));
        assert_eq!(config.webauthn.timeout, 300_000);
    }

    #[test]
    fn an_rp_id_that_the_apps_pages_can_not_use_is_refused() {
        let url = "https://app.example.com".parse().unwrap();
        assert!(config_for("App", &url, Some("example.com".to_owned())).is_ok());
        for rp_id in ["other.com", "le.com", "sub.app.example.com", "https://example.com"] {
            let refused = config_for("App", &url, Some(rp_id.to_owned()));
            assert!(matches!(refused, Err(CliError::Usage(_))), "{rp_id}");
        }
        let plain = "http://example.com".parse().unwrap();
        assert!(config_for("App", &plain, None).is_ok(), "the answer has a warning");
    }

    #[test]
    fn an_app_on_an_ip_address_is_refused() {
        for url in ["http://127.0.0.1:5173", "http://[::1]:5173", "ftp://example.com", "data:text/plain,x"] {
            assert!(
                matches!(config_for("App", &url.parse().unwrap(), None), Err(CliError::Usage(_))),
                "{url}"
            );
        }
    }
}
