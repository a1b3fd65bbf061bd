//! `/{tenant_id}/mfa/registration`.

pub(crate) mod finalize;
pub(crate) mod initialize;
