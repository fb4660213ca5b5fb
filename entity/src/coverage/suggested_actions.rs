//! Suggested actions for a team's gap: instructions without names, one per sentence, with the same wording in the
//! weekly mail, in the API and on the pages.
//!
//! How much a sentence may reveal depends on its [`Audience`]: in a small team everyone knows which colleague a number
//! without a name is about.

use super::index::Index;
use super::lost_cover::to_keep;
use super::mix::{UnmetRule, Verdict};
use super::team::TeamRow;
use super::wording::{counted, listed, with_full_stop};
use crate::value::{Reason, Status, UnknownBecause};

/// The readers of the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A recipient of a mail, which may be forwarded: sees open steps, with the number of people for each. Never the
    /// number of people who are away or paused or have stood down, nor a total from which that could be worked out.
    Mail,
    /// A viewer who may see the records of all Peer Supporters of the team: sees the same, and the number of people who
    /// are away or paused, as one figure.
    Records,
    /// A viewer who may not see these records: sees only what follows from published figures and the policy.
    Figures,
}

/// The status and figures of a team that describe its gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The status.
    pub status: Status,
    /// Number of whole Peer Supporters missing; 0 without a policy or without staff.
    pub short: u32,
    /// P: distinct active people with a share of at least 500.
    pub supporters: u32,
    /// A: sum of the active shares, in thousandths.
    pub share: u32,
    /// Allocated people who do not count, by headline.
    pub not_counting: &'a [(Reason, u32)],
    /// The MUST mix rules that are not met.
    pub unmet_must: Vec<UnmetRule>,
    /// Why the status is UNKNOWN. `None` for any other status.
    pub unknown_because: Option<UnknownBecause>,
    /// Number of rejected rows of staff lists that name the team.
    pub rows_not_read: u32,
}

impl<'a> From<&'a TeamRow> for Gap<'a> {
    fn from(row: &'a TeamRow) -> Self {
        let TeamRow { status, gap, supporters, share, not_counting, mix, unknown_because, rows_not_read, .. } = row;
        let unmet = mix.iter().filter(|outcome| outcome.rule.must && outcome.verdict == Verdict::Unmet);
        Self {
            status: *status,
            short: gap.unwrap_or(0),
            supporters: *supporters,
            share: *share,
            not_counting,
            unmet_must: unmet.map(|outcome| UnmetRule::Rule(outcome.rule.clone())).collect(),
            unknown_because: *unknown_because,
            rows_not_read: *rows_not_read,
        }
    }
}

/// Returns what to do about a computed team: what closes its gap, or what keeps its cover if that will be lost. The
/// second is based on records, so it is only for readers who may see them.
#[must_use]
pub fn of_team(row: &TeamRow, index: &Index, audience: Audience) -> Vec<String> {
    let mut actions = to_close(&Gap::from(row), audience);
    let causes = row.risk.as_ref().map(|risk| risk.published_causes(index)).unwrap_or_default();
    if audience == Audience::Records && !causes.is_empty() {
        actions.push(with_full_stop(&to_keep(&causes)));
    }
    actions
}

/// Returns what closes a gap. Empty if there is no gap.
#[must_use]
pub fn to_close(gap: &Gap<'_>, audience: Audience) -> Vec<String> {
    match gap.status {
        Status::NotApplicable | Status::Exempt | Status::AtRisk | Status::Covered => Vec::new(),
        Status::Unknown => vec![to_know(gap)],
        Status::None | Status::Partial | Status::MixGap => to_find_people(gap, audience),
    }
}

fn to_know(gap: &Gap<'_>) -> String {
    match gap.unknown_because {
        Some(UnknownBecause::RowsNotRead) => format!(
            "Ask for the staff list to be corrected: {} this team could not be read.",
            counted(i64::from(gap.rows_not_read), "row about", "rows about")
        ),
        Some(UnknownBecause::DataStale) => "Ask for a new staff list: the last one is too old.".to_owned(),
        Some(UnknownBecause::NoPolicy) | None => {
            "No policy applies here yet. Only the coordinator can set one.".to_owned()
        }
    }
}

fn to_find_people(gap: &Gap<'_>, audience: Audience) -> Vec<String> {
    let Gap { short, supporters, share, .. } = *gap;
    let allocated = Allocated::new(match audience {
        Audience::Mail | Audience::Records => gap.not_counting,
        Audience::Figures => &[],
    });
    let more = short.saturating_sub(allocated.can_count);
    // The shares add up, but no one has half of their share here: another fifth of a person closes nothing.
    let half = if supporters == 0 && share > 0 { ", with at least half of their share here" } else { "" };
    let people = |number: u32| format!("{}{half}", counted(i64::from(number), "person", "people"));
    let nominate = match (&allocated.to_count, more) {
        // Enough people, but not the mix that the policy requires.
        _ if short == 0 => None,
        (None, _) => Some(format!("Nominate {}.", people(short))),
        // Their shares are not known here, so they may be less than a whole Peer Supporter each.
        (Some(_), 0) => Some(format!("If their time does not close the gap, nominate {}.", people(short))),
        (Some(_), more) => Some(format!("Also nominate {}.", people(more))),
    };
    let verb = if nominate.is_some() { "Choose" } else { "Nominate" };
    let mix = gap.unmet_must.iter().map(|rule| rule.instruction(verb));
    let not_available = (audience == Audience::Records && allocated.not_available > 0).then(|| {
        let number = i64::from(allocated.not_available);
        let who = counted(number, "allocated Peer Supporter is", "allocated Peer Supporters are");
        format!("{who} not available.")
    });
    allocated.to_count.into_iter().chain(nominate).chain(mix).chain(allocated.to_end).chain(not_available).collect()
}

/// Actions about people who are allocated to a team and do not count.
#[derive(Default)]
struct Allocated {
    /// Number of people who could count once their open steps are taken.
    can_count: u32,
    /// Those steps, as a sentence.
    to_count: Option<String>,
    /// Allocations that should end or change, one sentence each.
    to_end: Vec<String>,
    /// Number of people who are away or paused.
    not_available: u32,
}

impl Allocated {
    fn new(not_counting: &[(Reason, u32)]) -> Self {
        let (mut allocated, mut steps) = (Self::default(), Vec::new());
        for (reason, people) in not_counting.iter().copied().filter(|(_, people)| *people > 0) {
            match Step::for_reason(reason, people) {
                Step::ToCount(what) => {
                    allocated.can_count += people;
                    steps.push(if people == 1 { what.to_owned() } else { format!("{what} ({people})") });
                }
                Step::ToEnd(sentence) => allocated.to_end.push(sentence),
                Step::NotAvailable => allocated.not_available += people,
                Step::Nothing => {}
            }
        }
        let colleagues = counted(i64::from(allocated.can_count), "colleague who is", "colleagues who are");
        allocated.to_count =
            (!steps.is_empty()).then(|| format!("Arrange {} for {colleagues} already allocated.", listed(&steps)));
        allocated
    }
}

/// The action about people who do not count for one reason.
enum Step {
    /// A step that makes them count.
    ToCount(&'static str),
    /// They cannot count here as things are: a sentence with what to do.
    ToEnd(String),
    /// They will count again by themselves.
    NotAvailable,
    /// They have stood down: nothing to do.
    Nothing,
}

impl Step {
    fn for_reason(reason: Reason, people: u32) -> Self {
        let who = |one: &str, many: &str| {
            let (one, many) = (format!("allocated colleague {one}"), format!("allocated colleagues {many}"));
            counted(i64::from(people), &one, &many)
        };
        match reason {
            Reason::Level1Missing => Self::ToCount("Level 1"),
            Reason::Level2Missing => Self::ToCount("Level 2 training"),
            Reason::CertificateExpired => Self::ToCount("a refresher"),
            Reason::NotSignedOff => Self::ToCount("sign-off"),
            Reason::LineApprovalMissing => Self::ToCount("the line manager's approval"),
            Reason::SeniorApprovalMissing => Self::ToCount("the senior manager's approval"),
            Reason::AgreementMissing => Self::ToCount("the signature of the agreement"),
            Reason::NoProtectedTime => Self::ToCount("protected time"),
            Reason::NotStarted => Self::ToEnd(format!("{} not started yet: check the start date.", who("has", "have"))),
            Reason::Left => Self::ToEnd(format!("{} left: end the allocation.", who("has", "have"))),
            Reason::NotInTeam => Self::ToEnd(format!(
                "{} in another team: end the allocation, or record cover from outside the team.",
                who("now works", "now work")
            )),
            Reason::LineManager => {
                Self::ToEnd(format!("{} the line manager of most of the team and cannot count.", who("is", "are")))
            }
            Reason::SoleMember => {
                Self::ToEnd(format!("{} the only member of the team and cannot count.", who("is", "are")))
            }
            Reason::Paused | Reason::Away => Self::NotAvailable,
            Reason::StoodDown => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests;
