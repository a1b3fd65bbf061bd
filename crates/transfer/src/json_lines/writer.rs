//! Writing a file, line by line.

use std::collections::BTreeMap;
use std::io::Write;

use passgate_core::clock::Timestamp;
use passgate_core::transfer::TransferRecord;

use super::config::ConfigFormat;
use super::line::{self, EndLine, HeaderLine, TenantMember};
use super::time::Time;
use super::{END, FORMAT, MAX_LINE_BYTES, VERSION};
use crate::kind::Kind;
use crate::source::SourceTenant;

/// A file can't be written on.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It can't be written to.
    #[error("can't be written: {0}")]
    Io(#[from] std::io::Error),
    /// A record would make a line that is not read again.
    #[error(
        "a record of kind {kind} takes {bytes} bytes, more than the {MAX_LINE_BYTES} that a line may have"
    )]
    LineTooLong {
        /// Of which kind.
        kind: Kind,
        /// How many bytes.
        bytes: usize,
    },
    /// A record can't be spelled: none can that is stored.
    #[error("a record can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exported {
    /// How many records of each kind.
    pub counts: BTreeMap<Kind, u64>,
    /// How many bytes.
    pub bytes: u64,
}

/// A file that is being written.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    exported: Exported,
}

impl<W: Write> Writer<W> {
    /// Writes the first line.
    pub fn begin(
        output: W,
        tenant: SourceTenant,
        exported_at: Timestamp,
        config_format: &impl ConfigFormat,
    ) -> Result<Self, WriteError> {
        let mut writer = Self { output, exported: Exported::default() };
        writer.line(serde_json::to_vec(&HeaderLine {
            format: FORMAT.to_owned(),
            version: VERSION,
            exported_at: Time(exported_at),
            tenant: TenantMember {
                id: *tenant.id.as_uuid(),
                display_name: tenant.display_name.to_string(),
                signing_algorithm: tenant.signing_algorithm.as_str().to_owned(),
                config: config_format.spell(tenant.config),
            },
        })?)?;
        Ok(writer)
    }

    /// Writes a record.
    pub fn record(&mut self, record: &TransferRecord) -> Result<(), WriteError> {
        let kind = Kind::of(record);
        let line = line::encode(record)?;
        if line.len() > MAX_LINE_BYTES {
            return Err(WriteError::LineTooLong { kind, bytes: line.len() });
        }
        self.line(line)?;
        *self.exported.counts.entry(kind).or_default() += 1;
        Ok(())
    }

    /// What has been written so far.
    #[must_use]
    pub fn exported(&self) -> &Exported {
        &self.exported
    }

    /// Writes the last line, without which a file counts as cut off.
    pub fn end(mut self) -> Result<(W, Exported), WriteError> {
        let counts = Kind::OF_RECORDS
            .into_iter()
            .map(|kind| {
                (kind.as_str().to_owned(), self.exported.counts.get(&kind).copied().unwrap_or_default())
            })
            .collect();
        self.line(serde_json::to_vec(&EndLine { kind: END.to_owned(), counts })?)?;
        self.output.flush()?;
        Ok((self.output, self.exported))
    }

    fn line(&mut self, mut line: Vec<u8>) -> Result<(), WriteError> {
        line.push(b'\n');
        self.output.write_all(&line)?;
        self.exported.bytes += line.len() as u64;
        Ok(())
    }
}
