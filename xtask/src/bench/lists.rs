//! How long the first page of each list takes where there is much to list: 50,000 users and two million rows of the audit
//! log in one tenant. On PostgreSQL it is counted which rows each list makes it read, so that a table that is gone through
//! from end to end is seen however fast the machine is.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::page::{Figure, Limit};
use super::samples::{median, shown};
use super::server::{Database, Server};
use super::tools::Tools;
use super::{Bench, Found};
use crate::failure::Failure;
use crate::process;

const USERS: u32 = 50_000;
const ROWS: u32 = 2_000_000;

/// How often each list is asked for.
const TIMES: usize = 20;

/// How long its first page may take, in milliseconds.
const LIMIT: f64 = 100.0;

/// How long PostgreSQL's processes may keep their counts to themselves.
const COUNTS_SETTLE: Duration = Duration::from_millis(1_500);

/// How long an answer may take at all.
const TIMEOUT: Duration = Duration::from_mins(2);

/// What must not be gone through.
const LONG_TABLES: [&str; 3] = ["users", "credentials", "audit_logs"];

/// Which API a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    Public,
    Admin,
    Console,
}

/// What an answer needs beside the rows that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// How many there are in all.
    Count,
    /// Every row: it looks for part of a text, and says how many there are in all.
    EveryRow,
}

/// Every list, by the path of its first page; what stands in braces is filled in.
const LISTS: &[(Api, &str, Needs)] = &[
    (Api::Public, "/{tenant}/credentials", Needs::Count),
    (Api::Public, "/{tenant}/credentials?user_id=user-000000", Needs::Count),
    (Api::Public, "/{tenant}/transaction/user-000000", Needs::Nothing),
    (Api::Public, "/{tenant}/audit_logs", Needs::Count),
    (Api::Public, "/{tenant}/audit_logs?order=asc", Needs::Count),
    (Api::Public, "/{tenant}/audit_logs?type=webauthn_authentication_final_succeeded", Needs::Count),
    (Api::Public, "/{tenant}/audit_logs?type=webauthn_credential_deleted", Needs::Count),
    (Api::Public, "/{tenant}/audit_logs?actor_user_id=user-000777", Needs::EveryRow),
    (Api::Public, "/{tenant}/audit_logs?q=nowhere", Needs::EveryRow),
    (Api::Admin, "/tenants", Needs::Nothing),
    (Api::Admin, "/tenants/{tenant}/users", Needs::Count),
    (Api::Admin, "/tenants/{tenant}/users/{user}", Needs::Nothing),
    (Api::Admin, "/tenants/{tenant}/audit_logs", Needs::Count),
    (Api::Admin, "/tenants/{tenant}/secrets/api", Needs::Nothing),
    (Api::Admin, "/tenants/{tenant}/secrets/jwk", Needs::Nothing),
    (Api::Admin, "/tenants/{tenant}/webhooks", Needs::Nothing),
    (Api::Admin, "/tenants/{tenant}/webhooks/{webhook}/deliveries", Needs::Nothing),
    (Api::Console, "/organizations", Needs::Nothing),
    (Api::Console, "/organizations/{organization}/members", Needs::Nothing),
    (Api::Console, "/organizations/{organization}/invitations", Needs::Nothing),
    (Api::Console, "/organizations/{organization}/activity", Needs::Nothing),
    (Api::Console, "/organizations/{organization}/projects", Needs::Nothing),
    (Api::Console, "/environments/{tenant}", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/steps", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/users", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/users?q=user-0007", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/users?q=nowhere", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/users/{user}", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/credentials/{credential}", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/audit-log", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/audit-log?actor=user-000777", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/audit-log?actor_user_id=user-000777", Needs::Nothing),
    (
        Api::Console,
        "/environments/{tenant}/audit-log?type=webauthn_authentication_final_failed",
        Needs::Nothing,
    ),
    (Api::Console, "/environments/{tenant}/audit-log?type=webauthn_credential_deleted", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/audit-log?q=nowhere", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/insights", Needs::Count),
    (Api::Console, "/environments/{tenant}/stale-passkeys", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/deleted-attempts", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/api-keys", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/signing-keys", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/webhooks", Needs::Nothing),
    (Api::Console, "/environments/{tenant}/webhooks/{webhook}/deliveries", Needs::Nothing),
];

/// What one list took on one database.
struct Taken {
    median: f64,
    worst: f64,
    /// Rows that PostgreSQL read for one answer, by going through a long table and by indexes.
    reads: Option<(f64, f64)>,
}

/// What all lists took on one.
struct Column {
    database: &'static str,
    key: &'static str,
    taken: Vec<Taken>,
}

/// The figures, and a page with each list.
pub(super) fn measure(bench: &Bench<'_>) -> Result<(Found, String), Failure> {
    let (users, rows) = (USERS / bench.scale.fraction, ROWS / bench.scale.fraction);
    let example = Tools::many_rows(bench.workspace, bench.interrupts)?;
    let mut found = Found::default();
    let mut columns = Vec::new();
    bench.on_each(&bench.make_new("lists")?, |engine| {
        let database = engine.database("lists");
        let (database_name, key) = (database.name(), database.key());
        Bench::heading(&format!("lists of {users} users and {rows} audit rows, {database_name}"));
        let filled = Filled::make(bench, database, &example, users, rows)?;
        let server = Server::start(bench, &filled.database)?;
        let mut taken = Vec::new();
        for (api, path, _) in LISTS {
            let measured = filled.ask(bench, &server, *api, path)?;
            println!("{:>9} ms  {}", shown(measured.median), named(*api, path));
            taken.push(measured);
        }
        server.stop(bench.interrupts)?;
        let of = |needs: &[Needs]| {
            let listed = LISTS.iter().zip(&taken);
            listed.filter(|((.., of), _)| needs.contains(of)).map(|(_, taken)| taken).collect::<Vec<_>>()
        };
        let slowest = |lists: &[&Taken]| lists.iter().map(|taken| taken.median).fold(0.0, f64::max);
        let name =
            |what: &str| format!("slowest {what} of {users} users and {rows} audit rows, {database_name}");
        let lists = slowest(&of(&[Needs::Nothing, Needs::Count]));
        found.figures.push(Figure::new(&name("list"), lists, "ms").within(Limit::AtMost(LIMIT)));
        let searches = slowest(&of(&[Needs::EveryRow]));
        found.figures.push(Figure::new(&name("search for part of a text, with a total,"), searches, "ms"));
        let reads: Vec<_> = of(&[Needs::Nothing]).into_iter().filter_map(|taken| taken.reads).collect();
        if !reads.is_empty() {
            let name =
                "rows of users, credentials and log gone through for a list that doesn't count, PostgreSQL";
            let gone_through = reads.iter().map(|(rows, _)| *rows).fold(0.0, f64::max);
            found.figures.push(Figure::new(name, gone_through, "").within(Limit::AtMost(0.0)));
        }
        columns.push(Column { database: database_name, key, taken });
        Ok(())
    })?;
    let json: Vec<Value> = LISTS
        .iter()
        .enumerate()
        .map(|(place, (api, path, _))| {
            let mut list = Map::from_iter([("list".to_owned(), named(*api, path).into())]);
            for Column { key, taken, .. } in &columns {
                let taken = &taken[place];
                let mut of = json!({ "median_ms": taken.median, "worst_ms": taken.worst });
                if let Some((sequential, indexed)) = taken.reads {
                    of["rows_read"] = json!({ "sequential": sequential, "indexed": indexed });
                }
                list.insert((*key).to_owned(), of);
            }
            Value::Object(list)
        })
        .collect();
    println!("\n{}", table(&columns));
    found.json.insert("lists".to_owned(), json.into());
    Ok((found, page(users, rows, &table(&columns))))
}

fn named(api: Api, path: &str) -> String {
    let prefix = match api {
        Api::Public => "public",
        Api::Admin => "admin",
        Api::Console => "console",
    };
    format!("{prefix} `{path}`")
}

/// What each list took, for people.
fn table(columns: &[Column]) -> String {
    // Writing to a String does not fail.
    let mut text = "| list |".to_owned();
    let mut line = "|---|".to_owned();
    for Column { database, .. } in columns {
        let _ = write!(text, " {database}, median ms | worst |");
        line.push_str("--:|--:|");
    }
    if columns.iter().any(|column| column.taken.iter().any(|taken| taken.reads.is_some())) {
        text.push_str(" rows gone through | rows by index |");
        line.push_str("--:|--:|");
    }
    let _ = write!(text, "\n{line}\n");
    for (place, (api, path, _)) in LISTS.iter().enumerate() {
        let _ = write!(text, "| {} |", named(*api, path));
        for Column { taken, .. } in columns {
            let taken = &taken[place];
            let _ = write!(text, " {} | {} |", shown(taken.median), shown(taken.worst));
        }
        for (sequential, indexed) in columns.iter().filter_map(|column| column.taken[place].reads) {
            let _ = write!(text, " {} | {} |", shown(sequential.round()), shown(indexed.round()));
        }
        text.push('\n');
    }
    text
}

fn page(users: u32, rows: u32, table: &str) -> String {
    format!(
        "\
# Lists

Written by `cargo xtask bench --alone --lists`: the first page of each list, of one tenant with {users} users, their
passkeys, and {rows} rows of the audit log over 300 days, asked for {TIMES} times over HTTP, each time with a new
connection. SQLite has no statistics, as the server makes none; PostgreSQL has been analyzed, as it does by itself.

*Rows gone through* are those of `users`, `credentials` and `audit_logs` that PostgreSQL read for one answer by a scan of
the table; *rows by index*, those it fetched by an index of these tables. Lists of the public and the admin API say how
many there are in all, and insights count all passkeys: there it goes through a table of which one tenant has most. Who
looks for part of a text in the public log, `actor_user_id` or `q`, has every row looked at for the exact total, which is
then remembered: that is the worst time.

{table}"
    )
}

/// A database with much to list, and what to ask with.
struct Filled {
    database: Database,
    example: PathBuf,
    names: Vec<(String, String)>,
    api_key: String,
    admin_token: String,
}

impl Filled {
    fn make(
        bench: &Bench<'_>,
        database: Database,
        example: &std::path::Path,
        users: u32,
        rows: u32,
    ) -> Result<Self, Failure> {
        let run = |arguments: &[&str]| {
            let mut command = bench.tools.passgate(&bench.folder.join("data"));
            database.configure(&mut command);
            // No server runs beside it.
            command.env("PASSGATE_ADMIN_LISTEN", "127.0.0.1:1");
            let output = process::output(command.args(arguments), bench.interrupts)?;
            serde_json::from_str::<Value>(&output).map_err(Failure::to("read what a command printed"))
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let tenant =
            run(&["tenant", "create", "--json", "--name", "Many", "--app-url", "https://app.example.com"])?;
        let token = run(&["admin-token", "create", "--json", "--name", "lists"])?;
        let tenant_id = text(&tenant["tenant_id"]);
        let place = place(&database);
        let (users, rows) = (users.to_string(), rows.to_string());
        let begun = Instant::now();
        let mut seed = process::command(example, &bench.folder);
        seed.args(["seed", &place, &tenant_id, &users, &rows]);
        let ids: Value = serde_json::from_str(&process::output(&mut seed, bench.interrupts)?)
            .map_err(Failure::to("read what was seeded"))?;
        println!("seeded in {} s", begun.elapsed().as_secs());
        let mut names = vec![("{tenant}".to_owned(), tenant_id)];
        let ids = ids.as_object().into_iter().flatten();
        names.extend(ids.map(|(name, id)| (format!("{{{name}}}"), text(id))));
        let (api_key, admin_token) = (text(&tenant["api_key"]["secret"]), text(&token["token"]));
        Ok(Self { database, example: example.to_owned(), names, api_key, admin_token })
    }

    /// Asks for one list, so often.
    fn ask(&self, bench: &Bench<'_>, server: &Server, api: Api, path: &str) -> Result<Taken, Failure> {
        let path = self.names.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id));
        let (port, path, header) = match api {
            Api::Public => (server.public_port(), path, format!("apiKey: {}", self.api_key)),
            Api::Admin => (server.admin_port(), path, format!("Authorization: Bearer {}", self.admin_token)),
            Api::Console => {
                let path = format!("/console/api{path}");
                (server.admin_port(), path, format!("Authorization: Bearer {}", self.admin_token))
            }
        };
        // The first finds nothing in memory; it counts among the worst.
        let before = self.reads(bench)?;
        let mut times = Vec::new();
        for _ in 0..TIMES {
            times.push(time(port, &path, &header)?);
        }
        let after = self.reads(bench)?;
        let reads = before.zip(after).map(|(before, after)| {
            let grown = |how: &str| {
                let of = |reads: &Value| -> f64 {
                    LONG_TABLES.iter().filter_map(|table| reads[*table][how].as_f64()).sum()
                };
                #[expect(clippy::cast_precision_loss, reason = "there are twenty")]
                let times = TIMES as f64;
                (of(&after) - of(&before)) / times
            };
            (grown("sequential"), grown("indexed"))
        });
        Ok(Taken { median: median(&times), worst: times.iter().copied().fold(0.0, f64::max), reads })
    }

    /// What PostgreSQL has read so far.
    fn reads(&self, bench: &Bench<'_>) -> Result<Option<Value>, Failure> {
        let Database::Postgres { url, .. } = &self.database else { return Ok(None) };
        thread::sleep(COUNTS_SETTLE);
        let mut command = process::command(&self.example, &bench.folder);
        let output = process::output(command.args(["reads", url]), bench.interrupts)?;
        serde_json::from_str(&output).map(Some).map_err(Failure::to("read what PostgreSQL has read"))
    }
}

fn place(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres { url, .. } => url.clone(),
    }
}

/// How long an answer takes, to its last byte, in milliseconds.
fn time(port: u16, path: &str, header: &str) -> Result<f64, Failure> {
    let fail = |error: std::io::Error| Failure::Because(format!("GET {path}: {error}"));
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{header}\r\nConnection: close\r\n\r\n");
    let begun = Instant::now();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(fail)?;
    stream.set_read_timeout(Some(TIMEOUT)).map_err(fail)?;
    stream.write_all(request.as_bytes()).map_err(fail)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(fail)?;
    let taken = begun.elapsed();
    if answer.starts_with(b"HTTP/1.1 200") {
        return Ok(taken.as_secs_f64() * 1_000.0);
    }
    let answer = String::from_utf8_lossy(&answer);
    Err(Failure::Because(format!("GET {path} was answered {answer}")))
}
