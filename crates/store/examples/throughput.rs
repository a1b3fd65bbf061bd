//! Measures logins on a database in the directory given, or in a temporary one.
//!
//! `cargo run --release -p passgate-store --example throughput [directory]`; with `--json <seconds>` before it, writes
//! alone, with few and with many callers in turn, as JSON.

#![expect(clippy::cast_precision_loss, reason = "a measurement is not that precise")]
#![expect(clippy::print_stdout, reason = "its result is for people")]
#![expect(clippy::unwrap_used, reason = "a measurement that can't be made has no result")]

#[expect(dead_code, reason = "the contract's tests use the rest")]
#[path = "../tests/contract/fixtures.rs"]
mod fixtures;

use std::sync::Arc;
use std::time::{Duration, Instant};

use passgate_core::credential::Credential;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_store::sqlite::{SqliteOptions, SqliteStore};

const CREDENTIALS: usize = 10_000;
const MEASURED: Duration = Duration::from_secs(3);

/// How often each count of callers has its turn where JSON is printed.
const TURNS: usize = 3;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let json = arguments.next_if(|argument| argument == "--json").map(|_| {
        let seconds = arguments.next().unwrap_or_default();
        Duration::from_secs_f64(seconds.to_str().and_then(|seconds| seconds.parse().ok()).unwrap())
    });
    let directory = match arguments.next() {
        Some(directory) => tempfile::tempdir_in(directory),
        None => tempfile::tempdir(),
    }
    .unwrap();
    let store = Arc::new(SqliteStore::open(&SqliteOptions::new(directory.path().join("db"))).unwrap());
    let tenant_id = fixtures::tenant(&*store, "Example").await;
    let credentials = Arc::new(register_all(&store, tenant_id).await);
    let finish_login = move |store: Arc<SqliteStore>, credential: Credential| async move {
        store.finish_login(fixtures::finish_login(tenant_id, &credential)).await.unwrap();
    };
    if let Some(time) = json {
        let mut found = Vec::new();
        for clients in [1, 8, 64, 256].repeat(TURNS) {
            let measured = measure(clients, time, &store, &credentials, finish_login).await;
            found.push(serde_json::json!({
                "callers": clients, "per_second": measured.rate, "jobs_per_commit": measured.jobs_per_commit,
            }));
        }
        println!("{}", serde_json::Value::from(found));
        return store.close().await;
    }
    for clients in [1, 8, 64, 256] {
        print("finish_login", clients, &measure(clients, MEASURED, &store, &credentials, finish_login).await);
    }
    for clients in [1, 8, 64, 256] {
        let read = move |store: Arc<SqliteStore>, credential: Credential| async move {
            store.login_credential(tenant_id, credential.id).await.unwrap();
        };
        print("login_credential", clients, &measure(clients, MEASURED, &store, &credentials, read).await);
    }
    for clients in [1, 64] {
        let both = move |store: Arc<SqliteStore>, credential: Credential| async move {
            store.login_credential(tenant_id, credential.id.clone()).await.unwrap();
            store.finish_login(fixtures::finish_login(tenant_id, &credential)).await.unwrap();
        };
        print("read and write", clients, &measure(clients, MEASURED, &store, &credentials, both).await);
    }
    store.close().await;
}

async fn register_all(store: &Arc<SqliteStore>, tenant_id: TenantId) -> Vec<Credential> {
    let tasks: Vec<_> = (0..CREDENTIALS)
        .map(|n| {
            let store = Arc::clone(store);
            let (user, id) = (format!("user-{n}"), format!("a credential id, 32 bytes: {n:05}"));
            tokio::spawn(
                async move { fixtures::user_with_credential(&*store, tenant_id, &user, &id).await.1 },
            )
        })
        .collect();
    let mut credentials = Vec::new();
    for task in tasks {
        credentials.push(task.await.unwrap());
    }
    credentials
}

struct Measured {
    rate: f64,
    p50: Duration,
    p99: Duration,
    cpu_micros: f64,
    jobs_per_commit: f64,
}

async fn measure<F, Fut>(
    clients: usize,
    time: Duration,
    store: &Arc<SqliteStore>,
    credentials: &Arc<Vec<Credential>>,
    operation: F,
) -> Measured
where
    F: Fn(Arc<SqliteStore>, Credential) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let before = store.writer_counts();
    let (start, cpu) = (Instant::now(), cpu_time());
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let (store, credentials) = (Arc::clone(store), Arc::clone(credentials));
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                let mut next = client * 7919;
                while start.elapsed() < time {
                    let begun = Instant::now();
                    let credential = credentials[next % credentials.len()].clone();
                    operation(Arc::clone(&store), credential).await;
                    latencies.push(begun.elapsed());
                    next += 31;
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    let (elapsed, cpu) = (start.elapsed(), cpu_time().saturating_sub(cpu));
    latencies.sort_unstable();
    let after = store.writer_counts();
    let count = latencies.len();
    Measured {
        rate: count as f64 / elapsed.as_secs_f64(),
        p50: latencies[count / 2],
        p99: latencies[count * 99 / 100],
        cpu_micros: cpu.as_secs_f64() * 1e6 / count as f64,
        jobs_per_commit: (after.jobs - before.jobs) as f64 / ((after.commits - before.commits).max(1)) as f64,
    }
}

fn print(what: &str, clients: usize, measured: &Measured) {
    let Measured { rate, p50, p99, cpu_micros, jobs_per_commit } = measured;
    println!(
        "{what:>16}, {clients:>3} at once: {rate:>7.0} op/s, p50 {p50:>8.1?}, p99 {p99:>8.1?}, \
         {cpu_micros:>5.1} µs CPU an op, {jobs_per_commit:>5.1} jobs a commit"
    );
}

/// What this process has used, from Linux.
fn cpu_time() -> Duration {
    let ticks: u64 = std::fs::read_to_string("/proc/self/stat").map_or(0, |stat| {
        let after_name = stat.rsplit(')').next().unwrap_or_default().to_owned();
        after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
    });
    // USER_HZ is 100 on every Linux that Rust runs on.
    Duration::from_millis(ticks * 10)
}
