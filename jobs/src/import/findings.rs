//! What an import has to say: rows that it rejects, things that it noticed, columns that it ignores, counts, and why nothing
//! was written.

use std::borrow::Cow;

use serde::Serialize;

use super::layout::FileKind;
use super::parse::{Parts, PersonKey};

/// A row, or a whole file, that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file's name.
    pub file: String,
    /// Line in the file, from 1; absent where the whole file is meant.
    pub line: Option<u32>,
    /// Our header of the column.
    pub column: Option<&'static str>,
    /// What the cell said.
    pub value: Option<String>,
    /// What is wrong and what would be right, in one sentence.
    pub sentence: String,
    /// The person that the row is about, where that much could be read.
    pub(super) about: Option<PersonKey>,
}

impl Reject {
    /// Line 0 is none.
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

/// Something that was taken, and that somebody should know about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file's name.
    pub file: String,
    /// The first line that it is about.
    pub line: Option<u32>,
    /// One sentence.
    pub sentence: String,
}

/// What became of one file's rows: `rows = added + changed + unchanged + rejected`. Everything counts rows but `ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileCount {
    /// Which of the nine it is.
    #[serde(skip)]
    pub kind: FileKind,
    /// The file's name.
    pub file: String,
    /// Rows below the header, blank lines and totals apart.
    pub rows: u32,
    /// Rows that are new.
    pub added: u32,
    /// Rows that say something else than what was on file.
    pub changed: u32,
    /// Posts or units on file that a full list no longer names: their last day is the day before the as-at day.
    pub ended: u32,
    /// Rows that say what was on file already, or nothing that is kept.
    pub unchanged: u32,
    /// Rows that were not taken.
    pub rejected: u32,
    /// Headers of columns that psn does not read.
    pub ignored_columns: Vec<String>,
    /// Those of them that nobody asked for: identity numbers, birth, home, pay, reasons for absence.
    pub not_asked_for: Vec<String>,
    /// The files that were read as this one.
    #[serde(skip)]
    pub(super) parts: Parts,
}

/// What became of a row that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Added,
    Changed,
    Unchanged,
}

impl FileCount {
    /// A file of which no row has been read.
    pub(super) fn of(kind: FileKind, file: String) -> Self {
        Self {
            kind,
            file,
            rows: 0,
            added: 0,
            changed: 0,
            ended: 0,
            unchanged: 0,
            rejected: 0,
            ignored_columns: Vec::new(),
            not_asked_for: Vec::new(),
            parts: Parts::default(),
        }
    }

    pub(super) fn take(&mut self, taken: Taken) {
        match taken {
            Taken::Added => self.added += 1,
            Taken::Changed => self.changed += 1,
            Taken::Unchanged => self.unchanged += 1,
        }
    }
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) column: &'static str,
    pub(super) value: String,
    pub(super) sentence: Cow<'static, str>,
}

/// Everything found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) rejects: Vec<Reject>,
    pub(super) notices: Vec<Notice>,
    pub(super) refusals: Vec<String>,
    /// Whether a limit was lifted by an allowance.
    pub(super) allowance_used: bool,
    /// Cells that were left blank while their rows were kept.
    pub(super) kept: Vec<Reject>,
}

impl Findings {
    /// A row of `file`, about nobody or about a person, is not taken.
    pub(super) fn reject(&mut self, file: &mut FileCount, line: u32, about: Option<PersonKey>, fault: Fault) {
        file.rejected += 1;
        self.point_at(&file.file, line, about, fault);
    }

    /// A cell of a row that was kept makes no sense and was left blank.
    pub(super) fn keep(&mut self, file: &str, line: u32, about: Option<PersonKey>, fault: Fault) {
        self.kept.push(Reject::new(file, line, about, fault));
    }

    /// Names a cell without counting its row as rejected: the whole change is refused because of it. Line 0 is none.
    pub(super) fn point_at(&mut self, file: &str, line: u32, about: Option<PersonKey>, fault: Fault) {
        self.rejects.push(Reject::new(file, line, about, fault));
    }

    /// A file cannot be read at all, so nothing is.
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

    /// Puts the name of the file, and the line in it, in the place of what several files read as one were called.
    pub(super) fn name_parts(&mut self, parts: &Parts) {
        let rejects = self.rejects.iter_mut().chain(&mut self.kept);
        let rejects = rejects.map(|reject| (&mut reject.file, &mut reject.line));
        let notices = self.notices.iter_mut().map(|notice| (&mut notice.file, &mut notice.line));
        for (file, line) in rejects.chain(notices) {
            if let Some(encoded) = line
                && let Some((name, own)) = parts.place(file, *encoded)
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

/// A cell as a list shows it: at most 200 characters.
fn shortened(value: String) -> String {
    match value.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}
