//! What an import reports: rejected rows, notices, ignored columns, counts, and why nothing was written.

use entity::json_column::ImportedFile;

use super::fault::Fault;
use super::layout::FileKind;
use super::parts::Parts;
use super::reference::PersonKey;

/// A rejected row, or a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file's name.
    pub file: String,
    /// Line in the file, from 1. Null if the whole file is rejected.
    pub line: Option<u32>,
    /// psn's header of the column.
    pub column: Option<&'static str>,
    /// The value of the cell.
    pub value: Option<String>,
    /// What is wrong and what would be right.
    pub sentence: String,
    /// The person that the row is about, if readable.
    pub(super) about: Option<PersonKey>,
}

impl Reject {
    /// Creates a reject. Line 0 means no line.
    fn new(file: &str, line: u32, about: Option<PersonKey>, fault: Fault) -> Self {
        Self {
            file: file.to_owned(),
            line: Some(line).filter(|line| *line > 0),
            column: Some(fault.column).filter(|column| !column.is_empty()),
            value: Some(shortened(fault.value)),
            sentence: fault.sentence.into_owned(),
            about,
        }
    }
}

/// A message about accepted data that the importer should read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file's name.
    pub file: String,
    /// The first line that it refers to.
    pub line: Option<u32>,
    /// The message.
    pub sentence: String,
}

/// Counts for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCount {
    /// Which of the ten files it is.
    pub kind: FileKind,
    /// Its name and its counts, as the import is recorded with them.
    pub imported: ImportedFile,
    /// The files that were read as this list.
    pub(super) parts: Parts,
}

/// The result of an accepted row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowResult {
    Added,
    Changed,
    Unchanged,
}

impl FileCount {
    /// Creates counts of zero.
    pub(super) fn empty(kind: FileKind, file: String) -> Self {
        Self { kind, imported: ImportedFile { file, ..ImportedFile::default() }, parts: Parts::default() }
    }

    pub(super) fn add(&mut self, result: RowResult) {
        match result {
            RowResult::Added => self.imported.added += 1,
            RowResult::Changed => self.imported.changed += 1,
            RowResult::Unchanged => self.imported.unchanged += 1,
        }
    }
}

/// Everything found during an import.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) rejects: Vec<Reject>,
    pub(super) notices: Vec<Notice>,
    pub(super) refusals: Vec<String>,
    /// Whether an allowance lifted a limit.
    pub(super) allowance_used: bool,
    /// Invalid cells that were left blank in rows that were kept.
    pub(super) kept: Vec<Reject>,
}

impl Findings {
    /// Rejects a row of `file`, which may be about a person.
    pub(super) fn reject(&mut self, file: &mut FileCount, line: u32, about: Option<PersonKey>, fault: Fault) {
        file.imported.rejected += 1;
        self.mark_cell(&file.imported.file, line, about, fault);
    }

    /// Lists an invalid cell that was left blank in a row that was kept.
    pub(super) fn keep_with_notice(&mut self, file: &str, line: u32, about: Option<PersonKey>, fault: Fault) {
        self.kept.push(Reject::new(file, line, about, fault));
    }

    /// Lists a cell without counting its row as rejected: the import as a whole is refused because of it. Line 0 means
    /// no line.
    pub(super) fn mark_cell(&mut self, file: &str, line: u32, about: Option<PersonKey>, fault: Fault) {
        self.rejects.push(Reject::new(file, line, about, fault));
    }

    /// Refuses the import because a file cannot be read.
    pub(super) fn refuse_file(
        &mut self,
        file: &str,
        line: Option<u32>,
        column: Option<&'static str>,
        value: Option<String>,
        sentence: String,
    ) {
        let value = value.map(shortened);
        let place = match (line, column, &value) {
            (Some(line), Some(column), Some(value)) => format!(" line {line}, {column} '{value}'"),
            (Some(line), None, None) => format!(" line {line}"),
            _ => String::new(),
        };
        self.refusals.push(format!("{file}{place}: {sentence}."));
        self.rejects.push(Reject { file: file.to_owned(), line, column, value, sentence, about: None });
    }

    /// Replaces the combined name and line number of several files read as one with the file's own.
    pub(super) fn resolve_parts(&mut self, parts: &Parts) {
        let rejects = self.rejects.iter_mut().chain(&mut self.kept);
        let rejects = rejects.map(|reject| (&mut reject.file, &mut reject.line));
        let notices = self.notices.iter_mut().map(|notice| (&mut notice.file, &mut notice.line));
        for (file, line) in rejects.chain(notices) {
            if let Some(encoded) = line
                && let Some((name, own)) = parts.locate(file, *encoded)
            {
                *file = name.to_owned();
                *encoded = own;
            }
        }
    }

    pub(super) fn notice(&mut self, file: &str, line: Option<u32>, sentence: impl Into<String>) {
        self.notices.push(Notice { file: file.to_owned(), line, sentence: sentence.into() });
    }
}

/// Shortens a value to at most 200 characters.
fn shortened(value: String) -> String {
    match value.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}
