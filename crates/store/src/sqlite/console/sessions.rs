//! Operators' sessions.

use passgate_core::clock::Timestamp;
use passgate_core::console::{IDLE, NewSession, Operator, Session};
use passgate_core::ids::{OperatorId, SessionId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::Changed;
use rusqlite::{Connection, params};

use crate::console_records::{self, millis, operator_columns, session_columns};
use crate::rows::Blob;
use crate::sqlite::fault::Fault;
use crate::sqlite::rows::collect;

pub(super) fn begin(db: &Connection, new: &NewSession) -> Result<Changed, Fault> {
    let session = &new.session;
    let begun = db
        .prepare_cached(
            "INSERT INTO console_sessions (
                 id, operator_id, hash, via, created_at, used_at, expires_at, fresh_until, source_ip, user_agent
             )
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
             FROM operators
             WHERE id = ?2",
        )?
        .execute(params![
            session.id.blob(),
            session.operator_id.blob(),
            new.hash.blob(),
            session.via.as_str(),
            session.created_at.as_millis(),
            session.used_at.as_millis(),
            session.expires_at.as_millis(),
            millis(session.fresh_until),
            session.source_ip,
            session.user_agent,
        ])?;
    Ok(changed(begun))
}

pub(super) fn by_hash(db: &Connection, hash: &KeyHash) -> Result<Option<(Session, Operator)>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        ", ",
        operator_columns!(),
        "
         FROM console_sessions AS s
         JOIN operators AS o ON o.id = s.operator_id
         WHERE s.hash = ?1"
    ))?;
    let mut rows = statement.query([hash.blob()])?;
    Ok(rows.next()?.map(console_records::session_with_operator).transpose()?)
}

pub(super) fn list(db: &Connection, operator_id: OperatorId, now: Timestamp) -> Result<Vec<Session>, Fault> {
    let mut statement = db.prepare_cached(concat!(
        "SELECT ",
        session_columns!(),
        "
         FROM console_sessions AS s
         WHERE s.operator_id = ?1 AND s.used_at > ?2 AND s.expires_at > ?3
         ORDER BY s.used_at DESC, s.id"
    ))?;
    let parameters = params![operator_id.blob(), (now - IDLE).as_millis(), now.as_millis()];
    collect(statement.query(parameters)?, console_records::session)
}

pub(super) fn touch(db: &Connection, uses: &[(SessionId, Timestamp)]) -> Result<(), Fault> {
    let mut statement =
        db.prepare_cached("UPDATE console_sessions SET used_at = ?2 WHERE id = ?1 AND used_at < ?2")?;
    for (id, at) in uses {
        statement.execute(params![id.blob(), at.as_millis()])?;
    }
    Ok(())
}

pub(super) fn freshen(db: &Connection, id: SessionId, until: Timestamp) -> Result<Changed, Fault> {
    let freshened = db
        .prepare_cached("UPDATE console_sessions SET fresh_until = ?2 WHERE id = ?1")?
        .execute(params![id.blob(), until.as_millis()])?;
    Ok(changed(freshened))
}

pub(super) fn end(db: &Connection, operator_id: OperatorId, id: SessionId) -> Result<Changed, Fault> {
    let ended = db
        .prepare_cached("DELETE FROM console_sessions WHERE operator_id = ?1 AND id = ?2")?
        .execute(params![operator_id.blob(), id.blob()])?;
    Ok(changed(ended))
}

pub(super) fn end_others(db: &Connection, operator_id: OperatorId, but: SessionId) -> Result<u64, Fault> {
    let ended = db
        .prepare_cached("DELETE FROM console_sessions WHERE operator_id = ?1 AND id <> ?2")?
        .execute(params![operator_id.blob(), but.blob()])?;
    Ok(ended as u64)
}

pub(super) fn end_all(db: &Connection, operator_id: OperatorId) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM console_sessions WHERE operator_id = ?1")?
        .execute([operator_id.blob()])?;
    Ok(())
}

pub(super) fn purge(db: &Connection, now: Timestamp) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM console_sessions WHERE used_at <= ?1")?
        .execute([(now - IDLE).as_millis()])?;
    db.prepare_cached("DELETE FROM console_sessions WHERE expires_at <= ?1")?.execute([now.as_millis()])?;
    Ok(())
}

/// Nothing of this is cached: the version does not grow.
fn changed(rows: usize) -> Changed {
    if rows == 0 { Changed::NotFound } else { Changed::Done }
}
