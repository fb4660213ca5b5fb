//! A file's lines as typed rows, or rejects that name line, column and value. Pure: nothing here knows what is on file.

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

use super::cell::{self, Written};
use super::findings::{Fault, FileCount, Findings};
use super::layout::{Column, FileKind, Has, TrainingColumn};
use super::mapping::Mapping;
use super::source::{Head, Refused, Row, Table, Tail};
use super::{Progress, Source};

/// Who somebody is: employer and employee number.
pub(super) type PersonKey = (Symbol, Symbol);

/// A row and the line on which it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<R> {
    pub(super) line: u32,
    pub(super) row: R,
}

/// One file, read.
pub(super) struct File<R> {
    pub(super) count: FileCount,
    pub(super) rows: Vec<Line<R>>,
    pub(super) has: Has,
    /// What rejected rows were about, where that much could be read: it stays on file as it is.
    pub(super) spared: Vec<Spared>,
}

/// What a rejected row was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spared {
    Unit(Symbol),
    /// A post, with as much of it as could be read.
    Post {
        employer: Option<Symbol>,
        person: Option<PersonKey>,
        /// Without one, all posts of the person are meant.
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
    /// The counts of what could be read, where nothing was compared: rows and rejects.
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

/// How files are read.
pub(super) struct Reading<'m> {
    pub(super) mapping: &'m Mapping,
    /// The day that the files describe.
    pub(super) as_at: Day,
    /// Added to every day in the files but the open ends.
    pub(super) shift_days: i64,
    /// The board's time zone, in which a time with an offset is a day.
    pub(super) zone: Tz,
    /// The sheet of workbooks to read; the first that fits if there is none.
    pub(super) sheet: Option<&'m str>,
}

/// Reads every source; each is let go as soon as it is read.
pub(super) fn read_all(
    sources: Vec<Source>,
    reading: &Reading<'_>,
    words: &mut Interner,
    findings: &mut Findings,
    progress: &dyn Progress,
) -> Files {
    let mut files = Files::default();
    for source in sources {
        progress.step(&format!("reading {}", source.name));
        let Source { kind, name, bytes } = source;
        let mut file = Reader { kind, name, bytes: &bytes, reading, words, findings };
        match kind {
            FileKind::Units => files.units = file.read(organisation::unit, organisation::spared_unit, nobody),
            FileKind::Staff => {
                let read = file.read(organisation::post, organisation::spared_post, organisation::about_post);
                files.staff = match (files.staff.take(), read) {
                    (Some(before), Some(read)) => Some(before.with(read)),
                    (before, read) => before.or(read),
                };
            }
            FileKind::Links => files.links = file.read(organisation::link, nothing, organisation::about_link),
            FileKind::Courses => files.courses = file.read(training::course, nothing, nobody),
            FileKind::Training => files.training = file.read(training::record, nothing, training::about),
            FileKind::Supporters => files.supporters = file.read(roles::allocation, nothing, roles::about_allocation),
            FileKind::Unavailability => {
                files.unavailability = file.read(roles::unavailability, nothing, roles::about_unavailability)
            }
            FileKind::Managers => files.managers = file.read(roles::appointment, nothing, roles::about_appointment),
            FileKind::Policies => files.policies = file.read(policy::policy, nothing, nobody),
            FileKind::Exemptions => files.exemptions = file.read(policy::exemption, nothing, nobody),
        }
    }
    files
}

fn nothing(_: &mut Cells<'_>) -> Option<Spared> {
    None
}

fn nobody(_: &mut Cells<'_>) -> Option<PersonKey> {
    None
}

struct Reader<'a> {
    kind: FileKind,
    name: String,
    bytes: &'a [u8],
    reading: &'a Reading<'a>,
    words: &'a mut Interner,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn read<R>(
        &mut self,
        parse: fn(&mut Cells<'_>) -> Result<R, Fault>,
        spare: fn(&mut Cells<'_>) -> Option<Spared>,
        about: fn(&mut Cells<'_>) -> Option<PersonKey>,
    ) -> Option<File<R>> {
        self.table(parse, spare, about)
            .map_err(|refused| {
                let Refused { line, column, value, sentence } = refused;
                self.findings.refuse_file(&self.name, line, column, value, sentence);
            })
            .ok()
    }

    fn table<R>(
        &mut self,
        parse: fn(&mut Cells<'_>) -> Result<R, Fault>,
        spare: fn(&mut Cells<'_>) -> Option<Spared>,
        about: fn(&mut Cells<'_>) -> Option<PersonKey>,
    ) -> Result<File<R>, Refused> {
        let Self { kind, name, bytes, reading, words, findings } = self;
        let table = Table::open(bytes, *kind, reading.mapping, reading.sheet)?;
        let count = FileCount {
            ignored_columns: table.head.ignored.clone(),
            not_asked_for: table.head.not_asked_for.clone(),
            parts: Parts::one(name, table.head.has),
            ..FileCount::of(*kind, name.clone())
        };
        let blank_is_no_record = *kind == FileKind::Training && table.head.blank_is_no_record(reading.mapping);
        let mut file = File { count, rows: Vec::new(), has: table.head.has, spared: Vec::new() };
        let mut nameless: Option<u32> = None;
        let mut month_first: Option<Refused> = None;
        let found_before = findings.rejects.len();
        let tail = table.rows(|row| {
            file.count.rows += 1;
            let mut cells = Cells { row, kind: *kind, reading, words, kept: Vec::new(), passed_over: Vec::new() };
            if blank_is_no_record && row.fault.is_none() && cell::key(row.raw(TrainingColumn::CompletedOn)).is_empty() {
                file.count.unchanged += 1;
                return;
            }
            let faults = match &row.fault {
                Some(fault) => vec![Fault { column: "", value: cells.first(), sentence: fault.clone().into() }],
                None => match cells.all(parse) {
                    Ok(parsed) => {
                        file.rows.push(Line { line: row.line, row: parsed });
                        if !cells.kept.is_empty() {
                            let kept = std::mem::take(&mut cells.kept);
                            let about = about(&mut cells);
                            kept.into_iter().for_each(|fault| findings.keep(name, row.line, about, fault));
                        }
                        return;
                    }
                    Err(faults) => faults,
                },
            };
            let spared = spare(&mut cells);
            if spared.is_none_or(|spared| matches!(spared, Spared::Post { person: None, .. })) {
                nameless = nameless.or(Some(row.line));
            }
            file.spared.extend(spared);
            let about = about(&mut cells);
            for (at, fault) in faults.into_iter().enumerate() {
                if month_first.is_none() && fault.sentence == cell::MONTH_FIRST {
                    let Fault { column, value, sentence } = fault.clone();
                    let (column, value, sentence) = (Some(column), Some(value), sentence.into_owned());
                    month_first = Some(Refused { line: Some(row.line), column, value, sentence });
                } else if at == 0 {
                    findings.reject(&mut file.count, row.line, about, fault);
                } else {
                    findings.point_at(name, row.line, about, fault);
                }
            }
        })?;
        if let Some(refused) = month_first {
            // What was found by reading the other days day first means nothing.
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

/// What was read otherwise than line by line, so that it can be checked.
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

/// The cells of one row, and how to read them.
pub(super) struct Cells<'r> {
    row: &'r Row<'r>,
    kind: FileKind,
    reading: &'r Reading<'r>,
    words: &'r mut Interner,
    /// Cells that made no sense and were left blank.
    kept: Vec<Fault>,
    /// Columns with a fault that is known: they read as if they were blank, and required ones as if they were filled in.
    passed_over: Vec<&'static str>,
}

impl<'r> Cells<'r> {
    /// The row, or every fault of it. A parser stops at the first: so it is run again without the column of that fault, until it
    /// finds no other.
    fn all<R>(&mut self, parse: fn(&mut Cells<'_>) -> Result<R, Fault>) -> Result<R, Vec<Fault>> {
        let mut faults: Vec<Fault> = Vec::new();
        let done = loop {
            // Each run finds the cells that are left blank again.
            self.kept.clear();
            match parse(self) {
                Ok(row) => break Some(row),
                Err(fault) if self.passed_over.contains(&fault.column) => break None,
                Err(fault) => {
                    self.passed_over.push(fault.column);
                    faults.push(fault);
                }
            }
        };
        self.passed_over.clear();
        match done {
            Some(row) if faults.is_empty() => Ok(row),
            Some(_) | None => Err(faults),
        }
    }

    fn passes_over(&self, column: impl Column) -> bool {
        self.passed_over.contains(&column.header())
    }

    /// A fault of the cell in `column`.
    fn fault(&self, column: impl Column, sentence: impl Into<Cow<'static, str>>) -> Fault {
        let sentence = match (sentence.into(), self.row.of_course()) {
            // Which of the columns of a wide export it is.
            (sentence, Some(theirs)) if column.header() == TrainingColumn::CompletedOn.header() => {
                if sentence == cell::MONTH_FIRST { sentence } else { format!("{sentence} (column '{theirs}')").into() }
            }
            (sentence, _) => sentence,
        };
        Fault { column: column.header(), value: self.row.raw(column).to_owned(), sentence }
    }

    /// The first cell that says something: it helps to find a line that is wrong as a whole.
    fn first(&self) -> String {
        self.row.first().to_owned()
    }

    /// The cell as written, unless no column could take it.
    fn sound(&self, column: impl Column) -> Result<&'r str, Fault> {
        if self.passes_over(column) {
            return Ok("");
        }
        let raw = self.row.raw(column);
        cell::damage(raw).map_or(Ok(raw), |sentence| Err(self.fault(column, sentence)))
    }

    fn text(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.sound(column)?;
        Ok(self.words.filled(cell::text(raw)))
    }

    /// An address that a mail server could take.
    fn email(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.sound(column)?;
        let address = cell::email(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(address.and_then(|address| self.words.filled(address)))
    }

    /// A word that is compared as a value: a job family, a site.
    fn value(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.sound(column)?;
        Ok(self.words.value(cell::text(raw)))
    }

    /// A cell without which the row still says who, where and when: if it makes no sense it is left blank, and listed.
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
            None if self.passes_over(column) => Ok(self.words.intern("?")),
            None => Err(self.blank(column)),
        }
    }

    /// The name of a thing: a unit's code, an employer.
    fn key(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.sound(column)?;
        Ok(self.words.key(cell::key(raw)))
    }

    fn required_key(&mut self, column: impl Column) -> Result<Symbol, Fault> {
        let key = self.key(column)?;
        self.filled_in(key, column)
    }

    /// An employee or assignment number.
    fn number(&mut self, column: impl Column) -> Result<Option<Symbol>, Fault> {
        let raw = self.sound(column)?;
        let number = cell::number(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(self.words.key(number))
    }

    fn person(&mut self, employer: impl Column, number: impl Column) -> Result<PersonKey, Fault> {
        let employer = self.required_key(employer)?;
        let said = self.number(number)?;
        Ok((employer, self.filled_in(said, number)?))
    }

    /// A person written as `Employer/Employee Number`.
    fn person_in_one(&mut self, column: impl Column) -> Result<Option<PersonKey>, Fault> {
        let raw = self.sound(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        let (employer, number) = cell::person(raw).map_err(|sentence| self.fault(column, sentence))?;
        let unreadable = self.fault(column, "Write a person as Employer/Employee Number, for example NHSGGC/00010001");
        let (employer, number) = (self.words.key(employer), self.words.key(number));
        employer.zip(number).map(Some).ok_or(unreadable)
    }

    /// A word of a closed set, as the mapping file and `known` have it.
    fn word<T>(&self, column: impl Column, known: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.mapped(column)?;
        if word.is_empty() {
            // The last of the words asks least of the other cells.
            let any = super::vocabulary::known(&[self.kind]).into_iter().rev().find_map(&known);
            return any.filter(|_| self.passes_over(column)).ok_or_else(|| self.blank(column));
        }
        known(word).ok_or_else(|| {
            let listed = super::vocabulary::listed(self.kind);
            self.fault(column, format!("This must be one of {listed}; a mapping file can translate other words"))
        })
    }

    /// A cell's word, after the mapping file.
    fn mapped(&self, column: impl Column) -> Result<&'r str, Fault> {
        Ok(self.reading.mapping.word(self.kind, cell::text(self.sound(column)?)))
    }

    fn blank(&self, column: impl Column) -> Fault {
        self.fault(column, format!("{} must be filled in", column.header()))
    }

    /// A day in any column but that of an end.
    fn day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::day).map(|day| day.map(|day| self.shifted(day)))
    }

    /// A day on which something was done: it cannot be one that systems write for "never".
    fn done_day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        self.read_day(column, cell::done_day).map(|day| day.map(|day| self.shifted(day)))
    }

    fn required_day(&self, column: impl Column) -> Result<Day, Fault> {
        match self.day(column)? {
            Some(day) => Ok(day),
            // Before any other day of the row.
            None if self.passes_over(column) => Ok(Day::new(1900, 1, 1).unwrap_or(self.reading.as_at)),
            None => Err(self.blank(column)),
        }
    }

    /// What a column of ends says.
    fn written(&self, column: impl Column) -> Result<Option<Written>, Fault> {
        if self.passes_over(column) {
            return Ok(Some(Written::ForEver));
        }
        let written = self.read_day(column, cell::end)?;
        Ok(written.map(|written| match written {
            Written::Day(day) => Written::Day(self.shifted(day)),
            Written::ForEver | Written::NoEnd => written,
        }))
    }

    fn read_day<T>(
        &self,
        column: impl Column,
        read: fn(&str, Tz) -> Result<T, Cow<'static, str>>,
    ) -> Result<Option<T>, Fault> {
        let raw = self.sound(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        read(raw, self.reading.zone).map(Some).map_err(|sentence| self.fault(column, sentence))
    }

    fn shifted(&self, day: Day) -> Day {
        day.plus_days(self.reading.shift_days)
    }

    /// A first and a last day.
    fn validity(&self, first: impl Column, last: impl Column) -> Result<Validity, Fault> {
        let from = self.day(first)?;
        let until = match self.written(last)? {
            Some(Written::Day(day)) => Some(day),
            Some(Written::ForEver | Written::NoEnd) | None => None,
        };
        let validity = Validity::from_last(from, until);
        if validity.is_empty() {
            return Err(self.fault(last, format!("This date is before {}", first.header())));
        }
        Ok(validity)
    }

    /// A whole number within `bounds`, or nothing for a blank cell.
    fn whole(&self, column: impl Column, bounds: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, Fault> {
        let raw = cell::key(self.sound(column)?);
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
