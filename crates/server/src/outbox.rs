//! The outbox of webhooks, as delivery asks for it, on the database: secrets are opened on the way out.

use std::sync::Arc;

use passgate_core::passgate::Passgate;
use passgate_core::store::{Store, StoreError};
use passgate_core::webhook::{
    ClaimDeliveries, DeliveryFailure, DeliveryOutcome, LeasedDelivery, RecordDelivery, Recorded,
};
use passgate_webhooks::{AttemptFailure, Delivery, GIVE_UP_AFTER, Outbox, Outcome, Record, SigningSecret};

/// The outbox of a database.
pub(crate) struct StoredOutbox<S>(pub(crate) Arc<Passgate<S>>);

impl<S: Store> Outbox for StoredOutbox<S> {
    type Error = StoreError;

    async fn claim_due(&self, claim: ClaimDeliveries) -> Result<Vec<Delivery>, StoreError> {
        let leased = self.0.store().claim_deliveries(claim).await?;
        Ok(leased.into_iter().filter_map(|delivery| self.open(claim, delivery)).collect())
    }

    async fn record(&self, record: Record) -> Result<Recorded, StoreError> {
        let stored = RecordDelivery {
            tenant_id: record.tenant_id,
            endpoint_id: record.endpoint_id,
            event_id: record.event_id,
            lease: record.lease,
            at: record.at,
            outcome: outcome(record.outcome),
            give_up_before: record.at - GIVE_UP_AFTER,
        };
        self.0.store().record_delivery(stored).await
    }
}

impl<S: Store> StoredOutbox<S> {
    /// A secret that can't be opened signs nothing; without any, the attempt fails for that reason.
    fn open(&self, claim: ClaimDeliveries, leased: LeasedDelivery) -> Option<Delivery> {
        let LeasedDelivery { tenant_id, endpoint_id, event_id, .. } = leased;
        let url = match leased.url.as_str().parse() {
            Ok(url) => url,
            // Checked when it was stored. Its lease ends, and it is found again by a version that knows better.
            Err(error) => {
                tracing::error!(%tenant_id, %endpoint_id, %error, "a stored webhook URL is none");
                return None;
            }
        };
        let secrets = leased.secrets.iter().filter_map(|sealed| {
            let opened = self.0.open_webhook_secret(tenant_id, endpoint_id, sealed);
            let secret = opened.map(SigningSecret::from_bytes);
            if !matches!(secret, Ok(Ok(_))) {
                tracing::error!(%tenant_id, %endpoint_id, "a webhook's secret can't be opened");
            }
            secret.ok()?.ok()
        });
        Some(Delivery {
            tenant_id,
            endpoint_id,
            event_id,
            lease: claim.lease,
            url,
            secrets: secrets.collect(),
            body: leased.body,
            attempts: leased.attempts,
            first_attempt_at: leased.first_attempt_at,
            endpoint_failures: leased.endpoint_failures,
        })
    }
}

fn outcome(outcome: Outcome) -> DeliveryOutcome {
    match outcome {
        Outcome::Delivered { status } => DeliveryOutcome::Delivered { status },
        Outcome::Retry { failure, next_attempt_at, pause_endpoint_until } => {
            DeliveryOutcome::Retry { failure: because(failure), next_attempt_at, pause_endpoint_until }
        }
        Outcome::Dead { failure, pause_endpoint_until } => {
            DeliveryOutcome::Dead { failure: because(failure), pause_endpoint_until }
        }
        Outcome::Gone => DeliveryOutcome::Gone,
    }
}

fn because(failure: AttemptFailure) -> DeliveryFailure {
    DeliveryFailure { code: failure.code(), status: failure.status() }
}
