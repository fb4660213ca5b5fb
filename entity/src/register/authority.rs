//! Appointments, delegates and exemptions: the days for which they may be recorded, and who may not (docs/register.md).
//! None of them reaches back before today, and no one takes such a step for themselves.

use crate::coverage::Index;
use crate::coverage::roster::{Appointment, PersonIx, UnitIx};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

/// How many days ahead something may begin.
pub const DAYS_AHEAD: i64 = 365;
/// The number of months from today within which an exemption ends.
pub const EXEMPTION_MONTHS: u32 = 12;

/// Why an appointment, a delegate or an exemption is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityRefusal {
    /// The person who gives the command would take the step for themselves.
    OwnCase,
    /// It would begin before today.
    BeforeToday,
    /// It would begin more than [`DAYS_AHEAD`] days ahead.
    TooFarAhead,
    /// Its last day is before its first.
    EndsBeforeStart,
    /// It would end more than [`EXEMPTION_MONTHS`] months from today.
    TooLong,
    /// The same holds on some of the days already.
    Already,
    /// The appointment to replace is for another unit or role, or does not hold on the day before.
    NotReplaceable,
    /// It would end on the day on which it ends anyway, or later.
    EndsEarlier,
    /// The person has no office that could be delegated.
    NoOffice,
    /// The person has appointments, and none was named.
    UnitNeeded,
    /// The appointment does not hold on all of the days.
    OutsideAppointment,
}

/// Days as people write them: the first, and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WishedDays {
    /// First day.
    pub from: Day,
    /// Last day. `None` if open-ended.
    pub until: Option<Day>,
}

impl WishedDays {
    /// Returns the days as a validity.
    ///
    /// # Errors
    ///
    /// If they begin before `today` or too far ahead, or end before they begin.
    pub fn check(self, today: Day) -> Result<Validity, AuthorityRefusal> {
        let Self { from, until } = self;
        if from < today {
            return Err(AuthorityRefusal::BeforeToday);
        }
        if today.plus_days(DAYS_AHEAD) < from {
            return Err(AuthorityRefusal::TooFarAhead);
        }
        if until.is_some_and(|until| until < from) {
            return Err(AuthorityRefusal::EndsBeforeStart);
        }
        Ok(Validity::from_last(Some(from), until))
    }
}

/// An appointment that is to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAppointment {
    /// The person to appoint.
    pub person: PersonIx,
    /// The unit.
    pub unit: UnitIx,
    /// The role.
    pub role: AppointmentRole,
    /// The days.
    pub days: WishedDays,
}

/// Checks an appointment that `actor` gives.
///
/// # Errors
///
/// Why it is not recorded.
pub fn check_appointment(
    index: &Index,
    new: &NewAppointment,
    actor: PersonIx,
    today: Day,
) -> Result<Validity, AuthorityRefusal> {
    let NewAppointment { person, unit, role, days } = *new;
    if person == actor {
        return Err(AuthorityRefusal::OwnCase);
    }
    let validity = days.check(today)?;
    let is_same = |known: &Appointment| known.person == person && known.role == role;
    if index.appointments_for(unit).any(|known| is_same(known) && known.validity.overlaps(validity)) {
        return Err(AuthorityRefusal::Already);
    }
    Ok(validity)
}

/// Returns the validity of an appointment that ends the day before its successor begins.
///
/// # Errors
///
/// [`AuthorityRefusal::NotReplaceable`] unless it holds on that day.
pub fn replaced(former: Validity, successor_from: Day) -> Result<Validity, AuthorityRefusal> {
    if !former.holds_on(successor_from.plus_days(-1)) {
        return Err(AuthorityRefusal::NotReplaceable);
    }
    Ok(Validity { to: Some(successor_from), ..former })
}

/// Returns the validity of an appointment whose last day becomes `last`. `None` if it then never holds: it has not begun.
/// Yesterday is possible, since the appointment then holds no longer today.
///
/// # Errors
///
/// [`AuthorityRefusal::BeforeToday`], or [`AuthorityRefusal::EndsEarlier`] if it ends by then anyway.
pub fn ended(held: Validity, last: Day, today: Day) -> Result<Option<Validity>, AuthorityRefusal> {
    let to = last.plus_days(1);
    if to < today {
        return Err(AuthorityRefusal::BeforeToday);
    }
    if held.to.is_some_and(|known| known <= to) {
        return Err(AuthorityRefusal::EndsEarlier);
    }
    let shortened = Validity { to: Some(to), ..held };
    Ok((!shortened.is_empty()).then_some(shortened))
}

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
    /// An appointment to this unit in this role.
    Appointment {
        /// The unit.
        unit: UnitIx,
        /// The role.
        role: AppointmentRole,
        /// The days of the appointment.
        validity: Validity,
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
    let held = index.appointments_of(principal).filter(|row| row.validity.overlaps(validity));
    let office = match unit {
        Some(unit) => {
            let of_unit: Vec<_> = held.filter(|row| row.unit == unit).collect();
            if of_unit.is_empty() {
                return Err(AuthorityRefusal::NoOffice);
            }
            let holds_throughout = |row: &&&Appointment| {
                row.validity.from.is_none_or(|from| from <= days.from)
                    && row.validity.to.is_none_or(|to| validity.to.is_some_and(|until| until <= to))
            };
            let whole = of_unit.iter().filter(holds_throughout).min_by_key(|row| is_coordinator(row.role));
            let whole = whole.ok_or(AuthorityRefusal::OutsideAppointment)?;
            Office::Appointment { unit, role: whole.role, validity: whole.validity }
        }
        None if held.count() > 0 => return Err(AuthorityRefusal::UnitNeeded),
        None if is_line_manager(index, principal, days.from) => Office::LineManager,
        None => return Err(AuthorityRefusal::NoOffice),
    };
    let same_days = |known: Validity, by: PersonIx| by == delegate && known.overlaps(validity);
    let already = match office {
        Office::Appointment { unit, role, validity: held } => index.appointments_for(unit).any(|row| {
            (row.person, row.role, row.validity) == (principal, role, held)
                && row.delegate.is_some_and(|(by, known)| same_days(known, by))
        }),
        Office::LineManager => index.delegations_of(principal).any(|row| same_days(row.validity, row.delegate)),
    };
    if already { Err(AuthorityRefusal::Already) } else { Ok(CheckedDelegate { office, validity }) }
}

/// Senior managers come before coordinators if a person is both for one unit.
const fn is_coordinator(role: AppointmentRole) -> bool {
    matches!(role, AppointmentRole::Coordinator)
}

/// Whether a post of another person on `day` names the person as line manager.
fn is_line_manager(index: &Index, manager: PersonIx, day: Day) -> bool {
    let mut posts = index.roster().posts.iter();
    posts.any(|post| post.line_manager == Some(manager) && post.person != manager && post.validity.holds_on(day))
}

/// Returns the days on which an earlier delegate stood in before a new one begins. `None` if there is none: then the new
/// one can take their place without a trace, because no decision rests on them.
#[must_use]
pub fn earlier_days(held: Validity, delegate: Validity, new_from: Day) -> Option<Validity> {
    let from = held.from.max(delegate.from);
    let to = [held.to, delegate.to, Some(new_from)].into_iter().flatten().min();
    let days = Validity { from, to };
    (!days.is_empty()).then_some(days)
}

/// An exemption that is to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewExemption {
    /// The unit.
    pub unit: UnitIx,
    /// The days; the last one is needed.
    pub days: WishedDays,
    /// The person who agreed to it.
    pub agreed_by: PersonIx,
}

/// Checks an exemption that `actor` gives and another person has agreed to.
///
/// # Errors
///
/// Why it is not recorded.
pub fn check_exemption(
    index: &Index,
    new: &NewExemption,
    actor: PersonIx,
    today: Day,
) -> Result<Validity, AuthorityRefusal> {
    let NewExemption { unit, days, agreed_by } = *new;
    if actor == agreed_by {
        return Err(AuthorityRefusal::OwnCase);
    }
    let validity = days.check(today)?;
    if validity.to.is_none_or(|to| today.plus_months(EXEMPTION_MONTHS) < to.plus_days(-1)) {
        return Err(AuthorityRefusal::TooLong);
    }
    if index.exemptions_of(unit).iter().any(|known| known.validity.overlaps(validity)) {
        return Err(AuthorityRefusal::Already);
    }
    Ok(validity)
}

#[cfg(test)]
mod tests;
