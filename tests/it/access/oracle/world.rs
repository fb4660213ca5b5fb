//! The small board with a person in every role, and people who once had or will have a role and do not have it today.

use entity::actor::Actor;
use entity::id::{
    AllocationId, ApiTokenId, CompletionId, CourseId, DeliveryId, DirectoryEntryId, DocumentId, ExemptionId,
    FrameworkId, FrameworkStatementId, JobRunId, NominationId, PaperRecordId, PersonId, PolicyId, PostId,
    RegisterTextId, ReportId, RowsNotReadId, StaffListId, UnavailabilityId, UnitId,
};
use entity::json_column::{MailUnit, MailUnits};
use entity::store::access::grant::{self, NewGrant};
use entity::store::access::token;
use entity::store::audit::{Event, record_alone};
use entity::table::{
    appointment, completion, delivery, directory_entry, document, exemption, framework, framework_statement, job_run,
    nomination, paper_record, person, policy, post, register_text, rows_not_read, unavailability,
};
use entity::value::register::{DocumentKind, PaperOutcome, PaperStep};
use entity::value::{
    AccessRole, Action, AppointmentRole, ApproverCapacity, DeliveryKind, DeliveryState, Role, RunState,
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _};
use serde_json::json;

use crate::board_builder::{
    Allocated, PlacedUnit, allocation_row, appointment_row, changed, insert, insert_allocations, insert_units, pass,
    person_row, policy_row, post_row, unit_row,
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
    roles(db).await;
    policies(db).await;
    unread_rows(db).await;
    changed(db).await;
    history::store(db, day("2026-11-02")).await;
    history::reports(db).await;
    history::store(db, day("2026-11-16")).await;
    history::imports(db).await;
    gaps(db).await;
    shares(db).await;
    mails(db).await;
    log(db).await;
    access(world).await;
    let waiting = nomination::Model {
        id: NominationId(1),
        person_id: PersonId(41),
        role: Role::PeerSupporter,
        unit_id: UnitId(7),
        share: 1000,
        outside_team: false,
        nominator_id: PersonId(8),
        opened_on: day("2026-11-10"),
        accepted_on: None,
        wished_start: None,
        ended_as: None,
        ended_on: None,
        statement_id: None,
        allocation_id: None,
        version: 1,
    };
    insert::<nomination::Entity>(db, [waiting]).await;
    // Person 6, a supporter, says in the directory how to reach them.
    let text = |id: i64, text: &str| register_text::Model {
        id: RegisterTextId(id),
        person_id: PersonId(6),
        author_id: PersonId(6),
        salt: "0".repeat(64),
        text: text.to_owned(),
    };
    let texts = [text(1, "Ask at the nurses' station"), text(2, "English, Polish"), text(3, "A porter for ten years")];
    insert::<register_text::Entity>(db, texts).await;
    let entry = directory_entry::Model {
        id: DirectoryEntryId(1),
        person_id: PersonId(6),
        listed: true,
        contact_id: Some(RegisterTextId(1)),
        languages_id: Some(RegisterTextId(2)),
        about_id: Some(RegisterTextId(3)),
    };
    insert::<directory_entry::Entity>(db, [entry]).await;
    let pack = document::Model {
        id: DocumentId(1),
        kind: DocumentKind::InformationPack,
        version: "2026".to_owned(),
        title: "Being a Peer Supporter".to_owned(),
        address: Some("https://board.example/pack".to_owned()),
        body: None,
        in_force_from: day("2026-01-01"),
        sign_by: None,
    };
    let agreement = document::Model {
        id: DocumentId(2),
        kind: DocumentKind::Agreement,
        title: "Agreement of Peer Supporters".to_owned(),
        address: None,
        body: Some("I keep what colleagues tell me to myself.".to_owned()),
        sign_by: Some(day("2026-03-01")),
        ..pack.clone()
    };
    insert::<document::Entity>(db, [pack, agreement]).await;
    let version = framework::Model {
        id: FrameworkId(1),
        version: "2026".to_owned(),
        in_force_from: day("2026-01-01"),
        transition_until: day("2026-06-30"),
        approved_by: "Staff Governance Committee".to_owned(),
        approved_on: day("2025-12-01"),
    };
    insert::<framework::Entity>(db, [version]).await;
    let statement = framework_statement::Model {
        id: FrameworkStatementId(1),
        framework_id: FrameworkId(1),
        code: "C1".to_owned(),
        level: 2,
        domain: "Coping".to_owned(),
        body: "Listens without judging.".to_owned(),
    };
    insert::<framework_statement::Entity>(db, [statement]).await;
    // A step of person 41 that was recorded from paper, disputed and settled.
    let record = paper_record::Model {
        id: PaperRecordId(1),
        step: PaperStep::Renewal,
        capacity: Some(ApproverCapacity::Line),
        person_id: PersonId(41),
        recorder_id: PersonId(8),
        day: day("2026-09-01"),
        reference: Some("Box 3".to_owned()),
        recorded_on: day("2026-09-07"),
        nomination_id: None,
        decision_id: None,
        disputed_on: Some(day("2026-09-08")),
        settled_on: Some(day("2026-09-09")),
        settled_as: Some(PaperOutcome::Stands),
        settled_by: Some(PersonId(6)),
    };
    insert::<paper_record::Entity>(db, [record]).await;
    settled_difference(db).await;
}

/// A difference from a file about a role that has ended, and that a coordinator has settled.
async fn settled_difference(db: &DatabaseConnection) {
    let settled = "INSERT INTO file_difference (person_id, role, allocation_id, kind, valid_to, batch_id, as_at, found_on, \
                   settled_on, settled_as) SELECT person_id, role, id, 'ENDS', '2026-10-01', 1, '2026-11-02', '2026-11-02', \
                   '2026-11-03', 'REGISTER_HOLDS' FROM allocation WHERE id = 22";
    db.execute_unprepared(settled).await.unwrap();
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

async fn roles(db: &DatabaseConnection) {
    let supporter = |id, person, unit| Allocated {
        line_approver_id: Some(PersonId(8)),
        senior_approver_id: Some(PersonId(50)),
        ..allocation_row(id, person, Role::PeerSupporter, unit)
    };
    let rows = [
        Allocated { share: 500, ..supporter(20, 58, 4) },
        Allocated { share: 500, ..supporter(21, 58, 6) },
        Allocated { valid_to: Some(day("2026-06-01")), ..supporter(22, 59, 5) },
        supporter(23, 60, 5),
        supporter(24, 61, 10),
        Allocated { paused_from: Some(day("2026-11-01")), paused_to: Some(day("2026-12-01")), ..supporter(25, 62, 11) },
        supporter(26, 55, 10),
        Allocated { valid_to: Some(day("2027-06-01")), ..allocation_row(27, 67, Role::Trainer, 3) },
        Allocated { valid_from: Some(day("2027-01-01")), ..supporter(28, 68, 12) },
        supporter(29, 69, 8),
        supporter(30, 70, 13),
        supporter(31, 72, 15),
        Allocated { valid_to: Some(day("2026-06-01")), paused_from: Some(day("2026-05-01")), ..supporter(32, 74, 5) },
    ];
    // Person 55 also has an allocation in N2, which has a gap and does not change because of it.
    let part = Allocated { share: 100, signed_off_on: None, ..supporter(35, 55, 5) };
    // Champions of N2: one until May, and one who works in S2 now.
    let champions = [
        Allocated { valid_to: Some(day("2026-06-01")), ..allocation_row(33, 9, Role::Champion, 5) },
        Allocated { valid_to: Some(day("2027-06-01")), ..allocation_row(34, 66, Role::Champion, 5) },
    ];
    // Two people who went from N2 to S4. Their allocations do not count, so that no figure depends on them.
    let pause = |from, to| (Some(day(from)), Some(day(to)));
    let past = [(36, 75, pause("2026-02-01", "2026-02-15")), (37, 76, pause("2026-05-20", "2026-07-01"))];
    let past = past.map(|(id, person, (paused_from, paused_to))| Allocated {
        valid_to: Some(day("2026-06-01")),
        share: 100,
        signed_off_on: None,
        paused_from,
        paused_to,
        ..supporter(id, person, 5)
    });
    let later = [(38, 75, pause("2026-08-01", "2027-02-01")), (39, 76, pause("2026-09-01", "2026-10-01"))];
    let later = later.map(|(id, person, (paused_from, paused_to))| Allocated {
        valid_from: Some(day("2026-06-01")),
        share: 100,
        signed_off_on: None,
        paused_from,
        paused_to,
        ..supporter(id, person, 11)
    });
    let rows = rows.into_iter().chain([part]).chain(champions).chain(past).chain(later);
    insert_allocations(db, rows.map(|row| Allocated { id: AllocationId(row.id.0), ..row })).await;
    let spell = |id, person| unavailability::Model {
        id: UnavailabilityId(id),
        person_id: PersonId(person),
        valid_from: day("2026-09-01"),
        valid_to: None,
    };
    insert::<unavailability::Entity>(db, [spell(1, 7), spell(2, 59)]).await;
    let manager = |id, unit, person| appointment_row(id, unit, person, AppointmentRole::SeniorManager);
    let by = |delegate, to: Option<&str>, row| appointment::Model {
        delegate_id: Some(PersonId(delegate)),
        delegate_to: to.map(day),
        ..row
    };
    let rows = [
        by(51, Some("2026-11-10"), manager(2, 3, 50)),
        by(53, None, appointment::Model { valid_to: Some(day("2026-06-01")), ..manager(3, 3, 52) }),
        appointment_row(4, 1, 54, AppointmentRole::Coordinator),
        manager(5, 6, 55),
        by(56, None, appointment::Model { valid_to: Some(day("2027-04-01")), ..manager(6, 11, 60) }),
        appointment::Model { valid_from: Some(day("2027-01-01")), ..manager(7, 2, 57) },
        manager(8, 4, 65),
        // Their line manager is 8, who supports no one there and sees the ward because of 69 alone.
        by(44, None, manager(9, 8, 36)),
    ];
    insert::<appointment::Entity>(db, rows).await;
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

async fn mails(db: &DatabaseConnection) {
    let mail = |id, report, person, code: &str| delivery::Model {
        id: DeliveryId(id),
        report_id: Some(ReportId(report)),
        mailing_id: None,
        kind: DeliveryKind::Report,
        recipient: format!("person:{person}"),
        person_id: Some(PersonId(person)),
        owner_id: None,
        address: Some(format!("p{person}@board.example")),
        units: MailUnits(vec![MailUnit {
            code: code.to_owned(),
            name: "A unit".to_owned(),
            why: "You are its senior manager.".to_owned(),
        }]),
        subject: format!("Peer Support of {code}"),
        message_id: format!("{id}@board.example"),
        text_part: format!("Dear {person}, this is about {code}"),
        html_part: String::new(),
        csv_part: String::new(),
        state: DeliveryState::Refused,
        attempts: 3,
        next_attempt_at: None,
        accepted_at: None,
        last_error: Some("The server refused it for good.".to_owned()),
        stored_at: None,
        refused_by: None,
    };
    // 51 and 60 received one when they were still responsible for a unit.
    let rows = [
        mail(5, 2, 50, "SOUTH"),
        mail(6, 2, 55, "S1"),
        mail(7, 2, 56, "S4"),
        mail(8, 1, 51, "SOUTH"),
        mail(9, 1, 60, "S4"),
        // A colleague who is responsible for S1 was sent a copy of the report on SOUTH; its owner may read the copy here.
        delivery::Model {
            kind: DeliveryKind::Copy,
            recipient: "copy:50:55".to_owned(),
            owner_id: Some(PersonId(50)),
            ..mail(10, 2, 55, "SOUTH")
        },
        // A person who coordinated the network then is responsible for SOUTH only now.
        delivery::Model { kind: DeliveryKind::RunSummary, recipient: "run:50".to_owned(), ..mail(11, 2, 50, "BOARD") },
    ];
    insert::<delivery::Entity>(db, rows).await;
    let run = |id, period: &str, state| job_run::Model {
        id: JobRunId(id),
        job: "coverage".to_owned(),
        period: period.to_owned(),
        state,
        attempts: 1,
        holder: None,
        lease_until: None,
        not_before: (state == RunState::Retrying).then(|| instant("2026-11-16T09:30:00Z")),
        started_at: Some(instant("2026-11-16T05:00:00Z")),
        finished_at: None,
        outcome: None,
    };
    insert::<job_run::Entity>(db, [run(2, "2026-11-16", RunState::Done), run(3, "2026-11-15", RunState::Retrying)])
        .await;
    assert_eq!(post::Entity::find_by_id(PostId(166)).all(db).await.unwrap().len(), 1);
}
