//! Authentication and access on both databases: tokens, sessions, people with and without posts and grants.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod authentication;
mod commands;
mod demo;
mod manage;
mod oracle;
mod people;
mod sign_in;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Request};
use clap::Parser as _;
use entity::table::audit_event;
use entity::value::AccessRole;
use psn::access::Authenticator;
use psn::access::authenticator::AuthError;
use psn::app::App;
use psn::cli::Cli;
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::json;

use crate::harness::{Pass, World};
use crate::site::{Answer, send};

/// Returns the app as `psn serve` with these flags builds it, over the world's database.
pub(crate) fn app(world: &World, flags: &[&str]) -> App {
    let settings = Cli::try_parse_from([&["psn", "serve"], flags].concat()).unwrap().settings;
    App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() }
}

/// Returns the real site, for requests without credentials, and its authenticator.
pub(crate) fn site(world: &World) -> (Router, Authenticator) {
    let app = app(world, &[]);
    let authenticator = app.authenticator().unwrap();
    (app.router(&authenticator).unwrap(), authenticator)
}

/// Wraps the site for requests without a host: they go to this machine.
pub(crate) fn at_loopback(router: Router) -> Router {
    router.layer(axum::middleware::map_request(|mut request: axum::extract::Request| {
        request.headers_mut().insert("host", HeaderValue::from_static("127.0.0.1:8080"));
        std::future::ready(request)
    }))
}

/// Returns the events of the audit log as actor, action and object.
async fn recorded(world: &World) -> Vec<(String, String, Option<String>)> {
    let rows = audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(&world.db).await.unwrap();
    rows.into_iter().map(|row| (row.actor, row.action, row.object)).collect()
}

/// Sends a request with these headers.
pub(crate) async fn request(
    router: &Router,
    method: &str,
    address: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let request = Request::builder().method(method).uri(address).header("host", "127.0.0.1:8080");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    send(router, request.body(body.to_owned().into()).unwrap()).await
}

/// Queries the viewer with these headers.
async fn ask_as(router: &Router, headers: &[(&str, &str)]) -> Answer {
    let headers = [&[("content-type", "application/json")], headers].concat();
    request(router, "POST", "/graphql", &headers, &json!({ "query": "{ viewer { actor } }" }).to_string()).await
}

async fn ask(router: &Router, pass: &Pass) -> Answer {
    ask_as(router, &[(pass.0.as_str(), pass.1.to_str().unwrap())]).await
}

/// Returns the kind of viewer that the authenticator recognises. `None` if access is refused.
async fn kind(router: &Router, pass: &Pass) -> Option<String> {
    let answer = ask(router, pass).await;
    answer.json()["data"]["viewer"]["actor"].as_str().map(str::to_owned)
}

/// The roles that the gate says somebody was given; nothing where it does not let them in.
async fn granted(authenticator: &Authenticator, pass: &Pass) -> Option<Vec<AccessRole>> {
    let headers = HeaderMap::from_iter([(pass.0.clone(), pass.1.clone())]);
    match authenticator.authenticate(&headers, "0").await {
        Ok(admitted) => Some(admitted.viewer.granted().to_vec()),
        Err(AuthError::InvalidCredentials) => None,
        Err(other) => panic!("{other:?}"),
    }
}
