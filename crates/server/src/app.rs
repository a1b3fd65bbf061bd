//! What every handler is given.

use std::sync::Arc;

use passgate_core::passgate::Passgate;

/// The state of both routers. Cheap to clone.
pub struct App<S> {
    /// Everything that decides.
    pub passgate: Arc<Passgate<S>>,
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How operators reach the admin API, without a slash at its end.
    pub admin_url: String,
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            passgate: Arc::clone(&self.passgate),
            body_limit: self.body_limit,
            admin_url: self.admin_url.clone(),
        }
    }
}
