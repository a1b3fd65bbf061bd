//! The thread that writes: group commit.
//!
//! Jobs wait in a queue. The thread takes all that are waiting, up to [`BATCH`], runs them, and commits them together,
//! so that one flush of the disk serves all; a lone job never waits for company. Where several come at once, the next are
//! waited for, up to [`LINGER`]: a commit costs the same for sixteen as for four. Nobody is answered before COMMIT has
//! succeeded.
//!
//! A job that fails is rolled back alone. Few do, and a savepoint for each job would take a tenth of a write's CPU (each
//! page that a savepoint touches is copied), so there is none until one fails: then all is rolled back, and the batch runs
//! again with a savepoint for each job.

use std::any::Any;
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use passgate_core::measurement::{Measured, Measurement};
use passgate_core::store::StoreError;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpointer;
use super::fault::{Fault, dooms_transaction, is_busy};

/// The most jobs that share a commit.
const BATCH: usize = 512;

/// A batch of so many jobs says that more are on their way.
const COMPANY: usize = 4;
/// A batch of so many jobs is not waited for any longer: a commit's share of each is small by then.
const ENOUGH: usize = 16;
/// How long company is waited for: up to four times this, as long as somebody comes each time. A multiple of what a fast
/// disk needs for a flush, and little beside what a login takes where many log in.
const LINGER: Duration = Duration::from_micros(500);
const LINGER_TIMES: usize = 4;

/// The way to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    counters: Arc<Counters>,
}

/// How many jobs were committed in how many commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriterCounts {
    /// Transactions that were committed.
    pub commits: u64,
    /// Jobs in them, counting those that failed alone.
    pub jobs: u64,
}

#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    jobs: AtomicU64,
    failed: AtomicU64,
    /// How many commits had up to so many jobs: [`BATCH_SIZES`].
    sizes: [AtomicU64; BATCH_SIZES.len()],
}

/// The upper bounds of the batches' sizes that are told apart.
const BATCH_SIZES: [u32; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

impl Counters {
    fn committed(&self, jobs: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
        let size = BATCH_SIZES.iter().position(|bound| jobs <= *bound as usize);
        self.sizes[size.unwrap_or(BATCH_SIZES.len() - 1)].fetch_add(1, Ordering::Relaxed);
    }
}

enum Message {
    Job(Box<dyn Job>),
    /// Commit what is waiting, then stop. Answered when the connection is closed.
    Close(oneshot::Sender<()>),
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Job(_) => "Job",
            Self::Close(_) => "Close",
        })
    }
}

/// The writer has stopped.
#[derive(Debug, thiserror::Error)]
#[error("the database is closed")]
struct Closed;

/// Work on the database panicked.
#[derive(Debug, thiserror::Error)]
#[error("work on the database panicked: {0}")]
struct Panicked(String);

/// Why a whole batch was lost.
#[derive(Debug, thiserror::Error)]
enum BatchError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("SQLite rolled back the whole transaction")]
    RolledBack,
}

/// The same, told to each job of the batch.
#[derive(Debug, thiserror::Error)]
#[error("nothing was committed: {0}")]
struct NotCommitted(Arc<BatchError>);

impl Writer {
    /// Starts the thread.
    pub(super) fn start(
        db: Connection,
        checkpointer: Checkpointer,
        queue: NonZeroUsize,
    ) -> Result<Self, std::io::Error> {
        let (sender, receiver) = mpsc::channel(queue.get());
        let counters = Arc::<Counters>::default();
        let committed = Arc::clone(&counters);
        std::thread::Builder::new()
            .name("passgate-sqlite-writer".to_owned())
            .spawn(move || write_until_closed(db, checkpointer, receiver, &committed))?;
        Ok(Self { queue: sender, counters })
    }

    /// Has the work done, and answers once it is committed. Waits for a place where the queue is full. Work that
    /// is queued is done even if nobody waits for the answer any more. It may run twice: what it wrote is rolled back in
    /// between.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(Pending { work, outcome: None, reply }));
        self.queue.send(job).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// See [`Message::Close`].
    pub(super) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_ok() {
            // Fails if the thread is gone, which is what is waited for.
            let _ = closed.await;
        }
    }

    /// How busy the thread is.
    pub(super) fn measurements(&self) -> Vec<Measurement> {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let waiting = self.queue.max_capacity() - self.queue.capacity();
        let buckets = BATCH_SIZES.iter().zip(&self.counters.sizes);
        let counts = self.counts();
        vec![
            Measurement::gauge("store_queue_depth", "Writes that wait for the next commit", waiting as u64),
            Measurement::counter("store_commit_failures", "Commits that failed", load(&self.counters.failed)),
            Measurement {
                name: "store_commit_batch_size",
                help: "How many writes a commit had; the sum is of all writes, the count of all commits",
                measured: Measured::Histogram {
                    sum: counts.jobs,
                    buckets: buckets.map(|(bound, count)| (*bound, load(count))).collect(),
                },
            },
        ]
    }

    pub(super) fn counts(&self) -> WriterCounts {
        WriterCounts {
            commits: self.counters.commits.load(Ordering::Relaxed),
            jobs: self.counters.jobs.load(Ordering::Relaxed),
        }
    }
}

pub(super) fn closed() -> StoreError {
    StoreError::Unavailable(Box::new(Closed))
}

pub(super) fn panicked(panic: &(dyn Any + Send)) -> StoreError {
    let text = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    StoreError::Database(Box::new(Panicked(text)))
}

fn write_until_closed(
    db: Connection,
    mut checkpointer: Checkpointer,
    mut queue: mpsc::Receiver<Message>,
    counters: &Counters,
) {
    let mut waiting_for_close = Vec::new();
    let mut batch = Vec::new();
    let mut last_jobs = 0;
    while let Some(first) = queue.blocking_recv() {
        take(first, &mut queue, &mut batch, &mut waiting_for_close);
        if last_jobs >= COMPANY {
            linger(&mut queue, &mut batch, &mut waiting_for_close);
        }
        last_jobs = batch.len();
        if batch.is_empty() {
            continue;
        }
        let committed = commit(&db, &mut batch).map_err(Arc::new);
        match &committed {
            Ok(()) => {
                counters.committed(batch.len());
            }
            Err(error) => {
                counters.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!(%error, jobs = batch.len(), "a commit failed");
            }
        }
        for job in batch.drain(..) {
            job.answer(committed.as_ref().copied());
        }
        checkpointer.after_commit(&db, u32::try_from(last_jobs).unwrap_or(u32::MAX));
    }
    checkpointer.stop();
    shut(db);
    for reply in waiting_for_close {
        // Nobody waits any more, then.
        let _ = reply.send(());
    }
}

/// Takes what is in the queue, as far as it fits.
fn take(
    first: Message,
    queue: &mut mpsc::Receiver<Message>,
    batch: &mut Vec<Box<dyn Job>>,
    waiting_for_close: &mut Vec<oneshot::Sender<()>>,
) {
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Job(job) => batch.push(job),
            Message::Close(reply) => {
                // What is in the queue already is still done.
                queue.close();
                waiting_for_close.push(reply);
            }
        }
        next = if batch.len() < BATCH { queue.try_recv().ok() } else { None };
    }
}

/// Waits for company as long as it comes.
fn linger(
    queue: &mut mpsc::Receiver<Message>,
    batch: &mut Vec<Box<dyn Job>>,
    waiting_for_close: &mut Vec<oneshot::Sender<()>>,
) {
    for _ in 0..LINGER_TIMES {
        if batch.len() >= ENOUGH || !waiting_for_close.is_empty() {
            return;
        }
        // Whoever comes meanwhile need not wake this thread.
        std::thread::sleep(LINGER);
        match queue.try_recv() {
            Ok(message) => take(message, queue, batch, waiting_for_close),
            Err(_) => return,
        }
    }
}

/// Folds the log into the database and closes it.
fn shut(db: Connection) {
    let checkpointed = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    if let Err(error) = checkpointed.and_then(|()| db.close().map_err(|(_, error)| error)) {
        // Nothing is lost: the log stays, and the next who opens the database reads it.
        tracing::warn!(%error, "could not close the database cleanly");
    }
}

/// Runs the jobs of a batch and commits them. If that fails, nothing of any of them is kept.
fn commit(db: &Connection, batch: &mut [Box<dyn Job>]) -> Result<(), BatchError> {
    let committed = begin(db).and_then(|()| {
        if run_all(db, batch)? == Batch::HasFailures {
            execute(db, "ROLLBACK")?;
            begin(db)?;
            run_each(db, batch)?;
        }
        Ok(execute(db, "COMMIT")?)
    });
    if committed.is_err()
        && !db.is_autocommit()
        && let Err(error) = execute(db, "ROLLBACK")
    {
        tracing::error!(%error, "a rollback failed");
    }
    committed
}

fn begin(db: &Connection) -> Result<(), BatchError> {
    // Only if a rollback has failed before.
    if !db.is_autocommit() {
        execute(db, "ROLLBACK")?;
    }
    // Takes the lock at once, so that another process is waited for here and not in the midst of a job.
    Ok(execute(db, "BEGIN IMMEDIATE")?)
}

/// What became of the jobs of a batch.
#[derive(Debug, PartialEq, Eq)]
enum Batch {
    Whole,
    /// One failed, and what it wrote is still there. Those after it did not run.
    HasFailures,
}

/// Runs the jobs, as long as none fails.
fn run_all(db: &Connection, batch: &mut [Box<dyn Job>]) -> Result<Batch, BatchError> {
    for job in batch {
        match run(db, &mut **job)? {
            Ran::Kept => {}
            Ran::Failed => return Ok(Batch::HasFailures),
        }
    }
    Ok(Batch::Whole)
}

/// Runs each job, and takes back what the failed ones did.
fn run_each(db: &Connection, batch: &mut [Box<dyn Job>]) -> Result<(), BatchError> {
    for job in batch {
        execute(db, "SAVEPOINT job")?;
        if run(db, &mut **job)? == Ran::Failed {
            execute(db, "ROLLBACK TO job")?;
        }
        execute(db, "RELEASE job")?;
    }
    Ok(())
}

fn run(db: &Connection, job: &mut dyn Job) -> Result<Ran, BatchError> {
    let ran = job.run(db)?;
    if db.is_autocommit() { Err(BatchError::RolledBack) } else { Ok(ran) }
}

fn execute(db: &Connection, sql: &str) -> Result<(), rusqlite::Error> {
    db.prepare_cached(sql)?.execute([]).map(drop)
}

/// A piece of work with somebody who waits for its result.
trait Job: Send {
    /// Does the work, and keeps its result for [`Self::answer`]. An error means that the batch can't go on.
    fn run(&mut self, db: &Connection) -> Result<Ran, rusqlite::Error>;

    /// Answers, now that it is known whether the batch was committed.
    fn answer(self: Box<Self>, committed: Result<(), &Arc<BatchError>>);
}

/// What is to become of what a job has written.
#[derive(Debug, PartialEq, Eq)]
enum Ran {
    Kept,
    Failed,
}

struct Pending<T, F> {
    work: F,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Pending<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T, Fault> + Send,
{
    fn run(&mut self, db: &Connection) -> Result<Ran, rusqlite::Error> {
        // The connection stays usable: what the work left half done is rolled back.
        let (outcome, ran) = match catch_unwind(AssertUnwindSafe(|| (self.work)(db))) {
            Ok(Ok(value)) => (Ok(value), Ran::Kept),
            Ok(Err(Fault::Sqlite(error))) if dooms_transaction(&error) => return Err(error),
            Ok(Err(fault)) => (Err(fault.into()), Ran::Failed),
            Err(panic) => (Err(panicked(&*panic)), Ran::Failed),
        };
        self.outcome = Some(outcome);
        Ok(ran)
    }

    fn answer(self: Box<Self>, committed: Result<(), &Arc<BatchError>>) {
        let answer = match (committed, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            // Can't be: every job of a committed batch has run.
            (Ok(()), None) => Err(closed()),
            (Err(error), _) => Err(not_committed(error)),
        };
        // The request may have been given up; the work is done all the same.
        let _ = self.reply.send(answer);
    }
}

fn not_committed(error: &Arc<BatchError>) -> StoreError {
    let busy = matches!(&**error, BatchError::Sqlite(error) if is_busy(error));
    let error = Box::new(NotCommitted(Arc::clone(error)));
    if busy { StoreError::Unavailable(error) } else { StoreError::Database(error) }
}

#[cfg(test)]
mod tests;
