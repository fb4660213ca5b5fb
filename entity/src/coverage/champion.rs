//! The champion layer (COVERAGE.md section 5): which Wellbeing Champions count for a team or its cover group.

use super::index::Index;
use super::roster::{NetworkRole, PersonIx, UnitIx};
use crate::period::Day;

/// Whether a Wellbeing Champion's role, which names one of the `units` that are assessed together, counts: it is valid, and the
/// person has a counting post in one of them.
#[must_use]
pub fn champion_counts(index: &Index, role: &NetworkRole, units: &[UnitIx], day: Day) -> bool {
    role.validity.holds_on(day) && index.counting_posts_of(role.person, day).any(|post| units.contains(&post.unit))
}

/// Returns the distinct people whose role as Wellbeing Champion of one of the `units` counts.
pub(super) fn counting_champions(index: &Index, units: &[UnitIx], day: Day) -> Vec<PersonIx> {
    let mut champions: Vec<_> = units
        .iter()
        .flat_map(|unit| index.champions_of(*unit))
        .filter(|role| champion_counts(index, role, units, day))
        .map(|role| role.person)
        .collect();
    champions.sort_unstable();
    champions.dedup();
    champions
}
