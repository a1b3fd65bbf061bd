//! Tenants as stored.

use crate::api_key::ApiKeyRecord;
use crate::config::TenantConfig;
use crate::ids::TenantId;
use crate::signing_key::SealedSigningKey;
use crate::text::Text;

/// A tenant as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSummary {
    /// Its id.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
}

/// Everything that serving a tenant needs.
#[derive(Debug, Clone)]
pub struct TenantRecord {
    /// Its id.
    pub id: TenantId,
    /// What operators call it.
    pub display_name: Text<1, 128>,
    /// Its configuration.
    pub config: TenantConfig,
    /// Its API keys.
    pub api_keys: Vec<ApiKeyRecord>,
    /// Its signing keys, sealed, oldest first.
    pub signing_keys: Vec<SealedSigningKey>,
    /// Whether something is being imported.
    pub import: ImportState,
    /// Whether other tenants have its RP ID.
    pub rp_id_use: RpIdUse,
    /// Whose it is.
    pub purpose: TenantPurpose,
}

/// Whose a tenant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantPurpose {
    /// An app's.
    App,
    /// The console's own, for its operators. No API but the console's gets at it.
    Console,
}

/// Whether other tenants have a tenant's RP ID, and with it the same place in authenticators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RpIdUse {
    /// None has.
    Sole,
    /// Another has.
    Shared,
    /// Another has, into which something is being imported.
    SharedWithImport,
}

/// Whether a tenant has all that was to be imported. While it hasn't, what is missing may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// It has: nothing was imported, or all of it.
    Complete,
    /// An import has begun and was not finished.
    Unfinished,
}
