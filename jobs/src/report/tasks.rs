//! What there is to do about a team, in plain words. Only administrative reasons are told, with how many people each is about:
//! a mail may be forwarded, so why a person is away, paused or has stood down is never in it.

use std::collections::BTreeMap;

use entity::coverage::PublishedCause;
use entity::value::{Reason, Status, UnknownBecause};

use super::board::Team;
use super::words::{counted, ended, listed};

/// What would close a team's gap, one sentence each; empty if there is no gap that its manager can close.
#[must_use]
pub fn to_close(team: &Team) -> Vec<String> {
    match team.status {
        Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => Vec::new(),
        Status::Unknown => vec![to_know(team)],
        Status::None | Status::Partial | Status::MixGap => {
            let allocated = allocated(team);
            let short = team.gap.unwrap_or(0);
            let more = (short - allocated.can_count).max(0);
            // Enough in parts, but no one has half of their share here: another fifth of a person closes nothing.
            let half =
                if team.supporters == 0 && team.share > 0 { ", with at least half of their share here" } else { "" };
            let mut sentences = Vec::new();
            match (allocated.to_count, more) {
                (None, 0) => {}
                (None, more) => sentences.push(format!("Nominate {}{half}.", people(more))),
                (Some(to_count), 0) => {
                    sentences.push(to_count);
                    // Their shares are not in the snapshot, so they may be less than a whole Peer Supporter each.
                    sentences.push(format!("If their time does not close the gap, nominate {}.", people(short)));
                }
                (Some(to_count), more) => {
                    sentences.push(to_count);
                    sentences.push(format!("Also nominate {}{half}.", people(more)));
                }
            }
            sentences.extend(team.unmet_must.iter().map(|rule| ended(rule)));
            sentences.extend(allocated.to_end);
            sentences
        }
    }
}

fn to_know(team: &Team) -> String {
    match team.unknown_because {
        Some(UnknownBecause::RowsNotRead) => format!(
            "Ask for the staff list to be corrected: {} this team could not be read.",
            counted(i64::from(team.rows_not_read), "row about", "rows about")
        ),
        Some(UnknownBecause::DataStale) => "Ask for a new staff list: the last one is too old.".to_owned(),
        Some(UnknownBecause::NoPolicy) | None => {
            "No policy applies here yet. Only the coordinator can set one.".to_owned()
        }
    }
}

/// `1 person`, `2 people`.
#[must_use]
pub fn people(number: i32) -> String {
    counted(i64::from(number), "person", "people")
}

/// What there is to do about people who are allocated to a team and do not count.
struct Allocated {
    /// How many could count once what is open for them is done.
    can_count: i32,
    /// What is open for them.
    to_count: Option<String>,
    /// Allocations that should end or change.
    to_end: Vec<String>,
}

fn allocated(team: &Team) -> Allocated {
    let (mut can_count, mut steps, mut to_end) = (0, Vec::new(), Vec::new());
    for (reason, number) in team.not_counting.iter().filter(|(_, number)| *number > 0) {
        match step(*reason, *number) {
            Some(Step::ToCount(what)) => {
                can_count += number;
                steps.push(what);
            }
            Some(Step::ToEnd(sentence)) => to_end.push(sentence),
            None => {}
        }
    }
    let colleagues = counted(i64::from(can_count), "colleague who is", "colleagues who are");
    let to_count = (can_count > 0).then(|| format!("Arrange {} for {colleagues} already allocated.", listed(&steps)));
    Allocated { can_count, to_count, to_end }
}

enum Step {
    ToCount(String),
    ToEnd(String),
}

/// What there is to do about people who do not count for a reason. Returns `None` for personal reasons.
fn step(reason: Reason, number: i32) -> Option<Step> {
    let who = counted(i64::from(number), "allocated colleague", "allocated colleagues");
    let of = |what: &str| if number == 1 { what.to_owned() } else { format!("{what} ({number})") };
    Some(match reason {
        Reason::Level1Missing => Step::ToCount(of("Level 1")),
        Reason::Level2Missing => Step::ToCount(of("Level 2 training")),
        Reason::CertificateExpired => Step::ToCount(of("a refresher")),
        Reason::NotSignedOff => Step::ToCount(of("sign-off")),
        Reason::LineApprovalMissing => Step::ToCount(of("the line manager's approval")),
        Reason::SeniorApprovalMissing => Step::ToCount(of("the senior manager's approval")),
        Reason::NoProtectedTime => Step::ToCount(of("protected time")),
        Reason::NotStarted => Step::ToEnd(format!("{who} {} not started yet: check the start date.", has(number))),
        Reason::Left => Step::ToEnd(format!("{who} {} left: end the allocation.", has(number))),
        Reason::NotInTeam => Step::ToEnd(format!(
            "{who} now {} in another team: end the allocation, or record cover from outside the team.",
            if number == 1 { "works" } else { "work" }
        )),
        Reason::LineManager => {
            Step::ToEnd(format!("{who} {} the line manager of most of the team and cannot count.", is(number)))
        }
        Reason::SoleMember => {
            Step::ToEnd(format!("{who} {} the only member of the team and cannot count.", is(number)))
        }
        Reason::StoodDown | Reason::Paused | Reason::Away => return None,
    })
}

const fn has(number: i32) -> &'static str {
    if number == 1 { "has" } else { "have" }
}

const fn is(number: i32) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// Why a covered team will lose its cover, one sentence each.
#[must_use]
pub fn what_ends(team: &Team) -> Vec<String> {
    team.at_risk_causes
        .iter()
        .map(|cause| match cause {
            PublishedCause::Work { reason, people } => ending(*reason, i32::try_from(*people).unwrap_or(i32::MAX)),
            PublishedCause::Unstated => "From then on too few Peer Supporters will count.".to_owned(),
            PublishedCause::Policy => "The policy for this team changes.".to_owned(),
            PublishedCause::Other { sentence } => ended(sentence),
        })
        .collect()
}

fn ending(reason: Reason, number: i32) -> String {
    let who = counted(i64::from(number), "Peer Supporter", "Peer Supporters");
    match reason {
        Reason::CertificateExpired if number == 1 => "1 certificate expires.".to_owned(),
        Reason::CertificateExpired => format!("{number} certificates expire."),
        Reason::LineApprovalMissing if number == 1 => "1 line manager's approval lapses.".to_owned(),
        Reason::LineApprovalMissing => format!("{number} line managers' approvals lapse."),
        Reason::SeniorApprovalMissing if number == 1 => "1 senior manager's approval lapses.".to_owned(),
        Reason::SeniorApprovalMissing => format!("{number} senior managers' approvals lapse."),
        Reason::NoProtectedTime => format!("Protected time of {who} ends."),
        Reason::Left
        | Reason::NotInTeam
        | Reason::StoodDown
        | Reason::Paused
        | Reason::Away
        | Reason::Level1Missing
        | Reason::Level2Missing
        | Reason::NotSignedOff
        | Reason::LineManager
        | Reason::NotStarted
        | Reason::SoleMember => format!("{who} {}.", reason.prospect()),
    }
}

/// What would keep the cover of teams that will lose it, in a clause: `book a refresher and renew 2 approvals`.
#[must_use]
pub fn to_keep<'a>(teams: impl IntoIterator<Item = &'a Team>) -> String {
    let mut needs: BTreeMap<Need, i64> = BTreeMap::new();
    for cause in teams.into_iter().flat_map(|team| &team.at_risk_causes) {
        let (need, people) = match cause {
            PublishedCause::Work { reason, people } => (Need::of(*reason), i64::from(*people)),
            PublishedCause::Unstated | PublishedCause::Other { .. } => (Need::Colleague, 1),
            PublishedCause::Policy => (Need::Policy, 1),
        };
        *needs.entry(need).or_default() += people;
    }
    let steps: Vec<_> = needs.into_iter().map(|(need, number)| need.step(number)).collect();
    if steps.is_empty() { "look at what ends".to_owned() } else { listed(&steps) }
}

/// What a team needs to keep its cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Approval,
    Refresher,
    ProtectedTime,
    Level1,
    Level2,
    SignOff,
    Colleague,
    Policy,
}

impl Need {
    const fn of(reason: Reason) -> Self {
        match reason {
            Reason::CertificateExpired => Self::Refresher,
            Reason::LineApprovalMissing | Reason::SeniorApprovalMissing => Self::Approval,
            Reason::NoProtectedTime => Self::ProtectedTime,
            Reason::Level1Missing => Self::Level1,
            Reason::Level2Missing => Self::Level2,
            Reason::NotSignedOff => Self::SignOff,
            Reason::Left
            | Reason::NotInTeam
            | Reason::StoodDown
            | Reason::Paused
            | Reason::Away
            | Reason::LineManager
            | Reason::NotStarted
            | Reason::SoleMember => Self::Colleague,
        }
    }

    fn step(self, number: i64) -> String {
        match self {
            Self::Approval => format!("renew {}", counted(number, "approval", "approvals")),
            Self::Refresher => format!("book {}", counted(number, "refresher", "refreshers")),
            Self::ProtectedTime => "agree protected time again".to_owned(),
            Self::Level1 => "arrange Level 1".to_owned(),
            Self::Level2 => "arrange Level 2 training".to_owned(),
            Self::SignOff => "arrange sign-off".to_owned(),
            Self::Colleague => {
                format!("nominate {}", if number == 1 { "another colleague" } else { "other colleagues" })
            }
            Self::Policy => "ask the coordinator what the policy will need".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::coverage::PublishedCause;
    use entity::value::{Reason, Status};
    use proptest::prelude::*;

    use super::{to_close, to_keep, what_ends};
    use crate::report::board::Team;
    use crate::report::sample::{short, team};

    fn nobody(not_counting: &[(Reason, i32)], gap: i32) -> Team {
        Team {
            status: Status::None,
            supporters: 0,
            share: 0,
            not_counting: not_counting.to_vec(),
            ..short(1, "T", 27, gap, "2026-11-02")
        }
    }

    #[test]
    fn says_how_many_to_nominate() {
        assert_eq!(to_close(&nobody(&[], 1)), ["Nominate 1 person."]);
        assert_eq!(to_close(&nobody(&[], 2)), ["Nominate 2 people."]);
        let in_parts = Team { share: 800, ..nobody(&[], 1) };
        assert_eq!(to_close(&in_parts), ["Nominate 1 person, with at least half of their share here."]);
        assert!(to_close(&team(1, "T", 9)).is_empty());
    }

    #[test]
    fn says_what_is_open_for_allocated_colleagues_before_new_nominations() {
        let open = nobody(&[(Reason::Level2Missing, 1), (Reason::NotSignedOff, 2), (Reason::Left, 1)], 4);
        assert_eq!(
            to_close(&open),
            [
                "Arrange Level 2 training and sign-off (2) for 3 colleagues who are already allocated.",
                "Also nominate 1 person.",
                "1 allocated colleague has left: end the allocation.",
            ]
        );
        let enough = nobody(&[(Reason::NoProtectedTime, 1)], 1);
        assert_eq!(
            to_close(&enough),
            [
                "Arrange protected time for 1 colleague who is already allocated.",
                "If their time does not close the gap, nominate 1 person.",
            ]
        );
    }

    #[test]
    fn a_lost_cover_says_what_ends_and_what_prevents_it() {
        let losing = |causes: &[PublishedCause]| Team { at_risk_causes: causes.to_vec(), ..team(1, "T", 9) };
        let work = |reason, people| PublishedCause::Work { reason, people };
        let both = losing(&[work(Reason::CertificateExpired, 1), work(Reason::SeniorApprovalMissing, 2)]);
        assert_eq!(what_ends(&both), ["1 certificate expires.", "2 senior managers' approvals lapse."]);
        assert_eq!(to_keep([&both]), "renew 2 approvals and book 1 refresher");
        let unstated = losing(&[PublishedCause::Unstated]);
        assert_eq!(what_ends(&unstated), ["From then on too few Peer Supporters will count."]);
        assert_eq!(to_keep([&unstated]), "nominate another colleague");
        assert_eq!(to_keep([&losing(&[])]), "look at what ends", "a snapshot from before causes were stored");
    }

    proptest! {
        /// The words are the same whatever personal reasons hold, and for however many people.
        #[test]
        fn personal_reasons_change_no_word(away in 0..4, paused in 0..4, stood_down in 0..4, open in 0..3, gap in 1..4) {
            let work = [(Reason::Level2Missing, open)];
            let all = [
                (Reason::StoodDown, stood_down), (Reason::Paused, paused), (Reason::Away, away), work[0],
            ];
            prop_assert_eq!(to_close(&nobody(&all, gap)), to_close(&nobody(&work, gap)));
        }
    }
}
