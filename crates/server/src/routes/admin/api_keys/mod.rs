//! `/tenants/{tenant_id}/secrets/api`.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;

use passgate_api::SecretString;
use passgate_api::admin::ApiKeyCreated;
use passgate_core::administration::CreatedApiKey;

pub(crate) fn created_to_wire(key: &CreatedApiKey) -> ApiKeyCreated {
    ApiKeyCreated {
        id: *key.id.as_uuid(),
        name: key.name.to_string(),
        secret: SecretString::new(key.secret.expose_secret()),
        created_at: key.created_at.to_date_time(),
    }
}
