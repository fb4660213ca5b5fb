//! What to import, and how.

use std::borrow::Cow;

use chrono_tz::Tz;
use entity::period::Day;

use super::layout::FileKind;
use super::limits::Allowances;
use super::mapping::Mapping;

/// One file to import.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Which of the ten files it is.
    pub kind: FileKind,
    /// Its name without its folder, as used in findings.
    pub name: String,
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only reports what would change.
    DryRun,
    /// Writes all files, or nothing.
    Apply,
}

/// An import: its files and options.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The files: at most one of each kind, except for staff. They are imported in the order of [`FileKind::ALL`],
    /// whatever their order here.
    pub sources: Vec<SourceFile>,
    /// The day that the files describe. People who are no longer in a full list had their last day the day before.
    pub as_at: Day,
    /// How headers and words of another system are translated.
    pub mapping: Mapping,
    /// Whether anything is written.
    pub mode: Mode,
    /// Which limits the import may exceed.
    pub allow: Allowances,
    /// Employers whose posts all end the day before `as_at`. Case and repeated spaces do not matter.
    pub ends_employers: Vec<String>,
    /// Whether the roles that supporters.csv names go back from the register to the file. Those with a wish of the
    /// person's own stay.
    pub take_over: bool,
    /// Days added to every date in the files except open ends. The demonstration board is moved by whole weeks; its
    /// `as_at` is already moved.
    pub shift_days: i64,
    /// How many of the changed rows to list at most. Use 0 if the list is not needed.
    pub list_changes: usize,
    /// The board's time zone. A time with an offset is converted to its date in this zone.
    pub zone: Tz,
    /// The sheet of a workbook to read. Defaults to the first sheet with a suitable header.
    pub sheet: Option<String>,
}
