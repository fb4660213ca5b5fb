//! The files of an import, as `import_batch` stores them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// The contents and changes of each file. A list in an older form is read as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(transparent)]
pub struct ImportedFiles(#[serde(deserialize_with = "super::or_empty")] pub Vec<ImportedFile>);

/// The contents and changes of one file: `rows = added + changed + unchanged + kept + rejected`. All numbers count rows,
/// except `ended`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportedFile {
    /// The file's name, without its folder.
    pub file: String,
    /// Rows below the header, without blank lines and totals.
    pub rows: u32,
    /// New rows.
    pub added: u32,
    /// Rows that differ from the record on file.
    pub changed: u32,
    /// Posts or units on file that a full list no longer names. Their last day is the day before the as-at day.
    pub ended: u32,
    /// Rows that equal the record on file, or that contain nothing to store.
    pub unchanged: u32,
    /// Rows about roles that are kept in the register. They change nothing.
    pub kept: u32,
    /// Rejected rows.
    pub rejected: u32,
    /// Headers of unknown columns, which were ignored.
    pub ignored_columns: Vec<String>,
    /// Those of them with data that psn does not want: identity numbers, birth, home, pay, reasons for absence.
    pub not_asked_for: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::{ImportedFile, ImportedFiles};

    #[test]
    fn files_are_stored_with_all_their_counts() {
        let file = ImportedFile {
            file: "staff.csv".to_owned(),
            rows: 9,
            added: 1,
            changed: 2,
            ended: 3,
            unchanged: 4,
            kept: 1,
            rejected: 1,
            ignored_columns: vec!["Colour".to_owned()],
            not_asked_for: Vec::new(),
        };
        let json = r#"[{"file":"staff.csv","rows":9,"added":1,"changed":2,"ended":3,"unchanged":4,"kept":1,"rejected":1,"ignored_columns":["Colour"],"not_asked_for":[]}]"#;
        let files = ImportedFiles(vec![file]);
        assert_eq!(serde_json::to_string(&files).unwrap(), json);
        assert_eq!(serde_json::from_str::<ImportedFiles>(json).unwrap(), files);
    }

    #[test]
    fn missing_counts_are_zero() {
        let files: ImportedFiles = serde_json::from_str(r#"[{"file":"staff.csv","rows":9}]"#).unwrap();
        let file = ImportedFile { file: "staff.csv".to_owned(), rows: 9, ..ImportedFile::default() };
        assert_eq!(files, ImportedFiles(vec![file]));
    }
}
