//! A file's lines as typed rows, or rejects that name line, column and value. Pure: nothing here knows what is on file.

mod organisation;
mod policy;
mod roles;
mod training;

use std::borrow::Cow;

use entity::period::{Day, Validity};

pub(super) use organisation::{LinkRow, PostRow, UnitRow};
pub(super) use policy::{ExemptionRow, PolicyRow};
pub(super) use roles::{AllocationRow, AppointmentRow, ApprovalRow, UnavailabilityRow};
pub(super) use training::{CourseRow, RecordRow};

use super::cell::{self, Written};
use super::findings::{Fault, FileCount, Findings};
use super::layout::{Column, FileKind, Has};
use super::mapping::Mapping;
use super::source::{Row, Table};
use super::words::{Text, Words};
use super::{Progress, Source};

/// Who somebody is: employer and employee number.
pub(super) type PersonKey = (Text, Text);

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
    Unit(Text),
    /// A post, with as much of it as could be read.
    Post {
        employer: Option<Text>,
        person: Option<PersonKey>,
        /// Without one, all posts of the person are meant.
        assignment: Option<Text>,
        unit: Option<Text>,
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
        let Self { units, staff, courses, training, supporters, unavailability, managers, policies, exemptions, links } = self;
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
}

/// Reads every source; each is let go as soon as it is read.
pub(super) fn read_all(
    sources: Vec<Source>,
    reading: &Reading<'_>,
    words: &mut Words,
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
                files.staff = file.read(organisation::post, organisation::spared_post, organisation::about_post)
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
    words: &'a mut Words,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    fn read<R>(
        &mut self,
        parse: fn(&mut Cells<'_>) -> Result<R, Fault>,
        spare: fn(&mut Cells<'_>) -> Option<Spared>,
        about: fn(&mut Cells<'_>) -> Option<PersonKey>,
    ) -> Option<File<R>> {
        let Self { kind, name, bytes, reading, words, findings } = self;
        let refuse = |findings: &mut Findings, refused: super::source::Refused| {
            findings.refuse_file(name, refused.line, refused.column, refused.sentence);
            None
        };
        let table = match Table::open(bytes, *kind, reading.mapping) {
            Ok(table) => table,
            Err(refused) => return refuse(findings, refused),
        };
        let count = FileCount {
            ignored_columns: table.head.ignored.clone(),
            not_asked_for: table.head.not_asked_for.clone(),
            ..FileCount::of(*kind, name.clone())
        };
        let mut file = File { count, rows: Vec::new(), has: table.head.has, spared: Vec::new() };
        let mut nameless: Option<u32> = None;
        let tail = table.rows(|row| {
            file.count.rows += 1;
            let mut cells = Cells { row, kind: *kind, reading, words, kept: Vec::new() };
            let parsed = match &row.fault {
                Some(fault) => Err(Fault { column: "", value: cells.first(), sentence: fault.clone().into() }),
                None => parse(&mut cells),
            };
            match parsed {
                Ok(parsed) => {
                    file.rows.push(Line { line: row.line, row: parsed });
                    if !cells.kept.is_empty() {
                        let kept = std::mem::take(&mut cells.kept);
                        let about = about(&mut cells);
                        kept.into_iter().for_each(|fault| findings.keep(&file.count.file, row.line, about, fault));
                    }
                }
                Err(fault) => {
                    let spared = spare(&mut cells);
                    if spared.is_none_or(|spared| matches!(spared, Spared::Post { person: None, .. })) {
                        nameless = nameless.or(Some(row.line));
                    }
                    file.spared.extend(spared);
                    let about = about(&mut cells);
                    findings.reject(&mut file.count, row.line, about, fault);
                }
            }
        });
        let tail = match tail {
            Ok(tail) => tail,
            Err(refused) => return refuse(findings, refused),
        };
        if file.count.rows == 0 {
            findings.notice(name, None, "It has a header and no rows.");
        }
        if let Some(line) = table.head.below_banner {
            findings.notice(
                name,
                Some(line),
                "The lines above this header were taken for a report banner and skipped.",
            );
        }
        if let Some(line) = tail.totals_from {
            findings.notice(name, Some(line), "The lines from here on were taken for totals and skipped.");
        }
        if let (Some(_), FileKind::Units | FileKind::Staff) = (nameless, *kind) {
            let sentence =
                "A rejected line does not say whom or what it is about, so what is on file may be taken for gone.";
            findings.notice(name, nameless, sentence);
        }
        Some(file)
    }
}

/// The cells of one row, and how to read them.
pub(super) struct Cells<'r> {
    row: &'r Row<'r>,
    kind: FileKind,
    reading: &'r Reading<'r>,
    words: &'r mut Words,
    /// Cells that made no sense and were left blank.
    kept: Vec<Fault>,
}

impl<'r> Cells<'r> {
    /// A fault of the cell in `column`.
    fn fault(&self, column: impl Column, sentence: impl Into<Cow<'static, str>>) -> Fault {
        Fault { column: column.header(), value: self.row.raw(column).to_owned(), sentence: sentence.into() }
    }

    /// The first cell that says something: it helps to find a line that is wrong as a whole.
    fn first(&self) -> String {
        self.row.first().to_owned()
    }

    fn sound(&self, column: impl Column) -> Result<&'r str, Fault> {
        let raw = self.row.raw(column);
        cell::damage(raw).map_or(Ok(raw), |sentence| Err(self.fault(column, sentence)))
    }

    fn text(&mut self, column: impl Column) -> Result<Option<Text>, Fault> {
        let raw = self.sound(column)?;
        Ok(self.words.filled(cell::text(raw)))
    }

    /// A word that is compared as a value: a job family, a site.
    fn value(&mut self, column: impl Column) -> Result<Option<Text>, Fault> {
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

    fn required_text(&mut self, column: impl Column) -> Result<Text, Fault> {
        self.text(column)?.ok_or_else(|| self.blank(column))
    }

    /// The name of a thing: a unit's code, an employer.
    fn key(&mut self, column: impl Column) -> Result<Option<Text>, Fault> {
        let raw = self.sound(column)?;
        Ok(self.words.key(cell::key(raw)))
    }

    fn required_key(&mut self, column: impl Column) -> Result<Text, Fault> {
        self.key(column)?.ok_or_else(|| self.blank(column))
    }

    /// An employee or assignment number.
    fn number(&mut self, column: impl Column) -> Result<Option<Text>, Fault> {
        let raw = self.sound(column)?;
        let number = cell::number(raw).map_err(|sentence| self.fault(column, sentence))?;
        Ok(self.words.key(number))
    }

    fn person(&mut self, employer: impl Column, number: impl Column) -> Result<PersonKey, Fault> {
        let employer = self.required_key(employer)?;
        let number = self.number(number)?.ok_or_else(|| self.blank(number))?;
        Ok((employer, number))
    }

    /// A person written as `Employer/Employee Number`.
    fn person_in_one(&mut self, column: impl Column) -> Result<Option<PersonKey>, Fault> {
        let raw = self.sound(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        let (employer, number) = cell::person(raw).map_err(|sentence| self.fault(column, sentence))?;
        let unreadable = self.fault(column, "Write a person as Employer/Employee Number, as in NHSGGC/00010001");
        let (employer, number) = (self.words.key(employer), self.words.key(number));
        employer.zip(number).map(Some).ok_or(unreadable)
    }

    /// A word of a closed set, as the mapping file and `known` have it.
    fn word<T>(&self, column: impl Column, known: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        let word = self.mapped(column)?;
        if word.is_empty() {
            return Err(self.blank(column));
        }
        known(word).ok_or_else(|| {
            let listed = super::vocabulary::listed(self.kind);
            self.fault(column, format!("This word is not one of {listed}; a mapping file can say what it means"))
        })
    }

    /// A cell's word, after the mapping file.
    fn mapped(&self, column: impl Column) -> Result<&'r str, Fault> {
        Ok(self.reading.mapping.word(self.kind, cell::text(self.sound(column)?)))
    }

    fn blank(&self, column: impl Column) -> Fault {
        self.fault(column, format!("{} must be filled in", column.header()))
    }

    fn day(&self, column: impl Column) -> Result<Option<Day>, Fault> {
        match self.written(column)? {
            None => Ok(None),
            Some(Written::Day(day)) => Ok(Some(day)),
            Some(Written::ForEver) => Err(self.fault(column, "'For ever' can stand in a column of ends only")),
        }
    }

    fn required_day(&self, column: impl Column) -> Result<Day, Fault> {
        self.day(column)?.ok_or_else(|| self.blank(column))
    }

    fn written(&self, column: impl Column) -> Result<Option<Written>, Fault> {
        let raw = self.sound(column)?;
        if cell::key(raw).is_empty() {
            return Ok(None);
        }
        // Two digits of a year are read as the files were written: before they are moved.
        let as_at = self.reading.as_at.plus_days(-self.reading.shift_days);
        match cell::day(raw, as_at) {
            Ok(Written::Day(day)) => Ok(Some(Written::Day(day.plus_days(self.reading.shift_days)))),
            Ok(Written::ForEver) => Ok(Some(Written::ForEver)),
            Err(sentence) => Err(self.fault(column, sentence)),
        }
    }

    /// A first and a last day. 31/12/4712 and 31/12/9999 as the last day are an open end.
    fn validity(&self, first: impl Column, last: impl Column) -> Result<Validity, Fault> {
        let from = self.day(first)?;
        let until = match self.written(last)? {
            Some(Written::Day(day)) => Some(day),
            Some(Written::ForEver) | None => None,
        };
        let validity = Validity::from_last(from, until);
        if validity.is_empty() {
            return Err(self.fault(last, format!("This day is before {}", first.header())));
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
                Err(self.fault(column, format!("Write a whole number from {} to {}", bounds.start(), bounds.end())))
            }
        }
    }
}
