//! Why a file cannot be read.

/// The reason, with the line and the column if it is about one of them.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::import) struct FileError {
    pub(in crate::import) line: Option<u32>,
    pub(in crate::import) column: Option<&'static str>,
    pub(in crate::import) value: Option<String>,
    pub(in crate::import) sentence: String,
}

impl FileError {
    pub(super) fn whole(sentence: impl Into<String>) -> Self {
        Self { line: None, column: None, value: None, sentence: sentence.into() }
    }

    pub(super) fn at_line(line: u32, sentence: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::whole(sentence) }
    }
}
