//! A person's whole sign-in: to the provider, back with a code, and in. Through the real router, on both databases.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use clap::Parser as _;
use openidconnect::url::Url;
use psn::access::Authenticator;
use psn::app::App;
use psn::cli::Cli;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use super::provider::{AUDIENCE, CLIENT, CLIENT_SECRET, Mood, Provider};
use crate::graphql::board;
use crate::harness::{World, both};
use crate::site::{Answer, send};

/// A board whose person 4 has the address that the provider verifies, the provider, and the site.
struct Stage {
    world: World,
    provider: Provider,
    app: App,
    authenticator: Authenticator,
    router: Router,
}

/// Where a browser is sent, and the cookie that it keeps.
struct Begun {
    /// The provider's page.
    address: Url,
    /// The cookie that binds the sign-in to the browser.
    cookie: String,
}

fn secret_file(world: &World, secret: &str) -> String {
    let file = world.folder.path().join(format!("{secret}.secret"));
    std::fs::write(&file, secret).unwrap();
    file.to_str().unwrap().to_owned()
}

impl Stage {
    async fn new(world: World) -> Self {
        Self::with(world, &[]).await
    }

    async fn with(world: World, flags: &[&str]) -> Self {
        board::organisation(&world.db).await;
        let sql = "UPDATE person SET work_email = 'Jean@Board.Example', number = '00042' WHERE id = 4";
        world.db.execute_unprepared(sql).await.unwrap();
        let provider = Provider::start(&world.clock).await;
        let ours = ["psn", "serve", "--oidc-issuer", &provider.issuer, "--oidc-client-id", CLIENT];
        let secret = secret_file(&world, CLIENT_SECRET);
        let more = ["--oidc-client-secret-file", &secret, "--oidc-audience", AUDIENCE];
        let settings = Cli::try_parse_from([&ours[..], &more, flags].concat()).unwrap().settings;
        let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
        let authenticator = app.authenticator().unwrap();
        let router = app.router(&authenticator).unwrap();
        Self { world, provider, app, authenticator, router }
    }

    async fn get(&self, address: &str, cookies: &str) -> Answer {
        let request = Request::get(address).header("host", "127.0.0.1:8080").header("cookie", cookies);
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }

    async fn begin(&self, to: &str) -> Begun {
        let answer = self.get(&format!("/sign-in/start{to}"), "").await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::SEE_OTHER, "no-store"));
        let set = cookies(&answer).remove(0);
        assert!(set.starts_with("psn-sign-in=") && set.ends_with("; Max-Age=600; HttpOnly; SameSite=Lax"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        Begun { address: answer.header("location").parse().unwrap(), cookie }
    }

    /// The path on this site to which the provider sends the browser back.
    async fn at_provider(&self, address: &Url) -> String {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let answer =
            client.tls_backend_preconfigured(plain_tls()).build().unwrap().get(address.clone()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 302, "{}", answer.text().await.unwrap());
        let back: Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
        assert_eq!(back.origin().ascii_serialization(), "http://127.0.0.1:8080");
        format!("{}?{}", back.path(), back.query().unwrap())
    }

    /// The whole sign-in; returns the site's last answer.
    async fn sign_in(&self, to: &str) -> Answer {
        let begun = self.begin(to).await;
        let back = self.at_provider(&begun.address).await;
        self.get(&back, &begun.cookie).await
    }

    async fn with_header(&self, name: &str, value: &str) -> Answer {
        let request = Request::post("/graphql").header("host", "127.0.0.1:8080");
        let request = request.header("content-type", "application/json").header(name, value);
        send(&self.router, request.body(json!({ "query": "{ viewer { actor } }" }).to_string().into()).unwrap()).await
    }

    /// The recorded actions with their actors.
    async fn recorded(&self) -> Vec<(String, String)> {
        let sql = "SELECT action, actor FROM audit_event ORDER BY id";
        let rows = self.world.db.query_all_raw(Statement::from_string(self.world.db.get_database_backend(), sql));
        let pair = |row: &sea_orm::QueryResult| (row.try_get("", "action").unwrap(), row.try_get("", "actor").unwrap());
        rows.await.unwrap().iter().map(pair).collect()
    }
}

/// The client needs one although it only connects to loopback.
fn plain_tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The session's cookie, as a browser sends it.
fn session(answer: &Answer) -> Option<String> {
    let all = cookies(answer);
    let set = all.iter().find(|cookie| cookie.starts_with("psn-session=psns_"))?;
    Some(set.split(';').next().unwrap().to_owned())
}

/// Asserts that no one is signed in, the page says what to do, and the browser's cookie for the sign-in is deleted.
fn assert_not_signed_in(answer: &Answer, status: StatusCode, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(session(answer), None);
    assert!(answer.text.contains(word), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
}

fn actor(answer: &Answer) -> Value {
    answer.json()["data"]["viewer"]["actor"].clone()
}

both!(
    async fn sign_in_returns_to_the_requested_page(world: World) {
        let stage = Stage::new(world).await;
        let request = Request::get("/units/A%2FB").header("host", "127.0.0.1:8080").header("accept", "text/html");
        let sent = send(&stage.router, request.body(Body::empty()).unwrap()).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/sign-in?to=%2Funits%2FA%252FB"));
        let page = stage.get(sent.header("location"), "").await;
        assert!(page.text.contains("href=\"/sign-in/start?to=%2Funits%2FA%252FB\""), "{}", page.text);
        let back = stage.sign_in("?to=%2Funits%2FA%252FB").await;
        assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/units/A%2FB"));
    }
);

both!(
    async fn a_person_signs_in_and_stays_signed_in(world: World) {
        let stage = Stage::new(world).await;
        let answer = stage.sign_in("?to=/playground%3Fa%3Db").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/playground?a=b"));
        assert!(cookies(&answer).iter().any(|cookie| cookie.starts_with("psn-sign-in=; Path=/; Max-Age=0")));
        let session = session(&answer).unwrap();
        assert_eq!(actor(&stage.with_header("cookie", &session).await), "person:4");
        assert_eq!(stage.recorded().await, [("SIGN_IN".to_owned(), "person:4".to_owned())]);

        // The provider is unreachable now: people who are signed in go on, and no one else can sign in.
        stage.provider.inside().mood = Mood::Fails;
        stage.world.clock.set(stage.world.clock.now() + TimeDelta::minutes(30));
        assert_eq!(actor(&stage.with_header("cookie", &session).await), "person:4");
    }
);

both!(
    async fn no_sign_in_while_the_provider_is_unreachable(world: World) {
        let stage = Stage::new(world).await;
        stage.provider.inside().mood = Mood::Fails;
        let answer = stage.get("/sign-in/start", "").await;
        assert_not_signed_in(&answer, StatusCode::SERVICE_UNAVAILABLE, "does not respond");
        let bearer = format!("Bearer {}", stage.provider.token(&json!({})));
        let answer = stage.with_header("authorization", &bearer).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE".to_owned()));

        // It becomes unreachable between the two halves.
        stage.provider.inside().mood = Mood::Well;
        stage.world.clock.set(stage.world.clock.now() + TimeDelta::seconds(5));
        let begun = stage.begin("").await;
        let back = stage.at_provider(&begun.address).await;
        stage.provider.inside().mood = Mood::Fails;
        let answer = stage.get(&back, &begun.cookie).await;
        assert_not_signed_in(&answer, StatusCode::SERVICE_UNAVAILABLE, "does not respond");
    }
);

both!(
    async fn only_the_same_browser_finishes_a_sign_in_once(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin("").await;
        let back = stage.at_provider(&begun.address).await;
        let other = stage.begin("").await;
        for cookie in ["", "psn-sign-in=", &other.cookie, &format!("{}; {}", begun.cookie, other.cookie)] {
            let answer = stage.get(&back, cookie).await;
            assert_not_signed_in(&answer, StatusCode::BAD_REQUEST, "Start again");
        }
        for changed in
            [back.replace("state=", "state=x"), back.replace("state=", "estate="), "/sign-in/callback".into()]
        {
            let answer = stage.get(&changed, &begun.cookie).await;
            assert_not_signed_in(&answer, StatusCode::BAD_REQUEST, "Start again");
        }
        let answer = stage.get(&format!("{back}&state=again"), &begun.cookie).await;
        assert_not_signed_in(&answer, StatusCode::BAD_REQUEST, "Start again");
        assert!(session(&stage.get(&back, &begun.cookie).await).is_some());
        let answer = stage.get(&back, &begun.cookie).await;
        assert_not_signed_in(&answer, StatusCode::BAD_REQUEST, "Start again");
    }
);

both!(
    async fn ten_thousand_begun_sign_ins_push_none_out(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin("?to=/playground").await;
        let back = stage.at_provider(&begun.address).await;
        for _ in 0..10_001 {
            assert_eq!(stage.get("/sign-in/start", "").await.status, StatusCode::SEE_OTHER);
        }
        let answer = stage.get(&back, &begun.cookie).await;
        assert_eq!((session(&answer).is_some(), answer.header("location")), (true, "/playground"), "{}", answer.text);
    }
);

both!(
    async fn any_process_can_finish_a_sign_in(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin("?to=/playground").await;
        let back = stage.at_provider(&begun.address).await;
        let router = stage.app.router(&stage.app.authenticator().unwrap()).unwrap();
        let other = Stage { router, ..stage };
        let answer = other.get(&back, &begun.cookie).await;
        assert_eq!((session(&answer).is_some(), answer.header("location")), (true, "/playground"), "{}", answer.text);
    }
);

both!(
    async fn the_browsers_state_is_sealed_and_fits_a_cookie(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin(&format!("?to=/{}", "a".repeat(1_999))).await;
        assert!(begun.cookie.len() < 4_000, "browsers keep 4,096 bytes: {}", begun.cookie.len());
        let (name, value) = begun.cookie.split_once('=').unwrap();
        let inside = BASE64_STANDARD.decode(value).expect("base64");
        for (what, secret) in begun.address.query_pairs().filter(|pair| pair.0 == "state" || pair.0 == "nonce") {
            let shown = inside.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!shown && !value.contains(&*secret), "{what} can be read");
        }
        let back = stage.at_provider(&begun.address).await;
        for at in [0, 20, value.len() / 2, value.len() - 3] {
            let other = if value.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{name}={}{other}{}", &value[..at], &value[at + 1..]);
            assert_not_signed_in(&stage.get(&back, &changed).await, StatusCode::BAD_REQUEST, "Start again");
        }
        assert!(session(&stage.get(&back, &begun.cookie).await).is_some());
    }
);

both!(
    async fn a_sign_in_that_took_too_long_is_over(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin("").await;
        let back = stage.at_provider(&begun.address).await;
        stage.world.clock.set(stage.world.clock.now() + TimeDelta::minutes(10));
        assert_not_signed_in(&stage.get(&back, &begun.cookie).await, StatusCode::BAD_REQUEST, "took too long");
    }
);

both!(
    async fn a_code_of_another_sign_in_is_refused(world: World) {
        // An attacker puts their own code, or a stolen one, into another person's sign-in: PKCE binds the code to its own
        // sign-in.
        let stage = Stage::new(world).await;
        let (mine, theirs) = (stage.begin("").await, stage.begin("").await);
        let (my_way, their_way) = (stage.at_provider(&mine.address).await, stage.at_provider(&theirs.address).await);
        let code = |way: &str| way.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
        let mixed = my_way.replace(&code(&my_way), &code(&their_way));
        assert_ne!(mixed, my_way);
        assert_not_signed_in(&stage.get(&mixed, &mine.cookie).await, StatusCode::BAD_REQUEST, "Start again");
    }
);

both!(
    async fn an_invalid_id_token_signs_no_one_in(world: World) {
        let stage = Stage::new(world).await;
        for twist in [
            json!({ "nonce": "another" }),
            json!({ "nonce": null }),
            json!({ "iss": "https://login.example/board" }),
            json!({ "aud": "another-client" }),
            json!({ "aud": [CLIENT, "another-client"] }),
            json!({ "azp": "another-client" }),
            json!({ "exp": 1_700_000_000 }),
            json!({ "exp": null }),
            json!({ "sub": null }),
        ] {
            stage.provider.inside().twist = twist.clone();
            let answer = stage.sign_in("").await;
            assert_not_signed_in(&answer, StatusCode::BAD_GATEWAY, "is not valid");
        }
        stage.provider.inside().twist = json!({ "azp": CLIENT });
        assert!(session(&stage.sign_in("").await).is_some());
    }
);

both!(
    async fn an_answer_in_another_providers_name_is_refused(world: World) {
        let stage = Stage::new(world).await;
        let begun = stage.begin("").await;
        let back = stage.at_provider(&begun.address).await;
        let (rest, _) = back.split_once("&iss=").unwrap();
        let answer = stage.get(&format!("{rest}&iss=https://login.example"), &begun.cookie).await;
        assert_not_signed_in(&answer, StatusCode::BAD_GATEWAY, "is not valid");
    }
);

both!(
    async fn a_declined_person_is_told_and_may_retry(world: World) {
        let stage = Stage::new(world).await;
        stage.provider.inside().mood = Mood::Declines;
        assert_not_signed_in(&stage.sign_in("").await, StatusCode::FORBIDDEN, "did not sign you in");
        stage.provider.inside().mood = Mood::Well;
        assert!(session(&stage.sign_in("").await).is_some());
    }
);

both!(
    async fn a_wrong_client_secret_is_a_settings_error(world: World) {
        let stage = Stage::new(world).await;
        let other = secret_file(&stage.world, "other");
        let flags = ["psn", "serve", "--oidc-issuer", &stage.provider.issuer, "--oidc-client-id", CLIENT];
        let settings =
            Cli::try_parse_from([&flags[..], &["--oidc-client-secret-file", &other]].concat()).unwrap().settings;
        let app = App {
            settings,
            db: stage.world.db.clone(),
            api_db: stage.world.db.clone(),
            clock: stage.world.clock.clone(),
        };
        let router = app.router(&app.authenticator().unwrap()).unwrap();
        let stage = Stage { router, ..stage };
        assert_not_signed_in(&stage.sign_in("").await, StatusCode::BAD_GATEWAY, "does not accept psn");
    }
);

both!(
    async fn sign_in_never_redirects_to_another_site(world: World) {
        let stage = Stage::new(world).await;
        for to in ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", "evil", ""] {
            let encoded: String = openidconnect::url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
            // One is encoded twice: the query contains a path with a percent sign.
            let wanted = if to == "/%09/evil.example" { to } else { "/welcome" };
            let answer = stage.sign_in(&format!("?to={encoded}")).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, wanted), "{to}");
        }
        let answer = stage.sign_in("?to=/%09/evil.example").await;
        assert_eq!(answer.header("location"), "/welcome");
    }
);

both!(
    async fn an_address_must_match_one_current_person(world: World) {
        let stage = Stage::new(world).await;
        let bearer = format!("Bearer {}", stage.provider.token(&json!({})));
        let check = async |inside: bool, why: &str| {
            let answer = stage.sign_in("").await;
            let by_bearer = stage.with_header("authorization", &bearer).await;
            if inside {
                assert!(session(&answer).is_some(), "{why}");
                assert_eq!(actor(&by_bearer), "person:4", "{why}");
            } else {
                assert_not_signed_in(&answer, StatusCode::FORBIDDEN, "coordinator");
                assert_eq!(
                    (by_bearer.status, by_bearer.code()),
                    (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED".to_owned())
                );
                assert!(!by_bearer.text.contains("jean"), "{why}");
            }
        };
        let change = async |sql: &str| stage.world.db.execute_unprepared(sql).await.unwrap();
        check(true, "one, in whatever case").await;
        change("UPDATE person SET work_email = 'jean@board.example' WHERE id = 5").await;
        check(false, "two people").await;
        change("UPDATE person SET work_email = NULL WHERE id IN (4, 5)").await;
        check(false, "nobody").await;
        change("UPDATE person SET work_email = 'jean@board.example' WHERE id = 4").await;
        check(true, "one again").await;
        change("UPDATE post SET valid_to = '2026-11-16' WHERE person_id = 4").await;
        check(false, "they have left").await;
        stage.provider.inside().mood = Mood::Declines;
        assert_not_signed_in(&stage.sign_in("").await, StatusCode::FORBIDDEN, "did not sign you in");
        stage.authenticator.flush().await;
        let sql = "SELECT after FROM audit_event WHERE action = 'SIGN_IN_REFUSED' AND actor = 'anonymous' ORDER BY id";
        let rows = Statement::from_string(stage.world.db.get_database_backend(), sql);
        let rows = stage.world.db.query_all_raw(rows).await.unwrap();
        let attempts = rows.iter().map(|row| {
            let after: String = row.try_get("", "after").unwrap();
            serde_json::from_str::<Value>(&after).unwrap()["attempts"].as_u64().unwrap()
        });
        // Three sign-ins and three bearers; and one that the provider declined.
        assert_eq!(attempts.sum::<u64>(), 7);
    }
);

both!(
    async fn an_unverified_address_signs_no_one_in(world: World) {
        let stage = Stage::new(world).await;
        for claims in [
            json!({ "sub": "subject-1", "email": "jean@board.example", "email_verified": false }),
            json!({ "sub": "subject-1", "email": "jean@board.example" }),
        ] {
            stage.provider.inside().claims = claims;
            assert_not_signed_in(&stage.sign_in("").await, StatusCode::FORBIDDEN, "coordinator");
            let bearer = format!("Bearer {}", stage.provider.token(&json!({})));
            assert_eq!(stage.with_header("authorization", &bearer).await.status, StatusCode::UNAUTHORIZED);
        }
    }
);

both!(
    async fn an_employee_number_identifies_if_configured(world: World) {
        let flags =
            ["--oidc-claim", "employee-number", "--oidc-employee-claim", "staffNo", "--oidc-employer-claim", "org"];
        let stage = Stage::with(world, &flags).await;
        let employer: String = {
            let sql = Statement::from_string(
                stage.world.db.get_database_backend(),
                "SELECT employer FROM person WHERE id = 4",
            );
            stage.world.db.query_one_raw(sql).await.unwrap().unwrap().try_get("", "employer").unwrap()
        };
        for (number, org, inside) in [
            (json!("00042"), json!(employer), true),
            (json!("42"), json!(employer), false),
            (json!(42), json!(employer), false),
            (json!("00042"), json!("another"), false),
            (json!("00042"), Value::Null, false),
            (Value::Null, json!(employer), false),
        ] {
            stage.provider.inside().twist = json!({ "staffNo": number, "org": org });
            let answer = stage.sign_in("").await;
            assert_eq!(session(&answer).is_some(), inside, "{number} {org}: {}", answer.text);
        }
    }
);

both!(
    async fn a_front_end_needs_an_access_token(world: World) {
        let stage = Stage::new(world).await;
        let ask = async |token: String| stage.with_header("authorization", &format!("Bearer {token}")).await;
        assert_eq!(actor(&ask(stage.provider.token(&json!({}))).await), "person:4");
        for changes in
            [json!({ "aud": CLIENT }), json!({ "exp": 1_700_000_000 }), json!({ "iss": "https://login.example" })]
        {
            let answer = ask(stage.provider.token(&changes)).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
            assert_eq!(answer.code(), "UNAUTHENTICATED");
        }
    }
);

both!(
    async fn proxy_user_headers_sign_no_one_in(world: World) {
        let stage = Stage::new(world).await;
        for name in [
            "x-forwarded-user",
            "x-forwarded-email",
            "x-auth-request-email",
            "remote-user",
            "x-remote-user",
            "x-ms-client-principal-name",
        ] {
            let answer = stage.with_header(name, "jean@board.example").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        }
    }
);

both!(
    async fn without_a_provider_its_ways_are_not_there(world: World) {
        let settings = Cli::try_parse_from(["psn", "serve"]).unwrap().settings;
        let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
        let router = app.router(&app.authenticator().unwrap()).unwrap();
        for path in ["/sign-in/start", "/sign-in/callback?code=a&state=b"] {
            let request = Request::get(path).header("host", "127.0.0.1:8080").body(Body::empty()).unwrap();
            let answer = send(&router, request).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert!(cookies(&answer).is_empty());
        }
    }
);

#[test]
fn a_provider_needs_a_base_url() {
    let stop = |flags: &[&str]| {
        let all =
            [&["psn", "serve", "--oidc-issuer", "https://login.example", "--oidc-client-id", "psn"], flags].concat();
        let settings = Cli::try_parse_from(all).unwrap().settings;
        psn::app::identity_provider(&settings, entity::clock::Clock::wall()).map(|provider| provider.is_some())
    };
    let refused = stop(&["--bind", "0.0.0.0:8080"]).unwrap_err().to_string();
    assert!(refused.contains("BASE_URL"), "{refused}");
    assert_eq!(stop(&["--bind", "0.0.0.0:8080", "--base-url", "https://psn.example"]), Ok(true));
    assert_eq!(stop(&[]), Ok(true));
}
