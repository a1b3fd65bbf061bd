//! One keep-alive connection, spoken to in HTTP/1.1 as sparingly as it goes: the load generator shares the machine with
//! what it measures, so that its own work must be small. A request is one write, and mostly one read.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a request may take, connecting included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// After a connection that could not be made, the next attempt waits this long, so that a server which is gone isn't
/// asked a hundred thousand times a second whether it is back.
const PAUSE: Duration = Duration::from_millis(20);
const MAX_HEADERS: usize = 64;
const MAX_ANSWER: usize = 16 << 20;

/// Where a server listens.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    address: SocketAddr,
    /// The `Host` header.
    host: String,
    /// What stands before every path.
    prefix: String,
}

/// Why a URL is none of a server's.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// It isn't `http://host[:port][/path]`.
    #[error("{0:?} is no URL such as http://127.0.0.1:8000 (plain HTTP is all that is spoken)")]
    NotHttp(String),
    /// Its host has no address.
    #[error("{url}: {error}")]
    Unresolved {
        /// The URL.
        url: String,
        /// Why.
        error: io::Error,
    },
}

impl Endpoint {
    /// Reads a URL and looks its host up.
    pub(crate) fn parse(url: &str) -> Result<Self, EndpointError> {
        let not_http = || EndpointError::NotHttp(url.to_owned());
        let rest = url.strip_prefix("http://").ok_or_else(not_http)?;
        let (host, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if host.is_empty() || host.contains(['@', ' ']) {
            return Err(not_http());
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let authority = if has_port { host.to_owned() } else { format!("{host}:80") };
        let unresolved = |error| EndpointError::Unresolved { url: url.to_owned(), error };
        let mut addresses =
            std::net::ToSocketAddrs::to_socket_addrs(&authority).map_err(unresolved)?.collect::<Vec<_>>();
        // Servers under test mostly listen on IPv4.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let address = *addresses.first().ok_or_else(not_http)?;
        Ok(Self { address, host: host.to_owned(), prefix: prefix.trim_end_matches('/').to_owned() })
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    /// From the slash on.
    pub(crate) path: &'a str,
    /// Headers by which the caller proves who it is.
    pub(crate) credentials: Credentials<'a>,
    pub(crate) body: &'a [u8],
}

/// How a caller proves who it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credentials<'a> {
    None,
    ApiKey(&'a str),
    Bearer(&'a str),
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TransportError {
    /// Nobody listens.
    NotConnected,
    /// The connection ended before the answer did.
    ConnectionLost,
    /// It took longer than ten seconds.
    TimedOut,
    /// What came is not HTTP/1.1.
    NotHttp,
}

impl TransportError {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::ConnectionLost => "connection_lost",
            Self::TimedOut => "timed_out",
            Self::NotHttp => "not_http",
        }
    }
}

/// A connection, made when it is first needed and again when it was lost.
#[derive(Debug)]
pub(crate) struct Connection {
    endpoint: Endpoint,
    stream: Option<TcpStream>,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

/// Where the body is among the bytes that came.
enum Body {
    Length(usize),
    Chunked,
}

struct Head {
    status: u16,
    length: usize,
    body: Body,
    closes: bool,
}

impl Connection {
    pub(crate) fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, stream: None, outgoing: Vec::new(), incoming: Vec::new() }
    }

    /// Sends a request and waits for its answer. Nothing is sent twice.
    pub(crate) async fn send(&mut self, request: Request<'_>) -> Result<Answer<'_>, TransportError> {
        self.write_request(request);
        let exchanged = tokio::time::timeout(TIMEOUT, self.exchange()).await;
        match exchanged.unwrap_or(Err(TransportError::TimedOut)) {
            Ok(head) => {
                if head.closes {
                    self.stream = None;
                }
                Ok(Answer { status: head.status, body: &self.incoming[head.length..] })
            }
            Err(error) => {
                self.stream = None;
                if error == TransportError::NotConnected {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error)
            }
        }
    }

    fn write_request(&mut self, request: Request<'_>) {
        let out = &mut self.outgoing;
        out.clear();
        let mut push = |text: &str| out.extend_from_slice(text.as_bytes());
        push(request.method);
        push(" ");
        push(&self.endpoint.prefix);
        push(request.path);
        push(" HTTP/1.1\r\nhost: ");
        push(&self.endpoint.host);
        match request.credentials {
            Credentials::None => {}
            Credentials::ApiKey(key) => {
                push("\r\napiKey: ");
                push(key);
            }
            Credentials::Bearer(token) => {
                push("\r\nauthorization: Bearer ");
                push(token);
            }
        }
        push("\r\ncontent-type: application/json\r\ncontent-length: ");
        push(&request.body.len().to_string());
        push("\r\n\r\n");
        out.extend_from_slice(request.body);
    }

    /// Leaves the head in `incoming`, and behind it the body as it was before it was cut into chunks.
    async fn exchange(&mut self) -> Result<Head, TransportError> {
        if self.stream.is_none() {
            let stream =
                TcpStream::connect(self.endpoint.address).await.map_err(|_| TransportError::NotConnected)?;
            stream.set_nodelay(true).map_err(|_| TransportError::NotConnected)?;
            self.stream = Some(stream);
        }
        let Some(stream) = &mut self.stream else { return Err(TransportError::NotConnected) };
        stream.write_all(&self.outgoing).await.map_err(|_| TransportError::ConnectionLost)?;
        self.incoming.clear();
        let head = loop {
            read(stream, &mut self.incoming).await?;
            if let Some(head) = parse_head(&self.incoming)? {
                break head;
            }
        };
        match head.body {
            Body::Length(length) => {
                while self.incoming.len() < head.length + length {
                    read(stream, &mut self.incoming).await?;
                }
            }
            Body::Chunked => loop {
                if let Some(body) = join_chunks(&self.incoming[head.length..])? {
                    self.incoming.truncate(head.length);
                    self.incoming.extend_from_slice(&body);
                    break;
                }
                read(stream, &mut self.incoming).await?;
            },
        }
        Ok(head)
    }
}

async fn read(stream: &mut TcpStream, into: &mut Vec<u8>) -> Result<(), TransportError> {
    into.reserve(4096);
    match stream.read_buf(into).await {
        Ok(0) | Err(_) => Err(TransportError::ConnectionLost),
        Ok(_) if into.len() > MAX_ANSWER => Err(TransportError::NotHttp),
        Ok(_) => Ok(()),
    }
}

/// The head of an answer; none while it is not all there.
fn parse_head(bytes: &[u8]) -> Result<Option<Head>, TransportError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(TransportError::NotHttp),
    };
    let status = response.code.ok_or(TransportError::NotHttp)?;
    let (mut body, mut closes) = (Body::Length(0), false);
    for header in response.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        if header.name.eq_ignore_ascii_case("content-length") {
            body = Body::Length(value.parse().map_err(|_| TransportError::NotHttp)?);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            body = Body::Chunked;
        } else if header.name.eq_ignore_ascii_case("connection") {
            closes = value.eq_ignore_ascii_case("close");
        }
    }
    Ok(Some(Head { status, length, body, closes }))
}

/// The body that came in chunks (RFC 9112 §7.1); none while it is not all there.
fn join_chunks(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, TransportError> {
    let mut body = Vec::new();
    loop {
        let (start, size) = match httparse::parse_chunk_size(bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(_) => return Err(TransportError::NotHttp),
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= MAX_ANSWER);
        let size = size.ok_or(TransportError::NotHttp)?;
        // Behind the chunk stands the end of its line; behind the last, of no bytes, there are no trailers.
        let Some(chunk) = bytes.get(start..start + size + 2) else { return Ok(None) };
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&chunk[..size]);
        bytes = &bytes[start + size + 2..];
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// What a connection makes of these bytes, which are written in the given pieces.
    async fn answer(pieces: &'static [&'static str]) -> Result<(u16, String), TransportError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            for piece in pieces {
                stream.write_all(piece.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
            }
            String::from_utf8(request[..length].to_vec()).unwrap()
        });
        let mut connection = Connection::new(Endpoint::parse(&url).unwrap());
        let request =
            Request { method: "POST", path: "/x", credentials: Credentials::ApiKey("k"), body: b"{}" };
        let answer = connection.send(request).await;
        let answer = answer.map(|answer| (answer.status, String::from_utf8(answer.body.to_vec()).unwrap()));
        let asked = server.await.unwrap();
        let host = url.trim_start_matches("http://").trim_end_matches("/api");
        let expected = format!(
            "POST /api/x HTTP/1.1\r\nhost: {host}\r\napiKey: k\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{{}}"
        );
        assert_eq!(asked, expected);
        answer
    }

    #[tokio::test]
    async fn answers_are_read_whole_however_they_come() {
        let whole = answer(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]).await;
        assert_eq!(whole, Ok((200, "hello".to_owned())));
        let pieces =
            answer(&["HTTP/1.1 401 Unauth", "orized\r\ncontent-length: 5\r\n\r", "\nhe", "llo"]).await;
        assert_eq!(pieces, Ok((401, "hello".to_owned())));
        let chunks = answer(&[
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2",
            "\r\nlo\r\n0\r\n\r\n",
        ])
        .await;
        assert_eq!(chunks, Ok((200, "hello".to_owned())));
        assert_eq!(answer(&["HTTP/1.1 204 No Content\r\n\r\n"]).await, Ok((204, String::new())));
    }

    #[tokio::test]
    async fn what_is_cut_off_or_no_http_is_an_error() {
        let cut = answer(&["HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"]).await;
        assert_eq!(cut, Err(TransportError::ConnectionLost));
        assert_eq!(answer(&["SSH-2.0-OpenSSH\r\n"]).await, Err(TransportError::NotHttp));
    }

    #[test]
    fn urls_that_can_not_be_spoken_to_are_refused() {
        for url in ["https://example.com", "127.0.0.1:8000", "http://", "http://a b"] {
            assert!(matches!(Endpoint::parse(url), Err(EndpointError::NotHttp(_))), "{url}");
        }
    }
}
