//! The playground in a real browser: its page, scripts and workers come from this binary, and its examples work.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::path::Path;
use std::time::Duration;

use clap::Parser as _;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::secret::Secret;
use entity::store::access::Holder;
use entity::store::access::grant::{self, NewGrant};
use entity::value::AccessRole;
use psn::app::App;
use psn::cli::Cli;
use psn::http::{Connections, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::graphql::contract::{Example, examples};
use crate::graphql::{board, history};
use crate::harness::{Engine, World, day, skipped};
use crate::site::get;
use crate::web_browser::Browser;

/// Returns the text of one of the page's editors: `operation.graphql` or `response.json`.
fn model(name: &str) -> String {
    format!("__MONACO.editor.getModels().find(model => model.uri.path.endsWith({name:?}))?.getValue()")
}

/// Returns the name of an example's operation, which is the title of its tab in GraphiQL.
fn title(example: &Example) -> &str {
    let kinds = ["query ", "mutation ", "subscription "];
    let named = example.text.lines().find_map(|line| kinds.iter().find_map(|kind| line.strip_prefix(kind)));
    named.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next()).unwrap_or("<untitled>")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn playground_answers_examples_without_other_hosts() {
    let world = World::new(Engine::Sqlite).await;
    board::organisation(&world.db).await;
    history::reports(&world.db).await;
    let settings = Cli::try_parse_from(["psn", "serve"]).unwrap().settings;
    let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
    let admin = NewGrant { person: PersonId(4), role: AccessRole::Admin, from: day("2026-11-01"), to: None };
    grant::add(&world.db, admin, Actor::Operator, world.clock.now()).await.unwrap();
    let authenticator = app.authenticator().unwrap().with_links();
    let link = authenticator.make_link(Holder::Person(PersonId(4))).await.unwrap();
    let router = app.router(&authenticator).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let open = world.admin.with(router.clone());
    if get(&open, &format!("{site}/playground")).await.text.contains("built without its playground") {
        skipped("no playground in this build (run `node src/http/assets/build.mjs` and build again)");
        return;
    }
    let stop = CancellationToken::new();
    let serving = tokio::spawn(serve(listener, router, Connections::at_most(64), stop.clone(), Duration::from_secs(5)));
    tokio::task::block_in_place(|| {
        if let Some(browser) = Browser::start() {
            signed_in(&browser, &site, &link);
            every_example_is_answered(&browser, &site);
            everything_came_from(&site, &browser);
        }
    });
    stop.cancel();
    serving.await.unwrap().unwrap();
}

/// Signs in like a new user with the demonstration's link: its page, its one button, the home page, the playground.
fn signed_in(browser: &Browser, site: &str, link: &Secret) {
    browser.open(&format!("{site}/playground"));
    browser.wait("location.pathname === '/sign-in'");
    browser.open(&format!("{site}/sign-in/link#{}", link.reveal()));
    browser.wait("document.querySelector('#go:enabled')");
    assert_eq!(browser.value("location.hash"), "", "the secret has gone from the address");
    browser.click("#go");
    browser.wait("location.pathname === '/'");
    assert_eq!(browser.value("document.querySelector('h1').innerText"), "Welcome, First4 Last4");
    browser.click("a[href='/playground']");
    browser.wait("location.pathname === '/playground'");
    assert_eq!(browser.value("document.cookie"), "", "no script sees the session");
}

fn every_example_is_answered(browser: &Browser, site: &str) {
    let examples = examples();
    browser.open(&format!("{site}/playground"));
    browser.wait("document.querySelector('.graphiql-query-editor .view-line')");
    let titles: Vec<_> = examples.iter().map(title).collect();
    let tabs = browser.value("[...document.querySelectorAll('.graphiql-tab-button')].map(tab => tab.innerText.trim())");
    assert_eq!(tabs, json!(titles));

    for (at, example) in (1..).zip(&examples) {
        // The page opens with the first example.
        if at > 1 {
            browser.click(&format!(".graphiql-tab:nth-child({at}) .graphiql-tab-button"));
        }
        let Example { name, text, variables } = example;
        browser.wait(&format!("{} === {}", model("operation.graphql"), json!(text)));
        if let Some(variables) = variables {
            let shown = browser.wait(&model("variables.json"));
            assert_eq!(serde_json::from_str::<Value>(shown.as_str().unwrap()).unwrap(), *variables, "{name}");
        }
        assert_eq!(browser.value(&model("response.json")), "", "nothing is answered before it is asked");
        browser.click(".graphiql-execute-button");
        let answer = browser.wait(&model("response.json"));
        let answer: Value = serde_json::from_str(answer.as_str().unwrap()).unwrap();
        assert!(answer["data"].is_object() && answer.get("errors").is_none(), "{name}: {answer:#}");
        browser.wait("document.querySelector('.graphiql-response .view-lines').innerText.includes('\"data\"')");
        if text.contains("\nsubscription ") {
            // It runs until the same button stops it.
            browser.wait(&format!("{EXECUTES}.startsWith('Stop')"));
            browser.click(".graphiql-execute-button");
            browser.wait(&format!("{EXECUTES}.startsWith('Execute')"));
        }
    }
    no_line_runs_below_the_buttons(browser);
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("playground.png");
    std::fs::write(picture, browser.picture()).unwrap();
}

/// Returns the label of the button.
const EXECUTES: &str = "document.querySelector('.graphiql-execute-button').getAttribute('aria-label')";

/// Checks that long lines are wrapped, and that the editor does not overlap its buttons.
fn no_line_runs_below_the_buttons(browser: &Browser) {
    let long = format!("# {}", "long ".repeat(100));
    browser.value(&format!(
        "__MONACO.editor.getModels().find(model => model.uri.path.endsWith('operation.graphql')).setValue({})",
        json!(long)
    ));
    browser.wait("document.querySelectorAll('.graphiql-query-editor .view-line').length > 2");
    let edges = browser.value(
        "[...document.querySelectorAll('.graphiql-query-editor .view-line > span')]
            .map(line => line.getBoundingClientRect().right)
            .concat(document.querySelector('.graphiql-query-editor .graphiql-editor').getBoundingClientRect().right)",
    );
    let buttons = browser.value("document.querySelector('.graphiql-toolbar').getBoundingClientRect().left");
    let edges = edges.as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap());
    let rightmost = edges.fold(0.0, f64::max);
    assert!(rightmost > 0.0 && rightmost <= buttons.as_f64().unwrap(), "{rightmost} {buttons}");
}

fn everything_came_from(site: &str, browser: &Browser) {
    let loaded = browser.value("performance.getEntriesByType('resource').map(entry => entry.name)");
    let loaded: Vec<_> = loaded.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(loaded.iter().any(|name| name.ends_with("/playground.js")), "{loaded:?}");
    let elsewhere: Vec<_> = loaded.iter().filter(|name| !name.starts_with(&format!("{site}/"))).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    // A missing file, an exception and a violation of the content policy are all severe.
    let complaints = browser.console();
    assert!(!complaints.iter().any(|entry| entry.contains("SEVERE")), "{complaints:#?}");

    // The policy would have blocked a request to another host, and the console would have reported it.
    assert_eq!(
        browser.value("fetch('http://elsewhere.example/').then(() => 'let through', () => 'stopped')"),
        "stopped"
    );
    let complaints = browser.console();
    assert!(complaints.iter().any(|entry| entry.contains("Content Security Policy")), "{complaints:#?}");
}
