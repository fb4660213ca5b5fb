//! One snapshot in memory. Units and teams are in the order of the tree, so that everything below a unit is one slice.

use std::collections::HashMap;

use entity::id::{SnapshotId, UnitId};
use entity::period::Day;
pub use entity::table::snapshot_team::Model as Team;
pub use entity::table::snapshot_unit::Model as SnapshotUnit;

/// One snapshot in the order of the tree.
#[derive(Clone, Debug)]
pub struct SnapshotTree {
    /// The snapshot.
    pub id: SnapshotId,
    /// Its day.
    pub day: Day,
    units: Vec<SnapshotUnit>,
    /// For each unit, one more than the position of the last unit below it.
    ends: Vec<usize>,
    position: HashMap<UnitId, usize>,
    teams: Vec<Team>,
    team_at: HashMap<UnitId, usize>,
    sites: HashMap<UnitId, String>,
}

impl SnapshotTree {
    /// Sorts units and teams in the order of the tree, siblings by code.
    #[must_use]
    pub fn new(id: SnapshotId, day: Day, units: Vec<SnapshotUnit>, mut teams: Vec<Team>) -> Self {
        let (units, ends) = in_tree_order(units);
        let position: HashMap<_, _> = units.iter().enumerate().map(|(at, unit)| (unit.unit_id, at)).collect();
        teams.sort_by_key(|team| position.get(&team.unit_id).copied().unwrap_or(usize::MAX));
        let team_at = teams.iter().enumerate().map(|(at, team)| (team.unit_id, at)).collect();
        Self { id, day, units, ends, position, teams, team_at, sites: HashMap::new() }
    }

    /// Adds the sites of units as on file today.
    #[must_use]
    pub fn with_sites(self, sites: HashMap<UnitId, String>) -> Self {
        Self { sites, ..self }
    }

    /// Returns the sites of units as on file today. Empty unless they were added.
    #[must_use]
    pub const fn sites(&self) -> &HashMap<UnitId, String> {
        &self.sites
    }

    /// Returns a unit of the snapshot.
    #[must_use]
    pub fn unit(&self, id: UnitId) -> Option<&SnapshotUnit> {
        self.position.get(&id).map(|&at| &self.units[at])
    }

    /// Returns a team of the snapshot.
    #[must_use]
    pub fn team(&self, id: UnitId) -> Option<&Team> {
        self.team_at.get(&id).map(|&at| &self.teams[at])
    }

    /// Returns all units in the order of the tree.
    #[must_use]
    pub fn units(&self) -> &[SnapshotUnit] {
        &self.units
    }

    /// Returns all teams in the order of the tree.
    #[must_use]
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// Returns the teams at or below a unit.
    #[must_use]
    pub fn teams_below(&self, id: UnitId) -> &[Team] {
        let Some(&start) = self.position.get(&id) else { return &[] };
        let before = |end: usize| {
            self.teams.partition_point(|team| self.position.get(&team.unit_id).is_some_and(|&position| position < end))
        };
        &self.teams[before(start)..before(self.ends[start])]
    }

    /// Returns the position of a unit in the order of the tree.
    #[must_use]
    pub fn position(&self, id: UnitId) -> Option<usize> {
        self.position.get(&id).copied()
    }

    /// Returns the units directly below a unit, by code.
    pub fn children(&self, id: UnitId) -> impl Iterator<Item = &SnapshotUnit> {
        let at = self.position.get(&id).copied();
        let branch = at.map_or(&[][..], |at| &self.units[at + 1..self.ends[at]]);
        branch.iter().filter(move |unit| unit.parent_id == Some(id))
    }

    /// Whether a unit is strictly below another.
    #[must_use]
    pub fn is_below(&self, id: UnitId, above: UnitId) -> bool {
        match (self.position.get(&id), self.position.get(&above)) {
            (Some(&at), Some(&top)) => top < at && at < self.ends[top],
            _ => false,
        }
    }
}

/// Returns the units depth first, and where the branch of each ends. A unit whose parent has no row is treated as a root.
fn in_tree_order(mut units: Vec<SnapshotUnit>) -> (Vec<SnapshotUnit>, Vec<usize>) {
    units.sort_by(|a, b| b.unit_code.cmp(&a.unit_code));
    let known: HashMap<_, _> = units.iter().enumerate().map(|(at, unit)| (unit.unit_id, at)).collect();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    let mut open = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        match unit.parent_id.filter(|&parent| parent != unit.unit_id).and_then(|parent| known.get(&parent)) {
            Some(&parent) => below[parent].push(at),
            None => open.push(Visit::Enter(at)),
        }
    }
    let mut units: Vec<_> = units.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(units.len());
    let mut ends = Vec::with_capacity(units.len());
    while let Some(visit) = open.pop() {
        match visit {
            Visit::Enter(at) => {
                let Some(unit) = units[at].take() else { continue };
                open.push(Visit::Leave(ordered.len()));
                ordered.push(unit);
                ends.push(0);
                open.extend(below[at].iter().map(|&child| Visit::Enter(child)));
            }
            Visit::Leave(position) => ends[position] = ordered.len(),
        }
    }
    (ordered, ends)
}

enum Visit {
    Enter(usize),
    Leave(usize),
}
