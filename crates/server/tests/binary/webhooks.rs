//! Webhooks reach their receiver although it fails half the time and the server is killed in between.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use passgate_authenticator::Authenticator;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tokio::sync::Notify;

use crate::harness::{Caller, Place, Server};

/// How long all may take: a lease of a killed process lasts a minute.
const PATIENCE: Duration = Duration::from_mins(3);

const KILLS: u64 = 3;

/// Fails at the first visit of every other event; keeps what it took, its signature verified by the published library.
struct Receiver {
    secret: Mutex<String>,
    visits: Mutex<HashMap<String, u32>>,
    taken: Mutex<Vec<Value>>,
    refused: Mutex<u32>,
    news: Notify,
}

async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    {
        let mut visits = receiver.visits.lock().unwrap();
        let seen = visits.len();
        let visit = visits.entry(id).or_default();
        *visit += 1;
        if *visit == 1 && seen % 2 == 0 {
            *receiver.refused.lock().unwrap() += 1;
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
    }
    let webhook = Webhook::new(&receiver.secret.lock().unwrap()).unwrap();
    webhook.verify(&body, &headers).expect("the published library verifies the signature");
    receiver.taken.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    receiver.news.notify_one();
    StatusCode::NO_CONTENT
}

async fn start_receiver() -> (Arc<Receiver>, String) {
    let receiver = Arc::new(Receiver {
        secret: Mutex::default(),
        visits: Mutex::default(),
        taken: Mutex::default(),
        refused: Mutex::default(),
        news: Notify::new(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    let router = Router::new().route("/hooks", post(receive)).with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (receiver, url)
}

fn serve(place: &Place) -> Server {
    place.serve_with(&["--webhook-networks", "127.0.0.0/8", "--webhook-plain-http", "on"])
}

impl Receiver {
    /// The credentials of the registrations that it was told of.
    fn told(&self) -> HashSet<String> {
        let taken = self.taken.lock().unwrap();
        let created = taken.iter().filter(|event| event["type"] == "credential.created");
        created.map(|event| event["data"]["credential_id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_webhook_arrives_although_the_receiver_fails_and_the_server_is_killed() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let token =
        place.json(&["admin-token", "create", "--name", "test"])["token"].as_str().unwrap().to_owned();
    let (receiver, url) = start_receiver().await;
    let mut acknowledged = HashSet::new();
    for round in 0..KILLS {
        let mut server = serve(&place);
        let caller = Caller::new(&server, &tenant);
        if round == 0 {
            let made = caller
                .client
                .post(format!("http://127.0.0.1:{}/tenants/{}/webhooks", place.admin, tenant.id))
                .bearer_auth(&token)
                .json(&json!({ "url": url }))
                .send()
                .await
                .unwrap();
            let made: Value = made.json().await.unwrap();
            made["secret"].as_str().unwrap().clone_into(&mut receiver.secret.lock().unwrap());
        }
        for person in 0..10 {
            let mut authenticator = Authenticator::new(round * 100 + person + 1);
            let user = format!("user-{round}-{person}");
            let body = caller.prepare_registration(&user, &mut authenticator).await.unwrap();
            let (status, answer) = caller.post("registration/finalize", &body).await.unwrap();
            assert_eq!(status, 200, "{answer}");
            acknowledged.insert(body["id"].as_str().unwrap().to_owned());
        }
        // Once something of this round has arrived, so that other deliveries are under way.
        let before = receiver.told().len();
        while receiver.told().len() <= before {
            receiver.news.notified().await;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
    }
    let _server = serve(&place);
    let begun = Instant::now();
    while receiver.told() != acknowledged {
        let left = PATIENCE.checked_sub(begun.elapsed()).expect("every event arrives within minutes");
        let _ = tokio::time::timeout(left, receiver.news.notified()).await;
    }
    let (visits, refused) = (receiver.visits.lock().unwrap().len(), *receiver.refused.lock().unwrap());
    assert!(refused as usize * 2 >= visits, "{refused} of {visits} were refused at first");
    let deliveries = receiver.taken.lock().unwrap().len();
    println!(
        "{} events, {refused} refused at first, {KILLS} kills: all arrived, {deliveries} deliveries taken, every \
         signature verified",
        acknowledged.len()
    );
}
