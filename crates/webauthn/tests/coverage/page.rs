//! `docs/SPEC-COVERAGE.md`.

use std::fmt::Write;

use crate::{
    sources::{ErrorVariant, Place},
    step::{Functions, Met, Step},
};

const HEAD: &str = "<!-- Generated from crates/webauthn/tests/coverage. Don't edit it: \
`UPDATE_SPEC_COVERAGE=1 cargo test -p passgate-webauthn --test coverage` writes it anew, and the same test without \
the variable fails where it is out of date. -->

# What of WebAuthn Level 3 is checked where

Each numbered step of both ceremonies, of each attestation format's verification procedure, and what extensions, \
options and FIDO's metadata service demand: the function that does it, a test with what it accepts, and a test with what it refuses. A test checks that all of them exist, that no step \
that can fail lacks a test that fails it, that each step that an error names is here, and that each error is asserted \
by a test. Sections and steps are those of [WebAuthn Level 3](https://www.w3.org/TR/webauthn-3/); the words are ours. \
Where a procedure of §8 has no numbers, steps are named after what they check, or numbered in their order, as in the \
code.

";

/// The page.
pub(crate) fn page(sections: &[(&str, &[Step])], errors: &[ErrorVariant]) -> String {
    let mut page = HEAD.to_owned();
    let all = || sections.iter().flat_map(|(_, steps)| *steps);
    let count = |is: fn(&Met) -> bool| all().filter(|step| is(&step.met)).count();
    let _ = writeln!(
        page,
        "{} steps: {} are checked, {} are done and can't fail, {} are not done here, each with its reason. {} errors \
         name the step that was not met.\n",
        all().count(),
        count(|met| matches!(met, Met::Checked { .. })),
        count(|met| matches!(met, Met::Done { .. })),
        count(|met| matches!(met, Met::NotDone(_))),
        errors.len()
    );
    for (title, steps) in sections {
        section(&mut page, title, steps);
    }
    page.push_str("## Errors\n\nWhat each error says of the step that was not met.\n\n");
    page.push_str("| step | error | code |\n|---|---|---|\n");
    for ErrorVariant { error, variant, code, step, file } in errors {
        let _ = writeln!(page, "| {step} | [`{error}::{variant}`](../crates/{file}) | `{code}` |");
    }
    page
}

fn section(page: &mut String, title: &str, steps: &[Step]) {
    let _ = writeln!(page, "## {title}\n");
    page.push_str("| step | demands | done by | accepts | refuses |\n|---|---|---|---|---|\n");
    for Step { section, name, demand, met } in steps {
        let name = if name.starts_with(|first: char| first.is_ascii_digit()) {
            format!("{section} step {name}")
        } else {
            format!("{section} {name}")
        };
        let (by, accepts, refuses) = match met {
            Met::Checked { by, accepts, refuses } => (code(by), tests(accepts), tests(refuses)),
            Met::Done { by, tests: of } => (code(by), tests(of), "nothing to refuse".to_owned()),
            Met::NotDone(reason) => (format!("not here: {reason}"), String::new(), String::new()),
        };
        let _ = writeln!(page, "| {name} | {demand} | {by} | {accepts} | {refuses} |");
    }
    page.push('\n');
}

fn code(functions: Functions) -> String {
    list(functions, Place::code)
}

fn tests(functions: Functions) -> String {
    list(functions, Place::test)
}

fn list(functions: Functions, place: fn(&'static str) -> Place) -> String {
    let links = functions.iter().map(|text| {
        let place = place(text);
        format!("[`{}`](../crates/{})", place.function, place.path())
    });
    links.collect::<Vec<_>>().join(", ")
}
