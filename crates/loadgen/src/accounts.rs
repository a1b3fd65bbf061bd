//! Who there is to log in, and where: tenants, and the passkeys that they know. Kept in a file, a run can go on where
//! another ended.
//!
//! The file has JSON objects, one a line. The first says how passkeys follow from their numbers. Tenants follow, then
//! accounts, which name their tenant by its place among them, counted from 0.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::random::Random;

const FORMAT: &str = "passgate-loadgen-accounts";
const VERSION: u32 = 1;

/// How passkeys follow from their numbers, and where they are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// The seed of ids and keys.
    pub seed: u64,
    /// How many different keys there are.
    pub keys: u32,
    /// The RP ID of all tenants.
    pub rp_id: String,
    /// The origin that the ceremonies come from.
    pub origin: String,
}

/// A tenant to register or log in at.
#[derive(Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: Uuid,
    /// A key of its; without one nobody can be registered.
    pub api_key: Option<String>,
}

impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenant").field("id", &self.id).finish_non_exhaustive()
    }
}

/// One that can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The number of its passkey.
    pub number: u64,
    /// The place of its tenant.
    pub tenant: u32,
    /// Its user handle, in base64url.
    pub handle: String,
}

/// Those that can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts {
    /// Each by itself, as the server answered when it was registered.
    Listed(Vec<Account>),
    /// The first so many numbers, all of the first tenant, with the handles that follow from them: seeded ones.
    Seeded(u64),
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// How passkeys follow from their numbers.
    pub crowd: Crowd,
    /// The tenants.
    pub tenants: Vec<Tenant>,
    /// Their accounts.
    pub accounts: Accounts,
}

/// Why a file of accounts can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The operating system says no.
    #[error("{path}: {error}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line isn't one of such a file.
    #[error("{path}, line {line}: {problem}")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    format: String,
    version: u32,
    #[serde(flatten)]
    crowd: CrowdMembers,
}

/// `Crowd` itself can't be flattened where unknown members are refused.
#[derive(Serialize, Deserialize)]
struct CrowdMembers {
    seed: u64,
    keys: u32,
    rp_id: String,
    origin: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Tenant { tenant: Uuid, api_key: Option<String> },
    Account { number: u64, of: u32, handle: String },
    Seeded { seeded: u64 },
}

impl Population {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, AccountsError> {
        let io = |error| AccountsError::Io { path: path.to_owned(), error };
        let file = BufReader::new(File::open(path).map_err(io)?);
        let mut read = Reader { path, header: None, tenants: Vec::new(), listed: Vec::new(), seeded: None };
        for (index, line) in file.lines().enumerate() {
            let line = line.map_err(io)?;
            read.line(&line).map_err(|problem| read.fault(index + 1, problem))?;
        }
        let Some(crowd) = read.header else { return Err(read.fault(1, "the file is empty".to_owned())) };
        let accounts = read.seeded.map_or(Accounts::Listed(read.listed), Accounts::Seeded);
        Ok(Self { crowd, tenants: read.tenants, accounts })
    }

    /// Writes a file that its owner alone can read, in the place of whatever was there.
    pub fn write(&self, path: &Path) -> Result<(), AccountsError> {
        self.write_lines(path).map_err(|error| AccountsError::Io { path: path.to_owned(), error })
    }

    fn write_lines(&self, path: &Path) -> io::Result<()> {
        // An older file might be readable for others: API keys go into it.
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let mut file = BufWriter::new(file);
        let Crowd { seed, keys, rp_id, origin } = self.crowd.clone();
        let crowd = CrowdMembers { seed, keys, rp_id, origin };
        write_line(&mut file, &HeaderLine { format: FORMAT.to_owned(), version: VERSION, crowd })?;
        for tenant in &self.tenants {
            write_line(&mut file, &Line::Tenant { tenant: tenant.id, api_key: tenant.api_key.clone() })?;
        }
        match &self.accounts {
            Accounts::Seeded(count) => write_line(&mut file, &Line::Seeded { seeded: *count })?,
            Accounts::Listed(accounts) => {
                for Account { number, tenant, handle } in accounts {
                    let line = Line::Account { number: *number, of: *tenant, handle: handle.clone() };
                    write_line(&mut file, &line)?;
                }
            }
        }
        file.flush()
    }

    /// Leaves so many tenants, spread evenly among all, with their accounts.
    #[must_use]
    pub fn of_tenants(mut self, count: u32) -> Self {
        let all = u32::try_from(self.tenants.len()).unwrap_or(u32::MAX);
        if let Accounts::Listed(accounts) = &mut self.accounts
            && count < all
            && count > 0
        {
            // The places 0, all / count, 2 * all / count, …: one for each number below `count`.
            let is_one = |place: u32| {
                let (place, count, all) = (u64::from(place), u64::from(count), u64::from(all));
                (place * count) % all < count
            };
            accounts.retain(|account| is_one(account.tenant));
        }
        self
    }
}

impl Accounts {
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Listed(accounts) => u64::try_from(accounts.len()).unwrap_or(u64::MAX),
            Self::Seeded(count) => *count,
        }
    }

    /// One of them, each as likely as the others; none where there is none. `handle` is how a seeded one's follows.
    pub(crate) fn pick(&self, random: &mut Random, handle: impl FnOnce(u64) -> String) -> Option<Account> {
        let chosen = random.below(self.count())?;
        match self {
            Self::Listed(accounts) => accounts.get(usize::try_from(chosen).ok()?).cloned(),
            Self::Seeded(_) => Some(Account { number: chosen, tenant: 0, handle: handle(chosen) }),
        }
    }
}

struct Reader<'a> {
    path: &'a Path,
    header: Option<Crowd>,
    tenants: Vec<Tenant>,
    listed: Vec<Account>,
    seeded: Option<u64>,
}

impl Reader<'_> {
    fn fault(&self, line: usize, problem: String) -> AccountsError {
        AccountsError::Line { path: self.path.to_owned(), line, problem }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if self.header.is_none() {
            let header: HeaderLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
            if header.format != FORMAT || header.version != VERSION {
                return Err(format!("this is no {FORMAT} of version {VERSION}"));
            }
            let CrowdMembers { seed, keys, rp_id, origin } = header.crowd;
            self.header = Some(Crowd { seed, keys, rp_id, origin });
            return Ok(());
        }
        match serde_json::from_str(line).map_err(|error| error.to_string())? {
            Line::Tenant { tenant, api_key } => self.tenants.push(Tenant { id: tenant, api_key }),
            Line::Account { of, .. } if usize::try_from(of).is_ok_and(|of| of >= self.tenants.len()) => {
                return Err(format!("there is no tenant {of} before it"));
            }
            Line::Account { number, of, handle } => {
                self.listed.push(Account { number, tenant: of, handle });
            }
            Line::Seeded { .. } if self.tenants.is_empty() => return Err("there is no tenant".to_owned()),
            Line::Seeded { seeded } => self.seeded = Some(seeded),
        }
        Ok(())
    }
}

fn write_line(file: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn population(accounts: Accounts) -> Population {
        let crowd =
            Crowd { seed: 7, keys: 4, rp_id: "example.com".into(), origin: "https://example.com".into() };
        let tenant = |id, api_key: Option<&str>| Tenant {
            id: Uuid::from_u128(id),
            api_key: api_key.map(str::to_owned),
        };
        Population { crowd, tenants: vec![tenant(1, Some("pgk_x")), tenant(2, None)], accounts }
    }

    fn account(number: u64, tenant: u32) -> Account {
        Account { number, tenant, handle: "aGFuZGxl".to_owned() }
    }

    #[test]
    fn what_is_written_is_read_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.jsonl");
        for accounts in [Accounts::Listed(vec![account(0, 0), account(9, 1)]), Accounts::Seeded(10_000_000)] {
            let written = population(accounts);
            written.write(&path).unwrap();
            assert_eq!(Population::read(&path).unwrap(), written);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("accounts.jsonl");
        let header = r#"{"format":"passgate-loadgen-accounts","version":1,"seed":1,"keys":1,"rp_id":"a","origin":"b"}"#;
        let problem = |text: String| {
            std::fs::write(&path, text).unwrap();
            let message = Population::read(&path).unwrap_err().to_string();
            message.strip_prefix(&format!("{}, ", path.display())).unwrap().to_owned()
        };
        assert_eq!(problem(String::new()), "line 1: the file is empty");
        let other = header.replace("\"version\":1", "\"version\":2");
        assert_eq!(problem(other), "line 1: this is no passgate-loadgen-accounts of version 1");
        let early = format!("{header}\n{{\"number\":1,\"of\":0,\"handle\":\"aA\"}}");
        assert_eq!(problem(early), "line 2: there is no tenant 0 before it");
    }

    #[test]
    fn tenants_are_chosen_evenly() {
        let tenants = (0..10).map(|id| Tenant { id: Uuid::from_u128(id), api_key: None }).collect();
        let all = Population {
            tenants,
            ..population(Accounts::Listed((0..10).map(|place| account(place.into(), place)).collect()))
        };
        let left = |count| match all.clone().of_tenants(count).accounts {
            Accounts::Listed(left) => left.iter().map(|account| account.tenant).collect::<Vec<_>>(),
            Accounts::Seeded(_) => vec![],
        };
        assert_eq!(left(2), [0, 5]);
        assert_eq!(left(3), [0, 4, 7]);
        assert_eq!(left(10).len(), 10);
        assert_eq!(left(11).len(), 10);
    }
}
