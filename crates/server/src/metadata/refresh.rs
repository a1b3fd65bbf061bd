//! Keeps the list up to date while the server runs: from the database, where other processes put theirs, and from its
//! source.

use std::sync::Arc;
use std::time::Duration;

use passgate_core::clock::Timestamp;
use passgate_core::metadata::{MetadataError, MetadataFound};
use passgate_core::passgate::Passgate;
use passgate_core::rng::Rng;
use passgate_core::store::Store;
use tokio::sync::watch;

use super::schedule;
use super::source::{FetchError, FileState, MetadataSource};

/// How often the database is looked at, and the source's file: one number, and one file's state.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// How often it is said again that the list is overdue.
const WARNING_INTERVAL: Duration = Duration::from_hours(1);

/// Why a list of the source's isn't in force.
#[derive(Debug, thiserror::Error)]
pub(super) enum RefreshError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error("verifying panicked")]
    Panicked,
}

/// Keeps the list up to date.
pub(crate) struct Refresher<S> {
    passgate: Arc<Passgate<S>>,
    source: Option<MetadataSource>,
    rng: Arc<dyn Rng>,
    /// When the source is asked next.
    due: Timestamp,
    failures: u32,
    /// What the file was like when it was last read.
    seen: Option<FileState>,
    warned: Option<Timestamp>,
}

impl<S: Store> Refresher<S> {
    /// Asks the source at the first step, if there is one.
    pub(crate) fn new(passgate: Arc<Passgate<S>>, source: Option<MetadataSource>, rng: Arc<dyn Rng>) -> Self {
        Self { passgate, source, rng, due: Timestamp::EPOCH, failures: 0, seen: None, warned: None }
    }

    /// Runs until told to stop.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(LOOK_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.changed() => return,
            }
            // What is under way when the server stops is dropped: the next start does it again.
            tokio::select! {
                () = self.step() => {}
                _ = stop.changed() => return,
            }
        }
    }

    /// Takes over what others have put into the database, then asks the source if that is due, or its file has changed.
    pub(crate) async fn step(&mut self) {
        let now = self.passgate.now();
        if let Some(number) = self.find_newer().await {
            // Whoever fetched it has asked the source for us.
            if self.due > Timestamp::EPOCH {
                self.due = self.next_after_success(now);
            }
            tracing::info!(number, "took over the metadata service's list from the database");
        }
        if let Some(source) = self.source.clone() {
            let state = source.file_state();
            if now >= self.due || (state.is_some() && state != self.seen) {
                self.seen = state;
                self.refresh(&source, now).await;
            }
        }
        self.warn_if_overdue(now);
    }

    /// Looks into the database; returns the number of a list that is in force since.
    pub(crate) async fn find_newer(&self) -> Option<u64> {
        let passgate = Arc::clone(&self.passgate);
        match off_the_workers(async move { passgate.find_newer_metadata().await }).await {
            Ok(MetadataFound::Newer { number }) => Some(number),
            Ok(MetadataFound::Nothing) => None,
            Err(error) => {
                tracing::error!(%error, code = code(&error), "the kept list of the metadata service can't be used");
                None
            }
        }
    }

    async fn refresh(&mut self, source: &MetadataSource, now: Timestamp) {
        match self.fetch_and_take(source).await {
            Ok(number) => {
                self.failures = 0;
                self.due = self.next_after_success(now);
                tracing::info!(number, %source, "took the metadata service's list");
            }
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                self.due = schedule::after_failure(now, self.failures, &*self.rng);
                tracing::warn!(
                    %error, code = code(&error), %source,
                    "did not take the metadata service's list; the one in force stays"
                );
            }
        }
    }

    async fn fetch_and_take(&self, source: &MetadataSource) -> Result<u64, RefreshError> {
        let blob = source.fetch().await?;
        let (passgate, name) = (Arc::clone(&self.passgate), source.to_string());
        off_the_workers(async move { passgate.take_metadata(blob, name).await }).await
    }

    fn next_after_success(&self, now: Timestamp) -> Timestamp {
        let next_update = self
            .passgate
            .metadata()
            .map_or(now, |blob| Timestamp::from_millis(blob.next_update_unix_seconds().saturating_mul(1000)));
        schedule::after_success(now, next_update, &*self.rng)
    }

    fn warn_if_overdue(&mut self, now: Timestamp) {
        let Some(blob) = self.passgate.metadata().filter(|blob| blob.is_overdue_at(now.as_seconds())) else {
            return;
        };
        if self.warned.is_none_or(|warned| now.since(warned) >= WARNING_INTERVAL) {
            self.warned = Some(now);
            tracing::warn!(
                number = blob.serial(),
                "the metadata service's list is overdue: tenants that trust by it refuse every registration"
            );
        }
    }
}

/// The stable code of what is wrong with a list.
fn code(error: &RefreshError) -> Option<&'static str> {
    match error {
        RefreshError::Metadata(MetadataError::Blob(error)) => Some(error.code()),
        RefreshError::Metadata(_) | RefreshError::Fetch(_) | RefreshError::Panicked => None,
    }
}

/// Runs what verifies megabytes, on a thread that no request waits for.
async fn off_the_workers<T: Send + 'static>(
    work: impl Future<Output = Result<T, MetadataError>> + Send + 'static,
) -> Result<T, RefreshError> {
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || runtime.block_on(work)).await;
    Ok(done.map_err(|_| RefreshError::Panicked)??)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicI64, Ordering};

    use passgate_authenticator::{
        Algorithm, AttestationCa, MetadataSigner, ca_certificate_params, metadata_certificate_params,
    };
    use passgate_core::clock::Clock;
    use passgate_core::rng::SystemRng;
    use passgate_core::server_secret::{Secrets, ServerSecret};
    use passgate_store::sqlite::{SqliteOptions, SqliteStore};
    use passgate_webauthn::TrustAnchor;
    use passgate_webauthn::mds::FIDO_SIGNER;
    use serde_json::json;

    use super::*;

    struct TestClock(AtomicI64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::SeqCst))
        }
    }

    /// A folder with a database and a file of the service's, and a clock that the test sets.
    struct Place {
        folder: tempfile::TempDir,
        root: AttestationCa,
        signer: MetadataSigner,
        clock: Arc<TestClock>,
    }

    impl Place {
        fn new() -> Self {
            let root = AttestationCa::new_root(ca_certificate_params("Passgate Test Metadata Root"));
            let params = metadata_certificate_params(FIDO_SIGNER);
            Self {
                folder: tempfile::tempdir().unwrap(),
                signer: MetadataSigner::new(Algorithm::Es256, &root, &params),
                root,
                clock: Arc::new(TestClock(AtomicI64::new(1_800_000_000_000))),
            }
        }

        fn list(&self, number: u64, next_update: &str) -> String {
            self.signer.sign(&json!({ "no": number, "nextUpdate": next_update, "entries": [] }))
        }

        fn file(&self) -> std::path::PathBuf {
            self.folder.path().join("blob.jwt")
        }

        /// Puts a list of this number in the place of the file's.
        fn write(&self, number: u64) {
            std::fs::write(self.file(), self.list(number, "2027-02-01")).unwrap();
        }

        fn advance(&self, duration: Duration) {
            let millis = i64::try_from(duration.as_millis()).unwrap();
            self.clock.0.fetch_add(millis, Ordering::SeqCst);
        }

        /// A process on the database that asks the file.
        fn process(&self, file: &Path) -> Refresher<SqliteStore> {
            let store =
                SqliteStore::open(&SqliteOptions::new(self.folder.path().join("passgate.db"))).unwrap();
            let secret = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
            let clock = Arc::<TestClock>::clone(&self.clock);
            let secrets = Secrets::new(secret, vec![]);
            let passgate =
                Passgate::new(store, secrets, "http://localhost".to_owned(), clock, Arc::new(SystemRng))
                    .with_metadata_roots(vec![TrustAnchor::from_der(&self.root.der()).unwrap()]);
            let source = MetadataSource::File(file.to_owned());
            Refresher::new(Arc::new(passgate), Some(source), Arc::new(SystemRng))
        }
    }

    fn number(process: &Refresher<SqliteStore>) -> Option<u64> {
        process.passgate.metadata().map(|blob| blob.serial())
    }

    #[tokio::test]
    async fn a_file_is_taken_when_it_changes_and_else_left_alone() {
        let place = Place::new();
        let mut process = place.process(&place.file());
        process.step().await;
        assert_eq!((number(&process), process.failures), (None, 1));
        place.write(7);
        process.step().await;
        assert_eq!((number(&process), process.failures), (Some(7), 0));
        process.step().await;
        assert_eq!(process.seen, process.source.as_ref().unwrap().file_state());
        place.write(1_000);
        process.step().await;
        assert_eq!(number(&process), Some(1_000));
    }

    #[tokio::test]
    async fn what_is_older_or_no_list_leaves_the_one_in_force_and_is_tried_again_later() {
        let place = Place::new();
        place.write(700);
        let mut process = place.process(&place.file());
        process.step().await;
        let older = place.list(6, "2027-02-01");
        let overdue = place.list(800, "2027-01-01");
        for (bad, failures) in [(older, 1), (overdue, 2), ("nothing".to_owned(), 3), (String::new(), 4)] {
            std::fs::write(place.file(), bad).unwrap();
            process.step().await;
            assert_eq!((number(&process), process.failures), (Some(700), failures));
        }
        // The same file is asked again when it is due, and not before.
        let due = process.due;
        process.step().await;
        assert_eq!((process.failures, process.due), (4, due));
        place.advance(due.since(place.clock.now()));
        process.step().await;
        assert_eq!(process.failures, 5);
        place.write(701);
        process.step().await;
        assert_eq!((number(&process), process.failures), (Some(701), 0));
    }

    #[tokio::test]
    async fn a_start_has_the_last_good_list_and_processes_take_over_what_another_fetched() {
        let place = Place::new();
        place.write(7);
        place.process(&place.file()).step().await;
        let mut other = place.process(Path::new("/nowhere/blob.jwt"));
        assert_eq!(other.find_newer().await, Some(7));
        other.step().await;
        assert_eq!((number(&other), other.failures), (Some(7), 1));
        place.write(8);
        place.process(&place.file()).step().await;
        other.step().await;
        assert_eq!(number(&other), Some(8));
        // It need not ask soon, since another just has.
        assert!(other.due >= place.clock.now() + Duration::from_hours(19), "{:?}", other.due);
    }

    #[tokio::test]
    async fn an_overdue_list_is_warned_of_once_an_hour() {
        let place = Place::new();
        place.write(7);
        let mut process = place.process(&place.file());
        process.step().await;
        assert_eq!(process.warned, None);
        place.advance(Duration::from_hours(24 * 30));
        process.step().await;
        let first = process.warned;
        assert_eq!(first, Some(place.clock.now()));
        place.advance(Duration::from_mins(59));
        process.step().await;
        assert_eq!(process.warned, first);
        place.advance(Duration::from_mins(1));
        process.step().await;
        assert_eq!(process.warned, Some(place.clock.now()));
        assert_eq!(number(&process), Some(7));
    }
}
