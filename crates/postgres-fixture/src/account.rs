//! Who the server runs as: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Whom a root's test runs the server as: the package's own account, or else nobody's.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// The account that owns the server's files.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Account {
    /// That of the test.
    Own,
    /// Another, because the test runs as root.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// The test's own account, which made `scratch`, unless that is root's.
    pub(crate) fn for_database(scratch: &Path) -> Self {
        if fs::metadata(scratch).expect("the scratch folder is there").uid() != 0 {
            return Self::Own;
        }
        let accounts = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
        UNPRIVILEGED
            .iter()
            .find_map(|name| find(&accounts, name))
            .unwrap_or_else(|| panic!("PostgreSQL can't run as root, and there is none of {UNPRIVILEGED:?}"))
    }

    pub(crate) fn own(self, path: &Path) {
        if let Self::Other { uid, gid } = self {
            chown(path, Some(uid), Some(gid)).expect("root gives files away");
        }
    }

    /// Writes a file that nobody else can read.
    pub(crate) fn write(self, path: &Path, text: &str) {
        fs::write(path, text).expect("the scratch folder can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a new file's mode can be set");
        self.own(path);
    }

    /// Makes a command run as this account.
    pub(crate) fn assume(self, command: &mut Command) {
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// Runs a command to its end.
    pub(crate) fn run(self, command: &mut Command) {
        self.assume(command);
        crate::finish(command);
    }
}

fn find(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account::Other { uid, gid })
    })
}
