//! The app over real HTTP, as its pages call it, beside a Passgate that accepts whatever it gets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use data_encoding::BASE64URL_NOPAD;
use passgate_client::{Clock, SecretString, Tenant, TenantConfig};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::App;
use crate::routes;

const FRONTEND: &str = "http://localhost:5173";
const TENANT_ID: &str = "9f0c1b4e-7f1d-4a53-9a53-0c1f6f6c3b11";
const JOHN: &str = "5cf9ee9f-1f6e-4b1c-9d8e-6a5f5b0d6a01";
const SERGIO: &str = "b1c2b5a4-0d5c-4a63-8f0e-3f4a9d1c7e02";

/// Stands still until told to move.
#[derive(Clone, Default)]
pub(crate) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn unix_time(&self) -> Duration {
        Duration::from_secs(1_800_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// A Passgate that takes every ceremony for `user_id`'s.
struct Passgate {
    url: String,
    clock: TestClock,
    key: EcdsaKeyPair,
    user_id: Mutex<&'static str>,
    removed: Mutex<Vec<String>>,
}

impl Passgate {
    async fn start(clock: TestClock) -> Arc<Self> {
        let (listener, url) = listen().await;
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let (user_id, removed) = (Mutex::new(JOHN), Mutex::default());
        let passgate = Arc::new(Self { url, clock, key, user_id, removed });
        let router = Router::new()
            .route("/{tenant}/.well-known/jwks.json", get(jwks))
            .route("/{tenant}/{ceremony}/initialize", post(initialize))
            .route("/{tenant}/{ceremony}/finalize", post(finalize))
            .route("/{tenant}/credentials/{id}", delete(remove))
            .with_state(Arc::clone(&passgate));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        passgate
    }
}

async fn jwks(State(passgate): State<Arc<Passgate>>) -> Json<Value> {
    let point = passgate.key.public_key().as_ref();
    let (x, y) = (BASE64URL_NOPAD.encode(&point[1..33]), BASE64URL_NOPAD.encode(&point[33..]));
    let key =
        json!({ "kty": "EC", "use": "sig", "alg": "ES256", "kid": "k", "crv": "P-256", "x": x, "y": y });
    Json(json!({ "keys": [key] }))
}

async fn initialize(Json(body): Json<Value>) -> Json<Value> {
    Json(json!({ "publicKey": { "challenge": "AAAA", "asked": body } }))
}

async fn finalize(
    State(passgate): State<Arc<Passgate>>,
    Path((_, ceremony)): Path<(String, String)>,
) -> Json<Value> {
    let now = passgate.clock.unix_time().as_secs();
    let claims = json!({
        "iss": format!("{}/{TENANT_ID}", passgate.url),
        "sub": *passgate.user_id.lock().expect("no panic"),
        "aud": ["localhost"],
        "iat": now,
        "exp": now + 300,
        "purpose": ceremony,
        "cred": "Y3JlZA",
        "uv": true,
        "jti": "1",
    });
    let encode = |part: Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
    let message = format!("{}.{}", encode(json!({ "alg": "ES256", "kid": "k" })), encode(claims));
    let signature = passgate.key.sign(&SystemRandom::new(), message.as_bytes()).expect("signs");
    Json(json!({ "token": format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref())) }))
}

async fn remove(State(passgate): State<Arc<Passgate>>, Path((_, id)): Path<(String, String)>) -> StatusCode {
    passgate.removed.lock().expect("no panic").push(id);
    StatusCode::NO_CONTENT
}

/// The running app, and a browser with one cookie.
struct Story {
    clock: TestClock,
    passgate: Arc<Passgate>,
    url: String,
    http: reqwest::Client,
    cookie: Mutex<Option<String>>,
}

impl Story {
    async fn begin() -> Self {
        let clock = TestClock::default();
        let passgate = Passgate::start(clock.clone()).await;
        let config = TenantConfig {
            base_url: passgate.url.clone(),
            tenant_id: TENANT_ID.to_owned(),
            api_key: SecretString::new("pgk_secret"),
            rp_id: "localhost".to_owned(),
        };
        let tenant = Tenant::builder(config).clock(clock.clone()).build().expect("a valid configuration");
        let router = routes::router(App::new(Arc::new(clock.clone())), tenant, FRONTEND).expect("an origin");
        let (listener, url) = listen().await;
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { clock, passgate, url, http, cookie: Mutex::default() }
    }

    async fn send(&self, method: Method, path: &str, origin: &str, body: Option<&Value>) -> Response {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("origin", origin);
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", format!("theme=dark; {cookie}"));
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("an answer");
        if let Some(cookie) = response.headers().get("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII").split(';').next().map(str::to_owned);
            *self.cookie.lock().expect("no panic") = cookie;
        }
        response
    }

    fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("no panic").clone()
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        read(self.send(Method::POST, path, FRONTEND, Some(body)).await).await
    }

    async fn me(&self) -> (u16, Value) {
        read(self.send(Method::GET, "/me", FRONTEND, None).await).await
    }

    async fn log_in_as_john(&self) {
        let answer = self.post("/login", &password("john.doe@example.com", "password123")).await;
        assert_eq!(answer, (200, json!({ "message": "Login successful" })));
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, url)
}

async fn read(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn password(email: &str, password: &str) -> Value {
    json!({ "email": email, "password": password })
}

fn message(status: u16, message: &str) -> (u16, Value) {
    (status, json!({ "message": message }))
}

#[tokio::test]
async fn each_demo_user_logs_in_and_out() {
    let story = Story::begin().await;
    for (email, secret) in [
        ("john.doe@example.com", "password123"),
        ("sergio_mq@example.com", "very_secure_password"),
        ("ab@g.com", "123"),
    ] {
        assert_eq!(story.me().await, message(401, "Unauthorized: log in first"));
        assert_eq!(story.post("/login", &password(email, secret)).await, message(200, "Login successful"));
        assert_eq!(story.me().await, (200, json!({ "email": email })));
        assert_eq!(story.post("/logout", &json!({})).await, message(200, "Logout successful"));
    }
    assert_eq!(story.me().await, message(401, "Unauthorized: log in first"));
    assert_eq!(story.post("/logout", &json!({})).await, message(400, "No active session"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_answer() {
    let story = Story::begin().await;
    let refused = message(401, "Invalid username or password");
    for (email, secret) in [
        ("john.doe@example.com", "password124"),
        ("john.doe@example.com", ""),
        ("ab@g.com", "password123"),
        ("nobody@example.com", "password123"),
    ] {
        assert_eq!(story.post("/login", &password(email, secret)).await, refused, "{email}");
    }
    assert_eq!(story.cookie(), None);
    assert_eq!(story.post("/login", &json!({ "email": 1 })).await, message(400, "Invalid request"));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let story = Story::begin().await;
    let login = password("ab@g.com", "123");
    let response = story.send(Method::POST, "/login", FRONTEND, Some(&login)).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    let (id, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
    assert_eq!(id.len(), "sessionId=".len() + 43);
}

#[tokio::test]
async fn a_session_ends_after_an_hour() {
    let story = Story::begin().await;
    story.log_in_as_john().await;
    story.clock.advance(3599);
    assert_eq!(story.me().await.0, 200);
    story.clock.advance(1);
    assert_eq!(story.me().await, message(401, "Unauthorized: log in first"));
    assert_eq!(story.post("/logout", &json!({})).await, message(400, "No active session"));
}

#[tokio::test]
async fn a_login_ends_the_session_before_it() {
    let story = Story::begin().await;
    story.log_in_as_john().await;
    let before = story.cookie();
    story.log_in_as_john().await;
    assert_ne!(story.cookie(), before);
    *story.cookie.lock().unwrap() = before;
    assert_eq!(story.me().await, message(401, "Unauthorized: log in first"));
}

#[tokio::test]
async fn another_sites_page_can_change_nothing() {
    let story = Story::begin().await;
    story.log_in_as_john().await;
    for path in ["/login", "/logout", "/passkeys/register", "/passkeys/login"] {
        for origin in ["http://localhost:5174", "https://evil.example", "null"] {
            let response = story.send(Method::POST, path, origin, Some(&json!({}))).await;
            assert_eq!(response.status(), 403, "{path} {origin}");
        }
    }
    assert_eq!(story.me().await.0, 200);
}

#[tokio::test]
async fn the_frontend_may_call_with_its_cookie_and_no_other_origin_may_read() {
    let story = Story::begin().await;
    for (origin, readable) in [(FRONTEND, true), ("https://evil.example", false)] {
        let preflight = story
            .http
            .request(Method::OPTIONS, format!("{}/passkeys/login", story.url))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let preflight = preflight.send().await.unwrap();
        let answer = story.send(Method::GET, "/me", origin, None).await;
        for headers in [preflight.headers(), answer.headers()] {
            assert_eq!(headers["access-control-allow-origin"] == origin, readable);
            assert_eq!(headers["access-control-allow-credentials"], "true");
        }
        assert_eq!(preflight.headers()["access-control-allow-headers"], "content-type");
    }
}

#[tokio::test]
async fn a_passkey_is_registered_for_the_user_who_is_logged_in() {
    let story = Story::begin().await;
    let start = json!({ "start": true, "finish": false, "credential": null });
    let finish = json!({ "start": false, "finish": true, "credential": { "id": "Y3JlZA" } });
    assert_eq!(story.post("/passkeys/register", &start).await.0, 401);

    story.log_in_as_john().await;
    let (status, options) = story.post("/passkeys/register", &start).await;
    let asked = json!({ "user_id": JOHN, "username": "john.doe@example.com" });
    assert_eq!((status, &options["createOptions"]["publicKey"]["asked"]), (200, &asked));
    let answer = story.post("/passkeys/register", &finish).await;
    assert_eq!(answer, message(200, "Registration successful"));
    assert!(story.passgate.removed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_registration_for_another_user_is_refused_and_undone() {
    let story = Story::begin().await;
    story.log_in_as_john().await;
    *story.passgate.user_id.lock().unwrap() = SERGIO;
    let finish = json!({ "start": false, "finish": true, "credential": { "id": "Y3JlZA" } });
    let (status, body) = story.post("/passkeys/register", &finish).await;
    assert_eq!((status, &body["code"]), (403, &json!("user_mismatch")));
    assert_eq!(*story.passgate.removed.lock().unwrap(), ["Y3JlZA"]);
}

#[tokio::test]
async fn a_passkey_login_starts_a_session() {
    let story = Story::begin().await;
    *story.passgate.user_id.lock().unwrap() = SERGIO;
    let start = json!({ "start": true, "finish": false, "credential": null });
    let (status, options) = story.post("/passkeys/login", &start).await;
    assert_eq!((status, &options["loginOptions"]["publicKey"]["challenge"]), (200, &json!("AAAA")));
    let finish = json!({ "start": false, "finish": true, "options": { "id": "Y3JlZA" } });
    assert_eq!(story.post("/passkeys/login", &finish).await, message(200, "Passkey Login successful"));
    assert_eq!(story.me().await, (200, json!({ "email": "sergio_mq@example.com" })));

    *story.passgate.user_id.lock().unwrap() = "nobody";
    assert_eq!(story.post("/passkeys/login", &finish).await, message(401, "Invalid user"));
}
