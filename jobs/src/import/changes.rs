//! Lists what an import would write, row by row and column by column, in the terms of the files: unit codes,
//! `Employer/Employee Number` and psn's headers. [`tables`] says which columns of each table are listed.

mod tables;

use std::collections::HashMap;

use entity::period::Day;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait, ModelTrait as _, QueryFilter as _, Value};

use super::dataset::Dataset;
use super::plan::Writes;
use super::reference::{PersonIx, UnitIx};
use entity::store::stored_row::{self, id_column};

/// Rows per query.
const CHUNK: usize = 1_000;

/// How a row changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// The row is new.
    Added,
    /// The row has other values.
    Changed,
    /// The row is removed.
    Removed,
}

impl ChangeKind {
    /// Returns the word for it in lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// A column whose value changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCell {
    /// psn's header.
    pub column: &'static str,
    /// The value before the change, as written in the files. Empty if it was blank or the row is new.
    pub before: String,
    /// The value after the change. Empty if it will be blank or the row is removed.
    pub after: String,
}

/// One row that an import adds, changes or removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How it changes.
    pub kind: ChangeKind,
    /// What the row is: `unit`, `post`.
    pub what: &'static str,
    /// Which row it is: `T1`, `X/0001 in T1`.
    pub which: String,
    /// The changed columns, in the order of the file.
    pub cells: Vec<ChangedCell>,
}

/// How a stored value is formatted.
#[derive(Clone, Copy)]
pub(super) enum ValueFormat {
    /// Unchanged.
    Plain,
    /// The last day; stored as the day after it.
    LastDay,
    /// A number with two decimal places, stored in hundredths.
    Hundredths,
    /// A percentage, stored in thousandths of the whole.
    Percent,
    /// A unit's code.
    Unit,
    /// `Employer/Employee Number`.
    Person,
}

/// A column, psn's header for it, and the format of its value.
type ListedColumn<E> = (<E as EntityTrait>::Column, &'static str, ValueFormat);

/// How rows of a table are listed.
pub(super) trait ListedTable: EntityTrait {
    /// The name for a row of this table.
    const WHAT: &'static str;

    /// Identifies a row.
    fn which(row: &Self::Model, names: &RecordNames<'_>) -> String;

    /// Returns the listed columns.
    fn columns() -> Vec<ListedColumn<Self>>;
}

/// Looks up the names of units, people and courses by id. Records that are not on file yet have negative ids.
pub(super) struct RecordNames<'b> {
    dataset: &'b Dataset,
    /// The person and the unit of each allocation, by its id.
    allocations: HashMap<i64, (PersonIx, UnitIx)>,
}

impl<'b> RecordNames<'b> {
    pub(super) const fn new(dataset: &'b Dataset, allocations: HashMap<i64, (PersonIx, UnitIx)>) -> Self {
        Self { dataset, allocations }
    }

    fn allocation(&self, id: i64) -> String {
        let Some((person, unit)) = self.allocations.get(&id) else { return String::new() };
        format!("{} for {}", self.person_at(*person), self.unit_at(*unit))
    }

    fn unit_at(&self, unit: UnitIx) -> &str {
        self.dataset.words.get(self.dataset.units.list[unit.at()].code)
    }

    fn person_at(&self, person: PersonIx) -> String {
        let (employer, number) = self.dataset.people.list[person.at()].key;
        format!("{}/{}", self.dataset.words.get(employer), self.dataset.words.get(number))
    }

    fn place(id: i64, on_file: impl FnOnce() -> Option<usize>) -> Option<usize> {
        if id < 0 { usize::try_from(-(id + 1)).ok() } else { on_file() }
    }

    fn unit(&self, id: i64) -> &str {
        let units = &self.dataset.units;
        let place = Self::place(id, || units.with_id(entity::id::UnitId(id)).map(|unit| unit.at()));
        place.and_then(|at| units.list.get(at)).map_or("", |unit| self.dataset.words.get(unit.code))
    }

    fn person(&self, id: i64) -> String {
        let people = &self.dataset.people;
        let place = Self::place(id, || people.with_id(entity::id::PersonId(id)).map(|person| person.at()));
        place.and_then(|at| people.list.get(at)).map_or_else(String::new, |person| {
            let (employer, number) = person.key;
            format!("{}/{}", self.dataset.words.get(employer), self.dataset.words.get(number))
        })
    }

    fn course(&self, id: i64) -> &str {
        let courses = &self.dataset.courses;
        let place = Self::place(id, || courses.with_id(entity::id::CourseId(id)).map(|course| course.at()));
        place.and_then(|at| courses.list.get(at)).map_or("", |course| self.dataset.words.get(course.code))
    }

    fn format_value(&self, value: Value, format: ValueFormat) -> String {
        match (value, format) {
            (Value::BigInt(Some(id)), ValueFormat::Unit) => self.unit(id).to_owned(),
            (Value::BigInt(Some(id)), ValueFormat::Person) => self.person(id),
            (Value::BigInt(Some(number)), _) => number.to_string(),
            (Value::Int(Some(number)), ValueFormat::Hundredths) => format!("{}.{:02}", number / 100, number % 100),
            (Value::Int(Some(number)), ValueFormat::Percent) => format!("{}.{}", number / 10, number % 10),
            (Value::Int(Some(number)), _) => number.to_string(),
            (Value::Bool(Some(yes)), _) => if yes { "Yes" } else { "No" }.to_owned(),
            (Value::ChronoDate(Some(day)), ValueFormat::LastDay) => last_day(Day::from(day)).to_string(),
            (Value::ChronoDate(Some(day)), _) => day.to_string(),
            (Value::String(Some(text)), _) => text,
            _ => String::new(),
        }
    }
}

/// Returns the last day before `to`. The last day that both engines can store means an open end and is returned
/// unchanged.
fn last_day(to: Day) -> Day {
    if Day::new(9999, 12, 31) == Some(to) { to } else { to.plus_days(-1) }
}

/// Converts `PEER_SUPPORTER` to `Peer Supporter`.
fn title_case(stored: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    stored.split('_').map(capital).collect::<Vec<_>>().join(" ")
}

/// Lists up to `limit` changes and counts all of them.
pub(super) struct Lister<'a> {
    txn: &'a DatabaseTransaction,
    names: RecordNames<'a>,
    limit: usize,
    pub(super) listed: Vec<Change>,
    pub(super) total: usize,
}

impl<'a> Lister<'a> {
    pub(super) const fn new(txn: &'a DatabaseTransaction, names: RecordNames<'a>, limit: usize) -> Self {
        Self { txn, names, limit, listed: Vec::new(), total: 0 }
    }

    /// Lists the changes of one table.
    pub(super) async fn table<E: ListedTable, T>(
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

    /// Lists new rows.
    pub(super) fn added<E: ListedTable>(&mut self, rows: impl ExactSizeIterator<Item = E::Model>) {
        self.total += rows.len();
        let room = self.room();
        for row in rows.take(room) {
            let change = self.change::<E>(ChangeKind::Added, None, Some(&row));
            self.listed.push(change);
        }
    }

    /// Lists changed rows, given as they will be.
    pub(super) async fn changed<E: ListedTable>(
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

    async fn on_file<E: ListedTable>(&self, ids: &[i64]) -> Result<HashMap<i64, E::Model>, DbErr> {
        let rows = E::find().filter(id_column::<E>().is_in(ids.iter().copied())).all(self.txn).await?;
        rows.into_iter().map(|row| Ok((stored_row::id::<E>(&row)?, row))).collect()
    }

    fn change<E: ListedTable>(&self, kind: ChangeKind, before: Option<&E::Model>, after: Option<&E::Model>) -> Change {
        let value_of = |row: Option<&E::Model>, column, format| {
            row.map_or_else(String::new, |row| self.names.format_value(row.get(column), format))
        };
        let cells = E::columns().into_iter().map(|(column, header, format)| ChangedCell {
            column: header,
            before: value_of(before, column, format),
            after: value_of(after, column, format),
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
    fn values_are_formatted_as_in_the_files() {
        let dataset = Dataset::default();
        let names = RecordNames::new(&dataset, HashMap::new());
        let day = |text: &str| Value::ChronoDate(Some(text.parse().unwrap()));
        for (value, format, expected) in [
            (Value::Int(Some(86)), ValueFormat::Hundredths, "0.86"),
            (Value::Int(Some(333)), ValueFormat::Percent, "33.3"),
            (Value::Int(Some(25)), ValueFormat::Plain, "25"),
            (day("2026-12-01"), ValueFormat::LastDay, "2026-11-30"),
            (day("9999-12-31"), ValueFormat::LastDay, "9999-12-31"),
            (day("2026-12-01"), ValueFormat::Plain, "2026-12-01"),
            (Value::ChronoDate(None), ValueFormat::LastDay, ""),
            (Value::BigInt(Some(7)), ValueFormat::Unit, ""),
        ] {
            assert_eq!(names.format_value(value.clone(), format), expected, "{value:?}");
        }
        assert_eq!(title_case("SENIOR_MANAGER"), "Senior Manager");
    }

    #[test]
    fn tables_are_listed_by_psns_headers() {
        let columns = <completion::Entity as ListedTable>::columns();
        assert_eq!(columns.iter().map(|(_, header, _)| *header).collect::<Vec<_>>(), ["Completed On", "Expires On"]);
    }
}
