//! Decides which absences can be removed. Pure.
//!
//! Whether a person counts on a day depends on the length of the absence that includes the day, and absences that touch
//! are one. So a period of absence is only removed together with all that touch it, and only when the last of them is
//! over; otherwise the rest would look like a short absence, and a team would look covered that was not. Days of a
//! removed absence can no longer be computed: they lie before the first day for which every fact is on file
//! ([`LoadedRoster::whole_from`](crate::store::roster::LoadedRoster)), and queries about them are refused.

use crate::period::{Day, Validity};

/// Returns those of one person's periods that belong to an absence that was over on `cutoff`, and the first day after
/// the last of them.
#[must_use]
pub fn over<T: Copy>(spells: &[(T, Validity)], cutoff: Day) -> (Vec<T>, Option<Day>) {
    let mut spells = spells.to_vec();
    spells.sort_by_key(|(_, spell)| spell.from);
    let (mut gone, mut back) = (Vec::new(), None);
    let mut rest = spells.as_slice();
    while let Some((_, first)) = rest.first() {
        let mut whole = *first;
        let touching = rest.iter().skip(1).take_while(|(_, next)| {
            let touches = whole.touches(*next);
            if touches {
                whole = whole.hull(*next);
            }
            touches
        });
        let count = 1 + touching.count();
        if whole.ended_by(cutoff) {
            gone.extend(rest[..count].iter().map(|(id, _)| *id));
            back = back.max(whole.to);
        }
        rest = &rest[count..];
    }
    (gone, back)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coverage::Index;
    use crate::coverage::roster::{Away, Organisation, Person, PersonIx, Roster};
    use crate::id::PersonId;

    fn day(number: i64) -> Day {
        Day::new(2025, 1, 1).unwrap().plus_days(number)
    }

    fn spell(from: i64, to: Option<i64>) -> Validity {
        Validity { from: Some(day(from)), to: to.map(day) }
    }

    #[test]
    fn a_continuing_absence_keeps_those_that_touch_it() {
        let spells =
            [(1, spell(0, Some(10))), (2, spell(10, Some(20))), (3, spell(30, Some(35))), (4, spell(40, None))];
        assert_eq!(over(&spells, day(15)), (vec![], None));
        assert_eq!(over(&spells, day(20)), (vec![1, 2], Some(day(20))));
        assert_eq!(over(&spells, day(400)), (vec![1, 2, 3], Some(day(35))));
    }

    /// The absences as the coverage rules merge them.
    fn seen(spells: &[(usize, Validity)]) -> Vec<Validity> {
        let person = PersonIx(0);
        let away = spells.iter().map(|(_, validity)| Away { person, validity: *validity }).collect();
        let people = vec![Person { id: PersonId(1), linked: Vec::new(), level1_on: None }];
        Index::new(Roster {
            organisation: Organisation { people, away, ..Organisation::default() }.into(),
            ..Roster::default()
        })
        .away(person)
        .to_vec()
    }

    proptest! {
        #[test]
        fn days_that_can_be_queried_keep_their_absences(
            spells in prop::collection::vec((0i64..60, prop::option::weighted(0.9, 0i64..30)), 0..12),
            cutoff in 0i64..120,
        ) {
            let spells: Vec<_> =
                spells.into_iter().map(|(from, days)| spell(from, days.map(|days| from + days))).enumerate().collect();
            let (gone, back) = over(&spells, day(cutoff));
            let kept: Vec<_> = spells.iter().copied().filter(|(id, _)| !gone.contains(id)).collect();
            prop_assert!(back.is_none_or(|back| back <= day(cutoff)));
            let (before, after) = (seen(&spells), seen(&kept));
            for number in back.map_or(-1, |back| back.days_since(day(0)))..130 {
                let on = |all: &[Validity]| all.iter().find(|absence| absence.holds_on(day(number))).copied();
                prop_assert_eq!(on(&before), on(&after), "day {}", number);
            }
            // And nothing is kept longer than necessary.
            prop_assert!(over(&kept, day(cutoff)).0.is_empty());
        }
    }
}
