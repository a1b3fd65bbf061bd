//! The load generator's own record of what a server acknowledged, by which the server can be held to account after it
//! was killed.
//!
//! JSON objects, one a line: tenants as they are first called, and every response that was sent to a finalize route. A
//! run appends to what earlier runs wrote.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::accounts::Tenant;
use crate::ceremony::{Finalized, Step};

/// A ledger that is being written.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: Mutex<BufWriter<File>>,
}

/// What a response to a finalize route came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Acknowledged,
    Refused,
    Unanswered,
}

/// The routes that finish a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Route {
    #[serde(rename = "registration/finalize")]
    Registration,
    #[serde(rename = "login/finalize")]
    Login,
}

impl Route {
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Registration => Step::RegistrationFinalize.path(),
            Self::Login => Step::LoginFinalize.path(),
        }
    }
}

/// One line.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Entry {
    Tenant { tenant: Uuid, api_key: Option<String> },
    Finalized { of: Uuid, route: Route, outcome: Outcome, body: Box<RawValue> },
}

/// The members of either kind of line. Of several kinds that one tries in turn, none could keep JSON as it was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    tenant: Option<Uuid>,
    api_key: Option<String>,
    of: Option<Uuid>,
    route: Option<Route>,
    outcome: Option<Outcome>,
    body: Option<Box<RawValue>>,
}

impl Members {
    fn entry(self) -> Option<Entry> {
        let Self { tenant, api_key, of, route, outcome, body } = self;
        match (tenant, of, route, outcome, body) {
            (Some(tenant), None, None, None, None) => Some(Entry::Tenant { tenant, api_key }),
            (None, Some(of), Some(route), Some(outcome), Some(body)) => {
                Some(Entry::Finalized { of, route, outcome, body })
            }
            _ => None,
        }
    }
}

/// Why a ledger can't be read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The operating system says no.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line isn't one of a ledger.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Why not.
        problem: String,
    },
}

impl Ledger {
    /// Opens a ledger to append to it; made readable by its owner only, since API keys are in it.
    pub(crate) fn open(path: &Path, tenants: &[Tenant]) -> Result<Self, LedgerError> {
        let io = |error| LedgerError::Io { path: path.to_owned(), error };
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(io)?;
        let ledger = Self { file: Mutex::new(BufWriter::new(file)) };
        for tenant in tenants {
            let entry = Entry::Tenant { tenant: tenant.id, api_key: tenant.api_key.clone() };
            ledger.append(&entry).map_err(io)?;
        }
        Ok(ledger)
    }

    /// Notes what a response came to. `body` is the JSON that was sent.
    pub(crate) fn note(&self, tenant: Uuid, step: Step, finalized: Finalized, body: &[u8]) -> io::Result<()> {
        let route = match step {
            Step::RegistrationFinalize => Route::Registration,
            Step::LoginFinalize => Route::Login,
            Step::RegistrationInitialize | Step::LoginInitialize => return Ok(()),
        };
        let outcome = match finalized {
            Finalized::Acknowledged => Outcome::Acknowledged,
            Finalized::Refused => Outcome::Refused,
            Finalized::Unanswered => Outcome::Unanswered,
        };
        self.append(&Entry::Finalized { of: tenant, route, outcome, body: serde_json::from_slice(body)? })
    }

    /// Writes what is still in memory. A ledger that lacks its end would have the server judged by less than it
    /// acknowledged, unnoticed.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner).flush()
    }

    fn append(&self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner).write_all(&line)
    }
}

/// Reads a ledger entry by entry, since it may be larger than memory.
pub(crate) fn read(path: &Path) -> Result<impl Iterator<Item = Result<Entry, LedgerError>>, LedgerError> {
    let path = path.to_owned();
    let io = |path: &Path, error| LedgerError::Io { path: path.to_owned(), error };
    let file = BufReader::new(File::open(&path).map_err(|error| io(&path, error))?);
    Ok(file.lines().enumerate().map(move |(index, line)| {
        let line = line.map_err(|error| io(&path, error))?;
        let members = serde_json::from_str::<Members>(&line).map_err(|error| error.to_string());
        members
            .and_then(|members| members.entry().ok_or_else(|| "members are missing".to_owned()))
            .map_err(|problem| LedgerError::Line { path: path.clone(), line: index + 1, problem })
    }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn runs_append_and_everything_is_read_as_it_was_sent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let tenant = Tenant { id: Uuid::from_u128(1), api_key: Some("pgk_x".to_owned()) };
        for (step, finalized, body) in [
            (Step::RegistrationFinalize, Finalized::Acknowledged, r#"{"id" : "a"}"#),
            (Step::LoginFinalize, Finalized::Unanswered, r#"{"n":1.50}"#),
        ] {
            let ledger = Ledger::open(&path, std::slice::from_ref(&tenant)).unwrap();
            ledger.note(tenant.id, step, finalized, body.as_bytes()).unwrap();
            ledger.flush().unwrap();
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let entries = read(&path).unwrap().map(|entry| match entry.unwrap() {
            Entry::Tenant { tenant, api_key } => format!("{tenant} {}", api_key.unwrap()),
            Entry::Finalized { of, route, outcome, body } => {
                format!("{of} {route:?} {outcome:?} {}", body.get())
            }
        });
        let id = Uuid::from_u128(1);
        let expected = [
            format!("{id} pgk_x"),
            format!(r#"{id} Registration Acknowledged {{"id" : "a"}}"#),
            format!("{id} pgk_x"),
            format!(r#"{id} Login Unanswered {{"n":1.50}}"#),
        ];
        assert_eq!(entries.collect::<Vec<_>>(), expected);
        std::fs::write(&path, "{}\n").unwrap();
        let problem = read(&path).unwrap().next().unwrap().unwrap_err().to_string();
        assert_eq!(problem, format!("{}, line 1: members are missing", path.display()));
    }
}
