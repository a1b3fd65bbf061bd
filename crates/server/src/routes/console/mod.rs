//! The console's API, and its pages.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod audit_types;
pub(crate) mod environments;
pub(crate) mod links;
pub(crate) mod operator;
pub(crate) mod organizations;
pub(crate) mod pages;
pub(crate) mod passkeys;
pub(crate) mod place;
pub(crate) mod projects;
pub(crate) mod recovery;
pub(crate) mod recovery_codes;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod state;
pub(crate) mod step_up;

use passgate_core::console::ActivityKind;
use passgate_core::store::Store;

use crate::console::Right;
use crate::openapi::{Endpoint, Tag, delete, get, patch, post, put};

/// Where the API is.
pub(crate) const API: &str = "/console/api";

/// Every endpoint of the API. Who may call it is in its description, which the guard enforces.
pub(crate) fn endpoints<S: Store>() -> Vec<Endpoint<S>> {
    let mut endpoints = accounts();
    endpoints.extend(of_organizations());
    endpoints.extend(of_environments());
    endpoints.extend(of_tenants());
    endpoints
}

/// How operators get in, and what is theirs alone.
fn accounts<S: Store>() -> Vec<Endpoint<S>> {
    vec![
        get("/state", state::handler, state::description()),
        post("/links/inspect", links::inspect::handler, links::inspect::description()),
        post("/sign-up/begin", sign_up::begin::handler, sign_up::begin::description()),
        post("/sign-up/finish", sign_up::finish::handler, sign_up::finish::description()),
        post("/sign-in/begin", sign_in::begin::handler, sign_in::begin::description()),
        post("/sign-in/finish", sign_in::finish::handler, sign_in::finish::description()),
        post("/recovery/code", recovery::code::handler, recovery::code::description()),
        post("/recovery/link", recovery::link::handler, recovery::link::description()),
        post("/step-up/begin", step_up::begin::handler, step_up::begin::description()),
        post("/step-up/finish", step_up::finish::handler, step_up::finish::description()),
        get("/session", session::get::handler, session::get::description()),
        delete("/session", session::delete::handler, session::delete::description()),
        get("/sessions", sessions::list::handler, sessions::list::description()),
        delete("/sessions", sessions::end_others::handler, sessions::end_others::description()),
        delete("/sessions/{session_id}", sessions::end::handler, sessions::end::description()),
        get("/operator", operator::get::handler, operator::get::description()),
        patch("/operator", operator::update::handler, operator::update::description()),
        get("/passkeys", passkeys::list::handler, passkeys::list::description()),
        post("/passkeys/begin", passkeys::begin::handler, passkeys::begin::description()),
        post("/passkeys/finish", passkeys::finish::handler, passkeys::finish::description()),
        patch("/passkeys/{credential_id}", passkeys::rename::handler, passkeys::rename::description()),
        delete("/passkeys/{credential_id}", passkeys::delete::handler, passkeys::delete::description()),
        post("/recovery-codes", recovery_codes::create::handler, recovery_codes::create::description()),
        get("/activity", activity::handler, activity::description()),
    ]
}

/// What operators share.
fn of_organizations<S: Store>() -> Vec<Endpoint<S>> {
    use organizations::{invitations, members};
    use projects::preview;
    vec![
        get("/organizations", organizations::list::handler, organizations::list::description()),
        post("/organizations", organizations::create::handler, organizations::create::description()),
        get(
            "/organizations/{organization_id}",
            organizations::get::handler,
            organizations::get::description(),
        ),
        patch(
            "/organizations/{organization_id}",
            organizations::update::handler,
            organizations::update::description(),
        ),
        delete(
            "/organizations/{organization_id}",
            organizations::delete::handler,
            organizations::delete::description(),
        ),
        get(
            "/organizations/{organization_id}/activity",
            organizations::activity::handler,
            organizations::activity::description(),
        ),
        get("/organizations/{organization_id}/members", members::list::handler, members::list::description()),
        patch(
            "/organizations/{organization_id}/members/{operator_id}",
            members::update::handler,
            members::update::description(),
        ),
        delete(
            "/organizations/{organization_id}/members/{operator_id}",
            members::remove::handler,
            members::remove::description(),
        ),
        get(
            "/organizations/{organization_id}/invitations",
            invitations::list::handler,
            invitations::list::description(),
        ),
        post(
            "/organizations/{organization_id}/invitations",
            invitations::create::handler,
            invitations::create::description(),
        ),
        delete(
            "/organizations/{organization_id}/invitations/{invitation_id}",
            invitations::withdraw::handler,
            invitations::withdraw::description(),
        ),
        post("/invitations/accept", invitations::accept::handler, invitations::accept::description()),
        post("/projects/preview", preview::handler, preview::description()),
        get(
            "/organizations/{organization_id}/projects",
            projects::list::handler,
            projects::list::description(),
        ),
        post(
            "/organizations/{organization_id}/projects",
            projects::create::handler,
            projects::create::description(),
        ),
        get("/projects/{project_id}", projects::get::handler, projects::get::description()),
        patch("/projects/{project_id}", projects::update::handler, projects::update::description()),
        delete("/projects/{project_id}", projects::delete::handler, projects::delete::description()),
    ]
}

/// What is the console's own of an environment.
fn of_environments<S: Store>() -> Vec<Endpoint<S>> {
    use environments::{
        app_url, audit_log, deleted_attempts, get as whole, insights, related_origins, settings,
        stale_passkeys, steps, trial, users,
    };
    vec![
        get("/environments/{tenant_id}", whole::handler, whole::description()),
        get("/environments/{tenant_id}/steps", steps::handler, steps::description()),
        put("/environments/{tenant_id}/app-url", app_url::handler, app_url::description()),
        get("/environments/{tenant_id}/users", users::handler, users::description()),
        get(
            "/environments/{tenant_id}/config/compare",
            settings::compare::handler,
            settings::compare::description(),
        ),
        post(
            "/environments/{tenant_id}/config/promote",
            settings::promote::handler,
            settings::promote::description(),
        ),
        get("/audit-types", audit_types::handler, audit_types::description()),
        get("/environments/{tenant_id}/audit-log", audit_log::list::handler, audit_log::list::description()),
        get(
            "/environments/{tenant_id}/audit-log/live",
            audit_log::live::handler,
            audit_log::live::description(),
        ),
        get(
            "/environments/{tenant_id}/related-origins/check",
            related_origins::check::handler,
            related_origins::check::description(),
        ),
        get("/environments/{tenant_id}/insights", insights::handler, insights::description()),
        get(
            "/environments/{tenant_id}/stale-passkeys",
            stale_passkeys::handler,
            stale_passkeys::description(),
        ),
        get(
            "/environments/{tenant_id}/deleted-attempts",
            deleted_attempts::handler,
            deleted_attempts::description(),
        ),
        post(
            "/environments/{tenant_id}/try/registration/begin",
            trial::registration_begin::handler,
            trial::registration_begin::description(),
        ),
        post(
            "/environments/{tenant_id}/try/registration/finish",
            trial::registration_finish::handler,
            trial::registration_finish::description(),
        )
        .noted(ActivityKind::TrialRegistered),
        post(
            "/environments/{tenant_id}/try/login/begin",
            trial::login_begin::handler,
            trial::login_begin::description(),
        ),
        post(
            "/environments/{tenant_id}/try/login/finish",
            trial::login_finish::handler,
            trial::login_finish::description(),
        ),
    ]
}

/// What the admin API and the public API do for a tenant, done by their own handlers. Here is said who may.
#[expect(clippy::too_many_lines, reason = "a table of contents")]
fn of_tenants<S: Store>() -> Vec<Endpoint<S>> {
    use crate::routes::admin::{api_keys, signing_keys as jwk, tenants, users, webhooks};
    use crate::routes::{audit_logs, audit_logs_export, credentials, related_origins, users as of_users};
    const TAG: Tag = Tag::Environments;
    vec![
        get("/environments/{tenant_id}/config", tenants::get::handler, tenants::get::description()).behind(
            Right::VIEWER,
            TAG,
            "getConfig",
        ),
        put(
            "/environments/{tenant_id}/config",
            tenants::configure::handler,
            tenants::configure::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "setConfig")
        .noted(ActivityKind::ConfigChanged),
        put("/environments/{tenant_id}/name", tenants::update::handler, tenants::update::description())
            .behind(Right::ADMIN, TAG, "renameEnvironment")
            .noted(ActivityKind::EnvironmentRenamed),
        get("/environments/{tenant_id}/api-keys", api_keys::list::handler, api_keys::list::description())
            .behind(Right::VIEWER, TAG, "listApiKeys"),
        post(
            "/environments/{tenant_id}/api-keys",
            api_keys::create::handler,
            api_keys::create::description(),
        )
        .behind(Right::DEVELOPER.fresh(), TAG, "createApiKey")
        .noted(ActivityKind::ApiKeyCreated),
        post(
            "/environments/{tenant_id}/api-keys/{secret_id}/roll",
            api_keys::roll::handler,
            api_keys::roll::description(),
        )
        .behind(Right::DEVELOPER.fresh(), TAG, "rollApiKey")
        .noted(ActivityKind::ApiKeyRolled),
        delete(
            "/environments/{tenant_id}/api-keys/{secret_id}",
            api_keys::delete::handler,
            api_keys::delete::description(),
        )
        .behind(Right::DEVELOPER.fresh(), TAG, "revokeApiKey")
        .noted(ActivityKind::ApiKeyRevoked),
        get("/environments/{tenant_id}/signing-keys", jwk::list::handler, jwk::list::description()).behind(
            Right::VIEWER,
            TAG,
            "listSigningKeys",
        ),
        post("/environments/{tenant_id}/signing-keys", jwk::create::handler, jwk::create::description())
            .behind(Right::ADMIN.fresh(), TAG, "rotateSigningKey")
            .noted(ActivityKind::SigningKeyRotated),
        delete(
            "/environments/{tenant_id}/signing-keys/{secret_id}",
            jwk::delete::handler,
            jwk::delete::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "deleteSigningKey")
        .noted(ActivityKind::SigningKeyDeleted),
        get(
            "/environments/{tenant_id}/related-origins",
            related_origins::handler,
            related_origins::description(),
        )
        .behind(Right::VIEWER, TAG, "getRelatedOrigins"),
        get("/environments/{tenant_id}/users/pages", users::list::handler, users::list::description())
            .behind(Right::VIEWER, TAG, "listUserPages"),
        get("/environments/{tenant_id}/users/{user_id}", users::get::handler, users::get::description())
            .behind(Right::VIEWER, TAG, "getUser"),
        delete(
            "/environments/{tenant_id}/users/{user_id}",
            users::delete::handler,
            users::delete::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "deleteUser")
        .noted(ActivityKind::UserDeleted),
        delete(
            "/environments/{tenant_id}/users/{user_id}/credentials",
            of_users::delete_credentials::handler,
            of_users::delete_credentials::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "deleteCredentials")
        .noted(ActivityKind::CredentialsDeleted),
        get(
            "/environments/{tenant_id}/credentials",
            credentials::list::handler,
            credentials::list::description(),
        )
        .behind(Right::VIEWER, TAG, "listCredentials"),
        get(
            "/environments/{tenant_id}/credentials/{credential_id}",
            credentials::get::handler,
            credentials::get::description(),
        )
        .behind(Right::VIEWER, TAG, "getCredential"),
        patch(
            "/environments/{tenant_id}/credentials/{credential_id}",
            credentials::update::handler,
            credentials::update::description(),
        )
        .behind(Right::DEVELOPER, TAG, "renameCredential")
        .noted(ActivityKind::CredentialRenamed),
        delete(
            "/environments/{tenant_id}/credentials/{credential_id}",
            credentials::delete::handler,
            credentials::delete::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "deleteCredential")
        .noted(ActivityKind::CredentialDeleted),
        get(
            "/environments/{tenant_id}/audit-log/pages",
            audit_logs::admin_handler,
            audit_logs::admin_description(),
        )
        .behind(Right::VIEWER, TAG, "listAuditLogPages"),
        get(
            "/environments/{tenant_id}/audit-log/export",
            audit_logs_export::admin_handler,
            audit_logs_export::admin_description(),
        )
        .behind(Right::VIEWER, TAG, "exportAuditLog"),
        get("/environments/{tenant_id}/webhooks", webhooks::list::handler, webhooks::list::description())
            .behind(Right::VIEWER, TAG, "listWebhooks"),
        post(
            "/environments/{tenant_id}/webhooks",
            webhooks::create::handler,
            webhooks::create::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "createWebhook")
        .noted(ActivityKind::WebhookCreated),
        patch(
            "/environments/{tenant_id}/webhooks/{webhook_id}",
            webhooks::update::handler,
            webhooks::update::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "updateWebhook")
        .noted(ActivityKind::WebhookChanged),
        delete(
            "/environments/{tenant_id}/webhooks/{webhook_id}",
            webhooks::delete::handler,
            webhooks::delete::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "deleteWebhook")
        .noted(ActivityKind::WebhookDeleted),
        post(
            "/environments/{tenant_id}/webhooks/{webhook_id}/secret",
            webhooks::replace_secret::handler,
            webhooks::replace_secret::description(),
        )
        .behind(Right::ADMIN.fresh(), TAG, "replaceWebhookSecret")
        .noted(ActivityKind::WebhookSecretReplaced),
        get(
            "/environments/{tenant_id}/webhooks/{webhook_id}/deliveries",
            webhooks::deliveries::handler,
            webhooks::deliveries::description(),
        )
        .behind(Right::VIEWER, TAG, "listWebhookDeliveries"),
        post(
            "/environments/{tenant_id}/webhooks/{webhook_id}/deliveries/{event_id}/redeliver",
            webhooks::redeliver::handler,
            webhooks::redeliver::description(),
        )
        .behind(Right::DEVELOPER, TAG, "redeliverWebhook")
        .noted(ActivityKind::WebhookRedelivered),
    ]
}

#[cfg(test)]
mod tests {
    use passgate_store::sqlite::SqliteStore;
    use utoipa::openapi::HttpMethod;

    use super::*;

    /// What is kept in the transaction of the change itself, or begins what is kept at its end.
    const NOT_BY_THE_GUARD: [&str; 5] = [
        "/environments/{tenant_id}/app-url",
        "/environments/{tenant_id}/config/promote",
        "/environments/{tenant_id}/try/registration/begin",
        // Logins are in the environment's own log.
        "/environments/{tenant_id}/try/login/begin",
        "/environments/{tenant_id}/try/login/finish",
    ];

    #[test]
    fn each_change_of_an_environment_is_kept_in_the_activity() {
        for endpoint in endpoints::<SqliteStore>() {
            let is_change = endpoint.method != HttpMethod::Get
                && endpoint.path.starts_with("/environments/")
                && !NOT_BY_THE_GUARD.contains(&endpoint.path);
            assert_eq!(endpoint.description.noted.is_some(), is_change, "{}", endpoint.path);
        }
    }
}
