//! How a tenant's configuration is spelled.

use passgate_core::config::TenantConfig;
use serde_json::Value;

/// Spells a configuration as the admin API does, whose words are not this crate's.
pub trait ConfigFormat: Send + Sync + 'static {
    /// As the admin API shows it.
    fn spell(&self, config: TenantConfig) -> Value;
    /// As the admin API takes it.
    fn parse(&self, config: Value) -> Result<TenantConfig, InvalidConfig>;
}

/// A configuration that the admin API would refuse, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidConfig(pub String);
