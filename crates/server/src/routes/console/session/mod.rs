//! `/console/api/session`: the caller's own.

pub(crate) mod delete;
pub(crate) mod get;
