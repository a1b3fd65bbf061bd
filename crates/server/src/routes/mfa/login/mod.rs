//! `/{tenant_id}/mfa/login`.

pub(crate) mod finalize;
pub(crate) mod initialize;
