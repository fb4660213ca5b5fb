//! Units, people with their posts, and staff lists.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{
    MANAGERS, PEOPLE, UNITS, VALUES, any_day, any_employer, any_person, any_unit, any_validity, any_word, early_day,
    words,
};
use crate::coverage::roster::{Person, PersonIx, Placement, Post, StaffList, Unit, UnitIx};
use crate::id::{PersonId, UnitId};
use crate::period::{Day, Validity};

/// The first parent of a unit and its moves: each to a unit with a lower index, so that there is never a cycle.
fn placements(place: usize, first: prop::sample::Index, moves: Vec<(Day, prop::sample::Index)>) -> Vec<Placement> {
    let below = |index: prop::sample::Index| (place > 0).then(|| UnitIx(u32::try_from(index.index(place)).unwrap()));
    let mut moves = if place > 0 { moves } else { Vec::new() };
    moves.sort_by_key(|(from, _)| *from);
    moves.dedup_by_key(|(from, _)| *from);
    let later = moves.into_iter().map(|(from, parent)| Placement { from: Some(from), parent: below(parent) });
    std::iter::once(Placement { from: None, parent: below(first) }).chain(later).collect()
}

pub(super) fn units() -> impl Strategy<Value = Vec<Unit>> {
    let index = any::<prop::sample::Index>;
    let moves = prop_oneof![3 => Just(Vec::new()), 1 => vec((any_day(), index()), 1..3)];
    let level = weighted(0.8, prop::sample::select(&["red", "Service", "Service"][..]));
    let row = (index(), moves, any_word(), level, weighted(0.4, 0usize..2), any_validity());
    vec(row, UNITS as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, (parent, moves, site, level, group, validity))| Unit {
            id: UnitId(i64::try_from(place).unwrap()),
            // Codes run against the order on file, so that neither can replace the other.
            code: format!("U{:02}", 50 - place),
            name: String::new(),
            placements: placements(place, parent, moves),
            level: level.and_then(|level| words().value(level)),
            site,
            cover_group: group.and_then(|group| words().key(VALUES[group])),
            validity: if place == 0 { Validity::ALWAYS } else { validity },
        })
        .collect()
    })
}

pub(super) fn people() -> impl Strategy<Value = Vec<Person>> {
    vec(weighted(0.95, early_day()), (PEOPLE + MANAGERS) as usize).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(|(place, level1_on)| {
            let id = PersonId(i64::try_from(place).unwrap());
            Person { id, linked: Vec::new(), level1_on }
        })
        .collect()
    })
}

pub(super) fn post() -> impl Strategy<Value = Post> {
    let who = (any_person(), any_unit(), any_validity(), 0i32..120, prop::bool::weighted(0.06));
    let manager = weighted(0.7, prop_oneof![2 => Just(PersonIx(PEOPLE)), 1 => any_person()]);
    (who, any_word(), any_word(), any_employer(), manager).prop_map(
        |((person, unit, validity, wte, bank), job_family, band, employer, line_manager)| Post {
            person,
            unit,
            validity,
            wte,
            bank,
            job_family,
            band,
            employer,
            line_manager,
        },
    )
}

/// Lists of each employer; of one employer never two of the same day, as on file.
pub(super) fn staff_lists() -> impl Strategy<Value = Vec<StaffList>> {
    let rejected = prop_oneof![2 => Just(Vec::new()), 1 => vec((any_unit(), 1u32..6), 1..4)];
    let row = (any_employer(), prop_oneof![early_day(), any_day()], rejected);
    vec(row, 0..14).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows =
            rows.into_iter().filter(|(employer, as_at, _)| employer.is_some() && seen.insert((*employer, *as_at)));
        rows.map(|(employer, as_at, mut unread)| {
            unread.sort_unstable();
            unread.dedup_by_key(|(unit, _)| *unit);
            StaffList { employer, series: 0, as_at, unread }
        })
        .collect()
    })
}
