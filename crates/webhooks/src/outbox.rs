//! What delivery asks of a database: whole decisions, in the domain's words.
//!
//! An event is stored in the commit of what it reports, with a delivery for each endpoint of its tenant that wants to
//! hear of it. From there on a delivery is pending until it is delivered or dead. While a process attempts one it holds
//! a lease of it; when that ends without a record (the process was killed), the delivery is due again. So each arrives
//! at least once, in no promised order, and may arrive more than once.

use std::future::Future;

use passgate_core::clock::Timestamp;

use crate::attempt::AttemptFailure;
use crate::endpoint_url::EndpointUrl;
use crate::signing_secret::SigningSecret;
use passgate_core::ids::{EndpointId, EventId, LeaseId, TenantId};
use passgate_core::webhook::{ClaimDeliveries, Recorded};

/// A delivery under lease: one event for one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Where to.
    pub endpoint_id: EndpointId,
    /// What.
    pub event_id: EventId,
    /// The claim that this belongs to.
    pub lease: LeaseId,
    /// The endpoint's URL, as of the claim.
    pub url: EndpointUrl,
    /// What signs, as of the claim; several while one is being replaced. With none, nothing is sent.
    pub secrets: Vec<SigningSecret>,
    /// The event's body ([`Event::to_body`](passgate_core::event::Event::to_body)).
    pub body: String,
    /// How many attempts were begun since it became due first, or by hand; this one included, so at least 1.
    pub attempts: u32,
    /// When the first of those attempts was claimed.
    pub first_attempt_at: Timestamp,
    /// How often in a row attempts at any delivery to this endpoint have failed.
    pub endpoint_failures: u32,
}

/// What became of a delivery under lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Where to.
    pub endpoint_id: EndpointId,
    /// What.
    pub event_id: EventId,
    /// The claim that the attempt belonged to.
    pub lease: LeaseId,
    /// When the attempt ended.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it. The endpoint's failures in a row, and its pause, are over.
    Delivered {
        /// The status, 200 to 299.
        status: u16,
    },
    /// It is to be attempted again. The endpoint has one more failure in a row.
    Retry {
        /// Why it failed.
        failure: AttemptFailure,
        /// When it is due.
        next_attempt_at: Timestamp,
        /// Until when the endpoint is to be left alone; a later moment that is stored stays.
        pause_endpoint_until: Option<Timestamp>,
    },
    /// It is given up: a dead letter, until it is redelivered by hand. The endpoint has one more failure in a row.
    Dead {
        /// Why the last attempt failed.
        failure: AttemptFailure,
        /// Until when the endpoint is to be left alone; a later moment that is stored stays.
        pause_endpoint_until: Option<Timestamp>,
    },
    /// The receiver answered 410: it is a dead letter, and the endpoint is disabled until it is enabled by hand.
    Gone,
}

/// The outbox of a database. Each method is atomic, and durable when it returns.
pub trait Outbox: Send + Sync + 'static {
    /// The database failed.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Leases deliveries that are due: pending, of an endpoint that is neither disabled nor paused, their next attempt
    /// not later than `now`, and not under a lease that still holds. Of one endpoint the longest due come first, and no
    /// more than it may still have; no endpoint keeps another's from being found.
    ///
    /// Each leased delivery has one more attempt, has its first attempt at `now` if it had none, and is due again at
    /// [`ClaimDeliveries::lease_until`]. Of two claims at once, one gets it.
    fn claim_due(
        &self,
        claim: ClaimDeliveries,
    ) -> impl Future<Output = Result<Vec<Delivery>, Self::Error>> + Send;

    /// Records what became of a delivery, if it is still under the record's lease, whether or not that has ended, and
    /// what it means for its endpoint.
    ///
    /// A failure at an endpoint that has failed ever since [`GIVE_UP_AFTER`](crate::GIVE_UP_AFTER) before makes dead
    /// letters of all its pending deliveries, not under lease, that became due so long ago as well: it may have been
    /// paused for so long that they were never attempted.
    fn record(&self, record: Record) -> impl Future<Output = Result<Recorded, Self::Error>> + Send;
}
