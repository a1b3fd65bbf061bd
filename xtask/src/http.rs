//! As much HTTP as it takes to see whether a server answers, and what.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(2);

/// The status with which `http://localhost:{port}{path}` answers; `None` if it doesn't.
pub(crate) fn status(port: u16, path: &str) -> Option<u16> {
    get(port, path, |stream| {
        let mut start = [0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut start).ok()?;
        std::str::from_utf8(&start).ok()?.strip_prefix("HTTP/1.1 ")?.parse().ok()
    })
}

/// What `http://localhost:{port}{path}` answers: head and body.
pub(crate) fn answer(port: u16, path: &str) -> Option<String> {
    get(port, path, |stream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    })
}

fn get<T>(port: u16, path: &str, read: impl Fn(&mut TcpStream) -> Option<T>) -> Option<T> {
    ("localhost", port).to_socket_addrs().ok()?.find_map(|address| {
        let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
        stream.set_read_timeout(Some(TIMEOUT)).ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        read(&mut stream)
    })
}
