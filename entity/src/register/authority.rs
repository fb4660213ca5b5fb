//! Appointments and exemptions: the days for which they may be recorded, and who may not (docs/register.md). None of them
//! reaches back before today, and no one takes such a step for themselves. [`delegation`](super::delegation) has those who
//! stand in for others.

use crate::coverage::Index;
use crate::coverage::roster::{Appointment, PersonIx, UnitIx};
use crate::period::{Day, Validity};
use crate::value::AppointmentRole;

/// How many days ahead something may begin.
pub const DAYS_AHEAD: i64 = 365;
/// The number of months from today within which an exemption ends.
pub const EXEMPTION_MONTHS: u32 = 12;

/// Why an appointment, a person who stands in for another, or an exemption is not recorded.
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
    /// No approval waits for a line manager, or one who may give it is there.
    NotNeeded,
    /// The person takes part in the senior manager's approval, or no one else could give it.
    BothApprovals,
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
