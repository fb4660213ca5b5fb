//! Several staff files read as one list: a person's posts may be in any of them, and posts in none of them end.

use super::super::findings::FileCount;
use super::super::layout::ColumnSet;
use super::{File, PostRow};

/// Line numbers reserved per file: those of the second file start at this number, those of the third at twice this
/// number.
const LINES: u32 = 100_000_000;

/// The files that a list was read from, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Parts(Vec<(String, ColumnSet)>);

impl Parts {
    pub(super) fn single(name: &str, columns: ColumnSet) -> Self {
        Self(vec![(name.to_owned(), columns)])
    }

    fn part(&self, line: u32) -> Option<&(String, ColumnSet)> {
        self.0.get(usize::try_from(line / LINES).unwrap_or(usize::MAX))
    }

    /// Returns the columns that are in all files of these `lines`, or `None` if there are no lines.
    pub(in super::super) fn columns_at(&self, lines: impl IntoIterator<Item = u32>) -> Option<ColumnSet> {
        let columns = lines.into_iter().filter_map(|line| self.part(line)).map(|(_, columns)| *columns);
        columns.reduce(|one, other| ColumnSet(one.0 & other.0))
    }

    /// Returns the file and the line in it, if `file` is the combined name of several files.
    pub(in super::super) fn locate(&self, file: &str, line: u32) -> Option<(&str, u32)> {
        let several = self.0.len() > 1 && self.name() == file;
        several.then(|| self.part(line).map(|(name, _)| (name.as_str(), line % LINES))).flatten()
    }

    /// Returns the name of a line for a sentence.
    pub(in super::super) fn line_name(&self, line: u32) -> String {
        match self.part(line) {
            Some((name, _)) if self.0.len() > 1 => format!("Line {} of {name}", line % LINES),
            Some(_) | None => format!("Line {line}"),
        }
    }

    fn name(&self) -> String {
        self.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" + ")
    }
}

impl File<PostRow> {
    /// Appends the rows of one more file to this list.
    pub(super) fn with(mut self, next: Self) -> Self {
        let File { count, rows, columns, protected } = next;
        let offset = u32::try_from(self.count.parts.0.len()).unwrap_or(u32::MAX).saturating_mul(LINES);
        self.count.parts.0.extend(count.parts.0.iter().cloned());
        self.rows.extend(rows.into_iter().map(|mut line| {
            line.line = line.line.saturating_add(offset);
            line
        }));
        self.protected.extend(protected);
        self.columns = ColumnSet(self.columns.0 & columns.0);
        let FileCount { rows, added, changed, ended, unchanged, rejected, ignored_columns, not_asked_for, .. } = count;
        let all = &mut self.count;
        all.file = all.parts.name();
        all.rows += rows;
        all.added += added;
        all.changed += changed;
        all.ended += ended;
        all.unchanged += unchanged;
        all.rejected += rejected;
        for (all, more) in [(&mut all.ignored_columns, ignored_columns), (&mut all.not_asked_for, not_asked_for)] {
            all.extend(more);
            let mut known = std::collections::HashSet::new();
            all.retain(|name| known.insert(name.clone()));
        }
        self
    }
}
