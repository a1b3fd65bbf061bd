//! What is decided about rows, whichever database has them.

use passgate_core::clock::Timestamp;
use passgate_core::config::DeviationPolicy;
use passgate_core::credential::{Accepts, Credential, CredentialKind};
use passgate_core::event::{CompletedTransaction, Occurrence};
use passgate_core::ids::CredentialId;
use passgate_core::store::FinishLogin;
use passgate_core::transaction::{Transaction, TransactionStatus};
use passgate_core::transfer::{ImportOutcome, ImportRefusal};
use passgate_core::webhook::{DeliveryFailure, DeliveryOutcome, DeliveryStatus};
use passgate_webauthn::{CounterVerdict, check_counter};

use aws_lc_rs::digest;

use crate::records::KnownTransaction;

/// The most credentials that are named to a browser.
pub(crate) const DESCRIPTORS: u32 = 100;

/// The week of a moment, counted from 1970, as `used_week` has it.
pub(crate) const fn week(at: Timestamp) -> i64 {
    at.as_millis() / 604_800_000
}

/// What a credential's tombstone is found by.
pub(crate) fn tombstone_hash(id: &CredentialId) -> digest::Digest {
    digest::digest(&digest::SHA256, id.as_bytes())
}

/// The one kind of credentials that a ceremony takes, or any.
pub(crate) const fn accepted_kind(accepts: Accepts) -> Option<CredentialKind> {
    match accepts {
        Accepts::Passkeys => Some(CredentialKind::Passkey),
        Accepts::Both => None,
    }
}

/// What the counter of a login means.
pub(crate) enum CounterDecision {
    /// It may go on.
    GoOn { counter_warning: bool },
    /// It is refused.
    Refuse,
}

/// Holds the counter that came against the one that is stored.
pub(crate) fn decide_counter(stored: u32, finish: &FinishLogin) -> CounterDecision {
    match (check_counter(stored, finish.sign_count), finish.counter_policy) {
        (CounterVerdict::Ok, _) => CounterDecision::GoOn { counter_warning: false },
        (CounterVerdict::Rollback, DeviationPolicy::Warn) => CounterDecision::GoOn { counter_warning: true },
        (CounterVerdict::Rollback, DeviationPolicy::Strict) => CounterDecision::Refuse,
    }
}

/// The event of a transaction that a login confirmed, if it confirmed one.
pub(crate) fn completed_transaction(finish: &FinishLogin) -> Option<Occurrence> {
    let (transaction, actor) = (finish.audit.transaction.as_ref()?, finish.audit.actor.as_ref()?);
    Some(Occurrence::TransactionCompleted(CompletedTransaction {
        tenant_id: *finish.spend.tenant_id.as_uuid(),
        user_id: actor.to_string(),
        transaction_id: transaction.as_str().to_owned(),
        credential_id: finish.credential.id.to_string(),
    }))
}

/// A number as the databases store it, which have no unsigned ones.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What becomes of a credential that is imported, and is here already.
pub(crate) enum CredentialMerge {
    /// Nothing.
    Settled(ImportOutcome),
    /// It is replaced by this, which is [`ImportOutcome::Updated`].
    Grown(Box<Credential>),
}

/// A counter must not go back, and nothing that a later use showed may be lost.
pub(crate) fn merge_credential(known: &Credential, new: &Credential) -> CredentialMerge {
    if known.app_user_id != new.app_user_id || known.public_key != new.public_key {
        return CredentialMerge::Settled(ImportOutcome::Refused(ImportRefusal::CredentialTaken));
    }
    let used_later = new.last_used_at > known.last_used_at;
    if !used_later && new.sign_count <= known.sign_count {
        return CredentialMerge::Settled(ImportOutcome::Unchanged);
    }
    let last = if used_later { new } else { known };
    CredentialMerge::Grown(Box::new(Credential {
        sign_count: known.sign_count.max(new.sign_count),
        use_count: known.use_count.max(new.use_count),
        ..last.clone()
    }))
}

/// What becomes of a transaction that is imported.
pub(crate) enum TransactionMerge {
    /// Nothing.
    Settled(ImportOutcome),
    /// It is new.
    New,
    /// It was confirmed elsewhere, at this moment.
    Confirmed(Timestamp),
}

/// Holds a transaction against those that are here with its identifier or its id.
pub(crate) fn merge_transaction(known: &[KnownTransaction], new: &Transaction) -> TransactionMerge {
    match known {
        [] => TransactionMerge::New,
        [(id, identifier, status)] if *id == new.id && identifier == new.identifier.as_str() => {
            if (*status, new.status) == (TransactionStatus::Pending, TransactionStatus::Finalized) {
                TransactionMerge::Confirmed(new.finalized_at.unwrap_or(new.updated_at))
            } else {
                TransactionMerge::Settled(ImportOutcome::Unchanged)
            }
        }
        _ => TransactionMerge::Settled(ImportOutcome::Refused(ImportRefusal::TransactionTaken)),
    }
}

/// What a delivery's row says after an attempt.
pub(crate) struct Attempted {
    pub(crate) status: DeliveryStatus,
    pub(crate) failure: Option<DeliveryFailure>,
    pub(crate) next_attempt_at: Timestamp,
    /// What the receiver answered with, if it did.
    pub(crate) answered: Option<u16>,
}

/// What the outcome of an attempt that ended `at` means for its delivery.
pub(crate) fn attempted(outcome: DeliveryOutcome, at: Timestamp) -> Attempted {
    let (status, failure, next_attempt_at) = match outcome {
        DeliveryOutcome::Delivered { .. } => (DeliveryStatus::Delivered, None, at),
        DeliveryOutcome::Retry { failure, next_attempt_at, .. } => {
            (DeliveryStatus::Pending, Some(failure), next_attempt_at)
        }
        DeliveryOutcome::Dead { failure, .. } => (DeliveryStatus::Dead, Some(failure), at),
        DeliveryOutcome::Gone => {
            (DeliveryStatus::Dead, Some(DeliveryFailure { code: "status", status: Some(410) }), at)
        }
    };
    let answered = match outcome {
        DeliveryOutcome::Delivered { status } => Some(status),
        _ => failure.and_then(|failure| failure.status),
    };
    Attempted { status, failure, next_attempt_at, answered }
}
