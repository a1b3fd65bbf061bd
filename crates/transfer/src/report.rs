//! What became of everything: complete counts, and a bounded list of what an operator has to look at.

use std::collections::BTreeMap;
use std::fmt;

use passgate_core::ids::TenantId;
use passgate_core::text::Text;
use passgate_core::transfer::ImportOutcome;

use crate::kind::Kind;

/// Where something is in its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of a file; the first is 1.
    Line(u64),
    /// A row of a table.
    Row {
        /// The table.
        table: &'static str,
        /// Its primary key.
        id: String,
    },
}

/// Something that does not come along as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
    /// What happens to it.
    pub effect: Effect,
    /// Why: a stable name.
    pub code: &'static str,
    /// What it is about, in words of the source: others chose them.
    pub detail: Option<String>,
}

/// What happens to something that can't come along as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It comes along, altered or in part.
    Changed,
    /// It does not.
    Refused,
}

/// How many records had which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New ones.
    pub inserted: u64,
    /// Known ones that grew.
    pub updated: u64,
    /// Known ones.
    pub unchanged: u64,
    /// Those that can't come along.
    pub refused: u64,
}

/// What became, or would become, of the tenant itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantFate {
    /// It is new.
    Made,
    /// It was there; its name, configuration and signing keys stay as they are.
    Found,
}

/// How far an import came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All has been read.
    Complete,
    /// It was broken off, and is to be run again.
    Interrupted,
}

/// What became, or would become, of one tenant's things.
#[derive(Debug)]
pub struct TenantReport {
    /// The tenant.
    pub id: TenantId,
    /// What its source calls it.
    pub display_name: Text<1, 128>,
    /// What became of it.
    pub fate: TenantFate,
    /// How far its import came.
    pub completion: Completion,
    counts: BTreeMap<Kind, Counts>,
    codes: BTreeMap<(Kind, Effect, &'static str), u64>,
    notes: Vec<Note>,
    limit: usize,
}

impl TenantReport {
    /// An empty report, which lists at most `limit` notes and counts all.
    #[must_use]
    pub fn new(id: TenantId, display_name: Text<1, 128>, fate: TenantFate, limit: usize) -> Self {
        Self {
            id,
            display_name,
            fate,
            completion: Completion::Interrupted,
            counts: BTreeMap::new(),
            codes: BTreeMap::new(),
            notes: Vec::new(),
            limit,
        }
    }

    /// How many records of a kind had which outcome.
    #[must_use]
    pub fn counts(&self, kind: Kind) -> Counts {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// How often each note was made, the listed ones among them.
    pub fn codes(&self) -> impl Iterator<Item = (Kind, Effect, &'static str, u64)> {
        self.codes.iter().map(|((kind, effect, code), count)| (*kind, *effect, *code, *count))
    }

    /// The first notes.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How many notes were made and are not listed.
    #[must_use]
    pub fn unlisted(&self) -> u64 {
        self.codes.values().sum::<u64>() - self.notes.len() as u64
    }

    /// Notes something; a refusal counts as its record's outcome.
    pub(crate) fn note(&mut self, note: Note) {
        if note.effect == Effect::Refused {
            self.counts.entry(note.kind).or_default().refused += 1;
        }
        *self.codes.entry((note.kind, note.effect, note.code)).or_default() += 1;
        if self.notes.len() < self.limit {
            self.notes.push(note);
        }
    }

    /// Counts what became of a record.
    pub(crate) fn record(&mut self, kind: Kind, place: Place, outcome: ImportOutcome) {
        let counts = self.counts.entry(kind).or_default();
        match outcome {
            ImportOutcome::Inserted => counts.inserted += 1,
            ImportOutcome::Updated => counts.updated += 1,
            ImportOutcome::Unchanged => counts.unchanged += 1,
            ImportOutcome::Refused(refusal) => self.note(Note::refused(place, kind, refusal.code(), None)),
        }
    }
}

impl Note {
    /// Something that can't come along.
    pub(crate) fn refused(place: Place, kind: Kind, code: &'static str, detail: Option<String>) -> Self {
        Self { place, kind, effect: Effect::Refused, code, detail }
    }

    /// Something that comes along altered.
    pub(crate) fn changed(place: Place, kind: Kind, code: &'static str, detail: Option<String>) -> Self {
        Self { place, kind, effect: Effect::Changed, code, detail }
    }
}

impl Effect {
    /// The effect as reports spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Refused => "refused",
        }
    }
}

impl TenantFate {
    /// The fate as reports spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Found => "found",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row { table, id } => write!(f, "{table} {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use passgate_core::transfer::ImportRefusal;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn all_is_counted_and_a_bounded_part_listed() {
        let id = TenantId::new(Uuid::nil());
        let mut report = TenantReport::new(id, Text::new("t").unwrap(), TenantFate::Made, 2);
        for line in 1..=3 {
            report.note(Note::changed(Place::Line(line), Kind::User, "name_truncated", None));
        }
        let refusal = ImportOutcome::Refused(ImportRefusal::HandleTaken);
        report.record(Kind::User, Place::Line(4), refusal);
        report.record(Kind::User, Place::Line(5), ImportOutcome::Inserted);
        assert_eq!(report.counts(Kind::User), Counts { inserted: 1, refused: 1, ..Counts::default() });
        assert_eq!(report.counts(Kind::Credential), Counts::default());
        assert_eq!(
            report.codes().collect::<Vec<_>>(),
            [
                (Kind::User, Effect::Changed, "name_truncated", 3),
                (Kind::User, Effect::Refused, "user_handle_taken", 1)
            ]
        );
        assert_eq!((report.notes().len(), report.unlisted()), (2, 2));
    }
}
