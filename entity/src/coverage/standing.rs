//! Whether an allocation counts, and if not, why (COVERAGE.md section 4). The standing is derived for every query and
//! never stored as truth.

use super::approval::{Approvals, Approved, approvals};
use super::colleagues::Colleagues;
use super::index::Index;
use super::policy::PolicyTerms;
use super::roster::Certificate;
use crate::period::Day;
use crate::value::Reason;

/// The set of reasons why an allocation does not count. If it is empty, the allocation is ACTIVE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reasons(u16);

impl Reasons {
    /// Adds a reason.
    pub fn add(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u16;
    }

    /// Whether there is no reason, so that the allocation counts.
    #[must_use]
    pub const fn is_active(self) -> bool {
        self.0 == 0
    }

    /// Returns every reason, in the order of the table in COVERAGE.md section 4.
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| self.0 & (1 << *reason as u16) != 0)
    }

    /// Returns the first reason. `None` if active.
    #[must_use]
    pub fn headline(self) -> Option<Reason> {
        self.iter().next()
    }

    /// Returns only the reasons about the allocation's own dates, not about the person: it has ended, or has not begun.
    #[must_use]
    pub fn of_allocation(self) -> Self {
        self.iter().filter(|reason| matches!(reason, Reason::StoodDown | Reason::NotStarted)).collect()
    }

    /// Returns the reason that a sentence about a team gives. It is the headline; but on a day outside the allocation's
    /// dates it is only that the allocation has ended or not begun, because the person's other circumstances then
    /// concern another team. `None` if active.
    #[must_use]
    pub fn headline_for_team(self) -> Option<Reason> {
        self.of_allocation().headline().or_else(|| self.headline())
    }
}

impl FromIterator<Reason> for Reasons {
    fn from_iter<I: IntoIterator<Item = Reason>>(reasons: I) -> Self {
        let mut all = Self::default();
        reasons.into_iter().for_each(|reason| all.add(reason));
        all
    }
}

/// The standing of one allocation on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Index in [`Roster::allocations`](super::Roster::allocations).
    pub allocation: u32,
    /// The reasons why it does not count.
    pub reasons: Reasons,
    /// Whether it depends on an approval by a person who did not hold the office on that day.
    pub is_unproven: bool,
}

impl Reason {
    /// Whether the reason is a step towards becoming a Peer Supporter that can be taken or repeated: training,
    /// sign-off, approvals, the agreement and protected time.
    #[must_use]
    pub const fn is_open_step(self) -> bool {
        match self {
            Self::Level1Missing
            | Self::Level2Missing
            | Self::CertificateExpired
            | Self::NotSignedOff
            | Self::LineApprovalMissing
            | Self::SeniorApprovalMissing
            | Self::AgreementMissing
            | Self::NoProtectedTime => true,
            Self::Left
            | Self::NotInTeam
            | Self::StoodDown
            | Self::Paused
            | Self::Away
            | Self::LineManager
            | Self::NotStarted
            | Self::SoleMember => false,
        }
    }

    /// Returns what will be true on a later day, as the second half of a sentence about people who are not named.
    #[must_use]
    pub const fn prospect(self) -> &'static str {
        match self {
            Self::Left => "will have no post that counts",
            Self::NotInTeam => "will work in another team",
            Self::StoodDown => "will have stood down",
            // A person who is away or paused may be ill. If a team has one supporter, a count of one says who it is.
            Self::Paused | Self::Away => "will not be available",
            Self::Level1Missing => "will lack Level 1",
            Self::Level2Missing => "will lack Level 2",
            Self::CertificateExpired => "will have a certificate that has expired",
            Self::NotSignedOff => "will not be signed off against the competence framework",
            Self::LineApprovalMissing => "will lack a line manager's approval that holds",
            Self::SeniorApprovalMissing => "will lack a senior manager's approval that holds",
            Self::AgreementMissing => "will not have signed the agreement",
            Self::NoProtectedTime => "will have no protected time",
            Self::LineManager => "will be the line manager of more than half of the team",
            Self::NotStarted => "will not have started",
            Self::SoleMember => "will be the only member of the team",
        }
    }

    /// Returns the reason as the second half of a sentence about a person.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Left => "has no post that counts",
            Self::NotInTeam => "works in another team, and cover from outside the team is not on file",
            Self::StoodDown => "has stood down",
            Self::Paused => "is paused",
            Self::Away => "is away for longer than the policy allows",
            Self::Level1Missing => "has not completed Level 1",
            Self::Level2Missing => "has not passed Level 2",
            Self::CertificateExpired => "has a certificate that has expired",
            Self::NotSignedOff => "is not signed off against the competence framework",
            Self::LineApprovalMissing => "lacks a line manager's approval that holds",
            Self::SeniorApprovalMissing => "lacks a senior manager's approval that holds",
            Self::AgreementMissing => "has not signed the agreement in force",
            Self::NoProtectedTime => "has no protected time recorded",
            Self::LineManager => "is the line manager of more than half of the team",
            Self::NotStarted => "has not started yet",
            Self::SoleMember => "is the only member of the team",
        }
    }
}

/// Computes the standing on `day` of the allocation with index `place`, in a team with these `colleagues`, under
/// `policy`.
pub(super) fn assess_allocation(
    index: &Index,
    place: u32,
    day: Day,
    policy: &PolicyTerms,
    colleagues: &Colleagues<'_>,
) -> Standing {
    let roster = index.roster();
    let allocation = &roster.allocations[place as usize];
    let person = allocation.person;
    let terms = allocation.terms_on(day);
    let (Approvals { approved: line, .. }, Approvals { approved: senior, .. }) =
        approvals(index, allocation, day, policy);
    let has_left = index.counting_posts_of(person, day).next().is_none();
    let holds = |reason: Reason| match reason {
        Reason::Left => has_left,
        Reason::NotInTeam => !has_left && !terms.outside_team && !colleagues.include(person),
        Reason::StoodDown => allocation.validity.ended_by(day),
        // A pause of any allocation counts, including ended and future ones: the whole role is paused.
        Reason::Paused => index.allocations_of(person).flat_map(|own| &own.pauses).any(|pause| pause.holds_on(day)),
        Reason::Away => index
            .away(person)
            .iter()
            .any(|spell| spell.holds_on(day) && spell.days().is_none_or(|days| days > i64::from(policy.away_days))),
        Reason::Level1Missing => index.level1_on(person).is_none_or(|on| day < on),
        Reason::Level2Missing => index.last_pass(person, &[Certificate::Level2], day).is_none(),
        Reason::CertificateExpired => {
            let of = [Certificate::Level2, Certificate::Refresher];
            index.certificate_ends(person, &of, day, policy.certificate_months).is_some_and(|ends| ends <= day)
        }
        Reason::NotSignedOff => !index.is_signed_off(allocation, day, policy.framework_transition_gates),
        Reason::LineApprovalMissing => line == Approved::No,
        Reason::SeniorApprovalMissing => senior == Approved::No,
        Reason::AgreementMissing => policy.agreement_required && index.lacks_signature(person, day),
        Reason::NoProtectedTime => !terms.has_protected_time(),
        Reason::LineManager => colleagues.are_mostly_managed_by(person),
        Reason::NotStarted => allocation.begins_after(day),
        Reason::SoleMember => colleagues.people == [person],
    };
    Standing {
        allocation: place,
        reasons: Reason::ALL.iter().copied().filter(|reason| holds(*reason)).collect(),
        is_unproven: line == Approved::Unproven || senior == Approved::Unproven,
    }
}
