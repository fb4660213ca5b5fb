//! Finds what must be assessed again after a change of the network's facts. If in doubt, more is assessed again: the
//! result must equal that of assessing everything.

use std::collections::BTreeSet;

use super::colleagues::CoverScope;
use super::index::{Extent, Index};
use super::roster::{Allocation, Appointment, PersonIx, UnitIx};

/// A change of the network's facts. Both versions share one organisation.
#[derive(Clone, Copy, Debug)]
pub struct FactChange<'a> {
    /// The facts before.
    pub before: &'a Index,
    /// The facts after.
    pub after: &'a Index,
    /// The people and units that were touched; all other facts are equal.
    pub extent: &'a Extent,
}

/// Returns the scopes whose assessment on any day may differ after a change.
pub(super) fn scopes(change: &FactChange<'_>) -> BTreeSet<CoverScope> {
    let mut units = BTreeSet::new();
    for index in [change.before, change.after] {
        units_of_people(index, &change.extent.people, &mut units);
    }
    for unit in policies_changed(change) {
        // Also on days on which other units are below it: a team is assessed on later days too.
        for (_, tree) in change.after.trees() {
            units.extend(tree.subtree(unit).map(|place| tree.preorder()[place]));
        }
    }
    let exemptions = |index: &'_ Index, unit: UnitIx| index.exemptions_of(unit).to_vec();
    units.extend(differing(change, exemptions));
    units.extend(units_approved_by(change, &appointees_changed(change)));
    units.extend(units_approved_by(change, &delegates_changed(change)));
    units.into_iter().map(|unit| CoverScope::for_unit(change.after, unit)).collect()
}

/// Returns the touched units whose own policies differ.
pub(super) fn policies_changed(change: &FactChange<'_>) -> Vec<UnitIx> {
    differing(change, |index, unit| index.policies_of(unit).to_vec()).collect()
}

/// The touched units for which `facts` differ.
fn differing<'a, T: PartialEq>(
    change: &'a FactChange<'_>,
    facts: impl Fn(&Index, UnitIx) -> T + 'a,
) -> impl Iterator<Item = UnitIx> + 'a {
    let units = change.extent.units.iter().copied();
    units.filter(move |unit| facts(change.before, *unit) != facts(change.after, *unit))
}

/// A person's pauses and training are about all their allocations, and a team's Level 1 about everyone in it.
fn units_of_people(index: &Index, people: &BTreeSet<PersonIx>, units: &mut BTreeSet<UnitIx>) {
    for person in people {
        units.extend(index.allocations_of(*person).map(|allocation| allocation.unit));
        units.extend(index.posts_of(*person).map(|post| post.unit));
    }
    let champions = index.roster().champions.iter().filter(|role| people.contains(&role.person));
    units.extend(champions.map(|role| role.unit));
}

/// Returns the people named in appointments that differ: whether an approval is proven depends on them.
fn appointees_changed(change: &FactChange<'_>) -> BTreeSet<PersonIx> {
    let appointments = |index: &Index, unit: UnitIx| index.appointments_for(unit).copied().collect::<Vec<_>>();
    let changed: Vec<UnitIx> = differing(change, appointments).collect();
    let rows = [change.before, change.after]
        .into_iter()
        .flat_map(|index| changed.iter().flat_map(|unit| index.appointments_for(*unit)));
    let named = |row: &Appointment| [Some(row.person), row.delegate.map(|(delegate, _)| delegate)];
    rows.flat_map(named).flatten().collect()
}

/// Returns the delegates of line managers whose delegations differ, and the acting line managers that differ.
fn delegates_changed(change: &FactChange<'_>) -> BTreeSet<PersonIx> {
    let rows = |index: &Index, person: PersonIx| {
        index.delegations_of(person).chain(index.acting_managers_of(person)).copied().collect::<Vec<_>>()
    };
    let people = change.extent.people.iter().copied();
    let pairs = people.map(|person| (rows(change.before, person), rows(change.after, person)));
    let differing = pairs.filter(|(before, after)| before != after);
    differing.flat_map(|(before, after)| before.into_iter().chain(after)).map(|row| row.delegate).collect()
}

/// Returns the units of the allocations that one of these people has approved, in whatever office: as senior manager, or
/// as the delegate of a line manager or a senior manager.
fn units_approved_by(change: &FactChange<'_>, people: &BTreeSet<PersonIx>) -> BTreeSet<UnitIx> {
    if people.is_empty() {
        return BTreeSet::new();
    }
    let is_approver = |allocation: &Allocation| {
        let mut approvals = allocation.line.iter().chain(&allocation.senior);
        approvals.any(|approval| approval.by.is_some_and(|by| people.contains(&by)))
    };
    let allocations = change.after.roster().allocations.iter();
    allocations.filter(|allocation| is_approver(allocation)).map(|allocation| allocation.unit).collect()
}
