//! Operators' sessions.

use passgate_core::clock::Timestamp;
use passgate_core::console::{IDLE, NewSession, Operator, Session as OperatorSession};
use passgate_core::ids::{OperatorId, SessionId};
use passgate_core::key_secret::KeyHash;
use passgate_core::store::Changed;
use uuid::Uuid;

use crate::console_records::{self, millis, operator_columns, session_columns};
use crate::postgres::connections::Session;
use crate::postgres::fault::Fault;
use crate::postgres::rows::collect;
use crate::rows::Blob;

pub(super) async fn begin(db: &Session, new: &NewSession) -> Result<Changed, Fault> {
    let session = &new.session;
    let begun = db
        .execute(
            "INSERT INTO console_sessions (
                 id, operator_id, hash, via, created_at, used_at, expires_at, fresh_until, source_ip, user_agent
             )
             SELECT $1, id, $3, $4, $5, $6, $7, $8, $9, $10
             FROM operators
             WHERE id = $2",
            &[
                session.id.as_uuid(),
                session.operator_id.as_uuid(),
                &new.hash.blob(),
                &session.via.as_str(),
                &session.created_at.as_millis(),
                &session.used_at.as_millis(),
                &session.expires_at.as_millis(),
                &millis(session.fresh_until),
                &session.source_ip,
                &session.user_agent,
            ],
        )
        .await?;
    Ok(changed(begun))
}

pub(super) async fn by_hash(
    db: &Session,
    hash: &KeyHash,
) -> Result<Option<(OperatorSession, Operator)>, Fault> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        ", ",
        operator_columns!(),
        "
         FROM console_sessions AS s
         JOIN operators AS o ON o.id = s.operator_id
         WHERE s.hash = $1"
    );
    let row = db.row(sql, &[&hash.blob()]).await?;
    Ok(row.map(|row| console_records::session_with_operator(&row)).transpose()?)
}

pub(super) async fn list(
    db: &Session,
    operator_id: OperatorId,
    now: Timestamp,
) -> Result<Vec<OperatorSession>, Fault> {
    let sql = concat!(
        "SELECT ",
        session_columns!(),
        "
         FROM console_sessions AS s
         WHERE s.operator_id = $1 AND s.used_at > $2 AND s.expires_at > $3
         ORDER BY s.used_at DESC, s.id"
    );
    let rows = db.rows(sql, &[operator_id.as_uuid(), &(now - IDLE).as_millis(), &now.as_millis()]).await?;
    collect(&rows, console_records::session)
}

/// Rows are locked in the order of their keys, since other processes note the uses of the same sessions.
pub(super) async fn touch(db: &Session, uses: &[(SessionId, Timestamp)]) -> Result<(), Fault> {
    let ids: Vec<Uuid> = uses.iter().map(|(id, _)| *id.as_uuid()).collect();
    let times: Vec<i64> = uses.iter().map(|(_, at)| at.as_millis()).collect();
    db.execute(
        "WITH uses AS (
             SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS used (id, at)
         ), locked AS (
             SELECT s.id, uses.at
             FROM console_sessions AS s
             JOIN uses ON uses.id = s.id
             WHERE s.used_at < uses.at
             ORDER BY s.id
             FOR NO KEY UPDATE OF s
         )
         UPDATE console_sessions AS s
         SET used_at = locked.at
         FROM locked
         WHERE s.id = locked.id",
        &[&ids, &times],
    )
    .await?;
    Ok(())
}

pub(super) async fn freshen(db: &Session, id: SessionId, until: Timestamp) -> Result<Changed, Fault> {
    let sql = "UPDATE console_sessions SET fresh_until = $2 WHERE id = $1";
    Ok(changed(db.execute(sql, &[id.as_uuid(), &until.as_millis()]).await?))
}

pub(super) async fn end(db: &Session, operator_id: OperatorId, id: SessionId) -> Result<Changed, Fault> {
    let sql = "DELETE FROM console_sessions WHERE operator_id = $1 AND id = $2";
    Ok(changed(db.execute(sql, &[operator_id.as_uuid(), id.as_uuid()]).await?))
}

pub(super) async fn end_others(db: &Session, operator_id: OperatorId, but: SessionId) -> Result<u64, Fault> {
    let sql = "DELETE FROM console_sessions WHERE operator_id = $1 AND id <> $2";
    db.execute(sql, &[operator_id.as_uuid(), but.as_uuid()]).await
}

pub(super) async fn end_all(db: &Session, operator_id: OperatorId) -> Result<(), Fault> {
    db.execute("DELETE FROM console_sessions WHERE operator_id = $1", &[operator_id.as_uuid()]).await?;
    Ok(())
}

pub(super) async fn purge(db: &Session, now: Timestamp) -> Result<(), Fault> {
    db.execute("DELETE FROM console_sessions WHERE used_at <= $1", &[&(now - IDLE).as_millis()]).await?;
    db.execute("DELETE FROM console_sessions WHERE expires_at <= $1", &[&now.as_millis()]).await?;
    Ok(())
}

/// Nothing of this is cached: the version does not grow.
fn changed(rows: u64) -> Changed {
    if rows == 0 { Changed::NotFound } else { Changed::Done }
}
