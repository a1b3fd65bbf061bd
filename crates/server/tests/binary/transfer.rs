//! `passgate export` and `passgate import`, from one database to another, and out of the original's.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use passgate_authenticator::Authenticator;
use passgate_postgres_fixture::PostgresServer;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{Caller, Place, Tenant};

#[path = "../../../transfer/tests/transfer/schema.rs"]
mod schema;

fn error(output: &Output) -> Value {
    assert!(!output.status.success(), "{output:?}");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    error["error"].clone()
}

/// All of it but the first line, which has the time.
fn records(path: &Path) -> String {
    let export = fs::read_to_string(path).unwrap();
    export.split_once('\n').unwrap().1.to_owned()
}

/// A place with a tenant that has a passkey, and the authenticator that holds it.
async fn lived_in() -> (Place, Tenant, Authenticator) {
    let place = Place::new();
    let tenant = place.create_tenant();
    let server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let mut authenticator = Authenticator::new(1);
    let response = caller.prepare_registration("kim", &mut authenticator).await.unwrap();
    assert_eq!(caller.post("registration/finalize", &response).await.unwrap().0, 200);
    (place, tenant, authenticator)
}

#[tokio::test]
async fn a_tenant_moves_to_another_database_with_its_key_and_its_passkeys() {
    let (from, tenant, mut authenticator) = lived_in().await;
    let file = from.folder.path().join("export.jsonl");
    let path = file.to_str().unwrap();
    let exported = from.json(&["export", &tenant.id, "--output", path]);
    assert_eq!(exported["counts"], json!({ "api_key": 1, "user": 1, "credential": 1, "audit_log": 2 }));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let to = Place::new();
    let imported = to.json(&["import", path]);
    let moved = &imported["tenants"][0];
    assert_eq!((&moved["tenant"], &moved["complete"]), (&json!("made"), &json!(true)));
    assert_eq!(moved["counts"]["credential"]["inserted"], 1);
    assert_eq!(moved["codes"], json!([]));

    let server = to.serve();
    let caller = Caller::new(&server, &tenant);
    let response = caller.prepare_login(&mut authenticator).await.unwrap();
    assert_eq!(caller.post("login/finalize", &response).await.unwrap().0, 200);
    assert_eq!(caller.credentials("user_id=kim").await.len(), 1);
}

#[tokio::test]
async fn an_import_beside_a_running_server_is_seen_by_it() {
    let (from, tenant, _) = lived_in().await;
    let file = from.folder.path().join("export.jsonl");
    from.json(&["export", &tenant.id, "--output", file.to_str().unwrap()]);
    let to = Place::new();
    let server = to.serve();
    let caller = Caller::new(&server, &tenant);
    // The server knows now that there is no such tenant.
    assert_eq!(caller.post("login/initialize", &json!({})).await.unwrap().0, 404);
    to.json(&["import", file.to_str().unwrap()]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while caller.post("login/initialize", &json!({})).await.unwrap().0 != 200 {
        assert!(std::time::Instant::now() < deadline, "the server never saw the tenant");
        tokio::task::yield_now().await;
    }
    assert_eq!(caller.credentials("user_id=kim").await.len(), 1);
}

#[tokio::test]
async fn a_second_import_changes_nothing_and_a_second_export_is_the_first() {
    let (from, tenant, _) = lived_in().await;
    let path = |name: &str| from.folder.path().join(name);
    let (first, second) = (path("first.jsonl"), path("second.jsonl"));
    from.json(&["export", &tenant.id, "--output", first.to_str().unwrap()]);
    let to = Place::new();
    to.json(&["import", first.to_str().unwrap()]);
    let again = to.json(&["import", first.to_str().unwrap()]);
    assert_eq!(again["tenants"][0]["tenant"], "found");
    assert_eq!(
        again["tenants"][0]["counts"]["user"],
        json!({ "inserted": 0, "updated": 0, "unchanged": 1, "refused": 0 })
    );
    to.json(&["export", &tenant.id, "--output", second.to_str().unwrap()]);
    assert_eq!(records(&second), records(&first));

    // Neither overwrites, nor leaves a part behind.
    let before = fs::read(&first).unwrap();
    let refused = to.run(&["export", &tenant.id, "--output", first.to_str().unwrap(), "--json"]);
    assert_eq!(error(&refused)["code"], "file_unwritable");
    assert_eq!(fs::read(&first).unwrap(), before);
    assert!(!path("first.jsonl.partial").exists());
}

#[tokio::test]
async fn an_export_goes_through_a_pipe() {
    let (from, tenant, _) = lived_in().await;
    let to = Place::new();
    let mut export = from
        .command()
        .args(["export", &tenant.id])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let import =
        to.command().args(["import", "-", "--json"]).stdin(export.stdout.take().unwrap()).output().unwrap();
    assert!(export.wait().unwrap().success());
    let imported: Value = serde_json::from_slice(&import.stdout).unwrap();
    assert_eq!(imported["tenants"][0]["counts"]["credential"]["inserted"], 1);
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let (from, tenant, _) = lived_in().await;
    let file = from.folder.path().join("export.jsonl");
    from.json(&["export", &tenant.id, "--output", file.to_str().unwrap()]);
    let to = Place::new();
    assert_eq!(
        error(&to.run(&["import", file.to_str().unwrap(), "--dry-run", "--json"]))["code"],
        "start_failed"
    );
    assert!(!to.database().exists());
    to.json(&["migrate"]);
    let planned = to.json(&["import", file.to_str().unwrap(), "--dry-run"]);
    assert_eq!((&planned["dry_run"], &planned["tenants"][0]["tenant"]), (&json!(true), &json!("made")));
    assert_eq!(to.json(&["tenant", "list"]), json!([]));
}

#[tokio::test]
async fn a_file_that_is_cut_off_fails_with_its_line_and_what_was_done() {
    let (from, tenant, _) = lived_in().await;
    let file = from.folder.path().join("export.jsonl");
    from.json(&["export", &tenant.id, "--output", file.to_str().unwrap()]);
    let whole = fs::read_to_string(&file).unwrap();
    let cut = from.folder.path().join("cut.jsonl");
    fs::write(&cut, whole.split_inclusive('\n').take(3).collect::<String>()).unwrap();
    let to = Place::new();
    let output = to.run(&["import", cut.to_str().unwrap(), "--json"]);
    let error = error(&output);
    assert_eq!(error["code"], "file_truncated");
    assert!(error["message"].as_str().unwrap().contains("line 4"), "{error}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["tenants"][0]["complete"], false);
}

#[test]
fn a_password_on_the_command_line_is_refused() {
    let place = Place::new();
    let output =
        place.run(&["import", "--hanko", "postgresql://kim:secret-word@localhost/passkeys", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    let error = error(&output);
    assert_eq!(error["code"], "usage");
    assert!(!error.to_string().contains("secret-word"));
}

/// The original's database with one tenant, which has a user, and one that can't come along.
fn original() -> (PostgresServer, String, Uuid) {
    let tenant = Uuid::from_u128(0x7e4a_0000_0000_4000_8000_0000_0000_0003);
    let server = PostgresServer::start();
    let url = server.create_database("original");
    let rows = format!(
        "INSERT INTO tenants (id, display_name) VALUES ('{tenant}', 'Moved app'), (gen_random_uuid(), 'Without');
         INSERT INTO configs (id, tenant_id) VALUES ('{tenant}', '{tenant}');
         INSERT INTO webauthn_configs (id, config_id) VALUES ('{tenant}', '{tenant}');
         INSERT INTO relying_parties (id, rp_id, display_name, webauthn_config_id)
         VALUES ('{tenant}', 'example.com', 'App', '{tenant}');
         INSERT INTO webauthn_origins (origin, relying_party_id) VALUES ('https://example.com', '{tenant}');
         INSERT INTO cors (id, config_id) VALUES ('{tenant}', '{tenant}');
         INSERT INTO cors_origins (origin, cors_id) VALUES ('https://example.com', '{tenant}');
         INSERT INTO audit_log_configs (enable_storage, config_id) VALUES (true, '{tenant}');
         INSERT INTO secrets (name, key, config_id) VALUES ('Backend', repeat('k', 64), '{tenant}');
         INSERT INTO webauthn_users (id, user_id, name, icon, display_name, tenant_id)
         VALUES ('{tenant}', 'kim', 'kim', '', '', '{tenant}');"
    );
    let filled = Command::new("psql")
        .args([&url, "-v", "ON_ERROR_STOP=1", "-qc", schema::SCHEMA, "-c", &rows])
        .output()
        .unwrap();
    assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    let url = url.replace(&format!(":{}@", server.password()), "@");
    (server, url, tenant)
}

#[tokio::test]
async fn the_originals_database_is_imported_and_its_api_key_works() {
    let (original, url, id) = original();
    let place = Place::new();
    let output = place
        .command()
        .env("PGPASSWORD", original.password())
        .args(["import", "--hanko", &url, "--json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fates: Vec<(&str, &str)> = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| (tenant["display_name"].as_str().unwrap(), tenant["tenant"].as_str().unwrap()))
        .collect();
    assert!(fates.contains(&("Moved app", "made")) && fates.contains(&("Without", "refused")), "{fates:?}");

    let tenant = Tenant { id: id.to_string(), api_key: "k".repeat(64) };
    let server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let (status, body) = caller.post("login/initialize", &json!({ "user_id": "kim" })).await.unwrap();
    assert_eq!((status, &body["code"]), (400, &json!("no_credentials")));

    let only_missing =
        ["import", "--hanko", &url, "--tenant", "00000000-0000-4000-8000-000000000000", "--json"];
    let output = place.command().env("PGPASSWORD", original.password()).args(only_missing).output().unwrap();
    assert_eq!(error(&output)["code"], "usage");
}

#[test]
fn people_are_told_what_came_along_and_what_did_not() {
    let (original, url, _) = original();
    let place = Place::new();
    let output = place
        .command()
        .env("PGPASSWORD", original.password())
        .args(["import", "--hanko", &url])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "Moved app (7e4a0000-0000-4000-8000-000000000003) was made",
        "user     1    0        0          0",
        "can't come along",
        "config_missing (refused)",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// Looks on, beside an import, until so many users are there.
fn wait_for_users(place: &Place, count: u32) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    // Only once the import has made the file and the table.
    let users = || {
        let path = place.database();
        let db = path.exists().then(|| rusqlite::Connection::open(path).ok()).flatten()?;
        db.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, u32>(0)).ok()
    };
    while users().is_none_or(|users| users < count) {
        assert!(std::time::Instant::now() < deadline, "{count} users were never imported");
        std::thread::yield_now();
    }
}

/// Writes users down a pipe until nobody reads any more.
fn write_users(mut pipe: impl Write) {
    for number in 0_u64.. {
        let user = format!(
            r#"{{"kind":"user","id":"00000000-0000-0000-0000-{number:012}","user_id":"user {number}","name":"n","handles":["{number:012}"],"created_at":"2024-01-02T03:04:05Z","updated_at":"2024-01-02T03:04:05Z"}}"#
        );
        if writeln!(pipe, "{user}").is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn an_interrupted_import_ends_with_its_batch_and_says_how_to_go_on() {
    let (from, tenant, _) = lived_in().await;
    let file = from.folder.path().join("export.jsonl");
    from.json(&["export", &tenant.id, "--output", file.to_str().unwrap()]);
    let export = fs::read_to_string(&file).unwrap();

    let to = Place::new();
    let mut import = to
        .command()
        .args(["import", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = import.stdin.take().unwrap();
    writeln!(pipe, "{}", export.lines().next().unwrap()).unwrap();
    let writer = std::thread::spawn(move || write_users(pipe));
    // Once users are there, it is in the middle.
    wait_for_users(&to, 1);
    let interrupted = Command::new("kill").args(["-INT", &import.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let output = import.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(error(&output)["code"], "interrupted");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["tenants"][0]["complete"], false);
    let users = report["tenants"][0]["counts"]["user"]["inserted"].as_u64().unwrap();
    assert_eq!(users % 1000, 0, "whole batches");

    let again = to.json(&["import", file.to_str().unwrap()]);
    assert_eq!(again["tenants"][0]["complete"], true);
    let db = rusqlite::Connection::open(to.database()).unwrap();
    let count: u32 = db.query_row("SELECT count(*) FROM users", [], |row| row.get(0)).unwrap();
    assert_eq!(u64::from(count), users + 1);
}

/// An export with as many further users as it says, each with a passkey like the one that is there.
fn grow(export: &str, users: u64) -> String {
    let mut grown = Vec::new();
    for line in export.lines() {
        let mut record: Value = serde_json::from_str(line).unwrap();
        for kind in ["user", "credential"] {
            if let Some(count) = record["counts"][kind].as_u64() {
                record["counts"][kind] = json!(count + users);
            }
        }
        grown.push(record.to_string());
        for number in 0..users {
            let user_id = json!(format!("user {number}"));
            match record["kind"].as_str() {
                Some("user") => {
                    record["id"] = json!(Uuid::from_u128(u128::from(number)));
                    record["handles"] = json!([format!("{number:012}")]);
                }
                Some("credential") => record["id"] = json!(format!("{number:012}")),
                _ => break,
            }
            record["user_id"] = user_id;
            grown.push(record.to_string());
        }
    }
    grown.join("\n") + "\n"
}

#[tokio::test]
async fn an_import_that_is_killed_and_run_again_is_the_same_as_one_that_was_not() {
    let (from, tenant, _) = lived_in().await;
    let path = |name: &str| from.folder.path().join(name).to_str().unwrap().to_owned();
    let (small, file) = (path("small.jsonl"), path("file.jsonl"));
    from.json(&["export", &tenant.id, "--output", &small]);
    fs::write(&file, grow(&fs::read_to_string(&small).unwrap(), 4000)).unwrap();

    let killed = Place::new();
    for users in [1, 1000, 2000, 3000] {
        let mut import = killed
            .command()
            .args(["import", &file, "--json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_users(&killed, users);
        import.kill().unwrap();
        assert!(import.wait().unwrap().code().is_none(), "it had ended before");
    }
    let last = killed.json(&["import", &file]);
    assert_eq!(
        (&last["tenants"][0]["tenant"], &last["tenants"][0]["complete"]),
        (&json!("found"), &json!(true))
    );
    let kept = last["tenants"][0]["counts"]["user"]["unchanged"].as_u64().unwrap();
    assert!(kept >= 3000, "{kept}");

    let whole = Place::new();
    whole.json(&["import", &file]);
    let exports = [(&killed, path("killed.jsonl")), (&whole, path("whole.jsonl"))].map(|(place, path)| {
        place.json(&["export", &tenant.id, "--output", &path]);
        records(Path::new(&path))
    });
    assert_eq!(exports[0].lines().count(), 8000 + fs::read_to_string(&small).unwrap().lines().count() - 1);
    assert!(exports[0] == exports[1], "they differ");
}
