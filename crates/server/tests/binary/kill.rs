//! A process that is killed loses nothing that it acknowledged, and forgets no challenge that it spent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use passgate_authenticator::Authenticator;
use serde_json::Value;
use tokio::sync::Notify;

use crate::harness::{Caller, Place};

/// What the server acknowledged with a token.
#[derive(Default)]
struct Acknowledged {
    credential_ids: Vec<String>,
    /// The bodies that got a token, with the route that gave it.
    finished: Vec<(&'static str, Value)>,
}

/// One person: registers a passkey and logs in with it until the server is gone. Says what was acknowledged.
async fn live(caller: Caller, seed: u64, count: Arc<AtomicUsize>, progress: Arc<Notify>) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let mut authenticator = Authenticator::new(seed);
    let mut note = |route: &'static str, body: Value| {
        if route == "registration/finalize" {
            acknowledged.credential_ids.push(body["id"].as_str().unwrap().to_owned());
        }
        acknowledged.finished.push((route, body));
        count.fetch_add(1, Ordering::SeqCst);
        progress.notify_one();
    };
    let Ok(body) = caller.prepare_registration(&format!("user-{seed}"), &mut authenticator).await else {
        return acknowledged;
    };
    if !matches!(caller.post("registration/finalize", &body).await, Ok((200, _))) {
        return acknowledged;
    }
    note("registration/finalize", body);
    while let Ok(body) = caller.prepare_login(&mut authenticator).await {
        match caller.post("login/finalize", &body).await {
            Ok((200, _)) => note("login/finalize", body),
            Ok((status, answer)) => panic!("{status} {answer}"),
            Err(_) => break,
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_what_it_acknowledged_and_refuses_what_was_spent() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let mut all = Acknowledged::default();
    // Killed at ten moments of a hundred and more registrations and logins.
    for round in 0..10 {
        let mut server = place.serve();
        let caller = Caller::new(&server, &tenant);
        let (count, progress) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let people: Vec<_> = (0..12)
            .map(|person| {
                tokio::spawn(live(caller.clone(), round * 100 + person + 1, count.clone(), progress.clone()))
            })
            .collect();
        let moment = usize::try_from(round).unwrap() * 2 + 4;
        while count.load(Ordering::SeqCst) < moment {
            progress.notified().await;
        }
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        for person in people {
            let acknowledged = person.await.unwrap();
            all.credential_ids.extend(acknowledged.credential_ids);
            all.finished.extend(acknowledged.finished);
        }
    }
    assert!(all.finished.len() >= 100, "{} acknowledged", all.finished.len());

    let server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let mut stored = Vec::new();
    for page in 1.. {
        let rows = caller.credentials(&format!("per_page=100&page={page}")).await;
        if rows.is_empty() {
            break;
        }
        stored.extend(rows.into_iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    let missing: Vec<_> = all.credential_ids.iter().filter(|id| !stored.contains(id)).collect();
    assert!(missing.is_empty(), "{} of {} are missing", missing.len(), all.credential_ids.len());
    for (route, body) in &all.finished {
        let (status, answer) = caller.post(route, body).await.unwrap();
        assert_eq!(answer["code"], "challenge_spent", "{status} {route}");
    }
    println!(
        "{} acknowledged over 10 kills: {} registrations, {} logins; none lost, none accepted again",
        all.finished.len(),
        all.credential_ids.len(),
        all.finished.len() - all.credential_ids.len()
    );
}
