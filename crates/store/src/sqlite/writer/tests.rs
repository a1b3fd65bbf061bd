use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use rusqlite::ffi;
use tempfile::TempDir;

use super::*;

struct Harness {
    writer: Arc<Writer>,
    directory: TempDir,
}

impl Harness {
    /// A writer on a table `numbers`, and another whose rows must refer to it.
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let db = Connection::open(file(&directory)).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA foreign_keys = ON;
             CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT;
             CREATE TABLE blobs (bytes BLOB NOT NULL) STRICT;
             CREATE TABLE references_ (n INTEGER REFERENCES numbers (n)) STRICT;",
        )
        .unwrap();
        let queue = NonZeroUsize::new(1000).unwrap();
        Self { writer: writer(db, &directory, queue), directory }
    }

    /// Queues work, which comes before whatever is queued later.
    fn queue<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, StoreError>> {
        let (reply, answer) = oneshot::channel();
        let job = Pending { work, outcome: None, reply };
        self.writer.queue.try_send(Message::Job(Box::new(job))).unwrap();
        answer
    }

    /// Makes the writer busy until the sender is dropped, so that what is queued meanwhile becomes one batch.
    fn hold(&self) -> (mpsc::Sender<()>, oneshot::Receiver<Result<(), StoreError>>) {
        let (release, released) = mpsc::channel::<()>();
        let (started, is_running) = mpsc::channel();
        let answer = self.queue(move |_| {
            started.send(()).unwrap();
            let _ = released.recv();
            Ok(())
        });
        is_running.recv().unwrap();
        (release, answer)
    }

    fn numbers(&self) -> Vec<i64> {
        let db = Connection::open(file(&self.directory)).unwrap();
        let mut statement = db.prepare("SELECT n FROM numbers ORDER BY n").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }
}

fn file(directory: &TempDir) -> PathBuf {
    Path::new(directory.path()).join("db")
}

fn writer(mut db: Connection, directory: &TempDir, queue: NonZeroUsize) -> Arc<Writer> {
    let checkpointer = Checkpointer::start(
        &mut db,
        Connection::open(file(directory)).unwrap(),
        File::open(file(directory)).unwrap(),
    )
    .unwrap();
    Arc::new(Writer::start(db, checkpointer, queue).unwrap())
}

fn insert(n: i64) -> impl Fn(&Connection) -> Result<i64, Fault> + Send {
    move |db| {
        db.execute("INSERT INTO numbers (n) VALUES (?1)", [n])?;
        Ok(n)
    }
}

fn sqlite_error(code: i32) -> Fault {
    Fault::Sqlite(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None))
}

/// Queues inserts of 1 and 3 with this work between them, in one batch.
async fn between_inserts<T: Send + 'static>(
    harness: &Harness,
    work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
) -> (Result<i64, StoreError>, Result<T, StoreError>, Result<i64, StoreError>) {
    let (release, held) = harness.hold();
    let first = harness.queue(insert(1));
    let work = harness.queue(work);
    let last = harness.queue(insert(3));
    drop(release);
    held.await.unwrap().unwrap();
    (first.await.unwrap(), work.await.unwrap(), last.await.unwrap())
}

#[tokio::test]
async fn a_lone_job_is_committed_by_itself() {
    let harness = Harness::new();
    assert_eq!(harness.writer.run(insert(1)).await.unwrap(), 1);
    assert_eq!(harness.numbers(), [1]);
    assert_eq!(harness.writer.counts(), WriterCounts { commits: 1, jobs: 1 });
}

#[tokio::test]
async fn what_waits_is_committed_together() {
    let harness = Harness::new();
    let (release, held) = harness.hold();
    let answers: Vec<_> = (0..100).map(|n| harness.queue(insert(n))).collect();
    drop(release);
    held.await.unwrap().unwrap();
    for (n, answer) in (0..).zip(answers) {
        assert_eq!(answer.await.unwrap().unwrap(), n);
    }
    assert_eq!(harness.writer.counts(), WriterCounts { commits: 2, jobs: 101 });
    assert_eq!(harness.numbers(), (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_batch_has_a_bound() {
    let harness = Harness::new();
    let (release, held) = harness.hold();
    let answers: Vec<_> = (0..600).map(|n| harness.queue(insert(n))).collect();
    drop(release);
    held.await.unwrap().unwrap();
    for answer in answers {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(harness.writer.counts(), WriterCounts { commits: 3, jobs: 601 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_answered_before_the_commit() {
    let harness = Arc::new(Harness::new());
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let harness = Arc::clone(&harness);
            tokio::spawn(async move {
                harness.writer.run(insert(n)).await.unwrap();
                // Another connection sees it, so it is committed.
                harness.numbers().contains(&n)
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
}

#[tokio::test]
async fn a_job_that_fails_leaves_nothing_and_fails_alone() {
    let harness = Harness::new();
    let (first, failed, last) = between_inserts(&harness, |db| {
        insert(2)(db)?;
        insert(1)(db)
    })
    .await;
    assert!(matches!(failed, Err(StoreError::Database(_))), "{failed:?}");
    assert_eq!((first.unwrap(), last.unwrap()), (1, 3));
    assert_eq!(harness.numbers(), [1, 3]);
    assert_eq!(harness.writer.counts().commits, 2);
}

#[tokio::test]
async fn a_job_that_panics_leaves_nothing_and_fails_alone() {
    let harness = Harness::new();
    let (first, panicked, last) = between_inserts(&harness, |db| -> Result<(), Fault> {
        insert(2)(db)?;
        let mut statement = db.prepare_cached("SELECT n FROM numbers")?;
        let _rows = statement.query([])?;
        panic!("of the test");
    })
    .await;
    let error = panicked.unwrap_err();
    assert_eq!(error.to_string(), "the database failed: work on the database panicked: of the test");
    assert_eq!((first.unwrap(), last.unwrap()), (1, 3));
    assert_eq!(harness.numbers(), [1, 3]);
    assert_eq!(harness.writer.run(insert(4)).await.unwrap(), 4);
}

#[tokio::test]
async fn an_error_that_may_have_rolled_back_everything_fails_the_batch() {
    for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR, ffi::SQLITE_NOMEM, ffi::SQLITE_INTERRUPT] {
        let harness = Harness::new();
        let (first, failed, last) =
            between_inserts(&harness, move |_| Err::<(), _>(sqlite_error(code))).await;
        for error in [first.unwrap_err(), failed.unwrap_err(), last.unwrap_err()] {
            assert!(matches!(&error, StoreError::Database(_)), "{code}: {error}");
        }
        assert!(harness.numbers().is_empty());
        assert_eq!(harness.writer.counts(), WriterCounts { commits: 1, jobs: 1 });
        assert_eq!(harness.writer.run(insert(4)).await.unwrap(), 4);
        assert_eq!(harness.numbers(), [4]);
    }
}

#[tokio::test]
async fn a_full_database_fails_the_batch_and_the_next_one_is_tried_again() {
    let harness = Harness::new();
    harness.writer.run(|db| Ok(db.pragma_update(None, "max_page_count", 20)?)).await.unwrap();
    let fill = |db: &Connection| {
        db.execute("INSERT INTO blobs (bytes) VALUES (zeroblob(1000000))", [])?;
        Ok(())
    };
    let (first, failed, last) = between_inserts(&harness, fill).await;
    for error in [first.unwrap_err(), failed.unwrap_err(), last.unwrap_err()] {
        assert!(error.to_string().contains("database or disk is full"), "{error}");
    }
    assert!(harness.numbers().is_empty());
    assert_eq!(harness.writer.run(insert(4)).await.unwrap(), 4);
}

#[tokio::test]
async fn a_transaction_that_is_rolled_back_unnoticed_fails_the_batch() {
    let harness = Harness::new();
    let (first, swallowed, last) = between_inserts(&harness, |db| {
        db.execute_batch("ROLLBACK")?;
        Ok(())
    })
    .await;
    for error in [first.unwrap_err(), swallowed.unwrap_err(), last.unwrap_err()] {
        assert_eq!(
            error.to_string(),
            "the database failed: nothing was committed: SQLite rolled back the whole transaction"
        );
    }
    assert!(harness.numbers().is_empty());
}

#[tokio::test]
async fn a_commit_that_fails_fails_the_batch() {
    let harness = Harness::new();
    // The reference to a row that isn't there is found at COMMIT only.
    let (first, deferred, last) = between_inserts(&harness, |db| {
        db.execute_batch("PRAGMA defer_foreign_keys = ON; INSERT INTO references_ (n) VALUES (99)")?;
        Ok(())
    })
    .await;
    for error in [first.unwrap_err(), deferred.unwrap_err(), last.unwrap_err()] {
        assert!(error.to_string().contains("FOREIGN KEY constraint failed"), "{error}");
    }
    assert!(harness.numbers().is_empty());
    assert_eq!(harness.writer.run(insert(4)).await.unwrap(), 4);
}

#[tokio::test]
async fn closing_commits_what_waits_and_refuses_what_comes_later() {
    let harness = Harness::new();
    let (release, _held) = harness.hold();
    let waiting: Vec<_> = (0..10).map(|n| harness.queue(insert(n))).collect();
    let writer = Arc::clone(&harness.writer);
    let closing = tokio::spawn(async move { writer.close().await });
    drop(release);
    closing.await.unwrap();
    for answer in waiting {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(harness.numbers(), (0..10).collect::<Vec<_>>());
    let late = harness.writer.run(insert(10)).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    harness.writer.close().await;
}

#[tokio::test]
async fn work_that_nobody_waits_for_any_more_is_done() {
    let harness = Harness::new();
    let (release, _held) = harness.hold();
    drop(harness.queue(insert(1)));
    drop(release);
    harness.writer.close().await;
    assert_eq!(harness.numbers(), [1]);
}

#[tokio::test]
async fn a_full_queue_makes_callers_wait() {
    let directory = tempfile::tempdir().unwrap();
    let db = Connection::open(file(&directory)).unwrap();
    db.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT").unwrap();
    let harness = Harness { writer: writer(db, &directory, NonZeroUsize::MIN), directory };
    let (release, _held) = harness.hold();
    let waiting = harness.queue(insert(1));
    let mut third = std::pin::pin!(harness.writer.run(insert(2)));
    let polled = std::future::poll_fn(|context| std::task::Poll::Ready(third.as_mut().poll(context))).await;
    assert!(polled.is_pending());
    assert!(harness.writer.queue.try_reserve().is_err(), "there was a place in the queue");
    drop(release);
    assert_eq!(waiting.await.unwrap().unwrap(), 1);
    assert_eq!(third.await.unwrap(), 2);
}
