use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use passgate_authenticator::Authenticator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Caller, Place};

fn wait(child: &mut std::process::Child) -> std::process::ExitStatus {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(Instant::now() < deadline, "the server does not stop");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_request_under_way_finishes_after_sigterm() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let mut server = place.serve();
    let body = r#"{"user_id":"u1","username":"kim"}"#;
    let mut stream = TcpStream::connect(("127.0.0.1", place.public)).unwrap();
    write!(
        stream,
        "POST /{}/registration/initialize HTTP/1.1\r\nhost: localhost\r\napikey: {}\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        tenant.id,
        tenant.api_key,
        body.len(),
    )
    .unwrap();
    // The server asks for the body: the request is under way.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(&body.as_bytes()[..10]).unwrap();
    server.signal("-TERM");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !server.log().contains("stopping") {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    stream.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(wait(&mut server.child).success());
    assert!(server.log().contains("stopped"));
    assert!(TcpStream::connect(("127.0.0.1", place.public)).is_err());
}

#[tokio::test]
async fn an_orderly_stop_leaves_one_file_with_everything_in_it() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let mut server = place.serve();
    let caller = Caller::new(&server, &tenant);
    let body = caller.prepare_registration("u1", &mut Authenticator::new(1)).await.unwrap();
    assert_eq!(caller.post("registration/finalize", &body).await.unwrap().0, 200);
    server.signal("-INT");
    assert!(wait(&mut server.child).success());
    let files: Vec<_> =
        std::fs::read_dir(place.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!files.iter().any(|name| name.to_str().unwrap().contains("-wal")), "{files:?}");
    let keys = place.json(&["key", "list", &tenant.id]);
    assert!(keys[0]["last_used_at"].is_string(), "what keys were last used for is written too");
}

#[test]
fn a_peer_that_says_that_nothing_more_will_come_gets_its_answer() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let _server = place.serve();
    let body = r#"{"user_id":"u1","username":"kim"}"#;
    let mut stream = TcpStream::connect(("127.0.0.1", place.public)).unwrap();
    write!(
        stream,
        "POST /{}/registration/initialize HTTP/1.1\r\nhost: localhost\r\napikey: {}\r\ncontent-length: {}\r\n\r\n{body}",
        tenant.id,
        tenant.api_key,
        body.len(),
    )
    .unwrap();
    // While the answer waits for a commit.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn a_slow_client_is_cut_off() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("passgate.toml"), "header_timeout = 1\nrequest_timeout = 1")
        .unwrap();
    let tenant = place.create_tenant();
    let mut command = place.command();
    let mut child = command
        .args(["--config", "passgate.toml", "serve"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let connect = || loop {
        match TcpStream::connect(("127.0.0.1", place.public)) {
            Ok(stream) => return stream,
            Err(_) => assert!(Instant::now() < deadline),
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // Headers that never end: the connection is closed.
    let mut headers = connect();
    write!(headers, "POST / HTTP/1.1\r\nhost: local").unwrap();
    let mut answer = String::new();
    headers.read_to_string(&mut answer).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    // A body that never ends: 408, with a code.
    let mut body = connect();
    write!(
        body,
        "POST /{}/login/initialize HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{{",
        tenant.id
    )
    .unwrap();
    let mut answer = String::new();
    body.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_peer_that_does_not_read_is_cut_off_and_takes_nobodys_place() {
    let place = Place::new();
    let settings = "request_timeout = 1\nmax_connections = 16\ntrusted_proxies = \"127.0.0.1\"";
    std::fs::write(place.folder.path().join("passgate.toml"), settings).unwrap();
    let server = place.serve_with(&["--config", "passgate.toml"]);
    // A long answer, so that few of them fill what lies between.
    let ask = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // Sixteen peers ask until neither side takes any more, and read nothing.
    let peers: Vec<TcpStream> = (0..16)
        .map(|_| {
            let mut peer = TcpStream::connect(("127.0.0.1", place.public)).unwrap();
            peer.set_nonblocking(true).unwrap();
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(100) {
                if peer.write(ask.as_bytes()).is_err() {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            peer
        })
        .collect();
    // The next one waits for a place, and gets it once the first of them is cut off.
    let mut next = TcpStream::connect(("127.0.0.1", place.public)).unwrap();
    next.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    next.write_all(ask.as_bytes()).unwrap();
    let mut answer = [0; 12];
    next.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop(peers);
    drop(server);
}

// Elsewhere, this machine has only one address of its own.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_opens_all_connections_leaves_some_to_others() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("passgate.toml"), "max_connections = 16").unwrap();
    let server = place.serve_with(&["--config", "passgate.toml"]);
    let to = std::net::SocketAddr::from(([127, 0, 0, 1], place.public));
    let connect = async |from: [u8; 4]| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.connect(to).await.unwrap()
    };
    // Whether it is served; else it is closed without a word.
    let ask = async |stream: &mut tokio::net::TcpStream| {
        let _ = stream.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.is_ok_and(|_| &answer == b"HTTP/1.1 200")
    };
    let mut greedy = Vec::new();
    for _ in 0..4 {
        let mut stream = connect([127, 0, 0, 2]).await;
        assert!(ask(&mut stream).await);
        greedy.push(stream);
    }
    for _ in 0..20 {
        assert!(!ask(&mut connect([127, 0, 0, 2]).await).await);
    }
    assert!(ask(&mut connect([127, 0, 0, 3]).await).await);
    // Whom it closes, it has a place for again, once it is seen.
    greedy.truncate(3);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !ask(&mut connect([127, 0, 0, 2]).await).await {
        assert!(Instant::now() < deadline);
    }
    drop(server);
}
