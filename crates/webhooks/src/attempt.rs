//! One attempt: one request to one receiver.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use passgate_core::clock::Timestamp;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Certificate, Response, redirect, retry};
use tokio::time::timeout;

use crate::destination::DestinationPolicy;
use crate::outbox::Delivery;
use crate::resolver::{NoPermittedAddress, PermittedAddresses, Resolve, Unresolved};
use crate::retry_after;
use crate::settings::{DeliverySettings, TrustedRoots};
use crate::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};

/// As what Passgate introduces itself to receivers.
const USER_AGENT: &str = "Passgate-Webhooks";

/// How much of an answer's body is read, in bytes, and for how long. It is thrown away: that a receiver gets rid of it
/// is politeness, and what it says would be a stranger's text in our log, or another service's in a tenant's.
const DISCARDED_BODY: usize = 4096;
const DISCARD_TIME: Duration = Duration::from_secs(1);

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttemptFailure {
    /// The URL may not be used, or none of the addresses that its name has.
    #[error("webhooks do not go to this destination")]
    DestinationForbidden,
    /// The endpoint has no secret that could be opened.
    #[error("there is no secret to sign with")]
    SecretMissing,
    /// The name has no address.
    #[error("the name could not be resolved")]
    NameUnresolved,
    /// No connection could be made.
    #[error("no connection could be made")]
    ConnectionFailed,
    /// The receiver's certificate is not to be trusted, or TLS could not be agreed on.
    #[error("TLS could not be established")]
    TlsFailed,
    /// There was no answer in time.
    #[error("there was no answer in time")]
    TimedOut,
    /// The connection ended before there was an answer, or the answer was no HTTP.
    #[error("the connection ended without an answer")]
    Interrupted,
    /// The receiver answered with a status outside 200 to 299. Redirections are not followed.
    #[error("the receiver answered {0}")]
    Status(u16),
}

impl AttemptFailure {
    /// The stable code, as it is stored and shown.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::DestinationForbidden => "destination_forbidden",
            Self::SecretMissing => "secret_missing",
            Self::NameUnresolved => "name_unresolved",
            Self::ConnectionFailed => "connection_failed",
            Self::TlsFailed => "tls_failed",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Status(_) => "status",
        }
    }

    /// The status that the receiver answered with.
    #[must_use]
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) => Some(status),
            Self::DestinationForbidden
            | Self::SecretMissing
            | Self::NameUnresolved
            | Self::ConnectionFailed
            | Self::TlsFailed
            | Self::TimedOut
            | Self::Interrupted => None,
        }
    }
}

/// What a receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long the receiver wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

/// The HTTP client can't be made, as where the machine has no CA certificates.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for tenants' URLs can't be made: {0}")]
pub struct BuildError(#[source] pub(crate) reqwest::Error);

/// A client that connects to no address but those that the policy permits.
pub(crate) fn client(
    policy: Arc<DestinationPolicy>,
    resolver: Arc<dyn Resolve>,
    connect_timeout: Duration,
    trusted_roots: &TrustedRoots,
) -> Result<reqwest::ClientBuilder, BuildError> {
    let builder = reqwest::Client::builder()
        .http1_only()
        // A proxy would resolve the name again, and connect wherever it likes.
        .no_proxy()
        // Each of these would be a second request, to somewhere that was not checked.
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // A connection is used once, so that each attempt goes to an address that the name has now.
        .pool_max_idle_per_host(0)
        .connect_timeout(connect_timeout)
        .dns_resolver(PermittedAddresses { resolver, policy });
    Ok(match trusted_roots {
        TrustedRoots::System => builder,
        TrustedRoots::Only(certificates) => {
            let certificates: Result<Vec<_>, _> =
                certificates.iter().map(|der| Certificate::from_der(der)).collect();
            builder.tls_certs_only(certificates.map_err(BuildError)?)
        }
    })
}

/// Makes attempts.
pub(crate) struct Sender {
    http: reqwest::Client,
    policy: Arc<DestinationPolicy>,
    total_timeout: Duration,
}

impl Sender {
    pub(crate) fn new(settings: &DeliverySettings, resolver: Arc<dyn Resolve>) -> Result<Self, BuildError> {
        let policy = Arc::new(settings.destinations.clone());
        let builder =
            client(Arc::clone(&policy), resolver, settings.connect_timeout, &settings.trusted_roots)?;
        let http = builder.user_agent(USER_AGENT).build().map_err(BuildError)?;
        Ok(Self { http, policy, total_timeout: settings.total_timeout })
    }

    /// Sends the delivery's event, signed as of `now`.
    pub(crate) async fn attempt(
        &self,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<Answer, AttemptFailure> {
        // Addresses that the URL itself names never come to the resolver.
        self.policy.check(&delivery.url).map_err(|_| AttemptFailure::DestinationForbidden)?;
        if delivery.secrets.is_empty() {
            return Err(AttemptFailure::SecretMissing);
        }
        let request = self
            .http
            .post(delivery.url.as_url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ID_HEADER, delivery.event_id.to_string())
            .header(TIMESTAMP_HEADER, now.as_seconds().to_string())
            .header(SIGNATURE_HEADER, sign(delivery.event_id, now, &delivery.body, &delivery.secrets))
            .body(delivery.body.clone());
        let response = timeout(self.total_timeout, request.send())
            .await
            .map_err(|_| AttemptFailure::TimedOut)?
            .map_err(|error| failure(&error))?;
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after::parse(value, now));
        let answer = Answer { status: response.status().as_u16(), retry_after };
        // The status is the answer. A body that doesn't end changes nothing.
        let _ = timeout(DISCARD_TIME, discard(response)).await;
        Ok(answer)
    }
}

async fn discard(mut response: Response) {
    let mut discarded = 0;
    while discarded < DISCARDED_BODY
        && let Ok(Some(chunk)) = response.chunk().await
    {
        discarded += chunk.len();
    }
}

pub(crate) fn failure(error: &reqwest::Error) -> AttemptFailure {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NoPermittedAddress>() {
            return AttemptFailure::DestinationForbidden;
        }
        if inner.is::<Unresolved>() {
            return AttemptFailure::NameUnresolved;
        }
        if error.is_connect() && inner.downcast_ref::<io::Error>().is_some_and(is_of_tls) {
            return AttemptFailure::TlsFailed;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        AttemptFailure::TimedOut
    } else if error.is_connect() {
        AttemptFailure::ConnectionFailed
    } else {
        AttemptFailure::Interrupted
    }
}

/// Whether a handshake failed: that is reported as invalid data, and wrapped as another error of IO, whose `source()`
/// passes over what it wraps.
fn is_of_tls(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
        || error.get_ref().and_then(|inner| inner.downcast_ref()).is_some_and(is_of_tls)
}
