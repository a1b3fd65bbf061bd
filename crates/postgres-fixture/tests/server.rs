//! The fixture's own promises.

use std::net::TcpStream;
use std::process::Command;

use passgate_postgres_fixture::PostgresServer;

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
