//! Error pages: each reason has its status, and no internal text is shown.

use axum::http::StatusCode;
use psn::graphql::limits::Limits;
use psn::pages::Pages;

use super::html::assert_sound;
use super::page;
use crate::access::{app, request, site};
use crate::graphql::board;
use crate::harness::both;

const ADDRESSES: [&str; 4] = ["/", "/welcome", "/units/NORTH", "/teams/N1"];

both!(
    async fn page_reports_an_unreachable_database(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(3).await;
        world.db.clone().close().await.unwrap();
        for address in ADDRESSES.into_iter().chain(["/sign-in"]) {
            let answer = page(&router, &pass, address).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
            assert!(answer.text.contains("Try again in a minute"), "{}", answer.text);
            assert!(answer.text.contains(answer.header("x-request-id")), "{}", answer.text);
            assert!(!answer.text.to_lowercase().contains("pool") && !answer.text.contains("sqlx"), "{}", answer.text);
        }
        // A program still gets JSON.
        let json = request(&router, "GET", "/units/NORTH", &[(pass.0.as_str(), pass.1.to_str().unwrap())], "").await;
        assert_eq!(json.code(), "UNAVAILABLE");
    }
);

both!(
    async fn unknown_path_has_the_not_found_page(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(41).await;
        let none = page(&router, &pass, "/teams/NOWHERE").await;
        for address in ["/nowhere", "/units", "/units/", "/units/NORTH/more", "/teams/%FF"] {
            let answer = page(&router, &pass, address).await;
            assert_eq!((answer.status, &answer.text), (StatusCode::NOT_FOUND, &none.text), "{address}");
        }
        let program = request(&router, "GET", "/nowhere", &[(pass.0.as_str(), pass.1.to_str().unwrap())], "").await;
        assert_eq!((program.status, program.text.as_str()), (StatusCode::NOT_FOUND, ""));
    }
);

both!(
    async fn page_is_charged_to_callers_budget(world: World) {
        board::organisation(&world.db).await;
        let app = app(&world, &["--query-budget", "100", "--query-refill", "1"]);
        let router = app.router(&app.authenticator().unwrap()).unwrap();
        let answer = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{}", answer.text);
        let wait = answer.header("retry-after");
        assert!(wait.parse::<u64>().unwrap() > 0 && answer.text.contains(&format!("in {wait} s")), "{}", answer.text);
    }
);

both!(
    async fn page_respects_the_cost_limit(world: World) {
        board::organisation(&world.db).await;
        let app = app(&world, &["--query-cost", "100"]);
        let router = app.router(&app.authenticator().unwrap()).unwrap();
        let answer = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
        assert!(answer.text.contains("QUERY_COST"), "{}", answer.text);
    }
);

#[test]
fn the_default_limits_allow_every_page() {
    let pages = Pages::read().unwrap();
    let limits = |cost| Limits::new(&psn::graphql::sdl(), cost).unwrap();
    // A fifth of the default cost limit leaves room for boards that lower it.
    assert_eq!(pages.too_costly(&limits(10_000)), []);
    assert_eq!(pages.too_costly(&limits(10)).len(), 12);
}

both!(
    async fn stylesheet_is_public_and_cacheable(world: World) {
        let (router, _) = site(&world);
        let css = request(&router, "GET", "/assets/pages.css", &[], "").await;
        assert_eq!((css.status, css.header("content-type")), (StatusCode::OK, "text/css; charset=utf-8"));
        assert!(css.text.contains(".nhsuk-table") && !css.text.contains("@font-face"));
        assert!(!css.text.contains("https://assets."), "no other host");
        let again = request(&router, "GET", "/assets/pages.css", &[("if-none-match", css.header("etag"))], "").await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        for none in ["/assets/none.css", "/assets/..%2Fpages.css"] {
            assert_eq!(request(&router, "GET", none, &[], "").await.status, StatusCode::NOT_FOUND, "{none}");
        }
    }
);

both!(
    async fn the_sign_in_page_is_like_every_other(world: World) {
        let (router, _) = site(&world);
        let answer = request(&router, "GET", "/sign-in?to=%2Funits%2FNORTH", &[("accept", "text/html")], "").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_sound(&answer.text);
        assert!(answer.text.contains("<title>Sign in – Peer Support Network</title>"), "{}", answer.text);
    }
);
