//! Conclusions from many answers. The same queries, for other days, policies, orders and filters, run in worlds that differ
//! only in when one person is away: a viewer who may not see these days must get the same answers.

use entity::id::{AllocationId, AllocationTermsId, ApiTokenId, PersonId, UnavailabilityId, UnitId};
use entity::period::Day;
use entity::table::{allocation_terms, completion, person, post, unavailability};
use entity::value::{AccessRole, Role};
use psn::access::Viewer;
use sea_orm::{ConnectionTrait as _, DatabaseConnection};
use serde_json::{Value, json};

use super::asking::Asking;
use crate::graphql::board::{
    Allocated, allocation_row, changed, insert, insert_allocations, insert_units, organisation, pass, person_row,
    post_row, unit_row,
};
use crate::graphql::history;
use crate::harness::{World, both, day};

/// The one Peer Supporter of Ward 20 who counts.
const SUPPORTER: i64 = 80;

/// NORTH with one ward more, N9: person 80 covers it, 81 is line manager of 82, and 83 is a Peer Supporter who is not signed
/// off.
async fn ward(db: &DatabaseConnection) {
    organisation(db).await;
    insert_units(db, [unit_row(20, "N9", "Ward 20", Some(2), "Ward", None)]).await;
    insert::<person::Entity>(db, (80..=83).map(person_row)).await;
    let posts = (80..=83)
        .map(|id| post::Model { line_manager_id: Some(PersonId(if id == 82 { 81 } else { 1 })), ..post_row(id, 20) });
    insert::<post::Entity>(db, posts).await;
    let passes = [pass(300, 80, 1, "2025-03-01"), pass(301, 80, 2, "2025-06-01")];
    insert::<completion::Entity>(db, passes).await;
    let unsigned = Allocated { signed_off_on: None, share: 100, ..allocation_row(81, 83, Role::PeerSupporter, 20) };
    insert_allocations(db, [allocation_row(80, SUPPORTER, Role::PeerSupporter, 20), unsigned]).await;
}

/// First and last day of an absence.
type Spell = (&'static str, &'static str);

/// Makes the supporter absent in these periods and in no others.
async fn away(db: &DatabaseConnection, spells: &[Spell]) {
    db.execute_unprepared(&format!("DELETE FROM unavailability WHERE person_id = {SUPPORTER}")).await.unwrap();
    let rows = (50..).zip(spells).map(|(id, (first, last))| unavailability::Model {
        id: UnavailabilityId(id),
        person_id: PersonId(SUPPORTER),
        valid_from: day(first),
        valid_to: Some(day(last).plus_days(1)),
    });
    insert::<unavailability::Entity>(db, rows.collect::<Vec<_>>()).await;
    changed(db).await;
}

fn senior_manager() -> Viewer {
    Viewer::person(PersonId(2), Vec::new())
}

/// Viewers who may see at most the ward's figures, and no record of it.
fn without_records() -> [(&'static str, Viewer); 4] {
    [
        ("line manager of a colleague", Viewer::person(PersonId(81), Vec::new())),
        ("Peer Supporter of the ward", Viewer::person(PersonId(83), Vec::new())),
        ("staff", Viewer::person(PersonId(45), Vec::new())),
        ("dashboard", Viewer::token(ApiTokenId(100), AccessRole::Dashboard, vec![UnitId(2)], false)),
    ]
}

fn coordinator() -> Viewer {
    Viewer::person(PersonId(44), vec![AccessRole::Coordinator])
}

/// The days from one to another.
fn days(first: &str, last: &str) -> impl Iterator<Item = Day> {
    let (first, last) = (day(first), day(last));
    (0..=last.days_since(first)).map(move |days| first.plus_days(days))
}

const TEAM: &str = "{ unit { code } status statusInWords gap activeSupporters allocatedShare singlePointOfFailure staffAffected
    atRisk { from status reasons } suggestedActions mix { state sentence } gapOpenedOn unproven supporters { totalCount nodes {
    isActive reasonsAgainst standingInWords pause { firstDay } certificateLastDay nextExpiry { what lastDay } } } }";
const ROLL_UP: &str = "{ teams { covered atRisk partial none } activeSupporters staffCovered { numerator }
    standing { group allocations } trainersMet }";

/// Every query about a day.
fn about(on: Day) -> Vec<String> {
    let tried = [
        ("N9", "awayDays: 0"),
        ("N9", "awayDays: 13"),
        ("NORTH", "awayDays: 20"),
        ("N9", "awayDays: 3660"),
        ("N9", "horizonDays: 300"),
        ("NORTH", "minSupporters: 2"),
        ("N9", "certificateMonths: 17"),
        ("N9", "approvalMonths: 11"),
    ];
    let what_ifs = tried.map(|(unit, policy)| {
        format!(
            "{{ whatIf(unitCode: \"{unit}\", asOf: \"{on}\", policy: {{{policy}}}) {{ teamsWithANewGap teamsWithAClosedGap
             after {ROLL_UP} teams {{ nodes {{ after {{ status gap activeSupporters atRiskFrom }} }} }} }} }}"
        )
    });
    let others = [
        format!("{{ team(code: \"N9\", asOf: \"{on}\") {TEAM} }}"),
        format!(
            "{{ units(asOf: \"{on}\", underCode: \"NORTH\") {{ nodes {{ code rollUp {ROLL_UP} team {{ status }} }} }} }}"
        ),
        format!("{{ board(asOf: \"{on}\") {{ code rollUp {ROLL_UP} trend(weeks: 20) {{ day rollUp {ROLL_UP} }} }} }}"),
        format!("{{ teams(asOf: \"{on}\", filter: {{status: [COVERED, AT_RISK]}}) {{ totalCount nodes {{ id }} }} }}"),
        format!("{{ teams(asOf: \"{on}\", orderBy: {{field: GAP, direction: DESC}}) {{ edges {{ cursor }} }} }}"),
        format!("{{ teams(filter: {{atRiskBefore: \"{on}\"}}) {{ totalCount }} }}"),
        format!("{{ supporters(asOf: \"{on}\", active: true) {{ totalCount }} }}"),
        format!("{{ supporters(asOf: \"{on}\", reason: [AWAY, PAUSED]) {{ totalCount }} }}"),
        format!(
            "{{ supporters(asOf: \"{on}\", endsBefore: \"2029-01-01\") {{ nodes {{ nextExpiry {{ lastDay }} }} }} }}"
        ),
    ];
    others.into_iter().chain(what_ifs).collect()
}

/// Every query about today.
fn about_today() -> Vec<String> {
    let by_risk = "{ teams(orderBy: {field: AT_RISK_FROM}) { edges { cursor node { unit { code } } } } }";
    let directory = "{ directory(first: 100) { nodes { code supporters { name } } } }";
    let snapshots = "{ snapshots { nodes { day rollUp(unitCode: \"N9\") { activeSupporters } } } }";
    let by_age = (0..30).map(|days| format!("{{ teams(filter: {{gapOlderThanDays: {days}}}) {{ totalCount }} }}"));
    by_age.chain([by_risk, directory, snapshots].map(str::to_owned)).collect()
}

/// The data and the errors' codes and sentences, query by query.
async fn answers(asking: &Asking, viewer: &Viewer, questions: &[String]) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for question in questions {
        let answer = asking.answer(question, viewer).await;
        let errors = answer["errors"].as_array().into_iter().flatten();
        let errors: Vec<_> = errors.map(|error| (&error["message"], &error["extensions"]["code"])).collect();
        all.push((question.clone(), json!([answer["data"], errors])));
    }
    all
}

/// Whether the answers to any query differ between worlds with different absences of the supporter. Returns the first such
/// query.
async fn tells_apart(world: &World, viewer: &Viewer, worlds: &[&[Spell]], questions: &[String]) -> Option<String> {
    let mut first: Option<Vec<(String, Value)>> = None;
    for spells in worlds {
        away(&world.db, spells).await;
        // A new cache, so that nothing is left from the previous world.
        let asking = Asking::over(world, world.db.clone()).await;
        let told = answers(&asking, viewer, questions).await;
        let Some(first) = &first else {
            first = Some(told);
            continue;
        };
        if let Some((a, b)) = first.iter().zip(&told).find(|(a, b)| a != b) {
            return Some(format!("{}\n{}\n{}", a.0, a.1, b.1));
        }
    }
    None
}

both!(
    async fn no_query_reveals_an_unrecorded_absence(world: World) {
        ward(&world.db).await;
        // A Peer Supporter with up to 28 days of absence counts: that absence is no one else's business.
        let worlds: [&[Spell]; 3] =
            [&[], &[("2026-10-05", "2026-10-25")], &[("2026-10-07", "2026-10-20"), ("2026-12-01", "2026-12-28")]];
        let asked = days("2026-10-04", "2026-10-08").chain(days("2026-10-19", "2026-10-26"));
        let asked = asked.chain(["2026-11-16", "2026-12-10"].map(day));
        let questions: Vec<String> = asked.flat_map(about).chain(about_today()).collect();
        for (who, viewer) in without_records().into_iter().chain([("senior manager", senior_manager())]) {
            let told = tells_apart(&world, &viewer, &worlds, &questions).await;
            assert_eq!(told, None, "{who}");
        }
        // A coordinator may try another limit, and these queries do reveal it.
        assert!(tells_apart(&world, &coordinator(), &worlds, &questions).await.is_some());
    }
);

both!(
    async fn absence_days_are_visible_with_the_record_only(world: World) {
        ward(&world.db).await;
        // Away for longer than the policy allows, in the same weeks: once now, and once later.
        let worlds: [&[Spell]; 3] = [
            &[("2026-09-01", "2026-11-04"), ("2026-11-24", "2027-01-13")],
            &[("2026-09-03", "2026-11-06"), ("2026-11-26", "2027-01-15")],
            &[("2026-09-06", "2026-11-02"), ("2026-11-29", "2027-02-20")],
        ];
        let asked = days("2026-08-31", "2026-09-06").chain(days("2026-11-02", "2026-11-09"));
        let asked = asked.chain(days("2026-11-23", "2026-11-29")).chain(days("2027-01-12", "2027-01-16"));
        let questions: Vec<String> = asked.flat_map(about).chain(about_today()).collect();
        for (who, viewer) in without_records() {
            let told = tells_apart(&world, &viewer, &worlds, &questions).await;
            assert_eq!(told, None, "{who}");
        }
        for viewer in [senior_manager(), coordinator()] {
            assert!(tells_apart(&world, &viewer, &worlds, &questions).await.is_some(), "{viewer:?}");
        }
        // A senior manager sees what the record shows: the day is the first with AWAY.
        away(&world.db, worlds[0]).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        for on in days("2026-08-31", "2026-09-03") {
            let query = format!(
                "{{ team(code: \"N9\", asOf: \"{on}\") {{ activeSupporters supporters {{ nodes {{ share isActive }} }} }} }}"
            );
            let told = asking.answer(&query, &senior_manager()).await;
            let records = told["data"]["team"]["supporters"]["nodes"].as_array().unwrap();
            let active = records.iter().filter(|record| record["share"] == 1000 && record["isActive"] == true).count();
            assert_eq!(told["data"]["team"]["activeSupporters"], active, "{on}");
            assert_eq!(active, usize::from(on < day("2026-09-01")), "{on}");
        }
    }
);

both!(
    async fn stored_figures_are_visible_by_the_week(world: World) {
        ward(&world.db).await;
        for stored in ["2026-11-02", "2026-11-10", "2026-11-11", "2026-11-16"] {
            history::store(&world.db, day(stored)).await;
        }
        let asking = Asking::over(&world, world.db.clone()).await;
        let query = "{ snapshots(first: 10) { nodes { day rollUp(unitCode: \"N9\") { activeSupporters } } } }";
        let days_shown = async |viewer: &Viewer| {
            let answer = asking.answer(query, viewer).await;
            let nodes = answer["data"]["snapshots"]["nodes"].as_array().unwrap().clone();
            let shown = nodes.iter().filter(|node| node["rollUp"].is_object());
            shown.map(|node| node["day"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(days_shown(&senior_manager()).await, ["2026-11-16", "2026-11-11", "2026-11-10", "2026-11-02"]);
        for (who, viewer) in without_records() {
            if who != "staff" {
                assert_eq!(days_shown(&viewer).await, ["2026-11-16", "2026-11-02"], "{who}");
            }
        }
    }
);

both!(
    async fn a_former_manager_sees_no_later_pause(world: World) {
        ward(&world.db).await;
        // Person 80 went to S1, which is not NORTH's, in June, and is paused there since July.
        let moved = [
            "UPDATE allocation SET valid_to = '2026-06-01' WHERE id = 80",
            "UPDATE post SET unit_id = 6 WHERE person_id = 80",
        ];
        for change in moved {
            world.db.execute_unprepared(change).await.unwrap();
        }
        let later = Allocated {
            valid_from: Some(day("2026-06-01")),
            paused_from: Some(day("2026-07-01")),
            paused_to: Some(day("2027-01-01")),
            ..allocation_row(90, SUPPORTER, Role::PeerSupporter, 6)
        };
        insert_allocations(&world.db, [later]).await;
        changed(&world.db).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let record_on = async |viewer: &Viewer, on: Day| {
            let query = format!(
                "{{ team(code: \"N9\", asOf: \"{on}\") {{ supporters(includeEnded: true) {{ nodes {{ share
                 pause {{ firstDay lastDay }} reasonsAgainst certificateLastDay nextExpiry {{ lastDay }} }} }} }} }}"
            );
            let mut answer = asking.answer(&query, viewer).await;
            let records = answer["data"]["team"]["supporters"]["nodes"].as_array_mut().unwrap().iter_mut();
            records.map(Value::take).find(|record| record["share"] == 1000).unwrap()
        };
        let asked = days("2026-05-25", "2026-06-03").chain(days("2026-06-29", "2026-07-03"));
        for on in asked.chain(days("2026-11-15", "2026-11-17")) {
            let record = record_on(&senior_manager(), on).await;
            assert_eq!(record["pause"], Value::Null, "{on}: {record}");
            if on >= day("2026-06-01") {
                assert_eq!(record["reasonsAgainst"], json!(["STOOD_DOWN"]), "{on}");
                assert_eq!([&record["certificateLastDay"], &record["nextExpiry"]], [&Value::Null; 2], "{on}");
            }
            // Their present line manager sees every day.
            let record = record_on(&Viewer::person(PersonId(1), Vec::new()), on).await;
            assert_eq!(record["pause"]["firstDay"], "2026-07-01", "{on}: {record}");
        }
    }
);

both!(
    async fn a_former_manager_sees_no_later_decision(world: World) {
        ward(&world.db).await;
        // Person 80 went to S1 in June. The decisions on file about the old allocation were made in July, or are valid since
        // then.
        for change in [
            "UPDATE allocation SET valid_to = '2026-06-01' WHERE id = 80",
            "UPDATE post SET unit_id = 6 WHERE person_id = 80",
            "UPDATE approval SET decided_on = '2026-07-01' WHERE allocation_id = 80",
            "UPDATE sign_off SET signed_off_on = '2026-07-01' WHERE allocation_id = 80",
        ] {
            world.db.execute_unprepared(change).await.unwrap();
        }
        let later = allocation_terms::Model {
            id: AllocationTermsId(900),
            allocation_id: AllocationId(SUPPORTER),
            valid_from: Some(day("2026-07-01")),
            protected_hours: Some(900),
            outside_team: false,
        };
        insert::<allocation_terms::Entity>(&world.db, [later]).await;
        changed(&world.db).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let record_on = async |viewer: &Viewer, on: &str| {
            let query = format!(
                "{{ team(code: \"N9\", asOf: \"{on}\") {{ supporters(includeEnded: true) {{ nodes {{ share
                 lineApproval {{ decidedOn }} seniorApproval {{ decidedOn }} signedOffOn protectedHours outsideTeam }} }} }} }}"
            );
            let mut answer = asking.answer(&query, viewer).await;
            let records = answer["data"]["team"]["supporters"]["nodes"].as_array_mut().unwrap().iter_mut();
            records.map(Value::take).find(|record| record["share"] == 1000).unwrap()
        };
        let decided = json!({ "decidedOn": "2026-07-01" });
        for on in ["2026-05-31", "2026-06-01", "2026-11-16"] {
            let record = record_on(&senior_manager(), on).await;
            let own = json!({ "share": 1000, "lineApproval": null, "seniorApproval": null, "signedOffOn": null,
                "protectedHours": 4.5, "outsideTeam": true });
            assert_eq!(record, own, "{on}");
            // Their present line manager sees every day.
            let record = record_on(&Viewer::person(PersonId(1), Vec::new()), on).await;
            assert_eq!([&record["lineApproval"], &record["seniorApproval"]], [&decided; 2], "{on}: {record}");
            assert_eq!(record["signedOffOn"], "2026-07-01", "{on}: {record}");
            let (hours, outside) = if on < "2026-07-01" { (4.5, true) } else { (9.0, false) };
            assert_eq!((&record["protectedHours"], &record["outsideTeam"]), (&json!(hours), &json!(outside)), "{on}");
        }
    }
);
