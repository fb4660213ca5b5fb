//! Database outages: at the start, while running, and the recovery. A proxy between psn and PostgreSQL can be cut.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::StatusCode;
use clap::Parser as _;
use psn::app::App;
use psn::cli::{Cli, serve};
use psn::http::Assets;
use sea_orm::ConnectionTrait as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::harness::{Engine, World};
use crate::site::{ask, get, site};

/// Forwards connections to PostgreSQL until it is dropped, which cuts all of them.
pub(crate) struct Wire(CancellationToken);

impl Drop for Wire {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

pub(crate) async fn wire(at: SocketAddr, server: String) -> Wire {
    let cut = CancellationToken::new();
    let listener = TcpListener::bind(at).await.unwrap();
    let token = cut.clone();
    tokio::spawn(token.clone().run_until_cancelled_owned(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(token.clone().run_until_cancelled_owned(async move {
                if let Ok(mut server) = TcpStream::connect(server).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            }));
        }
    }));
    Wire(cut)
}

/// Returns the server of a `postgres://user@server/name` URL, and the URL with `at` instead of it.
pub(crate) fn rewired(url: &str, at: SocketAddr) -> (String, String) {
    let (before, rest) = url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    (server.to_owned(), format!("{before}@{at}/{name}"))
}

pub(crate) async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn database_is_used_again_after_an_outage() {
    let world = World::new(Engine::Postgres).await;
    let at = free_address().await;
    let (server, url) = rewired(&world.url, at);
    let up = wire(at, server.clone()).await;
    let db = entity::store::connect(&url).await.unwrap();
    let router = site(&db, Duration::from_secs(10)).await;
    assert_eq!(get(&router, "/health/ready").await.status, StatusCode::OK);
    assert_eq!(ask(&router, "{one}").await.code(), "");

    drop(up);
    assert_eq!(get(&router, "/health/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = ask(&router, "{one}").await;
    assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.text);
    assert!(!answer.text.contains("refused"), "{}", answer.text);
    // The caller cannot be authenticated, so that nothing is answered, not even a query that needs no database.
    let answer = ask(&router, "{version}").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));

    let _up = wire(at, server).await;
    assert_eq!(ask(&router, "{one}").await.code(), "");
    assert_eq!(get(&router, "/health/ready").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn broken_idle_connections_fail_no_request() {
    let world = World::new(Engine::Postgres).await;
    let at = free_address().await;
    let (server, url) = rewired(&world.url, at);
    let up = wire(at, server.clone()).await;
    let options = entity::store::DatabaseOptions { untested: true, ..Default::default() };
    let db = entity::store::connect_with(&url, &options).await.unwrap();
    let router = site(&db, Duration::from_secs(10)).await;
    // Opens several connections, which are idle afterwards.
    let asked = futures_util::future::join_all((0..8).map(|_| ask(&router, "{one}"))).await;
    assert!(asked.iter().all(|answer| answer.code().is_empty()));

    // The server restarts: all connections are cut, and it is available again at once.
    drop(up);
    let free = async { while TcpListener::bind(at).await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(20), free).await.expect("the wire is cut");
    let _up = wire(at, server).await;
    for _ in 0..10 {
        let answer = ask(&router, "{one}").await;
        assert_eq!(answer.code(), "", "{}", answer.text);
    }
    assert_eq!(get(&router, "/health/ready").await.status, StatusCode::OK);
}

async fn status_of_ready(at: SocketAddr) -> String {
    let mut client = TcpStream::connect(at).await.unwrap();
    client.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn serve_waits_for_an_unreachable_database() {
    let world = World::new(Engine::Postgres).await;
    world.db.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    let at = free_address().await;
    let (server, url) = rewired(&world.url, at);
    let settings = Cli::try_parse_from(["psn", "serve", "--database-url", &url]).unwrap().settings;
    let app = App::open(settings, world.clock.clone()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let served_at = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn({
        let stop = stop.clone();
        async move { serve::serve_on(listener, &app, app.authenticator().unwrap(), Assets::embedded(), false, stop).await }
    });
    assert_eq!(status_of_ready(served_at).await, "503");

    let _up = wire(at, server).await;
    let ready = async { while status_of_ready(served_at).await != "200" {} };
    tokio::time::timeout(Duration::from_secs(60), ready).await.expect("it is ready when the database is back");
    stop.cancel();
    serving.await.unwrap().unwrap();
}
