//! The accepted host names: a page of another site whose name resolves to this machine can read nothing.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use clap::Parser as _;
use entity::clock::Clock;
use entity::value::AccessRole;
use psn::app::App;
use psn::cli::Cli;
use serde_json::json;

use crate::harness::{instant, token_pass};
use crate::site::{Answer, send};

const PAGES: [&str; 5] = ["/", "/playground", "/health/live", "/health/ready", "/nowhere"];

/// Returns the router of `psn serve` with these flags, for an ADMIN.
pub(crate) async fn served(flags: &[&str]) -> Router {
    let flags = [&["psn", "serve", "--database-url", "sqlite::memory:"], flags].concat();
    let settings = Cli::try_parse_from(flags).unwrap().settings;
    let app = App::open_migrated(settings, Clock::fixed(instant("2026-11-16T09:00:00Z"))).await.unwrap();
    let admin = token_pass(&app.db, AccessRole::Admin, &[], true).await;
    admin.with(app.router(&app.authenticator().unwrap()).unwrap())
}

async fn get_from(router: &Router, hosts: &[&str], address: &str) -> Answer {
    let request = hosts.iter().fold(Request::get(address), |request, host| request.header("host", *host));
    send(router, request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn ask_of(router: &Router, host: &str) -> Answer {
    let request = Request::post("/graphql").header("host", host).header("content-type", "application/json");
    send(router, request.body(json!({"query": "{version}"}).to_string().into()).unwrap()).await
}

fn is_answered(answer: &Answer) -> bool {
    answer.status != StatusCode::MISDIRECTED_REQUEST
}

#[tokio::test]
async fn foreign_host_name_is_refused() {
    let router = served(&[]).await;
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", ""] {
        for page in PAGES {
            let answer = get_from(&router, &[host], page).await;
            assert!(!is_answered(&answer), "{host} {page}");
            assert!(answer.text.contains("localhost") && answer.text.contains("BASE_URL"), "{}", answer.text);
        }
        let answer = ask_of(&router, host).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::MISDIRECTED_REQUEST, "HOST_REFUSED"),
            "{host}"
        );
        let body = answer.json();
        assert!(body.get("data").is_none());
        assert_eq!(body["errors"][0]["extensions"]["requestId"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn own_names_are_answered_on_any_port() {
    let router = served(&[]).await;
    for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]", "[::1]:8080"] {
        for page in PAGES {
            assert!(is_answered(&get_from(&router, &[host], page).await), "{host} {page}");
        }
        assert_eq!(ask_of(&router, host).await.json()["data"]["version"], env!("CARGO_PKG_VERSION"));
    }
}

#[tokio::test]
async fn missing_or_second_host_is_refused() {
    let router = served(&[]).await;
    assert!(!is_answered(&get_from(&router, &[], "/health/live").await));
    assert!(!is_answered(&get_from(&router, &["localhost", "evil.example"], "/health/live").await));
    assert!(!is_answered(&get_from(&router, &["localhost"], "http://evil.example/health/live").await));
    assert!(is_answered(&get_from(&router, &["localhost"], "http://localhost/health/live").await));
    assert!(is_answered(&get_from(&router, &[], "http://localhost/health/live").await));
}

#[tokio::test]
async fn base_url_host_and_token_only_hosts_are_answered() {
    let behind_a_proxy = served(&["--base-url", "https://psn.board.example"]).await;
    for (host, known) in [("psn.board.example", true), ("localhost:8080", true), ("evil.example", false)] {
        assert_eq!(is_answered(&ask_of(&behind_a_proxy, host).await), known, "{host}");
    }
    let open = served(&["--bind", "0.0.0.0:0", "--tokens-only"]).await;
    assert_eq!(ask_of(&open, "psn-7").await.json()["data"]["version"], env!("CARGO_PKG_VERSION"));
}
