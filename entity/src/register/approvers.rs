//! Who may approve a nomination, as line manager or as senior manager (REGISTER.md section 3).

mod would_count;

use std::collections::BTreeSet;

use self::would_count::would_count;
use super::facts::{DecisionFacts, NominationFacts, capacities};
use super::posts::Candidacy;
use crate::coverage::Index;
use crate::coverage::roster::{Delegation, PersonIx, UnitIx};
use crate::period::Day;
pub use crate::value::register::CannotDecide;
use crate::value::{AppointmentRole, ApproverCapacity, Role};

/// A person who may decide on a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The person who decides.
    pub decider: PersonIx,
    /// The person in whose place they decide: the same, or the one whose delegate they are.
    pub principal: PersonIx,
    /// Why.
    pub why: ApproverBecause,
}

/// Why a person may decide on a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApproverBecause {
    /// The line manager named on a post of the nominee.
    LineManager,
    /// The delegate of that line manager.
    LineManagerDelegate,
    /// The acting line manager of the nominee, while no line manager is there to decide.
    ActingLineManager,
    /// The Senior Manager appointed for this unit.
    SeniorManager(UnitIx),
    /// The delegate of that Senior Manager.
    SeniorManagerDelegate(UnitIx),
}

/// Returns the people who may decide on a nomination in a capacity on `day`, each principal followed by their delegates.
/// Empty for a capacity that the role does not need.
///
/// A person who takes part in the approval of the other capacity is left out, as decider and as principal.
#[must_use]
pub fn approvers(index: &Index, capacity: ApproverCapacity, facts: &NominationFacts, day: Day) -> Vec<Approver> {
    if !capacities(facts.role).contains(&capacity) {
        return Vec::new();
    }
    match capacity {
        ApproverCapacity::Line => line(index, facts, day),
        ApproverCapacity::Senior => senior(index, facts, None, day),
    }
}

/// Checks that `decider` may decide on a nomination in a capacity on `day`, for `principal` if that is given. Otherwise a
/// person who may decide for themselves does so.
///
/// # Errors
///
/// Why not.
pub fn may_decide(
    index: &Index,
    capacity: ApproverCapacity,
    facts: &NominationFacts,
    decider: PersonIx,
    principal: Option<PersonIx>,
    day: Day,
) -> Result<Approver, CannotDecide> {
    let is_one_of_them = |person: PersonIx| person == decider || principal == Some(person);
    if is_one_of_them(facts.person) {
        return Err(CannotDecide::OwnCase);
    }
    if other_approval(capacity, facts).into_iter().any(is_one_of_them) {
        return Err(CannotDecide::BothApprovals);
    }
    if capacity == ApproverCapacity::Senior && earlier_line_approvers(index, facts).into_iter().any(is_one_of_them) {
        return Err(CannotDecide::WouldNotCount);
    }
    let fits = |approver: &Approver| {
        approver.decider == decider && principal.is_none_or(|for_whom| for_whom == approver.principal)
    };
    let fitting = approvers(index, capacity, facts, day).into_iter().filter(fits);
    let found = fitting.min_by_key(|approver| approver.principal != decider).ok_or(CannotDecide::NotApprover)?;
    if !would_count(index, capacity, facts, decider, day) {
        return Err(CannotDecide::WouldNotCount);
    }
    Ok(found)
}

/// The line managers named on the posts that make the role possible. Acting ones stand in only while none of them, nor a
/// delegate, is there to decide.
fn line(index: &Index, facts: &NominationFacts, day: Day) -> Vec<Approver> {
    let mut found = named_on_posts(index, facts, day);
    if !found.iter().any(|approver| has_post(index, approver.decider, day)) {
        let acting = index.acting_managers_of(facts.person).filter(|row| row.validity.holds_on(day)).map(|row| {
            let (decider, why) = (row.delegate, ApproverBecause::ActingLineManager);
            Approver { decider, principal: decider, why }
        });
        let all = found.into_iter().chain(acting).collect::<Vec<_>>();
        found = eligible(all.into_iter(), &barred_from_line(facts));
    }
    found
}

/// Whether a person has a counting post on `day`. Without one they give no command.
fn has_post(index: &Index, person: PersonIx, day: Day) -> bool {
    index.counting_posts_of(person, day).next().is_some()
}

/// Whether no line manager named on a post of the nominee, and no delegate of one, is there to approve on `day`.
#[must_use]
pub fn lacks_line_manager(index: &Index, facts: &NominationFacts, day: Day) -> bool {
    !named_on_posts(index, facts, day).iter().any(|approver| has_post(index, approver.decider, day))
}

/// Whether a senior manager's approval that is missing could no longer be given on `day` if `person` were barred from it.
#[must_use]
pub fn is_last_senior(index: &Index, facts: &NominationFacts, person: PersonIx, day: Day) -> bool {
    let is_missing =
        capacities(facts.role).contains(&ApproverCapacity::Senior) && !facts.is_accepted(ApproverCapacity::Senior);
    let found = |also_barred: Option<PersonIx>| !senior(index, facts, also_barred, day).is_empty();
    is_missing && found(None) && !found(Some(person))
}

fn barred_from_line(facts: &NominationFacts) -> BTreeSet<PersonIx> {
    let mut barred = other_approval(ApproverCapacity::Line, facts);
    barred.insert(facts.person);
    barred
}

fn named_on_posts(index: &Index, facts: &NominationFacts, day: Day) -> Vec<Approver> {
    let NominationFacts { person, role, unit, outside_team, .. } = *facts;
    let posts = Candidacy { person, role, unit, outside_team }.posts(index, day);
    let managers: BTreeSet<PersonIx> = posts.filter_map(|post| post.line_manager).collect();
    let stands_in = |row: &&Delegation| row.validity.holds_on(day);
    // As in coverage, the delegate of any appointment of a line manager stands in.
    let with_delegates = |manager: PersonIx| {
        let appointments = index.appointments_of(manager);
        let delegates = appointments.filter_map(|appointment| appointment.delegate_on(day));
        let recorded = index.delegations_of(manager).filter(stands_in).map(|row| row.delegate);
        let delegates = delegates.chain(recorded).collect::<BTreeSet<_>>();
        let themselves = Approver { decider: manager, principal: manager, why: ApproverBecause::LineManager };
        let why = ApproverBecause::LineManagerDelegate;
        std::iter::once(themselves).chain(delegates.into_iter().map(move |decider| Approver {
            decider,
            principal: manager,
            why,
        }))
    };
    eligible(managers.into_iter().flat_map(with_delegates), &barred_from_line(facts))
}

/// The Senior Managers of the nearest unit at or above that has one who is not barred.
fn senior(index: &Index, facts: &NominationFacts, also_barred: Option<PersonIx>, day: Day) -> Vec<Approver> {
    let mut barred = other_approval(ApproverCapacity::Senior, facts);
    barred.extend(also_barred);
    barred.insert(facts.person);
    barred.extend(earlier_line_approvers(index, facts));
    // As in coverage, a manager named on a Bank post is a line manager too.
    let posts = index.posts_of(facts.person).filter(|post| post.validity.holds_on(day));
    barred.extend(posts.filter_map(|post| post.line_manager));
    let acting = index.acting_managers_of(facts.person).filter(|row| row.validity.holds_on(day));
    barred.extend(acting.map(|row| row.delegate));
    let of_unit = |unit: UnitIx| {
        let appointed = index.appointments_for(unit).filter(|appointment| {
            appointment.role == AppointmentRole::SeniorManager && appointment.validity.holds_on(day)
        });
        let with_delegate = appointed.flat_map(|appointment| {
            let principal = appointment.person;
            let themselves = Approver { decider: principal, principal, why: ApproverBecause::SeniorManager(unit) };
            let why = ApproverBecause::SeniorManagerDelegate(unit);
            let delegate = appointment.delegate_on(day);
            std::iter::once(themselves).chain(delegate.map(|decider| Approver { decider, principal, why }))
        });
        Some(eligible(with_delegate, &barred)).filter(|found| !found.is_empty())
    };
    index.tree(day).ancestors(facts.unit).find_map(of_unit).unwrap_or_default()
}

/// Leaves out approvers if the decider or the principal is barred, and repeated ones.
fn eligible(approvers: impl Iterator<Item = Approver>, barred: &BTreeSet<PersonIx>) -> Vec<Approver> {
    let mut found: Vec<Approver> = Vec::new();
    for approver in approvers {
        let is_barred = barred.contains(&approver.decider) || barred.contains(&approver.principal);
        let is_known = |known: &Approver| (known.decider, known.principal) == (approver.decider, approver.principal);
        if !is_barred && !found.iter().any(is_known) {
            found.push(approver);
        }
    }
    found
}

/// Returns the people who take part in the approval of the other capacity, also by recording it from paper: no one may take
/// part in both. Of a senior
/// manager's approvals the last counts; of line managers' all, because coverage bars each of them.
fn other_approval(capacity: ApproverCapacity, facts: &NominationFacts) -> BTreeSet<PersonIx> {
    let parties = match capacity {
        ApproverCapacity::Line => facts.accepts(ApproverCapacity::Senior).next_back().into_iter().collect::<Vec<_>>(),
        ApproverCapacity::Senior => facts.accepts(ApproverCapacity::Line).collect(),
    };
    parties.into_iter().flat_map(DecisionFacts::parties).collect()
}

/// Returns every line approver on file of the nominee's allocations to the unit, lapsed or not.
fn earlier_line_approvers(index: &Index, facts: &NominationFacts) -> BTreeSet<PersonIx> {
    let own = index
        .allocations_of(facts.person)
        .filter(|allocation| facts.role == Role::PeerSupporter && allocation.unit == facts.unit);
    own.flat_map(|allocation| &allocation.line).filter_map(|approval| approval.by).collect()
}

#[cfg(test)]
mod tests;
