//! What the network itself decides: allocations with their dated facts, roles, policies, exemptions and appointments.

use super::{Disputed, PersonIx, UnitIx};
use crate::coverage::policy::PolicyTerms;
use crate::id::{AllocationId, PersonId};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

/// A manager's approval of an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The day of the decision.
    pub on: Day,
    /// The approver. An approval without an approver does not count.
    pub by: Option<PersonIx>,
    /// The first day on which it is withdrawn. `None` unless it was.
    pub withdrawn_on: Option<Day>,
}

impl Approval {
    /// Returns the first day without it, under a policy that lets approvals last `months`: it has lapsed by then, or was
    /// withdrawn.
    #[must_use]
    pub fn ends(&self, months: u32) -> Day {
        let lapses = self.on.plus_months(months);
        self.withdrawn_on.map_or(lapses, |withdrawn| withdrawn.min(lapses))
    }
}

/// The terms of an allocation from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocationTerms {
    /// First day. `None` for the first terms, which hold for every day before the second.
    pub from: Option<Day>,
    /// Protected time in hundredths of an hour per month, if it is recorded.
    pub protected_hours: Option<i32>,
    /// Whether cover from outside the team is agreed.
    pub outside_team: bool,
}

impl AllocationTerms {
    /// Whether protected hours per month are recorded and more than zero.
    #[must_use]
    pub fn has_protected_time(&self) -> bool {
        self.protected_hours.is_some_and(|hours| hours > 0)
    }
}

/// A Peer Supporter's allocation to a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Its id in the tables.
    pub id: AllocationId,
    /// The supporter.
    pub person: PersonIx,
    /// The supporter's id under which it was filed, which may be one of several linked ones.
    pub filed_for: PersonId,
    /// The supported team, the supporter's own or another.
    pub unit: UnitIx,
    /// Share of the person in thousandths, in the register; [`share_on`](Self::share_on) counts.
    pub share: u32,
    /// The days on which the role is held: the fewer of file and register while they differ.
    pub validity: Validity,
    /// Line managers' approvals, oldest first.
    pub line: Vec<Approval>,
    /// Senior managers' approvals, oldest first.
    pub senior: Vec<Approval>,
    /// Protected time and cover from outside, oldest first.
    pub terms: Vec<AllocationTerms>,
    /// Sign-offs against the competence framework, oldest first.
    pub signed_off: Vec<Day>,
    /// Pauses; each pauses the person's whole role.
    pub pauses: Vec<Validity>,
    /// What a file says differently. `None` unless the person would count for less by it.
    pub disputed: Option<Disputed>,
}

impl Allocation {
    /// Returns the terms on `day`. If none are recorded, there is no protected time and no cover from outside.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> AllocationTerms {
        let begun = |terms: &&AllocationTerms| terms.from.is_none_or(|from| from <= day);
        let none = AllocationTerms { from: None, protected_hours: None, outside_team: false };
        self.terms.iter().rev().find(begun).copied().unwrap_or(none)
    }
}

/// A dated appointment of a person who is responsible for a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// The unit.
    pub unit: UnitIx,
    /// The appointed person.
    pub person: PersonIx,
    /// Senior manager or coordinator.
    pub role: AppointmentRole,
    /// The days of the appointment.
    pub validity: Validity,
    /// The deputy and the days on which they stand in, always within the appointment.
    pub delegate: Option<(PersonIx, Validity)>,
}

impl Appointment {
    /// Whether `person` holds the appointment on `day`, as the appointed person or as their delegate.
    #[must_use]
    pub fn is_held_by(&self, person: PersonIx, day: Day) -> bool {
        self.validity.holds_on(day) && (self.person == person || self.has_delegate(person, day))
    }

    /// Whether `person` is the appointed person's delegate on `day`.
    #[must_use]
    pub fn has_delegate(&self, person: PersonIx, day: Day) -> bool {
        self.delegate_on(day) == Some(person)
    }

    /// Returns the appointed person's delegate on `day`.
    #[must_use]
    pub fn delegate_on(&self, day: Day) -> Option<PersonIx> {
        let stands_in = |(_, validity): &(PersonIx, Validity)| self.validity.holds_on(day) && validity.holds_on(day);
        self.delegate.filter(stands_in).map(|(delegate, _)| delegate)
    }
}

/// A Wellbeing Champion's or a Trainer's role. It has no share and no pauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRole {
    /// The person with the role.
    pub person: PersonIx,
    /// The unit that the role is for.
    pub unit: UnitIx,
    /// The days on which the role is held.
    pub validity: Validity,
}

/// A policy with the unit that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledPolicy {
    /// The unit; the policy also governs units below it that have none.
    pub unit: UnitIx,
    /// First day in force; a later policy of the unit replaces it.
    pub from: Day,
    /// The terms.
    pub policy: PolicyTerms,
}

/// A dated exemption of one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The exempt unit.
    pub unit: UnitIx,
    /// The days on which the unit is exempt.
    pub validity: Validity,
}

impl Allocation {
    /// Returns the share on `day`, in thousandths: the lower one of file and register while they differ.
    #[must_use]
    pub fn share_on(&self, day: Day) -> u32 {
        let lower = self.disputed.filter(|disputed| disputed.since <= day).and_then(|disputed| disputed.lower_share);
        lower.map_or(self.share, |lower| lower.min(self.share))
    }

    /// Returns the days of the allocation in the register, whatever a file says.
    #[must_use]
    pub fn registered(&self) -> Validity {
        self.disputed.map_or(self.validity, |disputed| disputed.registered)
    }

    /// Whether it has not begun on `day`.
    #[must_use]
    pub fn begins_after(&self, day: Day) -> bool {
        let waits = self.disputed.and_then(|disputed| disputed.before_start);
        self.validity.begins_after(day) || waits.is_some_and(|days| days.holds_on(day))
    }
}
