//! `/tenants`.

pub(crate) mod configure;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use passgate_api::admin::ConfigWarning;
use passgate_core::attestation_rules::MetadataUnusable;
use passgate_core::config::TenantConfig;
use passgate_core::config_warnings;
use passgate_core::tenant::RpIdUse;

/// What of a configuration is probably not meant.
fn warnings(
    config: &TenantConfig,
    rp_id_use: RpIdUse,
    metadata: Result<(), MetadataUnusable>,
) -> Vec<ConfigWarning> {
    config_warnings::warnings(config, rp_id_use, metadata)
        .iter()
        .map(|warning| ConfigWarning { code: warning.code().to_owned(), message: warning.to_string() })
        .collect()
}
