use serde_json::{Value, json};

use crate::harness::Place;

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn creating_a_tenant_prints_what_the_apps_backend_needs() {
    let place = Place::new();
    let created = place.json(&["tenant", "create", "--name", "My app", "--app-url", "http://localhost:5173"]);
    let id = created["tenant_id"].as_str().unwrap();
    let base = format!("http://localhost:{}", place.public);
    let secret = &created["api_key"]["secret"];
    assert_eq!(created["display_name"], "My app");
    assert_eq!(created["api_url"], format!("{base}/{id}"));
    assert_eq!(created["jwks_url"], format!("{base}/{id}/.well-known/jwks.json"));
    assert_eq!(
        created["env"],
        json!({ "PASSKEYS_TENANT_ID": id, "PASSKEYS_API_KEY": secret, "PASSKEYS_BASE_URL": base })
    );
    let shown = place.json(&["tenant", "show", id]);
    assert_eq!(shown["config"]["webauthn"]["attestation_preference"], "none");
    assert_eq!(shown["config"]["webauthn"]["relying_party"]["id"], "localhost");
    let output = place.run(&["tenant", "create", "--name", "Other", "--app-url", "https://other.example"]);
    let printed = text(output.stdout);
    for line in ["PASSKEYS_TENANT_ID=", "PASSKEYS_API_KEY=pgk_", "PASSKEYS_BASE_URL=http"] {
        assert!(printed.lines().any(|printed| printed.starts_with(line)), "{printed}");
    }
}

#[test]
fn what_of_a_tenant_is_probably_not_meant_is_said_at_once_and_later() {
    let place = Place::new();
    let create = ["tenant", "create", "--name", "Intranet", "--app-url", "http://intranet.example.com"];
    let created = place.json(&create);
    assert_eq!(created["warnings"][0]["code"], "origin_insecure");
    let again = place.run(&create);
    let shown = place.run(&["tenant", "show", created["tenant_id"].as_str().unwrap()]);
    for output in [again, shown] {
        let printed = text(output.stdout);
        let warned = printed.lines().filter(|line| line.starts_with("Warning: ")).collect::<Vec<_>>();
        let [insecure, shared] = warned[..] else { panic!("{printed}") };
        assert!(insecure.ends_with("(origin_insecure)") && shared.ends_with("(rp_id_shared)"), "{printed}");
    }
    let usual = place.run(&["tenant", "create", "--name", "App", "--app-url", "https://app.example.org"]);
    assert!(!text(usual.stdout).contains("Warning"));
}

/// What each command answers, with the database to itself and through a server.
fn walk(place: &Place, name: &str) {
    let tenant = place.json(&["tenant", "create", "--name", name, "--app-url", "http://localhost:5173"]);
    let id = tenant["tenant_id"].as_str().unwrap();
    let listed = place.json(&["tenant", "list"]);
    assert!(listed.as_array().unwrap().contains(&json!({ "id": id, "display_name": name })));
    let key = place.json(&["key", "create", id, "--name", "second"]);
    let keys = place.json(&["key", "list", id]);
    assert_eq!(keys.as_array().unwrap().len(), 2);
    assert!(!keys.to_string().contains(key["secret"].as_str().unwrap()));
    let key_id = key["id"].as_str().unwrap();
    assert_eq!(place.json(&["key", "revoke", id, key_id]), json!({ "key_id": key_id, "revoked": true }));
    assert_eq!(place.json(&["key", "list", id]).as_array().unwrap().len(), 1);
    let rotated = place.json(&["signing-key", "rotate", id, "--algorithm", "RS256"]);
    assert_eq!((&rotated["alg"], &rotated["state"]), (&json!("RS256"), &json!("published")));
    let keys = place.json(&["signing-key", "list", id]);
    assert_eq!(keys.as_array().unwrap().len(), 2);
    place.json(&["signing-key", "delete", id, rotated["id"].as_str().unwrap()]);
    let refused = place.run(&["tenant", "delete", id]);
    assert_eq!(refused.status.code(), Some(2), "not without --yes");
    assert_eq!(place.json(&["tenant", "delete", id, "--yes"]), json!({ "tenant_id": id, "deleted": true }));
    let gone = place.run(&["tenant", "show", id, "--json"]);
    assert_eq!(gone.status.code(), Some(1));
    let error: Value = serde_json::from_slice(&gone.stderr).unwrap();
    assert_eq!(error["error"]["code"], "tenant_not_found");
}

#[test]
fn commands_work_on_the_database_while_no_server_runs() {
    let place = Place::new();
    walk(&place, "Alone");
    assert_eq!(place.json(&["tenant", "list"]), json!([]));
}

#[test]
fn commands_go_through_a_running_server_and_need_its_token() {
    let place = Place::new();
    let server = place.serve();
    let refused = place.run(&["tenant", "list"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(refused.stderr).contains("PASSGATE_ADMIN_TOKEN"));
    let token = place.json(&["admin-token", "create", "--name", "tests"]);
    let token = token["token"].as_str().unwrap().to_owned();
    let with = |token: &str, arguments: &[&str]| {
        place.command().env("PASSGATE_ADMIN_TOKEN", token).args(arguments).output().unwrap()
    };
    let wrong = with("pga_wrong", &["tenant", "list"]);
    assert!(text(wrong.stderr).contains("admin_token_invalid"));
    let right =
        with(&token, &["tenant", "create", "--name", "Via server", "--app-url", "http://localhost:5173"]);
    assert!(right.status.success(), "{}", text(right.stderr));
    let listed = text(with(&token, &["tenant", "list"]).stdout);
    assert!(listed.contains("Via server"), "{listed}");
    let tokens = place.json(&["admin-token", "list"]);
    place.json(&["admin-token", "revoke", tokens[0]["id"].as_str().unwrap()]);
    let revoked = with(&token, &["tenant", "list"]);
    assert!(text(revoked.stderr).contains("admin_token_invalid"), "a revoked token is refused at once");
    assert!(!server.log().contains(&token), "no log holds a token");
}

#[test]
fn a_server_of_another_database_is_left_alone() {
    let (theirs, mine) = (Place::new(), Place::new());
    theirs.create_tenant();
    let _server = theirs.serve();
    let mine = Place { admin: theirs.admin, ..mine };
    let created = mine.json(&["tenant", "create", "--name", "Mine", "--app-url", "http://localhost:5173"]);
    assert_eq!(mine.json(&["tenant", "list"])[0]["id"], created["tenant_id"]);
    assert_eq!(mine.json(&["tenant", "list"]).as_array().unwrap().len(), 1);
    // Named, it is asked.
    let url = format!("http://127.0.0.1:{}", theirs.admin);
    let asked = mine.run(&["--admin-url", &url, "tenant", "list"]);
    assert!(text(asked.stderr).contains("PASSGATE_ADMIN_TOKEN"));
}

#[test]
fn what_is_not_passgate_gets_no_token() {
    use std::io::{Read, Write};
    let place = Place::new();
    place.create_tenant();
    let listener = std::net::TcpListener::bind(("127.0.0.1", place.admin)).unwrap();
    let thief = std::thread::spawn(move || {
        let mut requests = String::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            requests.push_str(&String::from_utf8_lossy(&request[..length]));
            let body = r#"{"alive":true}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
        requests
    });
    let listed =
        place.command().env("PASSGATE_ADMIN_TOKEN", "pga_hunter2").args(["tenant", "list"]).output().unwrap();
    assert!(listed.status.success(), "the database is asked: {}", text(listed.stderr));
    let url = format!("http://127.0.0.1:{}", place.admin);
    let asked = place
        .command()
        .env("PASSGATE_ADMIN_TOKEN", "pga_hunter2")
        .args(["--admin-url", &url, "tenant", "list"])
        .output()
        .unwrap();
    assert_eq!(asked.status.code(), Some(1));
    assert!(!thief.join().unwrap().contains("hunter2"));
}

#[test]
fn the_effective_configuration_names_its_sources_and_no_secret() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("passgate.toml"), "log_level = \"debug\"\nsecret = \"hunter2\"")
        .unwrap();
    let output = place.run(&["--config", "passgate.toml", "--body-limit", "9999", "config", "--json"]);
    let printed = text(output.stdout);
    assert!(!printed.contains("hunter2"), "{printed}");
    let settings: Value = serde_json::from_str(&printed).unwrap();
    let source = |key: &str| {
        let setting = settings.as_array().unwrap().iter().find(|setting| setting["key"] == key).unwrap();
        (setting["value"].clone(), setting["source"].clone())
    };
    assert_eq!(source("body_limit"), (json!("9999"), json!("flag")));
    assert_eq!(source("database_url").1, json!("environment"));
    assert_eq!(source("log_level"), (json!("debug"), json!("file")));
    assert_eq!(source("secret"), (json!("(hidden)"), json!("file")));
    assert_eq!(source("request_timeout"), (json!("30"), json!("default")));
}

#[test]
fn commands_that_only_look_make_no_database() {
    let place = Place::new();
    for arguments in [&["tenant", "list"][..], &["admin-token", "list"], &["secret", "reseal"]] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(output.stderr).contains("there is no database"));
    }
    assert!(!place.database().exists());
}

#[test]
fn migrating_is_said_once() {
    let place = Place::new();
    let first = place.json(&["migrate"]);
    assert_eq!((&first["from"], first["to"].as_u64().unwrap() > 0), (&json!(0), true));
    let second = place.json(&["migrate"]);
    assert_eq!(second["from"], second["to"]);
}

#[test]
fn completions_exist_for_common_shells() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = place.run(&["completions", shell]);
        assert!(output.status.success() && text(output.stdout).contains("admin-token"), "{shell}");
    }
}
