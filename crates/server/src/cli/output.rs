//! What commands print: text for people, JSON for programs.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

/// Where and how a command prints.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Prints a result: `value` as JSON, or else the text that `text` writes.
    pub(crate) fn print(&self, value: &impl Serialize, text: impl FnOnce() -> String) -> io::Result<()> {
        if self.json {
            Self::print_json(value)
        } else {
            writeln!(io::stdout().lock(), "{}", harmless(text().trim_end()))
        }
    }

    /// Prints a result that is JSON for everybody.
    pub(crate) fn print_json(value: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string_pretty(value)?;
        writeln!(io::stdout().lock(), "{}", harmless_json(&json))
    }

    /// Tells a person something besides the result.
    pub(crate) fn note(&self, text: &str) {
        if !self.json {
            // Standard error may be gone; then nobody reads.
            let _ = writeln!(io::stderr(), "{}", harmless(text));
        }
    }

    /// Says why a command failed.
    pub(crate) fn error(&self, code: &str, message: &str) {
        let _ = if self.json {
            writeln!(io::stderr(), "{}", serde_json::json!({ "error": { "code": code, "message": message } }))
        } else {
            writeln!(io::stderr(), "error: {}", harmless(message))
        };
    }
}

/// Text that a terminal only shows: names that others chose must not move the cursor, or turn the text around.
fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if drives_terminal(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The same for JSON, which stays the same JSON: only in strings can such characters be.
fn harmless_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if drives_terminal(character) {
            // Writing to a String can't fail.
            let _ = fmt::Write::write_fmt(&mut shown, format_args!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn drives_terminal(character: char) -> bool {
    let turns_around =
        matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    character != '\n' && (character.is_control() || turns_around)
}

/// Rows under headings, in columns as wide as they need to be.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]], if_empty: &str) -> String {
    if rows.is_empty() {
        return if_empty.to_owned();
    }
    let mut widths = headings.map(|heading| heading.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let cells: Vec<String> =
            cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    let body: String = rows.iter().map(|row| line(row.each_ref().map(String::as_str))).collect();
    line(headings) + &body
}

/// A moment as people read it, in UTC, to the second.
pub(crate) fn moment(at: time::OffsetDateTime) -> String {
    let (date, time) = (at.date(), at.time());
    format!("{date} {:02}:{:02}:{:02} UTC", time.hour(), time.minute(), time.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_drive_a_terminal_is_shown_instead() {
        assert_eq!(harmless("a\u{1b}]0;x\u{7}b\u{202e}c\nd"), "a\\u{1b}]0;x\\u{7}b\\u{202e}c\nd");
    }

    #[test]
    fn json_that_would_drive_a_terminal_stays_the_same_json() {
        let json = serde_json::to_string("a\u{9b}b\u{202e}c\u{7f}").unwrap();
        assert_eq!(harmless_json(&json), r#""a\u009bb\u202ec\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&harmless_json(&json)).unwrap(), "a\u{9b}b\u{202e}c\u{7f}");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1".to_owned(), "Käse".to_owned()], ["22".to_owned(), "x".to_owned()]];
        assert_eq!(table(["ID", "NAME"], &rows, "none"), "ID  NAME\n1   Käse\n22  x\n");
        assert_eq!(table(["ID", "NAME"], &[], "none"), "none");
    }
}
