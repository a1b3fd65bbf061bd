//! Reading a file, line by line.

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use passgate_core::ids::TenantId;
use passgate_core::signing_key::SigningAlgorithm;
use passgate_core::text::Text;

use super::config::ConfigFormat;
use super::line::{self, EndLine, FormatMembers, HeaderLine, KindMember};
use super::{END, FORMAT, MAX_LINE_BYTES, VERSION};
use crate::kind::Kind;
use crate::report::{Note, Place};
use crate::source::{Arrival, Progress, Source, SourceTenant, Unit};

/// A file can't be read on. What is wrong with one record alone is no such fault, but a refusal of that record.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ReadError {
    /// Where; the first line is 1.
    pub line: u64,
    /// What is wrong.
    #[source]
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It can't be read at all.
    #[error("can't be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line has no end within the bound.
    #[error("is longer than {MAX_LINE_BYTES} bytes")]
    LineTooLong,
    /// A line is no JSON object.
    #[error("is not a JSON object: {0}")]
    NotJson(serde_json::Error),
    /// The first line is not one of ours.
    #[error("is not the first line of an export of Passgate's: its member \"format\" is not \"{FORMAT}\"")]
    NotOurs,
    /// It was written by a later version.
    #[error("version {0} of the format is not known here, only version {VERSION}")]
    VersionUnknown(u32),
    /// The first line is malformed.
    #[error("the first line is malformed: {0}")]
    Header(serde_json::Error),
    /// The tenant can't be made.
    #[error("the tenant can't be made here: {0}")]
    Tenant(String),
    /// A kind of line that is not known here.
    #[error("the kind {0:?} is not known")]
    KindUnknown(String),
    /// The last line is malformed.
    #[error("the last line is malformed: {0}")]
    End(serde_json::Error),
    /// The file ends without its last line.
    #[error("the file ends here, without the line that counts the others: it was cut off")]
    Truncated,
    /// The last line counts otherwise.
    #[error("the last line counts {expected} of kind {kind}, and there were {found}")]
    CountsDiffer {
        /// Of which kind.
        kind: String,
        /// How many it says.
        expected: u64,
        /// How many there were.
        found: u64,
    },
    /// Something follows the last line.
    #[error("follows the line that ends the file")]
    AfterEnd,
}

impl ReadError {
    /// A stable name for the fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.fault {
            Fault::Io(_) => "file_unreadable",
            Fault::LineTooLong => "line_too_long",
            Fault::NotJson(_) => "line_not_json",
            Fault::NotOurs => "format_unknown",
            Fault::VersionUnknown(_) => "format_version_unknown",
            Fault::Header(_) => "header_malformed",
            Fault::Tenant(_) => "tenant_invalid",
            Fault::KindUnknown(_) => "kind_unknown",
            Fault::End(_) => "end_malformed",
            Fault::Truncated => "file_truncated",
            Fault::CountsDiffer { .. } => "counts_differ",
            Fault::AfterEnd => "content_after_end",
        }
    }
}

/// A file that is being read. Holds one line at a time.
#[derive(Debug)]
pub struct JsonLines<R> {
    lines: Lines<R>,
    total_bytes: Option<u64>,
    tenant: SourceTenant,
    counts: BTreeMap<Kind, u64>,
    has_ended: bool,
}

impl<R: BufRead + Send> JsonLines<R> {
    /// Reads the first line. `total_bytes` is the length of the input, where it is known.
    pub fn open(
        input: R,
        total_bytes: Option<u64>,
        config_format: &impl ConfigFormat,
    ) -> Result<Self, ReadError> {
        let mut lines = Lines { input, read_bytes: 0, line: Vec::new(), number: 0 };
        lines.advance()?;
        let tenant = header(&lines.line, config_format).map_err(|fault| ReadError { line: 1, fault })?;
        Ok(Self { lines, total_bytes, tenant, counts: BTreeMap::new(), has_ended: false })
    }

    fn next_record(&mut self) -> Result<Option<Arrival>, ReadError> {
        if self.has_ended {
            return Ok(None);
        }
        if !self.lines.advance()? {
            return Err(self.lines.fault(Fault::Truncated));
        }
        let KindMember { kind: name } =
            object(&self.lines.line).map_err(|error| self.lines.fault(Fault::NotJson(error)))?;
        if name == END {
            self.end()?;
            return Ok(None);
        }
        let Some(kind) = Kind::of_line(&name) else {
            return Err(self.lines.fault(Fault::KindUnknown(name.chars().take(64).collect())));
        };
        *self.counts.entry(kind).or_default() += 1;
        let place = Place::Line(self.lines.number);
        Ok(Some(match line::decode(kind, &self.lines.line) {
            Ok(record) => Arrival::Record { place, record, changes: Vec::new() },
            Err(unusable) => Arrival::Refused(Note::refused(place, kind, unusable.code, unusable.detail)),
        }))
    }

    /// Holds the last line against what was read.
    fn end(&mut self) -> Result<(), ReadError> {
        let EndLine { counts, .. } =
            object(&self.lines.line).map_err(|error| self.lines.fault(Fault::End(error)))?;
        let mut found: BTreeMap<&str, u64> =
            self.counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        for (kind, expected) in &counts {
            let found = found.remove(kind.as_str()).unwrap_or_default();
            if found != *expected {
                let kind = kind.chars().take(64).collect();
                return Err(self.lines.fault(Fault::CountsDiffer { kind, expected: *expected, found }));
            }
        }
        if let Some((kind, found)) = found.pop_first() {
            let kind = kind.to_owned();
            return Err(self.lines.fault(Fault::CountsDiffer { kind, expected: 0, found }));
        }
        if self.lines.advance()? {
            return Err(self.lines.fault(Fault::AfterEnd));
        }
        self.has_ended = true;
        Ok(())
    }
}

impl<R: BufRead + Send> Source for JsonLines<R> {
    type Error = ReadError;

    fn tenant(&self) -> &SourceTenant {
        &self.tenant
    }

    /// None: a tenant that can't come along as it is is a fault of the file.
    fn tenant_changes(&self) -> &[Note] {
        &[]
    }

    async fn next(&mut self) -> Result<Option<Arrival>, ReadError> {
        self.next_record()
    }

    fn progress(&self) -> Progress {
        Progress { done: self.lines.read_bytes, total: self.total_bytes, unit: Unit::Bytes }
    }
}

/// Lines of a bounded length.
#[derive(Debug)]
struct Lines<R> {
    input: R,
    read_bytes: u64,
    /// The last one, without its end.
    line: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line; false at the end of the input.
    fn advance(&mut self) -> Result<bool, ReadError> {
        self.number += 1;
        self.line.clear();
        let bound = MAX_LINE_BYTES as u64 + 1;
        let read = self.input.by_ref().take(bound).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| self.fault(Fault::Io(error)))?;
        self.read_bytes += read as u64;
        match self.line.pop_if(|last| *last == b'\n') {
            None if self.line.len() > MAX_LINE_BYTES => Err(self.fault(Fault::LineTooLong)),
            _ => Ok(read > 0),
        }
    }

    fn fault(&self, fault: Fault) -> ReadError {
        ReadError { line: self.number, fault }
    }
}

fn header(line: &[u8], config_format: &impl ConfigFormat) -> Result<SourceTenant, Fault> {
    let Ok(FormatMembers { format, version }) = object(line) else { return Err(Fault::NotOurs) };
    if format != FORMAT {
        return Err(Fault::NotOurs);
    }
    if version != VERSION {
        return Err(Fault::VersionUnknown(version));
    }
    let HeaderLine { tenant, .. } = object(line).map_err(Fault::Header)?;
    let display_name =
        Text::new(tenant.display_name).map_err(|error| Fault::Tenant(format!("its display_name {error}")))?;
    let config = config_format.parse(tenant.config).map_err(|error| Fault::Tenant(error.0))?;
    let signing_algorithm = SigningAlgorithm::from_name(&tenant.signing_algorithm)
        .ok_or_else(|| Fault::Tenant("its signing_algorithm is none of ES256, RS256".to_owned()))?;
    Ok(SourceTenant { id: TenantId::new(tenant.id), display_name, config, signing_algorithm })
}

/// An object. The parser would take an array for an object's members in order.
fn object<'a, T: serde::Deserialize<'a>>(line: &'a [u8]) -> Result<T, serde_json::Error> {
    if line.trim_ascii_start().starts_with(b"[") {
        return Err(serde::de::Error::custom("it is an array"));
    }
    serde_json::from_slice(line)
}
