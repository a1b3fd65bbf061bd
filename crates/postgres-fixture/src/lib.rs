//! A PostgreSQL server for one test, from the system's own package: started in a scratch folder, reached by its own
//! address and password, and gone when the value that holds it goes, or the process does.
//!
//! ```no_run
//! use passgate_postgres_fixture::PostgresServer;
//!
//! let server = PostgresServer::start();
//! let url = server.create_database("original");
//! // postgresql://fixture:…@127.0.18.52:20000/original
//! ```

mod account;
mod binaries;

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use account::Account;

/// The superuser's name.
const USER: &str = "fixture";
/// What the server writes once it takes connections.
const READY: &str = "database system is ready to accept connections";
/// What it tells clients before that.
const STARTING: &str = "the database system is";
/// The ports of one process's servers. No other process has its address, so that none can take them.
static NEXT_PORT: AtomicU16 = AtomicU16::new(20_000);

/// Runs the server until standard input ends, which it does when the test's process goes, however it goes; then stops
/// it and removes the folder, unless the last line says how else to stop it. Arguments: the folder, then the command.
const SUPERVISOR: &str = r#"
folder=$1; shift; signal=
"$@" & server=$!
while read -r line; do signal=$line; done
kill -${signal:-INT} $server; wait $server
[ -n "$signal" ] || rm -rf "$folder"
"#;

/// A running server.
#[derive(Debug)]
pub struct PostgresServer {
    /// None while it is stopped.
    supervisor: Option<Child>,
    account: Account,
    command: Vec<OsString>,
    folder: PathBuf,
    binaries: PathBuf,
    address: Ipv4Addr,
    port: u16,
    password: String,
}

/// What a server proves itself with, both PEM.
#[derive(Debug)]
pub struct ServerCertificate<'a> {
    /// The certificate, followed by those it depends on.
    pub chain: &'a str,
    /// Its private key.
    pub key: &'a str,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Connections are closed, and everything is written.
    Fast,
    /// As by a loss of power, but for what the operating system still writes.
    Crash,
}

/// Whether a commit is on the disk when it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commits {
    Durable,
    /// Faster, and lost with the server.
    Lazy,
}

impl PostgresServer {
    /// Starts a server without TLS.
    ///
    /// # Panics
    /// If PostgreSQL is not installed (the message says how to), or does not start (the message has its log).
    #[must_use]
    pub fn start() -> Self {
        Self::launch(None, Commits::Lazy)
    }

    /// Starts a server without TLS that has what it committed after [`Stop::Crash`], too.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_durable() -> Self {
        Self::launch(None, Commits::Durable)
    }

    /// Starts a server that offers TLS.
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_with_tls(certificate: &ServerCertificate<'_>) -> Self {
        Self::launch(Some(certificate), Commits::Lazy)
    }

    fn launch(certificate: Option<&ServerCertificate<'_>>, commits: Commits) -> Self {
        let binaries = binaries::folder();
        let folder = tempfile::Builder::new().prefix("postgres").tempdir().expect("a scratch folder").keep();
        let account = Account::for_database(&folder);
        account.own(&folder);

        let password = random_text();
        let password_file = folder.join("password");
        account.write(&password_file, &password);
        let data = folder.join("data");
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb
            .args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--no-locale", "--username", USER])
            .args(["--auth=scram-sha-256", "--pwfile"])
            .arg(&password_file)
            .arg("--pgdata")
            .arg(&data);
        account.run(initdb.current_dir(&folder));

        let (address, port) = own_address();
        let mut server = vec![binaries.join("postgres").into_os_string(), "-D".into(), data.into()];
        let mut set =
            |name: &str, value: &str| server.extend(["-c".into(), format!("{name}={value}").into()]);
        set("listen_addresses", &address.to_string());
        set("port", &port.to_string());
        set("unix_socket_directories", folder.to_str().expect("scratch folders have ASCII names"));
        if commits == Commits::Lazy {
            // What most tests write need not outlive the machine.
            set("fsync", "off");
            set("synchronous_commit", "off");
            set("full_page_writes", "off");
        }
        if let Some(certificate) = certificate {
            for (name, pem) in [("server.crt", certificate.chain), ("server.key", certificate.key)] {
                account.write(&folder.join(name), pem);
            }
            set("ssl", "on");
            set("ssl_cert_file", &folder.join("server.crt").to_string_lossy());
            set("ssl_key_file", &folder.join("server.key").to_string_lossy());
        }

        let mut this =
            Self { supervisor: None, account, command: server, folder, binaries, address, port, password };
        this.resume();
        this
    }

    /// Starts it again after [`Self::stop`], at the same address.
    ///
    /// # Panics
    /// If it runs, or does not start.
    pub fn resume(&mut self) {
        assert!(self.supervisor.is_none(), "it runs");
        let mut supervisor = Command::new("/bin/sh");
        supervisor
            .args(["-c", SUPERVISOR, "postgres-fixture"])
            .arg(&self.folder)
            .args(&self.command)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // An interrupt at the terminal is the test's to handle; the server goes with it.
            .process_group(0);
        self.account.assume(&mut supervisor);
        let mut supervisor = supervisor.spawn().expect("a shell");
        await_ready(&mut supervisor);
        self.supervisor = Some(supervisor);
    }

    /// Stops it. Its data stay.
    ///
    /// # Panics
    /// If it doesn't run.
    pub fn stop(&mut self, how: Stop) {
        let mut supervisor = self.supervisor.take().expect("it runs");
        let signal = match how {
            Stop::Fast => "INT",
            Stop::Crash => "QUIT",
        };
        let mut stdin = supervisor.stdin.take().expect("stdin is piped");
        writeln!(stdin, "{signal}").expect("the supervisor reads");
        drop(stdin);
        supervisor.wait().expect("it can be waited for");
    }

    /// Makes an empty database and returns its URL, which has the password.
    ///
    /// # Panics
    /// If the server refuses.
    #[must_use]
    pub fn create_database(&self, name: &str) -> String {
        let mut createdb = Command::new(self.binaries.join("createdb"));
        createdb.arg(name).env("PGHOST", self.address.to_string()).env("PGPORT", self.port.to_string());
        createdb.env("PGUSER", USER).env("PGPASSWORD", &self.password);
        finish(&mut createdb);
        self.url(name)
    }

    /// The URL of a database.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://{USER}:{}@{}:{}/{database}", self.password, self.address, self.port)
    }

    /// The address that it listens at.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The port that it listens at.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its Unix socket.
    #[must_use]
    pub fn socket_folder(&self) -> &Path {
        &self.folder
    }

    /// The password of its only user, `fixture`.
    #[must_use]
    pub fn password(&self) -> &str {
        &self.password
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let Some(supervisor) = &mut self.supervisor else {
            let _ = fs::remove_dir_all(&self.folder);
            return;
        };
        drop(supervisor.stdin.take());
        // Nothing can be done about a shell that can't be waited for, and a panic here would hide the test's own.
        let _ = supervisor.wait();
    }
}

/// An address of the loopback network that follows from the process id, so that no other process uses it; and a port.
fn own_address() -> (Ipv4Addr, u16) {
    // Linux's process ids have at most 22 bits.
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    // 127.0.0.x is where everything else listens, and 127.255.255.255 is a broadcast address.
    let address = Ipv4Addr::new(127, high | 0x40, middle, low);
    (address, NEXT_PORT.fetch_add(1, Ordering::Relaxed))
}

/// 128 random bits in hex. The kernel has them in this form already.
fn random_text() -> String {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut bytes)).expect("randomness");
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Reads the server's log up to the line that says that it takes connections, and leaves the rest to a thread, so that
/// the pipe never fills.
fn await_ready(supervisor: &mut Child) {
    let log = supervisor.stderr.take().expect("stderr is piped");
    let mut log = BufReader::new(log);
    let mut so_far = String::new();
    loop {
        let start = so_far.len();
        let read = log.read_line(&mut so_far).expect("the server's log is text");
        let line = &so_far[start..];
        // Clients that come early are told so by a line of theirs.
        let fatal = line.contains("FATAL") && !line.contains(STARTING);
        assert!(read > 0 && !fatal, "PostgreSQL did not start:\n{so_far}");
        if line.contains(READY) {
            break;
        }
    }
    thread::spawn(move || {
        let mut sink = std::io::sink();
        std::io::copy(&mut log, &mut sink)
    });
}

/// Runs a command to its end.
fn finish(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
}
