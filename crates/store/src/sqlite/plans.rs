//! How SQLite goes about a statement, for tests that long tables stay unread.

use super::{SqliteOptions, migrate};

/// An empty database, as long as its folder is there.
pub(super) fn empty() -> (rusqlite::Connection, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("db");
    migrate(&SqliteOptions::new(&file)).expect("a new database");
    (rusqlite::Connection::open(&file).expect("the database"), folder)
}

/// The plan of a statement on an empty database, a line a step.
pub(super) fn plan(sql: &str) -> String {
    let (db, _folder) = empty();
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
    // Parameters that nobody binds are NULL, which changes no plan.
    let mut rows = statement.raw_query();
    let mut plan = String::new();
    while let Some(row) = rows.next().expect("a step") {
        plan.push_str(&row.get::<_, String>(3).expect("its words"));
        plan.push('\n');
    }
    plan
}
