//! Several staff files read as one list: a person's posts may be in any of them, and posts in none of them end.

use super::layout::ColumnSet;

/// Line numbers reserved per file: those of the second file start at this number, those of the third at twice this
/// number.
const LINES: u32 = 100_000_000;

/// The files that a list was read from, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts(Vec<(String, ColumnSet)>);

impl Parts {
    pub(super) fn single(name: &str, columns: ColumnSet) -> Self {
        Self(vec![(name.to_owned(), columns)])
    }

    fn part(&self, line: u32) -> Option<&(String, ColumnSet)> {
        self.0.get(usize::try_from(line / LINES).unwrap_or(usize::MAX))
    }

    /// Returns the columns that are in all files of these `lines`, or `None` if there are no lines.
    pub(super) fn columns_at(&self, lines: impl IntoIterator<Item = u32>) -> Option<ColumnSet> {
        let columns = lines.into_iter().filter_map(|line| self.part(line)).map(|(_, columns)| *columns);
        columns.reduce(|one, other| ColumnSet(one.0 & other.0))
    }

    /// Returns the file and the line in it, if `file` is the combined name of several files.
    pub(super) fn locate(&self, file: &str, line: u32) -> Option<(&str, u32)> {
        let several = self.0.len() > 1 && self.name() == file;
        several.then(|| self.part(line).map(|(name, _)| (name.as_str(), line % LINES))).flatten()
    }

    /// Returns the name of a line for a sentence.
    pub(super) fn line_name(&self, line: u32) -> String {
        match self.part(line) {
            Some((name, _)) if self.0.len() > 1 => format!("Line {} of {name}", line % LINES),
            Some(_) | None => format!("Line {line}"),
        }
    }

    /// Appends the files of another list. Returns the number to add to the lines of that list.
    pub(super) fn append(&mut self, next: &Self) -> u32 {
        let offset = u32::try_from(self.0.len()).unwrap_or(u32::MAX).saturating_mul(LINES);
        self.0.extend(next.0.iter().cloned());
        offset
    }

    /// Returns the combined name of the files.
    pub(super) fn name(&self) -> String {
        self.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + ")
    }
}
