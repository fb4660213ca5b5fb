//! Small numbers: the API, the mail, its list and the export hide the same cells, and two weeks together give none away.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

mod board;

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use clap::Parser as _;
use entity::coverage::disclosure::Limit;
use entity::period::IsoWeek;
use entity::table::completion;
use entity::value::AccessRole;
use jobs::mail::Mailer;
use psn::app::App;
use psn::cli::{Cli, Command, export};
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use crate::graphql::board::{changed, insert, pass};
use crate::harness::{Pass, World, both, day};
use crate::report::job;
use crate::site::{post, send};
use board::{LAST_WEEK, THIS_WEEK};

async fn snapshot(world: &World, on: &str, limit: u32) {
    jobs::snapshot::take(&world.db, day(on), Limit::new(limit).unwrap(), world.clock.now()).await.unwrap();
}

/// The site as the holder of a pass meets it.
fn site(world: &World, pass: &Pass) -> Router {
    let settings = Cli::try_parse_from(["psn", "serve"]).unwrap().settings;
    let app = App { settings, db: world.db.clone(), api_db: world.db.clone(), clock: world.clock.clone() };
    pass.with(app.router(&app.gate().unwrap()).unwrap())
}

async fn data(site: &Router, query: &str) -> Value {
    let mut request = post("application/json", serde_json::json!({ "query": query }).to_string());
    request.headers_mut().insert("host", "localhost".parse().unwrap());
    let answer = send(site, request).await.json();
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].clone()
}

/// Level 1 done by unit, as the API answers on a day; nothing where it is hidden.
async fn by_api(site: &Router, on: &str) -> BTreeMap<String, Option<u64>> {
    let query = format!(
        "{{ units(asOf: \"{on}\", first: 50) {{ nodes {{ code rollUp {{ level1 {{ hidden met done {{ numerator percent }} }} }} \
         team {{ level1 {{ hidden met done {{ numerator }} }} }} }} }} }}"
    );
    let data = data(site, &query).await;
    let mut seen = BTreeMap::new();
    for unit in data["units"]["nodes"].as_array().unwrap() {
        let level1 = &unit["rollUp"]["level1"];
        let done = level1["done"]["numerator"].as_u64();
        assert_eq!(level1["hidden"].as_bool(), Some(done.is_none()));
        assert!(done.is_some() || (level1["met"].is_null() && level1["done"].is_null()), "{unit}");
        if unit["team"].is_object() {
            assert_eq!(
                unit["team"]["level1"],
                serde_json::json!({
                    "hidden": level1["hidden"], "met": level1["met"],
                    "done": if done.is_some() { serde_json::json!({ "numerator": done }) } else { Value::Null },
                })
            );
        }
        seen.insert(unit["code"].as_str().unwrap().to_owned(), done);
    }
    seen
}

fn shown(figure: &str) -> Option<u64> {
    (figure != "hidden").then(|| figure.parse().unwrap())
}

/// A column of a CSV file by another.
fn columns(csv: &str, key: &str, value: &str) -> BTreeMap<String, Option<u64>> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (key, value) = (at(key), at(value));
    reader.records().map(|row| row.unwrap()).map(|row| (row[key].to_owned(), shown(&row[value]))).collect()
}

async fn exported(world: &World, on: &str, flags: &[&str]) -> std::path::PathBuf {
    let out = world.folder.path().join(format!("{on}{}", flags.concat()));
    let line = [&["psn", "export", "--as-of", on, "--out", out.to_str().unwrap()], flags].concat();
    let Command::Export(args) = Cli::try_parse_from(line).unwrap().command else { panic!("export is a command") };
    export::run(args, &world.db, world.clock.now(), day("2026-11-16")).await.unwrap();
    out
}

// Last week every cell was shown, A's 17 of 25 too. This week 22 of A's 25 are done: 3 are not, which is to be hidden. All
// other teams are as they were, and everybody may know that. NORTH would give A away (its 48 less B's 13 and C's 13 is 22, and
// its rise by 5 from last week's 43 is A's), and so would BOARD. B and C cannot help: their figures are known from last week.
// So A, NORTH and BOARD are hidden, and from what is left nobody can tell which of A, with 17 to 25 done, it is.
both! {
    async fn the_api_the_mail_its_list_and_the_export_hide_the_same_cells_and_last_week_gives_none_away(world: World) {
        board::organisation(&world.db).await;
        snapshot(&world, LAST_WEEK, 5).await;
        snapshot(&world, THIS_WEEK, 5).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);

        let before = by_api(&dashboard, LAST_WEEK).await;
        assert!(before.values().all(Option::is_some), "{before:?}");
        assert_eq!((before["A"], before["NORTH"]), (Some(17), Some(43)));
        let now = by_api(&dashboard, THIS_WEEK).await;
        let hidden: BTreeSet<&str> = now.iter().filter(|(_, done)| done.is_none()).map(|(code, _)| code.as_str()).collect();
        assert_eq!(hidden, BTreeSet::from(["A", "NORTH", "BOARD"]));
        for (code, done) in now.iter().filter(|(_, done)| done.is_some()) {
            assert_eq!(*done, before[code], "{code}");
        }

        let out = exported(&world, THIS_WEEK, &["--published"]).await;
        let file = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
        assert_eq!(columns(&file("rollup.csv"), "Unit Code", "Level 1 Done"), now);
        let teams = columns(&file("coverage.csv"), "Unit Code", "Level 1 Done");
        assert_eq!(teams.len(), 5);
        assert!(teams.iter().all(|(code, done)| *done == now[code]), "{teams:?}");
        assert!(!out.join("standing.csv").exists(), "it is about single people");

        let week: IsoWeek = "2026-W47".parse().unwrap();
        let mails = job(Mailer::memory().0).dry_run(&world.db, week).await.unwrap();
        let mail = &mails.iter().find(|mail| mail.units.iter().any(|(code, _)| code == "BOARD")).unwrap().rendered;
        assert_eq!(columns(&mail.csv, "Unit Code", "Level 1 Done"), teams);
        assert!(mail.text.contains("Level 1: not shown"), "{}", mail.text);
        assert!(!mail.text.contains("22 of 25") && !mail.html.contains("22 of 25"));

        // Who sees small numbers sees these, and the operator's own export is exact.
        let exact = by_api(&site(&world, &world.admin), THIS_WEEK).await;
        assert_eq!((exact["A"], exact["NORTH"]), (Some(22), Some(48)));
        let all = std::fs::read_to_string(exported(&world, THIS_WEEK, &[]).await.join("rollup.csv")).unwrap();
        assert_eq!(columns(&all, "Unit Code", "Level 1 Done"), exact);
    }
}

both! {
    async fn why_allocations_do_not_count_is_told_in_groups_and_small_ones_are_hidden_everywhere(world: World) {
        board::organisation(&world.db).await;
        snapshot(&world, THIS_WEEK, 5).await;
        let query = format!("{{ unit(code: \"BOARD\", asOf: \"{THIS_WEEK}\") {{ rollUp {{ standing {{ group allocations hidden }} }} }} }}");
        let groups = async |site: &Router| {
            let data = data(site, &query).await;
            let groups = data["unit"]["rollUp"]["standing"].as_array().unwrap().clone();
            groups
                .into_iter()
                .map(|group| {
                    assert_eq!(group["hidden"].as_bool(), Some(group["allocations"].is_null()));
                    (group["group"].as_str().unwrap().to_owned(), group["allocations"].as_u64())
                })
                .collect::<BTreeMap<_, _>>()
        };
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
            assert_eq!(columns(&file, "Unit Code", column)["BOARD"], seen[group], "{group}");
        }
        let mails = job(Mailer::memory().0).dry_run(&world.db, "2026-W47".parse().unwrap()).await.unwrap();
        let mail = &mails[0].rendered;
        assert!(mail.text.contains("Allocations that do not count: 15: "), "{}", mail.text);
        assert!(mail.text.contains("no protected time 7") && !mail.text.contains("not available 2"), "{}", mail.text);
        assert!(!mail.csv.contains("not available"), "{}", mail.csv);
    }
}

both! {
    async fn between_the_stored_days_nothing_new_is_told_and_before_the_first_nothing_at_all(world: World) {
        board::organisation(&world.db).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);
        assert!(by_api(&dashboard, THIS_WEEK).await.values().all(Option::is_none));
        snapshot(&world, LAST_WEEK, 5).await;
        // A and all above it have changed since, the others have not.
        let between = by_api(&dashboard, THIS_WEEK).await;
        let hidden: Vec<_> = between.iter().filter(|(_, done)| done.is_none()).map(|(code, _)| code.as_str()).collect();
        assert_eq!(hidden, ["A", "BOARD", "NORTH"]);
        // A later snapshot shows what it decides; the days before it are as they were.
        snapshot(&world, THIS_WEEK, 5).await;
        assert!(by_api(&dashboard, LAST_WEEK).await.values().all(Option::is_some));
        // The trend shows each week as it was published.
        let trend = data(&dashboard, "{ unit(code: \"A\") { trend(weeks: 2) { rollUp { level1 { hidden done { numerator } } } } } }").await;
        let points = trend["unit"]["trend"].as_array().unwrap();
        let done: Vec<_> = points.iter().map(|point| point["rollUp"]["level1"]["done"]["numerator"].as_u64()).collect();
        assert_eq!(done, [Some(17), None]);
    }
}

both! {
    async fn a_snapshot_waits_for_the_one_that_is_being_taken(world: World) {
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
    async fn a_cover_group_shows_its_sum_only_where_it_shows_each_member(world: World) {
        board::organisation(&world.db).await;
        // B and E are covered together. On Thursday ten of E's people did Level 1, so that two of them have not.
        let passes = (114..=123).map(|id| pass(2000 + id, id, 1, "2026-11-12"));
        insert::<completion::Entity>(&world.db, passes).await;
        world.db.execute_unprepared("UPDATE unit SET cover_group = 'Pair' WHERE code IN ('B', 'E')").await.unwrap();
        changed(&world.db).await;
        snapshot(&world, LAST_WEEK, 5).await;
        snapshot(&world, THIS_WEEK, 5).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);
        for (on, code, own, group) in [
            (LAST_WEEK, "B", Some(13), Some(26)),
            (LAST_WEEK, "E", Some(13), Some(26)),
            (THIS_WEEK, "B", Some(13), None),
            (THIS_WEEK, "E", None, None),
        ] {
            let query = format!(
                "{{ unit(code: \"{code}\", asOf: \"{on}\") {{ rollUp {{ level1 {{ done {{ numerator }} }} }}
                 team {{ level1 {{ hidden done {{ numerator }} met }} }} }} }}"
            );
            let told = data(&dashboard, &query).await;
            let done = |level1: &Value| level1["done"]["numerator"].as_u64();
            assert_eq!(done(&told["unit"]["rollUp"]["level1"]), own, "{code} on {on}");
            let team = &told["unit"]["team"]["level1"];
            assert_eq!((done(team), team["hidden"].as_bool()), (group, Some(group.is_none())), "{code} on {on}");
            assert_eq!(team["met"].is_null(), group.is_none(), "{code} on {on}");
        }
    }
}

both! {
    async fn the_limit_is_taken_from_the_setting(world: World) {
        board::organisation(&world.db).await;
        // 8 of A's 25 are not done last week: small by this limit.
        snapshot(&world, LAST_WEEK, 10).await;
        let dashboard = site(&world, &world.token(AccessRole::Dashboard, &[1], false).await);
        let seen = by_api(&dashboard, LAST_WEEK).await;
        assert_eq!(seen["A"], None);
        let settings = |limit: &str| Cli::try_parse_from(["psn", "--small-number-limit", limit, "worker"]).map(|cli| cli.settings);
        assert_eq!(settings("10").unwrap().privacy.small_number_limit, Limit::new(10).unwrap());
        assert!(settings("0").is_err() && settings("1").is_err() && settings("51").is_err());
    }
}

#[tokio::test]
async fn what_may_be_handed_on_is_never_put_beside_what_may_not() {
    let world = World::new(crate::harness::Engine::Sqlite).await.unwrap();
    board::organisation(&world.db).await;
    let out = exported(&world, THIS_WEEK, &[]).await;
    let line = ["psn", "export", "--as-of", THIS_WEEK, "--out", out.to_str().unwrap(), "--published"];
    let Command::Export(args) = Cli::try_parse_from(line).unwrap().command else { panic!("export is a command") };
    let refusal = export::run(args, &world.db, world.clock.now(), day("2026-11-16")).await.unwrap_err();
    assert!(format!("{refusal:?}").contains("must not be handed on"), "{refusal:?}");
}
