//! The files of the demonstration board, which are embedded. `board/README.md` has their source and licence.

use std::borrow::Cow;

use entity::period::Day;
use jobs::import::{FileKind, SourceFile};

/// The date that the present files describe, a Monday.
pub(super) fn as_at() -> Day {
    Day::new(2026, 11, 16).expect("a day")
}

/// The two states of the board, each with its own set of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoardState {
    /// The board nine weeks ago.
    Earlier,
    /// The board now.
    Present,
}

impl BoardState {
    /// Both, in the order in which they are imported.
    pub(super) const ALL: [Self; 2] = [Self::Earlier, Self::Present];

    /// The number of days before [`as_at`] that the files describe.
    pub(super) const fn days_before(self) -> i64 {
        match self {
            Self::Earlier => 63,
            Self::Present => 0,
        }
    }

    /// Returns the ten files.
    pub(super) fn sources(self) -> Vec<SourceFile> {
        let bytes = match self {
            Self::Earlier => earlier,
            Self::Present => present,
        };
        let source = |kind: FileKind| SourceFile { kind, name: kind.file_name(), bytes: Cow::Borrowed(bytes(kind)) };
        FileKind::ALL.into_iter().map(source).collect()
    }
}

macro_rules! files {
    ($name:ident in $folder:literal) => {
        const fn $name(kind: FileKind) -> &'static [u8] {
            match kind {
                FileKind::Units => include_bytes!(concat!($folder, "/units.csv")),
                FileKind::Staff => include_bytes!(concat!($folder, "/staff.csv")),
                FileKind::Links => include_bytes!(concat!($folder, "/links.csv")),
                FileKind::Courses => include_bytes!(concat!($folder, "/courses.csv")),
                FileKind::Training => include_bytes!(concat!($folder, "/training.csv")),
                FileKind::Supporters => include_bytes!(concat!($folder, "/supporters.csv")),
                FileKind::Unavailability => include_bytes!(concat!($folder, "/unavailability.csv")),
                FileKind::Managers => include_bytes!(concat!($folder, "/managers.csv")),
                FileKind::Policies => include_bytes!(concat!($folder, "/policies.csv")),
                FileKind::Exemptions => include_bytes!(concat!($folder, "/exemptions.csv")),
            }
        }
    };
}

files!(present in "board");
files!(earlier in "board/earlier");
