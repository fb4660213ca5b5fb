//! Authentication: which credentials are valid, which no longer are, and which headers are never read.

use axum::http::{HeaderValue, StatusCode, header};
use chrono::TimeDelta;
use entity::id::ApiTokenId;
use entity::secret::{Secret, SecretKind};
use entity::store::access::{session, token};
use entity::table::{access_grant, api_token, audit_event, session as session_table, sign_in_link};
use entity::value::{AccessRole, Action};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{ask, ask_as, kind, request, site};
use crate::graphql::board;
use crate::harness::{Engine, Pass, World, both, instant};
use crate::site::Answer;

/// Everything that a client sees of an answer, except the id of its request.
fn seen(answer: &Answer) -> (StatusCode, String, Vec<String>) {
    let id = answer.header("x-request-id");
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    (answer.status, answer.text.replace(id, "ID"), headers)
}

both!(
    async fn only_health_is_open_without_signing_in(world: World) {
        let (router, _) = site(&world);
        for (method, address) in [
            ("POST", "/graphql"),
            ("GET", "/graphql?query=%7Bversion%7D"),
            ("GET", "/playground"),
            ("GET", "/schema.graphql"),
            ("GET", "/playground/playground.js"),
            ("GET", "/"),
            ("GET", "/units/NORTH"),
            ("GET", "/teams/N1"),
            ("GET", "/nowhere"),
            ("POST", "/nowhere"),
        ] {
            let answer = request(&router, method, address, &[], "").await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
                "{address}"
            );
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], answer.header("x-request-id"));
            assert!(answer.json().get("data").is_none());
        }
        for (page, sign_in) in [
            ("/", "/sign-in"),
            ("/playground", "/sign-in?to=%2Fplayground"),
            ("/playground/", "/sign-in?to=%2Fplayground%2F"),
            ("/nowhere", "/sign-in?to=%2Fnowhere"),
            ("/units/NORTH?after=x", "/sign-in?to=%2Funits%2FNORTH%3Fafter%3Dx"),
            ("/teams/none", "/sign-in?to=%2Fteams%2Fnone"),
        ] {
            let answer = request(&router, "GET", page, &[("accept", "text/html,*/*;q=0.8")], "").await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, sign_in), "{page}");
        }
        for address in ["/health/live", "/health/ready"] {
            assert_eq!(request(&router, "GET", address, &[], "").await.status, StatusCode::OK);
        }
    }
);

both!(
    async fn a_token_works_until_revoked_or_expired(world: World) {
        let (router, authenticator) = site(&world);
        let first = world.token(AccessRole::Auditor, &[], false).await;
        let second = world.token(AccessRole::Auditor, &[], false).await;
        assert_eq!(kind(&router, &first).await.as_deref(), Some("token:2"));
        assert!(token::revoke(&world.db, ApiTokenId(2), world.clock.now()).await.unwrap());
        assert_eq!(kind(&router, &first).await, None);
        assert!(!token::revoke(&world.db, ApiTokenId(2), world.clock.now()).await.unwrap(), "once");
        assert!(!token::revoke(&world.db, ApiTokenId(99), world.clock.now()).await.unwrap());

        world.clock.set(instant("2099-12-31T23:59:59Z"));
        assert_eq!(kind(&router, &second).await.as_deref(), Some("token:3"));
        world.clock.set(instant("2100-01-01T00:00:00Z"));
        assert_eq!(kind(&router, &second).await, None);
        authenticator.flush().await;
    }
);

both!(
    async fn invalid_credentials_all_get_the_same_answer(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let revoked = world.token(AccessRole::Admin, &[], true).await;
        token::revoke(&world.db, ApiTokenId(2), world.clock.now()).await.unwrap();
        let leaver = world.person(3).await;
        world.db.execute_unprepared("UPDATE post SET valid_to = '2026-11-16' WHERE person_id = 3").await.unwrap();
        let unknown = seen(&ask(&router, &Pass::token(&Secret::new(SecretKind::Token).unwrap())).await);
        assert_eq!(unknown.0, StatusCode::UNAUTHORIZED);
        assert!(unknown.2.contains(&"www-authenticate: Bearer".to_owned()), "{unknown:?}");
        for (what, pass) in [
            ("a revoked token", revoked.clone()),
            ("an unknown session", Pass::session(&Secret::new(SecretKind::Session).unwrap())),
            ("a person who has left", leaver),
            ("a session's secret as a bearer", Pass::token(&Secret::new(SecretKind::Session).unwrap())),
            ("a link's secret as a bearer", Pass::token(&Secret::new(SecretKind::SignInLink).unwrap())),
            ("a wrong prefix", bearer("psn-0000")),
            ("a short token", bearer("psn_0000")),
            ("no token", bearer("")),
            ("a JSON Web Token without a provider", bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln")),
            ("another scheme", Pass(header::AUTHORIZATION, HeaderValue::from_static("Basic YWRtaW46YWRtaW4="))),
        ] {
            assert_eq!(seen(&ask(&router, &pass).await), unknown, "{what}");
        }
        let admin = world.admin.1.to_str().unwrap();
        let other = revoked.1.to_str().unwrap();
        for two in [[admin, admin], [admin, other], [other, admin]] {
            let headers = two.map(|value| ("authorization", value));
            assert_eq!(seen(&ask_as(&router, &headers).await), unknown, "two bearers");
        }
        let cookie = world.person(1).await;
        let both = [("authorization", admin), ("cookie", cookie.1.to_str().unwrap())];
        assert_eq!(seen(&ask_as(&router, &both).await), unknown, "a bearer and a cookie, both of them good");
        assert_eq!(kind(&router, &world.admin).await.as_deref(), Some("token:1"), "the one alone opens");
    }
);

fn bearer(token: &str) -> Pass {
    Pass(header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap())
}

/// The number of attempts in each event about failed sign-ins.
async fn refused_attempts(world: &World) -> Vec<u64> {
    let events = audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::SignInRefused.as_str()));
    let events = events.order_by_asc(audit_event::Column::Id).all(&world.db).await.unwrap();
    let attempts =
        |after: &str| serde_json::from_str::<serde_json::Value>(after).unwrap()["attempts"].as_u64().unwrap();
    events.iter().map(|event| attempts(event.after.as_deref().unwrap())).collect()
}

both!(
    async fn refused_attempts_of_one_second_are_one_event(world: World) {
        let (router, _gate) = site(&world);
        let unknown = Pass::token(&Secret::new(SecretKind::Token).unwrap());
        for _ in 0..30 {
            assert_eq!(kind(&router, &unknown).await, None);
        }
        // The clock does not advance, so no second event may be written, however often the timer checks.
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        assert_eq!(refused_attempts(&world).await, [1]);
        world.clock.set(world.clock.now() + TimeDelta::seconds(1));
        let written = async {
            while refused_attempts(&world).await.len() < 2 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), written).await.expect("the rest is written");
        assert_eq!(refused_attempts(&world).await, [1, 29]);
    }
);

both!(
    async fn proxy_user_headers_are_never_read(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let address = "p1@board.example";
        let names = [
            "X-Forwarded-User",
            "X-Forwarded-Email",
            "X-Remote-User",
            "Remote-User",
            "X-Auth-Request-Email",
            "X-User",
            "X-Actor",
            "X-Token",
            "From",
            "X-Ms-Client-Principal-Name",
            "Cf-Access-Authenticated-User-Email",
        ];
        for name in names {
            for value in [address, "person:1", "admin", "1"] {
                assert_eq!(ask_as(&router, &[(name, value)]).await.status, StatusCode::UNAUTHORIZED, "{name}");
            }
        }
        let pass = world.person(4).await;
        let all: Vec<_> = names.into_iter().map(|name| (name, address)).collect();
        let all = [&all[..], &[(pass.0.as_str(), pass.1.to_str().unwrap())]].concat();
        assert_eq!(ask_as(&router, &all).await.json()["data"]["viewer"]["actor"], "person:4");
    }
);

both!(
    async fn last_use_is_recorded_each_minute_and_at_stop(world: World) {
        let (router, authenticator) = site(&world);
        let last_use = async || {
            authenticator.flush().await;
            token::by_id(&world.db, ApiTokenId(1)).await.unwrap().unwrap().last_used_at
        };
        assert_eq!(last_use().await, None);
        let nine = instant("2026-11-16T09:00:00Z");
        for (seconds, noted) in [(0, 0), (1, 0), (59, 0), (60, 60), (119, 60), (600, 600)] {
            world.clock.set(nine + TimeDelta::seconds(seconds));
            futures_util::future::join_all((0..5).map(|_| kind(&router, &world.admin))).await;
            assert_eq!(last_use().await, Some(nine + TimeDelta::seconds(noted)), "after {seconds} s");
        }
        world.clock.set(nine + TimeDelta::seconds(700));
        token::revoke(&world.db, ApiTokenId(1), world.clock.now()).await.unwrap();
        kind(&router, &world.admin).await;
        assert_eq!(last_use().await, Some(nine + TimeDelta::seconds(600)), "a refused use is not recorded");
    }
);

both!(
    async fn a_session_ends_when_idle_or_old(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = site(&world);
        let (idle, busy) = (world.person(4).await, world.person(5).await);
        let begun = world.clock.now();
        let at = async |minutes: i64, pass: &Pass| {
            world.clock.set(begun + TimeDelta::minutes(minutes));
            let kind = kind(&router, pass).await;
            authenticator.flush().await;
            kind.is_some()
        };
        assert!(at(59, &idle).await);
        assert!(!at(59 + 60, &idle).await, "an hour after its last use");
        for half_hour in 1..24 {
            assert!(at(30 * half_hour, &busy).await, "{half_hour}");
        }
        assert!(at(719, &busy).await);
        assert!(!at(720, &busy).await, "however much it is used");
    }
);

both!(
    async fn sessions_are_refused_if_only_tokens_may_sign_in(world: World) {
        board::organisation(&world.db).await;
        let person = world.person(4).await;
        for (flags, is_in) in [(&[][..], true), (&["--bind", "0.0.0.0:8080", "--tokens-only"], false)] {
            let app = crate::access::app(&world, flags);
            let router = app.router(&app.authenticator().unwrap()).unwrap();
            assert_eq!(kind(&router, &person).await.is_some(), is_in, "{flags:?}");
            assert!(kind(&router, &world.admin).await.is_some(), "{flags:?}");
        }
    }
);

both!(
    async fn an_ended_session_is_invalid_at_once(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let secret = Secret::new(SecretKind::Session).unwrap();
        let now = world.clock.now();
        let holder = entity::store::access::Holder::Person(entity::id::PersonId(4));
        session::begin(&world.db, holder, secret.hash(), now, now + TimeDelta::hours(1)).await.unwrap();
        assert_eq!(kind(&router, &Pass::session(&secret)).await.as_deref(), Some("person:4"));
        assert!(session::end(&world.db, &secret.hash(), now).await.unwrap().is_some());
        assert_eq!(kind(&router, &Pass::session(&secret)).await, None);
        assert!(session::end(&world.db, &secret.hash(), now).await.unwrap().is_none(), "it has ended");
    }
);

both!(
    async fn another_sites_page_cannot_use_a_cookie(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let cookie = world.person(4).await;
        let cookie = cookie.1.to_str().unwrap();
        for (name, value, expected) in [
            ("sec-fetch-site", "same-origin", StatusCode::OK),
            ("origin", "http://127.0.0.1:8080", StatusCode::OK),
            ("sec-fetch-site", "cross-site", StatusCode::FORBIDDEN),
            ("sec-fetch-site", "same-site", StatusCode::FORBIDDEN),
            ("origin", "https://evil.example", StatusCode::FORBIDDEN),
            ("origin", "http://127.0.0.1:8081", StatusCode::FORBIDDEN),
            ("origin", "null", StatusCode::FORBIDDEN),
        ] {
            let answer = ask_as(&router, &[("cookie", cookie), (name, value)]).await;
            assert_eq!(answer.status, expected, "{name}: {value}");
            if expected == StatusCode::FORBIDDEN {
                assert_eq!(answer.code(), "FORBIDDEN");
            }
        }
        // Reads may be recorded, so a link on another site's page must not cause one, whatever it opens.
        for (site, status) in
            [("same-origin", StatusCode::OK), ("none", StatusCode::OK), ("cross-site", StatusCode::FORBIDDEN)]
        {
            let headers = [("cookie", cookie), ("sec-fetch-site", site)];
            let asked = request(&router, "GET", "/graphql?query=%7Bversion%7D", &headers, "").await;
            assert_eq!(asked.status, status, "{site}");
        }
        // A front end on another site has a token only if it was given one: browsers never add it by themselves.
        let token = world.admin.1.to_str().unwrap();
        let answer = ask_as(&router, &[("authorization", token), ("sec-fetch-site", "cross-site")]).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
);

both!(
    async fn no_secret_is_in_the_database(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = site(&world);
        let passes =
            [world.admin.clone(), world.person(4).await, world.token(AccessRole::Dashboard, &[2], false).await];
        for pass in &passes {
            assert!(kind(&router, pass).await.is_some());
        }
        authenticator.flush().await;
        let random =
            |pass: &Pass| pass.1.to_str().unwrap().rsplit_once("psn").unwrap().1.split_once('_').unwrap().1.to_owned();
        let secrets: Vec<String> = passes.iter().map(random).collect();
        assert!(secrets.iter().all(|secret| secret.len() == 43), "{secrets:?}");
        let rows = format!(
            "{:?} {:?} {:?} {:?}",
            api_token::Entity::find().into_json().all(&world.db).await.unwrap(),
            session_table::Entity::find().into_json().all(&world.db).await.unwrap(),
            sign_in_link::Entity::find().into_json().all(&world.db).await.unwrap(),
            access_grant::Entity::find().into_json().all(&world.db).await.unwrap(),
        );
        assert!(rows.contains("hash") && rows.contains("made_by"), "{rows}");
        let mut kept = rows.into_bytes();
        if world.engine == Engine::Sqlite {
            for file in std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
                kept.extend(std::fs::read(file).unwrap());
            }
        }
        for secret in secrets {
            assert!(!kept.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()));
        }
    }
);
