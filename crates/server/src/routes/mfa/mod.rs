//! `/{tenant_id}/mfa`: second factors.

pub(crate) mod login;
pub(crate) mod registration;
