//! Peer Supporter allocations: most to a unit in which the supporter has a post, most with everything in order.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{MANAGERS, PEOPLE, any_day, any_person, any_unit, any_validity, early_day, spell};
use crate::coverage::roster::{Allocation, AllocationTerms, Approval, PersonIx, Post};
use crate::id::{AllocationId, PersonId};
use crate::period::Day;

/// An allocation, and the post in whose unit its person supports; `None` to leave it as it is.
pub(super) type Unplaced = (Allocation, Option<prop::sample::Index>);

/// Mostly the manager `usual`; now and then any person, or no one.
fn approver(usual: u32) -> impl Strategy<Value = Option<PersonIx>> {
    let by = prop_oneof![12 => Just(PersonIx(PEOPLE + usual)), 2 => (0..PEOPLE + MANAGERS).prop_map(PersonIx)];
    weighted(0.97, by)
}

/// Mostly one early approval, and some later ones; by day.
pub(super) fn approvals(usual: u32) -> impl Strategy<Value = Vec<Approval>> {
    let withdrawn = || weighted(0.05, any_day());
    let first = weighted(0.97, (early_day(), approver(usual), withdrawn()));
    let later = prop_oneof![2 => Just(Vec::new()), 1 => vec((any_day(), approver(usual), withdrawn()), 1..3)];
    (first, later).prop_map(|(first, later)| {
        let rows = first.into_iter().chain(later);
        let rows = rows.map(|(on, by, withdrawn_on)| Approval { on, by, withdrawn_on });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|approval| approval.on);
        rows
    })
}

/// The first terms have no start date; now and then others follow.
fn terms() -> impl Strategy<Value = Vec<AllocationTerms>> {
    let agreed = || (prop::bool::weighted(0.95), prop::bool::weighted(0.3));
    let later = prop_oneof![4 => Just(Vec::new()), 1 => vec((any_day(), agreed()), 1..3)];
    (weighted(0.98, agreed()), later).prop_map(|(first, mut later)| {
        later.sort_by_key(|(from, _)| *from);
        later.dedup_by_key(|(from, _)| *from);
        let later = later.into_iter().map(|(from, agreed)| (Some(from), agreed));
        let rows = first.map(|agreed| (None, agreed)).into_iter().chain(later);
        rows.map(|(from, (is_protected, outside_team))| AllocationTerms {
            from,
            protected_hours: Some(if is_protected { 400 } else { 0 }),
            outside_team,
        })
        .collect()
    })
}

fn days() -> impl Strategy<Value = Vec<Day>> {
    (weighted(0.97, early_day()), weighted(0.1, any_day()))
        .prop_map(|(early, later)| early.into_iter().chain(later).collect())
}

pub(super) fn allocation() -> impl Strategy<Value = Unplaced> {
    let share = prop_oneof![3 => Just(1000u32), 1 => Just(500u32), 1 => 1u32..1000];
    let who = (any_person(), any_unit(), share, any_validity());
    let pauses = prop_oneof![12 => Just(Vec::new()), 1 => vec(spell(0..90), 1..3)];
    let home = weighted(0.8, any::<prop::sample::Index>());
    (who, approvals(0), approvals(1), (terms(), days(), pauses), home).prop_map(
        |((person, unit, share, validity), line, senior, (terms, signed_off, pauses), home)| {
            let allocation = Allocation {
                id: AllocationId(0),
                person,
                filed_for: PersonId(i64::from(person.0)),
                unit,
                share,
                validity,
                line,
                senior,
                terms,
                signed_off,
                pauses,
                disputed: None,
            };
            (allocation, home)
        },
    )
}

/// The allocations with their ids, each in the place of its post.
pub(super) fn placed(allocations: Vec<Unplaced>, posts: &[Post]) -> Vec<Allocation> {
    let rows = (0..).zip(allocations).map(|(id, (mut allocation, home))| {
        allocation.id = AllocationId(id);
        if let Some(post) = home.map(|home| home.get(posts)) {
            (allocation.person, allocation.unit) = (post.person, post.unit);
            allocation.filed_for = PersonId(i64::from(post.person.0));
        }
        allocation
    });
    rows.collect()
}
