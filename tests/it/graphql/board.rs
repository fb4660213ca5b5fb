//! A small board with one team of each interesting kind, written row by row.

use entity::id::{
    AllocationId, AllocationTermsId, AppointmentId, ApprovalId, CompletionId, CourseId, ExemptionId, PauseId, PersonId,
    PolicyId, PostId, SignOffId, StaffListId, UnitId, UnitParentId,
};
use entity::period::Day;
use entity::spelling;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, exemption, pause, person, policy, post,
    sign_off, staff_list, unit, unit_parent,
};
use entity::value::{AppointmentRole, ApproverCapacity, ApproverOffice, Level, Role};
use sea_orm::{ActiveModelTrait, ConnectionTrait as _, DatabaseConnection, EntityTrait, IntoActiveModel};

use crate::harness::day;

/// Id, code, name, parent, cover group, how many people.
type Ward = (i64, &'static str, &'static str, i64, Option<&'static str>, i64);

/// The open wards. People are numbered through; 1 and 2 come first, approve, and make BOARD itself a team.
const WARDS: [Ward; 5] = [
    (4, "N1", "Ward 1", 2, None, 3),
    (5, "N2", "Ward 2", 2, None, 30),
    (6, "S1", "Ward 7", 3, None, 2),
    (7, "S2", "Ward 8", 3, Some("Pair"), 4),
    (8, "S3", "Ward 9", 3, Some("Pair"), 5),
];

/// Inserts rows as they are.
pub(crate) async fn insert<E>(db: &DatabaseConnection, rows: impl IntoIterator<Item = E::Model>)
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

/// A unit and where it stands in the tree, on every day.
#[derive(Clone, Debug)]
pub(crate) struct PlacedUnit {
    pub(crate) id: UnitId,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) parent_id: Option<UnitId>,
    pub(crate) level: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) cover_group: Option<String>,
    pub(crate) valid_from: Option<Day>,
    pub(crate) valid_to: Option<Day>,
}

/// Inserts units with their places.
pub(crate) async fn insert_units(db: &DatabaseConnection, units: impl IntoIterator<Item = PlacedUnit>) {
    let (mut rows, mut places) = (Vec::new(), Vec::new());
    for unit in units {
        let PlacedUnit { id, code, name, parent_id, level, site, cover_group, valid_from, valid_to } = unit;
        let place = unit_parent::Model { id: UnitParentId(id.0), unit_id: id, parent_id, valid_from: None };
        places.extend(parent_id.map(|_| place));
        rows.push(unit::Model { id, code, name, level, site, cover_group, valid_from, valid_to });
    }
    insert::<unit::Entity>(db, rows).await;
    insert::<unit_parent::Entity>(db, places).await;
}

/// An allocation with one of each of its dated facts.
#[derive(Clone, Debug)]
pub(crate) struct Allocated {
    pub(crate) id: AllocationId,
    pub(crate) person_id: PersonId,
    pub(crate) role: Role,
    pub(crate) unit_id: UnitId,
    pub(crate) share: i32,
    pub(crate) valid_from: Option<Day>,
    pub(crate) valid_to: Option<Day>,
    pub(crate) line_approved_on: Option<Day>,
    pub(crate) line_approver_id: Option<PersonId>,
    pub(crate) senior_approved_on: Option<Day>,
    pub(crate) senior_approver_id: Option<PersonId>,
    pub(crate) protected_hours: Option<i32>,
    pub(crate) signed_off_on: Option<Day>,
    pub(crate) paused_from: Option<Day>,
    pub(crate) paused_to: Option<Day>,
}

/// Inserts allocations with their dated facts. Cover from outside the team is on file for each.
pub(crate) async fn insert_allocations(db: &DatabaseConnection, rows: impl IntoIterator<Item = Allocated>) {
    let rows: Vec<_> = rows.into_iter().collect();
    let base = rows.iter().map(|row| allocation::Model {
        id: row.id,
        person_id: row.person_id,
        role: row.role,
        unit_id: row.unit_id,
        share: row.share,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        line_approval_blank: row.line_approved_on.is_none(),
        senior_approval_blank: row.senior_approved_on.is_none(),
        sign_off_blank: row.signed_off_on.is_none(),
        pause_blank: row.paused_from.is_none() && row.paused_to.is_none(),
    });
    insert::<allocation::Entity>(db, base).await;
    let approvals = rows.iter().flat_map(|row| {
        let approval = |at, capacity, on: Option<Day>, approver_id| {
            on.map(|decided_on| approval::Model {
                id: ApprovalId(row.id.0 * 2 + at),
                allocation_id: row.id,
                capacity,
                decided_on,
                approver_id,
            })
        };
        let line = approval(0, ApproverCapacity::Line, row.line_approved_on, row.line_approver_id);
        [line, approval(1, ApproverCapacity::Senior, row.senior_approved_on, row.senior_approver_id)]
    });
    insert::<approval::Entity>(db, approvals.flatten()).await;
    let sign_off = |row: &Allocated| {
        let (id, allocation_id) = (SignOffId(row.id.0), row.id);
        row.signed_off_on.map(|signed_off_on| sign_off::Model { id, allocation_id, signed_off_on })
    };
    insert::<sign_off::Entity>(db, rows.iter().filter_map(sign_off)).await;
    let pause = |row: &Allocated| {
        let (id, allocation_id, valid_from, valid_to) = (PauseId(row.id.0), row.id, row.paused_from, row.paused_to);
        let paused = valid_from.is_some() || valid_to.is_some();
        paused.then_some(pause::Model { id, allocation_id, valid_from, valid_to })
    };
    insert::<pause::Entity>(db, rows.iter().filter_map(pause)).await;
    let terms = rows.iter().map(|row| allocation_terms::Model {
        id: AllocationTermsId(row.id.0),
        allocation_id: row.id,
        valid_from: None,
        protected_hours: row.protected_hours,
        outside_team: true,
    });
    insert::<allocation_terms::Entity>(db, terms).await;
}

pub(crate) fn unit_row(
    id: i64,
    code: &str,
    name: &str,
    parent: Option<i64>,
    level: &str,
    group: Option<&str>,
) -> PlacedUnit {
    PlacedUnit {
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

pub(crate) fn person_row(id: i64) -> person::Model {
    person::Model {
        id: PersonId(id),
        employer: "NHS".to_owned(),
        number: format!("{id:06}"),
        first_name: Some(format!("First{id}")),
        last_name: Some(format!("Last{id}")),
        work_email: Some(format!("p{id}@board.example")),
    }
}

pub(crate) fn post_row(id: i64, unit: i64) -> post::Model {
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

pub(crate) fn pass(id: i64, person: i64, course: i64, on: &str) -> completion::Model {
    completion::Model {
        id: CompletionId(id),
        person_id: PersonId(person),
        course_id: CourseId(course),
        completed_on: day(on),
        valid_to: None,
    }
}

/// An allocation that counts, given the passes.
pub(crate) fn allocation_row(id: i64, person: i64, role: Role, unit: i64) -> Allocated {
    Allocated {
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

pub(crate) fn policy_row() -> policy::Model {
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
        trainer_certificate_months: 36,
        min_trainers: 1,
        stale_days: 92,
        trainer_level: "Service".to_owned(),
        approver_office: ApproverOffice::Shown,
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
    units.push(PlacedUnit {
        valid_to: Some(day("2026-01-01")),
        ..unit_row(9, "OLD", "Old ward", Some(2), "Ward", None)
    });
    insert_units(db, units).await;

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
    let unprotected = Allocated { protected_hours: None, ..allocation_row(3, 7, Role::PeerSupporter, 5) };
    let rows = [
        allocation_row(1, 3, Role::PeerSupporter, 4),
        allocation_row(2, 6, Role::PeerSupporter, 5),
        unprotected,
        allocation_row(4, 38, Role::PeerSupporter, 7),
        allocation_row(5, 4, Role::Champion, 4),
        allocation_row(6, 1, Role::Trainer, 1),
    ];
    insert_allocations(db, rows).await;
    insert::<policy::Entity>(db, [policy_row()]).await;
    let list = staff_list::Model {
        id: StaffListId(1),
        employer: "NHS".to_owned(),
        employer_key: spelling::key("NHS").into_owned(),
        as_at: day("2026-11-02"),
    };
    insert::<staff_list::Entity>(db, [list]).await;
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
    insert_units(db, ids().map(|id| unit_row(id, &format!("W{:04}", id - 1000), "Ward", Some(2), "Ward", None))).await;
    insert::<person::Entity>(db, ids().map(person_row)).await;
    insert::<post::Entity>(db, ids().map(|id| post_row(id, id))).await;
    let supporters = || ids().filter(|id| id % 2 == 0);
    insert_allocations(
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
