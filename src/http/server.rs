//! Listening, and stopping in good order. The framework's own server sets no limit of time or number, so connections are
//! served by hyper here: whoever sends slowly, takes nothing, or opens many connections is held to [`Connections`].

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

/// The longest head of a request, in bytes: a query by GET is part of it.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The most headers of a request. It is hyper's own default, written down because a test holds it.
pub const MAX_HEADERS: usize = 100;
/// What a connection too many from one address is told.
const TOO_MANY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
/// How long the operating system gets after it could not open another connection.
const RECOVERY: Duration = Duration::from_secs(1);
/// The log says no more often than this that all connections are taken.
const QUIET: Duration = Duration::from_secs(60);

/// What connections are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// How many there may be at once. Further ones wait in the operating system's queue until one ends. One address, or one
    /// network of IPv6, has half of them at most; a further one from there is told 503 and closed.
    pub max: usize,
    /// How long the head of a request may take, and how long a connection may be idle before one.
    pub head: Duration,
    /// How long a client may take nothing of its answer.
    pub stall: Duration,
}

impl Connections {
    /// So many at once, with ten seconds for a head and half a minute for an answer that is not taken.
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

/// Serves until `stop` is cancelled: then no new connection is taken, idle ones are closed, and running requests get
/// `limit` to finish before they are cut off.
///
/// # Errors
///
/// What the operating system said about the listener.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    stop: CancellationToken,
    limit: Duration,
) -> io::Result<()> {
    // An answer that is still awaited after the limit goes down with this token.
    let cut = CancellationToken::new();
    let _cut_at_the_end = cut.clone().drop_guard();
    let places = Arc::new(Semaphore::new(connections.max));
    let addresses = Addresses::new(connections.max.div_ceil(2));
    let running = TaskTracker::new();
    let mut told: Option<Instant> = None;
    loop {
        if places.available_permits() == 0 && told.is_none_or(|told| told.elapsed() >= QUIET) {
            told = Some(Instant::now());
            tracing::warn!("all {} connections are taken; further ones wait", connections.max);
        }
        let accepted = async {
            // Nobody closes the semaphore.
            let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
            Ok::<_, io::Error>((accept(&listener).await, place))
        };
        let ((stream, peer), place) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accepted => accepted?,
        };
        let Some(of_address) = addresses.enter(peer.ip()) else {
            running.spawn(cut.clone().run_until_cancelled_owned(refuse(stream, connections.stall)));
            continue;
        };
        let connection = Connection::new(stream, connections.stall, ConnectionPermits(place, of_address));
        let served = answer(connection, peer, router.clone(), connections.head, stop.clone());
        running.spawn(cut.clone().run_until_cancelled_owned(served));
    }
    drop(listener);
    running.close();
    if tokio::time::timeout(limit, running.wait()).await.is_err() {
        tracing::warn!("requests that still ran were cut off at the limit of {} s", limit.as_secs());
    }
    Ok(())
}

/// The next connection. A client that went away while it waited is no fault; what the operating system has run out of, it
/// may have again after a moment.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(gone) if matches!(gone.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(cause) => {
                tracing::error!(%cause, "no connection can be taken");
                tokio::time::sleep(RECOVERY).await;
            }
        }
    }
}

async fn refuse(stream: TcpStream, limit: Duration) {
    let said = async {
        stream.writable().await?;
        stream.try_write(TOO_MANY)
    };
    // One that takes no answer gets none.
    let _ = tokio::time::timeout(limit, said).await;
}

/// Answers one connection's requests, one after the other, until it ends or `stop` is cancelled and the running one is done.
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
        // The other end's doing: too slow, gone, or no HTTP.
        tracing::debug!(%cause, "a connection ended early");
    }
}
