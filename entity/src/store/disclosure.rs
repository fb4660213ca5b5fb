//! Stores what a snapshot published and hid, for the next decision.

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, QueryFilter as _};

use crate::coverage::breakdown::{Breakdowns, Disclosure, PreviousRelease, StandingCounts, UnitFigures};
use crate::coverage::disclosure::{Columns, Decision, Exchange, Place};
use crate::id::{SnapshotId, UnitId};
use crate::json_column::{DisclosureRecord, ExchangeRecord, OwnStandingRecord, StandingRecord};
use crate::table::snapshot_unit;

/// The columns of a unit's row about hidden figures.
pub(super) struct Stored {
    pub(super) standing: Option<StandingRecord>,
    pub(super) own_standing: Option<OwnStandingRecord>,
    pub(super) standing_hidden: i16,
    pub(super) disclosure: Option<DisclosureRecord>,
}

/// Writes a decision into the rows of units.
pub(super) struct DecisionWriter<'a> {
    breakdowns: &'a Breakdowns,
    disclosure: &'a Disclosure,
}

impl<'a> DecisionWriter<'a> {
    pub(super) const fn new(breakdowns: &'a Breakdowns, disclosure: &'a Disclosure) -> Self {
        Self { breakdowns, disclosure }
    }

    pub(super) fn stored(&self, unit: UnitId, standing: &StandingCounts) -> Stored {
        let Disclosure { standing: allocations } = self.disclosure;
        let own = Place { unit, own: true };
        let kept = DisclosureRecord {
            standing: allocations.hidden(own).bits(),
            standing_exchanges: exchanges_from(allocations, unit),
        };
        let figures = self.breakdowns.figures(unit);
        Stored {
            standing: Some(StandingRecord(*standing)),
            own_standing: Some(OwnStandingRecord(figures.own_standing)),
            standing_hidden: i16::from(self.disclosure.hidden_standing(unit).bits()),
            disclosure: Some(kept).filter(|kept| *kept != DisclosureRecord::default()),
        }
    }
}

/// Exchanges are sorted by where they begin.
fn exchanges_from(decision: &Decision, unit: UnitId) -> Vec<ExchangeRecord> {
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
    /// Returns the number of allocations by group. `None` if the snapshot is older than this figure.
    #[must_use]
    pub fn standing_counts(&self) -> Option<StandingCounts> {
        self.standing.map(|StandingRecord(counts)| counts)
    }

    /// Returns the hidden groups.
    #[must_use]
    pub fn hidden_standing(&self) -> Columns {
        Columns::from_bits(u8::try_from(self.standing_hidden).unwrap_or(u8::MAX))
    }
}

/// Returns what a snapshot published and hid. `None` if the snapshot is older than these decisions.
pub async fn published(db: &impl ConnectionTrait, snapshot: SnapshotId) -> Result<Option<PreviousRelease>, DbErr> {
    let rows = snapshot_unit::Entity::find().filter(snapshot_unit::Column::SnapshotId.eq(snapshot)).all(db).await?;
    Ok(before(&rows))
}

fn before(rows: &[snapshot_unit::Model]) -> Option<PreviousRelease> {
    let mut units = Vec::with_capacity(rows.len());
    let mut disclosure = Disclosure::default();
    for row in rows {
        let OwnStandingRecord(own_standing) = row.own_standing?;
        let figures = UnitFigures { standing: row.standing_counts()?.not_counting(), own_standing };
        units.push((row.unit_id, row.parent_id, figures));
        let (own, exchanges) =
            row.disclosure.as_ref().map_or((0, &[][..]), |kept| (kept.standing, kept.standing_exchanges.as_slice()));
        read(&mut disclosure.standing, row.unit_id, [row.hidden_standing(), Columns::from_bits(own)], exchanges);
    }
    disclosure.standing.exchanges.sort_unstable();
    Some(PreviousRelease { breakdowns: Breakdowns::new(&units), disclosure })
}

fn read(decision: &mut Decision, unit: UnitId, [all, own]: [Columns; 2], exchanges: &[ExchangeRecord]) {
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
