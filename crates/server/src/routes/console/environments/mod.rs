//! `/console/api/environments/{tenant_id}`. What the admin API and the public API do for a tenant, their own handlers do
//! here too: `routes/console/mod.rs` says which.

pub(crate) mod app_url;
pub(crate) mod audit_log;
pub(crate) mod deleted_attempts;
pub(crate) mod get;
pub(crate) mod insights;
pub(crate) mod related_origins;
pub(crate) mod settings;
pub(crate) mod stale_passkeys;
pub(crate) mod steps;
pub(crate) mod trial;
pub(crate) mod users;

use std::sync::Arc;

use passgate_api::ErrorCode;
use passgate_api::admin::ConfigWarning;
use passgate_api::console as wire;
use passgate_core::clock::Timestamp;
use passgate_core::config_warnings;
use passgate_core::console::{Project, Role};
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_core::tenant_cache::Tenant;
use passgate_webauthn::Origin;

use crate::app::App;
use crate::error::ApiError;
use crate::routes::console::organizations::role_to_wire;
use crate::routes::console::projects::kind_to_wire;

pub(crate) fn not_found() -> ApiError {
    ApiError::not_found(
        ErrorCode::ENVIRONMENT_NOT_FOUND,
        "there is no such environment, or it is of an organization that you are no member of",
    )
}

/// An environment, as it is stored now.
pub(crate) async fn whole<S: Store>(
    app: &App<S>,
    tenant_id: TenantId,
    role: Role,
) -> Result<wire::Environment, ApiError> {
    let project = app.passgate.project_of(tenant_id).await?.ok_or_else(not_found)?;
    let tenant = app.passgate.tenant(tenant_id).await?.ok_or_else(not_found)?;
    let Project { id, organization_id, organization, name, environments, .. } = project;
    let environment = environments
        .into_iter()
        .find(|environment| environment.tenant_id == tenant_id)
        .ok_or_else(not_found)?;
    let api_url = tenant.issuer.clone();
    let warnings =
        config_warnings::warnings(&tenant.config, tenant.rp_id_use, app.passgate.metadata_usable());
    let reason = why_not_here(app, &tenant);
    Ok(wire::Environment {
        tenant_id: *tenant_id.as_uuid(),
        kind: kind_to_wire(environment.kind),
        app_url: environment.app_url,
        rp_id: environment.rp_id,
        project: wire::Named { id: *id.as_uuid(), name: name.to_string() },
        organization: wire::Named { id: *organization_id.as_uuid(), name: organization.to_string() },
        role: role_to_wire(role),
        jwks_url: format!("{api_url}/.well-known/jwks.json"),
        api_url,
        origins: origins(&tenant),
        warnings: warnings
            .iter()
            .map(|warning| ConfigWarning { code: warning.code().to_owned(), message: warning.to_string() })
            .collect(),
        steps: steps(app, tenant_id).await?,
        try_here: wire::TryHere { possible: reason.is_none(), reason },
    })
}

/// How far an environment's integration has come.
async fn steps<S: Store>(app: &App<S>, tenant_id: TenantId) -> Result<wire::Steps, ApiError> {
    let steps = app.passgate.integration_steps(tenant_id).await?;
    let moment = |at: Option<Timestamp>| at.map(Timestamp::to_date_time);
    Ok(wire::Steps {
        api_key_created: moment(steps.api_key_created),
        registration_begun: moment(steps.registration_begun),
        registration_finished: moment(steps.registration_finished),
        login_begun: moment(steps.login_begun),
        login_finished: moment(steps.login_finished),
    })
}

fn origins(tenant: &Arc<Tenant>) -> Vec<String> {
    tenant.config.relying_party.origins.as_slice().iter().map(|origin| origin.as_str().to_owned()).collect()
}

/// Why the console's page can't run an environment's ceremonies, for people; none: it can.
pub(crate) fn why_not_here<S>(app: &App<S>, tenant: &Tenant) -> Option<String> {
    let rp_id = &tenant.config.relying_party.id;
    let place = &app.console.place;
    let fits = Origin::parse(place.url()).is_ok_and(|origin| rp_id.accepts(&origin));
    if fits {
        return None;
    }
    Some(format!(
        "Browsers let pages of {rp_id} alone use its passkeys, and this console is at {}. In the development \
         environment of a project at localhost it works where the console is at localhost, too.",
        place.url(),
        rp_id = rp_id.as_str(),
    ))
}
