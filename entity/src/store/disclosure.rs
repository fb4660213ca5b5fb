//! What a snapshot published and hid, as its rows keep it, for the next decision.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::coverage::breakdown::{Before, Breakdowns, Disclosure, STANDING, StandingCounts, UnitFigures};
use crate::coverage::disclosure::{Columns, Decision, Exchange, Place};
use crate::id::{SnapshotId, UnitId};
use crate::table::snapshot_unit;
use crate::value::StandingGroup;

/// What a unit's row keeps of a decision besides what is shown: its own rows, and the exchanges that begin in them. Short
/// names, for a nation has a hundred thousand of them a day.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// Hidden columns of the unit's own row.
    #[serde(default, rename = "s", skip_serializing_if = "is_zero")]
    standing: u8,
    /// Exchanges: from its own row, to which unit, to its own row, loses, gains.
    #[serde(default, rename = "y", skip_serializing_if = "Vec::is_empty")]
    standing_exchanges: Vec<KeptExchange>,
}

type KeptExchange = (bool, Option<UnitId>, bool, u8, u8);

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_zero(bits: &u8) -> bool {
    *bits == 0
}

/// The columns of a unit's row that are about what is hidden.
pub(super) struct Stored {
    pub(super) standing: Option<serde_json::Value>,
    pub(super) own_standing: Option<serde_json::Value>,
    pub(super) standing_hidden: i16,
    pub(super) disclosure: Option<serde_json::Value>,
}

/// Decisions by the unit whose row keeps them.
pub(super) struct Keeper<'a> {
    breakdowns: &'a Breakdowns,
    disclosure: &'a Disclosure,
}

impl<'a> Keeper<'a> {
    pub(super) const fn new(breakdowns: &'a Breakdowns, disclosure: &'a Disclosure) -> Self {
        Self { breakdowns, disclosure }
    }

    pub(super) fn stored(&self, unit: UnitId, standing: &StandingCounts) -> Stored {
        let Disclosure { standing: allocations } = self.disclosure;
        let own = Place { unit, own: true };
        let kept =
            Kept { standing: allocations.hidden(own).bits(), standing_exchanges: exchanges_from(allocations, unit) };
        let figures = self.breakdowns.figures(unit);
        Stored {
            standing: Some(json!(standing.0)),
            own_standing: Some(json!(figures.own_standing)),
            standing_hidden: i16::from(self.disclosure.hidden_standing(unit).bits()),
            disclosure: (kept != Kept::default()).then(|| json!(kept)),
        }
    }
}

/// The exchanges are in the order of where they begin.
fn exchanges_from(decision: &Decision, unit: UnitId) -> Vec<KeptExchange> {
    let first = decision.exchanges.partition_point(|exchange| exchange.from.unit < unit);
    decision.exchanges[first..]
        .iter()
        .take_while(|exchange| exchange.from.unit == unit)
        .map(|Exchange { from, to, loses, gains }| {
            (from.own, to.map(|to| to.unit), to.is_some_and(|to| to.own), *loses, *gains)
        })
        .collect()
}

impl snapshot_unit::Model {
    /// The allocations by the reason why they do not count. `None` if the snapshot is older than this figure.
    #[must_use]
    pub fn standing_counts(&self) -> Option<StandingCounts> {
        let counts: [u32; StandingGroup::ALL.len()] = serde_json::from_value(self.standing.clone()?).ok()?;
        Some(StandingCounts(counts))
    }

    /// The groups of them that are hidden.
    #[must_use]
    pub fn hidden_standing(&self) -> Columns {
        Columns::from_bits(u8::try_from(self.standing_hidden).unwrap_or(u8::MAX))
    }
}

/// What a snapshot published and hid; `None` if it is older than the decision.
pub async fn published(db: &impl ConnectionTrait, snapshot: SnapshotId) -> Result<Option<Before>, DbErr> {
    let rows = snapshot_unit::Entity::find().filter(snapshot_unit::Column::SnapshotId.eq(snapshot)).all(db).await?;
    Ok(before(&rows))
}

fn before(rows: &[snapshot_unit::Model]) -> Option<Before> {
    let mut units = Vec::with_capacity(rows.len());
    let mut disclosure = Disclosure::default();
    for row in rows {
        let own_standing: [u32; STANDING] = serde_json::from_value(row.own_standing.clone()?).ok()?;
        let figures = UnitFigures { standing: row.standing_counts()?.not_counting(), own_standing };
        units.push((row.unit_id, row.parent_id, figures));
        let kept: Kept = match &row.disclosure {
            Some(kept) => serde_json::from_value(kept.clone()).ok()?,
            None => Kept::default(),
        };
        let standing = [row.hidden_standing(), Columns::from_bits(kept.standing)];
        read(&mut disclosure.standing, row.unit_id, standing, &kept.standing_exchanges);
    }
    disclosure.standing.exchanges.sort_unstable();
    Some(Before { breakdowns: Breakdowns::new(&units), disclosure })
}

fn read(decision: &mut Decision, unit: UnitId, [all, own]: [Columns; 2], exchanges: &[KeptExchange]) {
    for (hidden, own) in [(all, false), (own, true)] {
        if !hidden.is_empty() {
            decision.hidden.insert(Place { unit, own }, hidden);
        }
    }
    decision.exchanges.extend(exchanges.iter().map(|(own, to, to_own, loses, gains)| Exchange {
        from: Place { unit, own: *own },
        to: to.map(|unit| Place { unit, own: *to_own }),
        loses: *loses,
        gains: *gains,
    }));
}
