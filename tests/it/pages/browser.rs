//! The pages in a real browser of a phone's width: nothing is wider than the screen, and nothing is loaded from other hosts.

use std::path::Path;
use std::time::Duration;

use entity::id::PersonId;
use entity::store::access::Holder;
use psn::http::{Assets, Connections, serve};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::appoint_to;
use crate::access::app;
use crate::graphql::{board, history};
use crate::harness::{Engine, World, skipped};
use crate::web_browser::Browser;

/// The width of a phone, and the narrowest supported width.
const WIDTHS: [u32; 2] = [390, 320];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_fit_a_phone_and_load_locally() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    history::reports(&world.db).await;
    // Two units, so that the first page is a list.
    appoint_to(&world, 3).await;
    let app = app(&world, &[]);
    let authenticator = app.authenticator().unwrap().with_links();
    let link = authenticator.make_link(Holder::Person(PersonId(2))).await.unwrap();
    if !Assets::embedded().is_whole() {
        skipped("no NHS design in this build (run `node src/http/assets/build.mjs` and build again)");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let (router, stop) = (app.router(&authenticator).unwrap(), CancellationToken::new());
    let serving = tokio::spawn(serve(listener, router, Connections::at_most(64), stop.clone(), Duration::from_secs(5)));
    tokio::task::block_in_place(|| {
        let Some(browser) = Browser::start() else { return };
        browser.open(&format!("{site}/sign-in/link#{}", link.reveal()));
        browser.wait("document.querySelector('#go:enabled')");
        browser.click("#go");
        browser.wait("location.pathname === '/'");
        for width in WIDTHS {
            browser.narrow(width);
            for address in ["/", "/units/NORTH", "/units/SOUTH", "/teams/N2", "/teams/S2", "/units/NOWHERE", "/sign-in"]
            {
                browser.open(&format!("{site}{address}"));
                let wide = browser.value("document.documentElement.scrollWidth").as_u64().unwrap();
                assert!(wide <= u64::from(width), "{address} is {wide} px wide on {width} px");
                assert_eq!(browser.value("[...document.styleSheets].length"), 1, "{address}");
                assert_eq!(browser.value("document.documentElement.innerHTML.includes('nhsuk-header')"), true);
            }
            let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{width}.png"));
            browser.open(&format!("{site}/units/NORTH"));
            std::fs::write(picture, browser.picture()).unwrap();
        }
        let loaded = browser.value("performance.getEntriesByType('resource').map(entry => entry.name)");
        let loaded: Vec<_> = loaded.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let elsewhere = loaded.iter().filter(|name| !name.starts_with(&site) && !name.starts_with("data:"));
        assert_eq!(elsewhere.count(), 0, "{loaded:?}");
        // A violation of the content policy is severe; the page that is not found is expected.
        let complaints = browser.console();
        let severe = complaints.iter().filter(|entry| entry.contains("SEVERE") && !entry.contains("/units/NOWHERE"));
        assert_eq!(severe.count(), 0, "{complaints:#?}");
        browser.click(".nhsuk-header__account-button");
        browser.wait("location.pathname === '/sign-in'");
        browser.open(&format!("{site}/units/NORTH"));
        browser.wait("location.search === '?to=%2Funits%2FNORTH'");
    });
    stop.cancel();
    serving.await.unwrap().unwrap();
}
