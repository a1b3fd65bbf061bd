//! Every command that opens the database, on PostgreSQL.

use passgate_postgres_fixture::PostgresServer;
use serde_json::{Value, json};

use crate::harness::{Place, Postgres};

/// Runs a command that must fail; its status and what it says.
fn refusal(place: &Place, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = place.command().args(arguments).envs(environment.iter().copied()).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn commands_do_on_postgresql_what_they_do_on_a_file() {
    let server = PostgresServer::start();
    let postgres = Postgres::new(server.create_database("passgate"));
    let place = Place::on(&postgres);
    an_empty_database_is_looked_at_and_left_alone(&place);
    assert_eq!(place.json(&["migrate"])["from"], 0);
    assert_eq!(place.json(&["migrate"])["from"], place.json(&["migrate"])["to"]);
    no_secret_is_shown_or_made(&place, &server);
    a_tenant_goes_to_a_file_and_back(&place, &server);
    what_is_sealed_is_resealed(&place, &postgres);
}

fn an_empty_database_is_looked_at_and_left_alone(place: &Place) {
    let (status, error) = refusal(place, &["tenant", "list"], &[]);
    assert_eq!(status, 1);
    assert!(error.contains("there is nothing in the database postgresql://fixture@127."), "{error}");
}

fn no_secret_is_shown_or_made(place: &Place, server: &PostgresServer) {
    let shown = place.json(&["config"]);
    let setting = |key: &str| {
        let settings = shown.as_array().unwrap().iter();
        settings.clone().find(|setting| setting["key"] == key).unwrap()["value"].clone()
    };
    let url = format!("postgresql://fixture@{}:{}/passgate?sslmode=prefer", server.address(), server.port());
    assert_eq!(setting("database_url"), json!(url));
    assert_eq!(setting("database_connections"), json!("16"));
    assert_eq!(setting("secret_file"), Value::Null);
    let with_password = server.url("passgate");
    let (status, error) = refusal(place, &["--database-url", &with_password, "config"], &[]);
    assert_eq!(status, 2);
    assert!(error.contains("seen by others") && !error.contains(server.password()), "{error}");
    let (_, error) =
        refusal(place, &["tenant", "list"], &[("PASSGATE_SECRET", ""), ("PASSGATE_SECRET_FILE", "s")]);
    assert!(!error.contains(server.password()), "{error}");
    assert!(!place.folder.path().join("s").exists());
}

fn a_tenant_goes_to_a_file_and_back(place: &Place, server: &PostgresServer) {
    let tenant = place.create_tenant();
    let file = place.folder.path().join("export.jsonl");
    let file = file.to_str().unwrap();
    assert_eq!(place.json(&["export", &tenant.id, "--output", file])["counts"], json!({ "api_key": 1 }));
    let again = Postgres::new(server.create_database("again"));
    for to in [Place::new(), Place::on(&again)] {
        let imported = to.json(&["import", file]);
        assert_eq!(imported["tenants"][0]["complete"], true, "{imported}");
        assert_eq!(to.json(&["tenant", "list"])[0]["id"], json!(tenant.id));
    }
}

fn what_is_sealed_is_resealed(place: &Place, old: &Postgres) {
    let new = Postgres {
        secret: place.json(&["secret", "generate"])["secret"].as_str().unwrap().to_owned(),
        ..old.clone()
    };
    let with_new = Place::on(&new);
    assert!(refusal(&with_new, &["tenant", "list"], &[]).1.contains("not configured"));
    let both = [("PASSGATE_PREVIOUS_SECRETS", old.secret.as_str())];
    let resealed = with_new.command().args(["secret", "reseal", "--json"]).envs(both).output().unwrap();
    let resealed: Value = serde_json::from_slice(&resealed.stdout).unwrap();
    assert_eq!(resealed["resealed"], 1);
    assert_eq!(with_new.json(&["tenant", "list"]).as_array().unwrap().len(), 1);
}
