//! A clock, randomness and names to be set by hand; receivers on real sockets.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Response, Uri};
use passgate_core::clock::{Clock, Timestamp};
use passgate_core::ids::TenantId;
use passgate_core::rng::{Rng, random_uuid};
use passgate_webhooks::{
    Deliverer, DeliverySettings, DestinationPolicy, EndpointId, EventId, PlainHttp, Resolution, Resolve,
    SigningSecret, SystemResolver,
};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use crate::outbox::SqliteOutbox;

pub(crate) const TENANT: TenantId = TenantId::new(Uuid::from_u128(0xa));

/// 2023-11-14T22:13:20Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);

#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn set(&self, to: Timestamp) {
        self.0.store(to.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run.
pub(crate) struct SeededRng(AtomicU64);

impl Rng for SeededRng {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            let block = digest::digest(&digest::SHA256, &count);
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

/// What tests deliver with: one tenant, and an outbox that outlives deliverers.
pub(crate) struct Harness {
    pub(crate) outbox: SqliteOutbox,
    pub(crate) clock: TestClock,
    pub(crate) rng: Arc<SeededRng>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        Self {
            outbox: SqliteOutbox::new(),
            clock: TestClock(Arc::new(AtomicI64::new(START.as_millis()))),
            rng: Arc::new(SeededRng(AtomicU64::new(0))),
        }
    }

    pub(crate) fn add_endpoint(&self, url: &str) -> EndpointId {
        self.add_endpoint_with(url, &[SigningSecret::generate(&*self.rng)])
    }

    pub(crate) fn add_endpoint_with(&self, url: &str, secrets: &[SigningSecret]) -> EndpointId {
        let id = EndpointId::new(random_uuid(&*self.rng));
        self.outbox.add_endpoint(TENANT, id, url, secrets);
        id
    }

    pub(crate) fn add_event(&self) -> EventId {
        let id = EventId::new(random_uuid(&*self.rng));
        let body = format!(
            r#"{{"timestamp":"2023-11-14T22:13:20Z","type":"credential.created","data":{{"user_id":"{id}"}}}}"#
        );
        self.outbox.add_event(TENANT, id, "credential.created", &body, self.clock.now());
        id
    }

    pub(crate) fn deliverer(&self) -> Deliverer<SqliteOutbox> {
        self.deliverer_with(on_loopback())
    }

    pub(crate) fn deliverer_with(&self, settings: DeliverySettings) -> Deliverer<SqliteOutbox> {
        self.deliverer_by(settings, Arc::new(SystemResolver::default()))
    }

    pub(crate) fn deliverer_by(
        &self,
        settings: DeliverySettings,
        resolver: Arc<dyn Resolve>,
    ) -> Deliverer<SqliteOutbox> {
        Deliverer::new(
            self.outbox.clone(),
            settings,
            resolver,
            Arc::new(self.clock.clone()),
            Arc::clone(&self.rng) as Arc<dyn Rng>,
        )
        .unwrap()
    }
}

/// Settings under which receivers on this machine may be reached, and nothing happens by itself.
pub(crate) fn on_loopback() -> DeliverySettings {
    DeliverySettings {
        destinations: DestinationPolicy {
            plain_http: PlainHttp::Allowed,
            allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..DestinationPolicy::default()
        },
        poll_interval: Duration::from_hours(1),
        ..DeliverySettings::default()
    }
}

/// Names as a test wants them. A name that was given several answers gives one after the other, the last for good.
#[derive(Clone, Default)]
pub(crate) struct Names {
    answers: HashMap<String, Vec<Vec<IpAddr>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub(crate) fn with(mut self, name: &str, answers: &[&[&str]]) -> Self {
        let addresses = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        self.answers.insert(name.to_owned(), answers.iter().map(addresses).collect());
        self
    }

    /// What was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    fn resolve(&self, host: &str) -> Resolution {
        let mut asked = self.asked.lock().unwrap();
        let before = asked.iter().filter(|name| *name == host).count();
        asked.push(host.to_owned());
        let answer = match self.answers.get(host) {
            Some(answers) => Ok(answers[before.min(answers.len() - 1)].clone()),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        Box::pin(async { answer })
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn event(&self) -> EventId {
        self.header("webhook-id").parse().unwrap()
    }
}

/// What a receiver does.
pub(crate) enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    /// Nothing, ever.
    Never,
    /// 204, when the test says so.
    Held(watch::Receiver<bool>),
}

type Answering = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// A receiver on loopback, which remembers what came.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    received: watch::Sender<Vec<Received>>,
}

impl Receiver {
    pub(crate) async fn start(answer: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", answer).await
    }

    pub(crate) async fn start_at(
        address: &str,
        answer: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = watch::Sender::new(Vec::new());
        let state = (received.clone(), Arc::new(answer) as Answering);
        let router = Router::new().fallback(receive).with_state(state);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self { port, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks?of=passgate", self.port)
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    pub(crate) fn events(&self) -> Vec<EventId> {
        self.received.borrow().iter().map(Received::event).collect()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn until_received(&self, count: usize) {
        self.received.subscribe().wait_for(|received| received.len() >= count).await.unwrap();
    }
}

async fn receive(
    State((received, answer)): State<(watch::Sender<Vec<Received>>, Answering)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request = Received { method, uri, headers, body, peer };
    let reply = answer(&request);
    received.send_modify(|received| received.push(request));
    let response = Response::builder();
    match reply {
        Reply::Status(status) => response.status(status).body(Body::empty()).unwrap(),
        Reply::With(status, name, value) => {
            response.status(status).header(name, value).body(Body::empty()).unwrap()
        }
        Reply::Never => std::future::pending().await,
        Reply::Held(mut released) => {
            // A test that has ended releases it too.
            let _ = released.wait_for(|released| *released).await;
            response.status(204).body(Body::empty()).unwrap()
        }
    }
}
