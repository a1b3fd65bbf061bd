//! The fixture's own promises.

use std::net::TcpStream;
use std::process::Command;

use passgate_postgres_fixture::{PostgresServer, Stop};

#[test]
fn a_server_answers_with_its_password_and_is_gone_with_its_value() {
    let server = PostgresServer::start();
    let url = server.create_database("own");
    let query =
        |url: &str| Command::new("psql").args([url, "-Atc", "select current_database()"]).output().unwrap();
    assert_eq!(String::from_utf8(query(&url).stdout).unwrap(), "own\n");
    let wrong = query(&url.replace(server.password(), "wrong"));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("password authentication failed"));

    let (address, folder) = ((server.address(), server.port()), server.socket_folder().to_owned());
    assert!(TcpStream::connect(address).is_ok());
    drop(server);
    assert!(TcpStream::connect(address).is_err());
    assert!(!folder.exists());
}

#[test]
fn two_servers_of_one_process_are_apart() {
    let (one, other) = (PostgresServer::start(), PostgresServer::start());
    assert_eq!(one.address(), other.address());
    assert_ne!((one.port(), one.password()), (other.port(), other.password()));
}

#[test]
fn a_durable_server_has_after_a_crash_what_it_committed() {
    let mut server = PostgresServer::start_durable();
    let url = server.create_database("kept");
    let psql = |sql: &str| {
        let output = Command::new("psql").args([&url, "-Atc", sql]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    psql("CREATE TABLE kept AS SELECT 7 AS number");
    server.stop(Stop::Crash);
    assert!(TcpStream::connect((server.address(), server.port())).is_err());
    server.resume();
    assert_eq!(psql("SELECT number FROM kept"), "7\n");
}
