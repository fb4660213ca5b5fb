//! The links of the demonstration: one per role, to a person with that role, who sees their own data.

use std::collections::HashMap;

use axum::Router;
use clap::Parser as _;
use entity::table::{access_grant, api_token};
use entity::value::AccessRole;
use psn::access::Authenticator;
use psn::app::App;
use psn::cli::demo::links::RoleLink;
use psn::cli::{Cli, demo, serve};
use psn::error::ExitError;
use psn::http::Assets;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::request;
use crate::harness::{Engine, World, instant};

async fn prepared(world: &World) -> (App, Authenticator, Router) {
    world.clock.set(instant("2026-11-18T12:00:00Z"));
    let folder = world.folder.path().join("mail");
    let line = ["psn", "--database-url", &world.url, "--mail-folder", folder.to_str().unwrap(), "demo"];
    let settings = Cli::try_parse_from(line).unwrap().settings;
    let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
    demo::prepare(&app, &app.runner().unwrap()).await.unwrap();
    let authenticator = app.authenticator().unwrap().with_links();
    let router = app.router(&authenticator).unwrap();
    (app, authenticator, router)
}

/// Uses the link of each role, and returns the answer of `viewer` and the page on which it lands.
async fn worlds(router: &Router, links: &demo::links::Links) -> HashMap<AccessRole, Value> {
    let query =
        "{ viewer { actor roles seesWholeNetwork units { totalCount } supports { totalCount } people { totalCount } }
        board { code } }";
    let mut worlds = HashMap::new();
    for RoleLink { role, unit: _, secret } in &links.each {
        let json = ("content-type", "application/json");
        let body = json!({ "secret": secret.reveal() }).to_string();
        let answer = request(router, "POST", "/sign-in/link", &[json], &body).await;
        assert!(answer.status.is_success(), "{role}: {}", answer.text);
        let to = answer.json()["to"].clone();
        let signed_in = answer.header("set-cookie").to_owned();
        let cookie = signed_in.split(';').next().unwrap();
        let body = json!({ "query": query }).to_string();
        let answer = request(router, "POST", "/graphql", &[json, ("cookie", cookie)], &body).await;
        let mut world = answer.json()["data"].clone();
        let landing =
            request(router, "GET", to.as_str().unwrap(), &[("accept", "text/html"), ("cookie", cookie)], "").await;
        world["landing"] = json!(landing.header("location"));
        worlds.insert(*role, world);
        let again =
            request(router, "POST", "/sign-in/link", &[json], &json!({ "secret": secret.reveal() }).to_string()).await;
        assert_eq!(again.code(), "UNAUTHENTICATED", "once");
    }
    worlds
}

#[tokio::test]
async fn each_role_has_a_link_made_anew_at_start() {
    let world = World::new(Engine::Sqlite).await;
    let (app, authenticator, router) = prepared(&world).await;
    let links = demo::links::make(&app, &authenticator).await.unwrap();
    let mut roles: Vec<_> = links.each.iter().map(|link| link.role).collect();
    roles.sort_unstable();
    assert_eq!(roles, AccessRole::ALL, "one a role");
    let at = "127.0.0.1:8080".parse().unwrap();
    let shown = links.in_full(at);
    for RoleLink { secret, .. } in &links.each {
        assert!(shown.contains(&format!("http://127.0.0.1:8080/sign-in/link#{}", secret.reveal())), "{shown}");
    }

    // The links to open first are among them.
    let first: Vec<String> = links.first(at).lines().map(str::to_owned).collect();
    assert_eq!(first.len(), 4, "{first:?}");
    assert!(first[0].contains("senior manager") && first.iter().all(|line| shown.contains(line.as_str())), "{first:?}");

    let seen = worlds(&router, &links).await;
    for (role, world) in &seen {
        let roles = world["viewer"]["roles"].as_array().unwrap();
        assert!(roles.contains(&json!(role.as_str())), "{role}: {world}");
        let whole = [AccessRole::Admin, AccessRole::Coordinator, AccessRole::Auditor].contains(role);
        assert_eq!(world["viewer"]["seesWholeNetwork"], whole, "{role}: {world}");
    }
    assert_eq!(seen[&AccessRole::Staff]["viewer"]["roles"], json!(["STAFF"]));
    assert_eq!(seen[&AccessRole::Staff]["board"], Value::Null);
    assert_eq!(seen[&AccessRole::SeniorManager]["board"]["code"], "ACUTE-N");
    assert_eq!(seen[&AccessRole::SeniorManager]["landing"], "/units/ACUTE-N");
    for role in
        [AccessRole::Admin, AccessRole::Coordinator, AccessRole::Auditor, AccessRole::Supporter, AccessRole::Staff]
    {
        assert_eq!(seen[&role]["landing"], "/", "{role}");
    }
    assert_eq!(seen[&AccessRole::Dashboard]["board"]["code"], "ACUTE-N");
    assert_eq!(seen[&AccessRole::Dashboard]["viewer"]["actor"], "token:2");
    assert!(seen[&AccessRole::LineManager]["viewer"]["people"]["totalCount"].as_i64().unwrap() > 0);
    assert!(seen[&AccessRole::Supporter]["viewer"]["supports"]["totalCount"].as_i64().unwrap() > 0);

    let unused = demo::links::make(&app, &authenticator).await.unwrap();
    let again = demo::links::make(&app, &authenticator).await.unwrap();
    let who =
        |links: &demo::links::Links| links.each.iter().map(|link| (link.role, link.unit.clone())).collect::<Vec<_>>();
    assert_eq!(who(&again), who(&links), "the same people");
    let body = json!({ "secret": unused.each[0].secret.reveal() }).to_string();
    let old = request(&router, "POST", "/sign-in/link", &[("content-type", "application/json")], &body).await;
    assert_eq!(old.code(), "UNAUTHENTICATED", "an earlier start's link");
    assert_eq!(access_grant::Entity::find().count(&world.db).await.unwrap(), 2, "granted once");
    let tokens = api_token::Entity::find().all(&world.db).await.unwrap();
    let good = tokens.iter().filter(|token| token.role == AccessRole::Dashboard && token.is_valid(world.clock.now()));
    assert_eq!((tokens.len(), good.count()), (4, 3), "an earlier start's tokens go on");
    let asked = [("authorization", &*format!("Bearer {}", links.token.reveal())), ("content-type", "application/json")];
    let body = json!({ "query": "{ viewer { actor } __schema { queryType { name } } }" }).to_string();
    let answer = request(&router, "POST", "/graphql", &asked, &body).await;
    let expected = json!({ "viewer": { "actor": "token:2" }, "__schema": { "queryType": { "name": "Query" } } });
    assert_eq!(answer.json()["data"], expected, "the first start's token, which explores: {}", answer.text);
    let newest = worlds(&router, &again).await;
    assert_eq!(newest[&AccessRole::Admin], seen[&AccessRole::Admin]);
}

#[tokio::test]
async fn links_are_refused_on_a_public_address() {
    let world = World::new(Engine::Sqlite).await;
    let settings = Cli::try_parse_from(["psn", "demo", "--bind", "0.0.0.0:0"]).unwrap().settings;
    let stop = CancellationToken::new();
    let refused = demo::run(demo::DemoArgs::default(), settings.clone(), world.clock.clone(), stop.clone()).await;
    assert!(matches!(&refused, Err(ExitError::Refused(why)) if why.contains("this machine only")), "{refused:?}");

    // Even if another caller passed such an address on.
    let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused =
        serve::serve_on(listener, &app, app.authenticator().unwrap().with_links(), Assets::embedded(), false, stop)
            .await;
    assert!(matches!(&refused, Err(ExitError::Refused(why)) if why.contains("this machine only")), "{refused:?}");
}
