//! `/console/api/sessions`: all of the operator's.

pub(crate) mod end;
pub(crate) mod end_others;
pub(crate) mod list;
