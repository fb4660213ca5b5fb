//! The files of an import as typed rows.

use entity::json_column::ImportedFile;

use super::super::findings::FileCount;
use super::super::layout::ColumnSet;
use super::super::protected_row::ProtectedRow;
use super::super::record::{Appointment, Course, Exemption, Link, Policy, Unavailability};
use super::super::reference::Written;
use super::organisation::{StaffRow, UnitRow};
use super::roles::AllocationRow;
use super::training::TrainingRow;

/// A row and its line in the file.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct NumberedRow<R> {
    pub(in crate::import) line: u32,
    pub(in crate::import) row: R,
}

/// A file that was read.
pub(in crate::import) struct File<R> {
    pub(in crate::import) count: FileCount,
    pub(in crate::import) rows: Vec<NumberedRow<R>>,
    pub(in crate::import) columns: ColumnSet,
    /// What rejected rows were about, as far as it could be read. These records stay on file unchanged.
    pub(in crate::import) protected: Vec<ProtectedRow>,
}

impl<R> File<R> {
    /// Appends the rows of one more file to this list.
    pub(super) fn with(mut self, next: Self) -> Self {
        let File { count, rows, columns, protected } = next;
        let offset = self.count.parts.append(&count.parts);
        self.rows.extend(rows.into_iter().map(|mut line| {
            line.line = line.line.saturating_add(offset);
            line
        }));
        self.protected.extend(protected);
        self.columns = ColumnSet(self.columns.0 & columns.0);
        let FileCount { kind: _, imported, parts: _ } = count;
        let ImportedFile {
            file: _,
            rows,
            added,
            changed,
            ended,
            unchanged,
            kept,
            rejected,
            ignored_columns,
            not_asked_for,
        } = imported;
        let name = self.count.parts.name();
        let all = &mut self.count.imported;
        all.file = name;
        all.rows += rows;
        all.added += added;
        all.changed += changed;
        all.ended += ended;
        all.unchanged += unchanged;
        all.kept += kept;
        all.rejected += rejected;
        for (all, more) in [(&mut all.ignored_columns, ignored_columns), (&mut all.not_asked_for, not_asked_for)] {
            all.extend(more);
            let mut known = std::collections::HashSet::new();
            all.retain(|name| known.insert(name.clone()));
        }
        self
    }
}

/// The files of one import.
#[derive(Default)]
pub(in crate::import) struct Files {
    pub(in crate::import) units: Option<File<UnitRow>>,
    pub(in crate::import) staff: Option<File<StaffRow>>,
    pub(in crate::import) courses: Option<File<Course>>,
    pub(in crate::import) training: Option<File<TrainingRow>>,
    pub(in crate::import) supporters: Option<File<AllocationRow>>,
    pub(in crate::import) unavailability: Option<File<Unavailability<Written>>>,
    pub(in crate::import) managers: Option<File<Appointment<Written>>>,
    pub(in crate::import) policies: Option<File<Policy<Written>>>,
    pub(in crate::import) exemptions: Option<File<Exemption<Written>>>,
    pub(in crate::import) links: Option<File<Link<Written>>>,
}

impl Files {
    /// Returns the counts of what could be read if nothing was compared: rows and rejects.
    pub(in crate::import) fn counts(self) -> Vec<FileCount> {
        let Self { units, staff, courses, training, supporters, unavailability, managers, policies, exemptions, links } =
            self;
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
