//! What an operator may set about delivery.

use std::time::Duration;

use crate::destination::DestinationPolicy;

/// How webhooks are delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySettings {
    /// Where they may go.
    pub destinations: DestinationPolicy,
    /// Which authorities may vouch for receivers.
    pub trusted_roots: TrustedRoots,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub connect_timeout: Duration,
    /// How long a receiver has to answer, connecting included.
    pub total_timeout: Duration,
    /// How many attempts are made at once.
    pub concurrency: u32,
    /// How many attempts at one endpoint are made at once, by all processes together.
    pub endpoint_concurrency: u32,
    /// How often due deliveries are looked for, besides when told that there are some.
    pub poll_interval: Duration,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            destinations: DestinationPolicy::default(),
            trusted_roots: TrustedRoots::System,
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            concurrency: 128,
            endpoint_concurrency: 4,
            poll_interval: Duration::from_secs(1),
        }
    }
}

impl DeliverySettings {
    /// How long a delivery is kept from other processes: long enough for one attempt and its record, with time to
    /// spare, since it is delivered twice otherwise.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.total_timeout * 2 + Duration::from_secs(30)
    }
}

/// Which authorities may vouch for receivers' certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrustedRoots {
    /// The operating system's.
    System,
    /// These certificates alone, in DER.
    Only(Vec<Vec<u8>>),
}
