//! Why and when a covered team will lose its cover (COVERAGE.md section 5, AT_RISK): the causes, each as a sentence, and in the
//! form in which they are stored and published.

use super::index::Index;
use super::roster::UnitIx;
use super::wording::counted;
use crate::period::Day;
use crate::value::{Reason, Status};

/// Says that another policy will apply, or none, without naming its unit.
pub const POLICY_CHANGES: &str = "The policy for this team changes.";

/// The first day on which a covered team is no longer covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// That day.
    pub day: Day,
    /// The team's status on that day.
    pub status: Status,
    /// The causes.
    pub causes: Vec<Cause>,
}

impl Risk {
    /// Returns the causes as a report may show them. Reasons that someone can act on are shown as work to be done, with
    /// how many people need it. All others are merged into one cause without a reason or a number, the personal ones
    /// among them: if only personal reasons were left unstated, a reader would know that they are personal.
    #[must_use]
    pub fn published_causes(&self, index: &Index) -> Vec<PublishedCause> {
        let mut published = Vec::new();
        for cause in &self.causes {
            let cause = match cause {
                Cause::Lost(reason, people) if reason.is_open_step() => {
                    PublishedCause::Work { reason: *reason, people: *people }
                }
                Cause::Lost(..) | Cause::Emptied(_) => PublishedCause::Unstated,
                Cause::Policy(_) | Cause::NoPolicy => PublishedCause::Policy,
                Cause::Headcount(..) | Cause::Mix(_) => PublishedCause::Other { sentence: cause.sentence(index) },
            };
            if !published.contains(&cause) {
                published.push(cause);
            }
        }
        published
    }
}

/// Why a team will lose its cover, as a report may show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublishedCause {
    /// People who count today will lack one of the steps that make a colleague a Peer Supporter.
    Work {
        /// The reason, which is an open step.
        reason: Reason,
        /// Number of people, 1 or more.
        people: u32,
    },
    /// People who count today will not count, for a reason that is not published.
    Unstated,
    /// Another policy will apply, or no policy.
    Policy,
    /// The headcount or the mix will change.
    Other {
        /// A sentence that says how.
        sentence: String,
    },
}

/// One cause of the loss. It names no one, since the sentence goes into mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This number of people who count today will not count, for this headline. If the allocation has ended by then,
    /// the reason is only that.
    Lost(Reason, u32),
    /// This number of people who count today are allocated to a unit of the cover group that will have no staff left
    /// and so will no longer be in the group. They may count there as before, but do not help the group.
    Emptied(u32),
    /// The headcount changes from the first number to the second.
    Headcount(u32, u32),
    /// Another policy governs: that of this unit.
    Policy(UnitIx),
    /// No policy governs.
    NoPolicy,
    /// A MUST mix rule, as the policy words it, is no longer met.
    Mix(String),
}

impl Cause {
    /// Returns the cause as a sentence. For a policy it names the unit, so it is only for readers who may see that;
    /// others read [`POLICY_CHANGES`].
    #[must_use]
    pub fn sentence(&self, index: &Index) -> String {
        let policy = POLICY_CHANGES.trim_end_matches('.');
        match self {
            Self::Lost(reason, people) => ending(*reason, *people),
            Self::Emptied(1) => "1 Peer Supporter will be allocated to a unit where no one works.".to_owned(),
            Self::Emptied(people) => {
                format!("{people} Peer Supporters will be allocated to units where no one works.")
            }
            Self::Headcount(from, to) => format!("The headcount will go from {from} to {to}."),
            Self::Policy(unit) => {
                format!("{policy}: that of {} will apply.", index.roster().units[unit.at()].code)
            }
            Self::NoPolicy => format!("{policy}: none will apply."),
            Self::Mix(rule) => format!("The mix rule '{rule}' will not be met."),
        }
    }
}

/// Returns a sentence that `people` who count today will not count, for a reason.
pub(super) fn ending(reason: Reason, people: u32) -> String {
    let who = counted(i64::from(people), "Peer Supporter", "Peer Supporters");
    match reason {
        Reason::CertificateExpired if people == 1 => "1 certificate expires.".to_owned(),
        Reason::CertificateExpired => format!("{people} certificates expire."),
        Reason::LineApprovalMissing if people == 1 => "1 line manager's approval lapses.".to_owned(),
        Reason::LineApprovalMissing => format!("{people} line managers' approvals lapse."),
        Reason::SeniorApprovalMissing if people == 1 => "1 senior manager's approval lapses.".to_owned(),
        Reason::SeniorApprovalMissing => format!("{people} senior managers' approvals lapse."),
        Reason::NoProtectedTime => format!("Protected time of {who} ends."),
        Reason::Left
        | Reason::NotInTeam
        | Reason::StoodDown
        | Reason::Paused
        | Reason::Away
        | Reason::Level1Missing
        | Reason::Level2Missing
        | Reason::NotSignedOff
        | Reason::AgreementMissing
        | Reason::LineManager
        | Reason::NotStarted
        | Reason::SoleMember => format!("{who} {}.", reason.prospect()),
    }
}
