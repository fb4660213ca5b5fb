//! GraphQL over HTTP by the specification, the playground, health checks, and graceful shutdown.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use psn::graphql::error::INTERNAL_SENTENCE;
use psn::http::{Connections, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::harness::{both, within};
use crate::site::{Answer, SECRET, ask, ask_with, bare, empty, encoded, get, post, send, site};

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

/// The audits of the npm package graphql-http, one line each: the request, and the status for each media type.
#[tokio::test]
async fn every_audit_of_graphql_over_http_passes() {
    let router = bare().await;
    let typename = "{ __typename }";
    let of_name = "query Type($name: String!) { __type(name: $name) { name } }";
    let wrong = |parameter: &str| {
        let any = [json!({"obj": "ect"}), json!(0), json!(false), json!(["array"]), json!("string")];
        // A string is a valid query and operation name; an object is valid variables and extensions.
        let good = |value: &Value| match parameter {
            "query" | "operationName" => value.is_string(),
            _ => value.is_object(),
        };
        any.into_iter().filter(|value| !good(value)).collect::<Vec<_>>()
    };
    let mut cases = vec![
        (json!({"query": typename}), 200, 200),
        (json!({"query": "{ __type(name: \"Run🏃Swim🏊\") { name } }"}), 200, 200),
        (json!({"query": "query Query { __typename }", "operationName": "Query"}), 200, 200),
        (json!({"query": of_name, "variables": {"name": "sometype"}}), 200, 200),
        (json!({"query": typename, "extensions": {"some": "value"}}), 200, 200),
        (json!({"query": typename, "variables": null, "operationName": null, "extensions": null}), 200, 200),
        (json!({"notquery": typename}), 400, 400),
        (json!({"query": "{"}), 200, 400),
        (json!({"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}), 200, 400),
        (json!({"query": "{ f8f31403dfe404bccbb0e835f2629c6a7 }"}), 200, 400),
        (json!({"query": "query CoerceFailure($id: ID!){ __typename }", "variables": {"id": null}}), 200, 400),
    ];
    for parameter in ["query", "operationName", "variables", "extensions"] {
        for value in wrong(parameter) {
            let mut body = json!({ "query": typename });
            body[parameter] = value;
            cases.push((body, 400, 400));
        }
    }
    for (body, as_json, as_graphql) in cases {
        for (accept, status) in [(JSON, as_json), (GRAPHQL, as_graphql)] {
            let answer = send(&router, post(accept, body.to_string())).await;
            assert_eq!(answer.status, status, "{accept} {body}: {}", answer.text);
            assert!(answer.header("content-type").starts_with(accept), "{accept} {body}");
            let json = answer.json();
            let good = as_graphql == 200;
            assert_eq!((json.get("data").is_some(), json.get("errors").is_none()), (good, good), "{accept} {body}");
        }
    }
}

#[tokio::test]
async fn media_type_follows_the_accept_header() {
    let router = bare().await;
    let body = json!({"query": "{version}"}).to_string();
    for (accept, content_type) in [("*/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL), ("text/html, */*;q=0.1", JSON)] {
        let answer = send(&router, post(accept, body.clone())).await;
        assert!(answer.header("content-type").starts_with(content_type), "{accept}");
        assert!(answer.header("content-type").ends_with("charset=utf-8"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let answer = send(&router, post("text/html", body.clone())).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE".to_owned()));
    let bare = Request::post("/graphql").header("content-type", "application/json; charset=UTF-8").body(body.into());
    let answer = send(&router, bare.unwrap()).await;
    assert_eq!(answer.json()["data"]["version"], "1");
}

#[tokio::test]
async fn only_plain_json_is_read() {
    let router = bare().await;
    let body = json!({"query": "{version}"}).to_string();
    let headers: [&[(&str, &str)]; 6] = [
        &[],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "multipart/form-data; boundary=x")],
        &[("content-type", "application/json; charset=utf-16")],
        &[("content-type", "application/json"), ("content-encoding", "gzip")],
    ];
    for headers in headers {
        let mut request = Request::post("/graphql");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = send(&router, request.body(body.clone().into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{headers:?}");
        assert_eq!(answer.code(), "UNSUPPORTED_MEDIA_TYPE");
    }
    for (broken, code) in [
        ("", "BAD_REQUEST"),
        ("{ \"not a JSON", "BAD_REQUEST"),
        ("\"{version}\"", "BAD_REQUEST"),
        ("{\"query\":\"{version}\",\"query\":\"{version}\"}", "BAD_REQUEST"),
        ("[{\"query\":\"{version}\"}]", "BATCH_REFUSED"),
        (" []", "BATCH_REFUSED"),
    ] {
        let answer = send(&router, post(JSON, broken)).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, code), "{broken}");
    }
    for other in ["null", "5", "\"{version}\"", "{\"query\":\"{version}\",\"query\":\"{version}\"}"] {
        let answer = send(&router, post(JSON, other)).await;
        assert!(answer.text.contains("The body must be one JSON object"), "{other}: {}", answer.text);
        assert!(!answer.text.contains("struct") && !answer.text.contains("Parameters"), "{other}: {}", answer.text);
    }
    let answer = send(&router, post(JSON, b"{\"query\":\"\xff\"}".to_vec())).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_queries_are_allowed_by_get() {
    let router = bare().await;
    let ask = async |query: &str, more: &str| get(&router, &format!("/graphql?query={}{more}", encoded(query))).await;
    let two = "query a{a:version} query b{b:version} mutation c{change}";
    assert_eq!(ask(two, "&operationName=b").await.json()["data"], json!({"b": "1"}));
    let variables = format!("&variables={}", encoded("{\"t\":\"x\"}"));
    assert_eq!(ask("query($t:String!){echo(text:$t)}", &variables).await.json()["data"]["echo"], "x");

    for (query, more) in [("mutation{change}", ""), (two, "&operationName=c")] {
        let answer = ask(query, more).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
        assert_eq!(answer.code(), "METHOD_NOT_ALLOWED");
        assert!(answer.json().get("data").is_none());
    }
    assert_eq!(ask(two, "").await.code(), "OPERATION_RESOLUTION_FAILURE");
    assert_eq!(ask("{version}", "&variables=5").await.code(), "BAD_REQUEST");
    assert_eq!(ask("{version}", "&variables=%7B").await.code(), "BAD_REQUEST");
    assert_eq!(ask("{version}", "&query=%7Bversion%7D").await.code(), "BAD_REQUEST");
    assert_eq!(get(&router, "/graphql").await.status, StatusCode::BAD_REQUEST);

    for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::HEAD] {
        let request = Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap();
        let answer = send(&router, request).await;
        assert_eq!((answer.status, answer.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, POST"));
    }
    let answer = ask_with(&router, &json!({"query": two, "operationName": "c"})).await;
    assert_eq!(answer.json()["data"]["change"], true);
}

#[tokio::test]
async fn every_error_has_code_and_request_id() {
    let router = bare().await;
    for (query, code, status) in [
        ("{", "GRAPHQL_PARSE_FAILED", 400),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED", 400),
        ("subscription{version}", "NOT_ACCEPTABLE", 406),
        ("{number(n:\"one\")}", "GRAPHQL_VALIDATION_FAILED", 400),
        ("query($n:Int!){number(n:$n)}", "BAD_USER_INPUT", 400),
        ("{number(n:3000000000)}", "BAD_USER_INPUT", 200),
        ("{missing}", "NOT_FOUND", 200),
        ("{internal}", "INTERNAL", 200),
        ("{panics}", "INTERNAL", 500),
    ] {
        let answer = ask(&router, query).await;
        assert_eq!((answer.code().as_str(), answer.status.as_u16()), (code, status), "{query}: {}", answer.text);
        let id = answer.header("x-request-id");
        assert_eq!(id.len(), 16);
        assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], id);
        assert_eq!(answer.json().get("data").is_some(), status == 200, "{query}");
    }
    assert_ne!(
        get(&router, "/health/live").await.header("x-request-id"),
        get(&router, "/").await.header("x-request-id")
    );
}

both!(
    async fn database_errors_never_reach_clients(world: World) {
        let router = site(&world.db, Duration::from_secs(10)).await;
        let shows_nothing = |answer: &Answer| {
            assert_eq!(answer.json()["errors"][0]["message"], INTERNAL_SENTENCE, "{}", answer.text);
            for word in [SECRET, "email", "jean", "board.example", "table", "relation"] {
                assert!(!answer.text.contains(word), "{}", answer.text);
            }
        };
        for query in ["{people}", "{internal}", "{panics}", "{leak}", "{leakOfText}"] {
            shows_nothing(&ask(&router, query).await);
        }
        // The rest of the answer is unchanged.
        let answer = ask(&router, "{version missing}").await;
        assert_eq!(answer.json()["data"], json!({"version": "1", "missing": null}));
        let answer = ask(&router, "{items(first: 2){name broken}}").await;
        let item = json!({"name": "item", "broken": null});
        assert_eq!(answer.json()["data"], json!({ "items": [item.clone(), item] }));
        assert_eq!(ask(&router, "{one}").await.status, StatusCode::OK);
    }
);

#[tokio::test]
async fn slow_query_ends_with_a_code() {
    let router = site(&empty().await, Duration::from_millis(20)).await;
    let answer = ask(&router, "{never}").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "QUERY_TIMEOUT".to_owned()));
    assert_eq!(ask(&router, "{version}").await.status, StatusCode::OK);
}

#[tokio::test]
async fn viewer_is_per_request_and_skipped_fields_leave_an_object() {
    let router = bare().await;
    assert_eq!(ask(&router, "{wholeNetwork}").await.json()["data"]["wholeNetwork"], true);
    assert_eq!(ask(&router, "{version @skip(if: true)}").await.json()["data"], json!({}));
}

both!(
    async fn liveness_differs_from_readiness(world: World) {
        let router = site(&world.db, Duration::from_secs(10)).await;
        let ready = get(&router, "/health/ready").await;
        assert_eq!((ready.status, ready.json()["status"].as_str()), (StatusCode::OK, Some("ready")));
        assert_eq!(ready.header("cache-control"), "no-store");

        use sea_orm::ConnectionTrait as _;
        world.db.execute_unprepared("DELETE FROM seaql_migrations").await.unwrap();
        let pending = get(&router, "/health/ready").await;
        assert_eq!(pending.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            (pending.json()["database"].as_str(), pending.json()["migrations"].as_str()),
            (Some("ok"), Some("pending"))
        );

        world.db.clone().close().await.unwrap();
        let away = get(&router, "/health/ready").await;
        assert_eq!((away.status, away.json()["database"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("away")));
        assert_eq!(ask(&router, "{one}").await.code(), "UNAVAILABLE");
        assert_eq!(get(&router, "/health/live").await.status, StatusCode::OK);
    }
);

#[tokio::test]
async fn playground_loads_only_from_its_origin() {
    let router = bare().await;
    let page = get(&router, "/playground").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(page.text.contains("playground"));
    assert_eq!(get(&router, "/playground/..%2Fsecret").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, "/elsewhere").await.status, StatusCode::NOT_FOUND);
}

async fn listening() -> (TcpListener, std::net::SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn body_of_32_megabytes_is_refused_unread() {
    let (listener, at) = listening().await;
    let stop = CancellationToken::new();
    let server =
        tokio::spawn(serve(listener, bare().await, Connections::at_most(64), stop.clone(), Duration::from_secs(5)));

    // By its announced length: no byte of the body is sent.
    let mut client = TcpStream::connect(at).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: psn\r\ncontent-type: application/json\r\nconnection: close\r\n";
    client.write_all(format!("{head}content-length: 33554432\r\n\r\n").as_bytes()).await.unwrap();
    let mut text = String::new();
    within("the refusal", client.read_to_string(&mut text)).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 413 "), "{text}");
    assert!(text.contains("\"code\":\"PAYLOAD_TOO_LARGE\""), "{text}");

    // Without a length, in chunks: refused at the limit, long before 32 MB.
    let (mut answer, mut sender) = TcpStream::connect(at).await.unwrap().into_split();
    sender.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
    let sending = tokio::spawn(async move {
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let mut sent = 0_usize;
        while sent < 32 << 20 && sender.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
        sent
    });
    let mut begin = [0; 12];
    answer.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 413");
    drop(answer);
    assert!(sending.await.unwrap() < 32 << 20, "the server read everything");

    stop.cancel();
    within("the server stops", server).await.unwrap().unwrap();
}

/// Sends one query and returns when the server is executing it.
async fn begun(at: std::net::SocketAddr, query: &str) -> TcpStream {
    let body = json!({ "query": query }).to_string();
    let mut client = TcpStream::connect(at).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: psn\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    client.write_all(format!("{head}content-length: {}\r\n\r\n", body.len()).as_bytes()).await.unwrap();
    // The server requests the body only when the handler reads it, so from here on the request is running.
    let mut go_on = [0; 25];
    client.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(body.as_bytes()).await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stop_finishes_running_requests_and_takes_no_more() {
    let (listener, at) = listening().await;
    let stop = CancellationToken::new();
    let server =
        tokio::spawn(serve(listener, bare().await, Connections::at_most(64), stop.clone(), Duration::from_secs(20)));
    let mut running = begun(at, "{slow(seconds: 1)}").await;
    stop.cancel();
    let mut text = String::new();
    within("the answer ends", running.read_to_string(&mut text)).await.unwrap();
    assert!(text.contains("{\"data\":{\"slow\":1},"), "{text}");
    within("the server stops", server).await.unwrap().unwrap();
    assert!(TcpStream::connect(at).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_for_ever() {
    let (listener, at) = listening().await;
    let stop = CancellationToken::new();
    let server =
        tokio::spawn(serve(listener, bare().await, Connections::at_most(64), stop.clone(), Duration::from_millis(50)));
    let _running = begun(at, "{never}").await;
    stop.cancel();
    within("the server stops", server).await.unwrap().unwrap();
}
