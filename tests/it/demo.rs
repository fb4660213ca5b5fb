//! The demonstration from outside: alive whatever the day, and nothing done twice.

use clap::Parser as _;
use entity::table::{delivery, job_run, snapshot, unit};
use psn::app::App;
use psn::cli::{Cli, Stop, demo};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use crate::harness::{Engine, World, instant};

fn app(world: &World) -> App {
    let folder = world.folder.path().join("mail");
    let line = ["psn", "--database-url", &world.url, "--mail-folder", folder.to_str().expect("a path"), "demo"];
    let settings = Cli::try_parse_from(line).expect("settings").settings;
    App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() }
}

async fn prepared(world: &World) -> Result<String, Stop> {
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
async fn the_demonstration_imports_a_board_computes_eight_weeks_and_writes_this_weeks_mails() {
    let world = World::new(Engine::Sqlite).await.expect("SQLite is always there");
    world.clock.set(instant("2026-11-18T12:00:00Z"));
    let said = prepared(&world).await.expect("the demonstration is prepared");
    let (_, figures) = said.split_once("\n\n").expect("mails, then figures");
    insta::assert_snapshot!(figures.replace(world.folder.path().to_str().expect("a path"), "FOLDER"));
    let [_, snapshots, deliveries, _] = counts(&world).await;
    assert_eq!(snapshots, 8);
    assert_eq!(mails(&world) as u64, deliveries);
}

#[tokio::test]
async fn run_again_it_changes_nothing_and_a_week_later_it_goes_on() {
    let world = World::new(Engine::Sqlite).await.expect("SQLite is always there");
    world.clock.set(instant("2026-11-18T12:00:00Z"));
    let first = prepared(&world).await.expect("the demonstration is prepared");
    let (before, mails_before) = (counts(&world).await, mails(&world));
    assert_eq!(prepared(&world).await.expect("it is prepared again"), first);
    assert_eq!((counts(&world).await, mails(&world)), (before, mails_before));

    world.clock.set(instant("2026-11-25T12:00:00Z"));
    prepared(&world).await.expect("it goes on");
    let [units, snapshots, deliveries, _] = counts(&world).await;
    assert_eq!((units, snapshots), (before[0], before[1] + 1));
    assert!(deliveries > before[2], "a week later there is a new report");
}

#[tokio::test]
async fn its_days_move_by_whole_weeks_so_that_it_is_alive_on_any_day() {
    let mut figures = Vec::new();
    for today in ["2026-11-16T00:00:00Z", "2031-02-28T23:00:00Z"] {
        let world = World::new(Engine::Sqlite).await.expect("SQLite is always there");
        world.clock.set(instant(today));
        let said = prepared(&world).await.expect("the demonstration is prepared");
        // Who and how many teams is the same on each; months are not weeks, so certificates may differ by a day or two.
        let (_, said) = said.split_once("\n\n").expect("mails, then figures");
        figures.push(said.lines().skip(1).take(2).map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(figures[0], figures[1]);
}
