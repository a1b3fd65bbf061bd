//! `/console/api/sign-in`.

pub(crate) mod begin;
pub(crate) mod finish;
