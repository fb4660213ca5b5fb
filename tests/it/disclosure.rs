//! Small numbers: the API, the mail, its list and the export hide the same reasons why allocations do not count. Level
//! 1 is exact for people who are responsible for a unit, and shown in bands to everyone else.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod board;

use std::collections::BTreeMap;

use axum::Router;
use clap::Parser as _;
use entity::coverage::disclosure::Limit;
use entity::table::completion;
use entity::value::{AccessRole, Role};
use jobs::mail::Mailer;
use psn::app::App;
use psn::cli::{Cli, Command, export};
use psn::config::Settings;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::graphql::board::{Allocated, allocation_row, changed, insert, insert_allocations, pass};
use crate::harness::{Pass, World, both, day};
use crate::report::job;
use crate::site::{post, send};
use board::{LAST_WEEK, THIS_WEEK};

async fn snapshot(world: &World, on: &str, limit: u32) {
    jobs::snapshot::take_snapshot(&world.db, day(on), Limit::new(limit).unwrap(), world.clock.now()).await.unwrap();
}

/// Returns the site with the rights of the holder of a pass.
fn site(world: &World, pass: &Pass) -> Router {
    site_with(world, pass, Cli::try_parse_from(["psn", "serve"]).unwrap().settings)
}

fn site_with(world: &World, pass: &Pass, settings: Settings) -> Router {
    let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
    pass.with(app.router(&app.authenticator().unwrap()).unwrap())
}

async fn data(site: &Router, query: &str) -> Value {
    let mut request = post("application/json", json!({ "query": query }).to_string());
    request.headers_mut().insert("host", "localhost".parse().unwrap());
    let answer = send(site, request).await.json();
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].clone()
}

/// Returns Level 1 by unit, as the API shows it for a day: for everyone at or below it, and for the team.
async fn level1(site: &Router, on: &str) -> BTreeMap<String, (Value, Value)> {
    let level1 = "level1 { hidden band met done { numerator denominator percent } }";
    let query = format!(
        "{{ units(asOf: \"{on}\", first: 50) {{ nodes {{ code rollUp {{ {level1} }} team {{ {level1} }} }} }} }}"
    );
    let data = data(site, &query).await;
    let units = data["units"]["nodes"].as_array().unwrap().iter();
    units
        .map(|unit| {
            let both = (unit["rollUp"]["level1"].clone(), unit["team"]["level1"].clone());
            (unit["code"].as_str().unwrap().to_owned(), both)
        })
        .collect()
}

/// Level 1 as shown to a viewer who is responsible for the people.
fn exact(done: u32, headcount: u32, percent: f64, band: &str, met: bool) -> Value {
    let done = json!({ "numerator": done, "denominator": headcount, "percent": percent });
    json!({ "hidden": false, "band": band, "met": met, "done": done })
}

/// Level 1 as shown to a viewer who sees the band.
fn in_band(band: &str, met: bool) -> Value {
    json!({ "hidden": false, "band": band, "met": met, "done": null })
}

/// Returns the allocations of a unit that do not count, by group, as the API shows them for a day; `None` for a hidden
/// number.
async fn reasons(site: &Router, code: &str, on: &str) -> BTreeMap<String, Option<u64>> {
    let query = format!(
        "{{ unit(code: \"{code}\", asOf: \"{on}\") {{ rollUp {{ standing {{ group allocations hidden }} }} }} }}"
    );
    let data = data(site, &query).await;
    let groups = data["unit"]["rollUp"]["standing"].as_array().unwrap().iter();
    groups
        .map(|group| {
            assert_eq!(group["hidden"].as_bool(), Some(group["allocations"].is_null()));
            (group["group"].as_str().unwrap().to_owned(), group["allocations"].as_u64())
        })
        .collect()
}

fn shown(figure: &str) -> Option<u64> {
    (figure != "hidden").then(|| figure.parse().unwrap())
}

/// Returns a column of a CSV file, by unit code.
fn cells(csv: &str, column: &str) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (key, value) = (at("Unit Code"), at(column));
    reader.records().map(|row| row.unwrap()).map(|row| (row[key].to_owned(), row[value].to_owned())).collect()
}

/// A folder with the files of `psn export`.
pub(crate) async fn exported(world: &World, on: &str, flags: &[&str]) -> std::path::PathBuf {
    let out = world.folder.path().join(format!("{on}{}", flags.concat()));
    let line = [&["psn", "export", "--as-of", on, "--out", out.to_str().unwrap()], flags].concat();
    let Command::Export(args) = Cli::try_parse_from(line).unwrap().command else { panic!("export is a command") };
    export::run(args, &world.db, Limit::default(), world.clock.now(), day("2026-11-16")).await.unwrap();
    out
}

/// Makes a person a Peer Supporter of a team.
async fn support(world: &World, person: i64, unit: i64) {
    insert_allocations(&world.db, [allocation_row(500 + person, person, Role::PeerSupporter, unit)]).await;
    changed(&world.db).await;
}

fn by_code(rows: &[(&str, &str)]) -> BTreeMap<String, String> {
    rows.iter().map(|(code, cell)| ((*code).to_owned(), (*cell).to_owned())).collect()
}

// Three of A's people lack Level 1, and all of D's have completed it: both are small numbers.
both! {
    async fn responsible_people_see_exact_level_1_everywhere(world: World) {
        board::organisation(&world.db).await;
        insert::<completion::Entity>(&world.db, (89..=100).map(|id| pass(2000 + id, id, 1, "2026-11-12"))).await;
        changed(&world.db).await;
        snapshot(&world, LAST_WEEK, 5).await;
        snapshot(&world, THIS_WEEK, 5).await;
        let a = exact(22, 25, 88.0, "FROM_80_TO_89", false);
        let d = exact(25, 25, 100.0, "FROM_90", true);
        let board = exact(86, 125, 68.8, "FROM_50_TO_79", false);
        for pass in [
            world.token(AccessRole::Dashboard, &[1], false).await,
            world.token(AccessRole::Auditor, &[], false).await,
            world.person(101).await,
            world.admin.clone(),
        ] {
            let site = site(&world, &pass);
            let seen = level1(&site, THIS_WEEK).await;
            assert_eq!((&seen["A"], &seen["D"]), (&(a.clone(), a.clone()), &(d.clone(), d.clone())));
            assert_eq!(seen["BOARD"].0, board);
            let trend = "{ unit(code: \"A\") { trend(weeks: 2) { rollUp { level1 { done { numerator } } } } } }";
            let trend = data(&site, trend).await;
            let points = trend["unit"]["trend"].as_array().unwrap().iter();
            let done: Vec<_> = points.map(|point| point["rollUp"]["level1"]["done"]["numerator"].as_u64()).collect();
            assert_eq!(done, [Some(17), Some(22)]);
        }

        let mails = job(Mailer::memory().0).dry_run(&world.db, "2026-W47".parse().unwrap()).await.unwrap();
        let mail = &mails.iter().find(|mail| mail.units.iter().any(|(code, _)| code == "BOARD")).unwrap().rendered;
        assert!(mail.text.contains("Level 1: 86 of 125 (69%) staff have done it, the target is 90%."), "{}", mail.text);
        assert!(mail.text.contains("A (22 of 25)"), "{}", mail.text);
        let list = cells(&mail.csv, "Level 1 Done");
        assert_eq!((list["A"].as_str(), list["D"].as_str()), ("22", "25"));
        let out = exported(&world, THIS_WEEK, &[]).await;
        let rollup = std::fs::read_to_string(out.join("rollup.csv")).unwrap();
        assert_eq!(cells(&rollup, "Level 1 Done")["BOARD"], "86");
    }
}

both! {
    async fn a_peer_supporter_sees_level_1_in_bands(world: World) {
        board::organisation(&world.db).await;
        snapshot(&world, LAST_WEEK, 5).await;
        let supporter = site(&world, &world.person(3).await);
        let seen = level1(&supporter, THIS_WEEK).await;
        assert_eq!(Vec::from_iter(seen.keys()), ["A"]);
        assert_eq!(seen["A"], (in_band("FROM_80_TO_89", false), in_band("FROM_80_TO_89", false)));
        let trend = "{ unit(code: \"A\") { trend(weeks: 2) { rollUp { level1 { hidden band met done { numerator } } } } }
            snapshots { nodes { rollUp { level1 { band done { numerator } } } } } }";
        let trend = data(&supporter, trend).await;
        let last_week = &trend["unit"]["trend"][0]["rollUp"]["level1"];
        assert_eq!(*last_week, in_band("FROM_50_TO_79", false));
        let stored = &trend["snapshots"]["nodes"][0]["rollUp"]["level1"];
        assert_eq!(*stored, json!({ "band": "FROM_50_TO_79", "done": null }));
    }
}

both! {
    async fn a_peer_supporter_of_a_small_team_sees_no_band(world: World) {
        board::organisation(&world.db).await;
        // Fourteen of A's people are left.
        world.db.execute_unprepared("UPDATE post SET unit_id = 8 WHERE unit_id = 4 AND person_id > 14").await.unwrap();
        changed(&world.db).await;
        let hidden = json!({ "hidden": true, "band": null, "met": null, "done": null });
        let seen = level1(&site(&world, &world.person(3).await), THIS_WEEK).await;
        assert_eq!(seen["A"], (hidden.clone(), hidden));
    }
}

both! {
    async fn a_peer_supporter_sees_no_band_of_a_cover_group(world: World) {
        board::organisation(&world.db).await;
        world.db.execute_unprepared("UPDATE unit SET cover_group = 'Pair' WHERE code IN ('B', 'E')").await.unwrap();
        support(&world, 26, 5).await;
        let seen = level1(&site(&world, &world.person(26).await), THIS_WEEK).await;
        let hidden = json!({ "hidden": true, "band": null, "met": null, "done": null });
        assert_eq!(seen["B"], (in_band("FROM_50_TO_79", false), hidden));
        let exact_of_group = level1(&site(&world, &world.admin), THIS_WEEK).await;
        assert_eq!(exact_of_group["B"].1, exact(26, 50, 52.0, "FROM_50_TO_79", false));
    }
}

both! {
    async fn a_published_export_has_level_1_in_bands(world: World) {
        board::organisation(&world.db).await;
        snapshot(&world, THIS_WEEK, 5).await;
        world.db.execute_unprepared("UPDATE unit SET cover_group = 'Pair' WHERE code IN ('B', 'E')").await.unwrap();
        // Ten people are left in D.
        world.db.execute_unprepared("UPDATE post SET unit_id = 8 WHERE unit_id = 7 AND person_id > 85").await.unwrap();
        changed(&world.db).await;
        let out = exported(&world, THIS_WEEK, &["--published"]).await;
        let file = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
        let (half, most) = ("FROM_50_TO_79", "FROM_80_TO_89");
        let units = by_code(&[
            ("A", most), ("B", half), ("C", half), ("D", "hidden"), ("E", "BELOW_50"), ("NORTH", half), ("SOUTH", half),
            ("BOARD", half),
        ]);
        assert_eq!(cells(&file("rollup.csv"), "Level 1 Band"), units);
        let teams = by_code(&[("A", most), ("B", "hidden"), ("C", half), ("D", "hidden"), ("E", "hidden")]);
        assert_eq!(cells(&file("coverage.csv"), "Level 1 Band"), teams);
        let layers = file("layers.csv");
        let teams: Vec<_> = layers.lines().filter(|line| !line.contains(",unit,")).collect();
        let met = cells(&teams.join("\n"), "Level 1 Met");
        assert_eq!((met["A"].as_str(), met["B"].as_str(), met["D"].as_str()), ("No", "hidden", "hidden"));
        assert!(!file("coverage.csv").contains("Level 1 Done"));
        assert!(!out.join("standing.csv").exists(), "it is about single people");
    }
}

both! {
    async fn small_numbers_of_reasons_are_hidden_everywhere(world: World) {
        board::organisation(&world.db).await;
        snapshot(&world, THIS_WEEK, 5).await;
        let groups = async |site: &Router| reasons(site, "BOARD", THIS_WEEK).await;
        let exact = groups(&site(&world, &world.admin)).await;
        let expected = [("COUNTS", 0), ("NOT_AVAILABLE", 2), ("TRAINING", 0), ("APPROVAL", 6), ("PROTECTED_TIME", 7), ("OTHER", 0)];
        assert_eq!(exact, expected.into_iter().map(|(group, number)| (group.to_owned(), Some(number))).collect());
        let seen = groups(&site(&world, &world.token(AccessRole::Dashboard, &[1], false).await)).await;
        assert_eq!(seen["NOT_AVAILABLE"], None, "two people may be ill");
        assert!(seen.values().filter(|number| number.is_none()).count() >= 2, "a total gives a single one away: {seen:?}");
        assert_eq!((seen["COUNTS"], seen["PROTECTED_TIME"]), (Some(0), Some(7)));

        let out = exported(&world, THIS_WEEK, &["--published"]).await;
        let file = std::fs::read_to_string(out.join("not_counting.csv")).unwrap();
        for (column, group) in [("Not Available", "NOT_AVAILABLE"), ("Training", "TRAINING"), ("Approval", "APPROVAL"),
            ("Protected Time", "PROTECTED_TIME"), ("Other", "OTHER"), ("Count", "COUNTS")] {
            assert_eq!(shown(&cells(&file, column)["BOARD"]), seen[group], "{group}");
        }
        let mails = job(Mailer::memory().0).dry_run(&world.db, "2026-W47".parse().unwrap()).await.unwrap();
        let mail = &mails[0].rendered;
        // A mail says what there is to do, but not how many people are unavailable, nor a total that would reveal it.
        assert!(mail.text.contains("Arrange sign-off (6) and protected time (7) for 13 colleagues"), "{}", mail.text);
        for part in [&mail.text, &mail.html, &mail.csv] {
            assert!(!part.contains("available") && !part.contains("15") && !part.contains("do not count"), "{part}");
        }
    }
}

both! {
    async fn days_between_snapshots_reveal_nothing_new(world: World) {
        board::organisation(&world.db).await;
        // Eight of B are allocated without protected time and nine without sign-off, in both weeks.
        let of_b = |id| {
            let sound = allocation_row(500 + id, id, Role::PeerSupporter, 5);
            match id {
                26..=33 => Allocated { protected_hours: None, ..sound },
                _ => Allocated { signed_off_on: None, ..sound },
            }
        };
        insert_allocations(&world.db, (26..=42).map(of_b)).await;
        changed(&world.db).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);
        let all_hidden = |seen: &BTreeMap<String, Option<u64>>| {
            seen.iter().all(|(group, number)| (group == "COUNTS") == number.is_some())
        };
        for unit in ["A", "B", "BOARD"] {
            assert!(all_hidden(&reasons(&dashboard, unit, THIS_WEEK).await), "{unit}");
        }
        snapshot(&world, LAST_WEEK, 5).await;
        let stored = reasons(&dashboard, "B", LAST_WEEK).await;
        assert!(!all_hidden(&reasons(&dashboard, "A", LAST_WEEK).await));
        // A and all above it have changed since, B has not.
        world.db.execute_unprepared("DELETE FROM pause WHERE allocation_id = 16").await.unwrap();
        changed(&world.db).await;
        for unit in ["A", "NORTH", "BOARD"] {
            assert!(all_hidden(&reasons(&dashboard, unit, THIS_WEEK).await), "{unit}");
        }
        assert_eq!(reasons(&dashboard, "B", THIS_WEEK).await, stored);
        // A later snapshot shows its own decision; the days before it are unchanged.
        snapshot(&world, THIS_WEEK, 5).await;
        assert!(!all_hidden(&reasons(&dashboard, "A", THIS_WEEK).await));
        assert_eq!(reasons(&dashboard, "B", LAST_WEEK).await, stored);
    }
}

both! {
    async fn a_snapshot_waits_for_a_concurrent_one(world: World) {
        board::organisation(&world.db).await;
        let txn = entity::store::begin_write(&world.db).await.unwrap();
        entity::store::facts::lock(&txn).await.unwrap();
        let mut taking = Box::pin(snapshot(&world, THIS_WEEK, 5));
        let waited = tokio::time::timeout(std::time::Duration::from_millis(300), &mut taking).await;
        assert!(waited.is_err(), "it did not wait");
        txn.commit().await.unwrap();
        taking.await;
    }
}

both! {
    async fn the_limit_is_taken_from_the_setting(world: World) {
        board::organisation(&world.db).await;
        // Seven people without protected time: small by this limit.
        snapshot(&world, LAST_WEEK, 10).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);
        assert_eq!(reasons(&dashboard, "A", LAST_WEEK).await["PROTECTED_TIME"], None);
        let settings = |limit: &str| Cli::try_parse_from(["psn", "--small-number-limit", limit, "serve"]).map(|cli| cli.settings);
        assert_eq!(settings("10").unwrap().privacy.small_number_limit, Limit::new(10).unwrap());
        assert!(settings("0").is_err() && settings("1").is_err() && settings("51").is_err());
        // A has 25 people: too few for a band by this limit.
        let supporter = site_with(&world, &world.person(3).await, settings("26").unwrap());
        assert_eq!(level1(&supporter, THIS_WEEK).await["A"].0["hidden"], true);
        let supporter = site_with(&world, &world.person(3).await, settings("25").unwrap());
        assert_eq!(level1(&supporter, THIS_WEEK).await["A"].0["hidden"], false);
    }
}

#[tokio::test]
async fn public_and_confidential_files_are_kept_apart() {
    let world = World::new(crate::harness::Engine::Sqlite).await;
    board::organisation(&world.db).await;
    let out = exported(&world, THIS_WEEK, &[]).await;
    let line = ["psn", "export", "--as-of", THIS_WEEK, "--out", out.to_str().unwrap(), "--published"];
    let Command::Export(args) = Cli::try_parse_from(line).unwrap().command else { panic!("export is a command") };
    let refusal =
        export::run(args, &world.db, Limit::default(), world.clock.now(), day("2026-11-16")).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("must not be shared"), "{refusal:?}");
}
