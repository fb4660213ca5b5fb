//! The demonstration board's files, in the binary; where they come from and under which licence is in `board/README.md`.

use std::borrow::Cow;

use entity::period::Day;
use jobs::import::{FileKind, Source};

/// The day that the files describe, a Monday.
pub(super) fn as_at() -> Day {
    Day::new(2026, 11, 16).expect("a day")
}

/// The nine files.
pub(super) fn sources() -> Vec<Source> {
    let source = |kind: FileKind| Source { kind, name: kind.file_name(), bytes: Cow::Borrowed(bytes(kind)) };
    FileKind::ALL.into_iter().map(source).collect()
}

const fn bytes(kind: FileKind) -> &'static [u8] {
    match kind {
        FileKind::Units => include_bytes!("board/units.csv"),
        FileKind::Staff => include_bytes!("board/staff.csv"),
        FileKind::Courses => include_bytes!("board/courses.csv"),
        FileKind::Training => include_bytes!("board/training.csv"),
        FileKind::Supporters => include_bytes!("board/supporters.csv"),
        FileKind::Unavailability => include_bytes!("board/unavailability.csv"),
        FileKind::Managers => include_bytes!("board/managers.csv"),
        FileKind::Policies => include_bytes!("board/policies.csv"),
        FileKind::Exemptions => include_bytes!("board/exemptions.csv"),
    }
}
