//! `/console/api/operator`: the caller's own account.

pub(crate) mod get;
pub(crate) mod update;
