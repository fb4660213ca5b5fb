//! Small numbers: decides which figures of a breakdown may be published so that the hidden ones cannot be worked out.
//!
//! In statistical terms: cell suppression in a hierarchical frequency table, repeated every week.
//!
//! **The table.** Its rows are the units of the tree and, below each unit, the people placed directly in it (as a
//! separate row if the unit has other units below it). Its columns are the parts of the breakdown: the reasons, in
//! groups. A row's cells add up to the row's total, which everyone knows; each column of a row is the sum of the same
//! column of the rows directly below it. A person with posts in several teams is one person in the units above them, so
//! real figures can miss these sums by a little; an attacker may still calculate as if they were exact, and so does
//! this description.
//!
//! **Small.** A cell is small if it is 1 or more and below the limit, or if it is all of its row: it then reveals
//! something about everyone. (Of 20 people 20 done is small because it reveals that 0 are not done. 0 in one of many
//! columns reveals nothing of the kind.) Small cells are hidden; that is the primary suppression. All other hidden
//! cells are hidden to protect the small ones.
//!
//! **The attacker** knows every published cell, all row totals, the sums above, that counts are whole and not negative,
//! the same for every earlier week, and *which rows have not changed* since the week before (so their hidden cells have
//! not changed either). The attacker is assumed not to know which cells of a changed row changed. No one can be
//! protected from that: with 18 of 25 done last week and 20 people this week, a reader who knows that 18 are still done
//! knows the 2 who are not.
//!
//! **Exchanges.** For each hidden cell the algorithm keeps another possible world: a table that differs from the real
//! one in this cell and agrees with everything that was ever published. One such world is enough for two possible
//! values. All worlds have one shape, an [`Exchange`]: in one team a person moves from column *a* to column *b*, in
//! another from *b* to *a*. In every unit from each team up to (not including) their lowest common ancestor, the same
//! two columns change in the same way; from there up, nothing changes. If there is no other team, the path goes up
//! through the root. Totals stay, sums hold, and no count falls below zero because each of the two teams has a person
//! to move. The rows on the paths are hidden in *a* and *b*: a cell is hidden exactly if it is part of an exchange.
//! That is the secondary suppression, within rows and up the tree in one step.
//!
//! **The weeks.** A world must hold in all weeks at once, so in a row that did not change, it must differ this week by
//! the same amount as last week. Rows that changed, and new rows, are free. Therefore:
//! 1. An exchange of last week is dropped if every row of it has changed.
//! 2. Any other is carried over: it stays in unchanged rows, and if one end is free it is completed again as in step 3.
//!    If a team has no person left to move, another free team below the same unchanged row replaces it. One always
//!    exists: a figure that fell in a free row below an unchanged one rose in another.
//! 3. Small cells that no exchange hides get an exchange among free rows only. From the leaves upwards, each unit pairs
//!    the open halves below it with the cheapest other path down (few newly hidden rows, then room to move, then few
//!    people). If there is no other path, the unit itself is hidden and the half is passed to the unit above, in the
//!    end through the root.
//!
//! So a published row that did not change is never hidden (that would protect no one), a hidden row that did not change
//! is never published, and if one team alone becomes small while all others stay as they were, every unit above it is
//! hidden that week: each of those figures would reveal the team's.
//!
//! **What is guaranteed.** At least two values are possible for every hidden cell; `tests` checks this with an
//! independent solver over random tables and several weeks. Each exchange moves one person, so the guarantee is two
//! values, the smallest honest one: in a team of one person no cell has more. More values are preferred but not
//! promised. Three cases are outside the guarantee: raising the limit cannot hide what was published before and has not
//! changed; a unit that moves in the tree is treated as if it had always been where it is; and if hidden teams are
//! merged, or a published team closes, what is left is the difference that last week's figures already revealed. Such
//! cells are still hidden, and are counted in [`Decision::exposed`].
//!
//! **Between the weeks.** A query about another day makes no new decision ([`Decision::follow`]): if two days were
//! decided independently, one could reveal what the other hides. It publishes the rows that the snapshot before it
//! published and that have not changed since, which reveals nothing new, and hides the rest.
//!
//! Takes linear time in rows and columns, apart from sorting. The result does not depend on the order of the input.

mod carry;
mod suppression;
mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::id::UnitId;

pub use table::{Row, Table};

/// The limit of small numbers, in people: counts of 1 or more below it are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit(u32);

impl Limit {
    /// The limits that can be set. A limit of 0 or 1 would hide no count at all, and one above 50 almost all of them.
    pub const RANGE: std::ops::RangeInclusive<u32> = 2..=50;

    /// Returns the limit, or `None` if it is outside [`RANGE`](Self::RANGE).
    #[must_use]
    pub fn new(limit: u32) -> Option<Self> {
        Self::RANGE.contains(&limit).then_some(Self(limit))
    }

    /// The smallest count that is shown.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(5)
    }
}

/// Identifies the row of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// True for the people placed directly in the unit, false for everyone at or below it.
    pub own: bool,
}

/// A set of columns of a row, by number from 0. At most 8 columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Columns(u8);

impl Columns {
    /// Converts from bits; column 0 is the lowest bit.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Returns the set as bits; column 0 is the lowest bit.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns the set of the first `columns` columns.
    #[must_use]
    pub const fn all(columns: usize) -> Self {
        Self(if columns >= 8 { u8::MAX } else { (1 << columns) - 1 })
    }

    /// Whether the set contains a column.
    #[must_use]
    pub const fn has(self, column: usize) -> bool {
        self.0 & (1 << column) != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn add(&mut self, column: usize) {
        self.0 |= 1 << column;
    }

    pub(super) const fn join(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Another possible world: one person moves from column `loses` to column `gains` below `from`, and one the other way
/// round below `to`. See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exchange {
    /// A leaf of the table.
    pub from: Place,
    /// Another leaf. If `None`, every row up to the root changes.
    pub to: Option<Place>,
    /// The column in which `from` loses one person.
    pub loses: u8,
    /// The column in which `from` gains one person.
    pub gains: u8,
}

/// Which cells of a table are hidden, and the exchanges that protect them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The hidden columns of each row that has hidden cells.
    pub hidden: BTreeMap<Place, Columns>,
    /// The exchanges that protect the hidden cells, sorted.
    pub exchanges: Vec<Exchange>,
    /// Number of cells that are hidden but not protected; the module says when this can happen.
    pub exposed: usize,
}

/// The release before: a table and the decision about it.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a, const C: usize> {
    /// The figures.
    pub table: &'a Table<C>,
    /// Which of them were hidden.
    pub decision: &'a Decision,
}

impl Decision {
    /// Decides which cells of `table` are published, given the release before.
    #[must_use]
    pub fn decide<const C: usize>(table: &Table<C>, limit: Limit, before: Option<Published<'_, C>>) -> Self {
        let mut suppression = suppression::Suppression::new(table, limit, before.map(|before| before.table));
        if let Some(before) = before {
            carry::carry(&mut suppression, before);
        }
        suppression.finish(before.map(|before| before.decision))
    }

    /// Publishes only what reveals nothing new to a reader of `before`: rows that were published then and have not
    /// changed. Hides all other rows; hides all rows if nothing was published before.
    #[must_use]
    pub fn follow<const C: usize>(table: &Table<C>, before: Option<Published<'_, C>>) -> Self {
        let hidden = |row: &Row<C>| {
            let known = before.and_then(|before| {
                let then = before.table.find(row.place)?;
                (before.table.rows()[then].cells == row.cells).then(|| before.decision.hidden(row.place))
            });
            // Without people there is nothing to hide.
            if row.total() == 0 { Columns::default() } else { known.unwrap_or(Columns::all(C)) }
        };
        let rows = table.rows().iter().map(|row| (row.place, hidden(row))).filter(|(_, hidden)| !hidden.is_empty());
        Self { hidden: rows.collect(), exchanges: Vec::new(), exposed: 0 }
    }

    /// Returns the hidden columns of a row.
    #[must_use]
    pub fn hidden(&self, place: Place) -> Columns {
        self.hidden.get(&place).copied().unwrap_or_default()
    }
}
