//! The demonstration as a whole: up to date on any date, and no step done twice.

mod alive;
mod coordinator;
mod first_hour;
mod mails;
mod running;

use std::collections::BTreeSet;
use std::time::Duration;

use clap::Parser as _;
use entity::table::{audit_event, delivery, job_run, snapshot, unit};
use psn::app::App;
use psn::cli::Cli;
use psn::cli::demo;
use psn::cli::demo::summary::{Summary, Teams};
use psn::error::ExitError;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use tokio_util::sync::CancellationToken;

use crate::harness::{Engine, World, both, instant};

fn app(world: &World) -> App {
    let folder = world.folder.path().join("mail");
    let line = ["psn", "--database-url", &world.url, "--mail-folder", folder.to_str().expect("a path"), "demo"];
    let settings = Cli::try_parse_from(line).expect("settings").settings;
    App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() }
}

async fn prepared(world: &World) -> Result<Summary, ExitError> {
    let app = app(world);
    demo::prepare(&app, &app.runner().expect("a runner")).await
}

async fn counts(world: &World) -> [u64; 4] {
    let db = &world.db;
    [
        unit::Entity::find().count(db).await.expect("units"),
        snapshot::Entity::find().count(db).await.expect("snapshots"),
        delivery::Entity::find().count(db).await.expect("deliveries"),
        job_run::Entity::find().count(db).await.expect("runs"),
    ]
}

fn mails(world: &World) -> usize {
    std::fs::read_dir(world.folder.path().join("mail")).expect("a mail folder").count()
}

#[tokio::test]
async fn demonstration_has_ten_weeks_and_mails() {
    let world = World::new(Engine::Sqlite).await;
    world.clock.set(instant("2026-11-18T12:00:00Z"));
    let summary = prepared(&world).await.expect("the demonstration is prepared");
    let line = summary.in_one_line();
    assert!(line.contains(" with made-up people: 7,734 people, 606 teams, 310 covered, 289 with a gap."), "{line}");
    let weeks: BTreeSet<&str> = summary.mails.iter().map(|mail| mail.week.as_str()).collect();
    assert_eq!(
        Vec::from_iter(weeks),
        ["2026-W46", "2026-W47"],
        "the board has an earlier state, which was reported on"
    );
    let figures = summary.figures();
    insta::assert_snapshot!(figures.replace(world.folder.path().to_str().expect("a path"), "FOLDER"));
    let [_, snapshots, deliveries, _] = counts(&world).await;
    assert_eq!(snapshots, 10);
    assert_eq!(mails(&world) as u64, deliveries);
    alive::mails_have_every_kind_of_change(&world).await;
    alive::earlier_week_can_be_queried(&world).await;
    alive::some_allocations_are_from_outside(&world).await;
    alive::large_units_have_a_level_1_band(&world).await;
    mails::each_mail_is_listed_as_text_and_html(&world).await;
    mails::no_other_service_has_the_page(&world).await;
    // Last, because the database is no longer the demonstration's after it.
    mails::page_closes_after_other_imports(&world).await;
}

#[tokio::test]
async fn second_run_changes_nothing_until_next_week() {
    let world = World::new(Engine::Sqlite).await;
    world.clock.set(instant("2026-11-18T12:00:00Z"));
    let first = prepared(&world).await.expect("the demonstration is prepared");
    let (before, mails_before) = (counts(&world).await, mails(&world));
    assert_eq!(prepared(&world).await.expect("it is prepared again"), first);
    assert_eq!((counts(&world).await, mails(&world)), (before, mails_before));

    world.clock.set(instant("2026-11-25T12:00:00Z"));
    prepared(&world).await.expect("it continues");
    let [units, snapshots, deliveries, _] = counts(&world).await;
    assert_eq!((units, snapshots), (before[0], before[1] + 1));
    assert!(deliveries > before[2], "a week later there is a new report");
}

#[tokio::test]
async fn dates_move_by_whole_weeks() {
    let mut figures = Vec::new();
    for today in ["2026-11-16T00:00:00Z", "2031-02-28T23:00:00Z"] {
        let world = World::new(Engine::Sqlite).await;
        world.clock.set(instant(today));
        let said = prepared(&world).await.expect("the demonstration is prepared");
        // People and the number of teams are the same on each date; months are not weeks, so certificates may differ by a day
        // or two.
        let Teams { covered, at_risk: _, gaps, others } = said.teams;
        figures.push((said.people, covered + gaps + others));
    }
    assert_eq!(figures[0], figures[1]);
}

/// Runs the command against the world's database.
async fn psn(world: &World, args: &[&str]) -> Result<(), ExitError> {
    let folder = world.folder.path().join("mail");
    let settings = [
        "psn",
        "--database-url",
        &world.url,
        "--mail-folder",
        folder.to_str().expect("a path"),
        "--bind",
        "127.0.0.1:0",
    ];
    let command = Cli::try_parse_from([&settings, args].concat()).expect("a command");
    // A demonstration that is not refused would keep serving.
    let done = tokio::time::timeout(Duration::from_secs(120), psn::cli::run(command, CancellationToken::new())).await;
    done.expect("it comes to its end")
}

/// Checks that it is refused, both at the start and before the import of the board, and that nothing was written.
async fn is_refused(world: &World, holds: &str) {
    let events = audit_event::Entity::find().count(&world.db).await.expect("events");
    let before = counts(world).await;
    for refused in [psn(world, &["demo"]).await, prepared(world).await.map(|_| ())] {
        let Err(ExitError::Refused(sentence)) = refused else { panic!("{refused:?}") };
        assert!(sentence.contains(holds) && sentence.contains("--database-url"), "{sentence}");
    }
    assert_eq!(counts(world).await, before);
    assert_eq!(audit_event::Entity::find().count(&world.db).await.expect("events"), events);
}

both!(
    async fn real_board_with_same_code_is_refused(world: World) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/board");
        let import = ["import", "--dir", folder, "--as-at", "2026-11-16", "--apply"];
        psn(&world, &import).await.expect("the same files, imported by somebody");
        is_refused(&world, "another board, NHS Greater Glasgow and Clyde").await;
    }
);

both!(
    async fn used_database_is_refused(world: World) {
        psn(&world, &["token", "make", "--name", "Ward 7", "--role", "auditor"]).await.expect("a token");
        is_refused(&world, "other data").await;

        let other = World::new(world.engine).await;
        prepared(&other).await.expect("the demonstration is prepared");
        let folder = tempfile::tempdir().expect("a folder");
        let courses = folder.path().join("courses.csv");
        std::fs::write(&courses, "Course Code,Course Title,Level\nREAL-1,A real course,1\n").expect("a file");
        let file = courses.to_str().expect("a path");
        psn(&other, &["import", "--courses", file, "--as-at", "2026-11-16", "--apply"]).await.expect("real files");
        is_refused(&other, "another board").await;
    }
);
