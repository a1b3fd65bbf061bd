//! A server for one test, and an app's backend to call it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jsonwebtoken::{DecodingKey, Validation};
use passgate::listener::{self, Api, HalfClosed, Limits};
use passgate::metrics::Metrics;
use passgate::rate_limit::{RateLimits, TenantLimits};
use passgate::source_address::TrustedProxies;
use passgate::{App, ConsoleSettings, Parts, routes};
use passgate_authenticator::Authenticator;
use passgate_core::clock::{Clock, Timestamp};
use passgate_core::console::{ConsolePlace, SignUpAllowed};
use passgate_core::passgate::Passgate;
use passgate_core::rng::SystemRng;
use passgate_core::server_secret::{Secrets, ServerSecret};
use passgate_core::store::Store;
use passgate_postgres_connection::PostgresUrl;
use passgate_store::postgres::{PostgresOptions, PostgresStore};
use passgate_store::sqlite::{SqliteOptions, SqliteStore};
use passgate_webauthn::TrustAnchor;
use passgate_webhooks::{DestinationPolicy, Fetcher};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Where the app's pages are.
pub(crate) const ORIGIN: &str = "https://app.example.com";
pub(crate) const RP_ID: &str = "example.com";
pub(crate) const ADMIN_URL: &str = "https://admin.example.com";
pub(crate) const CONSOLE_URL: &str = "https://console.example.org";
pub(crate) const PUBLIC_URL: &str = "https://passkeys.example.com";
/// When every test begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

pub(crate) struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct TestServer<S = SqliteStore> {
    pub(crate) passgate: Arc<Passgate<S>>,
    /// SQLite's file.
    pub(crate) database: PathBuf,
    pub(crate) client: Client,
    public: String,
    admin: String,
    admin_token: String,
    clock: Arc<TestClock>,
    _stop: watch::Sender<bool>,
    _folder: Option<tempfile::TempDir>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status and code, and that the error document is whole.
    #[track_caller]
    pub(crate) fn error(&self) -> (u16, &str) {
        let body = &self.body;
        assert_eq!(body["status"], self.status, "{body}");
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()), "{body}");
        assert!(body["details"].is_string(), "{body}");
        (self.status, body["code"].as_str().unwrap_or_else(|| panic!("no code in {body}")))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(None, TrustedProxies::default()).await
    }

    pub(crate) async fn start_with(rate_limits: Option<RateLimits>, trusted_proxies: TrustedProxies) -> Self {
        Self::start_whole(rate_limits, trusted_proxies, vec![], SignUpAllowed::ByInvitation).await
    }

    /// One that takes lists of a metadata service below these roots.
    pub(crate) async fn start_trusting(metadata_roots: Vec<TrustAnchor>) -> Self {
        let nobody = TrustedProxies::default();
        Self::start_whole(None, nobody, metadata_roots, SignUpAllowed::ByInvitation).await
    }

    /// One whose console may be signed up at like this.
    pub(crate) async fn start_console(sign_up: SignUpAllowed) -> Self {
        Self::start_whole(None, TrustedProxies::default(), vec![], sign_up).await
    }

    /// Another Passgate on the same database, as another process would open it.
    pub(crate) fn another(&self, metadata_roots: Vec<TrustAnchor>) -> Passgate<SqliteStore> {
        let store = SqliteStore::open(&SqliteOptions::new(&self.database)).unwrap();
        let secret = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
        let clock = Arc::<TestClock>::clone(&self.clock);
        let (secrets, url) = (Secrets::new(secret, vec![]), PUBLIC_URL.to_owned());
        Passgate::new(store, secrets, url, clock, Arc::new(SystemRng)).with_metadata_roots(metadata_roots)
    }

    async fn start_whole(
        rate_limits: Option<RateLimits>,
        trusted_proxies: TrustedProxies,
        metadata_roots: Vec<TrustAnchor>,
        sign_up: SignUpAllowed,
    ) -> Self {
        Self::start_fetching(rate_limits, trusted_proxies, metadata_roots, sign_up, None).await
    }

    /// One that fetches what tenants' domains host, and whose console anybody may sign up at.
    pub(crate) async fn start_with_fetcher(fetcher: Fetcher) -> Self {
        let nobody = TrustedProxies::default();
        Self::start_fetching(None, nobody, vec![], SignUpAllowed::ToAnybody, Some(fetcher)).await
    }

    async fn start_fetching(
        rate_limits: Option<RateLimits>,
        trusted_proxies: TrustedProxies,
        metadata_roots: Vec<TrustAnchor>,
        sign_up: SignUpAllowed,
        fetcher: Option<Fetcher>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("passgate.db");
        let options = SqliteOptions { count_statements: true, ..SqliteOptions::new(&database) };
        let store = SqliteStore::open(&options).unwrap();
        let server = Self::serve(store, rate_limits, trusted_proxies, metadata_roots, sign_up, fetcher).await;
        Self { database, _folder: Some(folder), ..server }
    }

    /// How many rows each table has, as another process sees it.
    pub(crate) fn row_counts(&self) -> BTreeMap<String, i64> {
        let db = rusqlite::Connection::open(&self.database).unwrap();
        let mut tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
        let names: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        names
            .into_iter()
            .map(|name| {
                let count =
                    db.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0)).unwrap();
                (name, count)
            })
            .collect()
    }

    /// Changes the database as another process would.
    pub(crate) fn execute(&self, sql: &str) {
        rusqlite::Connection::open(&self.database).unwrap().execute_batch(sql).unwrap();
    }

    /// The audit log of a tenant, oldest first: type, error, user. Rows of one moment are in no order.
    pub(crate) fn audit(&self, tenant: &TestTenant<'_>) -> Vec<(String, Option<String>, Option<String>)> {
        let db = rusqlite::Connection::open(&self.database).unwrap();
        let mut rows = db
            .prepare(
                "SELECT type, error, actor_user_id FROM audit_logs WHERE tenant_id = ?1 ORDER BY created_at",
            )
            .unwrap();
        let id: uuid::Uuid = tenant.id.parse().unwrap();
        rows.query_map([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }
}

impl TestServer<PostgresStore> {
    /// One on an empty database of PostgreSQL's.
    pub(crate) async fn start_on(url: &str, sign_up: SignUpAllowed) -> Self {
        let store =
            PostgresStore::open(&PostgresOptions::new(PostgresUrl::parse(url).unwrap())).await.unwrap();
        Self::serve(store, None, TrustedProxies::default(), vec![], sign_up, None).await
    }
}

impl<S: Store> TestServer<S> {
    async fn serve(
        store: S,
        rate_limits: Option<RateLimits>,
        trusted_proxies: TrustedProxies,
        metadata_roots: Vec<TrustAnchor>,
        sign_up: SignUpAllowed,
        fetcher: Option<Fetcher>,
    ) -> Self {
        let secret = ServerSecret::parse(&ServerSecret::generate(&SystemRng)).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(START.as_millis())));
        let passgate = Passgate::new(
            store,
            Secrets::new(secret, vec![]),
            PUBLIC_URL.to_owned(),
            Arc::<TestClock>::clone(&clock),
            Arc::new(SystemRng),
        );
        let passgate = Arc::new(passgate.with_metadata_roots(metadata_roots));
        passgate.poll_version().await.unwrap();
        let name = passgate_core::text::Text::new("tests").unwrap();
        let admin_token = match passgate.create_admin_token(name).await.unwrap() {
            passgate_core::administration::Created::Done(token) => token.secret.expose_secret().to_owned(),
            other => panic!("{other:?}"),
        };
        let (stop, stopped) = watch::channel(false);
        let app = App::from(Parts {
            passgate: Arc::clone(&passgate),
            body_limit: 65_536,
            admin_url: ADMIN_URL.to_owned(),
            console: ConsoleSettings { place: ConsolePlace::parse(CONSOLE_URL).unwrap(), sign_up },
            metrics: Metrics::default(),
            rate_limits,
            tenant_limits: TenantLimits::default(),
            trusted_proxies,
            webhook_destinations: DestinationPolicy::default(),
            fetcher,
            stopping: stopped.clone(),
        });
        let timeout = Duration::from_secs(30);
        let public = listen(routes::public(app.clone(), timeout), stopped.clone()).await;
        let admin = listen(routes::admin(app, timeout), stopped).await;
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let database = PathBuf::new();
        Self { passgate, database, client, public, admin, admin_token, clock, _stop: stop, _folder: None }
    }

    /// Lets time pass; the server looks for changes of other processes meanwhile, as it does twice a second.
    pub(crate) async fn advance(&self, duration: Duration) {
        self.clock.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
        self.passgate.poll_version().await.unwrap();
    }

    /// Sets the clock back, as it is where it was found to be ahead.
    pub(crate) async fn set_back(&self, duration: Duration) {
        self.clock.0.fetch_sub(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
        self.passgate.poll_version().await.unwrap();
    }

    /// Lets a second pass, so that what follows is later.
    pub(crate) async fn tick(&self) {
        self.advance(Duration::from_secs(1)).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass without the server reaching its database.
    pub(crate) fn advance_cut_off(&self, duration: Duration) {
        self.clock.0.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, method: Method, url: &str, key: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = self.client.request(method.clone(), url).body(body);
        if let Some(key) = key {
            request = request.header("apiKey", key);
        }
        self.answer(method.as_str(), request.send().await.unwrap()).await
    }

    /// Reads an answer, and holds it against the document of its API.
    pub(crate) async fn answer(&self, method: &str, response: reqwest::Response) -> Answer {
        let url = response.url().clone();
        let contract = if url.path().starts_with("/console/api/") {
            &*crate::document::CONSOLE
        } else if self.admin.ends_with(&format!(":{}", url.port().unwrap())) {
            &*crate::document::ADMIN
        } else {
            &*crate::document::PUBLIC
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { json_or_text(&headers, &bytes) };
        contract.check(method, url.path(), status, &body);
        Answer { status, headers, body }
    }

    pub(crate) async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.admin))
            .bearer_auth(&self.admin_token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(method.as_str(), request.send().await.unwrap()).await
    }

    pub(crate) fn admin_token(&self) -> &str {
        &self.admin_token
    }

    pub(crate) fn public_url(&self, path: &str) -> String {
        format!("{}{path}", self.public)
    }

    pub(crate) fn admin_url(&self, path: &str) -> String {
        format!("{}{path}", self.admin)
    }

    pub(crate) async fn tenant(&self) -> TestTenant<'_, S> {
        self.tenant_with(config()).await
    }

    pub(crate) async fn tenant_with(&self, config: Value) -> TestTenant<'_, S> {
        let body = json!({ "display_name": "Test app", "config": config, "create_api_key": true });
        let created = self.admin(Method::POST, "/tenants", Some(body)).await.ok();
        TestTenant {
            server: self,
            id: created["id"].as_str().unwrap().to_owned(),
            api_key: created["api_key"]["secret"].as_str().unwrap().to_owned(),
        }
    }
}

/// A tenant's configuration, everything left to the defaults but attestation.
pub(crate) fn config() -> Value {
    json!({
        "cors": { "allowed_origins": [ORIGIN] },
        "webauthn": {
            "relying_party": { "id": RP_ID, "display_name": "Test app", "origins": [ORIGIN] },
            "timeout": 300_000,
            "attestation_preference": "none",
        },
    })
}

/// The configuration with one member of `webauthn` set.
pub(crate) fn config_with(member: &str, value: impl Into<Value>) -> Value {
    let mut config = config();
    config["webauthn"][member] = value.into();
    config
}

/// A body of JSON, or else its text.
fn json_or_text(headers: &HeaderMap, bytes: &[u8]) -> Value {
    if headers["content-type"] == "application/json" {
        serde_json::from_slice(bytes).unwrap()
    } else {
        String::from_utf8(bytes.to_vec()).unwrap().into()
    }
}

/// A tenant, called as its app's backend would.
pub(crate) struct TestTenant<'a, S = SqliteStore> {
    pub(crate) server: &'a TestServer<S>,
    pub(crate) id: String,
    pub(crate) api_key: String,
}

impl<S: Store> TestTenant<'_, S> {
    pub(crate) fn url(&self, path: &str) -> String {
        self.server.public_url(&format!("/{}/{path}", self.id))
    }

    /// With the API key.
    pub(crate) async fn keyed(&self, method: Method, path: &str, body: Value) -> Answer {
        self.server.send(method, &self.url(path), Some(&self.api_key), body.to_string().into_bytes()).await
    }

    /// Without.
    pub(crate) async fn open(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.server.send(method, &self.url(path), None, body.to_string().into_bytes()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.server.send(Method::GET, &self.url(path), Some(&self.api_key), Vec::new()).await
    }

    pub(crate) async fn configure(&self, config: Value) {
        let path = format!("/tenants/{}/config", self.id);
        assert_eq!(self.server.admin(Method::PUT, &path, Some(config)).await.status, 204);
    }

    pub(crate) async fn begin_registration(&self, user: &str) -> Value {
        let body = json!({ "user_id": user, "username": format!("{user}@example.com") });
        self.keyed(Method::POST, "registration/initialize", body).await.ok()
    }

    pub(crate) async fn finish_registration(&self, credential: &Value) -> Answer {
        self.open(Method::POST, "registration/finalize", credential).await
    }

    /// A whole registration; returns the credential id.
    pub(crate) async fn register(&self, user: &str, authenticator: &mut Authenticator) -> String {
        let options = self.begin_registration(user).await;
        let credential = authenticator.create(&options, ORIGIN).unwrap();
        self.finish_registration(&credential).await.ok();
        credential["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn begin_login(&self) -> Value {
        self.open(Method::POST, "login/initialize", &json!({})).await.ok()
    }

    pub(crate) async fn begin_login_of(&self, user: &str) -> Value {
        self.keyed(Method::POST, "login/initialize", json!({ "user_id": user })).await.ok()
    }

    pub(crate) async fn finish_login(&self, credential: &Value) -> Answer {
        self.open(Method::POST, "login/finalize", credential).await
    }

    /// A whole discoverable login.
    pub(crate) async fn login(&self, authenticator: &mut Authenticator) -> Answer {
        let options = self.begin_login().await;
        let credential = authenticator.get(&options, ORIGIN).unwrap();
        self.finish_login(&credential).await
    }

    /// The claims of a token, its signature checked against the JWKS by a library that is not ours.
    pub(crate) async fn verify(&self, answer: Answer) -> Value {
        let body = answer.ok();
        let token = body["token"].as_str().unwrap();
        let jwks: jsonwebtoken::jwk::JwkSet =
            serde_json::from_value(self.open(Method::GET, ".well-known/jwks.json", &json!({})).await.ok())
                .unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let key = jwks.find(&header.kid.unwrap()).expect("the JWKS lists the key that signed");
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[RP_ID]);
        // The test's clock is not the machine's; the claims are compared instead.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(key).unwrap();
        jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
    }
}

/// Serves an API on a free port; where.
async fn listen(api: impl Api, stopped: watch::Receiver<bool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let timeout = Duration::from_secs(30);
    let limits = Limits {
        headers: timeout,
        unread: timeout,
        shutdown: timeout,
        connections: 1_000,
        connections_per_address: 1_000,
        half_closed: HalfClosed::Served,
    };
    tokio::spawn(listener::serve(listener, api, limits, TrustedProxies::default(), stopped));
    address
}
