//! Several processes on one PostgreSQL database.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use passgate_authenticator::Authenticator;
use passgate_postgres_connection::PostgresUrl;
use passgate_postgres_fixture::PostgresServer;
use passgate_store::postgres::SCHEMA_LEVEL;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Caller, Place, Postgres, Server, Tenant};

/// How long a change by one process may take to hold on another.
const SOON: Duration = Duration::from_secs(1);

/// Runs SQL, as another program would.
async fn execute(postgres: &Postgres, sql: &str) {
    let url = PostgresUrl::parse(&postgres.url).unwrap();
    url.connect().await.unwrap().client().batch_execute(sql).await.unwrap();
}

/// Asks again and again until the answer is as expected, which must be of a question asked soon.
async fn soon<T: std::fmt::Debug>(what: &str, mut ask: impl AsyncFnMut() -> T, is_so: impl Fn(&T) -> bool) {
    let begun = Instant::now();
    loop {
        let asked_after = begun.elapsed();
        let answer = ask().await;
        if is_so(&answer) {
            return;
        }
        assert!(asked_after < SOON, "{what}: {answer:?} {asked_after:?} later");
    }
}

async fn register(begin: &Caller, finish: &Caller, user: &str, authenticator: &mut Authenticator) {
    let body = begin.prepare_registration(user, authenticator).await.unwrap();
    let (status, answer) = finish.post("registration/finalize", &body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
}

/// A login that begins with one and ends with another; its token's key.
async fn log_in(begin: &Caller, finish: &Caller, authenticator: &mut Authenticator) -> String {
    let body = begin.prepare_login(authenticator).await.unwrap();
    let (status, answer) = finish.post("login/finalize", &body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    jsonwebtoken::decode_header(answer["token"].as_str().unwrap()).unwrap().kid.unwrap()
}

async fn kids(caller: &Caller) -> BTreeSet<String> {
    let request = caller.client.get(format!("{}.well-known/jwks.json", caller.base));
    let jwks: Value = request.send().await.unwrap().json().await.unwrap();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_begins_or_changes_holds_on_all() {
    let database = PostgresServer::start();
    let postgres = Postgres::new(database.create_database("passgate"));
    // At the operator's admin address nothing listens: commands open the database.
    let operator = Place::on(&postgres);
    let tenant = operator.create_tenant();
    let (first, second) = (Place::on(&postgres), Place::on(&postgres));
    let (first, second) = (first.serve(), second.serve());
    let (first, second) = (Caller::new(&first, &tenant), Caller::new(&second, &tenant));
    let mut authenticator = Authenticator::new(1);
    a_ceremony_goes_from_one_to_the_other(&first, &second, &mut authenticator).await;
    of_racing_finalizes_one_succeeds(&first, &second, &mut authenticator).await;
    a_revoked_key_is_refused(&operator, &tenant, &[&first, &second]).await;
    a_changed_configuration_holds(&operator, &tenant, &[&first, &second]).await;

    let old = log_in(&first, &second, &mut authenticator).await;
    let rotated = operator.json(&["signing-key", "rotate", &tenant.id, "--now"]);
    let new = rotated["kid"].as_str().unwrap().to_owned();
    assert_ne!(old, new);
    for caller in [&first, &second] {
        let only_new = BTreeSet::from([new.clone()]);
        soon("a signing key rotated at once", async || kids(caller).await, |kids| *kids == only_new).await;
        assert_eq!(log_in(caller, caller, &mut authenticator).await, new);
    }
}

async fn a_ceremony_goes_from_one_to_the_other(
    first: &Caller,
    second: &Caller,
    authenticator: &mut Authenticator,
) {
    register(first, second, "kim", authenticator).await;
    log_in(second, first, authenticator).await;
    let body = first.prepare_login(authenticator).await.unwrap();
    assert_eq!(second.post("login/finalize", &body).await.unwrap().0, 200);
    for caller in [first, second] {
        assert_eq!(caller.post("login/finalize", &body).await.unwrap().1["code"], "challenge_spent");
    }
}

async fn of_racing_finalizes_one_succeeds(
    first: &Caller,
    second: &Caller,
    authenticator: &mut Authenticator,
) {
    for _ in 0..5 {
        let body = first.prepare_login(authenticator).await.unwrap();
        let racing = (0..40).map(|number| {
            let caller = if number % 2 == 0 { first.clone() } else { second.clone() };
            let body = body.clone();
            tokio::spawn(async move { caller.post("login/finalize", &body).await.unwrap() })
        });
        let mut succeeded = 0;
        for racer in racing.collect::<Vec<_>>() {
            match racer.await.unwrap() {
                (200, _) => succeeded += 1,
                (_, answer) => assert_eq!(answer["code"], "challenge_spent", "{answer}"),
            }
        }
        assert_eq!(succeeded, 1);
    }
}

async fn a_revoked_key_is_refused(operator: &Place, tenant: &Tenant, callers: &[&Caller]) {
    let key = operator.json(&["key", "create", &tenant.id, "--name", "second"]);
    let with_key: Vec<Caller> = callers
        .iter()
        .map(|caller| Caller { api_key: key["secret"].as_str().unwrap().to_owned(), ..(*caller).clone() })
        .collect();
    let ask = async |caller: &Caller| {
        let request =
            caller.client.get(format!("{}credentials", caller.base)).header("apiKey", &caller.api_key);
        request.send().await.unwrap().status().as_u16()
    };
    for caller in &with_key {
        soon("a new API key", async || ask(caller).await, |status| *status == 200).await;
    }
    operator.json(&["key", "revoke", &tenant.id, key["id"].as_str().unwrap()]);
    for caller in &with_key {
        soon("a revoked API key", async || ask(caller).await, |status| *status == 401).await;
    }
}

async fn a_changed_configuration_holds(operator: &Place, tenant: &Tenant, callers: &[&Caller]) {
    let third = operator.serve();
    let token = operator.json(&["admin-token", "create", "--name", "test"])["token"].clone();
    let admin = |method, path: &str| {
        let url = format!("http://127.0.0.1:{}/tenants/{}{path}", operator.admin, tenant.id);
        callers[0].client.request(method, url).bearer_auth(token.as_str().unwrap())
    };
    let shown: Value = admin(Method::GET, "").send().await.unwrap().json().await.unwrap();
    let mut config = shown["config"].clone();
    config["webauthn"]["timeout"] = json!(123_000);
    let put = admin(Method::PUT, "/config").body(config.to_string()).send().await.unwrap();
    assert!(put.status().is_success(), "{put:?}");
    for caller in callers {
        let timeout = async || {
            caller.post("login/initialize", &json!({})).await.unwrap().1["publicKey"]["timeout"].clone()
        };
        soon("a changed configuration", timeout, |timeout| *timeout == json!(123_000)).await;
    }
    drop(third);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_needs_the_databases_time_and_a_schema_that_it_can_work_with() {
    let database = PostgresServer::start();
    let postgres = Postgres::new(database.create_database("passgate"));
    let operator = Place::on(&postgres);
    let tenant = operator.create_tenant();
    let place = Place::on(&postgres);
    let mut server = place.serve();
    a_process_whose_clock_is_off_is_not_ready(&postgres, &mut server).await;
    an_upgrade_rolls_over_what_the_older_can_live_with(&postgres, &server, &tenant).await;
}

/// The other's clock is the machine's, so what it compares it with is set off: the function of the database that tells
/// the time, for sessions that look for it in another schema first.
async fn a_process_whose_clock_is_off_is_not_ready(postgres: &Postgres, in_time: &mut Server) {
    let set_off = |offset: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
             $$ SELECT pg_catalog.clock_timestamp() + interval '{offset}' $$"
        )
    };
    execute(postgres, &set_off("30 seconds")).await;
    let url = format!("{}?options=-c%20search_path%3Dpublic%2Cpg_catalog", postgres.url);
    let place = Place::on(&Postgres { url, ..postgres.clone() });
    let mut off = place.start(&[], &[]);
    off.await_readiness(r#"{"ready":false,"reason":"clock_off"}"#);
    assert!(off.readiness().starts_with("HTTP/1.1 503"), "{}", off.readiness());
    in_time.await_readiness(r#"{"ready":true}"#);
    execute(postgres, &set_off("-4 seconds")).await;
    off.await_readiness(r#"{"ready":true}"#);
    execute(postgres, &set_off("-30 seconds")).await;
    off.await_readiness(r#"{"ready":false,"reason":"clock_off"}"#);
    execute(postgres, "DROP FUNCTION public.clock_timestamp()").await;
    off.await_readiness(r#"{"ready":true}"#);
}

async fn an_upgrade_rolls_over_what_the_older_can_live_with(
    postgres: &Postgres,
    old: &Server,
    tenant: &Tenant,
) {
    let old = Caller::new(old, tenant);
    let mut authenticator = Authenticator::new(1);
    register(&old, &old, "before", &mut authenticator).await;
    // What a newer binary does when it starts first.
    execute(
        postgres,
        "BEGIN;
         ALTER TABLE users ADD COLUMN of_later text NOT NULL DEFAULT '';
         ALTER TABLE credentials ADD COLUMN of_later bigint;
         CREATE TABLE of_later (tenant_id uuid PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE);
         UPDATE passgate_schema SET level = level + 1;
         COMMIT",
    )
    .await;
    log_in(&old, &old, &mut authenticator).await;
    register(&old, &old, "meanwhile", &mut Authenticator::new(2)).await;
    // One of the older ones that starts again, as a crash may have it.
    let again = Place::on(postgres).serve();
    log_in(&old, &Caller::new(&again, tenant), &mut authenticator).await;

    execute(postgres, "UPDATE passgate_schema SET oldest_binary = level").await;
    let refused = Place::on(postgres).run(&["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8(refused.stderr).unwrap();
    let (known, later) = (SCHEMA_LEVEL, SCHEMA_LEVEL + 1);
    let told = format!("needs a Passgate that knows schema {later} or later; this one knows {known}");
    assert!(error.contains(&told), "{error}");
    // Those that run are told to stop by whoever upgrades.
    log_in(&old, &old, &mut authenticator).await;
}
