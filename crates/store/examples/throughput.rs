//! Measures logins on a database in the directory given, or in a temporary one.
//!
//! `cargo run --release -p passgate-store --example throughput [directory]`

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

#[tokio::main]
async fn main() {
    let directory = match std::env::args_os().nth(1) {
        Some(directory) => tempfile::tempdir_in(directory),
        None => tempfile::tempdir(),
    }
    .unwrap();
    let store = Arc::new(SqliteStore::open(&SqliteOptions::new(directory.path().join("db"))).unwrap());
    let tenant_id = fixtures::tenant(&*store, "Example").await;
    let credentials = Arc::new(register_all(&store, tenant_id).await);
    for clients in [1, 8, 64, 256] {
        measure("finish_login", clients, &store, &credentials, move |store, credential| async move {
            store.finish_login(fixtures::finish_login(tenant_id, &credential)).await.unwrap();
        })
        .await;
    }
    for clients in [1, 8, 64, 256] {
        measure("login_credential", clients, &store, &credentials, move |store, credential| async move {
            store.login_credential(tenant_id, credential.id).await.unwrap();
        })
        .await;
    }
    for clients in [1, 64] {
        measure("read and write", clients, &store, &credentials, move |store, credential| async move {
            store.login_credential(tenant_id, credential.id.clone()).await.unwrap();
            store.finish_login(fixtures::finish_login(tenant_id, &credential)).await.unwrap();
        })
        .await;
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

async fn measure<F, Fut>(
    what: &str,
    clients: usize,
    store: &Arc<SqliteStore>,
    credentials: &Arc<Vec<Credential>>,
    operation: F,
) where
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
                while start.elapsed() < MEASURED {
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
    println!(
        "{what:>16}, {clients:>3} at once: {:>7.0} op/s, p50 {:>8.1?}, p99 {:>8.1?}, {:>5.1} µs CPU an op, \
         {:>5.1} jobs a commit",
        count as f64 / elapsed.as_secs_f64(),
        latencies[count / 2],
        latencies[count * 99 / 100],
        cpu.as_secs_f64() * 1e6 / count as f64,
        (after.jobs - before.jobs) as f64 / ((after.commits - before.commits).max(1)) as f64,
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
