//! TLS to the mail server and to PostgreSQL, with real handshakes and certificates of a test's own authority: what is trusted,
//! what is refused, and that nothing is sent before the server is verified.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use entity::store::DatabaseOptions;
use jobs::mail::{Email, Mailer, SendError, Tls};
use sea_orm::ConnectionTrait as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::certificate::Authority;
use crate::harness::{Engine, World, instant};
use crate::smtp_listener::{Encryption, SmtpListener};

fn email() -> Email {
    Email {
        from: "psn@board.example".parse().unwrap(),
        reply_to: None,
        list: "gap-report",
        to_name: None,
        to: "a@board.example".to_owned(),
        subject: "Subject".to_owned(),
        message_id: "1@board.example".to_owned(),
        date: instant("2026-11-16T09:00:00Z"),
        text: "Text".to_owned(),
        html: "<p>Html</p>".to_owned(),
        csv: "Unit Code\r\n".to_owned(),
        csv_name: "gaps.csv".to_owned(),
        file_stem: "mail".to_owned(),
    }
}

/// Sends a mail with a password to the listener under `host`. Returns the result, and what the listener received.
async fn sent(
    host: &str,
    encryption: Encryption,
    authority: Option<&Authority>,
) -> (Result<(), SendError>, Vec<String>) {
    let scheme = if matches!(encryption, Encryption::Wrapped(_)) { "smtps" } else { "smtp+starttls" };
    let listener = SmtpListener::encrypting(encryption).await;
    let url = format!("{scheme}://me:pass@{host}:{}", listener.port());
    let tls = Tls { ca: authority.map(|authority| authority.pem().into_bytes()), plain: false };
    let mailer = Mailer::smtp(&url, Duration::from_secs(10), &tls).unwrap();
    let outcome = mailer.send(&email()).await.map(|_| ());
    assert_eq!(listener.holds("a@board.example"), outcome.is_ok());
    (outcome, listener.verbs())
}

#[tokio::test]
async fn mail_goes_only_to_servers_with_trusted_certificates() {
    let (ours, other) = (Authority::new(), Authority::new());
    for wrap in [Encryption::Wrapped as fn(TlsAcceptor) -> Encryption, Encryption::StartTls] {
        let (outcome, verbs) = sent("localhost", wrap(ours.server("localhost", false)), Some(&ours)).await;
        assert_eq!(outcome, Ok(()));
        assert!(verbs.contains(&"AUTH".to_owned()) && verbs.contains(&"MAIL".to_owned()), "{verbs:?}");

        for (host, server, trusted) in [
            ("localhost", ours.server("localhost", false), None),
            ("localhost", ours.server("localhost", false), Some(&other)),
            ("localhost", ours.server("mail.board.example", false), Some(&ours)),
            ("127.0.0.1", ours.server("localhost", false), Some(&ours)),
            ("localhost", ours.server("localhost", true), Some(&ours)),
        ] {
            let (outcome, verbs) = sent(host, wrap(server), trusted).await;
            assert!(matches!(&outcome, Err(SendError::Retry(said)) if said.contains("certificate")), "{outcome:?}");
            assert!(verbs.iter().all(|verb| verb == "EHLO" || verb == "STAR"), "nothing else is said: {verbs:?}");
        }
    }
}

#[tokio::test]
async fn server_without_starttls_gets_no_mail() {
    let (outcome, verbs) = sent("localhost", Encryption::None, Some(&Authority::new())).await;
    assert!(matches!(&outcome, Err(SendError::Retry(said)) if said.contains("STARTTLS")), "{outcome:?}");
    assert!(verbs.iter().all(|verb| verb == "EHLO"), "neither login nor mail in clear text: {verbs:?}");
}

/// PostgreSQL's request to encrypt: a length of eight bytes, and a number that is no version of the protocol.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Encrypts in front of the PostgreSQL server at `server`, or says that it does not; counts what reaches the server.
struct Front {
    port: u16,
    encrypted: Arc<AtomicUsize>,
    clear: Arc<AtomicUsize>,
}

async fn front(server: String, tls: Option<TlsAcceptor>) -> Front {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let front = Front { port, encrypted: Arc::default(), clear: Arc::default() };
    let (encrypted, clear) = (Arc::clone(&front.encrypted), Arc::clone(&front.clear));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (server, tls) = (server.clone(), tls.clone());
            let (encrypted, clear) = (Arc::clone(&encrypted), Arc::clone(&clear));
            tokio::spawn(async move {
                let mut first = [0; 8];
                client.read_exact(&mut first).await?;
                let mut server = TcpStream::connect(server).await?;
                if first == SSL_REQUEST {
                    client.write_all(if tls.is_some() { b"S" } else { b"N" }).await?;
                    if let Some(tls) = tls {
                        let mut client = tls.accept(client).await?;
                        encrypted.fetch_add(1, Ordering::Relaxed);
                        return copy_bidirectional(&mut client, &mut server).await;
                    }
                    client.read_exact(&mut first).await?;
                }
                clear.fetch_add(1, Ordering::Relaxed);
                server.write_all(&first).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    front
}

/// Asks the database through `front`. Its host is 0.0.0.0: connections to it end on this machine, and it is no loopback
/// address, so that it is held to be another machine.
async fn query_through(world: &World, front: &Front, query: &str, options: &DatabaseOptions) -> Result<(), String> {
    let (user, rest) = world.url.split_once('@').unwrap();
    let (_, name) = rest.split_once('/').unwrap();
    let url = format!("{user}@0.0.0.0:{}/{name}{query}", front.port);
    let db = entity::store::connect_with(&url, options).await.map_err(|error| error.to_string())?;
    let answer = db.execute_unprepared("SELECT 1").await;
    db.close().await.unwrap();
    answer.map(|_| ()).map_err(|error| error.to_string())
}

fn server_of(world: &World) -> String {
    world.url.split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn remote_postgresql_is_encrypted_and_verified() {
    let world = World::new(Engine::Postgres).await;
    let server = server_of(&world);
    let (ours, other) = (Authority::new(), Authority::new());
    let folder = world.folder.path();
    let trusting = |file| DatabaseOptions { ca_file: Some(file), ..DatabaseOptions::default() };
    let trusting_other = trusting(other.file(folder, "other.pem"));
    let trusting_ours = trusting(ours.file(folder, "ours.pem"));

    let good = front(server.clone(), Some(ours.server("0.0.0.0", false))).await;
    assert_eq!(query_through(&world, &good, "", &trusting_ours).await, Ok(()));
    assert_eq!((good.encrypted.load(Ordering::Relaxed), good.clear.load(Ordering::Relaxed)), (1, 0));
    // A URL with a weaker `sslmode` is not accepted.
    assert_eq!(query_through(&world, &good, "?sslmode=disable", &trusting_ours).await, Ok(()));
    assert_eq!(good.clear.load(Ordering::Relaxed), 0);

    let wrong_name = front(server.clone(), Some(ours.server("db.board.example", false))).await;
    let expired = front(server.clone(), Some(ours.server("0.0.0.0", true))).await;
    let stripped = front(server, None).await;
    for (front, options, word) in [
        (&good, &DatabaseOptions::default(), "certificate"),
        (&good, &trusting_other, "certificate"),
        (&wrong_name, &trusting_ours, "certificate"),
        (&expired, &trusting_ours, "certificate"),
        (&stripped, &trusting_ours, "does not support TLS"),
    ] {
        let before = front.encrypted.load(Ordering::Relaxed);
        let said = query_through(&world, front, "", options).await.unwrap_err();
        assert!(said.contains(word), "{said}");
        assert_eq!(front.encrypted.load(Ordering::Relaxed), before, "no handshake is completed");
        assert_eq!(front.clear.load(Ordering::Relaxed), 0, "no user name in clear text");
    }

    let unverified = DatabaseOptions { unverified: true, ..DatabaseOptions::default() };
    assert_eq!(query_through(&world, &stripped, "?sslmode=disable", &unverified).await, Ok(()), "where that is meant");
    assert_eq!(query_through(&world, &wrong_name, "?sslmode=require", &unverified).await, Ok(()));
}
