//! Our own format: one JSON object a line, one tenant a file. docs/guides/import-and-export.md describes it.

mod config;
mod line;
mod reader;
mod time;
mod writer;

pub use config::{ConfigFormat, InvalidConfig};
pub use reader::{Fault, JsonLines, ReadError};
pub use writer::{Exported, WriteError, Writer};

/// What the member `format` of the first line says.
pub const FORMAT: &str = "passgate-tenant";
/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;
/// The longest line, in bytes, its end not counted. Room for a transaction's data as long as bodies may be.
pub const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
/// The kind of the last line.
const END: &str = "end";
