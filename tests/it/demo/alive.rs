//! What the demonstration shows: changes from week to week, earlier weeks, cover from other teams, and Level 1 in bands. All
//! checks use one prepared demonstration, because preparing it takes long.

use std::collections::{BTreeMap, BTreeSet};

use entity::coverage::Level1Band;
use entity::table::{allocation_terms, delivery, unit};
use entity::value::DeliveryKind;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::json;

use crate::disclosure::exported;
use crate::graphql::{data, site};
use crate::harness::World;

/// The Monday of the demonstration, and the date of its first snapshot.
const NOW: &str = "2026-11-16";
const THEN: &str = "2026-09-14";

/// This week's mail about the whole board has new, closed, worse, better and unchanged gaps.
pub(super) async fn mails_have_every_kind_of_change(world: &World) {
    let mails = delivery::Entity::find().all(&world.db).await.expect("deliveries");
    let this_week = |mail: &&delivery::Model| mail.text_part.contains("Week of 16 November 2026");
    let of_board = |mail: &&delivery::Model| {
        mail.kind == DeliveryKind::Report && mail.units.0.iter().any(|unit| unit.code == "S08000031") && this_week(mail)
    };
    let mail = mails.iter().find(of_board).expect("a mail about the whole board");
    let text = mail.text_part.split_whitespace().collect::<Vec<_>>().join(" ");
    let facts = text.split("since the last report: ").nth(1).expect("a comparison");
    let facts = facts.split('.').next().expect("a sentence");
    let kinds: BTreeMap<&str, u32> = facts
        .split(", ")
        .map(|part| part.split_once(' ').expect("a number and a word"))
        .map(|(number, word)| (word, number.replace(',', "").parse().expect("a number")))
        .collect();
    assert_eq!(Vec::from_iter(kinds.keys().copied()), ["better", "closed", "new", "unchanged", "worse"], "{facts}");
    assert!(kinds.values().all(|gaps| *gaps > 0), "{facts}");
    for part in [
        "DO THIS WEEK, BY 20 NOVEMBER",
        "LOSES COVER SOON",
        "NEW SINCE THE LAST REPORT",
        "WORSE SINCE THE LAST REPORT",
        "BETTER SINCE THE LAST REPORT",
        "CLOSED SINCE THE LAST REPORT",
    ] {
        let anywhere = mails.iter().filter(this_week).any(|mail| mail.text_part.contains(part));
        assert!(anywhere, "no mail of the week has {part}");
    }
    let opened: BTreeSet<&str> = mails
        .iter()
        .filter(this_week)
        .flat_map(|mail| mail.text_part.split(", since ").skip(1))
        .filter_map(|rest| rest.split_once([')', '.', ',']).map(|(day, _)| day))
        .collect();
    assert!(opened.len() >= 3 && opened.contains("14 September"), "gaps since several days: {opened:?}");
    let summary = mails.iter().filter(this_week).filter(|mail| mail.kind == DeliveryKind::RunSummary);
    assert!(summary.count() > 0, "the coordinators learn what became of the run");
}

/// The board nine weeks ago differs from today's, and the trend has each week between.
pub(super) async fn earlier_week_can_be_queried(world: &World) {
    let figures = "rollUp { headcount teams { total covered atRisk partial none } activeSupporters }";
    let query = format!(
        "{{ then: board(asOf: \"{THEN}\") {{ {figures} }} now: board(asOf: \"{NOW}\") {{ {figures} trend(weeks: 10) {{ day {figures} }} }} }}"
    );
    let told = data(&site(world), &query).await;
    let (then, now) = (&told["then"]["rollUp"], &told["now"]["rollUp"]);
    for field in ["headcount", "teams", "activeSupporters"] {
        assert_ne!(then[field], now[field], "{field}");
    }
    let trend = told["now"]["trend"].as_array().expect("points");
    let point = |day: &str| &trend.iter().find(|point| point["day"] == day).expect("a point of each week")["rollUp"];
    assert_eq!(trend.len(), 10);
    assert_eq!((point(THEN), point(NOW)), (then, now), "what is stored is what is computed");
    let covered: BTreeSet<String> = trend.iter().map(|point| point["rollUp"]["teams"]["covered"].to_string()).collect();
    assert!(covered.len() >= 3, "the weeks between differ too: {covered:?}");
}

/// Some supporters cover a team in which they do not work: some on purpose, and some because they have moved.
pub(super) async fn some_allocations_are_from_outside(world: &World) {
    let meant = allocation_terms::Entity::find().filter(allocation_terms::Column::OutsideTeam.eq(true));
    assert!(meant.count(&world.db).await.expect("terms") > 0);
    let query = "{ supporters(first: 1, reason: [NOT_IN_TEAM]) { totalCount nodes { isActive headline } } }";
    let told = data(&site(world), query).await;
    assert!(told["supporters"]["totalCount"].as_u64().is_some_and(|count| (1..50).contains(&count)), "{told}");
    let first = &told["supporters"]["nodes"][0];
    assert_eq!((&first["isActive"], &first["headline"]), (&json!(false), &json!("NOT_IN_TEAM")), "{told}");
}

/// Board, HSCPs and sectors always have a Level 1 band, whatever the number of people who have completed it.
pub(super) async fn large_units_have_a_level_1_band(world: &World) {
    let units = unit::Entity::find().all(&world.db).await.expect("units");
    let levels: BTreeMap<&str, &str> =
        units.iter().map(|unit| (unit.code.as_str(), unit.level.as_deref().unwrap_or_default())).collect();
    let out = exported(world, NOW, &["--published"]).await;
    let mut rollup = csv::Reader::from_path(out.join("rollup.csv")).expect("rollup.csv");
    let column =
        rollup.headers().expect("a header").iter().position(|name| name == "Level 1 Band").expect("the column");
    let mut banded: BTreeMap<&str, u32> = BTreeMap::new();
    let mut hidden = BTreeSet::new();
    for row in rollup.records() {
        let row = row.expect("a row");
        let (level, band) = (levels[&row[1]], &row[column]);
        match band {
            "hidden" => {
                hidden.insert(level);
            }
            // A unit without staff has no figure to hide.
            "" => assert_eq!(&row[2], "0", "{row:?}"),
            band => {
                assert!(Level1Band::ALL.iter().any(|known| known.as_str() == band), "{row:?}");
                *banded.entry(level).or_default() += 1;
            }
        }
    }
    assert!(hidden.contains("Team"), "small teams are hidden, so that this can fail");
    for level in ["Board", "HSCP", "Sector"] {
        assert!(!hidden.contains(level), "a {level} is hidden");
        assert!(banded.get(level).is_some_and(|units| *units > 0), "{banded:?}");
    }
}
