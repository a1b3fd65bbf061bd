//! Accepting connections: HTTP/1.1 with a limit on how long headers may take, and an end that lets requests finish.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt};

use crate::peers::Peers;
use crate::request::RequestInfo;
use crate::source_address::TrustedProxies;

/// How long to pause when the process has run out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How large a request's head may be, in bytes, and how much of an answer may wait to be sent.
const MAX_HEADERS: usize = 32 * 1024;

/// What a peer may take of us.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a request's headers may take, an idle wait for them included.
    pub headers: Duration,
    /// How long a peer may leave an answer unread.
    pub unread: Duration,
    /// How long requests under way may take once the server is told to stop.
    pub shutdown: Duration,
    /// How many connections are open at once; more wait in the system's queue.
    pub connections: usize,
    /// How many of them may be one address's; those above are closed at once.
    pub connections_per_address: usize,
    /// What one gets who has said that nothing more will come.
    pub half_closed: HalfClosed,
}

/// What becomes of a request whose peer has closed its half of the connection: it may have gone, or wait for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HalfClosed {
    /// It is served to its end. Nothing is read meanwhile, which would take memory for each request.
    Served,
    /// It is given up, as answers should be that go on for minutes and that nobody reads any more.
    GivenUp,
}

/// What answers requests.
pub trait Api:
    Service<Request, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

impl<A> Api for A where
    A: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>
        + Clone
        + Send
        + 'static
{
}

/// Serves until `stop` changes, then waits for requests under way. The proxies' connections are everybody's, not one
/// address's.
pub async fn serve(
    listener: TcpListener,
    api: impl Api,
    limits: Limits,
    proxies: TrustedProxies,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let peers = Peers::new(limits.connections_per_address, proxies);
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            _ = stop.changed() => break,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let peer = peer.ip().to_canonical();
                let Some(admitted) = peers.admit(peer) else { continue };
                let connection = graceful.watch(connection(stream, peer, api.clone(), limits));
                tokio::spawn(async move {
                    // What ends a connection early is its peer's doing, and tells nothing.
                    let _ = connection.await;
                    drop((admitted, place));
                });
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = limits.shutdown.as_secs(), "requests under way were cut off");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // Fails only once the semaphore is closed, which nobody does.
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

type Stream = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;

fn connection(
    stream: TcpStream,
    peer: IpAddr,
    api: impl Api,
    limits: Limits,
) -> http1::Connection<Stream, impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send>> {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let service = api.map_request(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(RequestInfo::from_peer(peer));
        request
    });
    // A peer that asks and does not read would hold its connection, and what waits to be sent, for ever.
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.unread));
    http1::Builder::new()
        .timer(TokioTimer::new())
        // Answers are small: to copy one behind its head is cheaper than to hand the kernel two pieces.
        .writev(false)
        .half_close(limits.half_closed == HalfClosed::Served)
        .header_read_timeout(limits.headers)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service))
}

/// A connection that was gone before it was accepted is nothing; too many open files pass when others close.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "can't accept connections");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
