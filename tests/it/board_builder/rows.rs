//! The rows of a board with defaults. A test changes what it is about: `post::Model { bank: true, ..post_row(7, 4) }`.

use entity::id::{
    AllocationId, AllocationTermsId, AppointmentId, ApprovalId, CompletionId, CourseId, PauseId, PersonId, PolicyId,
    PostId, SignOffId, StaffListId, UnitId, UnitParentId,
};
use entity::period::Day;
use entity::spelling;
use entity::table::{
    allocation, allocation_terms, appointment, approval, completion, course, pause, person, policy, post, sign_off,
    staff_list, unit, unit_parent,
};
use entity::value::{AppointmentRole, ApproverCapacity, ApproverOffice, Level, Role};
use sea_orm::{ActiveModelTrait, ConnectionTrait as _, DatabaseConnection, EntityTrait, IntoActiveModel, Statement};

use crate::harness::day;

/// Inserts rows as they are.
pub(crate) async fn insert<E>(db: &DatabaseConnection, rows: impl IntoIterator<Item = E::Model>)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let rows: Vec<_> = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
    for rows in rows.chunks(500) {
        E::insert_many(rows.to_vec()).exec_without_returning(db).await.expect("the rows are inserted");
    }
    count_on::<E>(db).await;
}

/// Lets PostgreSQL count keys on after those that a test chose, as SQLite does by itself.
async fn count_on<E: EntityTrait>(db: &DatabaseConnection) {
    if !entity::store::is_postgres(db) {
        return;
    }
    let table = E::default().table_name().to_owned();
    let counted = format!(
        "SELECT setval(sequence, GREATEST(last, 1)) FROM (SELECT pg_get_serial_sequence('{table}', attname) AS sequence, \
         (SELECT max(id) FROM \"{table}\") AS last FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'id') \
         AS keys WHERE sequence IS NOT NULL AND last IS NOT NULL"
    );
    // A table whose key is not counted has no such column, or no rows.
    let has_id = format!("SELECT 1 FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = 'id'");
    let backend = db.get_database_backend();
    let row = db.query_one_raw(Statement::from_string(backend, has_id)).await.expect("the columns are listed");
    if row.is_some() {
        db.query_all_raw(Statement::from_string(backend, counted)).await.expect("keys are counted on");
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

/// A unit below `parent`. A ward stands in the Royal Infirmary.
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

/// A person with a name, a number and an address of their own.
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

/// The post of the person with the same id: a nurse in full time (even ids), or an administrator at 60 hundredths of WTE.
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

/// A course that a person passed on a day.
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

/// A course without a title.
pub(crate) fn course_row(id: i64, code: &str, level: Level) -> course::Model {
    course::Model {
        id: CourseId(id),
        code: code.to_owned(),
        code_key: code.to_owned(),
        title: None,
        level,
        platform: None,
        employer_kind: None,
    }
}

/// An appointment since the beginning of 2026, without a delegate.
pub(crate) fn appointment_row(id: i64, unit: i64, person: i64, role: AppointmentRole) -> appointment::Model {
    appointment::Model {
        id: AppointmentId(id),
        unit_id: UnitId(unit),
        person_id: PersonId(person),
        role,
        valid_from: Some(day("2026-01-01")),
        valid_to: None,
        delegate_id: None,
        delegate_from: None,
        delegate_to: None,
    }
}

/// A staff list of an employer as at a day.
pub(crate) fn staff_list_row(id: i64, employer: &str, as_at: &str) -> staff_list::Model {
    staff_list::Model {
        id: StaffListId(id),
        employer: employer.to_owned(),
        employer_key: spelling::key(employer).into_owned(),
        as_at: day(as_at),
    }
}

/// The policy of the whole board, with the values of the framework.
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

/// Counts the version of the facts up, as every import does.
pub(crate) async fn changed(db: &DatabaseConnection) {
    db.execute_unprepared("UPDATE fact_version SET version = version + 1").await.expect("the version is counted");
}
