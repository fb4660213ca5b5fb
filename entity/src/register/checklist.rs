//! The checklist of a nomination: what must, and what should be so before a person takes a role (REGISTER.md section 2).

mod active;
mod grade;
mod item;
mod later_days;
mod mix;
mod months;

pub use self::item::ChecklistItem;
use self::item::{hard, soft};
pub use self::later_days::{HardFailure, hard_failures};
pub use self::mix::{NomineeMix, mix_rules_met};
use super::posts::Candidacy;
use super::shares::{self, ShareChange, WHOLE, percent};
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::colleagues::{Colleagues, CoverScope};
use crate::coverage::roster::{Allocation, PersonIx, UnitIx};
use crate::period::{Day, Validity};
use crate::value::Role;
use crate::value::register::ChecklistCode as Code;
use crate::value::register::ChecklistResult::NotKnown;

/// A person who is nominated, or might be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nominee {
    /// The person.
    pub person: PersonIx,
    /// The role.
    pub role: Role,
    /// The unit that the role would be for.
    pub unit: UnitIx,
    /// Share of the person in thousandths. It matters for Peer Supporters only.
    pub share: u32,
    /// Whether the person would cover the team from outside. It does not matter for Champions, who only count in a team
    /// of their own.
    pub outside_team: bool,
    /// The day for which the checklist is answered. Shares and allocations are looked at from that day on.
    pub day: Day,
}

impl Nominee {
    fn candidacy(&self) -> Candidacy {
        let Self { person, role, unit, share: _, outside_team, day: _ } = *self;
        Candidacy { person, role, unit, outside_team }
    }
}

/// Returns the checklist of a nominee on the nominee's day, in the order of [`Code::ALL`].
#[must_use]
pub fn checklist(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> Vec<ChecklistItem> {
    match nominee.role {
        Role::PeerSupporter => vec![
            in_post(index, nominee),
            not_line_manager_of_most(index, nominee, nominee.day),
            not_allocated(index, nominee),
            shares_fit(index, nominee),
            level1(index, nominee),
            months::in_post(index, nominee, terms),
            grade::judged(index, nominee, terms),
        ],
        Role::Trainer => vec![
            in_post(index, nominee),
            not_allocated(index, nominee),
            level1(index, nominee),
            months::in_post(index, nominee, terms),
            grade::shown(index, nominee),
            active::now(index, nominee),
            active::months(index, nominee, terms),
            ChecklistItem {
                code: Code::HasTaught,
                result: NotKnown,
                hard: false,
                sentence:
                    "Whether the nominee has supervised or trained others is not on file; it is stated by the people \
                           who nominate."
                        .to_owned(),
            },
        ],
        Role::Champion => vec![in_post(index, nominee), not_allocated(index, nominee)],
    }
}

/// Returns the nominee's present allocation to the unit that the nomination would raise: its share is smaller, or it has
/// no agreed cover from outside the team and the nomination asks for it. Of several the first. `None` for other roles.
#[must_use]
pub fn replaced<'a>(index: &'a Index, nominee: &Nominee) -> Option<&'a Allocation> {
    let raises = |allocation: &&Allocation| {
        allocation.unit == nominee.unit
            && is_held_from(allocation.registered(), nominee.day)
            && (allocation.share < nominee.share
                || nominee.outside_team && !allocation.terms_on(nominee.day).outside_team)
    };
    let own = index.allocations_of(nominee.person).filter(|_| nominee.role == Role::PeerSupporter);
    own.filter(raises).min_by_key(|allocation| (allocation.validity.from, allocation.id))
}

/// Whether there is a day on or after `day` on which it holds.
fn is_held_from(validity: Validity, day: Day) -> bool {
    !validity.is_empty() && !validity.ended_by(day)
}

fn in_post(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let candidacy = nominee.candidacy();
    let is_here = candidacy.posts_in_team(index, nominee.day).next().is_some();
    let has_post = candidacy.posts(index, nominee.day).next().is_some();
    let here = if nominee.role == Role::Trainer { "at or below this unit" } else { "in this team" };
    let sentence = match (is_here, has_post) {
        (true, _) => format!("The nominee works {here}."),
        (false, true) => "The nominee works elsewhere and would cover the team from outside.".to_owned(),
        (false, false) if candidacy.is_from_outside() => "The nominee has no post that counts.".to_owned(),
        (false, false) => format!("The nominee has no post {here} that counts."),
    };
    hard(Code::InPost, has_post, sentence)
}

fn not_line_manager_of_most(index: &Index, nominee: &Nominee, day: Day) -> ChecklistItem {
    let team = Colleagues::find(index, CoverScope::on(index, nominee.unit, day), day);
    let sentence = match (team.managed_by(nominee.person), team.people.len()) {
        (0, _) => "The nominee is not a line manager here.".to_owned(),
        (managed, people) => format!(
            "The nominee is the line manager of {managed} of the {people} people here; at most half of them is allowed."
        ),
    };
    hard(Code::NotLineManagerOfMost, !team.are_mostly_managed_by(nominee.person), sentence)
}

fn not_allocated(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let Nominee { person, role, unit, share: _, outside_team: _, day } = *nominee;
    let scope = CoverScope::on(index, unit, day);
    let here = scope.units(index);
    let raised = replaced(index, nominee);
    let has_role = match role {
        Role::PeerSupporter => index.allocations_of(person).any(|allocation| {
            here.contains(&allocation.unit)
                && is_held_from(allocation.registered(), day)
                && raised.is_none_or(|raised| raised.id != allocation.id)
        }),
        // A Trainer's role is for one unit, whatever is assessed together.
        Role::Trainer => index
            .roster()
            .trainers
            .iter()
            .any(|role| role.person == person && role.unit == unit && is_held_from(role.validity, day)),
        Role::Champion => here
            .iter()
            .flat_map(|unit| index.champions_of(*unit))
            .any(|role| role.person == person && is_held_from(role.validity, day)),
    };
    let sentence = match (has_role, raised) {
        (true, _) => "The nominee already has this role here.",
        (false, Some(_)) => "The nomination raises the allocation that the nominee has here.",
        (false, None) => "The nominee does not have this role here yet.",
    };
    hard(Code::NotAllocated, !has_role, sentence.to_owned())
}

fn shares_fit(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let without = replaced(index, nominee).map(|allocation| allocation.id);
    let change = ShareChange { extra: nominee.share, without };
    let largest = shares::largest(index, nominee.person, nominee.day, &change);
    let is_met = largest.share <= WHOLE;
    let from = largest.from.filter(|from| *from > nominee.day).map_or_else(String::new, |day| format!(" from {day}"));
    let limit = if is_met { String::new() } else { format!("; at most {} percent is allowed", percent(WHOLE)) };
    let share = percent(largest.share);
    let sentence = format!("The nominee's shares for all teams would add up to {share} percent{from}{limit}.");
    hard(Code::Shares, is_met, sentence)
}

fn level1(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let done = index.level1_on(nominee.person).filter(|on| *on <= nominee.day);
    let sentence = done.map_or_else(
        || "The nominee has not completed Level 1.".to_owned(),
        |on| format!("The nominee completed Level 1 on {on}."),
    );
    soft(Code::Level1, done.is_some(), sentence)
}

#[cfg(test)]
mod tests;
