//! Limits of every connection and request: time, number and size, over raw TCP. And the security headers of answers.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use psn::http::{Connections, MAX_HEADERS, Transport, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::site::{Answer, bare, bare_with, closed_to, empty, get, post, send};

/// Longer than any limit here: a test that reaches it waits for a limit that does not work.
const LONG: Duration = Duration::from_secs(20);
/// A short limit.
const SHORT: Duration = Duration::from_millis(60);
const ASK_LIVE: &[u8] = b"GET /health/live HTTP/1.1\r\nhost: psn\r\n\r\n";
const LIVE: &str = "{\"status\":\"live\"}";

struct Server {
    at: SocketAddr,
    stop: CancellationToken,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(router: Router, connections: Connections) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn(serve(listener, router, connections, stop.clone(), SHORT));
        Self { at, stop, running }
    }

    async fn open(&self, bytes: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(self.at).await.unwrap();
        client.write_all(bytes).await.unwrap();
        client
    }

    async fn stopped(self) {
        self.stop.cancel();
        tokio::time::timeout(LONG, self.running).await.expect("it stops").unwrap().unwrap();
    }
}

/// Reads until the server closes the connection.
async fn rest(client: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(LONG, client.read_to_end(&mut bytes)).await.expect("the server closes it");
    // A connection that is closed while bytes are in transit is reset.
    assert!(read.is_ok() || read.is_err_and(|cause| cause.kind() == io::ErrorKind::ConnectionReset));
    String::from_utf8(bytes).unwrap()
}

/// Requests the liveness check, on a connection that stays open.
async fn live(client: &mut TcpStream) {
    client.write_all(ASK_LIVE).await.unwrap();
    until(client, LIVE).await;
}

async fn until(client: &mut TcpStream, end: &str) {
    let mut text = String::new();
    while !text.ends_with(end) {
        let mut some = [0; 1024];
        let read = tokio::time::timeout(LONG, client.read(&mut some)).await.expect("an answer").unwrap();
        assert!(read > 0, "closed after {text:?}");
        text += std::str::from_utf8(&some[..read]).unwrap();
    }
}

fn quick() -> Connections {
    Connections { head: SHORT, ..Connections::at_most(8) }
}

#[tokio::test]
async fn stalled_head_and_idle_connection_are_closed() {
    let server = Server::start(bare().await, quick()).await;
    for begun in [&b""[..], b"GET /health/live HTTP/1.1\r\nhost: ps", b"\r\n"] {
        assert_eq!(rest(&mut server.open(begun).await).await, "");
    }
    let mut idle = server.open(b"").await;
    live(&mut idle).await;
    assert_eq!(rest(&mut idle).await, "", "after an answer too");
    server.stopped().await;
}

#[tokio::test]
async fn slow_bytes_do_not_keep_a_head_open() {
    let server = Server::start(bare().await, quick()).await;
    let (mut read, mut write) = server.open(b"GET /health/live HTTP/1.1\r\nx: ").await.into_split();
    let dripping = async {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    };
    let closed = async {
        let mut bytes = Vec::new();
        let _ = read.read_to_end(&mut bytes).await;
        bytes
    };
    let bytes = tokio::time::timeout(LONG, async {
        tokio::select! { () = dripping => Vec::new(), bytes = closed => bytes }
    });
    assert_eq!(bytes.await.expect("it is closed"), b"");
    server.stopped().await;
}

#[tokio::test]
async fn too_many_headers_and_long_head_are_refused() {
    let server = Server::start(bare().await, Connections::at_most(8)).await;
    let with = |number: usize| {
        let headers: String = (2..number).map(|nth| format!("x-{nth}: 1\r\n")).collect();
        format!("GET /health/live HTTP/1.1\r\nhost: psn\r\nconnection: close\r\n{headers}\r\n")
    };
    assert!(rest(&mut server.open(with(MAX_HEADERS).as_bytes()).await).await.starts_with("HTTP/1.1 200 "));
    assert!(rest(&mut server.open(with(MAX_HEADERS + 1).as_bytes()).await).await.starts_with("HTTP/1.1 431 "));
    for hostile in [
        with(10_000),
        format!("GET /health/live HTTP/1.1\r\nhost: psn\r\nx: {}\r\n\r\n", "x".repeat(1 << 20)),
        format!("GET /{} HTTP/1.1\r\nhost: psn\r\n\r\n", "x".repeat(1 << 20)),
    ] {
        let (mut read, mut write) = TcpStream::connect(server.at).await.unwrap().into_split();
        // The server may close before it has read everything.
        let writing = tokio::spawn(async move { write.write_all(hostile.as_bytes()).await });
        let mut begin = [0; 11];
        let told = tokio::time::timeout(LONG, read.read_exact(&mut begin)).await.expect("an answer");
        assert!(told.is_err() || begin.starts_with(b"HTTP/1.1 4"), "{begin:?}");
        drop(read);
        let _ = writing.await.unwrap();
    }
    live(&mut server.open(b"").await).await;
    server.stopped().await;
}

#[tokio::test]
async fn stalled_body_is_refused_and_closed() {
    let transport = Transport { body_limit: SHORT, ..Transport::default() };
    let server = Server::start(bare_with(transport).await, Connections::at_most(8)).await;
    let head = "POST /graphql HTTP/1.1\r\nhost: psn\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\"";
    let mut client = server.open(head.as_bytes()).await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    server.stopped().await;
}

#[tokio::test]
async fn connections_above_the_limit_wait() {
    // Four, so that one address may have two of them.
    let server = Server::start(bare().await, Connections { head: SHORT, ..Connections::at_most(4) }).await;
    let mut slow = [server.open(b"GET /").await, server.open(b"").await];
    let told = rest(&mut server.open(b"").await).await;
    assert!(told.starts_with("HTTP/1.1 503 ") && told.contains("connection: close"), "{told}");
    for slow in &mut slow {
        assert_eq!(rest(slow).await, "");
    }
    live(&mut server.open(b"").await).await;
    server.stopped().await;

    let server = Server::start(bare().await, Connections { head: SHORT, ..Connections::at_most(1) }).await;
    let _slow = server.open(b"GET /").await;
    // It waits until the slow connection times out.
    live(&mut server.open(b"").await).await;
    server.stopped().await;
}

#[tokio::test]
async fn unread_answer_releases_its_connection() {
    let long = "x".repeat(64 << 20);
    let router = bare().await.route("/long", axum::routing::get(move || async move { long }));
    let server = Server::start(router, Connections { stall: SHORT, ..Connections::at_most(1) }).await;
    let _never_reads = server.open(b"GET /long HTTP/1.1\r\nhost: psn\r\n\r\n").await;
    live(&mut server.open(b"").await).await;
    server.stopped().await;
}

#[tokio::test]
async fn stop_closes_idle_and_stalled_connections() {
    let server = Server::start(bare().await, Connections::at_most(8)).await;
    let mut never_asked = server.open(b"").await;
    let mut idle = server.open(b"").await;
    live(&mut idle).await;
    let mut half = server.open(b"GET /health/li").await;
    live(&mut server.open(b"").await).await;
    let at = server.at;
    server.stopped().await;
    for client in [&mut never_asked, &mut idle, &mut half] {
        assert_eq!(rest(client).await, "");
    }
    assert!(TcpStream::connect(at).await.is_err());
}

fn from(origin: &str, method: &str) -> Request<Body> {
    let mut request = post("application/json", "{\"query\":\"{version}\"}");
    *request.method_mut() = method.parse().unwrap();
    request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
    if method == "OPTIONS" {
        request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_METHOD, "POST".parse().unwrap());
        request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization".parse().unwrap());
    }
    request
}

fn about_origins(answer: &Answer) -> Vec<&str> {
    answer.headers.keys().map(header::HeaderName::as_str).filter(|name| name.starts_with("access-control-")).collect()
}

#[tokio::test]
async fn only_configured_origins_are_allowed() {
    let closed = bare().await;
    for method in ["OPTIONS", "POST"] {
        let answer = send(&closed, from("https://dashboard.example", method)).await;
        assert_eq!(about_origins(&answer), [""; 0]);
        assert_eq!(answer.status == StatusCode::METHOD_NOT_ALLOWED, method == "OPTIONS");
    }

    let origins = vec!["https://dashboard.example".parse().unwrap()];
    let transport = Transport { origins, ..Transport::default() };
    let router = bare_with(transport.clone()).await;
    // A browser sends preflight requests without credentials, and its page may read the refusal.
    let nobody = closed_to(&empty().await, Duration::from_secs(10), transport);
    let answer = send(&nobody, from("https://dashboard.example", "POST")).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.header("access-control-allow-origin"), "https://dashboard.example");
    let answer = send(&nobody, from("https://dashboard.example", "OPTIONS")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "https://dashboard.example");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization,content-type");
    let answer = send(&router, from("https://dashboard.example", "POST")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://dashboard.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "", "a cookie does not travel");
    let varies = answer.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("origin"));
    assert!(varies, "{:?}", answer.headers);
    for other in ["null", "https://dashboard.example.evil.example", "http://dashboard.example", "https://other.example"]
    {
        for method in ["OPTIONS", "POST"] {
            let answer = send(&router, from(other, method)).await;
            assert_eq!(about_origins(&answer), [""; 0], "{other}");
            assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "origin"), "{:?}", answer.headers);
            assert_eq!(answer.status == StatusCode::METHOD_NOT_ALLOWED, method == "OPTIONS", "{other}");
        }
    }
    let other_path = Request::get("/health/live").header(header::ORIGIN, "https://dashboard.example");
    assert_eq!(about_origins(&send(&router, other_path.body(Body::empty()).unwrap()).await), [""; 0]);
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let router = bare_with(Transport { https: true, ..Transport::default() }).await;
    let mut answers = vec![send(&router, post("application/json", "{\"query\":\"{version}\"}")).await];
    for address in
        ["/", "/playground", "/playground/index.html", "/playground/none", "/health/live", "/none", "/graphql?query={"]
    {
        answers.push(get(&router, address).await);
    }
    for answer in answers {
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{answer:?}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{answer:?}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(["no-store", "no-cache"].contains(&answer.header("cache-control")), "{answer:?}");
        assert!(answer.header("strict-transport-security").starts_with("max-age="), "{answer:?}");
    }
    let plain = get(&bare().await, "/health/live").await;
    assert_eq!(plain.header("strict-transport-security"), "", "without https it would lock people out");
}
