//! The ids of everything that other rows refer to, old and new, so that a batch of rows can be written without reading
//! ids back.

use entity::id::{AllocationId, CourseId, PersonId, StaffListId, UnitId};
use entity::store::is_postgres;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, Statement};

use super::super::dataset::Dataset;
use super::super::plan::Plan;
use super::super::record::{AllocationRef, StaffListRef};
use super::super::reference::{CourseIx, PersonIx, UnitIx};

/// The dataset, and the id of each of its units, people and courses. 0 if one is not written.
pub(super) struct Ids {
    pub(super) dataset: Dataset,
    units: Vec<i64>,
    people: Vec<i64>,
    courses: Vec<i64>,
    /// Ids of the allocations and staff lists that the import adds.
    allocations: Vec<i64>,
    staff_lists: Vec<i64>,
}

impl Ids {
    /// Reserves ids for everything new.
    pub(super) async fn reserve(txn: &DatabaseTransaction, dataset: Dataset, plan: &Plan) -> Result<Self, DbErr> {
        let mut units: Vec<_> = dataset.units.on_file.iter().map(|id| id.0).collect();
        let mut people: Vec<_> = dataset.people.on_file.iter().map(|id| id.0).collect();
        let mut courses: Vec<_> = dataset.courses.on_file.iter().map(|id| id.0).collect();
        units.resize(dataset.units.list.len(), 0);
        people.resize(dataset.people.list.len(), 0);
        courses.resize(dataset.courses.list.len(), 0);
        for (new, id) in plan.units.new.iter().zip(reserve_ids(txn, "unit", plan.units.new.len()).await?) {
            units[new.at()] = id;
        }
        for (new, id) in plan.people.new.iter().zip(reserve_ids(txn, "person", plan.people.new.len()).await?) {
            people[new.at()] = id;
        }
        for (new, id) in plan.courses.new.iter().zip(reserve_ids(txn, "course", plan.courses.new.len()).await?) {
            courses[new.at()] = id;
        }
        let allocations = reserve_ids(txn, "allocation", plan.allocations.added.len()).await?;
        let staff_lists = reserve_ids(txn, "staff_list", plan.staff_lists.added.len()).await?;
        Ok(Self { dataset, units, people, courses, allocations, staff_lists })
    }

    /// Assigns provisional negative ids by position to everything new. Takes no ids from the tables.
    pub(super) fn provisional(dataset: Dataset, plan: &Plan) -> Self {
        let known = |ids: Vec<i64>, all: usize, new: &mut dyn Iterator<Item = usize>| {
            let mut ids = ids;
            ids.resize(all, 0);
            for at in new {
                ids[at] = -1 - i64::try_from(at).unwrap_or(i64::MAX - 1);
            }
            ids
        };
        let units = dataset.units.on_file.iter().map(|id| id.0).collect();
        let people = dataset.people.on_file.iter().map(|id| id.0).collect();
        let courses = dataset.courses.on_file.iter().map(|id| id.0).collect();
        Self {
            units: known(units, dataset.units.list.len(), &mut plan.units.new.iter().map(|unit| unit.at())),
            people: known(people, dataset.people.list.len(), &mut plan.people.new.iter().map(|person| person.at())),
            courses: known(courses, dataset.courses.list.len(), &mut plan.courses.new.iter().map(|course| course.at())),
            allocations: known(Vec::new(), plan.allocations.added.len(), &mut (0..plan.allocations.added.len())),
            staff_lists: known(Vec::new(), plan.staff_lists.added.len(), &mut (0..plan.staff_lists.added.len())),
            dataset,
        }
    }

    pub(super) fn unit_id(&self, unit: UnitIx) -> UnitId {
        UnitId(self.units[unit.at()])
    }

    pub(super) fn person_id(&self, person: PersonIx) -> PersonId {
        PersonId(self.people[person.at()])
    }

    pub(super) fn new_allocation(&self, at: usize) -> i64 {
        self.allocations[at]
    }

    pub(super) fn new_staff_list(&self, at: usize) -> i64 {
        self.staff_lists[at]
    }

    pub(super) fn allocation_id(&self, allocation: AllocationRef) -> AllocationId {
        AllocationId(match allocation {
            AllocationRef::OnFile(id) => id,
            AllocationRef::New(at) => self.new_allocation(at),
        })
    }

    pub(super) fn staff_list_id(&self, list: StaffListRef) -> StaffListId {
        StaffListId(match list {
            StaffListRef::OnFile(id) => id,
            StaffListRef::New(at) => self.new_staff_list(at),
        })
    }

    pub(super) fn course_id(&self, course: CourseIx) -> CourseId {
        CourseId(self.courses[course.at()])
    }
}

/// Reserves `count` ids of `table`. On PostgreSQL they come from the sequence, so that later rows continue after them.
/// SQLite's own counter follows the rows, and this transaction holds its only write lock.
async fn reserve_ids(txn: &DatabaseTransaction, table: &str, count: usize) -> Result<Vec<i64>, DbErr> {
    let backend = txn.get_database_backend();
    let wanted = i64::try_from(count).map_err(|error| DbErr::Custom(error.to_string()))?;
    if wanted == 0 {
        return Ok(Vec::new());
    }
    if is_postgres(txn) {
        let ids = "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)";
        let rows =
            txn.query_all_raw(Statement::from_sql_and_values(backend, ids, [table.into(), wanted.into()])).await?;
        return rows.iter().map(|row| row.try_get("", "id")).collect();
    }
    let last = "SELECT COALESCE(MAX(seq), 0) AS last FROM sqlite_sequence WHERE name = $1";
    let row = txn.query_one_raw(Statement::from_sql_and_values(backend, last, [table.into()])).await?;
    let last: i64 = row.map_or(Ok(0), |row| row.try_get("", "last"))?;
    Ok((last + 1..=last + wanted).collect())
}
