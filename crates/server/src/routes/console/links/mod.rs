//! `/console/api/links`.

pub(crate) mod inspect;
