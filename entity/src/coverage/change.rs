//! How a team's gap has changed between two stored days (COVERAGE.md section 8).

use super::mix::Verdict;
use super::team::TeamRow;
use crate::period::Day;
use crate::value::Status;

/// The figures that a comparison uses: a team on one stored day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GapState {
    /// The status.
    pub status: Status,
    /// Number of whole Peer Supporters missing. `None` without a policy.
    pub gap: Option<u32>,
    /// Number of MUST mix rules that are not met.
    pub unmet_must: u32,
}

impl From<&TeamRow> for GapState {
    fn from(row: &TeamRow) -> Self {
        let unmet = row.mix.iter().filter(|outcome| outcome.rule.must && outcome.verdict == Verdict::Unmet);
        Self { status: row.status, gap: row.gap, unmet_must: u32::try_from(unmet.count()).unwrap_or(u32::MAX) }
    }
}

/// How a team's gap has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A gap that was not there, or was not known.
    New,
    /// The gap has grown in at least one way, or is no longer known.
    Worse,
    /// The gap is as it was.
    Same,
    /// The gap has shrunk, and grown in no way.
    Better,
    /// There is no gap any more.
    Closed,
}

impl Change {
    /// Returns the code of COVERAGE.md section 8.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Worse => "WORSE",
            Self::Same => "SAME",
            Self::Better => "BETTER",
            Self::Closed => "CLOSED",
        }
    }
}

/// Whether a status is a gap to be closed. UNKNOWN is a gap: the team is not known to be covered.
#[must_use]
pub const fn is_gap(status: Status) -> bool {
    match status {
        Status::Unknown | Status::None | Status::Partial | Status::MixGap => true,
        Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => false,
    }
}

/// Compares a team with its state before; `None` stands for a day on which it had no row. Returns `None` if there was
/// no gap and is none now.
///
/// If one figure improved and another got worse, the result is worse: a team is never called better than it is. A gap
/// that was known and is now UNKNOWN is worse; one that was UNKNOWN and is now known is new.
#[must_use]
pub fn compare(before: Option<GapState>, now: Option<GapState>) -> Option<Change> {
    let gap = |seen: Option<GapState>| seen.filter(|seen| is_gap(seen.status));
    let unknown = |seen: GapState| seen.status == Status::Unknown;
    match (gap(before), gap(now)) {
        (None, None) => None,
        (None, Some(_)) => Some(Change::New),
        (Some(_), None) => Some(Change::Closed),
        (Some(before), Some(now)) => Some(match (unknown(before), unknown(now)) {
            (true, true) => Change::Same,
            (false, true) => Change::Worse,
            (true, false) => Change::New,
            (false, false) => graded(before, now),
        }),
    }
}

fn graded(before: GapState, now: GapState) -> Change {
    let rank = |seen: GapState| match seen.status {
        Status::None => 3,
        Status::Partial => 2,
        Status::MixGap => 1,
        Status::Unknown | Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => 0,
    };
    let figures = |seen: GapState| [rank(seen), seen.gap.unwrap_or(0)];
    let pairs = || figures(now).into_iter().zip(figures(before));
    let worse = pairs().any(|(now, before)| now > before);
    let better = pairs().any(|(now, before)| now < before);
    // Unmet mix rules only decide between equal gaps: beside a larger gap they add no information.
    match (worse, better) {
        (true, _) => Change::Worse,
        (false, true) => Change::Better,
        (false, false) => match now.unmet_must.cmp(&before.unmet_must) {
            std::cmp::Ordering::Greater => Change::Worse,
            std::cmp::Ordering::Less => Change::Better,
            std::cmp::Ordering::Equal => Change::Same,
        },
    }
}

/// Returns the day on which the present gap opened. It is carried over from the last stored day while the gap lasts, so
/// that a team that moves in the tree keeps its gap's age. `today` for a new gap; `None` without a gap.
#[must_use]
pub fn gap_opened_on(now: Status, today: Day, before: Option<(Status, Option<Day>)>) -> Option<Day> {
    is_gap(now).then(|| before.filter(|(status, _)| is_gap(*status)).and_then(|(_, opened)| opened).unwrap_or(today))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(status: Status, gap: u32) -> Option<GapState> {
        Some(GapState { status, gap: Some(gap), unmet_must: 0 })
    }

    #[test]
    fn a_gap_is_new_worse_the_same_better_or_closed() {
        use Status::{Covered, Exempt, MixGap, None as NoCover, Partial};
        assert_eq!(compare(seen(Covered, 0), seen(Partial, 1)), Some(Change::New));
        assert_eq!(compare(None, seen(NoCover, 2)), Some(Change::New));
        assert_eq!(compare(seen(Partial, 1), seen(Partial, 2)), Some(Change::Worse));
        assert_eq!(compare(seen(Partial, 1), seen(NoCover, 1)), Some(Change::Worse));
        assert_eq!(compare(seen(MixGap, 0), seen(MixGap, 0)), Some(Change::Same));
        assert_eq!(compare(seen(NoCover, 2), seen(Partial, 1)), Some(Change::Better));
        assert_eq!(compare(seen(Partial, 1), seen(Exempt, 1)), Some(Change::Closed));
        assert_eq!(compare(seen(Partial, 1), None), Some(Change::Closed));
        assert_eq!(compare(seen(Covered, 0), seen(Covered, 0)), None);
    }

    #[test]
    fn a_gap_becoming_unknown_is_worse() {
        let unknown = Some(GapState { status: Status::Unknown, gap: None, unmet_must: 0 });
        assert_eq!(compare(seen(Status::Partial, 2), unknown), Some(Change::Worse));
        assert_eq!(compare(unknown, seen(Status::MixGap, 0)), Some(Change::New));
        assert_eq!(compare(unknown, unknown), Some(Change::Same));
        assert_eq!(compare(seen(Status::Covered, 0), unknown), Some(Change::New));
        assert_eq!(compare(unknown, seen(Status::AtRisk, 0)), Some(Change::Closed));
    }

    #[test]
    fn a_gap_keeps_its_opening_day() {
        let monday = Day::new(2026, 11, 16).expect("a day");
        let next = monday.plus_days(7);
        assert_eq!(gap_opened_on(Status::Partial, next, Some((Status::None, Some(monday)))), Some(monday));
        assert_eq!(gap_opened_on(Status::Partial, next, Some((Status::Covered, None))), Some(next));
        assert_eq!(gap_opened_on(Status::Partial, next, None), Some(next));
        assert_eq!(gap_opened_on(Status::Covered, next, Some((Status::Partial, Some(monday)))), None);
    }
}
