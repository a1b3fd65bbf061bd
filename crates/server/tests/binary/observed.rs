//! What operators see of requests: log lines, and traces.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;

use passgate_authenticator::Authenticator;
use serde_json::{Value, json};

use crate::harness::{Caller, Place};

#[tokio::test]
async fn a_log_line_names_the_request_it_is_about() {
    let place = Place::new();
    let tenant = place.create_tenant();
    let server =
        place.serve_in(&[], &[("PASSGATE_LOG_LEVEL", "passgate=debug"), ("PASSGATE_LOG_FORMAT", "json")]);
    let caller = Caller::new(&server, &tenant);
    let answer =
        caller.client.post(format!("{}login/initialize", caller.base)).body("{}").send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap();
    let log = server.log();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["request_id"] == id).unwrap_or_else(|| panic!("{id}: {log}"));
    let mut line = line.clone();
    line["timestamp"].take();
    assert_eq!(
        line,
        json!({
            "timestamp": null, "level": "DEBUG", "message": "request", "status": 200, "request_id": id,
            "method": "POST", "route": "/{tenant_id}/login/initialize", "target": "passgate::request",
        })
    );
    let ready = lines.iter().find(|line| line["message"] == "passgate is ready").unwrap();
    assert_eq!(ready.get("request_id"), None, "what is no request's names none");
}

#[tokio::test]
async fn traces_go_to_the_collector_as_part_of_the_callers() {
    let (endpoint, received) = collector();
    let place = Place::new();
    let tenant = place.create_tenant();
    let mut server = place.serve_in(&[], &[("PASSGATE_OTLP_ENDPOINT", &endpoint)]);
    let caller = Caller::new(&server, &tenant);
    let mut authenticator = Authenticator::new(1);
    let registration = caller.prepare_registration("u1", &mut authenticator).await.unwrap();
    assert_eq!(caller.post("registration/finalize", &registration).await.unwrap().0, 200);
    let login = caller.prepare_login(&mut authenticator).await.unwrap();
    let trace_id = "0af7651916cd43dd8448eb211c80319c";
    let request = caller.client.post(format!("{}login/finalize", caller.base)).body(login.to_string());
    let answer = request.header("traceparent", format!("00-{trace_id}-b7ad6b7169203331-01")).send().await;
    assert_eq!(answer.unwrap().status(), 200);
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());

    let sent: Vec<u8> = received.try_iter().flatten().collect();
    let holds = |bytes: &[u8]| sent.windows(bytes.len()).any(|window| window == bytes);
    for name in [
        "passgate",
        "POST /{tenant_id}/login/finalize",
        "http.response.status_code",
        "passgate.request_id",
        "store: find the credential",
        "verify and sign",
        "store: finish a login",
    ] {
        assert!(holds(name.as_bytes()), "{name}");
    }
    assert!(holds(&u128::from_str_radix(trace_id, 16).unwrap().to_be_bytes()), "the caller's trace");
    let challenge = login["response"]["clientDataJSON"].as_str().unwrap();
    for secret in [tenant.api_key.as_str(), login["id"].as_str().unwrap(), challenge, "u1"] {
        assert!(!holds(secret.as_bytes()), "no trace tells {secret}");
    }
}

#[test]
fn a_collector_that_is_not_there_stops_nothing() {
    let place = Place::new();
    // Nothing listens on port 9 of this machine, and nobody waits for it.
    let mut server = place.serve_in(&[], &[("PASSGATE_OTLP_ENDPOINT", "http://127.0.0.1:9")]);
    assert!(server.readiness().contains("true"));
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());
}

/// Takes what is posted, and answers that all is well.
fn collector() -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            std::thread::spawn(move || serve(&mut stream.unwrap(), &sender));
        }
    });
    (endpoint, received)
}

fn serve(stream: &mut TcpStream, received: &mpsc::Sender<Vec<u8>>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            assert!(head.starts_with("post /v1/traces "), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let whole = end + 4 + length.trim().parse::<usize>().unwrap();
            if bytes.len() < whole {
                break;
            }
            received.send(bytes[end + 4..whole].to_vec()).unwrap();
            bytes.drain(..whole);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
