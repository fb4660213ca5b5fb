//! What an approver's digest mail of a day is about (REGISTER.md section 3): nominations that are new to the reader or due
//! for a reminder, and those that have waited so long that the next tier is asked too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::approvers::approvers;
use super::facts::{NominationFacts, capacities};
use super::nomination::{state, waits_for_decision};
use super::sight::{NominationSight, NominationViewer, sight};
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::id::NominationId;
use crate::period::Day;
use crate::value::register::DecisionKind;
use crate::value::{AppointmentRole, ApproverCapacity};

/// How long a nomination has waited for a decision, as far as mails differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Less than a week.
    New,
    /// A week: the first reminder.
    Week,
    /// Two weeks: the second reminder.
    Fortnight,
    /// Three weeks: the next tier is asked too.
    Escalated,
}

impl Stage {
    const ALL: [Self; 4] = [Self::New, Self::Week, Self::Fortnight, Self::Escalated];

    /// The first day of the stage, counted from the nominee's acceptance.
    #[must_use]
    pub const fn days(self) -> i32 {
        match self {
            Self::New => 0,
            Self::Week => 7,
            Self::Fortnight => 14,
            Self::Escalated => 21,
        }
    }

    /// Returns the stage after so many days.
    #[must_use]
    pub fn after(days: i64) -> Self {
        Self::ALL.into_iter().rfind(|stage| i64::from(stage.days()) <= days).unwrap_or(Self::New)
    }
}

/// A nomination of which a digest may tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownNomination {
    /// Its key.
    pub id: NominationId,
    /// What is on file about it.
    pub facts: NominationFacts,
    /// The numbers of the register that hold for it.
    pub terms: RegisterTerms,
}

/// What the reader of a digest is asked to do about a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// To decide.
    Decide,
    /// To see to it that it is decided. The reader may not decide.
    Watch,
    /// The same, and the reader may not see the nomination: the mail names only this unit, for which the reader is
    /// responsible.
    WatchUnseen(UnitIx),
}

/// A nomination in a person's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestItem {
    /// The nomination.
    pub nomination: NominationId,
    /// How long it has waited.
    pub stage: Stage,
    /// What the reader is asked to do.
    pub part: Part,
}

/// What a person was last told of a nomination in a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastTold {
    /// How long it had waited.
    pub stage: Stage,
    /// The day of the digest.
    pub on: Day,
}

/// What each person was last told, per nomination.
pub type Told = HashMap<PersonIx, BTreeMap<NominationId, LastTold>>;

/// Returns the digests of the day, one per person who has something new or due.
///
/// A digest is about acceptances of earlier days, so it is the same at any time of its day. Nothing in it says more than its
/// reader may see.
#[must_use]
pub fn digests(
    index: &Index,
    nominations: &[KnownNomination],
    told: &Told,
    coordinators: &BTreeSet<PersonIx>,
    today: Day,
) -> BTreeMap<PersonIx, Vec<DigestItem>> {
    let mut digests: BTreeMap<PersonIx, Vec<DigestItem>> = BTreeMap::new();
    for nomination in nominations {
        for (person, Asked { item, answer_to }) in items(index, nomination, coordinators, today) {
            let last = told.get(&person).and_then(|told| told.get(&nomination.id));
            // A manager who waited for an answer cannot know that it is there.
            let is_due = |last: &LastTold| last.stage < item.stage || answer_to.is_some_and(|asked| last.on <= asked);
            if last.is_none_or(is_due) {
                digests.entry(person).or_default().push(item);
            }
        }
    }
    digests
}

/// What a person is asked about a nomination.
#[derive(Clone, Copy, Debug)]
struct Asked {
    item: DigestItem,
    /// The day of the last question that the nominee has answered, to those who may decide. `None` without one.
    answer_to: Option<Day>,
}

/// The people who are asked about a nomination today, whether they were told before or not.
fn items(
    index: &Index,
    KnownNomination { id, facts, terms }: &KnownNomination,
    coordinators: &BTreeSet<PersonIx>,
    today: Day,
) -> BTreeMap<PersonIx, Asked> {
    let mut asked = BTreeMap::new();
    let Some(days) = facts.accepted_on.map(|on| today.days_since(on)).filter(|days| *days > 0) else { return asked };
    if !waits_for_decision(state(index, facts, terms, today)) {
        return asked;
    }
    let stage = Stage::after(days);
    let item = |stage, part| Asked { item: DigestItem { nomination: *id, stage, part }, answer_to: None };
    for capacity in capacities(facts.role).iter().filter(|capacity| is_missing(facts, **capacity)) {
        let deciders: BTreeSet<_> =
            approvers(index, *capacity, facts, today).iter().map(|approver| approver.decider).collect();
        if stage == Stage::Escalated {
            for (person, unit) in next_tier(index, facts, &deciders, coordinators, today) {
                let viewer = NominationViewer { person, is_coordinator: coordinators.contains(&person) };
                let part = match unit {
                    Some(unit) if sight(index, facts, terms, viewer, today) < NominationSight::Content => {
                        Part::WatchUnseen(unit)
                    }
                    Some(_) | None => Part::Watch,
                };
                asked.entry(person).or_insert(item(stage, part));
            }
        }
        // After the second reminder an approver hears no more of it.
        let reminded = stage.min(Stage::Fortnight);
        let answer_to = facts.last_decision(*capacity).filter(|last| last.answered).map(|last| last.on);
        let decides = Asked { answer_to, ..item(reminded, Part::Decide) };
        asked.extend(deciders.into_iter().map(|person| (person, decides)));
    }
    asked
}

/// Whether the approval of a capacity is missing, and not because the nominee has a question to answer.
fn is_missing(facts: &NominationFacts, capacity: ApproverCapacity) -> bool {
    let has_asked = facts.last_decision(capacity).is_some_and(|last| last.kind == DecisionKind::Ask && !last.answered);
    !facts.is_accepted(capacity) && !has_asked
}

/// The people who are asked too, each with the unit for which they are responsible: the senior managers of the nearest unit
/// at or above that has one who is not among `asked`. Without any, the coordinators. The nominee never.
fn next_tier(
    index: &Index,
    facts: &NominationFacts,
    asked: &BTreeSet<PersonIx>,
    coordinators: &BTreeSet<PersonIx>,
    today: Day,
) -> Vec<(PersonIx, Option<UnitIx>)> {
    let is_other = |person: &PersonIx| *person != facts.person && !asked.contains(person);
    let of_unit = |unit: UnitIx| {
        let managers = senior_managers(index, unit, today).into_iter().filter(is_other);
        let found: Vec<_> = managers.map(|person| (person, Some(unit))).collect();
        Some(found).filter(|found| !found.is_empty())
    };
    let above = index.tree(today).ancestors(facts.unit).find_map(of_unit);
    let at_last = || coordinators.iter().copied().filter(is_other).map(|person| (person, None)).collect();
    above.unwrap_or_else(at_last)
}

/// Returns the Senior Managers of a unit on a day, and their delegates.
#[must_use]
pub fn senior_managers(index: &Index, unit: UnitIx, day: Day) -> BTreeSet<PersonIx> {
    let appointed = index
        .appointments_for(unit)
        .filter(|appointment| appointment.role == AppointmentRole::SeniorManager && appointment.validity.holds_on(day));
    appointed.flat_map(|appointment| [Some(appointment.person), appointment.delegate_on(day)]).flatten().collect()
}

#[cfg(test)]
mod tests;
