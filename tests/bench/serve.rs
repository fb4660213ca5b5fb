//! How long people wait while a board changes: a coordinator pauses and resumes Peer Supporters through the API, and each time
//! asks at once for the team's status; first alone, then while sixteen readers ask for lists of gaps without a break.
//!
//! `cargo bench -p psn --bench serve -- board` prints a Markdown table for the sizes named (`demo`, `board`, `nation`), on
//! SQLite, without a network.

#[path = "../../jobs/benches/board/mod.rs"]
mod board;
#[path = "../../jobs/benches/board/sqlite.rs"]
mod sqlite;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use board::{SIZES, Size};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser as _;
use entity::actor::Actor;
use entity::clock::Clock;
use entity::id::PersonId;
use entity::period::Day;
use entity::secret::{Secret, SecretKind};
use entity::store::access::grant::{self, NewGrant};
use entity::store::access::{Holder, session};
use entity::table::{allocation, unit};
use entity::value::AccessRole;
use psn::access::credential::CookieName;
use psn::app::App;
use psn::cli::Cli;
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _, QuerySelect as _};
use serde_json::{Value, json};
use sqlite::{import_board, median, milliseconds};
use tower::ServiceExt as _;

type Failure = Box<dyn Error + Send + Sync>;

/// Changes that are measured, without readers and with them.
const CHANGES: u64 = 51;
const READERS: usize = 16;

const LIST: &str = "{ teams(filter: { status: [NONE] }, first: 20) { nodes { status gap unit { name } } } }";

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    println!(
        "| size | | command (median) | next answer about the team (median) | slowest | reads per second meanwhile |"
    );
    println!("|---|---|---|---|---|---|");
    for size in SIZES.into_iter().filter(|size| args.iter().any(|name| name == size.name)) {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(size))?;
    }
    Ok(())
}

async fn measure(size: Size) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let db = import_board(size, folder.path()).await?;
    let now: DateTime<Utc> = "2026-11-16T09:00:00Z".parse()?;
    let clock = Clock::fixed(now);
    let coordinator = PersonId(3);
    let role = NewGrant { person: coordinator, role: AccessRole::Coordinator, from: day("2026-11-16")?, to: None };
    grant::add(&db, role, Actor::Operator, now).await?;
    let secret = Secret::new(SecretKind::Session)?;
    session::begin(&db, Holder::Person(coordinator), secret.hash(), now, now + TimeDelta::hours(12)).await?;
    let flags = ["psn", "serve", "--query-budget", "1000000000", "--query-refill", "1000000000"];
    let settings = Cli::try_parse_from(flags)?.settings;
    let app = App { settings, db: db.clone(), api_db: db.clone(), clock };
    let router = app.router(&app.authenticator()?)?;
    let site = Site { router, cookie: format!("{}={}", CookieName::Plain.as_str(), secret.reveal()) };

    let supporters = supporters(&db).await?;
    site.ask(LIST, Value::Null).await?;

    print_row(size, "alone", changed(&site, &supporters, "pause").await?, None);
    let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (site, stop, reads) = (site.clone(), Arc::clone(&stop), Arc::clone(&reads));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    site.ask(LIST, Value::Null).await?;
                    reads.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    let begun = Instant::now();
    let times = changed(&site, &supporters, "resume").await?;
    let per_second = reads.load(Ordering::Relaxed) * 1_000 / u64::try_from(begun.elapsed().as_millis())?.max(1);
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await??;
    }
    print_row(size, "sixteen readers", times, Some(per_second));
    Ok(())
}

/// The first Peer Supporters on file, each with the code of their team.
async fn supporters(db: &DatabaseConnection) -> Result<Vec<(PersonId, String)>, Failure> {
    let rows = allocation::Entity::find().order_by_asc(allocation::Column::Id).limit(CHANGES).all(db).await?;
    let mut found = Vec::new();
    for row in rows {
        let unit = unit::Entity::find_by_id(row.unit_id).one(db).await?.ok_or("an allocation without a unit")?;
        found.push((row.person_id, unit.code));
    }
    Ok(found)
}

/// How long each command took, and each next answer.
type Times = (Vec<Duration>, Vec<Duration>);

async fn changed(site: &Site, supporters: &[(PersonId, String)], field: &str) -> Result<Times, Failure> {
    let mut type_name = field.to_owned();
    type_name[..1].make_ascii_uppercase();
    let command = format!("mutation($input: {type_name}Input!) {{ {field}(input: $input) {{ refusals {{ code }} }} }}");
    let (mut commands, mut answers) = (Vec::new(), Vec::new());
    for (person, code) in supporters {
        let input = json!({ "personId": URL_SAFE_NO_PAD.encode(format!("Person:{person}")) });
        let begun = Instant::now();
        let done = site.ask(&command, json!({ "input": input })).await?;
        commands.push(begun.elapsed());
        if done[field]["refusals"] != json!([]) {
            return Err(format!("{field} was refused: {done}").into());
        }
        let begun = Instant::now();
        let seen = site
            .ask("query($code: String!) { unit(code: $code) { team { status } } }", json!({ "code": code }))
            .await?;
        answers.push(begun.elapsed());
        if seen["unit"]["team"]["status"].is_null() {
            return Err(format!("the team has no status: {seen}").into());
        }
    }
    Ok((commands, answers))
}

fn print_row(size: Size, load: &str, (commands, answers): Times, reads: Option<u64>) {
    let slowest = answers.iter().max().copied().unwrap_or_default();
    let reads = reads.map_or_else(|| "–".to_owned(), |reads| reads.to_string());
    println!(
        "| {} | {load} | {} | {} | {} | {reads} |",
        size.name,
        milliseconds(median(commands)),
        milliseconds(median(answers)),
        milliseconds(slowest)
    );
}

/// The site, as a coordinator who has signed in meets it.
#[derive(Clone)]
struct Site {
    router: Router,
    cookie: String,
}

impl Site {
    /// Sends a request and returns its data.
    async fn ask(&self, query: &str, variables: Value) -> Result<Value, Failure> {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .body(Body::from(body))?;
        let response = self.router.clone().oneshot(request).await?;
        let answer: Value = serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await?)?;
        if answer.get("errors").is_some() {
            return Err(answer.to_string().into());
        }
        Ok(answer["data"].clone())
    }
}

fn day(text: &str) -> Result<Day, Failure> {
    text.parse().map_err(|_| format!("{text} is no day").into())
}
