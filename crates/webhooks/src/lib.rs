//! Webhooks: what Passgate tells an app of its own accord, by Standard Webhooks (specification 1.0.0).
//!
//! [`passgate_core::event`] is what receivers see; [`Deliverer`] brings it to them, signed, at least once, from an [`Outbox`] that
//! the database keeps. Where it may go is for [`DestinationPolicy`] to say: URLs are tenants' choice, and this machine
//! may reach what a tenant must not.

mod attempt;
mod deliverer;
mod destination;
mod endpoint_url;
mod fetch;
mod outbox;
mod resolver;
mod retry_after;
mod schedule;
mod settings;
mod signature;
mod signing_secret;

pub use passgate_core::ids::{EndpointId, EventId, LeaseId};

pub use attempt::{AttemptFailure, BuildError};
pub use deliverer::{Deliverer, Wake};
pub use destination::{DestinationPolicy, ForbiddenDestination, PlainHttp};
pub use endpoint_url::{EndpointUrl, InvalidEndpointUrl};
pub use fetch::{FetchSettings, Fetched, Fetcher};
pub use outbox::{Delivery, Outbox, Outcome, Record};
pub use resolver::{Resolution, Resolve, SystemResolver};
pub use schedule::{GIVE_UP_AFTER, SUSPECT_AFTER};
pub use settings::{DeliverySettings, TrustedRoots};
pub use signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
pub use signing_secret::{InvalidSigningSecret, SigningSecret};

/// The code that the guide shows to apps' developers has to compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/webhooks.md")]
struct Guide;
