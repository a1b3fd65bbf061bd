//! A folder with a database, and the binary run on it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use passgate_authenticator::Authenticator;
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::ServerSecret;
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "http://localhost:5173";

/// Where a server's files are, and where it listens.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) public: u16,
    pub(crate) admin: u16,
    /// Where it keeps its data, if that is not in the folder.
    pub(crate) postgres: Option<Postgres>,
}

/// A PostgreSQL database, and the server secret of the processes on it.
#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) url: String,
    pub(crate) secret: String,
}

impl Postgres {
    pub(crate) fn new(url: String) -> Self {
        let secret = ServerSecret::generate(&SystemRng).to_string();
        Self { url, secret }
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let (public, admin) = free_ports();
        Self { folder: tempfile::tempdir().unwrap(), public, admin, postgres: None }
    }

    /// A place for one of several processes on a PostgreSQL database.
    pub(crate) fn on(postgres: &Postgres) -> Self {
        Self { postgres: Some(postgres.clone()), ..Self::new() }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("passgate.db")
    }

    /// The binary, with nothing of this machine's configuration.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passgate"));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("PASSGATE_")) {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("PASSGATE_DATABASE_URL", format!("sqlite:{}", self.database().display()))
            .env("PASSGATE_PUBLIC_LISTEN", format!("127.0.0.1:{}", self.public))
            .env("PASSGATE_ADMIN_LISTEN", format!("127.0.0.1:{}", self.admin))
            .env("PASSGATE_PUBLIC_URL", format!("http://localhost:{}", self.public));
        if let Some(Postgres { url, secret }) = &self.postgres {
            command.env("PASSGATE_DATABASE_URL", url).env("PASSGATE_SECRET", secret);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and reads the JSON that it prints.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command().args(arguments).arg("--json").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn create_tenant(&self) -> Tenant {
        let created = self.json(&["tenant", "create", "--name", "Test app", "--app-url", ORIGIN]);
        Tenant {
            id: created["tenant_id"].as_str().unwrap().to_owned(),
            api_key: created["api_key"]["secret"].as_str().unwrap().to_owned(),
        }
    }

    /// Starts the server and waits for its first answer.
    pub(crate) fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    pub(crate) fn serve_with(&self, arguments: &[&str]) -> Server {
        self.serve_in(arguments, &[])
    }

    pub(crate) fn serve_in(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let begun = Instant::now();
        let mut server = self.start(arguments, environment);
        server.await_readiness("{\"ready\":true}");
        server.began_in = begun.elapsed();
        server
    }

    /// Starts the server without waiting for it.
    pub(crate) fn start(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let log = self.folder.path().join("log");
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = self.command();
        command.envs(environment.iter().copied()).args(arguments).arg("serve");
        let child = command.stdin(Stdio::null()).stderr(stderr).spawn().unwrap();
        Server { child, log, public: self.public, admin: self.admin, began_in: Duration::ZERO }
    }
}

/// Two ports that were free a moment ago.
fn free_ports() -> (u16, u16) {
    let listeners = [TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap()];
    let [public, admin] = listeners.map(|listener| listener.local_addr().unwrap().port());
    (public, admin)
}

#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) api_key: String,
}

/// A server that runs; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) child: Child,
    log: PathBuf,
    public: u16,
    admin: u16,
    /// From the start of the process to its first answer.
    pub(crate) began_in: Duration,
}

impl Server {
    /// Waits until `/health/ready` answers with this.
    pub(crate) fn await_readiness(&mut self, expected: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while std::net::TcpStream::connect(("127.0.0.1", self.admin)).is_err()
            || !self.readiness().contains(expected)
        {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the server ended with {status}: {}", self.log());
            }
            assert!(Instant::now() < deadline, "the server does not answer {expected}: {}", self.log());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What `/health/ready` answers.
    pub(crate) fn readiness(&self) -> String {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.admin)).unwrap();
        let asked =
            stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        // One that goes down answers nothing.
        let _ = asked.and_then(|()| stream.read_to_string(&mut answer));
        answer
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn public_url(&self, tenant: &Tenant, path: &str) -> String {
        format!("http://127.0.0.1:{}/{}/{path}", self.public, tenant.id)
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls a tenant over HTTP: `Err` where no answer came.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: reqwest::Client,
    pub(crate) base: String,
    pub(crate) api_key: String,
}

impl Caller {
    pub(crate) fn new(server: &Server, tenant: &Tenant) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, base: server.public_url(tenant, ""), api_key: tenant.api_key.clone() }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<(u16, Value), reqwest::Error> {
        let request = self.client.post(format!("{}{path}", self.base)).header("apiKey", &self.api_key);
        let response = request.body(body.to_string()).send().await?;
        let status = response.status().as_u16();
        Ok((status, response.json().await?))
    }

    pub(crate) async fn credentials(&self, query: &str) -> Vec<Value> {
        let request =
            self.client.get(format!("{}credentials?{query}", self.base)).header("apiKey", &self.api_key);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A registration: the response that finishes it.
    pub(crate) async fn prepare_registration(
        &self,
        user: &str,
        authenticator: &mut Authenticator,
    ) -> Result<Value, reqwest::Error> {
        let body = json!({ "user_id": user, "username": user });
        let (_, options) = self.post("registration/initialize", &body).await?;
        Ok(authenticator.create(&options, ORIGIN).unwrap())
    }

    /// A login: the response that finishes it.
    pub(crate) async fn prepare_login(
        &self,
        authenticator: &mut Authenticator,
    ) -> Result<Value, reqwest::Error> {
        let (_, options) = self.post("login/initialize", &json!({})).await?;
        Ok(authenticator.get(&options, ORIGIN).unwrap())
    }
}
