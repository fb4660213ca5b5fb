//! Parses the lines of a file into typed rows, or into rejects with line, column and value. Pure: it does not know the
//! records on file.

mod cells;
mod files;
mod organisation;
mod policy;
mod roles;
mod training;

use entity::interner::Interner;
use entity::json_column::ImportedFile;

pub(super) use cells::ReadOptions;
pub(super) use files::{File, Files, NumberedRow};
pub(super) use organisation::{StaffRow, UnitRow};
pub(super) use roles::AllocationRow;
pub(super) use training::TrainingRow;

use cells::Cells;

use super::cell;
use super::fault::Fault;
use super::findings::{FileCount, Findings};
use super::layout::{FileKind, TrainingColumn};
use super::parts::Parts;
use super::progress::Progress;
use super::protected_row::ProtectedRow;
use super::reference::PersonKey;
use super::request::SourceFile;
use super::source::{FileError, Head, Table, Tail};

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
        let imported = ImportedFile {
            file: name.clone(),
            ignored_columns: table.head.ignored.clone(),
            not_asked_for: table.head.not_asked_for.clone(),
            ..ImportedFile::default()
        };
        let count = FileCount { kind: *kind, imported, parts: Parts::single(name, table.head.columns) };
        let blank_is_no_record = *kind == FileKind::Training && table.head.blank_is_no_record(options.mapping);
        let mut file = File { count, rows: Vec::new(), columns: table.head.columns, protected: Vec::new() };
        let mut nameless: Option<u32> = None;
        let mut month_first: Option<FileError> = None;
        let found_before = findings.rejects.len();
        let tail = table.rows(|row| {
            file.count.imported.rows += 1;
            let mut cells = Cells { row, kind: *kind, options, words, kept: Vec::new(), skipped_columns: Vec::new() };
            if blank_is_no_record && row.fault.is_none() && cell::key(row.raw(TrainingColumn::CompletedOn)).is_empty() {
                file.count.imported.unchanged += 1;
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
        notices(name, *kind, &table.head, &tail, file.count.imported.rows, findings);
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
