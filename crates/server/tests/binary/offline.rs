//! Commands that need no server and no database, and responses for them to look at.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use passgate_authenticator::{Algorithm, Authenticator};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "https://login.example.com";
pub(crate) const CHALLENGE: [u8; 32] = [0x42; 32];

/// A folder that a command can't write to, with no configuration that it could read.
pub(crate) struct Desert {
    folder: tempfile::TempDir,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The JSON on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Desert {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.run_on(b"", arguments)
    }

    /// Runs a command with this on its standard input, and sees that it leaves nothing behind.
    pub(crate) fn run_on(&self, input: &[u8], arguments: &[&str]) -> Said {
        let names = || {
            let entries = fs::read_dir(self.folder.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        self.set_writable(false);
        let mut child = Command::new(env!("CARGO_BIN_EXE_passgate"))
            .env_clear()
            // Neither is read: a command that did would fail.
            .env("PASSGATE_CONFIG", "/nowhere/passgate.toml")
            .env("PASSGATE_DATABASE_URL", "nonsense")
            .current_dir(self.folder.path())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who takes a file doesn't read it, and may be gone.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        self.set_writable(true);
        assert_eq!(names(), before, "a command that only looks makes no files");
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn set_writable(&self, writable: bool) {
        use std::os::unix::fs::PermissionsExt;
        let mode = if writable { 0o700 } else { 0o500 };
        fs::set_permissions(self.folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

pub(crate) fn creation_options() -> Value {
    let algorithms =
        Algorithm::ALL.map(|algorithm| json!({"type": "public-key", "alg": algorithm.cose_id()}));
    json!({"publicKey": {
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": "a2lt", "name": "kim", "displayName": "Kim"},
        "challenge": encode(&CHALLENGE),
        "pubKeyCredParams": algorithms,
    }})
}

pub(crate) fn request_options() -> Value {
    json!({"publicKey": {"challenge": encode(&CHALLENGE), "rpId": "example.com"}})
}

/// The credential that an authenticator makes.
pub(crate) fn registration(authenticator: &mut Authenticator) -> Value {
    authenticator.create(&creation_options(), ORIGIN).unwrap()
}

/// The assertion that an authenticator makes.
pub(crate) fn assertion(authenticator: &mut Authenticator) -> Value {
    authenticator.get(&request_options(), ORIGIN).unwrap()
}

/// The vectors of WebAuthn Level 3; `None`, with a message, where the folder of vectors is missing.
pub(crate) fn w3c_vectors() -> Option<Value> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance"));
    if !folder.exists() {
        eprintln!("SKIPPED: {} is missing", folder.display());
        return None;
    }
    Some(serde_json::from_slice(&fs::read(folder.join("w3c-l3-vectors.json")).unwrap()).unwrap())
}

/// The bytes of a hexadecimal member.
pub(crate) fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}
