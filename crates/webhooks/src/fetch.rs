//! Fetching what a tenant's domain hosts, behind the same guards as webhooks: a tenant's name must not reach what only
//! this machine can.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use tokio::time::timeout;

use crate::attempt::{AttemptFailure, BuildError, client, failure};
use crate::destination::DestinationPolicy;
use crate::endpoint_url::EndpointUrl;
use crate::resolver::Resolve;
use crate::settings::TrustedRoots;

/// As what Passgate introduces itself.
const USER_AGENT: &str = "Passgate";

/// How documents are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchSettings {
    /// Where they may be.
    pub destinations: DestinationPolicy,
    /// Which authorities may vouch for their hosts.
    pub trusted_roots: TrustedRoots,
    /// Which port `https` means where a URL names none. Tests have another than 443.
    pub port: u16,
    /// How long an answer may take, to its end.
    pub total_timeout: Duration,
    /// How many bytes of an answer are read.
    pub limit: usize,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            destinations: DestinationPolicy::default(),
            trusted_roots: TrustedRoots::System,
            port: 443,
            total_timeout: Duration::from_secs(10),
            limit: 64 << 10,
        }
    }
}

/// Fetches documents. Redirections are not followed.
pub struct Fetcher {
    http: reqwest::Client,
    settings: FetchSettings,
}

/// What a host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// With which status.
    pub status: u16,
    /// What it said that the answer is.
    pub content_type: Option<String>,
    /// The answer; none if it is longer than it may be.
    pub body: Option<Vec<u8>>,
}

impl Fetcher {
    /// With a resolver of names.
    pub fn new(settings: FetchSettings, resolver: Arc<dyn Resolve>) -> Result<Self, BuildError> {
        let policy = Arc::new(settings.destinations.clone());
        let builder = client(policy, resolver, settings.total_timeout, &settings.trusted_roots)?;
        let http = builder.user_agent(USER_AGENT).build().map_err(BuildError)?;
        Ok(Self { http, settings })
    }

    /// Gets a document. It may be asked for anything that a tenant names.
    pub async fn get(&self, url: &EndpointUrl) -> Result<Fetched, AttemptFailure> {
        self.settings.destinations.check(url).map_err(|_| AttemptFailure::DestinationForbidden)?;
        timeout(self.settings.total_timeout, self.answer(url)).await.unwrap_or(Err(AttemptFailure::TimedOut))
    }

    async fn answer(&self, url: &EndpointUrl) -> Result<Fetched, AttemptFailure> {
        let mut url = url.as_url().clone();
        if url.port().is_none() {
            // An https URL has a host, and so takes a port.
            let _ = url.set_port(Some(self.settings.port));
        }
        let request = self.http.get(url).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|error| failure(&error))?;
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let mut body = Some(Vec::new());
        while let Some(read) = &mut body
            && let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))?
        {
            read.extend_from_slice(&chunk);
            if read.len() > self.settings.limit {
                body = None;
            }
        }
        Ok(Fetched { status: response.status().as_u16(), content_type, body })
    }
}
