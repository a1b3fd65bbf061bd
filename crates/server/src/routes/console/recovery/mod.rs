//! `/console/api/recovery`: in without a passkey.

pub(crate) mod code;
pub(crate) mod link;
