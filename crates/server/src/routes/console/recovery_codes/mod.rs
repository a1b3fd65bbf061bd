//! `/console/api/recovery-codes`.

pub(crate) mod create;
