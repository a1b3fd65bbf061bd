//! `docs/SPEC-COVERAGE.md`: each step of the specification, the function that does it, and tests of it. The tables
//! are here, and the page is written from them; these tests hold both against the sources.
//!
//! `UPDATE_SPEC_COVERAGE=1 cargo test -p passgate-webauthn --test coverage` writes the page anew.

mod attestation;
mod authentication;
mod extensions;
mod metadata;
mod options;
mod page;
mod registration;
mod sources;
mod step;

use std::{collections::BTreeSet, env, fs, path::Path};

use sources::{Place, error_variants, tests};
use step::{Met, Step};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/SPEC-COVERAGE.md");

fn all() -> impl Iterator<Item = &'static Step> {
    let ceremonies = registration::STEPS.iter().chain(&authentication::STEPS);
    ceremonies
        .chain(&attestation::STEPS)
        .chain(&extensions::STEPS)
        .chain(&options::STEPS)
        .chain(&metadata::STEPS)
}

#[test]
fn the_page_is_the_one_that_the_tables_make() {
    let sections: [(&str, &[Step]); 6] = [
        ("Registering a new credential (§7.1)", &registration::STEPS),
        ("Verifying an authentication assertion (§7.2)", &authentication::STEPS),
        ("Attestation statement formats (§8)", &attestation::STEPS),
        ("Extensions (§10)", &extensions::STEPS),
        ("Options and origins (§5)", &options::STEPS),
        ("FIDO Metadata Service", &metadata::STEPS),
    ];
    let page = page::page(&sections, &error_variants());
    if env::var_os("UPDATE_SPEC_COVERAGE").is_some() {
        fs::write(PAGE, page).unwrap();
        return;
    }
    let written = fs::read_to_string(Path::new(PAGE)).unwrap_or_default();
    assert!(
        written == page,
        "docs/SPEC-COVERAGE.md is out of date: UPDATE_SPEC_COVERAGE=1 cargo test -p passgate-webauthn --test coverage"
    );
}

#[test]
fn every_function_and_every_test_of_the_tables_exists() {
    assert!(!Place::code("registration::registers").exists());
    let helper = Place::test("registration::with_data");
    assert_eq!((helper.exists(), helper.is_test()), (true, false));
    let mut missing = Vec::new();
    for Step { section, name, met, .. } in all() {
        let (by, lists): (_, &[_]) = match met {
            Met::Checked { by, accepts, refuses } => (*by, &[*accepts, *refuses]),
            Met::Done { by, tests } => (*by, &[*tests]),
            Met::NotDone(_) => (&[][..], &[]),
        };
        let functions = by.iter().filter(|function| !Place::code(function).exists());
        let tests = lists.iter().copied().flatten().filter(|test| !Place::test(test).is_test());
        missing.extend(functions.chain(tests).map(|place| format!("{section} {name}: {place}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_step_lacks_a_function_or_a_test() {
    for Step { section, name, met, .. } in all() {
        let whole = match met {
            Met::Checked { by, accepts, refuses } => {
                !by.is_empty() && !accepts.is_empty() && !refuses.is_empty()
            }
            Met::Done { by, tests } => !by.is_empty() && !tests.is_empty(),
            Met::NotDone(reason) => !reason.is_empty(),
        };
        assert!(whole, "{section} {name}");
    }
}

#[test]
fn both_ceremonies_have_all_their_steps_in_order() {
    for steps in [&registration::STEPS[..], &authentication::STEPS] {
        let numbers: Vec<usize> = steps.iter().map(|step| step.name.parse().unwrap()).collect();
        assert_eq!(numbers, (1..=steps.len()).collect::<Vec<_>>());
    }
    let sections: BTreeSet<&str> = attestation::STEPS.iter().map(|step| step.section).collect();
    let expected =
        ["§8.2", "§8.2.1", "§8.3", "§8.3.1", "§8.4", "§8.4.1", "§8.5", "§8.6", "§8.7", "§8.8", "§8.9"];
    assert_eq!(sections, BTreeSet::from(expected));
}

/// `§7.1 steps 10 and 11, §7.2 step 13`: each ceremony's section and its numbers.
fn references(text: &str) -> Vec<(String, String)> {
    let parts = text.split(", ").filter_map(|part| part.split_once(" step"));
    parts
        .flat_map(|(section, rest)| {
            let rest = rest.split(':').next().unwrap_or_default();
            let numbers = rest.split(|next: char| !next.is_ascii_digit()).filter(|number| !number.is_empty());
            numbers.map(|number| (section.to_owned(), number.to_owned())).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn every_step_that_an_error_names_can_fail_in_the_tables() {
    assert_eq!(references("§7.1 steps 10 and 11, §7.2 step 13").len(), 3);
    let mut named = BTreeSet::new();
    for error in error_variants() {
        for (section, number) in references(&error.step) {
            let step = all().find(|step| step.section == section && step.name == number);
            let can_fail = step.is_some_and(|step| matches!(step.met, Met::Checked { .. }));
            assert!(can_fail, "{}::{}: {section} step {number}", error.error, error.variant);
            named.insert((section, number));
        }
        // What an attestation format is refused for is in a section of the table's.
        let sections = error.step.split(|next: char| !(next.is_ascii_digit() || "§.".contains(next)));
        for section in sections.filter(|text| text.starts_with("§8.")) {
            assert!(all().any(|step| step.section == section), "{}::{}", error.error, error.variant);
        }
    }
    assert!(named.len() > 30, "{named:?}");
}

#[test]
fn every_error_is_asserted_by_a_test() {
    let (errors, tests) = (error_variants(), tests());
    assert!(errors.len() > 80, "{} errors were found in the sources", errors.len());
    let mut unproven = Vec::new();
    for error in &errors {
        let qualified = format!("{}::{}", error.error, error.variant);
        let is_asserted = |(file, text): &(String, String)| {
            // Beside an error its own tests may have a shorter name for it.
            let short = if *file == error.file || file.starts_with(error.file.trim_end_matches(".rs")) {
                text.contains(&format!("E::{}", error.variant))
            } else {
                false
            };
            short || names(text, &qualified) || text.contains(&format!("\"{}\"", error.code))
        };
        if !tests.iter().any(is_asserted) {
            unproven.push(format!("{qualified} ({})", error.code));
        }
    }
    assert!(unproven.is_empty(), "no test asserts {unproven:#?}");
}

/// Whether a text has this name, and not only one that begins with it.
fn names(text: &str, name: &str) -> bool {
    let ends = |index: usize| !text[index + name.len()..].starts_with(|next: char| next.is_alphanumeric());
    text.match_indices(name).any(|(index, _)| ends(index))
}
