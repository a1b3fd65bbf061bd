//! What every handler is given.

use std::ops::Deref;
use std::sync::Arc;

use passgate_core::passgate::Passgate;
use passgate_webhooks::{DestinationPolicy, Fetcher};
use tokio::sync::watch;

use crate::console::ConsoleSettings;
use crate::metrics::Metrics;
use crate::rate_limit::{RateLimits, TenantLimits};
use crate::settings::Settings;
use crate::source_address::TrustedProxies;

/// The state of both routers. A clone is another handle of the same.
pub struct App<S>(Arc<Parts<S>>);

/// What it has.
pub struct Parts<S> {
    /// Everything that decides.
    pub passgate: Arc<Passgate<S>>,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How operators reach the admin API, without a slash at its end.
    pub admin_url: String,
    /// How the console is set up.
    pub console: ConsoleSettings,
    /// What is counted of requests.
    pub metrics: Metrics,
    /// How much strangers may ask for; none means without limit.
    pub rate_limits: Option<RateLimits>,
    /// How much strangers may ask of tenants that say so themselves.
    pub tenant_limits: TenantLimits,
    /// The proxies whose word on a request's source is believed.
    pub trusted_proxies: TrustedProxies,
    /// Where webhooks may go.
    pub webhook_destinations: DestinationPolicy,
    /// Fetches what tenants' domains host; none in a process that serves no console.
    pub fetcher: Option<Fetcher>,
    /// Says when the process stops: answers that would go on end then.
    pub stopping: watch::Receiver<bool>,
}

impl<S> Parts<S> {
    /// What the settings describe.
    pub(crate) fn new(
        passgate: Arc<Passgate<S>>,
        settings: &Settings,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            passgate,
            body_limit: settings.body_limit,
            admin_url: settings.admin_url.clone(),
            console: settings.console.clone(),
            metrics: Metrics::default(),
            rate_limits: settings
                .rate_limits
                .map(|(address, tenant)| RateLimits::per_second(address, tenant)),
            tenant_limits: TenantLimits::default(),
            trusted_proxies: settings.trusted_proxies.clone(),
            webhook_destinations: settings.webhook_destinations.clone(),
            fetcher: None,
            stopping,
        }
    }
}

impl<S> From<Parts<S>> for App<S> {
    fn from(parts: Parts<S>) -> Self {
        Self(Arc::new(parts))
    }
}

impl<S> Deref for App<S> {
    type Target = Parts<S>;

    fn deref(&self) -> &Parts<S> {
        &self.0
    }
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
