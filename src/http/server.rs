//! Listening and graceful shutdown. The framework's own server limits neither time nor number, so this one serves connections
//! with hyper: clients that send slowly, read nothing or open many connections are limited by [`Connections`].

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::connection::{Addresses, Connection, ConnectionPermits};
use super::live::Stopping;
use crate::config::HttpSettings;

/// The maximum length of a request head, in bytes. A query by GET is part of it.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The maximum number of headers of a request. It is hyper's own default, written down because a test checks it.
pub const MAX_HEADERS: usize = 100;
/// The answer to a connection beyond the maximum per address.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
/// How long to wait after the operating system could not open another connection.
const RECOVERY: Duration = Duration::from_secs(1);
/// The minimum time between two log lines that all connections are in use.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);

/// The limits of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// The maximum number of open connections. Further ones wait in the operating system's queue until one ends. One address,
    /// or one /64 network of IPv6, may have at most half of them; a further one is answered with 503 and closed.
    pub max: usize,
    /// The time limit for a request head, and for a connection to be idle before it.
    pub head: Duration,
    /// How long a client may read nothing of its answer.
    pub stall: Duration,
}

impl Connections {
    /// At most `max` connections, with ten seconds for a head and half a minute for an answer that is not read.
    #[must_use]
    pub const fn at_most(max: usize) -> Self {
        Self { max, head: Duration::from_secs(10), stall: Duration::from_secs(30) }
    }
}

impl From<&HttpSettings> for Connections {
    fn from(settings: &HttpSettings) -> Self {
        Self::at_most(settings.max_connections as usize)
    }
}

/// Serves until `stop` is cancelled. Then no new connection is accepted, idle ones are closed, and running requests have
/// `limit` to finish before they are aborted.
///
/// # Errors
///
/// An error of the operating system about the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    stop: CancellationToken,
    limit: Duration,
) -> io::Result<()> {
    // Requests that still run after the limit are aborted with this token.
    let cut = CancellationToken::new();
    let _cut_at_the_end = cut.clone().drop_guard();
    let permits = Arc::new(Semaphore::new(connections.max));
    let addresses = Addresses::new(connections.max.div_ceil(2));
    let running = TaskTracker::new();
    let mut warned: Option<Instant> = None;
    loop {
        if permits.available_permits() == 0 && warned.is_none_or(|warned| warned.elapsed() >= WARNING_INTERVAL) {
            warned = Some(Instant::now());
            tracing::warn!(connections = connections.max, "all connections in use; new ones wait");
        }
        let accepted = async {
            // The semaphore is never closed.
            let permit = Arc::clone(&permits).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((accept(&listener).await, permit))
        };
        let ((stream, peer), permit) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accepted => accepted?,
        };
        let Some(peer_permit) = addresses.enter(peer.ip()) else {
            running.spawn(cut.clone().run_until_cancelled_owned(refuse(stream, connections.stall)));
            continue;
        };
        let connection = Connection::new(stream, connections.stall, ConnectionPermits(permit, peer_permit));
        let served = answer(connection, peer, router.clone(), connections.head, stop.clone());
        running.spawn(cut.clone().run_until_cancelled_owned(served));
    }
    drop(listener);
    running.close();
    if tokio::time::timeout(limit, running.wait()).await.is_err() {
        tracing::warn!(limit_s = limit.as_secs(), "running requests aborted at the shutdown limit");
    }
    Ok(())
}

/// Accepts the next connection. A client that disconnected while it waited is not an error. If the operating system has run out
/// of a resource, it may have it again after a moment.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(gone) if matches!(gone.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(cause) => {
                tracing::error!(%cause, "connection could not be accepted; retrying");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

async fn refuse(stream: TcpStream, limit: Duration) {
    let sent = async {
        stream.writable().await?;
        stream.try_write(TOO_MANY)
    };
    // A client that does not read the answer gets none.
    let _ = tokio::time::timeout(limit, sent).await;
}

/// Answers the requests of one connection, one after the other, until it ends, or until `stop` is cancelled and the running one
/// is done.
async fn answer(connection: Connection, peer: SocketAddr, router: Router, head: Duration, stop: CancellationToken) {
    let stopping = Stopping(stop.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(stopping.clone());
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_header_size(MAX_HEAD_BYTES);
    let served = http.serve_connection(TokioIo::new(connection), service);
    let mut served = std::pin::pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(cause) = ended {
        // Caused by the client: too slow, disconnected, or not HTTP.
        tracing::debug!(%cause, "connection ended early");
    }
}
