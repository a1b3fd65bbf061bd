//! `passgate inspect`
//!
//! Explains, and verifies nothing: no server, no database, no configuration.

pub(crate) mod explain;
pub(crate) mod facts;
pub(crate) mod input;
mod kind;

use std::fmt::Write;

use serde::Serialize;
use serde_json::json;

use self::explain::{Explanation, Problem, explain};
use self::facts::Facts;
use self::input::{Candidate, Source};
use self::kind::{Confidence, Kind, guess};
use super::CliError;
use super::output::Output;

/// How much of what isn't understood is shown.
const SHOWN_BYTES: usize = 32;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file, - for standard input, or the value itself; JSON, base64url, base64, hexadecimal or PEM
    #[arg(value_name = "FILE|-|VALUE", default_value = "-")]
    input: String,
    /// What it is, instead of a guess
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<Kind>,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<(), CliError> {
    let (source, bytes) = input::read(&arguments.input)?;
    let candidates = input::candidates(bytes);
    let (candidate, kind) = choose(&candidates, arguments.kind)?;
    let explanation = explain(kind, &candidate.bytes);
    let report = Report { source, candidate, kind, is_guess: arguments.kind.is_none(), explanation };
    output.print(&report.to_facts(), || report.to_text())?;
    if report.explanation.problems.is_empty() { Ok(()) } else { Err(CliError::VerdictIsNo) }
}

/// The encoding and the kind: as told, or else the first that is certain, or else the first that is likely.
fn choose(candidates: &[Candidate], told: Option<Kind>) -> Result<(&Candidate, Kind), CliError> {
    let guesses = || candidates.iter().filter_map(|candidate| Some((candidate, guess(&candidate.bytes)?)));
    if let Some(kind) = told {
        let same = guesses().find(|(_, (guessed, _))| *guessed == kind).map(|(candidate, _)| candidate);
        let candidate = same.or(candidates.first());
        return candidate.map(|candidate| (candidate, kind)).ok_or_else(|| not_understood(candidates));
    }
    let certain = guesses().find(|(_, (_, confidence))| *confidence == Confidence::Certain);
    let chosen = certain.or_else(|| guesses().next());
    chosen.map(|(candidate, (kind, _))| (candidate, kind)).ok_or_else(|| not_understood(candidates))
}

fn not_understood(candidates: &[Candidate]) -> CliError {
    let seen = candidates.iter().map(|Candidate { encoding, bytes }| {
        let begin = explain::hex(bytes.get(..SHOWN_BYTES).unwrap_or(bytes));
        let more = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
        format!("\n  as {}: {} bytes, {begin}{more}", encoding.as_str(), bytes.len())
    });
    let seen: String = seen.collect();
    let nothing = if seen.is_empty() { ": it is empty" } else { "" };
    CliError::NotUnderstood(format!("can't tell what this is{nothing}; --as says it{seen}"))
}

/// What is printed.
struct Report<'a> {
    source: Source,
    candidate: &'a Candidate,
    kind: Kind,
    is_guess: bool,
    explanation: Explanation,
}

impl Report<'_> {
    /// For programs.
    fn to_facts(&self) -> impl Serialize + use<> {
        let mut facts = Facts::new();
        facts.add_value("kind", self.kind.as_str());
        facts.add_value("guessed", self.is_guess);
        facts.add_value("encoding", self.candidate.encoding.as_str());
        facts.add_value("length", self.candidate.bytes.len());
        let problems: Vec<_> = self
            .explanation
            .problems
            .iter()
            .map(|Problem { place, offset, message }| {
                json!({ "place": place, "offset": offset, "message": message })
            })
            .collect();
        facts.add_value("problems", problems);
        facts.add_group("content", "", "", self.explanation.facts.clone());
        facts
    }

    /// For people.
    fn to_text(&self) -> String {
        let Candidate { encoding, bytes } = self.candidate;
        let guessed = if self.is_guess { " (a guess; --as says otherwise)" } else { "" };
        let from = self.source.as_str();
        let mut text = format!(
            "{}{guessed}, {} bytes of {} from {from}\n\n{}",
            self.kind.title(),
            bytes.len(),
            encoding.as_str(),
            self.explanation.facts.to_text()
        );
        for Problem { place, offset, message } in &self.explanation.problems {
            let place = if place.is_empty() { "" } else { &format!(" {place}:") };
            let offset = offset.map(|offset| format!(", at byte {offset}")).unwrap_or_default();
            // Writing to a String can't fail.
            let _ = write!(text, "\nMalformed:{place} {message}{offset}");
        }
        text
    }
}
