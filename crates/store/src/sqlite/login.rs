//! Logins, and the confirmations of transactions.

use passgate_core::credential::Accepts;
use passgate_core::event::{self, CloneVerdict, EventType, Occurrence, SuspectedClone};
use passgate_core::ids::{CredentialId, TenantId};
use passgate_core::store::{BeginLogin, BegunLogin, FinishLogin, FinishedLogin};
use passgate_core::user::AppUserId;
use rusqlite::{Connection, params};

use super::challenges::{Spent, spend};
use super::fault::Fault;
use super::place::place;
use super::webhooks::Publisher;
use super::{audit, credentials, transactions, users};
use crate::decisions::{CounterDecision, accepted_kind, completed_transaction, decide_counter, week};
use crate::rows::Blob;
use crate::{failure, records};

pub(super) fn begin(db: &Connection, begin: &BeginLogin) -> Result<BegunLogin, Fault> {
    let outcome = allow(db, begin.tenant_id, &begin.app_user_id, begin.accepts, begin.only.as_ref())?;
    match &outcome {
        BegunLogin::Begun(..) => audit::append(db, &begin.audit)?,
        BegunLogin::UnknownUser => audit::append(db, &begin.audit.failed(failure::USER_NOT_FOUND))?,
        BegunLogin::NoCredentials => audit::append(db, &begin.audit.failed(failure::NO_CREDENTIALS))?,
    }
    Ok(outcome)
}

/// The named user and the credentials to allow.
pub(super) fn allow(
    db: &Connection,
    tenant_id: TenantId,
    app_user_id: &AppUserId,
    accepts: Accepts,
    only: Option<&CredentialId>,
) -> Result<BegunLogin, Fault> {
    let Some(user) = users::by_app_id(db, tenant_id, app_user_id)? else {
        return Ok(BegunLogin::UnknownUser);
    };
    let allowed = credentials::descriptors(db, tenant_id, user.id, accepted_kind(accepts), only)?;
    Ok(if allowed.is_empty() { BegunLogin::NoCredentials } else { BegunLogin::Begun(user, allowed) })
}

pub(super) fn finish(db: &Connection, finish: &FinishLogin) -> Result<FinishedLogin, Fault> {
    // First, and kept whatever comes of the rest.
    if spend(db, &finish.spend)? == Spent::Before {
        // Whoever sends the same again, and again, writes nothing.
        return Ok(FinishedLogin::ChallengeSpent);
    }
    let confirmed = confirm(db, finish)?;
    let failed = |code| {
        let entry = finish.audit.failed(code);
        audit::append(db, &entry)?;
        Ok::<_, Fault>(entry)
    };
    match confirmed {
        Confirmed::Used(news) => {
            audit::append(db, &finish.audit)?;
            tell_of_login(db, finish, news)?;
            Ok(FinishedLogin::LoggedIn { counter_warning: news.counter_warning })
        }
        Confirmed::CounterRollback => {
            let entry = failed(failure::COUNTER_ROLLBACK)?;
            let mut publisher = Publisher::new(db, &entry);
            publisher.publish(EventType::CloneSuspected, || suspected(db, finish, CloneVerdict::Refused))?;
            publisher.sign_in_failed()?;
            Ok(FinishedLogin::CounterRollback)
        }
        Confirmed::CredentialGone => {
            Publisher::new(db, &failed(failure::CREDENTIAL_REVOKED)?).sign_in_failed()?;
            Ok(FinishedLogin::CredentialGone)
        }
        Confirmed::TransactionGone => {
            Publisher::new(db, &failed(failure::TRANSACTION_MISMATCH)?).sign_in_failed()?;
            Ok(FinishedLogin::TransactionGone)
        }
    }
}

/// What became of a login whose challenge was spent by it.
enum Confirmed {
    Used(News),
    CounterRollback,
    CredentialGone,
    TransactionGone,
}

/// What is news about a use of a credential: of most there is none.
#[derive(Debug, Clone, Copy, Default)]
struct News {
    first_use: bool,
    counter_warning: bool,
}

/// Most logins are not news: of those, no endpoint is asked.
fn tell_of_login(db: &Connection, finish: &FinishLogin, news: News) -> Result<(), Fault> {
    let mut publisher = Publisher::new(db, &finish.audit);
    if news.first_use {
        publisher.publish(EventType::CredentialUsedFirstTime, || {
            Ok(told(db, finish)?.map(Occurrence::CredentialUsedFirstTime))
        })?;
    }
    if news.counter_warning {
        publisher.publish(EventType::CloneSuspected, || suspected(db, finish, CloneVerdict::Accepted))?;
    }
    if let Some(completed) = completed_transaction(finish) {
        publisher.publish(EventType::TransactionCompleted, || Ok(Some(completed)))?;
    }
    Ok(())
}

fn told(db: &Connection, finish: &FinishLogin) -> Result<Option<event::Credential>, Fault> {
    let tenant_id = finish.spend.tenant_id;
    let credential = credentials::one(db, tenant_id, &finish.credential.id)?;
    Ok(credential.map(|credential| event::Credential::of(tenant_id, &credential)))
}

fn suspected(
    db: &Connection,
    finish: &FinishLogin,
    verdict: CloneVerdict,
) -> Result<Option<Occurrence>, Fault> {
    let told = told(db, finish)?;
    Ok(told.map(|credential| Occurrence::CloneSuspected(SuspectedClone { credential, verdict })))
}

/// Uses the credential, and confirms the transaction if there is one to confirm: both or neither.
fn confirm(db: &Connection, finish: &FinishLogin) -> Result<Confirmed, Fault> {
    let Some(transaction) = finish.transaction else { return use_credential(db, finish) };
    let tenant_id = finish.spend.tenant_id;
    if !transactions::is_pending(db, tenant_id, transaction, finish.credential.user.id)? {
        return Ok(Confirmed::TransactionGone);
    }
    let outcome = use_credential(db, finish)?;
    if let Confirmed::Used(_) = outcome {
        transactions::finalize(db, tenant_id, transaction, finish.now)?;
    }
    Ok(outcome)
}

/// Whether the credential is still the one that the verification saw.
macro_rules! still_so {
    () => {
        "tenant_id = ?1 AND id = ?2 AND user_id = ?3 AND kind = ?4 AND public_key = ?5"
    };
}

/// What a use changes of the credential at a place, and what more if given; under which further conditions follows.
macro_rules! use_credential {
    ($more:literal, $conditions:literal) => {
        concat!(
            "UPDATE credentials
             SET sign_count = max(sign_count, ?6),
                 backup_state = ?7,
                 last_used_at = ?8,
                 updated_at = ?8,
                 use_count = use_count + 1,
                 last_user_agent = ?9",
            $more,
            "
             WHERE place = ?11 AND ",
            still_so!(),
            $conditions
        )
    };
}

/// What nothing speaks against and is no news: the counter grew, or the authenticator has none ([`decide_counter`]).
/// Not the first use of its week either: a column that is set, SQLite writes to its indexes whether it changes or not.
const USE_AS_USUAL: &str = use_credential!(
    "",
    " AND use_count > 0 AND sign_count >= 0 AND (sign_count < ?6 OR (sign_count = 0 AND ?6 = 0))
               AND used_week = ?10"
);

/// What was decided, of a credential that was used before in its week.
const USE_AGAIN_THIS_WEEK: &str = use_credential!("", " AND used_week = ?10");

/// What was decided.
const USE: &str = use_credential!(", used_week = ?10", "");

/// What of a stored credential decides.
struct Stored {
    sign_count: u32,
    use_count: u64,
    used_week: i64,
    place: i64,
}

/// Decides the counter against the stored row. Only this thread writes, so the row stays as it was read.
fn use_credential(db: &Connection, finish: &FinishLogin) -> Result<Confirmed, Fault> {
    let usual_place = place(finish.spend.tenant_id, &finish.credential.id);
    if update(db, finish, USE_AS_USUAL, usual_place)? == 1 {
        return Ok(Confirmed::Used(News::default()));
    }
    let Some(stored) = stored(db, finish, usual_place)? else { return Ok(Confirmed::CredentialGone) };
    let counter_warning = match decide_counter(stored.sign_count, finish) {
        CounterDecision::GoOn { counter_warning } => counter_warning,
        CounterDecision::Refuse => return Ok(Confirmed::CounterRollback),
    };
    let sql = if stored.used_week == week(finish.now) { USE_AGAIN_THIS_WEEK } else { USE };
    update(db, finish, sql, stored.place)?;
    Ok(Confirmed::Used(News { first_use: stored.use_count == 0, counter_warning }))
}

fn update(db: &Connection, finish: &FinishLogin, sql: &str, place: i64) -> Result<usize, Fault> {
    Ok(db.prepare_cached(sql)?.execute(params![
        finish.spend.tenant_id.blob(),
        finish.credential.id.blob(),
        finish.credential.user.id.blob(),
        finish.credential.kind.as_str(),
        finish.credential.public_key.as_bytes(),
        finish.sign_count,
        finish.backup_state,
        finish.now.as_millis(),
        finish.audit.origin.user_agent,
        week(finish.now),
        place,
    ])?)
}

/// The credential at its usual place.
const AT_ITS_PLACE: &str = concat!(
    "SELECT id, sign_count, use_count, used_week, place FROM credentials WHERE place = ?6 AND ",
    still_so!()
);

/// The credential wherever it is but there.
const ELSEWHERE: &str = concat!(
    "SELECT id, sign_count, use_count, used_week, place FROM credentials WHERE place <> ?6 AND ",
    still_so!()
);

/// What is stored of the credential, if it is still that one.
fn stored(db: &Connection, finish: &FinishLogin, usual_place: i64) -> Result<Option<Stored>, Fault> {
    let tenant_id = finish.spend.tenant_id;
    let credential = &finish.credential;
    for sql in [AT_ITS_PLACE, ELSEWHERE] {
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(params![
            tenant_id.blob(),
            credential.id.blob(),
            credential.user.id.blob(),
            credential.kind.as_str(),
            credential.public_key.as_bytes(),
            usual_place,
        ])?;
        if let Some(row) = rows.next()? {
            let (sign_count, use_count) = records::counters(tenant_id, row)?;
            return Ok(Some(Stored { sign_count, use_count, used_week: row.get(3)?, place: row.get(4)? }));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plans::plan;

    #[test]
    fn credentials_are_used_at_their_place_and_found_elsewhere_by_their_ids() {
        for sql in [USE_AS_USUAL, USE_AGAIN_THIS_WEEK, USE, AT_ITS_PLACE] {
            assert_eq!(plan(sql).trim(), "SEARCH credentials USING INTEGER PRIMARY KEY (rowid=?)", "{sql}");
        }
        let plan = plan(ELSEWHERE);
        assert!(plan.contains("sqlite_autoindex_credentials_1 (tenant_id=? AND id=?"), "{plan}");
    }
}
