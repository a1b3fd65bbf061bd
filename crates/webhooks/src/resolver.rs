//! From a receiver's name to the addresses that a connection may be made to.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolving};
use tokio::sync::Semaphore;

use crate::destination::DestinationPolicy;

/// How many names are looked up at once. Look-ups block a thread each, also those that nobody waits for any more.
const CONCURRENT_LOOKUPS: usize = 32;

/// The addresses of a name.
pub type Resolution = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of names.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a host name, the preferred first.
    fn resolve(&self, host: &str) -> Resolution;
}

/// The operating system's resolver, with its configuration, its hosts file and its cache.
#[derive(Debug, Clone)]
pub struct SystemResolver {
    lookups: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { lookups: Arc::new(Semaphore::new(CONCURRENT_LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Resolution {
        let host = host.to_owned();
        let lookups = Arc::clone(&self.lookups);
        Box::pin(async move {
            let permit = lookups.acquire_owned().await.map_err(io::Error::other)?;
            let lookup = tokio::task::spawn_blocking(move || {
                // Given back when the thread is free, which may be long after the attempt has timed out.
                let _permit = permit;
                Ok((host.as_str(), 0).to_socket_addrs()?.map(|address| address.ip()).collect())
            });
            lookup.await.map_err(io::Error::other)?
        })
    }
}

/// A name has no address that may be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("none of the name's addresses may be connected to")]
pub(crate) struct NoPermittedAddress;

/// A name has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name could not be resolved: {0}")]
pub(crate) struct Unresolved(#[source] io::Error);

/// The one resolver that the HTTP client has. It asks once for each connection and hands on what may be connected to,
/// so that what was checked is what is connected to.
pub(crate) struct PermittedAddresses {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) policy: Arc<DestinationPolicy>,
}

impl reqwest::dns::Resolve for PermittedAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let resolution = self.resolver.resolve(name.as_str());
        let policy = Arc::clone(&self.policy);
        Box::pin(async move {
            let addresses = resolution.await.map_err(Unresolved)?;
            if addresses.is_empty() {
                return Err(Unresolved(io::ErrorKind::NotFound.into()).into());
            }
            let permitted: Vec<SocketAddr> = addresses
                .into_iter()
                .filter(|address| policy.permits(*address))
                // The client puts the URL's port in place of 0.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if permitted.is_empty() {
                return Err(NoPermittedAddress.into());
            }
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}
