//! The FIDO Metadata Service's list: where it comes from, and when it is fetched. What is made of it is the core's.

mod refresh;
mod roots;
mod schedule;
mod source;

pub(crate) use refresh::Refresher;
pub(crate) use roots::{RootsError, read_roots};
pub(crate) use source::MetadataSource;

use std::path::PathBuf;

/// How the list is had.
#[derive(Debug, Clone)]
pub(crate) struct MetadataSettings {
    /// A file with the certificates that its signer's lead to.
    pub(crate) root: PathBuf,
    /// Where it is fetched from; none: only what other processes keep in the database is taken.
    pub(crate) source: Option<MetadataSource>,
}
