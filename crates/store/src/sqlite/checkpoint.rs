//! Checkpoints: moving what the write-ahead log holds into the database, beside the writer.
//!
//! By itself, SQLite does that in whichever commit makes the log long enough, and everybody who writes waits for it. Here
//! a thread with a connection of its own does nearly all of it, while the writer goes on. What was written meanwhile
//! is left; the writer moves that itself, between two commits, because the log begins anew only once nothing is left.
//!
//! The thread moves some pages at a time: the disk is busy with what it moved before, and commits wait for the disk. Some
//! dozens of pages hold none up for long, all of a long log would for twenty milliseconds. Under load a commit has many
//! writes, which wait for each other anyway: then it moves more at a time, and a page that changes all the time less often.

use std::fs::File;
use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// How long the log grows before the writer has it begin anew, in pages of 4096 bytes.
const LONG: u32 = 10_000;
/// The other thread begins to move pages once there are so many more.
const SOME: u32 = 30;
/// And so many commits.
const COMMITS: u32 = 10;
/// Under load, so many.
const COMMITS_UNDER_LOAD: u32 = 300;
/// What load is: so many writes in a commit, on the average.
const LOAD: u32 = 8;
/// So few pages are left to the writer.
const FEW: u32 = 200;
/// How often the other thread begins again while more are left.
const ROUNDS: u32 = 4;
/// How often the writer tries to have the log begin anew: it can't while somebody reads what is only there.
const ATTEMPTS: u32 = 8;

/// The writer's side.
#[derive(Debug)]
pub(super) struct Checkpointer {
    /// The length of the log after the last commit.
    pages: Arc<AtomicU32>,
    ask: SyncSender<()>,
    /// How often the other thread was asked, and how often it was done.
    asked: u32,
    done: Arc<AtomicU32>,
    /// What there was since it was last asked.
    since: Since,
    thread: JoinHandle<()>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, Default)]
struct Since {
    commits: u32,
    /// The writes in them.
    writes: u32,
}

impl Since {
    fn and_a_commit(self, writes: u32) -> Self {
        Self { commits: self.commits.saturating_add(1), writes: self.writes.saturating_add(writes) }
    }

    /// Whether there were enough commits to move what they wrote.
    fn is_enough(self) -> bool {
        let is_load = self.writes / LOAD >= self.commits;
        self.commits >= if is_load { COMMITS_UNDER_LOAD } else { COMMITS }
    }
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// The log grows until it has so many pages. The other thread was last asked to move some when it had `moved`.
    Growing { until: u32, moved: u32 },
    /// The other thread moves as much as it can.
    Moving,
    /// The log, of so many pages, should begin anew.
    Finishing { attempts: u32, pages: u32 },
}

const FROM_THE_BEGINNING: Phase = Phase::Growing { until: LONG, moved: 0 };

impl Checkpointer {
    /// Takes over the checkpoints of the connection that writes. `other` is another connection to the same file, which
    /// is `file`.
    pub(super) fn start(writer: &mut Connection, other: Connection, file: File) -> Result<Self, StartError> {
        let mover = Mover { db: other, file: ManuallyDrop::new(file) };
        let pages = Arc::<AtomicU32>::default();
        let seen = Arc::clone(&pages);
        // In place of SQLite's own hook, which would begin a checkpoint.
        writer.wal_hook(Some(move |_: &mut _, pages| {
            seen.store(u32::try_from(pages).unwrap_or_default(), Ordering::Relaxed);
            Ok(())
        }))?;
        let done = Arc::<AtomicU32>::default();
        let (ask, asked) = sync_channel(1);
        let tell = Arc::clone(&done);
        let thread = std::thread::Builder::new()
            .name("passgate-sqlite-checkpoint".to_owned())
            .spawn(move || mover.move_when_asked(&asked, &tell))?;
        Ok(Self { pages, ask, asked: 0, done, since: Since::default(), thread, phase: FROM_THE_BEGINNING })
    }

    /// To be called after a commit of so many jobs, with the connection that writes.
    pub(super) fn after_commit(&mut self, writer: &Connection, jobs: u32) {
        let pages = self.pages.load(Ordering::Relaxed);
        self.since = self.since.and_a_commit(jobs);
        self.phase = match self.phase {
            Phase::Growing { until, moved } if pages < until => {
                // It began anew by itself: nothing was left, and nobody read it.
                let moved = if pages < moved { 0 } else { moved };
                let is_time = pages >= moved + SOME && self.since.is_enough() && self.is_idle();
                Phase::Growing { until, moved: if is_time && self.ask_other() { pages } else { moved } }
            }
            phase @ (Phase::Growing { .. } | Phase::Moving) if !self.is_idle() => phase,
            Phase::Growing { .. } => {
                if self.ask_other() {
                    Phase::Moving
                } else {
                    // The thread is gone: better slowly than not at all.
                    finish(writer, pages, 0)
                }
            }
            Phase::Moving => finish(writer, pages, 0),
            Phase::Finishing { pages: before, .. } if pages < before => FROM_THE_BEGINNING,
            Phase::Finishing { attempts, .. } if attempts < ATTEMPTS => finish(writer, pages, attempts),
            // Somebody reads at length: an export. Not at each commit, then.
            Phase::Finishing { .. } => Phase::Growing { until: pages.saturating_add(LONG), moved: pages },
        };
    }

    /// Whether the other thread has done all that it was asked, or is gone.
    fn is_idle(&self) -> bool {
        self.done.load(Ordering::Acquire) == self.asked || self.thread.is_finished()
    }

    /// Asks the other thread, which is idle, to move pages. Whether it is there to do so.
    fn ask_other(&mut self) -> bool {
        self.since = Since::default();
        let is_there = self.ask.try_send(()).is_ok();
        self.asked = self.asked.wrapping_add(u32::from(is_there));
        is_there
    }

    /// Ends the thread, and waits until it has closed its connection.
    pub(super) fn stop(self) {
        drop(self.ask);
        // Fails if it panicked, and then it is gone too.
        let _ = self.thread.join();
    }
}

/// The thread can't be started.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Thread(#[from] io::Error),
}

/// Pages can't be moved, or not be written to the disk.
#[derive(Debug, thiserror::Error)]
enum MoveError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// The other thread's side.
struct Mover {
    db: Connection,
    /// The database itself, and never closed: that would end SQLite's locks of it in this whole process, as POSIX has it
    /// (<https://sqlite.org/howtocorrupt.html>, 2.2).
    file: ManuallyDrop<File>,
}

/// Moves the rest; the next commit then finds that it can begin anew.
fn finish(writer: &Connection, pages: u32, attempts: u32) -> Phase {
    // Nothing is lost if it fails: the next one moves more.
    if let Err(error) = move_pages(writer) {
        tracing::warn!(%error, "a checkpoint failed");
    }
    Phase::Finishing { attempts: attempts + 1, pages }
}

impl Mover {
    fn move_when_asked(self, asked: &Receiver<()>, done: &AtomicU32) {
        while asked.recv().is_ok() {
            for _ in 0..ROUNDS {
                match self.move_and_write() {
                    Ok(left) if left > FEW => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "a checkpoint failed");
                        break;
                    }
                }
            }
            done.fetch_add(1, Ordering::Release);
        }
    }

    /// Moves pages, and has them written to the disk. SQLite does the latter only if nothing came meanwhile, and so at last
    /// the writer would, with thousands of pages.
    fn move_and_write(&self) -> Result<u32, MoveError> {
        let left = move_pages(&self.db)?;
        self.file.sync_data()?;
        Ok(left)
    }
}

/// Moves what nobody needs in the log any more, without waiting for anybody. How many pages are left.
fn move_pages(db: &Connection) -> Result<u32, rusqlite::Error> {
    db.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |row| {
        let (in_log, moved): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(u32::try_from(in_log - moved).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Harness {
        db: Connection,
        checkpointer: Checkpointer,
        pages: Arc<AtomicU32>,
        directory: tempfile::TempDir,
    }

    impl Harness {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("db");
            let mut db = Connection::open(&file).unwrap();
            db.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE blobs (bytes BLOB NOT NULL) STRICT")
                .unwrap();
            let checkpointer =
                Checkpointer::start(&mut db, Connection::open(&file).unwrap(), File::open(&file).unwrap())
                    .unwrap();
            let pages = Arc::clone(&checkpointer.pages);
            Self { db, checkpointer, pages, directory }
        }

        /// Another connection, which sees what was committed so far until it is dropped.
        fn reader(&self) -> Connection {
            let reader = Connection::open(self.directory.path().join("db")).unwrap();
            reader.execute_batch("BEGIN; SELECT count(*) FROM blobs").unwrap();
            reader
        }

        /// Commits so often, with some hundred new pages each time. How long the log was at most. The other thread has
        /// five commits' time for what it does, however slow it is.
        fn write(&mut self, commits: u32) -> u32 {
            let (mut longest, mut meanwhile) = (0, 0);
            for _ in 0..commits {
                self.db.execute("INSERT INTO blobs (bytes) VALUES (zeroblob(409600))", []).unwrap();
                longest = longest.max(self.pages.load(Ordering::Relaxed));
                self.checkpointer.after_commit(&self.db, 1);
                meanwhile = if self.checkpointer.is_idle() { 0 } else { meanwhile + 1 };
                while meanwhile == 5 && !self.checkpointer.is_idle() {
                    std::thread::yield_now();
                }
            }
            longest
        }
    }

    #[test]
    fn the_log_begins_anew_while_writes_go_on() {
        let mut harness = Harness::new();
        // Three times what the log should hold.
        let longest = harness.write(300);
        assert!(longest < 2 * LONG, "{longest} pages");
        let rows: u32 = harness.db.query_row("SELECT count(*) FROM blobs", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 300);
    }

    #[test]
    fn under_load_more_is_moved_at_a_time() {
        let after = |commits: u32, writes: u32| {
            (0..commits).fold(Since::default(), |since, _| since.and_a_commit(writes)).is_enough()
        };
        assert!(after(COMMITS, 1) && after(COMMITS, LOAD - 1));
        assert!(!after(COMMITS - 1, 1) && !after(COMMITS_UNDER_LOAD - 1, LOAD));
        assert!(after(COMMITS_UNDER_LOAD, LOAD) && after(COMMITS_UNDER_LOAD, 512));
    }

    #[test]
    fn pages_are_moved_while_the_log_grows() {
        let mut harness = Harness::new();
        let in_database =
            |harness: &Harness| std::fs::metadata(harness.directory.path().join("db")).unwrap().len();
        let before = in_database(&harness);
        harness.checkpointer.since.commits = COMMITS;
        harness.write(1);
        assert_eq!(harness.checkpointer.asked, 1);
        while !harness.checkpointer.is_idle() {
            std::thread::yield_now();
        }
        assert!(in_database(&harness) >= before + 409_600);
        assert!(harness.pages.load(Ordering::Relaxed) < LONG / 10);
    }

    #[test]
    fn a_long_read_keeps_the_log_and_its_end_lets_it_begin_anew() {
        let mut harness = Harness::new();
        let reader = harness.reader();
        assert!(harness.write(300) > 300 * 100, "the log began anew under a reader");
        drop(reader);
        harness.write(200);
        let after = harness.write(200);
        assert!(after < 2 * LONG, "{after} pages");
    }

    #[test]
    fn without_the_other_thread_the_writer_does_it_all() {
        let mut harness = Harness::new();
        (harness.checkpointer.ask, _) = sync_channel(1);
        let longest = harness.write(150);
        assert!((LONG..LONG + 300).contains(&longest), "{longest} pages");
    }

    #[test]
    fn it_stops_with_its_connection_closed() {
        let mut harness = Harness::new();
        harness.write(40);
        harness.checkpointer.stop();
        harness.db.close().unwrap();
        // The last connection removes the log.
        assert!(!harness.directory.path().join("db-wal").exists());
    }
}
