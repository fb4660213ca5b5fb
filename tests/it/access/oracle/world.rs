//! The small board with a person in every role, and people who once had or will have a role and do not have it today.

mod mails;
mod register;
mod roles;

use entity::actor::Actor;
use entity::id::{
    ApiTokenId, CompletionId, CourseId, ExemptionId, PersonId, PolicyId, RowsNotReadId, StaffListId, UnitId,
};
use entity::store::access::grant::{self, NewGrant};
use entity::store::access::token;
use entity::store::audit::{Event, record_alone};
use entity::table::{completion, exemption, person, policy, post, rows_not_read};
use entity::value::{AccessRole, Action};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _};
use serde_json::json;

use crate::board_builder::{
    PlacedUnit, changed, insert, insert_units, pass, person_row, policy_row, post_row, unit_row,
};
use crate::graphql::board::organisation;
use crate::graphql::history;
use crate::harness::{World, day, instant};

/// The additional people, and the unit of their post.
const PEOPLE: [(i64, i64); 27] = [
    (50, 8),  // senior manager of SOUTH
    (51, 6),  // stood in for 50 until last week
    (52, 11), // senior manager of SOUTH until May
    (53, 11), // stands in for 52, for ever, whose appointment has ended
    (54, 1),  // coordinator
    (55, 12), // senior manager of S1 and supporter of N2 and N3
    (56, 11), // stands in for 60 on S4
    (57, 10), // senior manager of NORTH from next year
    (58, 10), // supporter of N1 and of S1
    (59, 6),  // supporter of N2 until May, away since
    (60, 5),  // has left, with everything still on file
    (61, 10), // supporter of N3, in a cover group with S4
    (62, 11), // supporter of S4, paused
    (63, 1),  // admin
    (64, 1),  // auditor
    (65, 4),  // senior manager of N1 on a Bank contract
    (66, 7),  // was in N2 until October
    (67, 6),  // Trainer of SOUTH
    (68, 12), // supporter of S1A from next year
    (69, 7),  // supporter of S3, whose line manager is in N2
    (70, 13), // supporter of N4
    (71, 13), // another member of N4
    (72, 14), // supporter of N5, which S5 shares
    (73, 15), // alone in N5
    (74, 6),  // supporter of N2 until May, has left since
    (75, 5),  // works in N2 and supported it until May; supports S4 since, and is paused there
    (76, 11), // supported N2 until May, from which their pause went on; works in S4 and supports it since
];

/// The end of the events that made the world; later events record the queries.
pub(super) const LOGGED_UNTIL: &str = "2026-11-16T08:30:00Z";

/// Makes all of it: the organisation, its history, and its mails.
pub(super) async fn build(world: &World) {
    let db = &world.db;
    organisation(db).await;
    units(db).await;
    people(db).await;
    roles::build(db).await;
    policies(db).await;
    unread_rows(db).await;
    changed(db).await;
    history::store(db, day("2026-11-02")).await;
    history::reports(db).await;
    history::store(db, day("2026-11-16")).await;
    history::imports(db).await;
    gaps(db).await;
    shares(db).await;
    mails::build(db).await;
    log(db).await;
    access(world).await;
    register::build(db).await;
}

/// The gaps were first seen on a Thursday, so that the day of one is not the Monday of its week.
async fn gaps(db: &DatabaseConnection) {
    let opened = "UPDATE snapshot_team SET gap_opened_on = '2026-10-29' WHERE gap_opened_on IS NOT NULL";
    db.execute_unprepared(opened).await.unwrap();
}

/// The refusal that names the person whose shares exceed 100 %, and from when.
pub(super) const WHOSE_SHARES: &str = "NHS/000041 on 2026-11-01";

/// The refused import had the same refusal.
async fn shares(db: &DatabaseConnection) {
    let [start, end] = entity::table::import_batch::SHARES;
    let said = format!(" supporters.csv: {start}{WHOSE_SHARES}{end}. supporters.csv: {start}{WHOSE_SHARES}{end}.");
    db.execute_unprepared(&format!("UPDATE import_batch SET refusal = refusal || '{said}' WHERE id = 2"))
        .await
        .unwrap();
}

/// Some tokens, one used and revoked, and grants, one of them ended.
async fn access(world: &World) {
    world.token(AccessRole::Dashboard, &[3, 4], true).await;
    world.token(AccessRole::Auditor, &[], false).await;
    assert!(token::revoke(&world.db, ApiTokenId(2), instant("2026-11-12T10:00:00Z")).await.unwrap());
    world.db.execute_unprepared("UPDATE api_token SET last_used_at = made_at WHERE id = 2").await.unwrap();
    for (person, role, until) in [(63, AccessRole::Admin, None), (41, AccessRole::Auditor, Some(day("2026-11-01")))] {
        let new = NewGrant { person: PersonId(person), role, from: day("2026-10-01"), to: until };
        grant::add(&world.db, new, Actor::Operator, instant("2026-10-01T10:00:00Z")).await.unwrap();
    }
}

async fn log(db: &DatabaseConnection) {
    let event = |at: &str, actor, action, object: &str| Event {
        object: Some(object.to_owned()),
        before: Some(json!({ "was": 1 })),
        after: Some(json!({ "is": 2 })),
        request_id: Some("00c0ffee".to_owned()),
        ..Event::new(instant(at), actor, action)
    };
    for told in [
        event("2026-11-16T06:00:00Z", Actor::Operator, Action::ImportApplied, "import:1"),
        event("2026-11-16T07:00:02Z", Actor::Worker, Action::ReportSent, "delivery:2"),
        event("2026-11-16T08:00:00Z", Actor::Person(PersonId(2)), Action::ReportRead, "delivery:2"),
    ] {
        record_alone(db, &told).await.unwrap();
    }
}

async fn units(db: &DatabaseConnection) {
    let rows = [
        unit_row(10, "N3", "Ward 3", Some(2), "Ward", Some("Across")),
        unit_row(11, "S4", "Ward 10", Some(3), "Ward", Some("Across")),
        unit_row(12, "S1A", "Ward 7 annexe", Some(6), "Ward", None),
        PlacedUnit { valid_from: Some(day("2020-04-01")), ..unit_row(13, "N4", "Ward 4", Some(2), "Ward", None) },
        unit_row(14, "S5", "Ward 11", Some(3), "Ward", Some("Far")),
        unit_row(15, "N5", "Ward 5", Some(2), "Ward", Some("Far")),
    ];
    insert_units(db, rows).await;
}

async fn people(db: &DatabaseConnection) {
    // Two pairs have one address each, so each pair may be one person.
    let people = PEOPLE.iter().map(|(id, _)| match id {
        66 | 73 => person::Model { work_email: Some("pair.one@board.example".to_owned()), ..person_row(*id) },
        59 | 71 => person::Model { work_email: Some("pair.two@board.example".to_owned()), ..person_row(*id) },
        _ => person_row(*id),
    });
    insert::<person::Entity>(db, people).await;
    let mut posts: Vec<_> = PEOPLE.iter().map(|(id, unit)| post_row(*id, *unit)).collect();
    for post in &mut posts {
        match post.id.0 {
            60 | 74 => post.valid_to = Some(day("2026-09-01")),
            65 => post.bank = true,
            66 => post.valid_from = Some(day("2026-10-01")),
            _ => {}
        }
    }
    posts.push(post::Model {
        person_id: PersonId(66),
        valid_to: Some(day("2026-10-01")),
        job_title: Some("Former title of 66".to_owned()),
        ..post_row(166, 5)
    });
    insert::<post::Entity>(db, posts).await;
    for change in [
        "job_title = 'Post ' || id WHERE id < 100 AND id % 4 <> 0",
        // Person 8 of N2 manages people in both sectors; the leaver is still named as line manager.
        "line_manager_id = 8 WHERE person_id IN (3, 4, 5, 6, 9, 36, 69, 60)",
        // People who are line managers and also see figures.
        "line_manager_id = 58 WHERE person_id = 70",
        "line_manager_id = 60 WHERE person_id IN (43, 44)",
        "line_manager_id = NULL WHERE person_id IN (42, 71)",
    ] {
        db.execute_unprepared(&format!("UPDATE post SET {change}")).await.unwrap();
    }
    let trained = [55, 58, 59, 60, 61, 62, 69, 70, 72, 75, 76];
    let levels = trained.iter().flat_map(|id| [(*id, 1), (*id, 2)]);
    let passes = (200..).zip(levels).map(|(row, (id, course))| pass(row, id, course, "2025-06-01"));
    let level3 = completion::Model { course_id: CourseId(3), ..pass(250, 67, 3, "2025-06-01") };
    insert::<completion::Entity>(db, passes.chain([level3])).await;
    assert_eq!(completion::Entity::find_by_id(CompletionId(250)).all(db).await.unwrap().len(), 1);
}

async fn policies(db: &DatabaseConnection) {
    let filed = |id, unit, from, staff_per_supporter| policy::Model {
        id: PolicyId(id),
        unit_id: UnitId(unit),
        in_force_from: day(from),
        staff_per_supporter,
        ..policy_row()
    };
    let mixed = policy::Model { must_mix: "1 from Nursing of job_family".to_owned(), ..filed(3, 3, "2026-02-01", 20) };
    let two = policy::Model { min_supporters: 2, ..filed(5, 15, "2026-03-01", 25) };
    let rows = [filed(2, 1, "2026-12-20", 1), mixed, filed(4, 5, "2026-03-01", 25), two];
    insert::<policy::Entity>(db, rows).await;
    // Trainers are embedded in NORTH, and in each ward of SOUTH: a supporter of S1 sees S1 and not everything below it.
    for change in [
        "policy SET trainer_level = 'Sector' WHERE id <> 3",
        "policy SET trainer_level = 'Ward' WHERE id = 3",
        "course SET title = 'Course', platform = 'Here', employer_kind = 'any'",
    ] {
        db.execute_unprepared(&format!("UPDATE {change}")).await.unwrap();
    }
    let exempt = exemption::Model {
        id: ExemptionId(2),
        unit_id: UnitId(5),
        valid_from: day("2026-01-01"),
        valid_to: day("2026-02-01"),
        reason: "The ward was closed".to_owned(),
        agreed_by: Some("First50 Last50".to_owned()),
    };
    insert::<exemption::Entity>(db, [exempt]).await;
}

/// So many rows of the staff list of N4 were rejected that its one supporter may be too few.
async fn unread_rows(db: &DatabaseConnection) {
    let unread =
        rows_not_read::Model { id: RowsNotReadId(1), staff_list_id: StaffListId(1), unit_id: UnitId(13), rows: 40 };
    insert::<rows_not_read::Entity>(db, [unread]).await;
}
