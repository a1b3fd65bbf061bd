//! What every handler is given.

use std::sync::Arc;

use passgate_core::passgate::Passgate;
use passgate_webhooks::DestinationPolicy;

use crate::metrics::Metrics;
use crate::rate_limit::RateLimits;
use crate::settings::Settings;
use crate::source_address::TrustedProxies;

/// The state of both routers. Cheap to clone.
pub struct App<S> {
    /// Everything that decides.
    pub passgate: Arc<Passgate<S>>,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How operators reach the admin API, without a slash at its end.
    pub admin_url: String,
    /// What is counted of requests.
    pub metrics: Arc<Metrics>,
    /// How much strangers may ask for; none means without limit.
    pub rate_limits: Option<Arc<RateLimits>>,
    /// The proxies whose word on a request's source is believed.
    pub trusted_proxies: TrustedProxies,
    /// Where webhooks may go.
    pub webhook_destinations: DestinationPolicy,
}

impl<S> App<S> {
    /// The state that the settings describe.
    pub(crate) fn new(passgate: Arc<Passgate<S>>, settings: &Settings) -> Self {
        Self {
            passgate,
            body_limit: settings.body_limit,
            admin_url: settings.admin_url.clone(),
            metrics: Arc::default(),
            rate_limits: settings
                .rate_limits
                .map(|(address, tenant)| Arc::new(RateLimits::per_second(address, tenant))),
            trusted_proxies: settings.trusted_proxies.clone(),
            webhook_destinations: settings.webhook_destinations.clone(),
        }
    }
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            passgate: Arc::clone(&self.passgate),
            body_limit: self.body_limit,
            admin_url: self.admin_url.clone(),
            metrics: Arc::clone(&self.metrics),
            rate_limits: self.rate_limits.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            webhook_destinations: self.webhook_destinations.clone(),
        }
    }
}
