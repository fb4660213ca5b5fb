//! Small numbers: which figures of a breakdown may be published, so that the others cannot be worked out.
//!
//! For a reader who knows statistics: cell suppression in a hierarchical frequency table, repeated every week.
//!
//! **The table.** Its rows are the units of the tree and, below each unit, the people placed directly in it (a row of its
//! own where the unit has other units below it). Its columns are the parts of the breakdown: the reasons, in groups. A
//! row's cells add up to the row's total, which everyone knows; each column of a row is the sum of the same column of the
//! rows directly below it. A person with posts in several teams is one person above them, so that real figures can miss
//! this by a little; an attacker may well reckon as if they added up, and so does this page.
//!
//! **Small.** A cell is small when it is 1 or more and below the limit, or when it is all of its row: then it says
//! something about everyone. (Of 20 people 20 done is small because it says that 0 are not done. 0 in one of many columns
//! says nothing of the kind.) Small cells are hidden; that is the primary suppression. All other cells that are hidden are so to
//! protect them.
//!
//! **The attacker** knows every published cell, all row totals, the sums above, that counts are whole and not negative, the
//! same of every earlier week, and *which rows have not changed* since the week before (and so that their hidden cells have
//! not, either). What is not assumed: that they know which of a changed row's cells changed. No one can be protected from
//! that: with 18 of 25 done last week and 20 people this week, a reader who knows that 18 are still done knows the 2 who are not.
//!
//! **Exchanges.** For each hidden cell the algorithm keeps another world: a table that differs from the real one in this
//! cell and agrees with everything that was ever published. One suffices for two possible values. All worlds have one
//! shape, an [`Exchange`]: in one team a person moves from column *a* to column *b*, in another from *b* to *a*; on the way
//! from either up to (not including) the unit where the two ways meet, the same two columns change in the same way, and above that
//! nothing does. Or there is no other team, and the way goes up through the root. Totals stay, sums hold, and no count falls
//! below zero because each of the two teams has a person to move. The rows on the way are hidden in *a* and *b*: a cell is
//! hidden exactly when it is part of an exchange. That is the secondary suppression, within rows and up the tree in one.
//!
//! **The weeks.** A world must hold in all weeks at once, so in a row that did not change it must differ this week by what it
//! differed last week. Rows that changed, and new ones, are free. Therefore:
//! 1. Last week's exchange of which every row has changed is let go.
//! 2. Any other is carried on: where it runs through unchanged rows it stays, and where an end is free it is finished again
//!    as in 3; a team that has no one left to move gives way to another free one below the same unchanged row.
//!    One always exists: a figure that fell in a free row below an unchanged one rose in another.
//! 3. Small cells that no exchange hides get one among free rows only. From the leaves upwards, each unit pairs what is open
//!    below it with the cheapest other way down (few rows newly hidden, then room to move, then few people); if there
//!    is no other way, the unit itself is hidden and the question goes to the one above, in the end through the root.
//!
//! So a published row that did not change is never hidden (that would protect no one), a hidden one that did not change is
//! never published, and when one team alone becomes small while all others stay as they were, every unit above it
//! is hidden that week: each of those figures would reveal the team's.
//!
//! **What is guaranteed.** Of every hidden cell at least two values are possible; `tests` holds this by an
//! independent solver over random tables and several weeks. Each exchange is one person, so the guarantee is two values,
//! the smallest honest one: in a team of one person no cell has more. Wider is preferred and not promised. Three things are
//! outside it: a limit that is raised cannot hide what was published before and has not changed; a unit that moves in the tree
//! is reckoned as if it had always been where it is; and where hidden teams become one, or a published one goes, what is left
//! is the difference that last week's figures revealed already. Such cells are hidden all the same and counted in
//! [`Decision::exposed`].
//!
//! **Between the weeks.** A day that is merely asked about makes no new decision ([`Decision::follow`]): of two days that were decided
//! apart, one could undo the other. It publishes the rows that the snapshot before it published and that have not changed
//! since, which reveals nothing new, and hides the rest.
//!
//! Linear in rows and columns but for sorting; the same whatever the order of the input.

mod carry;
mod cover;
mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::id::UnitId;

pub use table::{Row, Table};

/// Counts below this are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit(u32);

impl Limit {
    /// The limits that can be set. One of 0 or 1 would hide no count at all, and one above 50 next to all of them.
    pub const RANGE: std::ops::RangeInclusive<u32> = 2..=50;

    /// A limit, where it is one that can be set.
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

/// Whose figures a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// Of the people placed directly in it; else of everybody at or below it.
    pub own: bool,
}

/// Some columns of a row, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Columns(u8);

impl Columns {
    /// From bits: the first column is the lowest one.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// As bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The first `columns` columns.
    #[must_use]
    pub const fn all(columns: usize) -> Self {
        Self(if columns >= 8 { u8::MAX } else { (1 << columns) - 1 })
    }

    /// Whether a column is among them.
    #[must_use]
    pub const fn has(self, column: usize) -> bool {
        self.0 & (1 << column) != 0
    }

    /// Whether it is empty.
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

/// Another world: one person moves from column `loses` to column `gains` below `from`, and one the other way round below
/// `to`. See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exchange {
    /// A row without rows below it.
    pub from: Place,
    /// Another; without one, everything up to the root changes.
    pub to: Option<Place>,
    /// The column of which `from` loses one.
    pub loses: u8,
    /// The column of which it gains one.
    pub gains: u8,
}

/// What is hidden of a table, and what protects it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// The hidden columns of each row that has any.
    pub hidden: BTreeMap<Place, Columns>,
    /// What protects them, in order.
    pub exchanges: Vec<Exchange>,
    /// How many cells are hidden and not protected; see the module for when this can be.
    pub exposed: usize,
}

/// What was published before: a table and what was decided on it.
#[derive(Clone, Copy, Debug)]
pub struct Published<'a, const C: usize> {
    /// The figures.
    pub table: &'a Table<C>,
    /// What was hidden of them.
    pub decision: &'a Decision,
}

impl Decision {
    /// Decides what of `table` is published, after what was published last.
    #[must_use]
    pub fn of<const C: usize>(table: &Table<C>, limit: Limit, before: Option<Published<'_, C>>) -> Self {
        let mut cover = cover::Cover::new(table, limit, before.map(|before| before.table));
        if let Some(before) = before {
            carry::carry(&mut cover, before);
        }
        cover.finish(before.map(|before| before.decision))
    }

    /// The part of `table` that reveals nothing new to a reader of `before`: the rows that it published and that have not
    /// changed. Everything else is hidden, and everything where nothing was published yet.
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

    /// The hidden columns of a row.
    #[must_use]
    pub fn hidden(&self, place: Place) -> Columns {
        self.hidden.get(&place).copied().unwrap_or_default()
    }
}
