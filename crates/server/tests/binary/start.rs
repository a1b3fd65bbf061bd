use std::time::Duration;

use crate::harness::Place;

/// The budget is 100 ms from the start of the process to its first answer on a warm database. A debug build on a busy
/// machine gets ten times that here; benchmarks measure the release build.
#[test]
fn the_server_answers_soon_after_its_start() {
    let place = Place::new();
    place.create_tenant();
    drop(place.serve());
    let fastest = (0..5).map(|_| place.serve().began_in).min().unwrap();
    println!("fastest of five starts on a warm database: {fastest:?}");
    assert!(fastest < Duration::from_secs(1), "{fastest:?}");
}

#[test]
fn a_port_that_is_taken_is_named_before_anything_is_made() {
    let place = Place::new();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", place.admin)).unwrap();
    let output = place.run(&["serve"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains(&format!("127.0.0.1:{} (admin_listen)", place.admin)), "{error}");
    assert!(!place.database().exists());
}

#[test]
fn an_unknown_key_in_the_configuration_is_named() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("passgate.toml"), "[server]\nport = 1").unwrap();
    let output = place.run(&["--config", "passgate.toml", "config"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("passgate.toml") && error.contains("`server`"), "{error}");
    let output = place.command().env("PASSGATE_PUBLIC_URI", "x").arg("config").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("`public_uri`"));
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let place = Place::new();
    let db = rusqlite::Connection::open(place.database()).unwrap();
    db.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(db);
    let before = std::fs::read(place.database()).unwrap();
    let output = place.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not Passgate's"));
    assert!(std::fs::read(place.database()).unwrap() == before, "the file was changed");
}

#[test]
fn logs_are_json_where_there_is_no_terminal() {
    let place = Place::new();
    let server = place.serve();
    for line in server.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string());
    }
    assert!(server.log().contains("passgate is ready"));
}
