//! `cargo xtask test --only schemathesis`: all three documents against a server of their own, by requests that schemathesis
//! makes from them. None may be answered with 5xx, nor by what its document doesn't have.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::builds;
use crate::failure::Failure;
use crate::http;
use crate::interrupts::Interrupts;
use crate::ports;
use crate::process::{self, Running};
use crate::workspace::Workspace;

const REQUIREMENTS: &str = include_str!("../schemathesis/requirements.txt");
const CHECKS: &str = include_str!("../schemathesis/checks.toml");

/// How many requests are made up for an operation, beside those that its bounds and its examples ask for.
const EXAMPLES: &str = "40";
const START_DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

pub(crate) fn run(workspace: &Workspace, interrupts: &Interrupts) -> Result<(), Failure> {
    let schemathesis = install(workspace, interrupts)?;
    let programs = build(workspace, interrupts)?;
    let folder = workspace.root().join("target/schemathesis");
    make_new(&folder)?;
    let mut server = Server::start(&programs.passgate, &folder, interrupts)?;
    let tried = server.populate(&programs, interrupts).and_then(|tenants| {
        for run in runs(&server, &tenants) {
            println!("\n--- {}", run.name);
            process::run(&mut run.command(&schemathesis, &server.folder)?, interrupts)?;
            server.require_running()?;
        }
        Ok(())
    });
    let log = server.log();
    server.running.stop(interrupts)?;
    tried.map_err(|failure| match failure {
        Failure::Because(reason) => {
            Failure::Because(format!("{reason}\nWhat the server said is in {}.", workspace.shown(&log)))
        }
        interrupted @ Failure::Interrupted(_) => interrupted,
    })
}

/// Schemathesis, in an environment of its own, as the requirements pin it.
fn install(workspace: &Workspace, interrupts: &Interrupts) -> Result<PathBuf, Failure> {
    let environment = workspace.tools().join("schemathesis");
    let program = environment.join("bin/schemathesis");
    let installed = environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(program);
    }
    println!("Installing schemathesis into {}", workspace.shown(&environment));
    let mut create = process::command("python3", workspace.root());
    process::run(create.args(["-m", "venv", "--clear"]).arg(&environment), interrupts)?;
    let mut pip = process::command(environment.join("bin/pip"), workspace.root());
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement"]);
    process::run(pip.arg("xtask/schemathesis/requirements.txt"), interrupts)?;
    fs::write(&installed, REQUIREMENTS)
        .map_err(Failure::to(format_args!("write {}", workspace.shown(&installed))))?;
    Ok(program)
}

/// The server, and what makes tenants for it, and an organization at its console.
struct Programs {
    passgate: PathBuf,
    populate: PathBuf,
    populate_console: PathBuf,
}

fn build(workspace: &Workspace, interrupts: &Interrupts) -> Result<Programs, Failure> {
    let arguments = [
        "--package",
        "passgate",
        "--bin",
        "passgate",
        "--example",
        "populate",
        "--example",
        "populate_console",
    ];
    let messages = builds::messages(workspace, interrupts, &arguments)?;
    Ok(Programs {
        passgate: builds::executable(&messages, "passgate")?,
        populate: builds::executable(&messages, "populate")?,
        populate_console: builds::executable(&messages, "populate_console")?,
    })
}

/// Makes an empty folder in the place of whatever an earlier run left.
fn make_new(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(Failure::to(format_args!("delete {}", folder.display())))?;
    }
    fs::create_dir_all(folder).map_err(Failure::to(format_args!("make {}", folder.display())))
}

/// A server on ports of its own, with a new database.
struct Server {
    running: Running,
    folder: PathBuf,
    public_port: u16,
    admin_port: u16,
    admin_token: String,
    /// What claims its console.
    claim_link: String,
}

impl Server {
    fn start(passgate: &Path, folder: &Path, interrupts: &Interrupts) -> Result<Self, Failure> {
        let [public_port, admin_port] = ports::free()?;
        let configured = || {
            let mut command = process::command(passgate, folder);
            command.envs([
                ("PASSGATE_DATABASE_URL", "sqlite:passgate.db".to_owned()),
                ("PASSGATE_PUBLIC_LISTEN", format!("127.0.0.1:{public_port}")),
                ("PASSGATE_ADMIN_LISTEN", format!("127.0.0.1:{admin_port}")),
                ("PASSGATE_PUBLIC_URL", format!("http://localhost:{public_port}")),
                ("PASSGATE_RATE_LIMITS", "off".to_owned()),
            ]);
            command
        };
        let log = folder.join("passgate.log");
        let failure = |error| Failure::to(format_args!("write {}", log.display()))(error);
        let file = File::create(&log).map_err(failure)?;
        let mut serve = configured();
        serve.arg("serve").stdout(file.try_clone().map_err(failure)?).stderr(file);
        let running = Running::start(&mut serve)?;
        let mut server = Self {
            running,
            folder: folder.to_owned(),
            public_port,
            admin_port,
            admin_token: String::new(),
            claim_link: String::new(),
        };
        server.wait(interrupts)?;
        let mut claim = configured();
        claim.args(["console", "claim", "--json"]);
        server.claim_link = text(&json(&process::output(&mut claim, interrupts)?)?, "url")?;
        let mut create = configured();
        create.args(["admin-token", "create", "--name", "schemathesis", "--json"]);
        let created = json(&process::output(&mut create, interrupts)?)?;
        server.admin_token = text(&created, "token")?;
        Ok(server)
    }

    fn wait(&mut self, interrupts: &Interrupts) -> Result<(), Failure> {
        let deadline = Instant::now() + START_DEADLINE;
        while http::status(self.admin_port, "/health/ready") != Some(200) {
            self.require_running()?;
            interrupts.check()?;
            if Instant::now() > deadline {
                let seconds = START_DEADLINE.as_secs();
                return Err(Failure::Because(format!("The server is not ready after {seconds} s")));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn require_running(&mut self) -> Result<(), Failure> {
        match self.running.ended()? {
            None => Ok(()),
            Some(status) => Err(Failure::Because(format!("The server ended by itself: {status}"))),
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("passgate.log")
    }

    fn url(port: u16) -> String {
        // Not `localhost`, which may mean another address first.
        format!("http://127.0.0.1:{port}")
    }

    /// A tenant for each document: the admin API's requests configure theirs in every way there is.
    fn populate(&self, programs: &Programs, interrupts: &Interrupts) -> Result<Tenants, Failure> {
        let make = || {
            let mut command = process::command(&programs.populate, &self.folder);
            command.args([Self::url(self.public_port), Self::url(self.admin_port)]);
            command.env("PASSGATE_ADMIN_TOKEN", &self.admin_token);
            json(&process::output(&mut command, interrupts)?)
        };
        let mut console = process::command(&programs.populate_console, &self.folder);
        console.args([
            Self::url(self.admin_port),
            format!("http://localhost:{}", self.admin_port),
            self.claim_link.clone(),
        ]);
        let console = Organization::read(&json(&process::output(&mut console, interrupts)?)?)?;
        Ok(Tenants { public: Tenant::read(&make()?)?, admin: Tenant::read(&make()?)?, console })
    }
}

struct Tenants {
    public: Tenant,
    admin: Tenant,
    console: Organization,
}

/// What `populate_console` made.
struct Organization {
    id: String,
    project_id: String,
    tenant_id: String,
}

impl Organization {
    fn read(made: &Value) -> Result<Self, Failure> {
        Ok(Self {
            id: text(made, "organization_id")?,
            project_id: text(made, "project_id")?,
            tenant_id: text(made, "tenant_id")?,
        })
    }
}

/// What `populate` made.
struct Tenant {
    id: String,
    api_key: String,
    api_key_id: String,
    signing_key_id: String,
    user_id: String,
    user_row_id: String,
    credential_id: String,
}

impl Tenant {
    fn read(made: &Value) -> Result<Self, Failure> {
        Ok(Self {
            id: text(made, "tenant_id")?,
            api_key: text(made, "api_key")?,
            api_key_id: text(made, "api_key_id")?,
            signing_key_id: text(made, "signing_key_id")?,
            user_id: text(made, "user_id")?,
            user_row_id: text(made, "user_row_id")?,
            credential_id: text(made, "credential_id")?,
        })
    }
}

fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(Failure::to("read what was made"))
}

fn text(made: &Value, member: &str) -> Result<String, Failure> {
    let text = made[member].as_str().map(str::to_owned);
    text.ok_or_else(|| Failure::Because(format!("what was made has no {member}")))
}

/// Schemathesis, once.
struct Run {
    name: &'static str,
    url: String,
    /// The path of the document that says what there is.
    document: &'static str,
    /// The header with which it proves who calls.
    header: (&'static str, String),
    /// What stands in place of made-up parameters, so that something is found.
    parameters: Vec<(&'static str, String)>,
    arguments: Vec<&'static str>,
}

impl Run {
    fn command(&self, schemathesis: &Path, folder: &Path) -> Result<Command, Failure> {
        let (header, value) = &self.header;
        // Names and values are ids, keys and ours, and have no quotes.
        let parameters = self.parameters.iter().map(|(name, value)| format!("\"{name}\" = \"{value}\"\n"));
        let configuration = format!(
            "headers = {{ \"{header}\" = \"{value}\" }}\n\n[parameters]\n{}\n{CHECKS}",
            parameters.collect::<String>()
        );
        let file = folder.join("schemathesis.toml");
        fs::write(&file, configuration).map_err(Failure::to(format_args!("write {}", file.display())))?;
        let mut command = process::command(schemathesis, folder);
        command.arg("--config-file").arg(file).arg("run").arg(format!("{}{}", self.url, self.document));
        // The same requests each time; all failures at once.
        command.args(["--generation-deterministic", "--continue-on-failure", "--no-color"]);
        command.args(["--max-examples", EXAMPLES, "--max-redirects", "0", "--request-timeout", "10"]);
        // Nothing but the server is asked, and no proxy in between.
        command.args(["--warnings", "off"]).env("NO_PROXY", "*");
        command.args(&self.arguments);
        Ok(command)
    }
}

/// What is tried, in an order in which each still finds what it is about: what deletes comes last.
fn runs(server: &Server, tenants: &Tenants) -> Vec<Run> {
    let Tenants { public, admin, console } = tenants;
    let all_phases = ["--phases", "examples,coverage,fuzzing"];
    let with = |more: &[&'static str]| all_phases.iter().chain(more).copied().collect::<Vec<_>>();
    let of_public = |name, parameters, arguments: &[&'static str]| Run {
        name,
        url: Server::url(server.public_port),
        document: "/openapi.json",
        header: ("apiKey", public.api_key.clone()),
        parameters: [vec![("path.tenant_id", public.id.clone())], parameters].concat(),
        arguments: with(arguments),
    };
    let of_admin = |name, parameters, arguments: &[&'static str]| Run {
        name,
        url: Server::url(server.admin_port),
        document: "/openapi.json",
        header: ("Authorization", format!("Bearer {}", server.admin_token)),
        parameters: [vec![("path.tenant_id", admin.id.clone())], parameters].concat(),
        arguments: with(arguments),
    };
    let ids = || {
        vec![("path.credential_id", public.credential_id.clone()), ("path.user_id", public.user_id.clone())]
    };
    let user = || vec![("path.user_id", admin.user_row_id.clone())];
    // A program is an owner of every organization, and has no session.
    let of_console = |name, parameters, arguments: &[&'static str]| Run {
        name,
        url: Server::url(server.admin_port),
        document: "/openapi/console.json",
        header: ("Authorization", format!("Bearer {}", server.admin_token)),
        parameters,
        arguments: with(arguments),
    };
    let ours = || {
        vec![
            ("path.organization_id", console.id.clone()),
            ("path.project_id", console.project_id.clone()),
            ("path.tenant_id", console.tenant_id.clone()),
        ]
    };
    vec![
        of_public("the public API, with ids that exist", ids(), &["--exclude-operation-id-regex", "^delete"]),
        of_public(
            "the public API, with ids that are made up",
            vec![],
            &["--include-path-regex", r"\{(credential|user)_id\}"],
        ),
        of_public("what deletes credentials", ids(), &["--include-operation-id-regex", "^delete"]),
        of_admin("the admin API, with ids that exist", user(), &["--exclude-operation-id-regex", "^delete"]),
        of_admin(
            "the admin API, with ids that are made up",
            vec![],
            &["--include-path-regex", r"\{(secret|user)_id\}"],
        ),
        of_admin("what deletes a user", user(), &["--include-operation-id", "deleteUser"]),
        of_admin(
            "what deletes a signing key",
            vec![("path.secret_id", admin.signing_key_id.clone())],
            &["--include-operation-id", "deleteSigningKey"],
        ),
        of_admin(
            "what deletes an API key",
            vec![("path.secret_id", admin.api_key_id.clone())],
            &["--include-operation-id", "deleteApiKey"],
        ),
        of_admin("what deletes a tenant", vec![], &["--include-operation-id", "deleteTenant"]),
        // Live rows have no end, and the web is asked for nothing.
        of_console(
            "the console's API, with ids that exist",
            ours(),
            &["--exclude-operation-id-regex", "^(delete|watchAuditLog|checkRelatedOrigins)"],
        ),
        of_console(
            "the console's API, with ids that are made up",
            vec![],
            &["--include-path-regex", r"\{(organization|project|tenant)_id\}$"],
        ),
        of_console(
            "what deletes a project and an organization",
            ours(),
            &["--include-operation-id-regex", "^delete(Project|Organization)$"],
        ),
    ]
}
