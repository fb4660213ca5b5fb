//! Coverage after changes is what it is when everything is computed from nothing.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::random::change::{AnyChange, any_change, read_again};
use super::random::{CASES, any_day, any_roster};
use crate::coverage::index::{Extent, Index};
use crate::coverage::roster::Roster;
use crate::coverage::update::{update, update_scopes};
use crate::coverage::{Coverage, FactChange, Question, affected, compute};
use crate::id::AllocationId;
use crate::period::Day;

/// Some changes at once, and whether midnight passes before them.
type Step = (Vec<AnyChange>, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec((vec(any_change(), 1..4), prop::bool::weighted(0.2)), 1..6)
}

const fn asked(day: Day, today: Day) -> Question<'static> {
    Question { day, today: Some(today), what_if: None }
}

/// A roster with room for new allocations between those on file.
fn spaced(mut roster: Roster) -> Roster {
    for (allocation, id) in roster.allocations.iter_mut().zip(0..) {
        Arc::make_mut(allocation).id = AllocationId(10 * id);
    }
    roster
}

fn assert_equal(updated: &Coverage, expected: &Coverage) -> Result<(), TestCaseError> {
    prop_assert_eq!(&updated.teams, &expected.teams);
    prop_assert_eq!(&updated.units, &expected.units);
    prop_assert_eq!(&updated.standings, &expected.standings);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2 * CASES))]

    #[test]
    fn updated_coverage_equals_computed_coverage(
        roster in any_roster(), steps in steps(), first in any_day(), (ahead, back) in (1i64..120, 1i64..120)
    ) {
        let (mut roster, mut today) = (spaced(roster), first);
        let mut index = Index::new(roster.clone());
        // Days that are not today are asked too.
        let days = |today: Day| [today, today.plus_days(ahead), today.plus_days(-back)];
        let of_days = |index: &Index, today| days(today).map(|day| compute(index, &asked(day, today)));
        let mut held = of_days(&index, today);
        for (changes, midnight) in steps {
            if midnight {
                today = today.plus_days(1);
                held = of_days(&index, today);
                let expected = of_days(&Index::new(roster.clone()), today);
                for (held, expected) in held.iter().zip(&expected) {
                    assert_equal(held, expected)?;
                }
            }
            let mut extent = Extent::default();
            changes.iter().for_each(|change| change.apply(&mut roster, &mut extent));
            let after = index.replace(read_again(&roster, &extent));
            let change = FactChange { before: &index, after: &after, extent: &extent };
            let scopes: Vec<_> = affected::scopes(&change).into_iter().collect();
            let fresh = Index::new(roster.clone());
            for held in &mut held {
                let question = asked(held.day, today);
                let expected = compute(&fresh, &question);
                let updated = update_scopes(held, &change, &question, &scopes);
                assert_equal(&updated, &expected)?;
                assert_equal(&update(held, &change, &question), &expected)?;
                *held = updated;
            }
            index = after;
        }
    }

    /// Several changes that a process applies at once, because no one asked in between.
    #[test]
    fn changes_in_one_step_equal_changes_one_by_one(
        roster in any_roster(), changes in vec(any_change(), 1..8), day in any_day()
    ) {
        let mut roster = spaced(roster);
        let first = Index::new(roster.clone());
        let question = asked(day, day);
        let before = compute(&first, &question);
        let mut extent = Extent::default();
        let mut index = None;
        for change in changes {
            let mut own = Extent::default();
            change.apply(&mut roster, &mut own);
            extent.extend(&own);
            index = Some(index.as_ref().unwrap_or(&first).replace(read_again(&roster, &own)));
        }
        let last = index.expect("a change");
        let change = FactChange { before: &first, after: &last, extent: &extent };
        let scopes: Vec<_> = affected::scopes(&change).into_iter().collect();
        let expected = compute(&Index::new(roster.clone()), &question);
        assert_equal(&update_scopes(&before, &change, &question, &scopes), &expected)?;
    }
}
