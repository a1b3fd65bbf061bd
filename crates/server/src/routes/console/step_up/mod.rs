//! `/console/api/step-up`.

pub(crate) mod begin;
pub(crate) mod finish;
