//! Several staff files read as one list: a person's posts may be in any of them, and what is in none of them ends.

use super::super::findings::FileCount;
use super::super::layout::Has;
use super::{File, PostRow};

/// Lines of one file. Those of the second file are counted from here on, those of the third from twice as much.
const LINES: u32 = 100_000_000;

/// The files that a list was read from, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Parts(Vec<(String, Has)>);

impl Parts {
    pub(super) fn one(name: &str, has: Has) -> Self {
        Self(vec![(name.to_owned(), has)])
    }

    fn part(&self, line: u32) -> Option<&(String, Has)> {
        self.0.get(usize::try_from(line / LINES).unwrap_or(usize::MAX))
    }

    /// The columns that all files have in which `lines` stand; none if there are no lines.
    pub(in super::super) fn has(&self, lines: impl IntoIterator<Item = u32>) -> Option<Has> {
        let has = lines.into_iter().filter_map(|line| self.part(line)).map(|(_, has)| *has);
        has.reduce(|one, other| Has(one.0 & other.0))
    }

    /// The file and the line in it, if `file` is what several files together are called.
    pub(in super::super) fn place(&self, file: &str, line: u32) -> Option<(&str, u32)> {
        let several = self.0.len() > 1 && self.name() == file;
        several.then(|| self.part(line).map(|(name, _)| (name.as_str(), line % LINES))).flatten()
    }

    /// How a sentence names a line.
    pub(in super::super) fn told(&self, line: u32) -> String {
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
    /// This list with the rows of one more file.
    pub(super) fn with(mut self, next: Self) -> Self {
        let File { count, rows, has, spared } = next;
        let offset = u32::try_from(self.count.parts.0.len()).unwrap_or(u32::MAX).saturating_mul(LINES);
        self.count.parts.0.extend(count.parts.0.iter().cloned());
        self.rows.extend(rows.into_iter().map(|mut line| {
            line.line = line.line.saturating_add(offset);
            line
        }));
        self.spared.extend(spared);
        self.has = Has(self.has.0 & has.0);
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
