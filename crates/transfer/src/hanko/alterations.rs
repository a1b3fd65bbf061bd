//! What has to be altered for a row to come along.

use passgate_core::text::Text;

use crate::kind::Kind;
use crate::report::{Note, Place};

/// The alterations of one row.
#[derive(Debug)]
pub(super) struct Alterations {
    place: Place,
    kind: Kind,
    notes: Vec<Note>,
}

impl Alterations {
    pub(super) fn of(place: Place, kind: Kind) -> Self {
        Self { place, kind, notes: Vec::new() }
    }

    pub(super) fn note(&mut self, code: &'static str, detail: Option<&str>) {
        let detail = detail.map(|detail| detail.chars().take(256).collect());
        self.notes.push(Note::changed(self.place.clone(), self.kind, code, detail));
    }

    /// A text that people read, cut to what fits; none if it is too short. The database's text has no NUL.
    pub(super) fn shortened<const MIN: usize, const MAX: usize>(
        &mut self,
        text: &str,
        code: &'static str,
    ) -> Option<Text<MIN, MAX>> {
        if let Ok(text) = Text::new(text) {
            return Some(text);
        }
        let cut: String = text.chars().take(MAX).collect();
        let cut = Text::new(cut).ok()?;
        self.note(code, Some(text));
        Some(cut)
    }

    /// The name of something, or what stands in for one that is empty.
    pub(super) fn name<const MAX: usize>(&mut self, name: &str, stand_in: &str) -> Text<1, MAX> {
        if let Some(name) = self.shortened(name, "name_truncated") {
            return name;
        }
        self.note("name_missing", None);
        let cut: String = stand_in.chars().take(MAX).collect();
        // Callers pass ids that the database holds and that are not empty.
        Text::new(cut).expect("a stand-in is text of at least one character")
    }

    pub(super) fn into_notes(self) -> Vec<Note> {
        self.notes
    }
}
