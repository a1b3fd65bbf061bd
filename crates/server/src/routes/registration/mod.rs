//! `/{tenant_id}/registration`.

pub(crate) mod finalize;
pub(crate) mod initialize;
