//! What an import would write, row by row and column by column, in the words of the files: unit codes, `Employer/Employee
//! Number`, our headers. [`tables`] says of each table which columns are told, and how.

mod tables;

use std::collections::HashMap;

use entity::period::Day;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait, ModelTrait as _, QueryFilter as _, Value};

use super::board::{Board, PersonIx, UnitIx, Writes};
use super::stored_row::{self, id_column};

/// Rows that are read at a time.
const CHUNK: usize = 1_000;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is taken off the file.
    Removed,
}

impl ChangeKind {
    /// The word for it in lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// One column of a row that is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCell {
    /// Our header.
    pub column: &'static str,
    /// What was on file, as the files write it. Empty if it was blank or the row is new.
    pub before: String,
    /// What will be on file. Empty if it will be blank or the row is removed.
    pub after: String,
}

/// One row that an import adds, changes or removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What becomes of it.
    pub kind: ChangeKind,
    /// What it is: `unit`, `post`.
    pub what: &'static str,
    /// Which one: `T1`, `X/0001 in T1`.
    pub which: String,
    /// The columns that are other ones, in the order of the file.
    pub cells: Vec<ChangedCell>,
}

/// How a column's value is written.
#[derive(Clone, Copy)]
pub(super) enum Shown {
    /// As it is stored.
    Plain,
    /// Stored as the day after the last one.
    LastDay,
    /// A number with two decimals.
    Hundredths,
    /// Percent, stored in thousandths of the whole.
    Percent,
    /// A unit's code.
    Unit,
    /// `Employer/Employee Number`.
    Person,
}

/// A column, our header for it, and how its value is written.
type Described<E> = (<E as EntityTrait>::Column, &'static str, Shown);

/// How rows of a table are told.
pub(super) trait Table: EntityTrait {
    /// What a row is.
    const WHAT: &'static str;

    /// Which row it is.
    fn which(row: &Self::Model, names: &Names<'_>) -> String;

    /// What is told of it.
    fn columns() -> Vec<Described<Self>>;
}

/// Finds the names of units, people and courses by their keys; those that are not on file yet have negative ones.
pub(super) struct Names<'b> {
    board: &'b Board,
    /// Whose an allocation is, and for which unit, by its key.
    allocations: HashMap<i64, (PersonIx, UnitIx)>,
}

impl<'b> Names<'b> {
    pub(super) const fn new(board: &'b Board, allocations: HashMap<i64, (PersonIx, UnitIx)>) -> Self {
        Self { board, allocations }
    }

    fn allocation(&self, id: i64) -> String {
        let Some((person, unit)) = self.allocations.get(&id) else { return String::new() };
        format!("{} for {}", self.person_at(*person), self.unit_at(*unit))
    }

    fn unit_at(&self, unit: UnitIx) -> &str {
        self.board.words.get(self.board.units.list[unit.at()].code)
    }

    fn person_at(&self, person: PersonIx) -> String {
        let (employer, number) = self.board.people.list[person.at()].key;
        format!("{}/{}", self.board.words.get(employer), self.board.words.get(number))
    }

    fn place(id: i64, on_file: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if id < 0 { usize::try_from(-(id + 1)).ok() } else { on_file() }
    }

    fn unit(&self, id: i64) -> &str {
        let units = &self.board.units;
        let place = Self::place(id, || units.with_id(entity::id::UnitId(id)).map(|unit| unit.at()));
        place.and_then(|at| units.list.get(at)).map_or("", |unit| self.board.words.get(unit.code))
    }

    fn person(&self, id: i64) -> String {
        let people = &self.board.people;
        let place = Self::place(id, || people.with_id(entity::id::PersonId(id)).map(|person| person.at()));
        place.and_then(|at| people.list.get(at)).map_or_else(String::new, |person| {
            let (employer, number) = person.key;
            format!("{}/{}", self.board.words.get(employer), self.board.words.get(number))
        })
    }

    fn course(&self, id: i64) -> &str {
        let courses = &self.board.courses;
        let place = Self::place(id, || courses.with_id(entity::id::CourseId(id)).map(|course| course.at()));
        place.and_then(|at| courses.list.get(at)).map_or("", |course| self.board.words.get(course.code))
    }

    fn told(&self, value: Value, shown: Shown) -> String {
        match (value, shown) {
            (Value::BigInt(Some(id)), Shown::Unit) => self.unit(id).to_owned(),
            (Value::BigInt(Some(id)), Shown::Person) => self.person(id),
            (Value::BigInt(Some(number)), _) => number.to_string(),
            (Value::Int(Some(number)), Shown::Hundredths) => format!("{}.{:02}", number / 100, number % 100),
            (Value::Int(Some(number)), Shown::Percent) => format!("{}.{}", number / 10, number % 10),
            (Value::Int(Some(number)), _) => number.to_string(),
            (Value::Bool(Some(yes)), _) => if yes { "Yes" } else { "No" }.to_owned(),
            (Value::ChronoDate(Some(day)), Shown::LastDay) => last_day(Day::from(day)).to_string(),
            (Value::ChronoDate(Some(day)), _) => day.to_string(),
            (Value::String(Some(text)), _) => text,
            _ => String::new(),
        }
    }
}

/// The last day before `to`; the last day that both engines can keep stands for an open end.
fn last_day(to: Day) -> Day {
    if Day::new(9999, 12, 31) == Some(to) { to } else { to.plus_days(-1) }
}

/// `PEER_SUPPORTER` as `Peer Supporter`.
fn word(stored: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    stored.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

/// Lists changes until there are `limit`, and counts all.
pub(super) struct Lister<'a> {
    txn: &'a DatabaseTransaction,
    names: Names<'a>,
    limit: usize,
    pub(super) listed: Vec<Change>,
    pub(super) total: usize,
}

impl<'a> Lister<'a> {
    pub(super) const fn new(txn: &'a DatabaseTransaction, names: Names<'a>, limit: usize) -> Self {
        Self { txn, names, limit, listed: Vec::new(), total: 0 }
    }

    /// Rows of one table.
    pub(super) async fn table<E: Table, T>(
        &mut self,
        writes: &Writes<T>,
        row: impl Fn(i64, &T) -> E::Model,
    ) -> Result<(), DbErr> {
        let Writes { added, changed, removed } = writes;
        self.added::<E>(added.iter().map(|new| row(0, new)));
        self.changed::<E>(changed.iter().map(|(id, new)| row(*id, new))).await?;
        self.total += removed.len();
        let removed = &removed[..removed.len().min(self.room())];
        for chunk in removed.chunks(CHUNK) {
            let before = self.on_file::<E>(chunk).await?;
            let gone = chunk.iter().filter_map(|id| before.get(id));
            let gone: Vec<_> = gone.map(|row| self.change::<E>(ChangeKind::Removed, Some(row), None)).collect();
            self.listed.extend(gone);
        }
        Ok(())
    }

    /// New rows.
    pub(super) fn added<E: Table>(&mut self, rows: impl ExactSizeIterator<Item = E::Model>) {
        self.total += rows.len();
        let room = self.room();
        for row in rows.take(room) {
            let change = self.change::<E>(ChangeKind::Added, None, Some(&row));
            self.listed.push(change);
        }
    }

    /// Rows on file, as they will be.
    pub(super) async fn changed<E: Table>(
        &mut self,
        rows: impl ExactSizeIterator<Item = E::Model>,
    ) -> Result<(), DbErr> {
        self.total += rows.len();
        let room = self.room();
        let mut rows = rows.take(room).peekable();
        while rows.peek().is_some() {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            let ids = chunk.iter().map(stored_row::id::<E>).collect::<Result<Vec<_>, _>>()?;
            let before = self.on_file::<E>(&ids).await?;
            for (id, row) in ids.iter().zip(&chunk) {
                let change = self.change::<E>(ChangeKind::Changed, before.get(id), Some(row));
                self.listed.push(change);
            }
        }
        Ok(())
    }

    fn room(&self) -> usize {
        self.limit.saturating_sub(self.listed.len())
    }

    async fn on_file<E: Table>(&self, ids: &[i64]) -> Result<HashMap<i64, E::Model>, DbErr> {
        let rows = E::find().filter(id_column::<E>().is_in(ids.iter().copied())).all(self.txn).await?;
        rows.into_iter().map(|row| Ok((stored_row::id::<E>(&row)?, row))).collect()
    }

    fn change<E: Table>(&self, kind: ChangeKind, before: Option<&E::Model>, after: Option<&E::Model>) -> Change {
        let told = |row: Option<&E::Model>, column, shown| {
            row.map_or_else(String::new, |row| self.names.told(row.get(column), shown))
        };
        let cells = E::columns().into_iter().map(|(column, header, shown)| ChangedCell {
            column: header,
            before: told(before, column, shown),
            after: told(after, column, shown),
        });
        Change {
            kind,
            what: E::WHAT,
            which: after.or(before).map_or_else(String::new, |row| E::which(row, &self.names)),
            cells: cells.filter(|cell| cell.before != cell.after).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::table::completion;

    use super::*;

    #[test]
    fn values_are_written_as_the_files_write_them() {
        let board = Board::default();
        let names = Names::new(&board, HashMap::new());
        let day = |text: &str| Value::ChronoDate(Some(text.parse().unwrap()));
        for (value, shown, expected) in [
            (Value::Int(Some(86)), Shown::Hundredths, "0.86"),
            (Value::Int(Some(333)), Shown::Percent, "33.3"),
            (Value::Int(Some(25)), Shown::Plain, "25"),
            (day("2026-12-01"), Shown::LastDay, "2026-11-30"),
            (day("9999-12-31"), Shown::LastDay, "9999-12-31"),
            (day("2026-12-01"), Shown::Plain, "2026-12-01"),
            (Value::ChronoDate(None), Shown::LastDay, ""),
            (Value::BigInt(Some(7)), Shown::Unit, ""),
        ] {
            assert_eq!(names.told(value.clone(), shown), expected, "{value:?}");
        }
        assert_eq!(word("SENIOR_MANAGER"), "Senior Manager");
    }

    #[test]
    fn a_table_is_told_by_our_headers() {
        let columns = <completion::Entity as Table>::columns();
        assert_eq!(columns.iter().map(|(_, header, _)| *header).collect::<Vec<_>>(), ["Completed On", "Expires On"]);
    }
}
