//! What the sources say: functions, tests, and errors with their steps.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The folder of all crates.
fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where a function is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    folder: &'static str,
    file: &'static str,
    pub(crate) function: &'static str,
}

impl Place {
    /// Code: below `crates/webauthn/src` unless it says otherwise.
    pub(crate) fn code(text: &'static str) -> Self {
        Self::parse(text, "webauthn/src")
    }

    /// A test: below `crates/webauthn/tests/ceremony` unless it says otherwise.
    pub(crate) fn test(text: &'static str) -> Self {
        Self::parse(text, "webauthn/tests/ceremony")
    }

    fn parse(text: &'static str, default: &'static str) -> Self {
        let (place, function) = text.split_once("::").expect("a file and a function");
        let (folder, file) = match place.split_once(':') {
            Some((word, file)) => (Self::folder(word), file),
            None => (default, place),
        };
        Self { folder, file, function }
    }

    /// What the word before a colon stands for.
    fn folder(word: &str) -> &'static str {
        match word {
            "unit" => "webauthn/src",
            "core" => "core/src",
            "store" => "store/src/sqlite",
            "contract" => "store/tests/contract",
            "http" => "server/tests/http",
            other => panic!("there is no folder {other:?}"),
        }
    }

    /// The file, from the folder of crates.
    pub(crate) fn path(self) -> String {
        format!("{}/{}.rs", self.folder, self.file)
    }

    /// Whether the function is there.
    pub(crate) fn exists(self) -> bool {
        self.lines_before().is_some()
    }

    /// Whether it is there and is run as a test. The store's contract is a list of functions that each backend's
    /// tests run.
    pub(crate) fn is_test(self) -> bool {
        let Some(before) = self.lines_before() else { return false };
        if self.folder == "store/tests/contract" {
            let main = read(&crates().join(self.folder).join("main.rs"));
            return main.contains(self.function);
        }
        let attributes = before.iter().rev().take_while(|line| line.trim_start().starts_with("#["));
        attributes.into_iter().any(|line| line.contains("test"))
    }

    /// The lines before the function's.
    fn lines_before(self) -> Option<Vec<String>> {
        let path = crates().join(self.path());
        let text = if path.exists() { read(&path) } else { return None };
        let is_it = |line: &str| {
            line.split_once("fn ").is_some_and(|(_, rest)| {
                rest.strip_prefix(self.function).is_some_and(|rest| rest.starts_with(['(', '<']))
            })
        };
        let index = text.lines().position(is_it)?;
        Some(text.lines().take(index).map(str::to_owned).collect())
    }
}

/// A variant of an error, as `code()` and `step()` have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ErrorVariant {
    pub(crate) error: String,
    pub(crate) variant: String,
    pub(crate) code: String,
    pub(crate) step: String,
    /// The file that it is in, from the folder of crates.
    pub(crate) file: String,
}

/// Every variant that has a code of its own, and not that of an error inside it.
pub(crate) fn error_variants() -> Vec<ErrorVariant> {
    let mut variants = Vec::new();
    for path in files(&crates().join("webauthn/src")) {
        let text = read(&path);
        let relative = path.strip_prefix(crates()).expect("below the crates").display().to_string();
        for (error, body) in implementations(&text) {
            let codes = arms(body, "fn code(&self)");
            let steps = arms(body, "fn step(&self)");
            for (variant, code) in codes {
                let step = steps.get(&variant).cloned();
                let step = step.unwrap_or_else(|| "that of what contains it".to_owned());
                let (error, file) = (error.to_owned(), relative.clone());
                variants.push(ErrorVariant { error, variant, code, step, file });
            }
        }
    }
    variants
}

/// Tests and the code they are in, by file: whole test files, and the test modules of others.
pub(crate) fn tests() -> Vec<(String, String)> {
    let mut tests = Vec::new();
    for path in files(&crates().join("webauthn")) {
        let relative = path.strip_prefix(crates()).expect("below the crates").display().to_string();
        let text = read(&path);
        let is_whole = relative.starts_with("webauthn/tests/ceremony/") || relative.ends_with("/tests.rs");
        // This one holds codes against variants, and refuses nothing.
        if relative.ends_with("/codes.rs") {
            continue;
        }
        if is_whole {
            tests.push((relative, text));
        } else if let Some((_, module)) = text.split_once("#[cfg(test)]\nmod tests {") {
            tests.push((relative, module.to_owned()));
        }
    }
    tests
}

/// The blocks `impl X {…}` of a file, by the name of the type.
fn implementations(text: &str) -> Vec<(&str, &str)> {
    let starts = text.match_indices("\nimpl ").map(|(index, start)| &text[index + start.len()..]);
    starts
        .filter_map(|rest| {
            let (name, rest) = rest.split_once(" {")?;
            let body = rest.split("\n}").next()?;
            name.chars().all(char::is_alphanumeric).then_some((name, body))
        })
        .collect()
}

/// The arms of a function's `match self` that are literals, by variant.
fn arms(body: &str, function: &str) -> BTreeMap<String, String> {
    let mut arms = BTreeMap::new();
    let Some((_, rest)) = body.split_once(function) else { return arms };
    let body = rest.split("\n    }\n").next().unwrap_or(rest);
    let Some((_, mut rest)) = body.split_once("match self {") else { return arms };
    while let Some((pattern, after)) = rest.split_once("=>") {
        let value = after.trim_start().trim_start_matches('{').trim_start();
        match value.strip_prefix('"').and_then(|value| value.split_once('"')) {
            Some((literal, after)) => {
                for variant in variants_of(pattern) {
                    arms.insert(variant, literal.to_owned());
                }
                rest = after;
            }
            None => rest = after,
        }
    }
    arms
}

/// `A` and `B` of `Self::A | Self::B { .. }`, whatever else stands before.
fn variants_of(pattern: &str) -> Vec<String> {
    let names = pattern.split("Self::").skip(1);
    names.map(|name| name.chars().take_while(|next| next.is_alphanumeric()).collect()).collect()
}

/// The Rust files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
