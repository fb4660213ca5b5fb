//! Round trips to PostgreSQL, counted on the wire: the checks that a pool makes by itself are visible only there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use entity::store::DatabaseOptions;
use psn::graphql::persisted::Persisted;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{board, closed_behind, data};
use crate::harness::{Engine, World, authenticator};

const TILE: &str = "{ board { rollUp { headcount } } }";
const QUESTIONS: usize = 20;

/// Forwards connections to `server`, and counts how often a client waits for an answer: each message ends with Sync, or is a
/// simple Query.
async fn counting(server: String, trips: Arc<AtomicUsize>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (server, trips) = (TcpStream::connect(&server).await.unwrap(), Arc::clone(&trips));
            let (from_client, mut to_client) = client.into_split();
            let (mut from_server, to_server) = server.into_split();
            tokio::spawn(forward(from_client, to_server, trips));
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        }
    });
    at
}

async fn forward(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, trips: Arc<AtomicUsize>) {
    let mut begins = true;
    loop {
        // The first message has no type byte.
        let kind = if begins { None } else { from.read_u8().await.ok() };
        if !begins && kind.is_none() {
            return;
        }
        let Ok(length) = from.read_u32().await else { return };
        let mut body = vec![0; usize::try_from(length).unwrap() - 4];
        if from.read_exact(&mut body).await.is_err() {
            return;
        }
        begins = false;
        trips.fetch_add(usize::from(matches!(kind, Some(b'S' | b'Q'))), Ordering::SeqCst);
        let message = [kind.as_slice(), &length.to_be_bytes(), &body].concat();
        if to.write_all(&message).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn a_warm_question_waits_for_postgresql_once() {
    let world = World::new(Engine::Postgres).await;
    board::organisation(&world.db).await;
    let (before, rest) = world.url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let trips = Arc::new(AtomicUsize::new(0));
    let at = counting(server.to_owned(), Arc::clone(&trips)).await;
    // As the service opens it for the API.
    let opening = DatabaseOptions { untested: true, ..DatabaseOptions::default() };
    let db = entity::store::connect_with(&format!("{before}@{at}/{name}?sslmode=disable"), &opening).await.unwrap();
    let authenticator = authenticator(&db, &world.clock);
    let site = world.admin.with(closed_behind(authenticator.clone(), &world, db, Persisted::default()));
    for _ in 0..QUESTIONS {
        data(&site, TILE).await;
    }
    authenticator.flush().await;
    trips.store(0, Ordering::SeqCst);
    for _ in 0..QUESTIONS {
        data(&site, TILE).await;
    }
    // One for the answer, and one that the pool makes after the connection is returned, beside the answer. Sometimes the next
    // query comes before that has finished, and opens another connection.
    let trips = trips.load(Ordering::SeqCst);
    assert!(trips <= QUESTIONS * 2 + QUESTIONS / 2, "{trips} round trips for {QUESTIONS} questions");
}
