//! What would close a team's gap, in sentences without names, as the API and the pages print them.

use super::mix::{Outcome, Verdict};
use super::team::TeamRow;
use crate::value::{Reason, Status, UnknownBecause};

/// What a team's status and figures say about closing its gap.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'a> {
    /// The answer.
    pub status: Status,
    /// Whole supporters short; absent without a policy or without staff.
    pub short: Option<u32>,
    /// P: distinct active people with a share of at least 500.
    pub supporters: u32,
    /// A: sum of the active shares, in thousandths.
    pub share: u32,
    /// Allocated people who do not count, by headline.
    pub not_counting: &'a [(Reason, u32)],
    /// Why the status is UNKNOWN; present exactly then.
    pub unknown_because: Option<UnknownBecause>,
    /// Rows of staff lists that name the team and were rejected.
    pub rows_not_read: u32,
}

impl<'a> From<&'a TeamRow> for Gap<'a> {
    fn from(row: &'a TeamRow) -> Self {
        let TeamRow { status, gap, supporters, share, not_counting, unknown_because, rows_not_read, .. } = row;
        Self {
            status: *status,
            short: *gap,
            supporters: *supporters,
            share: *share,
            not_counting,
            unknown_because: *unknown_because,
            rows_not_read: *rows_not_read,
        }
    }
}

/// What would close the gap, one sentence each; `unmet` are the sentences of the MUST mix rules that fail. Empty where there
/// is no gap to close.
#[must_use]
pub fn what_would_close(gap: Gap<'_>, unmet: impl IntoIterator<Item = String>) -> Vec<String> {
    let Gap { status, short, supporters, share, not_counting, unknown_because, rows_not_read } = gap;
    match status {
        Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => Vec::new(),
        Status::Unknown => vec![match unknown_because {
            Some(UnknownBecause::RowsNotRead) => {
                let rows = if rows_not_read == 1 { "row names" } else { "rows name" };
                format!(
                    "{rows_not_read} {rows} this team in a staff list and could not be read. Correct the list and import it again."
                )
            }
            Some(UnknownBecause::DataStale) => {
                "The staff lists are too old to show that this team is covered. Import new ones.".to_owned()
            }
            Some(UnknownBecause::NoPolicy) | None => {
                "No policy is in force here: set one for this team or for a unit above it.".to_owned()
            }
        }],
        Status::None | Status::Partial | Status::MixGap => {
            let more = short.filter(|short| *short > 0).map(|short| {
                let people = if short == 1 { "Peer Supporter" } else { "Peer Supporters" };
                // Enough in parts, but nobody with half of their share here: another fifth of a person closes nothing.
                let half = if supporters == 0 && share > 0 { ", with at least half of their share here" } else { "" };
                format!("{short} more {people}{half}.")
            });
            more.into_iter().chain(unmet).chain(who_does_not_count(not_counting)).collect()
        }
    }
}

/// As [`what_would_close`], of a computed row. `tells_of_supporters` says whether to tell why those who are allocated do not
/// count, and how many have what a rule asks for: in a small team a count without a name is about somebody whom everybody there
/// knows.
#[must_use]
pub fn of_team(row: &TeamRow, tells_of_supporters: bool) -> Vec<String> {
    let fails = |outcome: &&Outcome| outcome.rule.must && outcome.verdict == Verdict::Unmet;
    let gap = Gap::from(row);
    let not_counting = if tells_of_supporters { gap.not_counting } else { &[] };
    let sentence = if tells_of_supporters { Outcome::sentence } else { Outcome::published_sentence };
    what_would_close(Gap { not_counting, ..gap }, row.mix.iter().filter(fails).map(sentence))
}

/// Allocated people who do not count and why; who stood down in good order is no way to close a gap.
fn who_does_not_count(not_counting: &[(Reason, u32)]) -> Option<String> {
    let who: Vec<_> = not_counting.iter().copied().filter(|(reason, _)| *reason != Reason::StoodDown).collect();
    let people: u32 = who.iter().map(|(_, people)| people).sum();
    let subject = if people == 1 { "allocated Peer Supporter does" } else { "allocated Peer Supporters do" };
    let reasons = match clauses(&who).as_slice() {
        [(only, _)] => (*only).to_owned(),
        several => several.iter().map(|(clause, people)| format!("{clause} ({people})")).collect::<Vec<_>>().join(", "),
    };
    (people > 0).then(|| format!("{people} {subject} not count: {reasons}."))
}

/// Reasons in clauses, with how many people each holds for; reasons that are told in the same words are one.
#[must_use]
pub fn clauses(not_counting: &[(Reason, u32)]) -> Vec<(&'static str, u32)> {
    let mut clauses: Vec<(&'static str, u32)> = Vec::new();
    for (reason, people) in not_counting {
        match clauses.iter_mut().find(|(known, _)| *known == reason.clause()) {
            Some((_, sum)) => *sum += people,
            None => clauses.push((reason.clause(), *people)),
        }
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(status: Status, short: u32) -> Gap<'static> {
        Gap {
            status,
            short: Some(short),
            supporters: 0,
            share: 0,
            not_counting: &[],
            unknown_because: None,
            rows_not_read: 0,
        }
    }

    #[test]
    fn a_gap_names_people_rules_and_those_who_do_not_count() {
        let not_counting = [(Reason::NoProtectedTime, 2), (Reason::StoodDown, 1)];
        let asked = Gap { not_counting: &not_counting, ..gap(Status::None, 2) };
        let rule = "Needs two kinds.".to_owned();
        assert_eq!(
            what_would_close(asked, [rule.clone()]),
            [
                "2 more Peer Supporters.".to_owned(),
                rule,
                "2 allocated Peer Supporters do not count: no protected time.".to_owned()
            ]
        );
    }

    #[test]
    fn who_is_away_and_who_is_paused_are_told_in_the_same_words() {
        let not_counting = [(Reason::Paused, 1), (Reason::Away, 1), (Reason::Left, 1)];
        let asked = Gap { not_counting: &not_counting, ..gap(Status::None, 1) };
        assert_eq!(
            what_would_close(asked, [])[1],
            "3 allocated Peer Supporters do not count: not available (2), no longer in post (1)."
        );
    }

    #[test]
    fn many_small_shares_ask_for_one_person_with_half_a_share() {
        let asked = Gap { share: 1000, ..gap(Status::Partial, 1) };
        assert_eq!(what_would_close(asked, []), ["1 more Peer Supporter, with at least half of their share here."]);
    }

    #[test]
    fn a_team_without_a_gap_needs_nothing_and_one_without_a_policy_needs_a_policy() {
        assert!(what_would_close(gap(Status::AtRisk, 0), []).is_empty());
        assert!(what_would_close(gap(Status::Exempt, 3), []).is_empty());
        assert!(what_would_close(gap(Status::Unknown, 0), [])[0].starts_with("No policy is in force"));
        let not_read =
            Gap { unknown_because: Some(UnknownBecause::RowsNotRead), rows_not_read: 2, ..gap(Status::Unknown, 0) };
        assert!(what_would_close(not_read, [])[0].starts_with("2 rows name this team in a staff list"));
        let stale = Gap { unknown_because: Some(UnknownBecause::DataStale), ..gap(Status::Unknown, 0) };
        assert!(what_would_close(stale, [])[0].starts_with("The staff lists are too old"));
    }
}
