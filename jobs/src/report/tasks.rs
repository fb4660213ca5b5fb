//! What there is to do about a team, in plain words. Only administrative reasons are told, with how many people each is about:
//! a mail may be forwarded, so why a person is away, paused or has stood down is never in it.

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
            let mut sentences = Vec::new();
            sentences.extend(allocated.to_count);
            // Enough in parts, but no one has half of their share here: another fifth of a person closes nothing.
            let half =
                if team.supporters == 0 && team.share > 0 { ", with at least half of their share here" } else { "" };
            match (sentences.is_empty(), more) {
                (_, 0) => {}
                (true, more) => sentences.push(format!("Nominate {}{half}.", people(more))),
                (false, more) => sentences.push(format!("Nominate {} more{half}.", people(more))),
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
            "No policy applies here yet. The coordinator has been asked to set one.".to_owned()
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
    let to_count = (can_count > 0).then(|| format!("For {colleagues} allocated already, arrange {}.", listed(&steps)));
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
        Reason::CertificateExpired => Step::ToCount(of("a refresher, as the certificate has expired")),
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
        Reason::Left if number == 1 => "1 Peer Supporter leaves.".to_owned(),
        Reason::Left => format!("{number} Peer Supporters leave."),
        Reason::NotInTeam if number == 1 => "1 Peer Supporter moves to another team.".to_owned(),
        Reason::NotInTeam => format!("{number} Peer Supporters move to other teams."),
        Reason::StoodDown
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

/// What would keep the cover of a team that will lose it, one sentence.
#[must_use]
pub fn to_keep(team: &Team) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for cause in &team.at_risk_causes {
        let step = match cause {
            PublishedCause::Work { reason, .. } => match reason {
                Reason::CertificateExpired => "book a refresher",
                Reason::LineApprovalMissing | Reason::SeniorApprovalMissing => "renew the approval",
                Reason::NoProtectedTime => "agree protected time again",
                Reason::Level1Missing => "arrange Level 1",
                Reason::Level2Missing => "arrange Level 2 training",
                Reason::NotSignedOff => "arrange sign-off",
                Reason::Left
                | Reason::NotInTeam
                | Reason::StoodDown
                | Reason::Paused
                | Reason::Away
                | Reason::LineManager
                | Reason::NotStarted
                | Reason::SoleMember => "nominate another colleague",
            },
            PublishedCause::Unstated | PublishedCause::Other { .. } => "nominate another colleague",
        };
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if steps.is_empty() {
        steps.push("nominate another colleague");
    }
    ended(&listed(&steps))
}

/// Approvals of a team that lapse on the day on which it loses its cover.
#[must_use]
pub fn approvals_that_lapse(team: &Team) -> i64 {
    let lapsing = team.at_risk_causes.iter().map(|cause| match cause {
        PublishedCause::Work { reason: Reason::LineApprovalMissing | Reason::SeniorApprovalMissing, people } => {
            i64::from(*people)
        }
        PublishedCause::Work { .. } | PublishedCause::Unstated | PublishedCause::Other { .. } => 0,
    });
    lapsing.sum()
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
                "For 3 colleagues who are allocated already, arrange Level 2 training and sign-off (2).",
                "Nominate 1 person more.",
                "1 allocated colleague has left: end the allocation.",
            ]
        );
        let enough = nobody(&[(Reason::NoProtectedTime, 1)], 1);
        assert_eq!(to_close(&enough), ["For 1 colleague who is allocated already, arrange protected time."]);
    }

    #[test]
    fn a_lost_cover_says_what_ends_and_what_prevents_it() {
        let losing = |causes: &[PublishedCause]| Team { at_risk_causes: causes.to_vec(), ..team(1, "T", 9) };
        let work = |reason, people| PublishedCause::Work { reason, people };
        let both = losing(&[work(Reason::CertificateExpired, 1), work(Reason::SeniorApprovalMissing, 2)]);
        assert_eq!(what_ends(&both), ["1 certificate expires.", "2 senior managers' approvals lapse."]);
        assert_eq!(to_keep(&both), "Book a refresher and renew the approval.");
        let unstated = losing(&[PublishedCause::Unstated]);
        assert_eq!(what_ends(&unstated), ["From then on too few Peer Supporters will count."]);
        assert_eq!(to_keep(&unstated), "Nominate another colleague.");
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
