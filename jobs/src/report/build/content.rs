//! The content of one mail, borrowed from the two snapshots.

use std::collections::{BTreeMap, HashMap};

use entity::id::UnitId;
use entity::period::{Day, IsoWeek};

use crate::report::compare::Change;
use crate::report::snapshot_tree::{SnapshotUnit, Team};
use crate::report::wording::Fraction;

/// The content of one mail, borrowed from the two snapshots.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The week of the report.
    pub week: IsoWeek,
    /// Day of the snapshot.
    pub day: Day,
    /// Day of the snapshot of the last report. `None` for the first report.
    pub previous: Option<Day>,
    /// Weeks since then without a mailed report, oldest first.
    pub missed: Vec<IsoWeek>,
    /// Sites of units as on file today. Shown only to tell teams of the same name apart.
    pub sites: &'a HashMap<UnitId, String>,
    /// The recipient's units in the order of the tree.
    pub units: Vec<AnsweredUnit<'a>>,
    /// Covered teams of assessed teams in all of the recipient's units. A team is in one unit only, so these can be summed.
    pub teams: Fraction,
    /// The same in the last report.
    pub teams_before: Option<Fraction>,
    /// Exempt teams in all of the recipient's units. They are not assessed.
    pub exempt: i64,
    /// Covered teams that depend on one person.
    pub single_points: i64,
    /// Covered teams that depend on an approval by a person who did not hold the office.
    pub unproven: i64,
    /// Open gaps, worst first.
    pub gaps: Vec<Gap<'a>>,
    /// Peer Supporters needed to close all gaps. Each cover group is counted once.
    pub people_short: i64,
    /// Number of gaps by kind of change. Empty for the first report.
    pub changes: BTreeMap<Change, i64>,
    /// Gaps of the last report that these units no longer have.
    pub closed: Vec<Closed<'a>>,
    /// Teams that will lose their cover within the policy's horizon, soonest first.
    pub at_risk: Vec<Placed<'a>>,
    /// Teams below their Level 1 target, furthest below first.
    pub level1: Vec<Placed<'a>>,
    /// Teams with too few Wellbeing Champions, furthest below first.
    pub champions: Vec<Placed<'a>>,
    /// Every team in the recipient's units, gaps first, for the attached list.
    pub teams_listed: Vec<Listed<'a>>,
    /// The recipient's units if there are several, else the units directly below the only one unless all of them are teams.
    pub by_unit: Vec<ByUnit<'a>>,
    /// Covered teams of assessed teams on each Monday that has a snapshot, oldest first.
    pub trend: Vec<(Day, Fraction)>,
}

impl Report<'_> {
    /// Returns the ids of the recipient's units that are not below another of them.
    #[must_use]
    pub fn tops(&self) -> Vec<UnitId> {
        self.top_units().into_iter().map(|unit| unit.unit_id).collect()
    }

    /// Returns the as-at day and employer of the oldest staff list that the figures are based on (COVERAGE.md section 5).
    #[must_use]
    pub fn oldest_list(&self) -> Option<(Day, Option<&str>)> {
        self.units.iter().filter_map(|answered| answered.unit.oldest_list()).min()
    }

    /// Returns the figures of the recipient's units that are not below another of them.
    #[must_use]
    pub fn top_units(&self) -> Vec<&SnapshotUnit> {
        self.units.iter().filter(|answered| !answered.nested).map(|answered| answered.unit).collect()
    }
}

/// The line of one unit in the list of units.
#[derive(Clone, Copy, Debug)]
pub struct ByUnit<'a> {
    /// Its figures.
    pub unit: &'a SnapshotUnit,
    /// Its figures in the last report.
    pub before: Option<&'a SnapshotUnit>,
    /// Teams at or below it with an open gap.
    pub gaps: usize,
    /// Teams at or below it whose cover is not known.
    pub unknown: usize,
    /// Covered teams at or below it that will lose their cover.
    pub at_risk: usize,
}

/// A unit of the recipient.
#[derive(Clone, Debug)]
pub struct AnsweredUnit<'a> {
    /// Its figures.
    pub unit: &'a SnapshotUnit,
    /// Its figures in the last report.
    pub before: Option<&'a SnapshotUnit>,
    /// Why the recipient receives its report.
    pub why: String,
    /// Whether the mail should say so at the top.
    pub fallback: bool,
    /// Whether it is below another unit of the same mail, whose lists then include its teams.
    pub nested: bool,
}

/// A team and the topmost unit of the mail that contains it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The team.
    pub team: &'a Team,
    /// The unit. `None` unless the mail is about several units.
    pub within: Option<&'a SnapshotUnit>,
}

/// An open gap.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'a> {
    /// The team.
    pub place: Placed<'a>,
    /// Change since the last report. `None` in the first report.
    pub change: Option<Change>,
    /// The team in the last report.
    pub before: Option<&'a Team>,
    /// Days since the gap opened.
    pub age: Option<i64>,
}

/// A gap of the last report that these units no longer have.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    /// The team in the last report.
    pub before: &'a Team,
    /// How the gap ended.
    pub how: How<'a>,
    /// Days that it had been open on the day of the last report.
    pub age: Option<i64>,
}

/// How a gap ended.
#[derive(Clone, Copy, Debug)]
pub enum How<'a> {
    /// The team no longer has a gap.
    Now(&'a Team),
    /// The team still has a gap, in another manager's units. The mail does not call it closed.
    Moved,
    /// The team no longer has staff or allocations.
    Gone,
}

/// A team of the attached list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The team.
    pub team: &'a Team,
    /// The topmost of the recipient's units that contains it.
    pub within: &'a SnapshotUnit,
    /// Change since the last report.
    pub change: Option<Change>,
    /// Days since the gap opened.
    pub age: Option<i64>,
}
