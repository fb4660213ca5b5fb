//! The mapping file, with which another system's export is read unchanged.
//!
//! ```toml
//! [headers]                       # their header = ours
//! "Team Code" = "Unit Code"
//!
//! [words]                         # their word = ours, in Status, Role, course Level and Contract Type
//! "Passed with merit" = "Passed"
//!
//! [constants]                     # our header = what every row says where the file has no such column
//! "Employer" = "NHSGGC"
//!
//! [staff.headers]                 # the same three tables for one file; they come before the general ones
//! "Position" = "Job Title"
//!
//! [training]
//! blank_means_not_done = true     # a row without a day of completion is no record, and no error
//!
//! [training.courses]              # a wide export, one row per person: their column of days = the course completed on them
//! "Fire safety - Completion date" = "FS-1"
//! ```

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::layout::{FileKind, header_key};
use super::vocabulary;

/// A checked mapping file: every target is one of psn's headers or words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    every: Tables,
    one: BTreeMap<&'static str, Tables>,
    /// For a wide training export: the key of its header to the course code.
    courses: BTreeMap<String, String>,
    /// The value of `blank_means_not_done`. Null if the mapping does not set it.
    blank_means_not_done: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tables {
    /// The key of the other system's header to the key of psn's header.
    headers: BTreeMap<String, String>,
    /// The key of the other system's word to psn's word.
    words: BTreeMap<String, String>,
    /// The key of psn's header to the constant.
    constants: BTreeMap<String, String>,
}

/// Why a mapping file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is not valid TOML.
    #[error("the mapping file is not valid TOML: {0:.300}")]
    Syntax(String),
    /// An unknown table or key.
    #[error(
        "the mapping file has an unknown entry '{0:.60}'; allowed are [headers], [words] and [constants], the same for one file, as in [staff.headers], and for training.csv also [training.courses] and blank_means_not_done"
    )]
    UnknownKey(String),
    /// A value that is not text.
    #[error("'{0:.60}' in the mapping file must be text in quotation marks")]
    NotText(String),
    /// `blank_means_not_done` is neither true nor false.
    #[error("'{0:.60}' in the mapping file must be true or false, without quotation marks")]
    NotBoolean(String),
    /// A column with two meanings.
    #[error("the mapping file names the column '{0:.60}' both as a course and as a psn column; keep one of the two")]
    CourseAndHeader(String),
    /// A target that is not one of psn's headers.
    #[error("the mapping file maps '{theirs:.60}' to '{ours:.60}', which is not a column of {files}")]
    UnknownHeader {
        /// The other system's header.
        theirs: String,
        /// What it is mapped to.
        ours: String,
        /// The files in which it was looked for.
        files: String,
    },
    /// A target that is not one of psn's words.
    #[error(
        "the mapping file maps the word '{theirs:.60}' to '{ours:.60}', which is not a known word; the known words are {known}"
    )]
    UnknownWord {
        /// The other system's word.
        theirs: String,
        /// What it is mapped to.
        ours: String,
        /// The known words.
        known: String,
    },
}

impl Mapping {
    /// Reads a mapping file.
    ///
    /// # Errors
    ///
    /// The first entry that is not valid, by name.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let file: Table =
            text.parse().map_err(|error: toml::de::Error| MappingError::Syntax(error.message().to_owned()))?;
        let mut mapping = Self::default();
        for (key, value) in file {
            if key == BLANK_MEANS_NOT_DONE {
                mapping.blank_means_not_done = Some(boolean(&key, &value)?);
                continue;
            }
            let Value::Table(table) = value else { return Err(MappingError::UnknownKey(key)) };
            if let Some(kind) = FileKind::ALL.into_iter().find(|kind| kind.as_str() == key) {
                let tables = mapping.one.entry(kind.as_str()).or_default();
                for (part, value) in table {
                    let name = format!("{key}.{part}");
                    if kind == FileKind::Training && part == BLANK_MEANS_NOT_DONE {
                        mapping.blank_means_not_done = Some(boolean(&name, &value)?);
                        continue;
                    }
                    let Value::Table(table) = value else { return Err(MappingError::UnknownKey(name)) };
                    if kind == FileKind::Training && part == "courses" {
                        for (theirs, course) in &table {
                            let Value::String(course) = course else {
                                return Err(MappingError::NotText(format!("{name}.{theirs}")));
                            };
                            mapping.courses.insert(header_key(theirs), course.trim().to_owned());
                        }
                        continue;
                    }
                    tables.read(&part, &name, &table, &[kind])?;
                }
            } else {
                mapping.every.read(&key, &key, &table, &FileKind::ALL)?;
            }
        }
        match mapping.courses.keys().find(|theirs| mapping.header(FileKind::Training, theirs) != **theirs) {
            Some(theirs) => Err(MappingError::CourseAndHeader(theirs.clone())),
            None => Ok(mapping),
        }
    }

    /// Returns the columns of a wide `kind` export that hold completion dates: the key of the header, and the course
    /// code.
    pub(super) fn courses(&self, kind: FileKind) -> impl Iterator<Item = (&str, &str)> {
        let courses = (kind == FileKind::Training).then_some(&self.courses);
        courses.into_iter().flatten().map(|(theirs, course)| (theirs.as_str(), course.as_str()))
    }

    /// Returns the course of the column `header` in a wide `kind` export.
    pub(super) fn course_of(&self, kind: FileKind, header: &str) -> Option<&str> {
        (kind == FileKind::Training).then(|| self.courses.get(&header_key(header)).map(String::as_str)).flatten()
    }

    /// Whether a course record without a completion date is skipped. Defaults to true if the file has no status column
    /// of its own (`status_is_constant`): then only the date says whether the course was passed.
    pub(super) fn blank_means_not_done(&self, status_is_constant: bool) -> bool {
        self.blank_means_not_done.unwrap_or(status_is_constant)
    }

    /// Returns the key of psn's header for `header` in a `kind` file: its own key if it is not mapped.
    pub(super) fn header(&self, kind: FileKind, header: &str) -> String {
        let key = header_key(header);
        let ours = |tables: &Tables| {
            let ours = tables.headers.get(&key)?;
            kind.columns().iter().any(|column| header_key(column.header) == *ours).then(|| ours.clone())
        };
        self.find(kind, ours).unwrap_or(key)
    }

    /// Returns psn's word for `word`, or `word` itself if it is not mapped.
    pub(super) fn translate<'a>(&'a self, kind: FileKind, word: &'a str) -> &'a str {
        if self.every.words.is_empty() && self.one.is_empty() {
            return word;
        }
        let key = header_key(word);
        let of = |tables: &'a Tables| tables.words.get(&key).map(String::as_str);
        self.one.get(kind.as_str()).and_then(of).or_else(|| of(&self.every)).unwrap_or(word)
    }

    /// Returns the value that every row has in the column `header` if the file has no such column.
    pub(super) fn constant(&self, kind: FileKind, header: &str) -> Option<String> {
        let key = header_key(header);
        self.find(kind, |tables| tables.constants.get(&key).cloned())
    }

    fn find<T>(&self, kind: FileKind, of: impl Fn(&Tables) -> Option<T>) -> Option<T> {
        self.one.get(kind.as_str()).and_then(&of).or_else(|| of(&self.every))
    }
}

/// The entry of a mapping file that says what a blank completion date means.
const BLANK_MEANS_NOT_DONE: &str = "blank_means_not_done";

fn boolean(name: &str, value: &Value) -> Result<bool, MappingError> {
    value.as_bool().ok_or_else(|| MappingError::NotBoolean(name.to_owned()))
}

impl Tables {
    fn read(&mut self, part: &str, name: &str, table: &Table, kinds: &[FileKind]) -> Result<(), MappingError> {
        for (left, right) in table {
            let Value::String(right) = right else { return Err(MappingError::NotText(format!("{name}.{left}"))) };
            match part {
                "headers" => {
                    known_header(left, right, kinds)?;
                    self.headers.insert(header_key(left), header_key(right));
                }
                "words" => {
                    let known = vocabulary::known(kinds);
                    if !known.iter().any(|word| header_key(word) == header_key(right)) {
                        let (theirs, ours) = (left.clone(), right.clone());
                        return Err(MappingError::UnknownWord { theirs, ours, known: known.join(", ") });
                    }
                    self.words.insert(header_key(left), right.clone());
                }
                "constants" => {
                    known_header(left, left, kinds)?;
                    self.constants.insert(header_key(left), right.trim().to_owned());
                }
                _ => return Err(MappingError::UnknownKey(name.to_owned())),
            }
        }
        Ok(())
    }
}

fn known_header(theirs: &str, ours: &str, kinds: &[FileKind]) -> Result<(), MappingError> {
    let key = header_key(ours);
    if kinds.iter().flat_map(|kind| kind.columns()).any(|column| header_key(column.header) == key) {
        return Ok(());
    }
    let files = match kinds {
        [kind] => kind.file_name(),
        _ => "any file".to_owned(),
    };
    Err(MappingError::UnknownHeader { theirs: theirs.to_owned(), ours: ours.to_owned(), files })
}

#[cfg(test)]
mod tests {
    use super::{FileKind, Mapping, MappingError};

    #[test]
    fn a_files_own_mapping_comes_first() {
        let mapping = Mapping::parse(
            "[headers]\n'Team Code' = 'Unit Code'\n[words]\nDone = 'Passed'\n[constants]\nEmployer = 'NHSGGC'\n\
             [training.words]\ndone = 'Failed'\n[staff.headers]\nPosition = 'Job Title'\n",
        )
        .unwrap();
        assert_eq!(mapping.header(FileKind::Staff, " TEAM  code"), "unit code");
        assert_eq!(mapping.header(FileKind::Courses, "Team Code"), "team code", "courses have no Unit Code");
        assert_eq!(mapping.header(FileKind::Staff, "position"), "job title");
        assert_eq!(mapping.header(FileKind::Units, "position"), "position");
        assert_eq!(mapping.translate(FileKind::Training, "DONE"), "Failed");
        assert_eq!(mapping.translate(FileKind::Supporters, "done"), "Passed");
        assert_eq!(mapping.constant(FileKind::Staff, "Employer").as_deref(), Some("NHSGGC"));
    }

    #[test]
    fn course_columns_and_blank_dates_are_mapped() {
        let mapping = Mapping::parse("[training.courses]\n'Fire  Safety' = 'FS-1'\n").unwrap();
        assert_eq!(mapping.course_of(FileKind::Training, "fire safety "), Some("FS-1"));
        assert_eq!(mapping.course_of(FileKind::Staff, "fire safety"), None);
        assert_eq!(mapping.courses(FileKind::Training).collect::<Vec<_>>(), [("fire safety", "FS-1")]);
        assert!(mapping.blank_means_not_done(true) && !mapping.blank_means_not_done(false));
        for text in ["blank_means_not_done = true", "[training]\nblank_means_not_done = true"] {
            assert!(Mapping::parse(text).unwrap().blank_means_not_done(false), "{text}");
        }
        let never = Mapping::parse("[training]\nblank_means_not_done = false").unwrap();
        assert!(!never.blank_means_not_done(true));
    }

    #[test]
    fn unknown_entries_are_refused_by_name() {
        let refused = |text: &str| Mapping::parse(text).unwrap_err();
        assert!(matches!(refused("[headers"), MappingError::Syntax(_)));
        assert_eq!(refused("[header]\na = 'b'"), MappingError::UnknownKey("header".to_owned()));
        assert_eq!(refused("headers = 'x'"), MappingError::UnknownKey("headers".to_owned()));
        assert_eq!(refused("[staff.header]\na = 'b'"), MappingError::UnknownKey("staff.header".to_owned()));
        assert_eq!(refused("[constants]\nEmployer = 1"), MappingError::NotText("constants.Employer".to_owned()));
        for text in ["[headers]\na = 'Team'", "[courses.headers]\na = 'Employer'", "[constants]\nTeam = 'x'"] {
            assert!(matches!(refused(text), MappingError::UnknownHeader { .. }), "{text}");
        }
        assert!(matches!(refused("[words]\na = 'Sort of'"), MappingError::UnknownWord { .. }));
        let name = "training.blank_means_not_done".to_owned();
        assert_eq!(refused("[training]\nblank_means_not_done = 'yes'"), MappingError::NotBoolean(name));
        let key = "staff.blank_means_not_done".to_owned();
        assert_eq!(refused("[staff]\nblank_means_not_done = true"), MappingError::UnknownKey(key));
        let both = "[training.courses]\nDone = 'A'\n[training.headers]\nDone = 'Completed On'";
        assert_eq!(refused(both), MappingError::CourseAndHeader("done".to_owned()));
    }
}
