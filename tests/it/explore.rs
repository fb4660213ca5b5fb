//! Introspection, suggestions and names of the schema are for those who may explore.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use entity::actor::Actor;
use entity::id::{ApiTokenId, PersonId};
use entity::value::AccessRole;
use psn::access::manage::{ChangeContext, TokenWish, make_token};
use psn::access::{Reach, Right, Viewer};
use psn::graphql::persisted::Persisted;
use serde_json::json;

use crate::graphql;
use crate::harness::{Engine, Pass, World};
use crate::site::{ask, ask_with, closed, empty, encoded, get, post, seen_by, send};

const STANDARD: &str = include_str!("introspection.graphql");

#[tokio::test]
async fn only_explorers_may_introspect() {
    let db = empty().await;
    let closed = closed(&db, Duration::from_secs(10));
    for role in AccessRole::ALL {
        let explores = Right::Explore.reach(*role) == Reach::Everything;
        assert_eq!(Viewer::token(ApiTokenId(1), *role, Vec::new(), true).explores(), explores, "{role}");
        let answer = ask(&seen_by(&db, &closed, *role).await, STANDARD).await;
        if explores {
            assert!(answer.json()["data"]["__schema"]["types"].as_array().unwrap().len() > 10, "{role}");
        } else {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role}");
            assert_eq!(answer.code(), "INTROSPECTION_REFUSED", "{role}");
            assert!(answer.json().get("data").is_none());
        }
    }
    assert!(!Viewer::person(PersonId(1), Vec::new()).explores());
    assert!(Viewer::person(PersonId(1), vec![AccessRole::Auditor]).explores());
}

#[tokio::test]
async fn every_caller_gets_the_schema_as_text() {
    let db = empty().await;
    let closed = closed(&db, Duration::from_secs(10));
    let stranger = get(&closed, "/schema.graphql").await;
    assert_eq!((stranger.status, stranger.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
    let checked_in = include_str!("../../src/graphql/schema.graphql");
    for role in AccessRole::ALL {
        let router = seen_by(&db, &closed, *role).await;
        let schema = get(&router, "/schema.graphql").await;
        assert_eq!((schema.status, schema.text.trim()), (StatusCode::OK, checked_in.trim()), "{role}");
        assert_eq!(schema.header("content-type"), "text/plain; charset=utf-8");
        let known = Request::get("/schema.graphql").header("if-none-match", schema.header("etag"));
        let again = send(&router, known.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{role}");
    }
}

#[tokio::test]
async fn a_dashboard_token_explores_if_it_was_made_to() {
    let world = World::new(Engine::Sqlite).await;
    graphql::board::organisation(&world.db).await;
    let closed = graphql::closed(&world, world.db.clone(), Persisted::default());
    let mut told = Vec::new();
    for explore in [false, true] {
        let (name, units) = ("front end".to_owned(), vec!["SOUTH".to_owned()]);
        let wish = TokenWish { name, role: AccessRole::Dashboard, units, names: false, explore, days: 1 };
        let today = "2026-11-16".parse().unwrap();
        let by = ChangeContext { actor: Actor::Operator, now: world.clock.now(), today, request_id: None };
        let (token, secret) = make_token(&world.db, &by, wish).await.unwrap();
        assert_eq!(token.explore, explore);
        let router = Pass::token(&secret).with(closed.clone());
        told.push(ask(&router, "{ __type(name: \"Team\") { name } }").await);
        // It sees no more of the board than before.
        let seen = ask(&router, "{ viewer { rights { right } } units { nodes { code } } }").await;
        let (seen, rights) = (seen.json()["data"]["units"].clone(), seen.json()["data"]["viewer"]["rights"].clone());
        assert!(!seen["nodes"].as_array().unwrap().is_empty() && !seen.to_string().contains("N1"), "{seen}");
        assert_eq!(rights.as_array().unwrap().contains(&json!({ "right": "EXPLORE" })), explore, "{rights}");
    }
    assert_eq!((told[0].status, told[0].code().as_str()), (StatusCode::FORBIDDEN, "INTROSPECTION_REFUSED"));
    assert_eq!(told[1].json()["data"], json!({ "__type": { "name": "Team" } }));
}

#[tokio::test]
async fn disguised_introspection_is_refused_before_execution() {
    let db = empty().await;
    let router = seen_by(&db, &closed(&db, Duration::from_secs(10)), AccessRole::Staff).await;
    let disguises = [
        "{version __schema{queryType{name}}}",
        "{__type(name:\"Item\"){name}}",
        "{version: __schema{queryType{name}}}",
        "{...f} fragment f on Query{...on Query{x:__type(name:\"Item\"){fields{name}}}}",
        "query a{version} query b{__schema{queryType{name}}}",
        "{version} fragment unused on Query{__schema{queryType{name}}}",
        "query($no:Boolean=false){version __schema @include(if:$no){queryType{name}}}",
        "mutation{change ...on Query{__schema{queryType{name}}}}",
    ];
    for query in disguises {
        let operation = query.contains("query b").then_some("a");
        let answer = ask_with(&router, &json!({"query": query, "operationName": operation})).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::FORBIDDEN, "INTROSPECTION_REFUSED"),
            "{query}"
        );
        assert!(answer.json().get("data").is_none(), "{query}");
    }
    let by_get = get(&router, &format!("/graphql?query={}", encoded(disguises[0]))).await;
    assert_eq!((by_get.status, by_get.code().as_str()), (StatusCode::OK, "INTROSPECTION_REFUSED"));
    let plain = send(&router, post("application/json", json!({"query": disguises[0]}).to_string())).await;
    assert_eq!((plain.status, plain.code().as_str()), (StatusCode::OK, "INTROSPECTION_REFUSED"));
    let answer = ask(&router, "{__typename items(first:1){__typename}}").await;
    assert_eq!(answer.json()["data"], json!({"__typename": "Query", "items": [{"__typename": "Item"}]}));
}

#[tokio::test]
async fn an_error_names_only_what_the_query_named() {
    let world = World::new(Engine::Sqlite).await;
    let closed = graphql::closed(&world, world.db.clone(), Persisted::default());
    let explorer = world.admin.with(closed.clone());
    let other = seen_by(&world.db, &closed, AccessRole::Staff).await;
    let wrong = [
        "{ boord { name } }",
        "{ board { nam } }",
        "{ team { status } }",
        "{ team(cod: \"N1\") { status } }",
        "{ board }",
        "{ board { name { first } } }",
        "{ teams(filter: { status: [NOPE] }) { totalCount } }",
        "{ teams(filter: { stats: [NONE] }) { totalCount } }",
        "{ teams(filter: 5) { totalCount } }",
        "{ teams(orderBy: {}) { totalCount } }",
        "{ teams(orderBy: { field: NOPE, direction: DESC }) { totalCount } }",
        "{ teams(first: \"many\") { totalCount } }",
        "query($f: TeamFilte) { teams(filter: $f) { totalCount } }",
        "query($f: TeamFilter = { stats: 5 }) { teams(filter: $f) { totalCount } }",
        "query($b: Board) { teams(filter: $b) { totalCount } }",
        "{ board { ... on Team { status } } }",
        "{ version @skip }",
        "{ version @skop(if: true) }",
        "{ ...f } fragment f on Teem { status }",
        "{ node(id: \"x\") { ... on Unit { cod } } }",
        "mutation { requestRn }",
        "subscription { teams }",
    ];
    let mut hinted = 0;
    for query in wrong {
        let messages = async |router: &Router| {
            let answer = ask(router, query).await;
            let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
            assert!(!errors.is_empty(), "{query}: {}", answer.text);
            errors.iter().map(|error| error["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for message in messages(&explorer).await {
            let names_more =
                message.split('"').skip(1).step_by(2).any(|name| !query.contains(name.trim_start_matches('$')));
            hinted += usize::from(names_more);
        }
        for message in messages(&other).await {
            assert!(!message.contains("Did you mean"), "{query}: {message}");
            for name in message.split('"').skip(1).step_by(2) {
                // A path names arguments and fields one after the other.
                let own = name
                    .split('.')
                    .all(|part| query.contains(part.trim_start_matches('$')) || part.parse::<usize>().is_ok());
                assert!(own, "{query}: {message}");
            }
        }
    }
    assert!(hinted > wrong.len() / 2, "the engine's own messages do name more: {hinted}");
}

#[tokio::test]
async fn scalar_errors_are_shown_to_everyone() {
    let world = World::new(Engine::Sqlite).await;
    let closed = graphql::closed(&world, world.db.clone(), Persisted::default());
    let router = seen_by(&world.db, &closed, AccessRole::Staff).await;
    let answer = ask(&router, "{ board(asOf: \"2026-02-30\") { code } }").await;
    assert_eq!(answer.code(), "BAD_USER_INPUT");
    assert!(answer.text.contains("'2026-02-30' is not a day"), "{}", answer.text);
}
