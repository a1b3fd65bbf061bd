//! Finished logins on SQLite, by one caller and by many: those who write at once share a commit, so that each waits for
//! less than a disk of their own would take. What is measured is the time a login adds, callers side by side.
//!
//! `cargo bench -p passgate-store`. The database is in the folder that `TMPDIR` names, whose disk is what is measured.

#![expect(clippy::unwrap_used, reason = "a measurement that can't be made has no result")]

#[expect(dead_code, reason = "the contract's tests use the rest")]
#[path = "../tests/contract/fixtures.rs"]
mod fixtures;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use passgate_core::credential::Credential;
use passgate_core::ids::TenantId;
use passgate_core::store::Store;
use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use tokio::runtime::Runtime;

const CREDENTIALS: u32 = 1_000;

struct Filled {
    store: Arc<SqliteStore>,
    tenant: TenantId,
    credentials: Arc<Vec<Credential>>,
}

impl Filled {
    async fn new(store: SqliteStore) -> Self {
        let tenant = fixtures::tenant(&store, "Example").await;
        let mut credentials = Vec::new();
        for n in 0..CREDENTIALS {
            let (user, id) = (format!("user-{n}"), format!("a credential id, 32 bytes: {n:05}"));
            credentials.push(fixtures::user_with_credential(&store, tenant, &user, &id).await.1);
        }
        Self { store: Arc::new(store), tenant, credentials: Arc::new(credentials) }
    }

    /// Has so many logins finished by so many callers at once.
    async fn finish(&self, logins: u64, callers: u64) -> Duration {
        let begun = Instant::now();
        let tasks: Vec<_> = (0..callers)
            .map(|caller| {
                let (store, tenant) = (Arc::clone(&self.store), self.tenant);
                let credentials = Arc::clone(&self.credentials);
                tokio::spawn(async move {
                    for login in (caller..logins).step_by(usize::try_from(callers).unwrap()) {
                        let place = usize::try_from(login * 31 % u64::from(CREDENTIALS)).unwrap();
                        let login = fixtures::finish_login(tenant, &credentials[place]);
                        store.finish_login(login).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        begun.elapsed()
    }
}

fn writes(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let store = SqliteStore::open(&SqliteOptions::new(folder.path().join("db"))).unwrap();
    let filled = runtime.block_on(Filled::new(store));
    let mut group = criterion.benchmark_group("finished logins, SQLite");
    group.throughput(Throughput::Elements(1));
    for callers in [1, 64] {
        let caller = if callers == 1 { "caller" } else { "callers" };
        group.bench_function(format!("{callers} {caller}"), |bencher| {
            bencher.iter_custom(|logins| runtime.block_on(filled.finish(logins, callers)));
        });
    }
    group.finish();
    runtime.block_on(filled.store.close());
}

criterion_group!(benches, writes);
criterion_main!(benches);
