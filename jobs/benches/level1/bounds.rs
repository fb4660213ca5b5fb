//! What the bands of all units say together: a reader who adds them up, as far as the tree goes.

use std::collections::HashMap;

use entity::coverage::Level1Band;
use entity::coverage::disclosure::Limit;
use entity::id::UnitId;
use entity::table::snapshot_unit;

/// The least and the most people who can have completed Level 1.
type Bounds = (i64, i64);

/// How many units there are whose count of people with Level 1 follows from the bands and headcounts of all units of a snapshot.
///
/// The reader takes each unit's count for the sum of the units below it and of the people placed directly in it. That is nearly
/// so: a person with two posts is one person above both. Bounds go up the tree and down again; in a tree of sums that finds all
/// that follows.
pub(crate) fn counts_that_follow(rows: &[snapshot_unit::Model], limit: Limit) -> usize {
    let place: HashMap<UnitId, usize> = rows.iter().enumerate().map(|(at, row)| (row.unit_id, at)).collect();
    let parent = |at: usize| rows[at].parent_id.and_then(|above| place.get(&above).copied());
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    (0..rows.len()).for_each(|at| parent(at).into_iter().for_each(|above| below[above].push(at)));
    let depth = |at: usize| std::iter::successors(parent(at), |above| parent(*above)).count();
    let mut downwards: Vec<usize> = (0..rows.len()).collect();
    downwards.sort_by_cached_key(|at| depth(*at));

    let headcount = |at: usize| i64::from(rows[at].headcount);
    let mut bounds: Vec<Bounds> = rows.iter().map(|row| published_bounds(row, limit)).collect();
    // The people placed directly in a unit have no band of their own.
    let own: Vec<i64> = (0..rows.len())
        .map(|at| (headcount(at) - below[at].iter().map(|child| headcount(*child)).sum::<i64>()).max(0))
        .collect();
    for at in downwards.iter().copied().rev().filter(|at| !below[*at].is_empty()) {
        let (least, most) = sum(&bounds, &below[at]);
        bounds[at] = narrowed(bounds[at], (least, most + own[at]));
    }
    for at in downwards {
        let (least, most) = sum(&bounds, &below[at]);
        let (all_least, all_most) = bounds[at];
        let before: Vec<Bounds> = below[at].iter().map(|child| bounds[*child]).collect();
        for (child, (own_least, own_most)) in below[at].iter().zip(before) {
            let others = (least - own_least, most - own_most + own[at]);
            bounds[*child] = narrowed(bounds[*child], (all_least - others.1, all_most - others.0));
        }
    }
    bounds.iter().zip(rows).filter(|((least, most), row)| row.headcount > 0 && least == most).count()
}

fn published_bounds(row: &snapshot_unit::Model, limit: Limit) -> Bounds {
    let count = |stored: i32| u32::try_from(stored).unwrap_or(0);
    let people = count(row.headcount);
    match Level1Band::published(count(row.level1_done), people, limit) {
        Some(band) => {
            let possible = band.possible_counts(people);
            (i64::from(possible.start), i64::from(possible.end) - 1)
        }
        None => (0, i64::from(people)),
    }
}

fn sum(bounds: &[Bounds], units: &[usize]) -> Bounds {
    units.iter().fold((0, 0), |(least, most), unit| (least + bounds[*unit].0, most + bounds[*unit].1))
}

/// Both bounds, unless they contradict each other: then people with several posts have made the sums wrong.
fn narrowed(own: Bounds, other: Bounds) -> Bounds {
    let both = (own.0.max(other.0), own.1.min(other.1));
    if both.0 <= both.1 { both } else { own }
}
