//! What an import tells: for people, and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use passgate_core::transfer::ImportMode;
use passgate_transfer::hanko::RefusedTenant;
use passgate_transfer::{Completion, Kind, Note, TenantFate, TenantReport};
use serde::Serialize;
use uuid::Uuid;

use super::output::table;
use super::progress::grouped;

/// Everything that one command imported.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    dry_run: bool,
    tenants: Vec<TenantShown>,
    /// What belongs to no tenant, and so can't come along.
    strays: NotesShown,
}

#[derive(Debug, Serialize)]
struct TenantShown {
    id: Uuid,
    display_name: String,
    /// `made`, `found`, or `refused` with everything of its.
    tenant: &'static str,
    /// Whether all of it was read.
    complete: bool,
    counts: BTreeMap<&'static str, CountsShown>,
    #[serde(flatten)]
    notes: NotesShown,
}

#[derive(Debug, Default, Serialize)]
struct CountsShown {
    inserted: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
}

#[derive(Debug, Default, Serialize)]
struct NotesShown {
    /// How often each was noted.
    codes: Vec<CodeShown>,
    /// The first of them.
    notes: Vec<NoteShown>,
    /// How many are not among the first.
    unlisted: u64,
}

#[derive(Debug, Serialize)]
struct CodeShown {
    kind: &'static str,
    effect: &'static str,
    code: &'static str,
    count: u64,
}

#[derive(Debug, Serialize)]
struct NoteShown {
    place: String,
    kind: &'static str,
    effect: &'static str,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl From<&Note> for NoteShown {
    fn from(note: &Note) -> Self {
        Self {
            place: note.place.to_string(),
            kind: note.kind.as_str(),
            effect: note.effect.as_str(),
            code: note.code,
            detail: note.detail.clone(),
        }
    }
}

impl Report {
    pub(crate) fn new(mode: ImportMode) -> Self {
        Self { dry_run: mode == ImportMode::DryRun, tenants: Vec::new(), strays: NotesShown::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tenants.is_empty()
    }

    pub(crate) fn add(&mut self, report: &TenantReport) {
        let counts = Kind::OF_RECORDS.into_iter().map(|kind| {
            let counts = report.counts(kind);
            let shown = CountsShown {
                inserted: counts.inserted,
                updated: counts.updated,
                unchanged: counts.unchanged,
                refused: counts.refused,
            };
            (kind.as_str(), shown)
        });
        self.tenants.push(TenantShown {
            id: *report.id.as_uuid(),
            display_name: report.display_name.to_string(),
            tenant: report.fate.as_str(),
            complete: report.completion == Completion::Complete,
            counts: counts.collect(),
            notes: NotesShown {
                codes: report
                    .codes()
                    .map(|(kind, effect, code, count)| CodeShown {
                        kind: kind.as_str(),
                        effect: effect.as_str(),
                        code,
                        count,
                    })
                    .collect(),
                notes: report.notes().iter().map(NoteShown::from).collect(),
                unlisted: report.unlisted(),
            },
        });
    }

    /// A tenant that stays behind with everything of its.
    pub(crate) fn add_refused(&mut self, tenant: &RefusedTenant) {
        let note = NoteShown::from(&tenant.note);
        self.tenants.push(TenantShown {
            id: *tenant.id.as_uuid(),
            display_name: tenant.display_name.clone(),
            tenant: "refused",
            complete: true,
            counts: tenant
                .left
                .iter()
                .map(|(kind, count)| {
                    (kind.as_str(), CountsShown { refused: *count, ..CountsShown::default() })
                })
                .collect(),
            notes: NotesShown {
                codes: vec![CodeShown { kind: note.kind, effect: note.effect, code: note.code, count: 1 }],
                notes: vec![note],
                unlisted: 0,
            },
        });
    }

    pub(crate) fn add_strays(&mut self, count: u64, notes: &[Note]) {
        let Some(first) = notes.first() else { return };
        self.strays = NotesShown {
            codes: vec![CodeShown {
                kind: first.kind.as_str(),
                effect: first.effect.as_str(),
                code: first.code,
                count,
            }],
            notes: notes.iter().map(NoteShown::from).collect(),
            unlisted: count - notes.len() as u64,
        };
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for tenant in &self.tenants {
            // Writing to a String can't fail.
            let _ = writeln!(text, "{}\n", tenant.heading(self.dry_run));
            text.push_str(&tenant.table(self.dry_run));
            text.push('\n');
            tenant.notes.write(&mut text);
        }
        if !self.strays.codes.is_empty() {
            text.push_str("What belongs to no tenant stays behind.\n\n");
            self.strays.write(&mut text);
        }
        if self.tenants.is_empty() {
            text.push_str("There is no tenant.\n");
        }
        if self.dry_run {
            text.push_str("This was a dry run: nothing was written.\n");
        }
        text
    }
}

impl TenantShown {
    fn heading(&self, dry_run: bool) -> String {
        let name = format!("{} ({})", self.display_name, self.id);
        let made = TenantFate::Made.as_str();
        match (self.tenant, dry_run) {
            ("refused", _) => format!("{name} can't come along"),
            _ if !self.complete => format!("{name} has come along in part: run the import again"),
            (fate, true) if fate == made => format!("{name} would be made"),
            (fate, false) if fate == made => format!("{name} was made"),
            (_, true) => {
                format!("{name} is there already: its name, configuration and signing keys would stay")
            }
            (_, false) => format!("{name} was there already: its name, configuration and signing keys stay"),
        }
    }

    fn table(&self, dry_run: bool) -> String {
        let rows: Vec<[String; 5]> = self
            .counts
            .iter()
            .filter(|(_, counts)| counts.inserted + counts.updated + counts.unchanged + counts.refused > 0)
            .map(|(kind, counts)| {
                let numbers = [counts.inserted, counts.updated, counts.unchanged, counts.refused];
                let [inserted, updated, unchanged, refused] = numbers.map(grouped);
                [(*kind).to_owned(), inserted, updated, unchanged, refused]
            })
            .collect();
        let new = if dry_run { "WOULD BE NEW" } else { "NEW" };
        table(["KIND", new, "UPDATED", "UNCHANGED", "REFUSED"], &rows, "It has nothing.\n")
    }
}

impl NotesShown {
    fn write(&self, text: &mut String) {
        if self.codes.is_empty() {
            return;
        }
        let rows: Vec<[String; 4]> = self
            .codes
            .iter()
            .map(|note| {
                [note.kind.to_owned(), note.effect.to_owned(), note.code.to_owned(), grouped(note.count)]
            })
            .collect();
        text.push_str(&table(["KIND", "EFFECT", "WHY", "HOW MANY"], &rows, ""));
        text.push('\n');
        for note in &self.notes {
            let _ = write!(text, "{}: {} ({})", note.place, note.code, note.effect);
            if let Some(detail) = &note.detail {
                let _ = write!(text, ": {detail}");
            }
            text.push('\n');
        }
        if self.unlisted > 0 {
            let _ = writeln!(text, "and {} more (--list lists more)", grouped(self.unlisted));
        }
        text.push('\n');
    }
}
