//! Last week's exchanges in this week's table (steps 1 and 2 of the module above).

use super::cover::{Asks, Cover, Held, Open};
use super::{Exchange, Published};

/// One half of an exchange of last week, as this week has it.
enum Half {
    /// All of it has changed, or is gone.
    Free,
    /// Some of it has not changed.
    Held(HeldHalf),
    /// No one below its unchanged rows could move.
    Lost,
}

struct HeldHalf {
    /// Its lowest row this week.
    leaf: usize,
    /// Its lowest row that has not changed.
    lowest: usize,
    /// Its highest row that has not changed.
    top: usize,
}

/// Carries on every exchange that runs through a row that has not changed.
pub(super) fn carry<const C: usize>(cover: &mut Cover<'_, C>, before: Published<'_, C>) {
    for exchange in &before.decision.exchanges {
        carry_one(cover, before, *exchange);
    }
}

fn carry_one<const C: usize>(cover: &mut Cover<'_, C>, before: Published<'_, C>, exchange: Exchange) {
    let Exchange { from, to, loses, gains } = exchange;
    let (loses, gains) = (usize::from(loses), usize::from(gains));
    let Some(from) = before.table.find(from) else { return };
    let (one, other) = before.table.ways(from, to.and_then(|to| before.table.find(to)));
    let places = |rows: Vec<usize>| rows.into_iter().map(|row| before.table.rows()[row].place).collect::<Vec<_>>();
    let now = |rows| places(rows).into_iter().map(|place| cover.table.find(place)).collect::<Vec<_>>();
    match (half(cover, &now(one), loses), half(cover, &now(other), gains)) {
        (Half::Held(one), Half::Held(other)) => {
            cover.exchange(one.leaf, Some(other.leaf), loses, gains);
            cover.hold(one.lowest, Held { other: Ok(other.leaf), loses, gains });
            cover.hold(other.lowest, Held { other: Ok(one.leaf), loses: gains, gains: loses });
        }
        (Half::Held(one), Half::Free) => open(cover, &one, loses, gains),
        (Half::Free, Half::Held(other)) => open(cover, &other, gains, loses),
        (Half::Free, Half::Free) | (Half::Lost, _) | (_, Half::Lost) => {}
    }
}

fn open<const C: usize>(cover: &mut Cover<'_, C>, half: &HeldHalf, loses: usize, gains: usize) {
    let HeldHalf { leaf, lowest, top } = *half;
    cover.hold(lowest, Held { other: Err(top), loses, gains });
    cover.ask(Open { leaf, top, asks: Asks::Fixed { loses, gains, fork: None } });
}

/// `rows` are those of the half, lowest first, where they still are; its lowest row loses one of `column`.
fn half<const C: usize>(cover: &Cover<'_, C>, rows: &[Option<usize>], column: usize) -> Half {
    let mut held = rows.iter().flatten().copied().filter(|row| !cover.free[*row]);
    let Some(lowest) = held.next() else { return Half::Free };
    let top = held.next_back().unwrap_or(lowest);
    let table = cover.table;
    let stands = |leaf: &usize| {
        let mut upwards = std::iter::successors(Some(*leaf), |row| table.above(*row));
        table.is_leaf(*leaf) && cover.has(*leaf, column) && upwards.any(|row| row == lowest)
    };
    let as_before = rows.first().copied().flatten().filter(stands);
    let another =
        || table.below(lowest).filter_map(|below| cover.way(below, column)).min().map(|way| way.leaf as usize);
    as_before.or_else(another).map_or(Half::Lost, |leaf| Half::Held(HeldHalf { leaf, lowest, top }))
}
