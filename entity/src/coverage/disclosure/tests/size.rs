//! A nation in one pass: 108,000 teams in departments, sectors and boards, and a week in which one in twenty has changed.

use std::time::Instant;

use super::random::RandomTree;
use crate::coverage::disclosure::{Decision, Limit, Published};

/// 15 boards of 12 sectors of 20 departments of 30 teams.
const LEVELS: [usize; 4] = [15, 12, 20, 30];

/// Pseudo-random numbers, the same each time.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(most)).unwrap()
    }

    /// A team of 2 to 40 people, most with Level 1.
    fn team(&mut self) -> [u32; 2] {
        let people = 2 + self.below(39);
        let not_done = (0..people).filter(|_| self.below(8) == 0).count();
        let not_done = u32::try_from(not_done).unwrap();
        [people - not_done, not_done]
    }
}

fn nation(drawn: &mut Drawn) -> RandomTree<2> {
    let mut above = Vec::new();
    let mut level = vec![0];
    let mut own = vec![[0, 0]];
    for (depth, units) in LEVELS.iter().enumerate() {
        let mut next = Vec::new();
        for upper in level {
            for _ in 0..*units {
                above.push(upper);
                next.push(own.len());
                own.push(if depth + 1 == LEVELS.len() { drawn.team() } else { [0, 0] });
            }
        }
        level = next;
    }
    RandomTree { above, own }
}

#[test]
fn two_weeks_of_a_nation_take_seconds() {
    let mut drawn = Drawn(7);
    let first = nation(&mut drawn);
    let mut second = first.clone();
    for own in second.own.iter_mut().filter(|own| own.iter().sum::<u32>() > 0) {
        if drawn.below(20) == 0 {
            *own = drawn.team();
        }
    }
    let (one, two) = (first.table(), second.table());
    let begun = Instant::now();
    let before = Decision::decide(&one, Limit::default(), None);
    let first_took = begun.elapsed();
    let begun = Instant::now();
    let after = Decision::decide(&two, Limit::default(), Some(Published { table: &one, decision: &before }));
    let second_took = begun.elapsed();
    let share = |decision: &Decision| {
        let small = one.rows().iter().filter(|row| !row.small(Limit::default()).is_empty()).count();
        format!("{} of {} rows hidden, {small} of them small", decision.hidden.len(), one.rows().len())
    };
    println!("{} teams: {first_took:?} ({}), then {second_took:?} ({})", 108_000, share(&before), share(&after));
    assert_eq!((before.exposed, after.exposed), (0, 0));
    // Far more than it takes, but enough to notice if it is not linear.
    assert!(first_took.as_secs() < 20 && second_took.as_secs() < 20, "{first_took:?}, {second_took:?}");
}
