//! The ids of everything that other rows refer to, old and new: with them a batch of rows is written without asking back.

use entity::id::{AllocationId, CourseId, PersonId, StaffListId, UnitId};
use entity::store::is_postgres;
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbErr, Statement};

use super::super::board::{AllocationRef, Board, CourseIx, PersonIx, Plan, StaffListRef, UnitIx};

/// The board, and the id of each of its units, people and courses; 0 where one is not written.
pub(super) struct Ids {
    pub(super) board: Board,
    units: Vec<i64>,
    people: Vec<i64>,
    courses: Vec<i64>,
    /// Of the allocations and staff lists that the import adds.
    allocations: Vec<i64>,
    staff_lists: Vec<i64>,
}

impl Ids {
    /// Takes ids for everything new.
    pub(super) async fn reserve(txn: &DatabaseTransaction, board: Board, plan: &Plan) -> Result<Self, DbErr> {
        let mut units: Vec<_> = board.units.on_file.iter().map(|id| id.0).collect();
        let mut people: Vec<_> = board.people.on_file.iter().map(|id| id.0).collect();
        let mut courses: Vec<_> = board.courses.on_file.iter().map(|id| id.0).collect();
        units.resize(board.units.list.len(), 0);
        people.resize(board.people.list.len(), 0);
        courses.resize(board.courses.list.len(), 0);
        for (new, id) in plan.new_units.iter().zip(take(txn, "unit", plan.new_units.len()).await?) {
            units[new.at()] = id;
        }
        for (new, id) in plan.new_people.iter().zip(take(txn, "person", plan.new_people.len()).await?) {
            people[new.at()] = id;
        }
        for (new, id) in plan.new_courses.iter().zip(take(txn, "course", plan.new_courses.len()).await?) {
            courses[new.at()] = id;
        }
        let allocations = take(txn, "allocation", plan.allocations.added.len()).await?;
        let staff_lists = take(txn, "staff_list", plan.staff_lists.added.len()).await?;
        Ok(Self { board, units, people, courses, allocations, staff_lists })
    }

    /// Ids for everything new that are no one's: negative ones, by place. Nothing is taken from the tables.
    pub(super) fn provisional(board: Board, plan: &Plan) -> Self {
        let known = |ids: Vec<i64>, all: usize, new: &mut dyn Iterator<Item = usize>| {
            let mut ids = ids;
            ids.resize(all, 0);
            for at in new {
                ids[at] = -1 - i64::try_from(at).unwrap_or(i64::MAX - 1);
            }
            ids
        };
        let units = board.units.on_file.iter().map(|id| id.0).collect();
        let people = board.people.on_file.iter().map(|id| id.0).collect();
        let courses = board.courses.on_file.iter().map(|id| id.0).collect();
        Self {
            units: known(units, board.units.list.len(), &mut plan.new_units.iter().map(|unit| unit.at())),
            people: known(people, board.people.list.len(), &mut plan.new_people.iter().map(|person| person.at())),
            courses: known(courses, board.courses.list.len(), &mut plan.new_courses.iter().map(|course| course.at())),
            allocations: known(Vec::new(), plan.allocations.added.len(), &mut (0..plan.allocations.added.len())),
            staff_lists: known(Vec::new(), plan.staff_lists.added.len(), &mut (0..plan.staff_lists.added.len())),
            board,
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

/// `count` ids of `table` that nobody else gets. On PostgreSQL from its sequence, so that what is added later goes on after them;
/// SQLite's own counter follows the rows, and this transaction holds its only write lock.
async fn take(txn: &DatabaseTransaction, table: &str, count: usize) -> Result<Vec<i64>, DbErr> {
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
