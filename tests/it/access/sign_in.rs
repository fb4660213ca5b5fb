//! Signing in and out: single-use links, cookies, their pages, and what is shown instead of the playground.

use axum::Router;
use axum::http::StatusCode;
use chrono::TimeDelta;
use entity::id::{ApiTokenId, PersonId};
use entity::secret::{Secret, SecretKind};
use entity::store::access::{Holder, token};
use entity::value::AccessRole;
use psn::access::Authenticator;
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::{app, ask_as, recorded, request, site};
use crate::graphql::board;
use crate::harness::{World, both};
use crate::site::Answer;

/// The site of `psn demo`.
fn demo(world: &World) -> (Router, Authenticator) {
    let app = app(world, &[]);
    let authenticator = app.authenticator().unwrap().with_links();
    (app.router(&authenticator).unwrap(), authenticator)
}

async fn spend(router: &Router, secret: &str, headers: &[(&str, &str)]) -> Answer {
    let headers = [&[("content-type", "application/json")], headers].concat();
    request(router, "POST", "/sign-in/link", &headers, &json!({ "secret": secret }).to_string()).await
}

/// The cookie in an answer, as a browser sends it back.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn actor(router: &Router, cookie: &str) -> Option<String> {
    let answer = ask_as(router, &[("cookie", cookie)]).await;
    answer.json()["data"]["viewer"]["actor"].as_str().map(str::to_owned)
}

both!(
    async fn a_link_signs_in_once_by_its_button(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let secret = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        for method in ["GET", "HEAD"] {
            let page = request(&router, method, "/sign-in/link", &[("accept", "text/html")], "").await;
            assert_eq!((page.status, page.header("set-cookie")), (StatusCode::OK, ""));
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            let policy = page.header("content-security-policy");
            for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
                assert!(policy.contains(part), "{policy}");
            }
            assert!(!policy.contains("unsafe"), "{policy}");
        }
        assert_eq!(request(&router, "GET", "/sign-in/link.js", &[], "").await.status, StatusCode::OK);

        let answer = spend(&router, secret.reveal(), &[]).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "to": "/welcome" })));
        let line = answer.header("set-cookie");
        assert!(line.starts_with("psn-session=psns_"), "{line}");
        assert!(line.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{line}");
        assert_eq!(actor(&router, &cookie(&answer)).await.as_deref(), Some("person:4"));

        let again = spend(&router, secret.reveal(), &[]).await;
        assert_eq!((again.status, again.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
        assert_eq!(again.header("set-cookie"), "");
        authenticator.flush().await;
        let log: Vec<_> =
            recorded(&world).await.into_iter().map(|(actor, action, _)| format!("{actor} {action}")).collect();
        assert_eq!(log, ["person:4 SIGN_IN", "anonymous SIGN_IN_REFUSED"]);
    }
);

both!(
    async fn the_cookie_is_bound_to_an_https_host(world: World) {
        board::organisation(&world.db).await;
        let app = app(&world, &["--base-url", "https://psn.board.example"]);
        let authenticator = app.authenticator().unwrap().with_links();
        let router = app.router(&authenticator).unwrap();
        let secret = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        let answer = spend(&router, secret.reveal(), &[]).await;
        let line = answer.header("set-cookie");
        assert!(line.starts_with("__Host-psn-session=psns_"), "{line}");
        assert!(line.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure"), "{line}");
        assert_eq!(actor(&router, &cookie(&answer)).await.as_deref(), Some("person:4"));
        let plain = cookie(&answer).replace("__Host-", "");
        assert_eq!(actor(&router, &plain).await, None, "the other cookie name is not accepted there");
    }
);

both!(
    async fn one_of_two_concurrent_link_uses_succeeds(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let secret = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        let both = futures_util::future::join_all((0..4).map(|_| spend(&router, secret.reveal(), &[]))).await;
        assert_eq!(both.iter().filter(|answer| answer.status == StatusCode::OK).count(), 1);
    }
);

both!(
    async fn a_link_is_valid_an_hour_for_current_staff(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let begun = world.clock.now();
        let late = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        world.clock.set(begun + TimeDelta::minutes(60));
        assert_eq!(spend(&router, late.reveal(), &[]).await.status, StatusCode::UNAUTHORIZED);

        let leaver = authenticator.make_link(Holder::Person(PersonId(5))).await.unwrap();
        world.db.execute_unprepared("UPDATE post SET valid_to = '2026-11-16' WHERE person_id = 5").await.unwrap();
        assert_eq!(spend(&router, leaver.reveal(), &[]).await.status, StatusCode::UNAUTHORIZED);

        let dashboard = world.token(AccessRole::Dashboard, &[2], false).await;
        drop(dashboard);
        let revoked = authenticator.make_link(Holder::Token(ApiTokenId(2))).await.unwrap();
        let in_time = authenticator.make_link(Holder::Token(ApiTokenId(2))).await.unwrap();
        world.clock.set(begun + TimeDelta::minutes(119));
        let cookie = cookie(&spend(&router, in_time.reveal(), &[]).await);
        assert_eq!(actor(&router, &cookie).await.as_deref(), Some("token:2"));
        token::revoke(&world.db, ApiTokenId(2), world.clock.now()).await.unwrap();
        assert_eq!(spend(&router, revoked.reveal(), &[]).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(actor(&router, &cookie).await, None, "a session of a revoked token is over too");
    }
);

both!(
    async fn signing_in_replaces_the_session_and_its_secret(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let link = async |person| authenticator.make_link(Holder::Person(PersonId(person))).await.unwrap();
        let first = cookie(&spend(&router, link(4).await.reveal(), &[]).await);
        let second = cookie(&spend(&router, link(5).await.reveal(), &[("cookie", &first)]).await);
        assert_ne!(first, second);
        assert_eq!(actor(&router, &first).await, None, "the old secret does not open the new session");
        assert_eq!(actor(&router, &second).await.as_deref(), Some("person:5"));

        // A secret that someone else made is not accepted.
        let planted = format!("psn-session={}", Secret::new(SecretKind::Session).unwrap().reveal());
        let third = cookie(&spend(&router, link(5).await.reveal(), &[("cookie", &planted)]).await);
        assert_ne!(third, planted);
        assert_eq!(actor(&router, &planted).await, None);
    }
);

both!(
    async fn signing_out_ends_the_session_at_once_and_is_recorded(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let secret = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        let cookie = cookie(&spend(&router, secret.reveal(), &[]).await);
        let away = [("cookie", cookie.as_str()), ("sec-fetch-site", "cross-site")];
        assert_eq!(request(&router, "POST", "/sign-out", &away, "").await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            request(&router, "GET", "/sign-out", &[("cookie", &cookie)], "").await.status,
            StatusCode::METHOD_NOT_ALLOWED
        );
        assert!(actor(&router, &cookie).await.is_some());

        let out = request(&router, "POST", "/sign-out", &[("cookie", &cookie)], "").await;
        assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
        assert_eq!(out.header("set-cookie"), "psn-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert_eq!(actor(&router, &cookie).await, None);
        assert_eq!(
            request(&router, "POST", "/sign-out", &[("cookie", &cookie)], "").await.status,
            StatusCode::SEE_OTHER
        );
        authenticator.flush().await;
        let mine: Vec<_> = recorded(&world).await.into_iter().filter(|(actor, ..)| actor == "person:4").collect();
        let actions: Vec<_> = mine.iter().map(|(_, action, object)| (action.as_str(), object.as_deref())).collect();
        assert_eq!(actions, [("SIGN_IN", Some("session:1")), ("SIGN_OUT", Some("session:1"))]);
    }
);

both!(
    async fn another_sites_page_cannot_sign_in(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = demo(&world);
        let secret = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
        for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            assert_eq!(spend(&router, secret.reveal(), &[header]).await.status, StatusCode::FORBIDDEN, "{header:?}");
        }
        let body = json!({ "secret": secret.reveal() }).to_string();
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let form = request(&router, "POST", "/sign-in/link", &[("content-type", kind)], &body).await;
            assert_eq!(form.status, StatusCode::BAD_REQUEST, "{kind}");
        }
        let long = format!("psnl_{}", "x".repeat(5_000));
        assert_eq!(spend(&router, &long, &[]).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(spend(&router, secret.reveal(), &[("sec-fetch-site", "same-origin")]).await.status, StatusCode::OK);
    }
);

both!(
    async fn psn_serve_accepts_no_links(world: World) {
        board::organisation(&world.db).await;
        let (_, with_links) = demo(&world);
        let secret = with_links.make_link(Holder::Person(PersonId(4))).await.unwrap();
        let (router, authenticator) = site(&world);
        assert!(authenticator.make_link(Holder::Person(PersonId(4))).await.is_err());
        for (method, address) in [("GET", "/sign-in/link"), ("GET", "/sign-in/link.js")] {
            assert_eq!(request(&router, method, address, &[], "").await.status, StatusCode::UNAUTHORIZED, "{address}");
        }
        assert_eq!(spend(&router, secret.reveal(), &[]).await.status, StatusCode::UNAUTHORIZED);
        assert!(authenticator.sign_in_by_link(secret.reveal(), &axum::http::HeaderMap::new(), "0").await.is_err());
        let (router, _) = demo(&world);
        assert_eq!(spend(&router, secret.reveal(), &[]).await.status, StatusCode::OK, "it was not used up");
    }
);

both!(
    async fn the_sign_in_page_explains_how(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let page = request(&router, "GET", "/sign-in", &[], "").await;
        assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert!(
            page.text.contains("no identity provider is set up") && page.text.contains("psn token make"),
            "{}",
            page.text
        );
        let (router, _) = demo(&world);
        assert!(request(&router, "GET", "/sign-in", &[], "").await.text.contains("psn demo"));
        let pass = world.person(4).await;
        let page = request(&router, "GET", "/sign-in", &[("cookie", pass.1.to_str().unwrap())], "").await;
        assert!(page.text.contains("You are signed in") && page.text.contains("action=\"/sign-out\""), "{}", page.text);
        assert!(!page.text.contains("person:4"), "keys are for the audit log: {}", page.text);
    }
);

both!(
    async fn the_playground_is_refused_to_those_who_may_not_explore(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let page = async |pass: &crate::harness::Pass, address: &str| {
            request(&router, "GET", address, &[(pass.0.as_str(), pass.1.to_str().unwrap())], "").await
        };
        let staff = world.person(4).await;
        let dashboard = world.token(AccessRole::Dashboard, &[2], true).await;
        for pass in [&staff, &dashboard] {
            let answer = page(pass, "/playground").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
            assert!(answer.text.contains("for the people who run the network"), "{}", answer.text);
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
            assert_eq!(page(pass, "/playground/playground.js").await.status, StatusCode::NOT_FOUND);
        }
        for role in [AccessRole::Admin, AccessRole::Coordinator, AccessRole::Auditor] {
            let pass = world.token(role, &[], false).await;
            assert_eq!(page(&pass, "/playground").await.status, StatusCode::OK, "{role}");
        }
    }
);

both!(
    async fn the_sign_in_page_names_only_paths_of_this_service(world: World) {
        let (router, _) = site(&world);
        // Without a provider there is no way to go on; nothing from the address appears on the page.
        for to in ["%2Funits%2FA%252FB", "https%3A%2F%2Fevil.example", "%22%3E%3Cscript%3E", "%FF"] {
            let page = request(&router, "GET", &format!("/sign-in?to={to}"), &[], "").await;
            assert_eq!(page.status, StatusCode::OK, "{to}");
            assert!(!page.text.contains("evil") && !page.text.contains("<script"), "{}", page.text);
        }
    }
);

both!(
    async fn failed_sign_ins_are_counted_per_second(world: World) {
        let (router, authenticator) = site(&world);
        let begun = world.clock.now();
        let wrong = async || ask_as(&router, &[("authorization", "Bearer psn_wrong")]).await;
        for _ in 0..100 {
            wrong().await;
        }
        world.clock.set(begun + TimeDelta::milliseconds(1_000));
        wrong().await;
        ask_as(&router, &[]).await;
        authenticator.flush().await;
        use entity::table::audit_event::{Column, Entity};
        use sea_orm::{EntityTrait as _, QueryOrder as _};
        let rows = Entity::find().order_by_asc(Column::Id).all(&world.db).await.unwrap();
        assert!(rows.iter().all(|row| row.action == "SIGN_IN_REFUSED"), "{rows:?}");
        let attempts = |row: &entity::table::audit_event::Model| {
            let after: serde_json::Value = serde_json::from_str(row.after.as_deref().unwrap()).unwrap();
            after["attempts"].as_u64().unwrap()
        };
        // The first is recorded at once; the others with the next one a second later by the clock, or a second later by
        // themselves.
        assert_eq!(rows.iter().map(attempts).sum::<u64>(), 101);
        assert!((2..10).contains(&rows.len()), "{rows:?}");
        assert!(rows.iter().all(|row| row.request_id.as_ref().is_some_and(|id| id.len() == 16)));
    }
);
