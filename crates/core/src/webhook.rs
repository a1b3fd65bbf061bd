//! Webhooks: where a tenant wants to hear of events, and what became of each delivery.
//!
//! An event is stored in the commit of what it reports, with a delivery for each endpoint that wants to hear of it. From
//! there on a delivery is pending until it is delivered or dead. Who attempts one holds a lease of it.

use crate::clock::Timestamp;
use crate::event::EventType;
use crate::ids::{EndpointId, EventId, LeaseId, TenantId};
use crate::server_secret::Sealed;
use crate::text::Text;

/// Where a tenant wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its URL, checked by whoever delivers.
    pub url: Text<1, 2048>,
    /// What people know it by.
    pub description: Text<0, 256>,
    /// Of what it wants to hear; of everything if empty.
    pub events: Vec<EventType>,
    /// Whether it hears.
    pub state: EndpointState,
    /// How often in a row attempts have failed.
    pub failures: u32,
    /// Until when it is left alone after failures.
    pub paused_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The most endpoints a tenant may have.
pub const MAX_ENDPOINTS: u32 = 20;

/// Whether an endpoint hears of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointState {
    /// It does.
    Enabled,
    /// It was switched off.
    Disabled,
    /// Its receiver answered that it is gone for good; to be switched on by hand.
    Gone,
}

impl EndpointState {
    /// The state as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Gone => "gone",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled, Self::Gone].into_iter().find(|state| state.as_str() == name)
    }
}

/// A secret that an endpoint's receiver shares with us, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecret {
    /// Its tenant.
    pub tenant_id: TenantId,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// When it was made, which tells it from others of the endpoint.
    pub created_at: Timestamp,
    /// When it signs no longer; none for the newest.
    pub expires_at: Option<Timestamp>,
    /// The secret.
    pub sealed: Sealed,
}

/// What of an endpoint changes; what is none stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointChange {
    /// Its URL.
    pub url: Option<Text<1, 2048>>,
    /// What people know it by.
    pub description: Option<Text<0, 256>>,
    /// Of what it wants to hear.
    pub events: Option<Vec<EventType>>,
    /// Whether it hears. Switching it on ends its pause.
    pub state: Option<EndpointState>,
}

/// What became of a new endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointInserted {
    /// It is stored.
    Stored,
    /// The tenant has [`MAX_ENDPOINTS`].
    TooMany,
    /// The tenant does not exist.
    UnknownTenant,
}

/// Where a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// It will be attempted.
    Pending,
    /// The receiver has it.
    Delivered,
    /// It was given up, until it is redelivered by hand.
    Dead,
}

impl DeliveryStatus {
    /// The status as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The inverse of [`Self::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|status| status.as_str() == name)
    }
}

/// One event for one endpoint, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The event.
    pub event_id: EventId,
    /// Its type.
    pub kind: EventType,
    /// What the receiver is sent.
    pub body: String,
    /// Where it is.
    pub status: DeliveryStatus,
    /// How many attempts were begun since it became due first, or by hand.
    pub attempts: u32,
    /// When the next attempt is due, while it is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// What the last attempt was answered with.
    pub last_status: Option<u16>,
    /// Why the last attempt failed: a code.
    pub last_failure: Option<String>,
    /// When the last attempt ended.
    pub last_attempt_at: Option<Timestamp>,
    /// When the event happened.
    pub created_at: Timestamp,
}

/// A request for deliveries that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimDeliveries {
    /// Now.
    pub now: Timestamp,
    /// The new lease's id.
    pub lease: LeaseId,
    /// When the lease ends, and what was not recorded is due again.
    pub lease_until: Timestamp,
    /// How many deliveries to return at most.
    pub limit: u32,
    /// How many deliveries of one endpoint may be under lease at once, those of other processes included.
    pub per_endpoint: u32,
    /// Endpoints that have failed at least this often in a row may have one delivery under lease.
    pub suspect_after: u32,
}

/// A delivery under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedDelivery {
    /// The tenant.
    pub tenant_id: TenantId,
    /// Where to.
    pub endpoint_id: EndpointId,
    /// What.
    pub event_id: EventId,
    /// The endpoint's URL.
    pub url: Text<1, 2048>,
    /// The secrets that sign at the time of the claim, the newest first.
    pub secrets: Vec<Sealed>,
    /// What the receiver is sent.
    pub body: String,
    /// How many attempts were begun, this one included.
    pub attempts: u32,
    /// When the first of those attempts was claimed.
    pub first_attempt_at: Timestamp,
    /// How often in a row attempts at any delivery to this endpoint have failed.
    pub endpoint_failures: u32,
}

/// What became of a delivery under lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordDelivery {
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
    pub outcome: DeliveryOutcome,
    /// A failure at an endpoint that has failed ever since this moment makes dead letters of its pending deliveries that
    /// became due before it as well: it may have been left alone for so long that they were never attempted.
    pub give_up_before: Timestamp,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver has it. The endpoint's failures in a row, and its pause, are over.
    Delivered {
        /// The status it answered with.
        status: u16,
    },
    /// It is to be attempted again. The endpoint has one more failure in a row.
    Retry {
        /// Why it failed.
        failure: DeliveryFailure,
        /// When it is due.
        next_attempt_at: Timestamp,
        /// Until when the endpoint is to be left alone; a later moment that is stored stays.
        pause_endpoint_until: Option<Timestamp>,
    },
    /// It is given up. The endpoint has one more failure in a row.
    Dead {
        /// Why the last attempt failed.
        failure: DeliveryFailure,
        /// Until when the endpoint is to be left alone; a later moment that is stored stays.
        pause_endpoint_until: Option<Timestamp>,
    },
    /// The receiver answered 410: it is given up, and the endpoint is [`EndpointState::Gone`].
    Gone,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryFailure {
    /// A stable code.
    pub code: &'static str,
    /// What the receiver answered with, if it did.
    pub status: Option<u16>,
}

/// Whether a record was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was.
    Kept,
    /// The delivery is not under this lease any more: the lease ended and another process took it, it was redelivered
    /// by hand, or its endpoint or tenant was deleted. Nothing was changed.
    LeaseLost,
}

/// What a sealed webhook secret is bound to.
#[must_use]
pub fn seal_context(tenant_id: TenantId, endpoint_id: EndpointId) -> Vec<u8> {
    let mut context = b"webhook secret v1".to_vec();
    context.extend_from_slice(tenant_id.as_uuid().as_bytes());
    context.extend_from_slice(endpoint_id.as_uuid().as_bytes());
    context
}
