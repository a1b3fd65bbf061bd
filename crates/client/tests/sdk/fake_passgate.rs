//! An HTTP server on loopback that answers as it is told and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};
use passgate_client::{Clock, SecretString, Tenant, TenantBuilder, TenantConfig};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::signing_key::SigningKey;

pub(crate) const TENANT_ID: &str = "9f0c1b4e-7f1d-4a53-9a53-0c1f6f6c3b11";
pub(crate) const API_KEY: &str = "pgk_secret";
pub(crate) const RP_ID: &str = "localhost";
/// When every test begins: seconds since the Unix epoch.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) struct FakePassgate {
    pub(crate) url: String,
    pub(crate) clock: TestClock,
    script: Arc<Script>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Script {
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    requests: Mutex<Vec<Request>>,
    asked: Notify,
}

#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    delay: Duration,
}

#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Method and path below the tenant: `POST /login/initialize`.
    pub(crate) route: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
}

#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl Clock for TestClock {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(NOW + self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, body.to_string())
    }

    pub(crate) fn bytes(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), delay: Duration::ZERO }
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::json(status, &json!({ "title": "Title", "details": "Details", "status": status, "code": code }))
    }

    pub(crate) fn token(token: &str) -> Self {
        Self::json(200, &json!({ "token": token }))
    }

    pub(crate) fn jwks(keys: &[&SigningKey]) -> Self {
        let keys: Vec<&Value> = keys.iter().map(|key| &key.jwk).collect();
        Self::json(200, &json!({ "keys": keys })).header("cache-control", "max-age=600")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(present, _)| *present != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl FakePassgate {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { url, clock: TestClock::default(), script, server }
    }

    /// With one key in its JWKS.
    pub(crate) async fn with_key(key: &SigningKey) -> Self {
        let passgate = Self::start().await;
        passgate.says("GET /.well-known/jwks.json", [Answer::jwks(&[key])]);
        passgate
    }

    /// From now on `route` (method and path below the tenant) is answered so, the last answer for ever.
    pub(crate) fn says(&self, route: &str, answers: impl IntoIterator<Item = Answer>) {
        let answers = answers.into_iter().collect();
        self.script.answers.lock().expect("no panic").insert(route.to_owned(), answers);
    }

    pub(crate) fn requests(&self, route: &str) -> Vec<Request> {
        self.all_requests().into_iter().filter(|request| request.route == route).collect()
    }

    pub(crate) fn all_requests(&self) -> Vec<Request> {
        self.script.requests.lock().expect("no panic").clone()
    }

    /// Waits until `route` has been asked for.
    #[cfg(feature = "axum")]
    pub(crate) async fn is_asked(&self, route: &str) {
        let asked = async {
            loop {
                let again = self.script.asked.notified();
                if !self.requests(route).is_empty() {
                    return;
                }
                again.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), asked).await.expect(route);
    }

    pub(crate) fn fetches(&self) -> usize {
        self.requests("GET /.well-known/jwks.json").len()
    }

    pub(crate) fn config(&self) -> TenantConfig {
        TenantConfig {
            base_url: self.url.clone(),
            tenant_id: TENANT_ID.to_owned(),
            api_key: SecretString::new(API_KEY),
            rp_id: RP_ID.to_owned(),
        }
    }

    pub(crate) fn builder(&self) -> TenantBuilder {
        Tenant::builder(self.config()).clock(self.clock.clone())
    }

    pub(crate) fn tenant(&self) -> Tenant {
        self.builder().build().expect("a valid configuration")
    }

    /// The claims of a good token for `purpose`.
    pub(crate) fn claims(&self, purpose: &str) -> Value {
        json!({
            "iss": format!("{}/{TENANT_ID}", self.url),
            "sub": "user-1",
            "aud": [RP_ID],
            "iat": NOW,
            "exp": NOW + 300,
            "purpose": purpose,
            "cred": "Y3JlZC0x",
            "uv": true,
            "jti": "token-1",
        })
    }
}

impl Drop for FakePassgate {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().strip_prefix(&format!("/{TENANT_ID}")).unwrap_or("(outside the tenant)");
    let request = Request {
        route: format!("{method} {path}"),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        text: String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = {
        let mut answers = script.answers.lock().expect("no panic");
        match answers.get_mut(&request.route) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        }
    };
    script.requests.lock().expect("no panic").push(request);
    script.asked.notify_waiters();
    let answer = answer.unwrap_or_else(|| Answer::error(404, "route_not_found"));
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).expect("a status");
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value.parse().expect("a header value"));
    }
    response
}
