//! `/console/api/environments/{tenant_id}/related-origins/…`: the document as it is hosted.

pub(crate) mod check;
mod verdict;
