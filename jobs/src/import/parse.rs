//! Parses the lines of a file into typed rows, or into rejects with line, column and value. Pure: it does not know the
//! records on file.

mod organisation;
mod parts;
mod policy;
mod roles;
mod training;

use std::borrow::Cow;

use chrono_tz::Tz;
use entity::interner::{Interner, Symbol};
use entity::period::{Day, Validity};

pub(super) use organisation::{LinkRow, PostRow, UnitRow};
pub(super) use parts::Parts;
pub(super) use policy::{ExemptionRow, PolicyRow};
pub(super) use roles::{AllocationRow, AppointmentRow, ApprovalRow, UnavailabilityRow};
pub(super) use training::{CourseRow, RecordRow};

use super::cell::{self, EndDay};
use super::findings::{Fault, FileCount, Findings};
use super::layout::{Column, ColumnSet, FileKind, TrainingColumn};
use super::mapping::Mapping;
use super::source::{FileError, Head, Row, Table, Tail};
use super::{Progress, SourceFile};

/// Identifies a person: employer and employee number.
pub(super) type PersonKey = (Symbol, Symbol);

/// A row and its line in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct NumberedRow<R> {
    pub(super) line: u32,
    pub(super) row: R,
}

/// A file that was read.
pub(super) struct File<R> {
    pub(super) count: FileCount,
    pub(super) rows: Vec<NumberedRow<R>>,
    pub(super) columns: ColumnSet,
    /// What rejected rows were about, as far as it could be read. These records stay on file unchanged.
    pub(super) protected: Vec<ProtectedRow>,
}

/// What a rejected row was about, so that its record is not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProtectedRow {
    Unit(Symbol),
    /// A post, as far as it could be read.
    Post {
        employer: Option<Symbol>,
        person: Option<PersonKey>,
        /// If there is none, all posts of the person are protected.
        assignment: Option<Symbol>,
        unit: Option<Symbol>,
    },
}

/// The files of one import.
#[derive(Default)]
pub(super) struct Files {
    pub(super) units: Option<File<UnitRow>>,
    pub(super) staff: Option<File<PostRow>>,
    pub(super) courses: Option<File<CourseRow>>,
    pub(super) training: Option<File<RecordRow>>,
    pub(super) supporters: Option<File<AllocationRow>>,
    pub(super) unavailability: Option<File<UnavailabilityRow>>,
    pub(super) managers: Option<File<AppointmentRow>>,
    pub(super) policies: Option<File<PolicyRow>>,
    pub(super) exemptions: Option<File<ExemptionRow>>,
    pub(super) links: Option<File<LinkRow>>,
}

impl Files {
    /// Returns the counts of what could be read if nothing was compared: rows and rejects.
    pub(super) fn counts(self) -> Vec<FileCount> {
        let Self { units, staff, courses, training, supporters, unavailability, managers, policies, exemptions, links } =
            self;
        [
            units.map(|file| file.count),
            staff.map(|file| file.count),
            links.map(|file| file.count),
            courses.map(|file| file.count),
            training.map(|file| file.count),
            supporters.map(|file| file.count),
            unavailability.map(|file| file.count),
            managers.map(|file| file.count),
            policies.map(|file| file.count),
            exemptions.map(|file| file.count),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Options for reading files.
pub(super) struct ReadOptions<'m> {
    pub(super) mapping: &'m Mapping,
    /// The day that the files describe.
    pub(super) as_at: Day,
    /// Days added to every date in the files except open ends.
    pub(super) shift_days: i64,
    /// The board's time zone. A time with an offset is converted to its date in this zone.
    pub(super) zone: Tz,
    /// The sheet of a workbook to read. Defaults to the first suitable one.
    pub(super) sheet: Option<&'m str>,
}

/// Reads every file and frees its bytes as soon as it is read.
pub(super) fn read_all(
    sources: Vec<SourceFile>,
    options: &ReadOptions<'_>,
    words: &mut Interner,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Files {
    let mut files = Files::default();
    for source in sources {
        progress.step(&format!("reading {}", source.name));
        let SourceFile { kind, name, bytes } = source;
        let mut file = FileReader { kind, name, bytes: &bytes, options, words, findings };
        match kind {
            FileKind::Units => files.units = file.read(organisation::unit, organisation::protected_unit, no_person),
            FileKind::Staff => {
                let read = file.read(organisation::post, organisation::protected_post, organisation::about_post);
                files.staff = match (files.staff.take(), read) {
                    (Some(before), Some(read)) => Some(before.with(read)),
                    (before, read) => before.or(read),
                };
            }
            FileKind::Links => files.links = file.read(organisation::link, no_protected_row, organisation::about_link),
            FileKind::Courses => files.courses = file.read(training::course, no_protected_row, no_person),
            FileKind::Training => files.training = file.read(training::record, no_protected_row, training::about),
            FileKind::Supporters => {
                files.supporters = file.read(roles::allocation, no_protected_row, roles::about_allocation)
            }
            FileKind::Unavailability => {
                files.unavailability = file.read(roles::unavailability, no_protected_row, roles::about_unavailability)
            }
            FileKind::Managers => {
                files.managers = file.read(roles::appointment, no_protected_row, roles::about_appointment)
            }
            FileKind::Policies => files.policies = file.read(policy::policy, no_protected_row, no_person),
            FileKind::Exemptions => files.exemptions = file.read(policy::exemption, no_protected_row, no_person),
        }
    }
    files
}

fn no_protected_row(_: &mut Cells<'_>) -> Option<ProtectedRow> {
    None
}

fn no_person(_: &mut Cells<'_>) -> Option<PersonKey> {
    None
}

struct FileReader<'a> {
    kind: FileKind,
    name: String,
    bytes: &'a [u8],
    options: &'a ReadOptions<'a>,
    words: &'a mut Interner,
    findings: &'a mut Findings,
}

impl FileReader<'_> {
    fn read<R>(
        &mut self,
        parse: fn(&mut Cells<'_>) -> Result<R, Fault>,
        protect: fn(&mut Cells<'_>) -> Option<ProtectedRow>,
        about: fn(&mut Cells<'_>) -> Option<PersonKey>,
    ) -> Option<File<R>> {
        self.table(parse, protect, about)
            .map_err(|refused| {
                let FileError { line, column, value, sentence } = refused;
                self.findings.refuse_file(&self.name, line, column, value, sentence);
            })
            .ok()
    }

    fn table<R>(
        &mut self,
        parse: fn(&mut Cells<'_>) -> Result<R, Fault>,
        protect: fn(&mut Cells<'_>) -> Option<ProtectedRow>,
        about: fn(&mut Cells<'_>) -> Option<PersonKey>,
    ) -> Result<File<R>, FileError> {
        let Self { kind, name, bytes, options, words, findings } = self;
        let table = Table::open(bytes, *kind, options.mapping, options.sheet)?;
        let count = FileCount {
            ignored_columns: table.head.ignored.clone(),
            not_asked_for: table.head.not_asked_for.clone(),
            parts: Parts::single(name, table.head.columns),
            ..FileCount::empty(*kind, name.clone())
        };
        let blank_is_no_record = *kind == FileKind::Training && table.head.blank_is_no_record(options.mapping);
        let mut file = File { count, rows: Vec::new(), columns: table.head.columns, protected: Vec::new() };
        let mut nameless: Option<u32> = None;
        let mut month_first: Option<FileError> = None;
        let found_before = findings.rejects.len();
        let tail = table.rows(|row| {
            file.count.rows += 1;
            let mut cells = Cells { row, kind: *kind, options, words, kept: Vec::new(), skipped_columns: Vec::new() };
            if blank_is_no_record && row.fault.is_none() && cell::key(row.raw(TrainingColumn::CompletedOn)).is_empty() {
                file.count.unchanged += 1;
                return;
            }
            let faults = match &row.fault {
                Some(fault) => vec![Fault { column: "", value: cells.first(), sentence: fault.clone().into() }],
                None => match cells.parse_all(parse) {
                    Ok(parsed) => {
                        file.rows.push(NumberedRow { line: row.line, row: parsed });
                        if !cells.kept.is_empty() {
                            let kept = std::mem::take(&mut cells.kept);
                            let about = about(&mut cells);
                            kept.into_iter().for_each(|fault| findings.keep_with_notice(name, row.line, about, fault));
                        }
                        return;
                    }
                    Err(faults) => faults,
                },
            };
            let protected = protect(&mut cells);
            if protected.is_none_or(|protected| matches!(protected, ProtectedRow::Post { person: None, .. })) {
                nameless = nameless.or(Some(row.line));
            }
            file.protected.extend(protected);
            let about = about(&mut cells);
            for (at, fault) in faults.into_iter().enumerate() {
                if month_first.is_none() && fault.sentence == cell::MONTH_FIRST {
                    let Fault { column, value, sentence } = fault.clone();
                    let (column, value, sentence) = (Some(column), Some(value), sentence.into_owned());
                    month_first = Some(FileError { line: Some(row.line), column, value, sentence });
                } else if at == 0 {
                    findings.reject(&mut file.count, row.line, about, fault);
                } else {
                    findings.mark_cell(name, row.line, about, fault);
                }
            }
        })?;
        if let Some(refused) = month_first {
            // The findings from reading the other dates day first mean nothing.
            findings.rejects.truncate(found_before);
            return Err(refused);
        }
        if let Some(sheet) = &table.sheet {
            let hidden =
                if table.hidden { " The workbook has hidden rows, columns or sheets; they are read too." } else { "" };
            findings.notice(name, None, format!("The sheet '{sheet}' was read.{hidden}"));
        }
        notices(name, *kind, &table.head, &tail, file.count.rows, findings);
        if let (Some(_), FileKind::Units | FileKind::Staff) = (nameless, *kind) {
            let sentence =
                "A rejected line does not identify a person or a unit, so a record on file may be ended by mistake.";
            findings.notice(name, nameless, sentence);
        }
        Ok(file)
    }
}

/// Adds notices about lines that were skipped or read with assumptions, so that they can be checked.
fn notices(name: &str, kind: FileKind, head: &Head, tail: &Tail, rows: u32, findings: &mut Findings) {
    let Tail { totals_from, short_from, beyond_from } = tail;
    let mut notice = |line: Option<u32>, sentence: &str| {
        if line.is_some() {
            findings.notice(name, line, sentence);
        }
    };
    notice(head.below_banner, "The lines above this header look like a report banner and were skipped.");
    notice(*totals_from, "The lines from here on look like totals and were skipped.");
    notice(
        *short_from,
        "This line, and perhaps others, has fewer cells than the header; the missing cells count as blank.",
    );
    notice(*beyond_from, "This line, and perhaps others, has cells beyond the last named column; they are ignored.");
    if rows == 0 {
        findings.notice(name, None, "The file has a header but no rows.");
    }
    for (theirs, ours) in &head.near {
        let sentence =
            format!("The column '{theirs}' is ignored. Did you mean {ours} (a column of {})?", kind.file_name());
        findings.notice(name, None, sentence);
    }
}

/// The cells of one row, and the options for reading them.
pub(super) struct Cells<'r> {
    row: &'r Row<'r>,
    kind: FileKind,
    options: &'r ReadOptions<'r>,
    words: &'r mut Interner,
    /// Invalid cells that were left blank.
    kept: Vec<Fault>,
    /// Columns with a known fault. They are read as if blank, and required ones as if filled in.
    skipped_columns: Vec<&'static str>,
}

impl<'r> Cells<'r> {
    /// Returns the row, or all of its faults. A parser stops at its first fault, so it runs again without the column of
    /// that fault until it finds no other.
    fn parse_all<R>(&mut self, parse: fn(&mut Cells<'_>) -> Result<R, Fault>) -> Result<R, Vec<Fault>> {
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

    fn skips(&self, column: impl Column) -> bool {
        self.skipped_columns.contains(&column.header())
    }

    /// Creates a fault of the cell in `column`.
    fn fault(&self, column: impl Column, sentence: impl Into<Cow<'static, str>>) -> Fault {
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
    fn first(&self) -> String {
        self.row.first().to_owned()
    }

    /// Returns the cell as written, or a fault if no column could accept it.
    fn undamaged(&self, column: impl Column) -> Result<&'r str, Fault> {
        if self.skips(column) {
            return Ok("");
        }
        let raw = self.row.raw(column);
        cell::damage(raw).map_or(Ok(raw), |sentence| Err(self.fault(column, sentence)))
    }

    fn text(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.filled(cell::text(raw)))
    }

    /// Reads an address to which a mail server could deliver.
    fn email(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        let address = cell::email(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(address.and_then(|address| self.words.filled(address)))
    }

    /// Reads a word that is compared as a value: a job family, a site.
    fn value(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.value(cell::text(raw)))
    }

    /// Reads a cell that the row does not need. If it is invalid, it is left blank and listed.
    fn lenient<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<Option<T>, Fault>) -> Option<T> {
        match read(self) {
            Ok(value) => value,
            Err(fault) => {
                self.kept.push(fault);
                None
            }
        }
    }

    fn required_text(&mut self, column: impl Column) -> Result<Symbol, Fault> {
        let text = self.text(column)?;
        self.filled_in(text, column)
    }

    fn filled_in(&mut self, text: Option<Symbol>, column: impl Column) -> Result<Symbol, Fault> {
        match text {
            Some(text) => Ok(text),
            None if self.skips(column) => Ok(self.words.intern("?")),
            None => Err(self.blank(column)),
        }
    }

    /// Reads a key: a unit code, an employer.
    fn key(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        Ok(self.words.key(cell::key(raw)))
    }

    fn required_key(&mut self, column: impl Column) -> Result<Symbol, Fault> {
        let key = self.key(column)?;
        self.filled_in(key, column)
    }

    /// Reads an employee or assignment number.
    fn number(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.undamaged(column)?;
        let number = cell::number(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(self.words.key(number))
    }

    fn person(&mut self, employer: impl Column, number: impl Column) -> Result<PersonKey, Fault> {
        let employer = self.required_key(employer)?;
        let said = self.number(number)?;
        Ok((employer, self.filled_in(said, number)?))
    }

    /// Reads a person given as `Employer/Employee Number`.
    fn person_in_one(&mut self, column: impl Column) -> Result<Option<PersonKey>, Fault> {
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
    fn one_of<T>(&self, column: impl Column, known: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.mapped(column)?;
        if word.is_empty() {
            // The last of the words requires the fewest other cells.
            let any = super::vocabulary::known(&[self.kind]).into_iter().rev().find_map(&known);
            return any.filter(|_| self.skips(column)).ok_or_else(|| self.blank(column));
        }
        known(word).ok_or_else(|| {
            let listed = super::vocabulary::listed(self.kind);
            self.fault(column, format!("This must be one of {listed}; a mapping file can translate other words"))
        })
    }

    /// Returns the word in a cell, translated by the mapping file.
    fn mapped(&self, column: impl Column) -> Result<&'r str, Fault> {
        Ok(self.options.mapping.translate(self.kind, cell::text(self.undamaged(column)?)))
    }

    fn blank(&self, column: impl Column) -> Fault {
        self.fault(column, format!("{} must be filled in", column.header()))
    }

    /// Reads a date in any column except an end date.
    fn day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::day).map(|day| day.map(|day| self.shifted(day)))
    }

    /// Reads the date of a completed event, which cannot be one that systems write for "never".
    fn done_day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::done_day).map(|day| day.map(|day| self.shifted(day)))
    }

    fn required_day(&self, column: impl Column) -> Result<Day, Fault> {
        match self.day(column)? {
            Some(day) => Ok(day),
            // Earlier than any other date of the row.
            None if self.skips(column) => Ok(Day::new(1900, 1, 1).unwrap_or(self.options.as_at)),
            None => Err(self.blank(column)),
        }
    }

    /// Reads an end date.
    fn end_day(&self, column: impl Column) -> Result<Option<EndDay>, Fault> {
        if self.skips(column) {
            return Ok(Some(EndDay::ForEver));
        }
        let end_day = self.read_day(column, cell::end)?;
        Ok(end_day.map(|end_day| match end_day {
            EndDay::Day(day) => EndDay::Day(self.shifted(day)),
            EndDay::ForEver | EndDay::NoEnd => end_day,
        }))
    }

    fn read_day<T>(
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

    fn shifted(&self, day: Day) -> Day {
        day.plus_days(self.options.shift_days)
    }

    /// Reads a first and a last day.
    fn validity(&self, first: impl Column, last: impl Column) -> Result<Validity, Fault> {
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
    fn whole(&self, column: impl Column, bounds: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, Fault> {
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
