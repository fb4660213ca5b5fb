//! The cells of one row: blanks, defaults and faults in terms of psn's columns.

use std::borrow::Cow;

use chrono_tz::Tz;
use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};

use super::super::cell::{self, EndDay};
use super::super::fault::Fault;
use super::super::layout::{Column, FileKind, TrainingColumn};
use super::super::mapping::Mapping;
use super::super::reference::PersonKey;
use super::super::source::Row;
use super::super::vocabulary;

/// Options for reading files.
pub(in crate::import) struct ReadOptions<'m> {
    pub(in crate::import) mapping: &'m Mapping,
    /// The day that the files describe.
    pub(in crate::import) as_at: Day,
    /// Days added to every date in the files except open ends.
    pub(in crate::import) shift_days: i64,
    /// The board's time zone. A time with an offset is converted to its date in this zone.
    pub(in crate::import) zone: Tz,
    /// The sheet of a workbook to read. Defaults to the first suitable one.
    pub(in crate::import) sheet: Option<&'m str>,
}

/// The cells of one row.
pub(super) struct Cells<'r> {
    pub(super) row: &'r Row<'r>,
    pub(super) kind: FileKind,
    pub(super) options: &'r ReadOptions<'r>,
    pub(super) words: &'r mut Interner,
    /// Invalid cells that were left blank.
    pub(super) kept: Vec<Fault>,
    /// Columns with a known fault. They are read as if blank, and required ones as if filled in.
    pub(super) skipped_columns: Vec<&'static str>,
}

impl<'r> Cells<'r> {
    /// Returns the row, or all of its faults. A parser stops at its first fault, so it runs again without the column of
    /// that fault until it finds no other.
    pub(super) fn parse_all<R>(&mut self, parse: fn(&mut Cells<'_>) -> Result<R, Fault>) -> Result<R, Vec<Fault>> {
        let mut faults: Vec<Fault> = Vec::new();
        let done = loop {
            // Each run finds the cells that are left blank again, so they start empty.
            self.kept.clear();
            match parse(self) {
                Ok(row) => break Some(row),
                Err(fault) if self.skipped_columns.contains(&fault.column) => break None,
                Err(fault) => {
                    self.skipped_columns.push(fault.column);
                    faults.push(fault);
                }
            }
        };
        self.skipped_columns.clear();
        match done {
            Some(row) if faults.is_empty() => Ok(row),
            Some(_) | None => Err(faults),
        }
    }

    pub(super) fn skips(&self, column: impl Column) -> bool {
        self.skipped_columns.contains(&column.header())
    }

    /// Creates a fault of the cell in `column`.
    pub(super) fn fault(&self, column: impl Column, sentence: impl Into<Cow<'static, str>>) -> Fault {
        let sentence = match (sentence.into(), self.row.course_column()) {
            // Names the column of a wide export.
            (sentence, Some(theirs)) if column.header() == TrainingColumn::CompletedOn.header() => {
                if sentence == cell::MONTH_FIRST { sentence } else { format!("{sentence} (column '{theirs}')").into() }
            }
            (sentence, _) => sentence,
        };
        Fault { column: column.header(), value: self.row.raw(column).to_owned(), sentence }
    }

    /// Returns the first cell that is not blank, which helps to find a line that is wrong as a whole.
    pub(super) fn first(&self) -> String {
        self.row.first().to_owned()
    }

    /// Returns the cell as written, or a fault if no column could accept it.
    pub(super) fn undamaged(&self, column: impl Column) -> Result<&'r str, Fault> {
        if self.skips(column) {
            return Ok("");
        }
        let raw = self.row.raw(column);
        cell::damage(raw).map_or(Ok(raw), |sentence| Err(self.fault(column, sentence)))
    }

    pub(super) fn text(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.filled(cell::text(raw)))
    }

    /// Reads an address to which a mail server could deliver.
    pub(super) fn email(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        let address = cell::email(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(address.and_then(|address| self.words.filled(address)))
    }

    /// Reads a word that is compared as a value: a job family, a site.
    pub(super) fn value(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.value(cell::text(raw)))
    }

    /// Reads a cell that the row does not need. If it is invalid, it is left blank and listed.
    pub(super) fn lenient<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<Option<T>, Fault>) -> Option<T> {
        match read(self) {
            Ok(value) => value,
            Err(fault) => {
                self.kept.push(fault);
                None
            }
        }
    }

    pub(super) fn required_text(&mut self, column: impl Column) -> Result<Symbol, Fault> {
        let text = self.text(column)?;
        self.filled_in(text, column)
    }

    pub(super) fn filled_in(&mut self, text: Option<Symbol>, column: impl Column) -> Result<Symbol, Fault> {
        match text {
            Some(text) => Ok(text),
            None if self.skips(column) => Ok(self.words.intern("?")),
            None => Err(self.blank(column)),
        }
    }

    /// Reads a key: a unit code, an employer.
    pub(super) fn key(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.key(cell::key(raw)))
    }

    pub(super) fn required_key(&mut self, column: impl Column) -> Result<Symbol, Fault> {
        let key = self.key(column)?;
        self.filled_in(key, column)
    }

    /// Reads an employee or assignment number.
    pub(super) fn number(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        let number = cell::number(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(self.words.key(number))
    }

    pub(super) fn person(&mut self, employer: impl Column, number: impl Column) -> Result<PersonKey, Fault> {
        let employer = self.required_key(employer)?;
        let said = self.number(number)?;
        Ok((employer, self.filled_in(said, number)?))
    }

    /// Reads a person given as `Employer/Employee Number`.
    pub(super) fn person_in_one(&mut self, column: impl Column) -> Result<Option<PersonKey>, Fault> {
        let raw = self.undamaged(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        let (employer, number) = cell::person(raw).map_err(|sentence| self.fault(column, sentence))?;
        let unreadable = self.fault(column, "Write a person as Employer/Employee Number, for example NHSGGC/00010001");
        let (employer, number) = (self.words.key(employer), self.words.key(number));
        employer.zip(number).map(Some).ok_or(unreadable)
    }

    /// Reads a word of a closed set, translated by the mapping file.
    pub(super) fn one_of<T>(&self, column: impl Column, known: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.mapped(column)?;
        if word.is_empty() {
            // The last of the words requires the fewest other cells.
            let any = vocabulary::known(&[self.kind]).into_iter().rev().find_map(&known);
            return any.filter(|_| self.skips(column)).ok_or_else(|| self.blank(column));
        }
        known(word).ok_or_else(|| {
            let listed = vocabulary::listed(self.kind);
            self.fault(column, format!("This must be one of {listed}; a mapping file can translate other words"))
        })
    }

    /// Returns the word in a cell, translated by the mapping file.
    pub(super) fn mapped(&self, column: impl Column) -> Result<&'r str, Fault> {
        Ok(self.options.mapping.translate(self.kind, cell::text(self.undamaged(column)?)))
    }

    pub(super) fn blank(&self, column: impl Column) -> Fault {
        self.fault(column, format!("{} must be filled in", column.header()))
    }

    /// Reads a date in any column except an end date.
    pub(super) fn day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::day).map(|day| day.map(|day| self.shifted(day)))
    }

    /// Reads the date of a completed event, which cannot be one that systems write for "never".
    pub(super) fn done_day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::done_day).map(|day| day.map(|day| self.shifted(day)))
    }

    pub(super) fn required_day(&self, column: impl Column) -> Result<Day, Fault> {
        match self.day(column)? {
            Some(day) => Ok(day),
            // Earlier than any other date of the row.
            None if self.skips(column) => Ok(Day::new(1900, 1, 1).unwrap_or(self.options.as_at)),
            None => Err(self.blank(column)),
        }
    }

    /// Reads an end date.
    pub(super) fn end_day(&self, column: impl Column) -> Result<Option<EndDay>, Fault> {
        if self.skips(column) {
            return Ok(Some(EndDay::ForEver));
        }
        let end_day = self.read_day(column, cell::end)?;
        Ok(end_day.map(|end_day| match end_day {
            EndDay::Day(day) => EndDay::Day(self.shifted(day)),
            EndDay::ForEver | EndDay::NoEnd => end_day,
        }))
    }

    pub(super) fn read_day<T>(
        &self,
        column: impl Column,
        read: fn(&str, Tz) -> Result<T, Cow<'static, str>>,
    ) -> Result<Option<T>, Fault> {
        let raw = self.undamaged(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        read(raw, self.options.zone).map(Some).map_err(|sentence| self.fault(column, sentence))
    }

    pub(super) fn shifted(&self, day: Day) -> Day {
        day.plus_days(self.options.shift_days)
    }

    /// Reads a first and a last day.
    pub(super) fn validity(&self, first: impl Column, last: impl Column) -> Result<Validity, Fault> {
        let from = self.day(first)?;
        let until = match self.end_day(last)? {
            Some(EndDay::Day(day)) => Some(day),
            Some(EndDay::ForEver | EndDay::NoEnd) | None => None,
        };
        let validity = Validity::from_last(from, until);
        if validity.is_empty() {
            return Err(self.fault(last, format!("This date is before {}", first.header())));
        }
        Ok(validity)
    }

    /// Reads a whole number within `bounds`. Returns `None` for a blank cell.
    pub(super) fn whole(
        &self,
        column: impl Column,
        bounds: std::ops::RangeInclusive<u32>,
    ) -> Result<Option<u32>, Fault> {
        let raw = cell::key(self.undamaged(column)?);
        if raw.is_empty() {
            return Ok(None);
        }
        let number = cell::millionths(raw).filter(|number| number % 1_000_000 == 0);
        let number = number.and_then(|number| u32::try_from(number / 1_000_000).ok());
        match number.filter(|number| bounds.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => {
                Err(self
                    .fault(column, format!("This must be a whole number from {} to {}", bounds.start(), bounds.end())))
            }
        }
    }
}
