//! PostgreSQL that stops, and a network that breaks, under a running process; and processes that are killed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use passgate_authenticator::Authenticator;
use passgate_postgres_fixture::{PostgresServer, Stop};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::{Caller, Place, Postgres, Server};

/// What a network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Works,
    /// Connections end, and no others begin.
    Cut,
    /// What is sent does not arrive, and nobody is told: not on connections of this time, even later.
    BlackHole,
}

/// The way to a server, which a test can break.
struct Proxy {
    address: SocketAddr,
    network: watch::Sender<Network>,
}

impl Proxy {
    async fn to(server: &PostgresServer) -> Self {
        let target = SocketAddr::from((server.address(), server.port()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (network, state) = watch::channel(Network::Works);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(client, target, state.clone()));
            }
        });
        Self { address, network }
    }
}

async fn carry(client: TcpStream, target: SocketAddr, mut state: watch::Receiver<Network>) {
    let now = *state.borrow_and_update();
    match now {
        Network::Works => {}
        Network::Cut => return,
        Network::BlackHole => return std::future::pending().await,
    }
    let Ok(server) = TcpStream::connect(target).await else { return };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = copy(from_client, to_server) => {}
        () = copy(from_server, to_client) => {}
        _ = state.changed() => {
            let now = *state.borrow();
            if now == Network::BlackHole {
                std::future::pending::<()>().await;
            }
        }
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = vec![0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}

/// Requests must end within this.
const REQUEST_TIMEOUT: &str = "4";

async fn register(caller: &Caller, user: &str, seed: u64) -> String {
    let body = caller.prepare_registration(user, &mut Authenticator::new(seed)).await.unwrap();
    let (status, answer) = caller.post("registration/finalize", &body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    body["id"].as_str().unwrap().to_owned()
}

/// While the database is out of reach, what needs it gets 503 with a code in time.
async fn assert_out_of_reach(server: &mut Server, caller: &Caller) {
    server.await_readiness(r#"{"ready":false,"reason":"database_unavailable"}"#);
    for path in ["registration/initialize", "login/initialize"] {
        let begun = Instant::now();
        let (status, answer) =
            caller.post(path, &json!({ "user_id": "kim", "username": "kim" })).await.unwrap();
        assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    }
    // What needs no database goes on.
    assert_eq!(caller.post("login/initialize", &json!({})).await.unwrap().0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_503_in_time_and_heals_by_itself_without_a_loss() {
    let mut database = PostgresServer::start_durable();
    let url = database.create_database("passgate");
    let proxy = Proxy::to(&database).await;
    let direct = format!("{}:{}", database.address(), database.port());
    let postgres = Postgres::new(url.replace(&direct, &proxy.address.to_string()));
    let place = Place::on(&postgres);
    let tenant = place.create_tenant();
    let mut server = place.serve_in(&[], &[("PASSGATE_REQUEST_TIMEOUT", REQUEST_TIMEOUT)]);
    let caller = Caller::new(&server, &tenant);
    let mut registered = vec![register(&caller, "first", 1).await];

    let mut seed = 2;
    for outage in [Network::Cut, Network::BlackHole] {
        proxy.network.send(outage).unwrap();
        assert_out_of_reach(&mut server, &caller).await;
        proxy.network.send(Network::Works).unwrap();
        server.await_readiness(r#"{"ready":true}"#);
        registered.push(register(&caller, &format!("after {outage:?}"), seed).await);
        seed += 1;
    }
    for stop in [Stop::Fast, Stop::Crash] {
        database.stop(stop);
        assert_out_of_reach(&mut server, &caller).await;
        database.resume();
        server.await_readiness(r#"{"ready":true}"#);
        registered.push(register(&caller, &format!("after {stop:?}"), seed).await);
        seed += 1;
    }
    let mut stored: Vec<_> = caller
        .credentials("per_page=100")
        .await
        .iter()
        .map(|credential| credential["id"].as_str().unwrap().to_owned())
        .collect();
    stored.sort();
    registered.sort();
    assert_eq!(stored, registered);
    assert!(!server.log().contains(database.password()));
}

/// What one person was told.
#[derive(Default)]
struct Told {
    credential: Option<String>,
    /// Logins that got a token.
    logins: u64,
    /// Logins that got no answer: they may count, or not.
    unanswered: u64,
    /// The bodies that got a token, with the route that gave it.
    finished: Vec<(&'static str, Value)>,
}

/// One person: registers a passkey and logs in, each time with one of the processes, until there have been enough.
async fn live(callers: Vec<Caller>, seed: u64, count: Arc<AtomicUsize>, enough: usize) -> Told {
    let mut told = Told::default();
    let mut authenticator = Authenticator::new(seed);
    let mut turn = usize::try_from(seed).unwrap();
    while count.load(Ordering::SeqCst) < enough {
        turn += 1;
        let (begin, finish) = (&callers[turn % callers.len()], &callers[(turn / 2) % callers.len()]);
        let (route, body) = if told.credential.is_none() {
            (
                "registration/finalize",
                begin.prepare_registration(&format!("user-{seed}"), &mut authenticator).await,
            )
        } else {
            ("login/finalize", begin.prepare_login(&mut authenticator).await)
        };
        // The process is just gone.
        let Ok(body) = body else { continue };
        match (route, finish.post(route, &body).await) {
            ("registration/finalize", Ok((200, _))) => {
                told.credential = Some(body["id"].as_str().unwrap().to_owned());
                told.finished.push((route, body));
            }
            (_, Ok((200, _))) => {
                told.logins += 1;
                told.finished.push((route, body));
            }
            (_, Ok((status, answer))) => panic!("{status} {answer}"),
            // Whether it was registered it doesn't know, and so it can't go on.
            ("registration/finalize", Err(_)) => return told,
            (_, Err(_)) => told.unanswered += 1,
        }
        count.fetch_add(1, Ordering::SeqCst);
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_the_middle_loses_nothing_and_doubles_nothing() {
    const ENOUGH: usize = 300;
    let database = PostgresServer::start_durable();
    let postgres = Postgres::new(database.create_database("passgate"));
    let (killed, other) = (Place::on(&postgres), Place::on(&postgres));
    let tenant = killed.create_tenant();
    let (mut server, other) = (killed.serve(), other.serve());
    let callers = vec![Caller::new(&server, &tenant), Caller::new(&other, &tenant)];
    let count = Arc::new(AtomicUsize::new(0));
    let people: Vec<_> =
        (1..=12).map(|seed| tokio::spawn(live(callers.clone(), seed, Arc::clone(&count), ENOUGH))).collect();
    let mut kills = 0;
    while count.load(Ordering::SeqCst) < ENOUGH * 3 / 4 {
        let before = count.load(Ordering::SeqCst);
        while count.load(Ordering::SeqCst) < before + 15 {
            tokio::task::yield_now().await;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        kills += 1;
        server = tokio::task::block_in_place(|| killed.serve());
    }

    let caller = Caller::new(&other, &tenant);
    let mut all = Vec::new();
    for person in people {
        all.push(person.await.unwrap());
    }
    let stored: BTreeMap<String, Value> = caller
        .credentials("per_page=100")
        .await
        .into_iter()
        .map(|credential| (credential["id"].as_str().unwrap().to_owned(), credential))
        .collect();
    for told in &all {
        let Some(id) = &told.credential else { continue };
        let uses = uses(&caller, id).await;
        assert!(stored.contains_key(id), "{id} is lost");
        assert!((told.logins..=told.logins + told.unanswered).contains(&uses), "{} {uses}", told.logins);
        for (route, body) in &told.finished {
            let (status, answer) = caller.post(route, body).await.unwrap();
            assert_eq!(answer["code"], "challenge_spent", "{status} {route}");
        }
    }
    let finished: usize = all.iter().map(|told| told.finished.len()).sum();
    println!("{finished} acknowledged over {kills} kills; none lost, none doubled, none accepted again");
    assert!(kills >= 3, "{kills}");
}

/// How often the log says that a credential was used.
async fn uses(caller: &Caller, id: &str) -> u64 {
    let url = format!("{}credentials/{id}", caller.base);
    let request = caller.client.get(url).header("apiKey", &caller.api_key);
    let credential: Value = request.send().await.unwrap().json().await.unwrap();
    credential["use_count"].as_u64().unwrap_or_else(|| panic!("{credential}"))
}
