//! Rows of supporters.csv about roles that are kept in the register, by which a person would count for less. Until a
//! coordinator settles it, the more cautious of file and register holds from the file's as-at day on (REGISTER.md
//! section 1).

use crate::coverage::roster::{Allocation, Disputed};
use crate::period::{Day, Validity};
use crate::value::Role;
use crate::value::register::DifferenceKind;

/// By what a row takes a person out of the count, wholly or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSays {
    /// The role ends earlier: the first day without it.
    Ends(Day),
    /// The role begins later.
    BeginsLater(Day),
    /// The role is paused.
    Paused(Validity),
    /// The share is lower, in thousandths.
    LowerShare(u32),
    /// The row names another unit.
    OtherUnit,
}

/// The values of [`FileSays`] as they are stored. The unit is stored apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredSaying {
    /// What the file says.
    pub kind: DifferenceKind,
    /// Its first day.
    pub from: Option<Day>,
    /// The first day after it.
    pub to: Option<Day>,
    /// Its share, in thousandths.
    pub share: Option<i32>,
}

impl FileSays {
    /// The kind of difference.
    #[must_use]
    pub const fn kind(self) -> DifferenceKind {
        match self {
            Self::Ends(_) => DifferenceKind::Ends,
            Self::BeginsLater(_) => DifferenceKind::BeginsLater,
            Self::Paused(_) => DifferenceKind::Paused,
            Self::LowerShare(_) => DifferenceKind::LowerShare,
            Self::OtherUnit => DifferenceKind::OtherUnit,
        }
    }

    /// The values to store.
    #[must_use]
    pub fn stored(self) -> StoredSaying {
        let none = StoredSaying { kind: self.kind(), from: None, to: None, share: None };
        match self {
            Self::Ends(to) => StoredSaying { to: Some(to), ..none },
            Self::BeginsLater(from) => StoredSaying { from: Some(from), ..none },
            Self::Paused(Validity { from, to }) => StoredSaying { from, to, ..none },
            Self::LowerShare(share) => StoredSaying { share: i32::try_from(share).ok(), ..none },
            Self::OtherUnit => none,
        }
    }

    /// The values as they were stored. `None` if a value is missing.
    #[must_use]
    pub fn from_stored(stored: StoredSaying) -> Option<Self> {
        let StoredSaying { kind, from, to, share } = stored;
        Some(match kind {
            DifferenceKind::Ends => Self::Ends(to?),
            DifferenceKind::BeginsLater => Self::BeginsLater(from?),
            DifferenceKind::Paused => Self::Paused(Validity { from, to }),
            DifferenceKind::LowerShare => Self::LowerShare(u32::try_from(share?).ok()?),
            DifferenceKind::OtherUnit => Self::OtherUnit,
        })
    }
}

/// What the register has of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredRole {
    /// The role.
    pub role: Role,
    /// Its days.
    pub validity: Validity,
    /// Its share, in thousandths.
    pub share: u32,
    /// Every pause of the person's role.
    pub pauses: Vec<Validity>,
}

/// What a row says about the same role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledRole {
    /// Its days.
    pub validity: Validity,
    /// Its share, in thousandths.
    pub share: u32,
    /// Its pause. `None` if the row has none.
    pub pause: Option<Validity>,
}

impl RegisteredRole {
    /// Whether there is a day from `day` on.
    #[must_use]
    pub fn goes_on(&self, day: Day) -> bool {
        !self.validity.is_empty() && !self.validity.ended_by(day)
    }

    /// Returns by what a row as at `as_at` would take the person out of the count on that day or later. Empty if the row
    /// would not.
    #[must_use]
    pub fn lowered_by(&self, row: &FiledRole, as_at: Day) -> Vec<FileSays> {
        if !self.goes_on(as_at) {
            return Vec::new();
        }
        let mut found = Vec::new();
        if let Some(to) = row.validity.to.filter(|to| self.validity.to.is_none_or(|known| *to < known)) {
            found.push(FileSays::Ends(to));
            if to <= as_at {
                // It is over: how it went on before does not matter.
                return found;
            }
        }
        if let Some(from) = row.validity.from.filter(|from| Some(*from) > self.validity.from && *from > as_at) {
            found.push(FileSays::BeginsLater(from));
        }
        // Wellbeing Champions and Trainers have no share and no pauses.
        if self.role == Role::PeerSupporter {
            let coming = |pause: &Validity| !is_covered(clipped(*pause, as_at), &self.pauses);
            found.extend(row.pause.filter(coming).map(FileSays::Paused));
            if row.share < self.share {
                found.push(FileSays::LowerShare(row.share));
            }
        }
        found
    }
}

/// The days of a validity from `day` on.
fn clipped(validity: Validity, day: Day) -> Validity {
    Validity { from: validity.from.max(Some(day)), to: validity.to }
}

/// Whether each day of a validity is one of the days of others.
fn is_covered(mut validity: Validity, by: &[Validity]) -> bool {
    let mut sorted = by.to_vec();
    sorted.sort_by_key(|pause| pause.from);
    for pause in sorted {
        if validity.is_empty() {
            break;
        }
        if pause.from <= validity.from && validity.from.is_none_or(|from| !pause.ended_by(from)) {
            match pause.to {
                Some(to) => validity.from = Some(to),
                None => return true,
            }
        }
    }
    validity.is_empty()
}

/// A difference that no coordinator has settled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDifference {
    /// What the file says.
    pub says: FileSays,
    /// From this day on, the more cautious of the two holds.
    pub as_at: Day,
}

impl OpenDifference {
    /// The days on which the role is held by file and register. Empty if there are none; two spells if the file lets it
    /// begin later than the as-at day.
    #[must_use]
    pub fn days_of(&self, registered: Validity) -> Vec<Validity> {
        let Self { says, as_at } = *self;
        match says {
            FileSays::Ends(to) => vec![ended(registered, to.max(as_at))],
            FileSays::OtherUnit => vec![ended(registered, as_at)],
            FileSays::BeginsLater(from) => {
                let before = ended(registered, as_at);
                let spells = [before, Validity { from: registered.from.max(Some(from)), ..registered }];
                spells.into_iter().filter(|days| !days.is_empty()).collect()
            }
            FileSays::Paused(_) | FileSays::LowerShare(_) => vec![registered],
        }
    }

    /// Makes an allocation count as the more cautious of file and register. The allocation keeps what the register has.
    pub fn apply(&self, allocation: &mut Allocation) {
        let Self { says, as_at } = *self;
        let since = allocation.disputed.map_or(as_at, |disputed| disputed.since.min(as_at));
        let known = allocation.disputed;
        let mut disputed = Disputed {
            since,
            registered: allocation.registered(),
            lower_share: known.and_then(|known| known.lower_share),
            before_start: known.and_then(|known| known.before_start),
        };
        match says {
            FileSays::Ends(to) => allocation.validity = ended(allocation.validity, to.max(as_at)),
            FileSays::OtherUnit => allocation.validity = ended(allocation.validity, as_at),
            FileSays::BeginsLater(from) if allocation.validity.from.is_some_and(|known| as_at <= known) => {
                allocation.validity.from = allocation.validity.from.max(Some(from));
            }
            FileSays::BeginsLater(from) => {
                disputed.before_start = Some(Validity { from: Some(as_at), to: Some(from) });
            }
            FileSays::Paused(pause) => allocation.pauses.push(clipped(pause, as_at)),
            FileSays::LowerShare(share) => {
                disputed.lower_share = Some(disputed.lower_share.map_or(share, |known| known.min(share)));
            }
        }
        allocation.disputed = Some(disputed);
    }
}

/// The same days without those from `day` on.
fn ended(validity: Validity, day: Day) -> Validity {
    let to = validity.to.map_or(day, |to| to.min(day));
    // A role that had not begun by then has no day at all.
    Validity { to: Some(validity.from.map_or(to, |from| from.max(to))), ..validity }
}

#[cfg(test)]
mod tests;
