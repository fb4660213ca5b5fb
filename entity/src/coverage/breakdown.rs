//! The breakdown that [`disclosure`](super::disclosure) decides on: allocations that do not count, by reason. How many
//! people have completed Level 1 is training compliance and not part of it; see [`level1`](super::level1).

use std::collections::{HashMap, HashSet};
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::Coverage;
use super::disclosure::{Columns, Decision, Limit, Place, Published, Row, Table};
use super::index::Index;
use super::roster::UnitIx;
use crate::id::UnitId;
use crate::value::{Reason, StandingGroup};

/// Number of columns of the breakdown: one per [`StandingGroup`] except the first.
pub const STANDING: usize = StandingGroup::ALL.len() - 1;

impl StandingGroup {
    /// Returns the group of an allocation with this headline.
    #[must_use]
    pub const fn from_headline(headline: Option<Reason>) -> Self {
        match headline {
            None => Self::Counts,
            Some(Reason::Away | Reason::Paused) => Self::NotAvailable,
            Some(Reason::Level1Missing | Reason::Level2Missing | Reason::CertificateExpired) => Self::Training,
            Some(
                Reason::NotSignedOff
                | Reason::LineApprovalMissing
                | Reason::SeniorApprovalMissing
                | Reason::AgreementMissing,
            ) => Self::Approval,
            Some(Reason::NoProtectedTime) => Self::ProtectedTime,
            Some(
                Reason::Left
                | Reason::NotInTeam
                | Reason::StoodDown
                | Reason::LineManager
                | Reason::NotStarted
                | Reason::SoleMember,
            ) => Self::Other,
        }
    }

    /// Returns the label of the group's figure.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Counts => "count",
            Self::NotAvailable => "not available",
            Self::Training => "training or certificate",
            Self::Approval => "sign-off or approval",
            Self::ProtectedTime => "no protected time",
            Self::Other => "other reasons",
        }
    }

    /// Whether the group is among the hidden columns. How many allocations count is never hidden: publishing it is the
    /// purpose of the service.
    #[must_use]
    pub const fn is_in(self, hidden: Columns) -> bool {
        match (self as usize).checked_sub(1) {
            Some(column) => hidden.has(column),
            None => false,
        }
    }
}

/// Number of allocations by group, in the order of [`StandingGroup::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingCounts(pub [u32; StandingGroup::ALL.len()]);

impl StandingCounts {
    /// Returns the number of allocations in a group.
    #[must_use]
    pub const fn count(&self, group: StandingGroup) -> u32 {
        self.0[group as usize]
    }

    /// Returns the number of all allocations.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// Returns the number of allocations that do not count, by group.
    #[must_use]
    pub const fn not_counting(&self) -> [u32; STANDING] {
        let [_, why @ ..] = self.0;
        why
    }

    /// Returns the counts with `more` added and `less` subtracted.
    pub(super) fn changed(mut self, less: &Self, more: &Self) -> Self {
        self.0.iter_mut().zip(less.0.iter().zip(more.0)).for_each(|(own, (less, more))| *own = *own + more - less);
        self
    }

    pub(super) const fn add(&mut self, group: StandingGroup) {
        self.0[group as usize] += 1;
    }
}

impl AddAssign for StandingCounts {
    fn add_assign(&mut self, other: Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own += other;
        }
    }
}

/// Number of allocations of one unit that do not count, by group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitFigures {
    /// For the unit and everything below it.
    pub standing: [u32; STANDING],
    /// For this unit only.
    pub own_standing: [u32; STANDING],
}

/// The breakdown of one day, over all units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakdowns {
    /// Allocations that do not count, by group.
    pub standing: Table<STANDING>,
}

impl Breakdowns {
    /// Builds the table from the figures of units, each with the unit above it.
    #[must_use]
    pub fn new(units: &[(UnitId, Option<UnitId>, UnitFigures)]) -> Self {
        let with_units_below: HashSet<UnitId> = units.iter().filter_map(|(_, above, _)| *above).collect();
        Self { standing: table(units, &with_units_below, |figures| (figures.standing, figures.own_standing)) }
    }

    /// Returns the figures of a unit.
    #[must_use]
    pub fn figures(&self, unit: UnitId) -> UnitFigures {
        let (standing, own_standing) = figures(&self.standing, unit);
        UnitFigures { standing, own_standing }
    }

    /// Builds the table from a day's coverage.
    #[must_use]
    pub fn from_coverage(index: &Index, coverage: &Coverage) -> Self {
        let roster = index.roster();
        let mut own_standing: HashMap<UnitIx, [u32; STANDING]> = HashMap::new();
        for standing in &coverage.standings {
            let allocation = &roster.allocations[standing.allocation as usize];
            let group = StandingGroup::from_headline(standing.reasons.headline());
            if allocation.validity.holds_on(coverage.day) && group != StandingGroup::Counts {
                own_standing.entry(allocation.unit).or_default()[group as usize - 1] += 1;
            }
        }
        let units: Vec<_> = coverage
            .units
            .iter()
            .map(|row| {
                let unit = &roster.units[row.unit.at()];
                let figures = UnitFigures {
                    standing: row.standing.not_counting(),
                    own_standing: own_standing.get(&row.unit).copied().unwrap_or_default(),
                };
                (unit.id, unit.parent(coverage.day).map(|above| roster.units[above.at()].id), figures)
            })
            .collect();
        Self::new(&units)
    }

    /// Decides what is published, given the previous release.
    #[must_use]
    pub fn decide(&self, limit: Limit, before: Option<&PreviousRelease>) -> Disclosure {
        Disclosure { standing: Decision::decide(&self.standing, limit, before.map(PreviousRelease::standing)) }
    }

    /// Publishes only what reveals nothing new to a reader of `before`; see [`Decision::follow`].
    #[must_use]
    pub fn follow(&self, before: Option<&PreviousRelease>) -> Disclosure {
        Disclosure { standing: Decision::follow(&self.standing, before.map(PreviousRelease::standing)) }
    }
}

/// Which cells of a day's breakdown are hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disclosure {
    /// The decision about allocations that do not count.
    pub standing: Decision,
}

impl Disclosure {
    /// Returns the hidden groups of a unit's allocations.
    #[must_use]
    pub fn hidden_standing(&self, unit: UnitId) -> Columns {
        self.standing.hidden(Place { unit, own: false })
    }
}

/// What was published for the previous stored day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousRelease {
    /// The figures.
    pub breakdowns: Breakdowns,
    /// Which of them were hidden.
    pub disclosure: Disclosure,
}

impl PreviousRelease {
    const fn standing(&self) -> Published<'_, STANDING> {
        Published { table: &self.breakdowns.standing, decision: &self.disclosure.standing }
    }
}

/// Builds the rows: a unit with units below it has a row for its own people besides the one for all of them; any other
/// unit has one row.
fn table<const C: usize>(
    units: &[(UnitId, Option<UnitId>, UnitFigures)],
    with_units_below: &HashSet<UnitId>,
    cells: impl Fn(&UnitFigures) -> ([u32; C], [u32; C]),
) -> Table<C> {
    let all = |unit| Place { unit, own: false };
    let mut rows = Vec::with_capacity(units.len() + with_units_below.len());
    for (unit, above, figures) in units {
        let (cells, own) = cells(figures);
        rows.push(Row { place: all(*unit), above: above.map(all), cells });
        if with_units_below.contains(unit) && own.iter().any(|count| *count > 0) {
            rows.push(Row { place: Place { unit: *unit, own: true }, above: Some(all(*unit)), cells: own });
        }
    }
    Table::new(rows)
}

fn figures<const C: usize>(table: &Table<C>, unit: UnitId) -> ([u32; C], [u32; C]) {
    let cells = |own| table.find(Place { unit, own }).map(|row| table.rows()[row].cells);
    let all = cells(false).unwrap_or([0; C]);
    let is_one_row = table.find(Place { unit, own: false }).is_some_and(|row| table.below(row).next().is_none());
    (all, cells(true).unwrap_or(if is_one_row { all } else { [0; C] }))
}
