//! Faults: each is an error within its time, says no secret, and is over when its cause is.

use std::time::{Duration, Instant};

use passgate_core::store::{Store, StoreError};
use passgate_postgres_fixture::{PostgresServer, Stop};
use passgate_store::postgres::{OpenError, PostgresOptions, PostgresStore};

use crate::Place;
use crate::fixtures;

/// How long the store may wait in these tests.
const LIMIT: Duration = Duration::from_millis(300);

fn assert_unavailable<T: std::fmt::Debug>(outcome: Result<T, StoreError>, server: &PostgresServer) -> String {
    let error = outcome.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains(server.password()), "{text}");
    error.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_is_an_error_and_a_started_one_is_used_again() {
    let mut server = PostgresServer::start();
    let place = Place::new(&server, "stopped");
    let store = place.open().await;
    let tenant = fixtures::tenant(&store, "Example").await;
    for how in [Stop::Fast, Stop::Crash] {
        // So that a crash loses nothing.
        place.connection().await.client().batch_execute("CHECKPOINT").await.unwrap();
        server.stop(how);
        for _ in 0..3 {
            assert_unavailable(store.version().await, &server);
            let begin = fixtures::begin_registration(
                tenant,
                "alice",
                passgate_core::credential::CredentialKind::Passkey,
            );
            assert_unavailable(store.begin_registration(begin).await, &server);
        }
        server.resume();
        store.version().await.unwrap();
        assert!(store.tenant(tenant).await.unwrap().tenant.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_hold_up_ends_within_its_time_and_leaves_nothing_behind() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "held_up");
    let options =
        PostgresOptions { connections: 3.try_into().unwrap(), time_limit: LIMIT, ..place.0.clone() };
    let store = PostgresStore::open(&options).await.unwrap();
    let tenant = fixtures::tenant(&store, "Example").await;
    let (_, credential) = fixtures::user_with_credential(&store, tenant, "alice", "id").await;

    let mut other = place.connection().await;
    let holding = other.client_mut().transaction().await.unwrap();
    holding.batch_execute("SELECT 1 FROM credentials FOR UPDATE").await.unwrap();
    let begun = Instant::now();
    let logins = [(); 4].map(|()| store.finish_login(fixtures::finish_login(tenant, &credential)));
    let [first, second, third, fourth] = logins;
    let (first, second, third, fourth) = tokio::join!(first, second, third, fourth);
    // Two had connections, since one only watches; the others waited for one, and then perhaps for the row.
    assert!(begun.elapsed() < 10 * LIMIT, "{:?}", begun.elapsed());
    for outcome in [first, second, third, fourth] {
        let said = assert_unavailable(outcome, &server);
        assert!(said.contains("in time"), "{said}");
    }
    // What was given up is broken off by the server, so that it can't be done later.
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    let watching = place.connection().await;
    while watching.client().query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::task::yield_now().await;
    }
    holding.rollback().await.unwrap();
    store.finish_login(fixtures::finish_login(tenant, &credential)).await.unwrap();
    let used = store.credential(tenant, credential.id.clone()).await.unwrap().unwrap();
    assert_eq!(used.use_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_not_a_success() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "lost");
    let store = place.open().await;
    let tenant = fixtures::tenant(&store, "Example").await;
    // At the end of the transaction its own connection is closed by the server.
    place
        .connection()
        .await
        .client()
        .batch_execute(
            "CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION hang_up()",
        )
        .await
        .unwrap();
    let begin =
        fixtures::begin_registration(tenant, "alice", passgate_core::credential::CredentialKind::Passkey);
    assert_unavailable(store.begin_registration(begin).await, &server);
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    let server = PostgresServer::start();
    let url = server.create_database("refused").replace(server.password(), "hunter2");
    let options = PostgresOptions::new(passgate_postgres_connection::PostgresUrl::parse(&url).unwrap());
    let error = PostgresStore::open(&options).await.unwrap_err();
    let text = format!("{error} {error:?} {options:?}");
    assert!(text.contains("password authentication failed"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// Work that takes all connections must not look as if the database were away: keys would be refused for it.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_is_read_however_busy_the_connections_are() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "busy");
    let options = PostgresOptions { connections: 3.try_into().unwrap(), ..place.0.clone() };
    let store = std::sync::Arc::new(PostgresStore::open(&options).await.unwrap());
    let tenant = fixtures::tenant(&*store, "Example").await;
    let mut other = place.connection().await;
    let holding = other.client_mut().transaction().await.unwrap();
    holding.batch_execute("SELECT 1 FROM tenants FOR UPDATE").await.unwrap();
    let waiting: Vec<_> = (0..4)
        .map(|user| {
            let store = std::sync::Arc::clone(&store);
            let kind = passgate_core::credential::CredentialKind::Passkey;
            let begin = fixtures::begin_registration(tenant, &format!("user {user}"), kind);
            tokio::spawn(async move { store.begin_registration(begin).await.map(drop) })
        })
        .collect();
    let watching = place.connection().await;
    let locks = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    while watching.client().query_one(locks, &[]).await.unwrap().get::<_, i64>(0) < 2 {
        tokio::task::yield_now().await;
    }
    store.version().await.unwrap();
    assert!(store.clock().await.unwrap().is_some());
    holding.rollback().await.unwrap();
    for work in waiting {
        work.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_isolation_is_refused() {
    let server = PostgresServer::start();
    let place = Place::new(&server, "isolated");
    let set = async |level: &str| {
        let sql = format!("ALTER DATABASE isolated SET default_transaction_isolation = '{level}'");
        place.connection().await.client().batch_execute(&sql).await.unwrap();
    };
    for level in ["repeatable read", "serializable"] {
        set(level).await;
        let error = PostgresStore::open(&place.0).await.unwrap_err();
        assert!(matches!(&error, OpenError::Isolation { found } if found == level), "{error:?}");
        assert!(error.to_string().contains(level), "{error}");
    }
    set("read committed").await;
    place.open().await;
}
