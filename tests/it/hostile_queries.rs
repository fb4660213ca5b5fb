//! Queries that stop an unprotected server, and many similar ones: each is refused with its code, and the server answers the
//! next query.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use axum::Router;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::site::{Answer, ask, ask_with, bare, encoded, get};

async fn refused(router: &Router, answer: Answer, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{}", answer.text);
    assert!(answer.json().get("data").is_none());
    assert!(answer.text.len() < 10_000, "a short refusal");
    assert_eq!(ask(router, "{version}").await.json()["data"]["version"], "1");
}

#[tokio::test]
async fn a_deep_literal_is_refused_before_parsing() {
    let router = bare().await;
    let deep = "[".repeat(2000);
    let closed = format!("{{number(n:1,list:{deep}{})}}", "]".repeat(2000));
    for query in [closed.as_str(), &format!("{{number(n:1,list:{deep}"), &"{a".repeat(2000), &"query($a:".repeat(2000)]
    {
        refused(&router, ask(&router, query).await, "QUERY_TOO_DEEP").await;
    }
    refused(&router, get_deep(&router, &closed).await, "QUERY_TOO_DEEP").await;
    // A quoted bracket is an ordinary character.
    let quoted = ask(&router, &format!("{{echo(text:\"{deep}\")}}")).await;
    assert_eq!(quoted.json()["data"]["echo"], deep);
}

async fn get_deep(router: &Router, query: &str) -> Answer {
    let request = axum::http::Request::get(format!("/graphql?query={}", encoded(query)))
        .header("accept", "application/graphql-response+json")
        .body(axum::body::Body::empty());
    crate::site::send(router, request.unwrap()).await
}

#[tokio::test]
async fn deep_variables_are_refused_before_parsing() {
    let router = bare().await;
    let deep = format!("{{\"l\":{}{}}}", "[".repeat(2000), "]".repeat(2000));
    let body = format!("{{\"query\":\"query($l:[Int!]){{number(n:1,list:$l)}}\",\"variables\":{deep}}}");
    let post = crate::site::post("application/graphql-response+json", body);
    refused(&router, crate::site::send(&router, post).await, "QUERY_TOO_DEEP").await;

    let body = format!("{{\"query\":\"{{version}}\",\"ignored\":{deep}}}");
    let post = crate::site::post("application/json", body);
    refused(&router, crate::site::send(&router, post).await, "QUERY_TOO_DEEP").await;

    for parameter in ["variables", "extensions"] {
        let address = format!("/graphql?query=%7Bversion%7D&{parameter}={}", encoded(&deep));
        refused(&router, get(&router, &address).await, "QUERY_TOO_DEEP").await;
    }
}

#[tokio::test]
async fn fragments_that_double_are_refused() {
    let router = bare().await;
    let mut query = "{...f0}".to_owned();
    for at in 0..20 {
        query += &format!("fragment f{at} on Query{{...f{next} ...f{next}}}", next = at + 1);
    }
    query += "fragment f20 on Query{version}";
    assert!(query.len() < 1000);
    refused(&router, ask(&router, &query).await, "QUERY_TOO_BROAD").await;

    // Without any field at the end, or around a fragment that does not exist.
    for last in ["fragment f20 on Query{...nowhere}", "fragment f20 on Query{...on Query{...nowhere}}"] {
        let around_nothing = query.replace("fragment f20 on Query{version}", last);
        refused(&router, ask(&router, &around_nothing).await, "QUERY_TOO_BROAD").await;
    }

    let circle = "{...a} fragment a on Query{...b} fragment b on Query{...a}";
    refused(&router, ask(&router, circle).await, "GRAPHQL_VALIDATION_FAILED").await;
}

#[tokio::test]
async fn hundreds_of_anything_are_refused() {
    let router = bare().await;
    let many = |one: &dyn Fn(usize) -> String| (0..600).map(one).collect::<String>();
    for query in [
        format!("{{{}}}", many(&|at| format!("a{at}:version "))),
        format!("{{{}}}", many(&|at| format!("a{at}:__typename "))),
        format!("{{{}}}", "version ".repeat(600)),
        format!("{{version {}}}", "@include(if:true) ".repeat(500)),
        // Fields of one name with many arguments: the engine compares each with each.
        format!("{{number({}){}}}", many(&|at| format!("a{at}:1 ")), " number(n:1)".repeat(100)),
        many(&|at| format!("query q{at}{{version}} ")),
        format!("query({}){{version}}", many(&|at| format!("$a{at}:Int "))),
    ] {
        refused(&router, ask(&router, &query).await, "QUERY_TOO_BROAD").await;
    }
}

#[tokio::test]
async fn an_answer_shows_only_the_first_errors() {
    let router = bare().await;
    let query = format!("{{items{{{}}}}}", (0..400).map(|at| format!("unknown{at} ")).collect::<String>());
    let answer = ask(&router, &query).await;
    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn too_many_bytes_are_refused() {
    let router = bare().await;
    let long = format!("{{version}}#{}", "x".repeat(32 * 1024));
    refused(&router, ask(&router, &long).await, "QUERY_TOO_LONG").await;
    let body = json!({"query": "query($t:String!){echo(text:$t)}", "variables": {"t": "x".repeat(33 * 1024)}});
    refused(&router, ask_with(&router, &body).await, "QUERY_TOO_LONG").await;
    let body = json!({"query": "{version}", "ignored": "x".repeat(257 * 1024)});
    let answer = ask_with(&router, &body).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
}

#[tokio::test]
async fn too_many_tokens_or_values_are_refused() {
    let router = bare().await;
    for query in [
        format!("{{number(n:1,list:[{}])}}", "1 ".repeat(4000)),
        format!("{{version {}}}", "@a(b:1)".repeat(800)),
        format!("query({}){{version}}", "$a:[[Int!]!]!,".repeat(600)),
        "{".repeat(39) + &"a ".repeat(5000),
    ] {
        refused(&router, ask(&router, &query).await, "QUERY_TOO_LONG").await;
    }
    let list =
        |items: usize| json!({"query": "query($l:[Int!]){number(n:1,list:$l)}", "variables": {"l": vec![2; items]}});
    refused(&router, ask_with(&router, &list(1000)).await, "QUERY_TOO_LONG").await;
    assert_eq!(ask_with(&router, &list(999)).await.json()["data"]["number"], 2);
    let nested = json!({"query": "{version}", "variables": {"unused": {"deep": [[[vec![0; 1000]]]]}}});
    refused(&router, ask_with(&router, &nested).await, "QUERY_TOO_LONG").await;
}

#[tokio::test]
async fn typename_counts_like_any_field() {
    let router = bare().await;
    let many = |times: usize| (0..times).map(|at| format!("t{at}:__typename ")).collect::<String>();
    refused(&router, ask(&router, &format!("{{{}}}", many(51))).await, "QUERY_TOO_BROAD").await;
    refused(&router, ask(&router, &format!("{{{}}}", "__typename ".repeat(51))).await, "QUERY_TOO_BROAD").await;
    let in_fragment = format!("{{...f ...on Query{{{}}}}} fragment f on Query{{{}}}", many(26), many(25));
    refused(&router, ask(&router, &in_fragment).await, "QUERY_TOO_BROAD").await;
    refused(&router, ask(&router, &format!("{{items{{{}}}}}", many(101))).await, "QUERY_TOO_BROAD").await;
    let priced = format!("{{items(first:1000){{{}}}}}", many(50));
    refused(&router, ask(&router, &priced).await, "QUERY_TOO_COSTLY").await;
    assert_eq!(ask(&router, &format!("{{{}}}", many(50))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nested_pages_are_priced_before_execution() {
    let router = bare().await;
    let page = |first: &str| {
        let one = format!("items(first:{first}){{");
        format!("{{{}name{}}}", one.repeat(5), "}".repeat(5))
    };
    let answer = ask(&router, &page("100")).await;
    assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("50000"), "{}", answer.text);
    refused(&router, answer, "QUERY_TOO_COSTLY").await;
    refused(&router, ask(&router, &page("2147483647")).await, "QUERY_TOO_COSTLY").await;
    let by_variable = format!("query($n:Int!){}", page("$n"));
    let body = |n: Value| json!({"query": by_variable, "variables": {"n": n}});
    refused(&router, ask_with(&router, &body(json!(100))).await, "QUERY_TOO_COSTLY").await;
    assert_eq!(ask_with(&router, &body(json!(2))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn standard_introspection_passes_circular_does_not() {
    let router = bare().await;
    let answer = ask(&router, include_str!("introspection.graphql")).await;
    assert!(answer.json()["data"]["__schema"]["types"].as_array().unwrap().len() > 10, "{}", answer.text);
    let circular = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}";
    refused(&router, ask(&router, circular).await, "QUERY_TOO_DEEP").await;
    let nested = format!("{{{}name{}}}", "items{".repeat(17), "}".repeat(17));
    refused(&router, ask(&router, &nested).await, "QUERY_TOO_DEEP").await;
}
