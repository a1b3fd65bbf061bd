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

use crate::client_info::ClientInfo;
use crate::clock::Clock;
use crate::error::{ApiError, ConfigError, Error, ResponseProblem, UnreachableKind};
use crate::repeat::Repeat;

const API_KEY: HeaderName = HeaderName::from_static("apikey");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The largest answer taken, in bytes, unless a call allows a larger one.
const LARGEST_ANSWER: usize = 1 << 20;
/// Shorter than any server's own idle timeout, so that a finalize is not sent into a connection that the
/// server is just closing: it could not be sent again.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// The way to one tenant's public API. Clones share connections.
#[derive(Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
    tenant_url: Url,
    /// Who every call is for.
    client: HeaderMap,
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
    largest_answer: usize,
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
        Self::new(Method::GET, path, None, Repeat::Harmless)
    }

    pub(crate) fn delete(path: &'a [&'a str]) -> Self {
        Self::new(Method::DELETE, path, None, Repeat::OnlyIfUnsent)
    }

    pub(crate) fn post(path: &'a [&'a str], body: &impl Serialize, repeat: Repeat) -> Self {
        Self::new(Method::POST, path, json(body), repeat)
    }

    pub(crate) fn patch(path: &'a [&'a str], body: &impl Serialize) -> Self {
        Self::new(Method::PATCH, path, json(body), Repeat::OnlyIfUnsent)
    }

    fn new(method: Method, path: &'a [&'a str], body: Option<Vec<u8>>, repeat: Repeat) -> Self {
        Self { method, path, query: Vec::new(), body, repeat, largest_answer: LARGEST_ANSWER }
    }

    pub(crate) fn query(mut self, name: &'static str, value: String) -> Self {
        self.query.push((name, value));
        self
    }

    /// Takes an answer of up to this many bytes.
    pub(crate) fn largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
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
        Error::from(ApiError {
            status: self.status.as_u16(),
            code: body.code,
            title: body.title,
            details: body.details,
            request_id: text(REQUEST_ID).map(str::to_owned),
            retry_after: text(header::RETRY_AFTER).and_then(|s| s.parse().ok()).map(Duration::from_secs),
            signal: body.signal,
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
        Ok(Self { http, tenant_url, client: HeaderMap::new(), total_timeout, clock })
    }

    /// The same way, for this person.
    pub(crate) fn on_behalf_of(&self, client: &ClientInfo) -> Self {
        Self { client: client.headers(), ..self.clone() }
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
        let mut request = self.http.request(call.method.clone(), self.url(call)).headers(self.client.clone());
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
            if body.len() + chunk.len() > call.largest_answer {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        let answer = Answer { status, headers, body };
        if status.is_success() { Ok(answer) } else { Err(answer.into_error()) }
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.tenant_url.clone();
        let mut path = url.path().trim_end_matches('/').to_owned();
        for segment in call.path {
            path.push('/');
            path.push_str(&percent_encoded(segment));
        }
        url.set_path(&path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        url
    }
}

/// One segment of a path (RFC 3986 §2.1). `Url`'s own way to add one drops tabs and line breaks, which a user's id
/// may have.
fn percent_encoded(segment: &str) -> String {
    let mut encoded = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for nibble in [byte >> 4, byte & 15] {
                encoded.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    encoded
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
