//! Section 4: whether a person counts.

use std::sync::Arc;

use super::Oracle;
use crate::coverage::PolicyTerms;
use crate::coverage::roster::{
    Agreement, Allocation, AllocationTerms, Approval, Certificate, PersonAssessment, PersonIx,
};
use crate::id::FrameworkId;
use crate::period::Day;
use crate::value::register::DelegationKind;
use crate::value::{AppointmentRole, ApproverOffice, Reason};

/// The two capacities in which managers approve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Capacity {
    Line,
    Senior,
}

impl<'a> Oracle<'a> {
    pub(super) fn has_left(self, person: PersonIx) -> bool {
        !self.roster.posts.iter().any(|post| post.person == person && self.counts(post))
    }

    pub(in super::super) fn has_level1(self, person: PersonIx) -> bool {
        self.roster.people[person.at()].level1_on.is_some_and(|on| on <= self.day)
    }

    /// The first day without the certificate that the last pass gives. Of several on one day the earliest end decides,
    /// so that a team is never called covered when it may not be.
    pub(super) fn certificate_ends(self, person: PersonIx, of: &[Certificate], months: u32) -> Option<Day> {
        let passes = self.roster.passes.iter().filter(|pass| pass.person == person && pass.on <= self.day);
        let passes: Vec<_> = passes.filter(|pass| of.contains(&pass.certificate)).collect();
        let last = passes.iter().map(|pass| pass.on).max()?;
        let ends = passes.iter().filter(|pass| pass.on == last).map(|pass| match pass.expires {
            Some(expires) => expires,
            None => pass.on.plus_months(months),
        });
        ends.min()
    }

    /// Counts the days away around the day, one by one, until there are enough.
    fn is_away(self, person: PersonIx, away_days: u32) -> bool {
        let spells: Vec<_> =
            self.roster.away.iter().filter(|away| away.person == person).map(|away| away.validity).collect();
        let away = |day: Day| spells.iter().any(|spell| Self { day, ..self }.holds(*spell));
        let enough = usize::try_from(away_days).unwrap() + 1;
        let later = (0..).map(|days| self.day.plus_days(days)).take_while(|day| away(*day)).take(enough).count();
        let earlier = (1..).map(|days| self.day.plus_days(-days)).take_while(|day| away(*day)).take(enough).count();
        later > 0 && later + earlier >= enough
    }

    /// The latest terms on or before this day.
    fn terms(self, allocation: &Allocation) -> Option<&AllocationTerms> {
        let begun = allocation.terms.iter().filter(|terms| terms.from.is_none_or(|from| from <= self.day));
        begun.max_by_key(|terms| terms.from)
    }

    /// "The line manager named on a post of the person that was valid that day, or that manager's delegate or acting line
    /// manager": on this day.
    fn is_line_manager_of(self, supporter: PersonIx, by: PersonIx) -> bool {
        let posts = self.roster.posts.iter().filter(|post| post.person == supporter && self.holds(post.validity));
        posts.filter_map(|post| post.line_manager).any(|manager| {
            let stands_in = self.roster.appointments.iter().filter(|appointment| appointment.person == manager).any(
                |appointment| {
                    let delegate = appointment.delegate.filter(|(_, validity)| self.holds(*validity));
                    self.holds(appointment.validity) && delegate.is_some_and(|(delegate, _)| delegate == by)
                },
            );
            by == manager || stands_in || self.has_delegation(DelegationKind::Delegate, manager, by)
        }) || self.has_delegation(DelegationKind::Acting, supporter, by)
    }

    /// Whether `by` stands in for a line manager without an appointment, or as one for a person who has none.
    fn has_delegation(self, kind: DelegationKind, principal: PersonIx, by: PersonIx) -> bool {
        self.roster
            .delegations
            .iter()
            .any(|row| (row.kind, row.principal, row.delegate) == (kind, principal, by) && self.holds(row.validity))
    }

    /// "A valid appointment as Senior Manager of the unit or of one above it, or the valid delegate of one": on this day.
    fn is_senior_manager_for(self, allocation: &Allocation, by: PersonIx) -> bool {
        let path = self.path(allocation.unit);
        self.roster.appointments.iter().any(|appointment| {
            let delegate = appointment.delegate.filter(|(_, validity)| self.holds(*validity));
            appointment.role == AppointmentRole::SeniorManager
                && path.contains(&appointment.unit)
                && self.holds(appointment.validity)
                && (appointment.person == by || delegate.is_some_and(|(delegate, _)| delegate == by))
        })
    }

    fn is_proven(self, allocation: &Allocation, capacity: Capacity, approval: &Approval) -> bool {
        let then = Self { day: approval.on, ..self };
        approval.by.is_some_and(|by| match capacity {
            Capacity::Line => then.is_line_manager_of(allocation.person, by),
            Capacity::Senior => then.is_senior_manager_for(allocation, by),
        })
    }

    /// The approvals of one capacity that hold on this day.
    fn holding<'b>(self, allocation: &'b Allocation, capacity: Capacity, policy: &PolicyTerms) -> Vec<&'b Approval> {
        let line_approvers: Vec<_> =
            allocation.line.iter().filter(|approval| approval.on <= self.day).map(|approval| approval.by).collect();
        let filed = match capacity {
            Capacity::Line => &allocation.line,
            Capacity::Senior => &allocation.senior,
        };
        let holds = |approval: &&Approval| {
            approval.by.is_some()
                && approval.by != Some(allocation.person)
                && (capacity == Capacity::Line || !line_approvers.contains(&approval.by))
                && approval.on <= self.day
                && self.day < approval.on.plus_months(policy.approval_months)
                && approval.withdrawn_on.is_none_or(|withdrawn| self.day < withdrawn)
                && (policy.approver_office == ApproverOffice::Shown || self.is_proven(allocation, capacity, approval))
        };
        filed.iter().filter(holds).collect()
    }

    /// The last day on which an assessment against a version serves, if the policy ends it with the transition.
    fn serves_until(self, framework: FrameworkId) -> Option<Day> {
        let own = self.roster.frameworks.iter().find(|version| version.id == framework)?;
        self.roster
            .frameworks
            .iter()
            .filter(|version| version.from > own.from)
            .map(|version| version.transition_until)
            .min()
    }

    /// A sign-off of a file, or an assessment in which every statement was met, that no later assessment with one that was
    /// not has ended.
    fn is_signed_off(self, allocation: &Allocation, policy: &PolicyTerms) -> bool {
        let own = |met: bool| {
            let rows = self.roster.assessments.iter();
            rows.filter(move |row| row.person == allocation.person && row.on <= self.day && row.met == met)
        };
        let in_transition = |row: &&PersonAssessment| {
            !policy.framework_transition_gates || self.serves_until(row.framework).is_none_or(|until| self.day <= until)
        };
        own(true).filter(in_transition).any(|met| own(false).all(|not_yet| (not_yet.on, not_yet.id) < (met.on, met.id)))
            || allocation.signed_off.iter().any(|on| *on <= self.day && own(false).all(|not_yet| not_yet.on < *on))
    }

    /// Whether a person has signed a version of the agreement, or, on a day up to its last day to sign, one that served
    /// before it.
    fn has_signed(self, person: PersonIx, version: &Agreement) -> bool {
        let signatures = self.roster.signatures.iter().filter(|row| row.person == person && row.on <= self.day);
        let before = self.roster.agreements.iter().filter(|other| other.from < version.from);
        let before = before.max_by_key(|other| other.from);
        signatures.into_iter().any(|row| row.agreement == version.id)
            || self.day <= version.sign_by && before.is_some_and(|before| self.has_signed(person, before))
    }

    /// Whether there is a version in force, and none that serves is signed.
    fn lacks_signature(self, person: PersonIx) -> bool {
        let begun = self.roster.agreements.iter().filter(|version| version.from <= self.day);
        let in_force = begun.max_by_key(|version| version.from);
        in_force.is_some_and(|version| !self.has_signed(person, version))
    }

    fn standing_policy(self, allocation: &Allocation) -> PolicyTerms {
        let members = self.members(allocation.unit);
        let policy = self.policy(&members).filter(|_| !self.people(&members).is_empty());
        policy.map(|(_, _, policy)| policy.clone()).unwrap_or_default()
    }

    /// Whether no line, or no senior, approval that holds is proven.
    pub(super) fn rests_on_unproven(self, allocation: &Allocation) -> bool {
        let policy = self.standing_policy(allocation);
        [Capacity::Line, Capacity::Senior].into_iter().any(|capacity| {
            let holding = self.holding(allocation, capacity, &policy);
            !holding.iter().any(|approval| self.is_proven(allocation, capacity, approval))
        })
    }

    pub(in super::super) fn reasons(self, allocation: &Allocation) -> Vec<Reason> {
        let members = self.members(allocation.unit);
        let people = self.people(&members);
        let policy = self.standing_policy(allocation);
        let person = allocation.person;
        let managed = self.posts_in(&members).into_iter().filter(|post| post.line_manager == Some(person));
        let managed: std::collections::BTreeSet<_> = managed.map(|post| post.person).collect();
        let of_person = |other: &&Arc<Allocation>| other.person == person;
        let mut pauses = self.roster.allocations.iter().filter(of_person).flat_map(|other| &other.pauses);
        let ends =
            self.certificate_ends(person, &[Certificate::Level2, Certificate::Refresher], policy.certificate_months);
        let terms = self.terms(allocation);
        let is_outside = terms.is_some_and(|terms| terms.outside_team);
        let table = [
            (Reason::Left, self.has_left(person)),
            (Reason::NotInTeam, !self.has_left(person) && !people.contains(&person) && !is_outside),
            (Reason::StoodDown, allocation.validity.to.is_some_and(|to| to <= self.day)),
            (Reason::Paused, pauses.any(|pause| self.holds(*pause))),
            (Reason::Away, self.is_away(person, policy.away_days)),
            (Reason::Level1Missing, !self.has_level1(person)),
            (Reason::Level2Missing, self.certificate_ends(person, &[Certificate::Level2], 0).is_none()),
            (Reason::CertificateExpired, ends.is_some_and(|ends| ends <= self.day)),
            (Reason::NotSignedOff, !self.is_signed_off(allocation, &policy)),
            (Reason::LineApprovalMissing, self.holding(allocation, Capacity::Line, &policy).is_empty()),
            (Reason::SeniorApprovalMissing, self.holding(allocation, Capacity::Senior, &policy).is_empty()),
            (Reason::AgreementMissing, policy.agreement_required && self.lacks_signature(person)),
            (Reason::NoProtectedTime, !terms.is_some_and(|terms| terms.has_protected_time())),
            (Reason::LineManager, managed.len() * 2 > people.len()),
            (Reason::NotStarted, allocation.validity.from.is_some_and(|from| self.day < from)),
            (Reason::SoleMember, people == [person].into()),
        ];
        table.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
    }
}
