//! The actions for a team from its stored row, in words that a mail may show.

use entity::coverage::PublishedCause;
use entity::coverage::lost_cover;
use entity::coverage::suggested_actions::{self, Audience, Gap};

use super::snapshot_tree::Team;

fn gap(team: &Team) -> Gap<'_> {
    // Stored figures are never negative.
    let figure = |stored: i32| u32::try_from(stored).unwrap_or(0);
    Gap {
        status: team.status,
        short: figure(team.gap.unwrap_or(0)),
        supporters: figure(team.supporters),
        share: figure(team.share),
        not_counting: &team.not_counting.0,
        unmet_must: team.mix.unmet_must().collect(),
        unknown_because: team.unknown_because,
        rows_not_read: figure(team.rows_not_read),
    }
}

/// Returns what closes a team's gap, one instruction per sentence. Empty if it has no gap.
#[must_use]
pub fn to_close(team: &Team) -> Vec<String> {
    suggested_actions::to_close(&gap(team), Audience::Mail)
}

/// Returns why a covered team will lose its cover, one reason per sentence.
#[must_use]
pub fn what_ends(team: &Team) -> Vec<String> {
    lost_cover::what_ends(&team.at_risk_causes.0)
}

/// Returns what would keep the cover of teams that will lose it, as a clause: `renew 2 approvals and book 1 refresher`.
#[must_use]
pub fn to_keep<'a>(teams: impl IntoIterator<Item = &'a Team>) -> String {
    let causes = |team: &'a Team| -> &'a [PublishedCause] { &team.at_risk_causes.0 };
    lost_cover::to_keep(teams.into_iter().flat_map(causes))
}

#[cfg(test)]
mod tests {
    use entity::coverage::PublishedCause;
    use entity::json_column::{AtRiskCauses, NotCounting};
    use entity::value::{Reason, Status};
    use proptest::prelude::*;

    use super::{to_close, to_keep, what_ends};
    use crate::report::sample::{short, team, unmet_must};
    use crate::report::snapshot_tree::Team;

    fn uncovered(not_counting: &[(Reason, u32)], gap: i32) -> Team {
        Team {
            status: Status::None,
            supporters: 0,
            share: 0,
            not_counting: NotCounting(not_counting.to_vec()),
            ..short(1, "T", 27, gap, "2026-11-02")
        }
    }

    #[test]
    fn a_stored_row_says_what_closes_its_gap() {
        let open = Team {
            mix: unmet_must(&[("2 different band", "one more band")]),
            ..uncovered(&[(Reason::Level2Missing, 1), (Reason::NotSignedOff, 2), (Reason::Left, 1)], 4)
        };
        assert_eq!(
            to_close(&open),
            [
                "Arrange Level 2 training and sign-off (2) for 3 colleagues who are already allocated.",
                "Also nominate 1 person.",
                "Choose people so that Peer Supporters here are from at least 2 different bands.",
                "1 allocated colleague has left: end the allocation.",
            ]
        );
        let in_parts = Team { share: 800, ..uncovered(&[], 1) };
        assert_eq!(to_close(&in_parts), ["Nominate 1 person, with at least half of their share here."]);
        assert!(to_close(&team(1, "T", 9)).is_empty());
    }

    #[test]
    fn merges_steps_of_teams_that_lose_cover() {
        let work = |reason, people| PublishedCause::Work { reason, people };
        let losing =
            |id, causes: &[PublishedCause]| Team { at_risk_causes: AtRiskCauses(causes.to_vec()), ..team(id, "T", 9) };
        let one = losing(1, &[work(Reason::CertificateExpired, 1), work(Reason::SeniorApprovalMissing, 2)]);
        let other = losing(2, &[work(Reason::CertificateExpired, 2)]);
        assert_eq!(what_ends(&one), ["1 certificate expires.", "2 senior managers' approvals lapse."]);
        assert_eq!(to_keep([&one, &other]), "renew 2 approvals and book 3 refreshers");
    }

    proptest! {
        /// The words do not depend on personal reasons, nor on how many people have one.
        #[test]
        fn personal_reasons_change_no_word(
            away in 0..4_u32, paused in 0..4_u32, stood_down in 0..4_u32, open in 0..3_u32, gap in 1..4,
        ) {
            let work = [(Reason::Level2Missing, open)];
            let all = [
                (Reason::StoodDown, stood_down), (Reason::Paused, paused), (Reason::Away, away), work[0],
            ];
            prop_assert_eq!(to_close(&uncovered(&all, gap)), to_close(&uncovered(&work, gap)));
        }
    }
}
