//! One HTTP request to the Passkey API, and its answer or a typed error.

use std::sync::Arc;
use std::time::Duration;

use passgate_api::ErrorBody;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep, timeout_at};
use url::{Host, Url};

use crate::clock::Clock;
use crate::error::{ApiError, ConfigError, Error, ResponseProblem, UnreachableKind};
use crate::repeat::Repeat;

const API_KEY: HeaderName = HeaderName::from_static("apikey");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LARGEST_BODY: usize = 1 << 20;
/// Shorter than any server's own idle timeout, so that a finalize is not sent into a connection that the
/// server is just closing: it could not be sent again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The way to one tenant's public API.
pub(crate) struct Transport {
    http: reqwest::Client,
    tenant_url: Url,
    total_timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// A request, before it is sent.
pub(crate) struct Call<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    repeat: Repeat,
}

/// A success.
pub(crate) struct Answer {
    status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: Vec<u8>,
}

impl<'a> Call<'a> {
    /// `path` is below the tenant's URL, segment by segment; they are percent-encoded.
    pub(crate) fn get(path: &'a [&'a str]) -> Self {
        Self { method: Method::GET, path, query: Vec::new(), body: None, repeat: Repeat::Harmless }
    }

    pub(crate) fn delete(path: &'a [&'a str]) -> Self {
        Self { method: Method::DELETE, path, query: Vec::new(), body: None, repeat: Repeat::OnlyIfUnsent }
    }

    pub(crate) fn post(path: &'a [&'a str], body: &impl Serialize, repeat: Repeat) -> Self {
        Self { method: Method::POST, path, query: Vec::new(), body: json(body), repeat }
    }

    pub(crate) fn patch(path: &'a [&'a str], body: &impl Serialize) -> Self {
        let repeat = Repeat::OnlyIfUnsent;
        Self { method: Method::PATCH, path, query: Vec::new(), body: json(body), repeat }
    }

    pub(crate) fn query(mut self, name: &'static str, value: String) -> Self {
        self.query.push((name, value));
        self
    }
}

/// `None` only for a map whose keys are no strings, which no type of the contract has.
fn json(body: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(body).ok()
}

impl Answer {
    /// The body as the contract's type.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|_| self.problem(ResponseProblem::BodyMalformed))
    }

    fn problem(&self, problem: ResponseProblem) -> Error {
        Error::InvalidResponse { status: self.status.as_u16(), problem }
    }

    fn into_error(self) -> Error {
        let Ok(body) = serde_json::from_slice::<ErrorBody>(&self.body) else {
            return self.problem(ResponseProblem::NotAnErrorDocument);
        };
        let text = |name| self.headers.get(name).and_then(|value| value.to_str().ok());
        Error::Api(ApiError {
            status: self.status.as_u16(),
            code: body.code,
            title: body.title,
            details: body.details,
            request_id: text(REQUEST_ID).map(str::to_owned),
            retry_after: text(header::RETRY_AFTER).and_then(|s| s.parse().ok()).map(Duration::from_secs),
        })
    }
}

impl Transport {
    pub(crate) fn new(
        tenant_url: Url,
        api_key: HeaderValue,
        connect_timeout: Duration,
        total_timeout: Duration,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let mut headers = HeaderMap::new();
        // Sent to the endpoints that need none too: it exempts a backend from per-address limits.
        headers.insert(API_KEY, api_key);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("passgate-client/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(IDLE_TIMEOUT);
        if tenant_url.scheme() == "http" {
            // Without TLS a machine without CA certificates is no reason to fail.
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(&tenant_url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| ConfigError::HttpClient(error.to_string()))?;
        Ok(Self { http, tenant_url, total_timeout, clock })
    }

    /// Sends `call`, again where that is safe, within the total timeout.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.total_timeout;
        for tries in 1.. {
            let outcome = timeout_at(deadline, self.attempt(&call)).await;
            let error = match outcome {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(Error::Unreachable { kind: UnreachableKind::Timeout, source: None }),
            };
            let jitter = self.clock.unix_time().subsec_micros();
            match call.repeat.pause(&error, tries, jitter) {
                Some(pause) if Instant::now() + pause < deadline => sleep(pause).await,
                _ => return Err(error),
            }
        }
        Err(Error::Unreachable { kind: UnreachableKind::Timeout, source: None })
    }

    async fn attempt(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let mut request = self.http.request(call.method.clone(), self.url(call));
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
        }
        let mut response = request.send().await.map_err(unanswered)?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let too_large =
            Error::InvalidResponse { status: status.as_u16(), problem: ResponseProblem::BodyTooLarge };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken_off)? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Answer { status, headers, body };
        if status.is_success() { Ok(answer) } else { Err(answer.into_error()) }
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.tenant_url.clone();
        // An http URL always has a path to extend.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(call.path);
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn unanswered(error: reqwest::Error) -> Error {
    let kind = if error.is_connect() { UnreachableKind::Connect } else { UnreachableKind::Interrupted };
    unreachable(kind, error)
}

fn broken_off(error: reqwest::Error) -> Error {
    unreachable(UnreachableKind::Interrupted, error)
}

fn unreachable(kind: UnreachableKind, error: reqwest::Error) -> Error {
    // The URL may name a user.
    Error::Unreachable { kind, source: Some(Arc::new(error.without_url())) }
}
