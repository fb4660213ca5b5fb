//! This week's answer for a team beside the one that was mailed last (COVERAGE.md section 8).

use entity::value::Status;

use super::board::Team;

/// What became of a team's gap since the last report that was mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// A gap that was not there, or was not known.
    New,
    /// The gap has grown in one way at least, or is no longer assessed.
    Worse,
    /// The gap is as it was.
    Same,
    /// The gap has shrunk and grown in no way.
    Better,
    /// The gap is gone.
    Closed,
}

impl Change {
    /// The word of COVERAGE.md.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Worse => "WORSE",
            Self::Same => "SAME",
            Self::Better => "BETTER",
            Self::Closed => "CLOSED",
        }
    }
}

/// Whether a status needs somebody to act: a gap, or a team that nobody has a policy for.
#[must_use]
pub const fn is_open(status: Status) -> bool {
    match status {
        Status::None | Status::Partial | Status::MixGap | Status::Unknown => true,
        Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => false,
    }
}

/// The change of one team, whose row may have been elsewhere in the tree or not there at all; nothing where there is and was
/// no gap.
///
/// Where one figure improved and another did not, it is worse: the reading that never calls a team better than it is. A team
/// that had a gap and is no longer assessed is worse, one that was not assessed and has a gap is new.
#[must_use]
pub fn change(now: &Team, before: Option<&Team>) -> Option<Change> {
    let was_open = before.filter(|team| is_open(team.status));
    match (is_open(now.status), was_open) {
        (false, None) => None,
        (false, Some(_)) => Some(Change::Closed),
        (true, None) => Some(Change::New),
        (true, Some(before)) => Some(match (now.status == Status::Unknown, before.status == Status::Unknown) {
            (true, true) => Change::Same,
            (true, false) => Change::Worse,
            (false, true) => Change::New,
            (false, false) => graded(severity(now), severity(before)),
        }),
    }
}

/// How bad a gap is, in three figures of which each is worse when larger: the status, people short, unmet MUST rules.
fn severity(team: &Team) -> [i64; 3] {
    let rank = match team.status {
        Status::None => 3,
        Status::Partial => 2,
        Status::MixGap => 1,
        Status::Unknown | Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => 0,
    };
    [rank, i64::from(team.gap.unwrap_or(0)), i64::try_from(team.unmet_must.len()).unwrap_or(i64::MAX)]
}

fn graded(now: [i64; 3], before: [i64; 3]) -> Change {
    let pairs = || now.iter().zip(&before);
    // An unmet mix rule beside a larger gap says nothing of its own, so it only decides between equals.
    let worse = pairs().take(2).any(|(now, before)| now > before);
    let better = pairs().take(2).any(|(now, before)| now < before);
    match (worse, better) {
        (true, _) => Change::Worse,
        (false, true) => Change::Better,
        (false, false) if now[2] > before[2] => Change::Worse,
        (false, false) if now[2] < before[2] => Change::Better,
        (false, false) => Change::Same,
    }
}

#[cfg(test)]
mod tests {
    use entity::value::Status;
    use proptest::prelude::*;

    use super::{Change, change};
    use crate::report::board::Team;
    use crate::report::sample::team;

    fn with(status: Status, gap: i32) -> Team {
        Team { status, gap: Some(gap), ..team(1, "T", 10) }
    }

    #[test]
    fn each_change_by_example() {
        use Status::{AtRisk, Covered, Exempt, MixGap, None as Nobody, Partial, Unknown};
        for (before, now, expected) in [
            ((Covered, 0), (Covered, 0), None),
            ((Covered, 0), (Partial, 1), Some(Change::New)),
            ((Partial, 1), (Nobody, 1), Some(Change::Worse)),
            ((Partial, 1), (Partial, 2), Some(Change::Worse)),
            ((Nobody, 2), (Partial, 3), Some(Change::Worse)),
            ((Partial, 2), (Partial, 2), Some(Change::Same)),
            ((Nobody, 2), (Partial, 1), Some(Change::Better)),
            ((Partial, 1), (MixGap, 0), Some(Change::Better)),
            ((Partial, 1), (AtRisk, 0), Some(Change::Closed)),
            ((Partial, 1), (Exempt, 1), Some(Change::Closed)),
            ((Partial, 1), (Unknown, 0), Some(Change::Worse)),
            ((Unknown, 0), (Partial, 1), Some(Change::New)),
            ((Unknown, 0), (Unknown, 0), Some(Change::Same)),
            ((Unknown, 0), (Covered, 0), Some(Change::Closed)),
        ] {
            assert_eq!(change(&with(now.0, now.1), Some(&with(before.0, before.1))), expected, "{before:?} -> {now:?}");
        }
        assert_eq!(change(&with(Partial, 1), None), Some(Change::New));
    }

    #[test]
    fn one_more_unmet_rule_makes_a_mix_gap_worse() {
        let before = Team { unmet_must: vec!["one more job family".into()], ..with(Status::MixGap, 0) };
        let now = Team { unmet_must: vec!["one more job family".into(), "one more site".into()], ..before.clone() };
        assert_eq!(change(&now, Some(&before)), Some(Change::Worse));
        assert_eq!(change(&before, Some(&now)), Some(Change::Better));
    }

    proptest! {
        #[test]
        fn turned_round_in_time_worse_is_never_same_and_same_stays_same(a in 0..Status::ALL.len(), b in 0..Status::ALL.len(), gap_a in 0..4, gap_b in 0..4) {
            let (a, b) = (with(Status::ALL[a], gap_a), with(Status::ALL[b], gap_b));
            let (forth, back) = (change(&a, Some(&b)), change(&b, Some(&a)));
            prop_assert_eq!(forth == Some(Change::Same), back == Some(Change::Same));
            prop_assert_eq!(forth.is_none(), back.is_none());
            prop_assert!(!(forth == Some(Change::Better) && back == Some(Change::Better)));
        }
    }
}
