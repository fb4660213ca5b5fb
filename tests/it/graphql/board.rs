//! A small board with one team of each interesting kind, and its history, written row by row.

use entity::coverage::compute;
use entity::id::{
    AllocationId, AppointmentId, CompletionId, CourseId, DeliveryId, ExemptionId, ImportBatchId, ImportRejectId,
    JobRunId, PersonId, PolicyId, PostId, ReportId, SnapshotId, UnitId,
};
use entity::period::Day;
use entity::store::{roster, snapshot};
use entity::table::{
    allocation, appointment, completion, course, delivery, exemption, import_batch, import_reject, job_run, person,
    policy, post, report, unit,
};
use entity::value::{AppointmentRole, DeliveryState, ImportState, Level, Role, RunState};
use sea_orm::{ActiveModelTrait, ConnectionTrait as _, DatabaseConnection, EntityTrait, IntoActiveModel};
use serde_json::json;

use crate::harness::{day, instant};

/// Wards of the small board: id, code, name, parent, cover group, people, supporters.
///
/// Line and senior approvals are by people 1 and 2, who work in BOARD itself and make it a team.
const WARDS: [(i64, &str, &str, i64, Option<&str>, i64); 5] = [
    (4, "N1", "Ward 1", 2, None, 3),
    (5, "N2", "Ward 2", 2, None, 30),
    (6, "S1", "Ward 7", 3, None, 2),
    (7, "S2", "Ward 8", 3, Some("Pair"), 4),
    (8, "S3", "Ward 9", 3, Some("Pair"), 5),
];

async fn insert<E>(db: &DatabaseConnection, rows: impl IntoIterator<Item = E::Model>)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let rows: Vec<_> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for rows in rows.chunks(500) {
        E::insert_many(rows.to_vec()).exec_without_returning(db).await.unwrap();
    }
}

fn unit_row(id: i64, code: &str, name: &str, parent: Option<i64>, level: &str, group: Option<&str>) -> unit::Model {
    unit::Model {
        id: UnitId(id),
        code: code.to_owned(),
        name: name.to_owned(),
        parent_id: parent.map(UnitId),
        level: Some(level.to_owned()),
        site: (level == "Ward").then(|| "Royal Infirmary".to_owned()),
        cover_group: group.map(str::to_owned),
        valid_from: None,
        valid_to: None,
    }
}

fn person_row(id: i64) -> person::Model {
    person::Model {
        id: PersonId(id),
        employer: "NHS".to_owned(),
        number: format!("{id:06}"),
        first_name: Some(format!("First{id}")),
        last_name: Some(format!("Last{id}")),
        work_email: Some(format!("p{id}@board.example")),
    }
}

fn post_row(id: i64, unit: i64) -> post::Model {
    post::Model {
        id: PostId(id),
        person_id: PersonId(id),
        unit_id: UnitId(unit),
        assignment: None,
        job_title: None,
        job_family: Some(if id % 2 == 0 { "Nursing" } else { "Administration" }.to_owned()),
        band: Some("5".to_owned()),
        line_manager_id: Some(PersonId(1)),
        wte: if id % 2 == 0 { 100 } else { 60 },
        contract_type: None,
        bank: false,
        valid_from: None,
        valid_to: None,
    }
}

fn pass(id: i64, person: i64, course: i64, on: &str) -> completion::Model {
    completion::Model {
        id: CompletionId(id),
        person_id: PersonId(person),
        course_id: CourseId(course),
        completed_on: day(on),
    }
}

/// An allocation that counts, given the passes.
fn allocation_row(id: i64, person: i64, role: Role, unit: i64) -> allocation::Model {
    allocation::Model {
        id: AllocationId(id),
        person_id: PersonId(person),
        role,
        unit_id: UnitId(unit),
        share: 1000,
        valid_from: Some(day("2026-01-05")),
        valid_to: None,
        line_approved_on: Some(day("2026-01-02")),
        line_approver_id: Some(PersonId(1)),
        senior_approved_on: Some(day("2026-01-03")),
        senior_approver_id: Some(PersonId(2)),
        protected_hours: Some(450),
        signed_off_on: Some(day("2026-01-04")),
        paused_from: None,
        paused_to: None,
    }
}

fn policy_row() -> policy::Model {
    policy::Model {
        id: PolicyId(1),
        unit_id: UnitId(1),
        in_force_from: day("2025-01-01"),
        staff_per_supporter: 25,
        min_supporters: 1,
        certificate_months: 36,
        approval_months: 24,
        away_days: 28,
        level1_target: 90,
        min_champions: 1,
        supporters_per_trainer: 20,
        horizon_days: 60,
        must_mix: String::new(),
        should_mix: "2 different job_family".to_owned(),
    }
}

/// BOARD over NORTH (N1, N2 and OLD, which has closed) and SOUTH (S1, and S2 with S3 as one cover group). On 2026-11-16 N1 is
/// AT_RISK (its one certificate runs out on 2026-12-15), N2 is PARTIAL, S1 and BOARD itself are NONE, S2 and S3 are COVERED.
pub(crate) async fn organisation(db: &DatabaseConnection) {
    let mut units = vec![
        unit_row(1, "BOARD", "The Board", None, "Board", None),
        unit_row(2, "NORTH", "North", Some(1), "Sector", None),
        unit_row(3, "SOUTH", "South", Some(1), "Sector", None),
    ];
    units.extend(WARDS.map(|(id, code, name, parent, group, _)| unit_row(id, code, name, Some(parent), "Ward", group)));
    units.push(unit::Model {
        valid_to: Some(day("2026-01-01")),
        ..unit_row(9, "OLD", "Old ward", Some(2), "Ward", None)
    });
    insert::<unit::Entity>(db, units).await;

    let mut homes = vec![1, 1];
    homes.extend(WARDS.iter().flat_map(|ward| (0..ward.5).map(|_| ward.0)));
    let people = || (1..).zip(&homes);
    insert::<person::Entity>(db, people().map(|(id, _)| person_row(id))).await;
    insert::<post::Entity>(db, people().map(|(id, unit)| post_row(id, *unit))).await;
    let course = |id, code: &str, level| course::Model {
        id: CourseId(id),
        code: code.to_owned(),
        code_key: code.to_owned(),
        title: None,
        level,
        platform: None,
        employer_kind: None,
    };
    insert::<course::Entity>(
        db,
        [course(1, "l1", Level::One), course(2, "l2", Level::Two), course(3, "l3", Level::Three)],
    )
    .await;
    // Everybody but every fifth has Level 1. People 3 (N1), 6 and 7 (N2) and 38 (S2) are supporters, person 1 a Trainer.
    let mut passes: Vec<_> =
        people().map(|(id, _)| id).filter(|id| id % 5 != 0).map(|id| pass(id, id, 1, "2025-03-01")).collect();
    passes.extend([
        pass(101, 3, 2, "2023-12-15"),
        pass(102, 6, 2, "2025-06-01"),
        pass(103, 7, 2, "2025-06-01"),
        pass(104, 38, 2, "2025-06-01"),
        pass(105, 1, 3, "2025-06-01"),
    ]);
    insert::<completion::Entity>(db, passes).await;
    let unprotected = allocation::Model { protected_hours: None, ..allocation_row(3, 7, Role::PeerSupporter, 5) };
    let rows = [
        allocation_row(1, 3, Role::PeerSupporter, 4),
        allocation_row(2, 6, Role::PeerSupporter, 5),
        unprotected,
        allocation_row(4, 38, Role::PeerSupporter, 7),
        allocation_row(5, 4, Role::Champion, 4),
        allocation_row(6, 1, Role::Trainer, 1),
    ];
    insert::<allocation::Entity>(db, rows).await;
    insert::<policy::Entity>(db, [policy_row()]).await;
    let exempt = exemption::Model {
        id: ExemptionId(1),
        unit_id: UnitId(6),
        valid_from: day("2026-12-01"),
        valid_to: day("2027-01-01"),
        reason: "The ward moves".to_owned(),
        agreed_by: Some("Network lead".to_owned()),
    };
    insert::<exemption::Entity>(db, [exempt]).await;
    let manager = appointment::Model {
        id: AppointmentId(1),
        unit_id: UnitId(2),
        person_id: PersonId(2),
        role: AppointmentRole::SeniorManager,
        valid_from: Some(day("2026-01-01")),
        valid_to: None,
        delegate_id: Some(PersonId(1)),
        delegate_from: Some(day("2026-11-10")),
        delegate_to: Some(day("2026-11-21")),
    };
    insert::<appointment::Entity>(db, [manager]).await;
    changed(db).await;
}

/// `count` more wards below NORTH, W0001 and on, each with one person and, for every second, a supporter of another ward.
pub(crate) async fn many_wards(db: &DatabaseConnection, count: i64) {
    let ids = || 1001..1001 + count;
    insert::<unit::Entity>(
        db,
        ids().map(|id| unit_row(id, &format!("W{:04}", id - 1000), "Ward", Some(2), "Ward", None)),
    )
    .await;
    insert::<person::Entity>(db, ids().map(person_row)).await;
    insert::<post::Entity>(db, ids().map(|id| post_row(id, id))).await;
    let supporters = || ids().filter(|id| id % 2 == 0);
    insert::<allocation::Entity>(
        db,
        supporters().map(|id| allocation_row(id, id, Role::PeerSupporter, if id > 1001 { id - 1 } else { id })),
    )
    .await;
    changed(db).await;
}

/// Counts the version of the facts up, as every import does.
pub(crate) async fn changed(db: &DatabaseConnection) {
    db.execute_unprepared("UPDATE fact_version SET version = version + 1").await.unwrap();
}

/// Stores the coverage of a day.
pub(crate) async fn store(db: &DatabaseConnection, on: Day) -> SnapshotId {
    let facts = roster::load(db).await.unwrap();
    let coverage = compute(&facts.index, on, None);
    snapshot::write(db, &facts.index, &coverage, instant("2026-11-16T05:00:00Z")).await.unwrap().id
}

/// Two weeks' reports; the second has three mails, of which one was sent, one is retried and one has nobody to go to.
pub(crate) async fn reports(db: &DatabaseConnection) {
    let (first, second) = (store(db, day("2026-11-09")).await, store(db, day("2026-11-16")).await);
    let row = |id, week: &str, snapshot_id, previous_snapshot_id| report::Model {
        id: ReportId(id),
        week: week.to_owned(),
        snapshot_id,
        previous_snapshot_id,
        built_at: instant("2026-11-16T07:00:00Z"),
    };
    insert::<report::Entity>(db, [row(1, "2026-W46", first, None), row(2, "2026-W47", second, Some(first))]).await;
    let mail = |id, report, person: Option<i64>, state| delivery::Model {
        id: DeliveryId(id),
        report_id: ReportId(report),
        recipient: format!("person:{id}"),
        person_id: person.map(PersonId),
        address: person.map(|id| format!("p{id}@board.example")),
        units: json!([{ "code": "NORTH", "name": "North", "why": "You are its senior manager." }]),
        subject: "Peer Support: 3 of 6 teams covered".to_owned(),
        message_id: format!("{id}@board.example"),
        text_part: format!("Dear reader {id}"),
        html_part: "<p>Dear reader</p>".to_owned(),
        csv_part: String::new(),
        state,
        attempts: 1,
        next_attempt_at: (state == DeliveryState::Retrying).then(|| instant("2026-11-16T07:05:00Z")),
        accepted_at: (state == DeliveryState::Sent).then(|| instant("2026-11-16T07:00:02Z")),
        last_error: (state == DeliveryState::Retrying).then(|| "The server asked to try later.".to_owned()),
        stored_at: None,
    };
    insert::<delivery::Entity>(
        db,
        [
            mail(1, 1, Some(2), DeliveryState::Sent),
            mail(2, 2, Some(2), DeliveryState::Sent),
            mail(3, 2, Some(1), DeliveryState::Retrying),
            mail(4, 2, None, DeliveryState::Unaddressed),
        ],
    )
    .await;
    let run = job_run::Model {
        id: JobRunId(1),
        job: "gap-report".to_owned(),
        period: "2026-W47".to_owned(),
        state: RunState::Done,
        attempts: 1,
        holder: None,
        lease_until: None,
        not_before: None,
        started_at: Some(instant("2026-11-16T07:00:00Z")),
        finished_at: Some(instant("2026-11-16T07:00:05Z")),
        outcome: Some("3 mails, 1 sent".to_owned()),
    };
    insert::<job_run::Entity>(db, [run]).await;
    // The ids above were chosen here, so PostgreSQL's own counter has not moved.
    if entity::store::is_postgres(db) {
        db.execute_unprepared("SELECT setval(pg_get_serial_sequence('job_run', 'id'), 100)").await.unwrap();
    }
}

/// An import that was applied with three rejected rows, and one that was refused.
pub(crate) async fn imports(db: &DatabaseConnection) {
    let batch = |id, state, refusal: Option<&str>| import_batch::Model {
        id: ImportBatchId(id),
        as_at: day("2026-11-16"),
        finished_at: instant("2026-11-16T06:00:00Z"),
        state,
        forced: false,
        files: json!([{ "file": "staff.csv", "rows": 46, "added": 43, "changed": 0, "ended": 0, "unchanged": 0,
            "rejected": 3, "ignored_columns": ["Favourite Colour"] }]),
        refusal: refusal.map(str::to_owned),
    };
    let refused = batch(2, ImportState::Refused, Some("This would end 40 of 46 posts; look again, or use --force."));
    insert::<import_batch::Entity>(db, [batch(1, ImportState::Applied, None), refused]).await;
    let reject = |id, line| import_reject::Model {
        id: ImportRejectId(id),
        batch_id: ImportBatchId(1),
        file: "staff.csv".to_owned(),
        line: Some(line),
        column_name: Some("Unit Code".to_owned()),
        value: Some(format!("X{line}")),
        sentence: "There is no such unit; add it to units.csv.".to_owned(),
    };
    insert::<import_reject::Entity>(db, [reject(1, 4), reject(2, 9), reject(3, 12)]).await;
}
