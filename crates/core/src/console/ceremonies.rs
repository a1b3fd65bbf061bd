//! How many ceremonies begin and end. Most that begin leave no row, so they are counted in memory, and written as totals of
//! minutes.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use passgate_webauthn::Aaguid;

use crate::clock::Timestamp;
use crate::ids::TenantId;
use crate::passgate::Passgate;
use crate::store::{Store, StoreError};

/// How long a minute is, in milliseconds.
const MINUTE: i64 = 60_000;

/// A ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ceremony {
    /// Of a passkey.
    Registration,
    /// With a passkey.
    Login,
    /// Of a second factor.
    MfaRegistration,
    /// With a second factor.
    MfaLogin,
    /// The confirmation of a transaction.
    Transaction,
}

impl Ceremony {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Registration, Self::Login, Self::MfaRegistration, Self::MfaLogin, Self::Transaction];

    /// As it is stored and spelt on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::MfaRegistration => "mfa_registration",
            Self::MfaLogin => "mfa_login",
            Self::Transaction => "transaction",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ceremony| ceremony.as_str() == name)
    }
}

/// How far a ceremony came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It began.
    Begun,
    /// It was finished.
    Done,
    /// Its end was refused.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Begun, Self::Done, Self::Failed];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counted {
    /// The ceremony.
    pub ceremony: Ceremony,
    /// How far it came.
    pub outcome: Outcome,
    /// Why it failed: an error code; else empty.
    pub code: String,
}

/// How often something happened in a minute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinuteCount {
    /// Where.
    pub tenant_id: TenantId,
    /// When: minutes since 1970.
    pub minute: i64,
    /// What.
    pub what: Counted,
    /// How often.
    pub count: u64,
}

/// How often something happened on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// When: days since 1970, in the zone that was asked for.
    pub day: i64,
    /// What.
    pub what: Counted,
    /// How often.
    pub count: u64,
}

/// Which days to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// From this minute on.
    pub from: i64,
    /// Up to this minute, itself excluded.
    pub to: i64,
    /// How many minutes the days begin before those of UTC.
    pub offset: i64,
}

/// How many credentials are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialCount {
    /// The authenticator's make.
    pub aaguid: Aaguid,
    /// Whether they may be synced.
    pub backup_eligible: bool,
    /// Whether they are.
    pub backup_state: bool,
    /// How many.
    pub count: u64,
}

/// What happened in a tenant, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Insights {
    /// What happened on each day, in no order.
    pub days: Vec<DayCount>,
    /// The credentials that there are.
    pub credentials: Vec<CredentialCount>,
    /// How many credentials were last used by each user agent.
    pub user_agents: Vec<(String, u64)>,
}

/// How far an app's integration has come: when each step was seen first, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IntegrationSteps {
    /// There is an API key.
    pub api_key_created: Option<Timestamp>,
    /// A registration began.
    pub registration_begun: Option<Timestamp>,
    /// A passkey was registered.
    pub registration_finished: Option<Timestamp>,
    /// A login began.
    pub login_begun: Option<Timestamp>,
    /// Somebody logged in.
    pub login_finished: Option<Timestamp>,
}

/// How many different counts wait to be written: some 30 MB. Only a database that is out of reach for long, or a hundred
/// thousand tenants that are all busy, have more.
const MOST: usize = 200_000;

/// How many counts are written at once where somebody waits for all of them.
const AT_ONCE: usize = 100;

/// In how many turns a round of counts is written at most, where nobody waits for it.
const TURNS: usize = 1_000;
/// How many counts are written in a turn, unless there are more than fit.
const IN_A_TURN: usize = 2;

/// What was counted and not written yet. It is written every half a minute, and codes are ours, so it stays small. While
/// the database is out of reach it grows by the minute, up to a bound; what is new then is not counted.
///
/// A round is written a few counts at a time: those of a thousand busy tenants are on as many pages, and logins would
/// wait for all of them.
#[derive(Default)]
pub(crate) struct CeremonyCounts(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    counts: HashMap<(TenantId, i64, Counted), u64>,
    /// The round that is being written, in its order.
    round: VecDeque<MinuteCount>,
    /// How many of it are written in a turn.
    in_a_turn: usize,
}

impl CeremonyCounts {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, tenant_id: TenantId, minute: i64, what: Counted, count: u64) {
        let mut waiting = self.waiting();
        let is_full = waiting.counts.len() + waiting.round.len() >= MOST;
        match waiting.counts.entry((tenant_id, minute, what)) {
            Entry::Occupied(mut counted) => *counted.get_mut() += count,
            Entry::Vacant(_) if is_full => {}
            Entry::Vacant(new) => {
                new.insert(count);
            }
        }
    }

    /// Begins a round, unless the one before is not done.
    fn begin_round(&self) {
        let mut waiting = self.waiting();
        if !waiting.round.is_empty() {
            return;
        }
        let mut round: Vec<_> = std::mem::take(&mut waiting.counts)
            .into_iter()
            .map(|((tenant_id, minute, what), count)| MinuteCount { tenant_id, minute, what, count })
            .collect();
        // Of two processes that add to the same rows, neither waits for the other the wrong way around.
        round.sort_unstable();
        waiting.in_a_turn = round.len().div_ceil(TURNS).max(IN_A_TURN);
        waiting.round = round.into();
    }

    /// Takes some of the round, in its order: those of a turn, or as many as are told.
    fn take(&self, at_most: Option<usize>) -> Vec<MinuteCount> {
        let mut waiting = self.waiting();
        let count = at_most.unwrap_or(waiting.in_a_turn).min(waiting.round.len());
        waiting.round.drain(..count).collect()
    }

    fn first(&self, tenant_id: TenantId, ceremony: Ceremony, outcome: Outcome) -> Option<i64> {
        let waiting = self.waiting();
        let counted = waiting.counts.keys().map(|(of, minute, what)| (of, minute, what));
        let leaving = waiting.round.iter().map(|count| (&count.tenant_id, &count.minute, &count.what));
        let minutes = counted.chain(leaving).filter(|(of, _, what)| {
            **of == tenant_id && what.ceremony == ceremony && what.outcome == outcome
        });
        minutes.map(|(_, minute, _)| *minute).min()
    }
}

impl<S: Store> Passgate<S> {
    /// Counts that a ceremony began, or ended.
    pub fn count_ceremony(&self, tenant_id: TenantId, ceremony: Ceremony, outcome: Outcome, code: &str) {
        let minute = self.now().as_millis().div_euclid(MINUTE);
        let what = Counted { ceremony, outcome, code: code.to_owned() };
        self.ceremony_counts.add(tenant_id, minute, what, 1);
    }

    /// Writes all that was counted so far. To be called at the end, too.
    pub async fn write_ceremony_counts(&self) -> Result<(), StoreError> {
        // What is left of the round that was begun, and then what came since.
        while self.write_some_ceremony_counts(Some(AT_ONCE)).await? {}
        self.ceremony_counts.begin_round();
        while self.write_some_ceremony_counts(Some(AT_ONCE)).await? {}
        Ok(())
    }

    /// Picks what was counted so far, to be written a few counts at a time, unless some of the last time is left.
    pub fn pick_ceremony_counts(&self) {
        self.ceremony_counts.begin_round();
    }

    /// Writes a few of the counts that were picked. Whether there were any: at most a thousand times.
    pub async fn write_a_few_ceremony_counts(&self) -> Result<bool, StoreError> {
        self.write_some_ceremony_counts(None).await
    }

    /// Whether there were any.
    async fn write_some_ceremony_counts(&self, at_most: Option<usize>) -> Result<bool, StoreError> {
        let counts = self.ceremony_counts.take(at_most);
        if counts.is_empty() {
            return Ok(false);
        }
        if let Err(error) = self.store.add_ceremony_counts(counts.clone()).await {
            for MinuteCount { tenant_id, minute, what, count } in counts {
                self.ceremony_counts.add(tenant_id, minute, what, count);
            }
            return Err(error);
        }
        Ok(true)
    }

    /// How far a tenant's integration has come.
    pub async fn integration_steps(&self, tenant_id: TenantId) -> Result<IntegrationSteps, StoreError> {
        let keys = self.store.api_keys(tenant_id).await?;
        let written = self.store.first_ceremonies(tenant_id).await?;
        let first = |ceremony, outcome| {
            let stored = written.iter().find(|(of, how, _)| *of == ceremony && *how == outcome);
            // What this process has not written yet, it knows.
            let minute = stored
                .map(|(.., minute)| *minute)
                .into_iter()
                .chain(self.ceremony_counts.first(tenant_id, ceremony, outcome))
                .min()?;
            Some(Timestamp::from_millis(minute * MINUTE))
        };
        Ok(IntegrationSteps {
            api_key_created: keys.first().map(|key| key.created_at),
            registration_begun: first(Ceremony::Registration, Outcome::Begun),
            registration_finished: first(Ceremony::Registration, Outcome::Done),
            login_begun: first(Ceremony::Login, Outcome::Begun),
            login_finished: first(Ceremony::Login, Outcome::Done),
        })
    }

    /// How often a tenant's ceremonies failed for a reason since a moment, and when last, to the minute.
    pub async fn failures(
        &self,
        tenant_id: TenantId,
        code: &str,
        since: Timestamp,
    ) -> Result<(u64, Option<Timestamp>), StoreError> {
        self.write_ceremony_counts().await?;
        let from = since.as_millis().div_euclid(MINUTE);
        let found = self.store.failures(tenant_id, code.to_owned(), from).await?;
        let last = found.iter().map(|(.., last)| Timestamp::from_millis(last * MINUTE)).max();
        Ok((found.iter().map(|(_, count, _)| count).sum(), last))
    }

    /// What happened in a tenant, in numbers; what was counted in this process just now is in them.
    pub async fn insights(&self, tenant_id: TenantId, range: Range) -> Result<Insights, StoreError> {
        self.write_ceremony_counts().await?;
        self.store.insights(tenant_id, range).await
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn begun() -> Counted {
        Counted { ceremony: Ceremony::Login, outcome: Outcome::Begun, code: String::new() }
    }

    #[test]
    fn what_waits_to_be_written_is_bounded() {
        let counts = CeremonyCounts::default();
        let tenant = TenantId::new(Uuid::nil());
        let most = i64::try_from(MOST).unwrap();
        for minute in 0..most + 10 {
            counts.add(tenant, minute, begun(), 1);
        }
        counts.add(tenant, 7, begun(), 2);
        counts.begin_round();
        let taken = counts.take(Some(MOST - 1));
        assert_eq!(taken.len(), MOST - 1);
        assert_eq!(taken[7], MinuteCount { tenant_id: tenant, minute: 7, what: begun(), count: 3 });
        // What is left of the round counts, too.
        for minute in 0..most {
            counts.add(tenant, minute, begun(), 1);
        }
        assert_eq!(counts.take(None).len(), 1);
        counts.begin_round();
        assert_eq!(counts.take(Some(MOST)).len(), MOST - 1);
    }

    #[test]
    fn a_round_is_written_a_few_counts_in_a_turn() {
        for (minutes, turns) in [(1, 1), (25, 13), (10_000, 1_000), (10_001, 910)] {
            let counts = CeremonyCounts::default();
            let tenant = TenantId::new(Uuid::nil());
            for minute in 0..minutes {
                counts.add(tenant, minute, begun(), 1);
            }
            counts.begin_round();
            // It waits for the next round.
            counts.add(tenant, minutes, begun(), 1);
            counts.begin_round();
            let turn = || Some(counts.take(None)).filter(|some| !some.is_empty());
            let round: Vec<_> = std::iter::from_fn(turn).collect();
            assert_eq!((round.concat().len(), round.len()), (usize::try_from(minutes).unwrap(), turns));
            assert!(round.concat().is_sorted());
            counts.begin_round();
            assert_eq!(counts.take(None).len(), 1);
        }
    }
}
