//! Compares a team with its row in the last report, by the rule of COVERAGE.md section 8, which the API uses too.

use entity::coverage::change;
use entity::value::Status;

pub use entity::coverage::change::{Change, is_gap as is_open};

use super::snapshot_tree::Team;

/// Returns the change of one team, whose previous row may be elsewhere in the tree or missing. `None` if there is no gap and
/// there was none.
#[must_use]
pub fn change(now: &Team, before: Option<&Team>) -> Option<Change> {
    change::compare(before.map(Team::seen), Some(now.seen()))
}

/// Whether a covered team will lose its cover, and the last report did not say so or named a later day.
#[must_use]
pub fn is_newly_at_risk(now: &Team, before: Option<&Team>) -> bool {
    let Some(said) = before.filter(|before| before.status == Status::AtRisk) else {
        return now.status == Status::AtRisk;
    };
    let is_sooner = now.at_risk_from.zip(said.at_risk_from).is_some_and(|(now, said)| now < said);
    now.status == Status::AtRisk && is_sooner
}

#[cfg(test)]
mod tests {
    use entity::value::Status;
    use proptest::prelude::*;

    use super::{Change, change, is_newly_at_risk};
    use crate::report::sample::{at, team, unmet_must};
    use crate::report::snapshot_tree::Team;

    fn with(status: Status, gap: i32) -> Team {
        Team { status, gap: Some(gap), ..team(1, "T", 10) }
    }

    #[test]
    fn classifies_each_change() {
        use Status::{AtRisk, Covered, Exempt, MixGap, None as NoSupporter, Partial, Unknown};
        for (before, now, expected) in [
            ((Covered, 0), (Covered, 0), None),
            ((Covered, 0), (Partial, 1), Some(Change::New)),
            ((Partial, 1), (NoSupporter, 1), Some(Change::Worse)),
            ((Partial, 1), (Partial, 2), Some(Change::Worse)),
            ((NoSupporter, 2), (Partial, 3), Some(Change::Worse)),
            ((Partial, 2), (Partial, 2), Some(Change::Same)),
            ((NoSupporter, 2), (Partial, 1), Some(Change::Better)),
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
    fn one_more_unmet_rule_is_worse() {
        let before = Team { mix: unmet_must(&[("2 different job_family", "")]), ..with(Status::MixGap, 0) };
        let now =
            Team { mix: unmet_must(&[("2 different job_family", ""), ("2 different site", "")]), ..before.clone() };
        assert_eq!(change(&now, Some(&before)), Some(Change::Worse));
        assert_eq!(change(&before, Some(&now)), Some(Change::Better));
    }

    #[test]
    fn losing_cover_is_new_once_unless_sooner() {
        let losing = |from: &str| Team { at_risk_from: Some(at(from)), ..with(Status::AtRisk, 0) };
        let now = losing("2026-12-14");
        for (before, expected) in [
            (None, true),
            (Some(with(Status::Covered, 0)), true),
            (Some(with(Status::Partial, 1)), true),
            (Some(losing("2026-12-15")), true),
            (Some(losing("2026-12-14")), false),
            (Some(losing("2026-12-01")), false),
        ] {
            assert_eq!(is_newly_at_risk(&now, before.as_ref()), expected, "{before:?}");
        }
        assert!(!is_newly_at_risk(&with(Status::Covered, 0), Some(&now)));
        assert!(!is_newly_at_risk(&with(Status::None, 1), Some(&now)));
    }

    proptest! {
        #[test]
        fn reversing_time_keeps_same_and_never_two_improvements(a in 0..Status::ALL.len(), b in 0..Status::ALL.len(), gap_a in 0..4, gap_b in 0..4) {
            let (a, b) = (with(Status::ALL[a], gap_a), with(Status::ALL[b], gap_b));
            let (forth, back) = (change(&a, Some(&b)), change(&b, Some(&a)));
            prop_assert_eq!(forth == Some(Change::Same), back == Some(Change::Same));
            prop_assert_eq!(forth.is_none(), back.is_none());
            prop_assert!(!(forth == Some(Change::Better) && back == Some(Change::Better)));
        }
    }
}
