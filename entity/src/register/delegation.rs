//! People who stand in for others: delegates, and acting line managers. Which days they may have, and who may not be one
//! (docs/register.md).

use super::approvers::{is_last_senior, lacks_line_manager};
use super::authority::{AuthorityRefusal, WishedDays};
use super::facts::NominationFacts;
use super::nomination::{state, waits_for_decision};
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::roster::{Appointment, PersonIx, UnitIx};
use crate::period::{Day, Validity};
use crate::value::{AppointmentRole, ApproverCapacity};

/// A delegate who is to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelegate {
    /// The person that the delegate stands in for.
    pub principal: PersonIx,
    /// The delegate.
    pub delegate: PersonIx,
    /// The unit of the appointment. `None` for a line manager without an appointment.
    pub unit: Option<UnitIx>,
    /// The days; the last one is needed.
    pub days: WishedDays,
}

/// The office in which a delegate stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Office {
    /// Appointed to this unit in this role, on all of the days.
    Appointment {
        /// The unit.
        unit: UnitIx,
        /// The role.
        role: AppointmentRole,
    },
    /// Line manager of people, without an appointment.
    LineManager,
}

/// A delegate who may be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedDelegate {
    /// The office in which they stand in.
    pub office: Office,
    /// The days on which they do.
    pub validity: Validity,
}

/// Checks a delegate that `actor` names: the principal or a coordinator. Only a person who holds an office has one to
/// delegate, so a delegate cannot delegate on.
///
/// # Errors
///
/// Why the delegate is not recorded.
pub fn check_delegate(
    index: &Index,
    new: &NewDelegate,
    actor: PersonIx,
    today: Day,
) -> Result<CheckedDelegate, AuthorityRefusal> {
    let NewDelegate { principal, delegate, unit, days } = *new;
    if delegate == principal || delegate == actor {
        return Err(AuthorityRefusal::OwnCase);
    }
    let validity = days.check(today)?;
    let held: Vec<&Appointment> =
        index.appointments_of(principal).filter(|row| row.validity.overlaps(validity)).collect();
    let rows_of = |office: Office| {
        let is_of = move |row: &&Appointment| office == Office::Appointment { unit: row.unit, role: row.role };
        held.iter().copied().filter(is_of).collect::<Vec<_>>()
    };
    let office = match unit {
        Some(unit) => {
            // Senior managers come before coordinators if a person is both for one unit.
            let offices = [AppointmentRole::SeniorManager, AppointmentRole::Coordinator];
            let offices = offices.map(|role| Office::Appointment { unit, role });
            if offices.iter().all(|office| rows_of(*office).is_empty()) {
                return Err(AuthorityRefusal::NoOffice);
            }
            let whole = offices.into_iter().find(|office| hold_throughout(&rows_of(*office), days.from, validity.to));
            whole.ok_or(AuthorityRefusal::OutsideAppointment)?
        }
        None if !held.is_empty() => return Err(AuthorityRefusal::UnitNeeded),
        None if is_line_manager(index, principal, days.from) => Office::LineManager,
        None => return Err(AuthorityRefusal::NoOffice),
    };
    let same_days = |known: Validity, by: PersonIx| by == delegate && known.overlaps(validity);
    let already = match office {
        Office::Appointment { .. } => rows_of(office)
            .into_iter()
            .any(|row| row.delegate.is_some_and(|(by, known)| same_days(row.validity.intersection(known), by))),
        Office::LineManager => index.delegations_of(principal).any(|row| same_days(row.validity, row.delegate)),
    };
    if already { Err(AuthorityRefusal::Already) } else { Ok(CheckedDelegate { office, validity }) }
}

/// Whether appointments hold without a gap from `day` until before `end`. `None` for no end.
fn hold_throughout(rows: &[&Appointment], mut day: Day, end: Option<Day>) -> bool {
    loop {
        let Some(row) = rows.iter().find(|row| row.validity.holds_on(day)) else { return false };
        match row.validity.to {
            None => return true,
            Some(to) if end.is_some_and(|end| end <= to) => return true,
            Some(to) => day = to,
        }
    }
}

/// Whether a post of another person on `day` names the person as line manager.
fn is_line_manager(index: &Index, manager: PersonIx, day: Day) -> bool {
    let mut posts = index.roster().posts.iter();
    posts.any(|post| post.line_manager == Some(manager) && post.person != manager && post.validity.holds_on(day))
}

/// Some days of an appointment, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppointmentPart {
    /// The days.
    pub validity: Validity,
    /// Whether the new delegate stands in on some of them, or the earlier one.
    pub is_new: bool,
}

/// Divides the days of an appointment if a new delegate stands in on the days `new`. The earlier delegate keeps the days
/// `earlier` before and after, because decisions rest on past days and on later ones people rely. The parts are in order, and
/// each has one delegate at most.
#[must_use]
pub fn divided(held: Validity, earlier: Option<Validity>, new: Validity) -> Vec<AppointmentPart> {
    let keeps_some = |part: &Validity| earlier.is_some_and(|earlier| earlier.overlaps(*part));
    let before = new.from.map(|from| held.intersection(Validity { from: None, to: Some(from) })).filter(keeps_some);
    let after = new.to.map(|to| held.intersection(Validity { from: Some(to), to: None })).filter(keeps_some);
    let validity =
        Validity { from: before.map_or(held.from, |part| part.to), to: after.map_or(held.to, |part| part.from) };
    let kept = |validity| AppointmentPart { validity, is_new: false };
    let parts = [before.map(kept), Some(AppointmentPart { validity, is_new: true }), after.map(kept)];
    parts.into_iter().flatten().collect()
}

/// An acting line manager who is to be appointed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewActing {
    /// The person who has no line manager.
    pub for_person: PersonIx,
    /// The acting line manager.
    pub acting: PersonIx,
    /// The days; the last one is needed.
    pub days: WishedDays,
}

/// Whether a nomination waits for a line manager's approval on the day `today`.
#[must_use]
pub fn waits_for_line(index: &Index, facts: &NominationFacts, terms: &RegisterTerms, today: Day) -> bool {
    waits_for_decision(state(index, facts, terms, today)) && !facts.is_accepted(ApproverCapacity::Line)
}

/// Checks an acting line manager that `actor`, a coordinator, appoints. `cases` are the person's nominations that wait for a
/// line manager's approval, and their roles of which it may be renewed.
///
/// Without a case that no line manager can approve none is appointed: otherwise it would be a way around the line manager.
///
/// # Errors
///
/// Why the acting line manager is not recorded.
pub fn check_acting(
    index: &Index,
    cases: &[NominationFacts],
    new: &NewActing,
    actor: PersonIx,
    today: Day,
) -> Result<Validity, AuthorityRefusal> {
    let NewActing { for_person, acting, days } = *new;
    if [for_person, actor].contains(&acting) || for_person == actor {
        return Err(AuthorityRefusal::OwnCase);
    }
    let validity = days.check(today)?;
    let is_same = |known: Validity, by: PersonIx| by == acting && known.overlaps(validity);
    if index.acting_managers_of(for_person).any(|row| is_same(row.validity, row.delegate)) {
        return Err(AuthorityRefusal::Already);
    }
    let mut open = cases.iter().filter(|facts| lacks_line_manager(index, facts, days.from)).peekable();
    if open.peek().is_none() {
        return Err(AuthorityRefusal::NotNeeded);
    }
    let is_other = |facts: &NominationFacts| {
        let last = facts.accepts(ApproverCapacity::Senior).next_back();
        last.is_some_and(|approval| approval.is_party(acting)) || is_last_senior(index, facts, acting, days.from)
    };
    if open.any(is_other) { Err(AuthorityRefusal::BothApprovals) } else { Ok(validity) }
}

#[cfg(test)]
mod tests;
