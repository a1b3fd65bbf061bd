//! How fast an import is: 100,000 users with 150,000 credentials, out of the original's database on a real PostgreSQL,
//! then exported, and imported again out of the file.
//!
//! `cargo run --release -p passgate-transfer --example import_speed`; each run into a new SQLite file, synchronous as
//! the server's is. A folder may be given, to measure another disk than that of scratch files.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails ends")]

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use passgate_authenticator::Authenticator;
use passgate_core::clock::{Clock, SystemClock, Timestamp};
use passgate_core::config::TenantConfig;
use passgate_core::ids::TenantId;
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::{Secrets, ServerSecret};
use passgate_core::signing_key::{SealedSigningKey, SigningAlgorithm, SigningKey};
use passgate_core::text::Text;
use passgate_core::transfer::ImportMode;
use passgate_postgres_connection::{Connection, PostgresUrl};
use passgate_postgres_fixture::PostgresServer;
use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use passgate_transfer::hanko::HankoDatabase;
use passgate_transfer::json_lines::{ConfigFormat, InvalidConfig, JsonLines};
use passgate_transfer::{Kind, Source, TenantMaker, TenantReport, export, import};
use passgate_webauthn::base64url;
use serde_json::{Value, json};
use uuid::Uuid;

#[path = "../tests/transfer/schema.rs"]
mod schema;

const TENANT: Uuid = Uuid::from_u128(1);
const USERS: u64 = 100_000;
const CREDENTIALS: u64 = 150_000;

struct Maker(Secrets);

impl TenantMaker for Maker {
    fn signing_key(&self, tenant: TenantId, algorithm: SigningAlgorithm) -> SealedSigningKey {
        let (name, now) = (Text::new("imported").unwrap(), self.now());
        SigningKey::generate(tenant, algorithm, name, now, now, &self.0, &SystemRng)
    }

    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
}

struct CoreSpelling;

impl ConfigFormat for CoreSpelling {
    fn spell(&self, config: TenantConfig) -> Value {
        serde_json::to_value(config).unwrap()
    }

    fn parse(&self, config: Value) -> Result<TenantConfig, InvalidConfig> {
        serde_json::from_value(config).map_err(|error| InvalidConfig(error.to_string()))
    }
}

#[tokio::main]
async fn main() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = std::env::args_os().nth(1).map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    let server = PostgresServer::start();
    let url = PostgresUrl::parse(&server.create_database("original")).unwrap();
    fill(&url.connect().await.unwrap()).await;

    let mut database = HankoDatabase::open(&url).await.unwrap();
    let snapshot = database.snapshot().await.unwrap();
    let tenant = snapshot.tenant(TenantId::new(TENANT)).await.unwrap().unwrap().unwrap();
    let first = store(&folder, "first.db");
    let began = Began::now();
    let report = run(&first, &mut snapshot.source(tenant.clone()).await.unwrap()).await;
    print("from PostgreSQL", &report, &began);
    let began = Began::now();
    let report = run(&first, &mut snapshot.source(tenant).await.unwrap()).await;
    print("from PostgreSQL again", &report, &began);

    let path = folder.join("export.jsonl");
    let began = Began::now();
    let output = BufWriter::new(File::create(&path).unwrap());
    let watch = |_: &_| ControlFlow::Continue(());
    let exported = export(&first, TenantId::new(TENANT), SystemClock.now(), &CoreSpelling, output, watch);
    let (_, exported) = exported.await.unwrap();
    println!("export: {} bytes in {}", exported.bytes, began.took());

    let began = Began::now();
    let input = BufReader::new(File::open(&path).unwrap());
    let mut lines = JsonLines::open(input, Some(exported.bytes), &CoreSpelling).unwrap();
    let report = run(&store(&folder, "second.db"), &mut lines).await;
    print("from the file", &report, &began);
}

fn store(folder: &Path, name: &str) -> SqliteStore {
    SqliteStore::open(&SqliteOptions::new(folder.join(name))).unwrap()
}

async fn run<T: Source>(store: &SqliteStore, source: &mut T) -> TenantReport {
    let secret = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
    let maker = Maker(Secrets::new(secret, vec![]));
    import(store, source, ImportMode::Apply, &maker, 10, |_| ControlFlow::Continue(())).await.unwrap()
}

/// When something began, by the clock and by the CPU that this process had used.
struct Began(Instant, u64);

impl Began {
    fn now() -> Self {
        Self(Instant::now(), cpu_ticks())
    }

    /// How long it took. CPU time tells less of what else the machine does.
    fn took(&self) -> String {
        let cpu = cpu_ticks() - self.1;
        format!("{:.1} s (CPU {}.{} s)", self.0.elapsed().as_secs_f64(), cpu / 100, cpu % 100 / 10)
    }
}

/// The CPU time of this process, user's and system's, in the hundredths of a second that Linux counts in.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, which may have spaces, is in parentheses; then fields 3 and on (proc(5)).
    let fields = stat.rsplit(") ").next().unwrap().split(' ');
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

fn print(what: &str, report: &TenantReport, began: &Began) {
    let (users, credentials) = (report.counts(Kind::User), report.counts(Kind::Credential));
    let known = (users.inserted + users.unchanged, credentials.inserted + credentials.unchanged);
    assert_eq!(known, (USERS, CREDENTIALS));
    println!(
        "{what}: {} users and {} credentials new, {} and {} known, in {}",
        users.inserted,
        credentials.inserted,
        users.unchanged,
        credentials.unchanged,
        began.took()
    );
}

/// The original's database, full. Each credential has an id of its own and one of a thousand keys.
async fn fill(original: &Connection) {
    let mut authenticator = Authenticator::new(1);
    let keys: Vec<String> = (0..1000_u32).map(|number| key(&mut authenticator, number)).collect();
    let client = original.client();
    client.batch_execute(schema::SCHEMA).await.unwrap();
    client
        .batch_execute(&format!(
            "INSERT INTO tenants (id, display_name) VALUES ('{TENANT}', 'Speed');
             INSERT INTO configs (id, tenant_id) VALUES ('{TENANT}', '{TENANT}');
             INSERT INTO webauthn_configs (id, config_id) VALUES ('{TENANT}', '{TENANT}');
             INSERT INTO relying_parties (id, rp_id, display_name, webauthn_config_id)
             VALUES ('{TENANT}', 'example.com', 'Speed', '{TENANT}');
             INSERT INTO webauthn_origins (origin, relying_party_id) VALUES ('https://example.com', '{TENANT}');
             INSERT INTO cors (id, config_id) VALUES ('{TENANT}', '{TENANT}');
             INSERT INTO cors_origins (origin, cors_id) VALUES ('https://example.com', '{TENANT}');
             CREATE TABLE numbered_users AS
             SELECT n, gen_random_uuid() AS id, gen_random_uuid()::text AS user_id
             FROM generate_series(0, {USERS} - 1) n;
             INSERT INTO webauthn_users (id, user_id, name, icon, display_name, tenant_id, created_at)
             SELECT id, user_id, 'kim' || n || '@example.com', '', 'Kim ' || n, '{TENANT}',
                    timestamp '2024-01-01' + n * interval '7 seconds'
             FROM numbered_users;"
        ))
        .await
        .unwrap();
    client
        .execute(
            "INSERT INTO webauthn_credentials (
                 id, user_id, public_key, attestation_type, aaguid, sign_count, name, last_used_at,
                 backup_eligible, backup_state, webauthn_user_id, created_at
             )
             SELECT translate(rtrim(encode(sha256(k::text::bytea), 'base64'), '='), '+/', '-_'), u.user_id,
                    ($1::text[])[k % 1000 + 1], 'none', gen_random_uuid(), k, 'Phone', timestamp '2024-06-01',
                    true, true, u.id, timestamp '2024-01-01' + k * interval '5 seconds'
             FROM generate_series(0, $2::bigint - 1) k JOIN numbered_users u ON u.n = k % $3::bigint",
            &[&keys, &i64::try_from(CREDENTIALS).unwrap(), &i64::try_from(USERS).unwrap()],
        )
        .await
        .unwrap();
    client
        .batch_execute(
            "INSERT INTO webauthn_credential_transports (name, webauthn_credential_id)
             SELECT t.name, c.id FROM webauthn_credentials c, unnest(ARRAY['internal', 'hybrid']) t (name);
             DROP TABLE numbered_users;
             ANALYZE;",
        )
        .await
        .unwrap();
}

/// A new credential's key, as the original stores it.
fn key(authenticator: &mut Authenticator, number: u32) -> String {
    let options = json!({
        "rp": { "id": "example.com", "name": "Speed" },
        "user": { "id": base64url::encode(&number.to_be_bytes()), "name": "kim", "displayName": "Kim" },
        "challenge": "b2YgdGhlIG9yaWdpbmFsJ3M",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
    });
    let created = authenticator.create(&options, "https://example.com").unwrap();
    let data = base64url::decode(created["response"]["authenticatorData"].as_str().unwrap()).unwrap();
    let id = base64url::decode(created["id"].as_str().unwrap()).unwrap();
    base64url::encode(&data[37 + 16 + 2 + id.len()..])
}
