//! The worker: claims what is due, attempts it, records what became of it.

use std::sync::Arc;

use passgate_core::clock::Clock;
use passgate_core::ids::LeaseId;
use passgate_core::rng::{Rng, random_uuid};
use passgate_core::webhook::{ClaimDeliveries, Recorded};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};

use crate::attempt::{BuildError, Sender};
use crate::outbox::{Delivery, Outbox, Outcome, Record};
use crate::resolver::Resolve;
use crate::schedule::{SUSPECT_AFTER, judge};
use crate::settings::DeliverySettings;

/// Delivers what an outbox holds. Any number of processes may do so on one database.
pub struct Deliverer<O> {
    worker: Arc<Worker<O>>,
    wake: Wake,
}

/// Tells a [`Deliverer`] that a delivery is due.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Has it look now, or as soon as it has finished looking. Cheap; many calls count as one.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

struct Worker<O> {
    outbox: O,
    sender: Sender,
    settings: DeliverySettings,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl<O: Outbox> Deliverer<O> {
    /// Puts the parts together.
    pub fn new(
        outbox: O,
        settings: DeliverySettings,
        resolver: Arc<dyn Resolve>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, BuildError> {
        let sender = Sender::new(&settings, resolver)?;
        Ok(Self { worker: Arc::new(Worker { outbox, sender, settings, clock, rng }), wake: Wake::default() })
    }

    /// What to tell when an event was stored, or a delivery was made due by hand.
    #[must_use]
    pub fn wake_handle(&self) -> Wake {
        self.wake.clone()
    }

    /// Delivers until `stop` holds `true`, or nobody holds its sender; then returns when the attempts under way are
    /// done and recorded, within the total timeout and the database's. If this is dropped instead, they are abandoned,
    /// and due again when their lease ends.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let concurrency = usize::try_from(self.worker.settings.concurrency).unwrap_or(usize::MAX);
        let mut under_way = JoinSet::new();
        while !*stop.borrow() {
            let free = concurrency.saturating_sub(under_way.len());
            if free > 0 {
                match self.worker.claim(u32::try_from(free).unwrap_or(u32::MAX)).await {
                    Ok(deliveries) => self.worker.begin(deliveries, &mut under_way),
                    Err(error) => tracing::error!(%error, "can't look for webhooks that are due"),
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(done) = under_way.join_next() => {
                    note_panic(done);
                    // What has finished meanwhile is made up for by one claim.
                    while let Some(done) = under_way.try_join_next() {
                        note_panic(done);
                    }
                }
                () = self.wake.0.notified() => {}
                () = tokio::time::sleep(self.worker.settings.poll_interval) => {}
            }
        }
        while let Some(done) = under_way.join_next().await {
            note_panic(done);
        }
    }

    /// Attempts what is due now, once, as far as the limits allow; returns how many attempts were made.
    pub async fn deliver_due(&self) -> Result<usize, O::Error> {
        let deliveries = self.worker.claim(self.worker.settings.concurrency).await?;
        let attempts = deliveries.len();
        let mut under_way = JoinSet::new();
        self.worker.begin(deliveries, &mut under_way);
        while let Some(done) = under_way.join_next().await {
            note_panic(done);
        }
        Ok(attempts)
    }
}

impl<O: Outbox> Worker<O> {
    async fn claim(&self, limit: u32) -> Result<Vec<Delivery>, O::Error> {
        let now = self.clock.now();
        let claim = ClaimDeliveries {
            now,
            lease: LeaseId::new(random_uuid(&*self.rng)),
            lease_until: now + self.settings.lease(),
            limit,
            per_endpoint: self.settings.endpoint_concurrency,
            suspect_after: SUSPECT_AFTER,
        };
        self.outbox.claim_due(claim).await
    }

    fn begin(self: &Arc<Self>, deliveries: Vec<Delivery>, under_way: &mut JoinSet<()>) {
        for delivery in deliveries {
            let worker = Arc::clone(self);
            under_way.spawn(async move { worker.deliver(delivery).await });
        }
    }

    async fn deliver(&self, delivery: Delivery) {
        let attempt = self.sender.attempt(&delivery, self.clock.now()).await;
        let at = self.clock.now();
        let outcome = judge(&delivery, attempt, at, &*self.rng);
        log(&delivery, outcome);
        let record = Record {
            tenant_id: delivery.tenant_id,
            endpoint_id: delivery.endpoint_id,
            event_id: delivery.event_id,
            lease: delivery.lease,
            at,
            outcome,
        };
        match self.outbox.record(record).await {
            Ok(Recorded::Kept) => {}
            Ok(Recorded::LeaseLost) => tracing::debug!(
                tenant_id = %delivery.tenant_id,
                endpoint_id = %delivery.endpoint_id,
                event_id = %delivery.event_id,
                "an attempt ended after its lease; the webhook may arrive twice"
            ),
            Err(error) => tracing::error!(
                tenant_id = %delivery.tenant_id,
                endpoint_id = %delivery.endpoint_id,
                event_id = %delivery.event_id,
                %error,
                "what became of a webhook was not recorded; it may arrive twice"
            ),
        }
    }
}

/// Ids and codes only: a URL may hold a token, a body holds user ids.
fn log(delivery: &Delivery, outcome: Outcome) {
    let Delivery { tenant_id, endpoint_id, event_id, attempts, .. } = delivery;
    match outcome {
        Outcome::Delivered { status } => {
            tracing::debug!(%tenant_id, %endpoint_id, %event_id, attempts, status, "webhook delivered");
        }
        Outcome::Retry { failure, .. } => {
            let (code, status) = (failure.code(), failure.status());
            tracing::debug!(%tenant_id, %endpoint_id, %event_id, attempts, code, status, "webhook failed");
        }
        Outcome::Dead { failure, .. } => {
            let (code, status) = (failure.code(), failure.status());
            tracing::warn!(%tenant_id, %endpoint_id, %event_id, attempts, code, status, "webhook given up");
        }
        Outcome::Gone => {
            tracing::warn!(%tenant_id, %endpoint_id, %event_id, attempts, "webhook endpoint is gone, and disabled");
        }
    }
}

fn note_panic(done: Result<(), JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "an attempt at a webhook panicked; it is due again when its lease ends");
    }
}
