//! `/{tenant_id}/login`.

pub(crate) mod finalize;
pub(crate) mod initialize;
