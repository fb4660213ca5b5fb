//! Carries last week's exchanges over into this week's table (steps 1 and 2 of the parent module's description).

use super::suppression::{CarriedExchange, OpenHalf, Suppression, Target};
use super::{Exchange, Published};

/// One half of an exchange of last week, as it is in this week's table.
enum Half {
    /// All its rows have changed or are gone.
    Free,
    /// At least one of its rows has not changed.
    Unchanged(UnchangedHalf),
    /// At least one row has not changed, but no person below the unchanged rows could move.
    Lost,
}

struct UnchangedHalf {
    /// Its leaf this week.
    leaf: usize,
    /// Its lowest row that has not changed.
    lowest: usize,
    /// Its highest row that has not changed.
    top: usize,
}

/// Carries over every exchange that runs through at least one unchanged row.
pub(super) fn carry<const C: usize>(suppression: &mut Suppression<'_, C>, before: Published<'_, C>) {
    for exchange in &before.decision.exchanges {
        carry_one(suppression, before, *exchange);
    }
}

fn carry_one<const C: usize>(suppression: &mut Suppression<'_, C>, before: Published<'_, C>, exchange: Exchange) {
    let Exchange { from, to, loses, gains } = exchange;
    let (loses, gains) = (usize::from(loses), usize::from(gains));
    let Some(from) = before.table.find(from) else { return };
    let (one, other) = before.table.exchange_paths(from, to.and_then(|to| before.table.find(to)));
    let places = |rows: Vec<usize>| rows.into_iter().map(|row| before.table.rows()[row].place).collect::<Vec<_>>();
    let now = |rows| places(rows).into_iter().map(|place| suppression.table.find(place)).collect::<Vec<_>>();
    match (half(suppression, &now(one), loses), half(suppression, &now(other), gains)) {
        (Half::Unchanged(one), Half::Unchanged(other)) => {
            suppression.exchange(one.leaf, Some(other.leaf), loses, gains);
            suppression.note_carried(one.lowest, CarriedExchange { other: Ok(other.leaf), loses, gains });
            suppression.note_carried(other.lowest, CarriedExchange { other: Ok(one.leaf), loses: gains, gains: loses });
        }
        (Half::Unchanged(one), Half::Free) => open(suppression, &one, loses, gains),
        (Half::Free, Half::Unchanged(other)) => open(suppression, &other, gains, loses),
        (Half::Free, Half::Free) | (Half::Lost, _) | (_, Half::Lost) => {}
    }
}

fn open<const C: usize>(suppression: &mut Suppression<'_, C>, half: &UnchangedHalf, loses: usize, gains: usize) {
    let UnchangedHalf { leaf, lowest, top } = *half;
    suppression.note_carried(lowest, CarriedExchange { other: Err(top), loses, gains });
    suppression.seek_other_half(OpenHalf { leaf, top, target: Target::Continue { loses, gains, other_cell: None } });
}

/// Classifies one half. `rows` are this week's rows of the half, lowest first, `None` for each that is gone; its leaf
/// loses one person in `column`.
fn half<const C: usize>(suppression: &Suppression<'_, C>, rows: &[Option<usize>], column: usize) -> Half {
    let mut held = rows.iter().flatten().copied().filter(|row| !suppression.free[*row]);
    let Some(lowest) = held.next() else { return Half::Free };
    let top = held.next_back().unwrap_or(lowest);
    let table = suppression.table;
    let still_fits = |leaf: &usize| {
        let mut ancestors = std::iter::successors(Some(*leaf), |row| table.above(*row));
        table.is_leaf(*leaf) && suppression.has(*leaf, column) && ancestors.any(|row| row == lowest)
    };
    let as_before = rows.first().copied().flatten().filter(still_fits);
    let another =
        || table.below(lowest).filter_map(|below| suppression.path(below, column)).min().map(|path| path.leaf as usize);
    as_before.or_else(another).map_or(Half::Lost, |leaf| Half::Unchanged(UnchangedHalf { leaf, lowest, top }))
}
