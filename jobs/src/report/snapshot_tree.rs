//! One snapshot in memory. Units and teams are in the order of the tree, so that everything below a unit is one slice.

use std::collections::{BTreeMap, HashMap};

use entity::coverage::PublishedCause;
use entity::coverage::mix::UnmetRule;
use entity::id::{SnapshotId, UnitId};
use entity::period::Day;
use entity::table::{snapshot_team, snapshot_unit};
use entity::value::{Reason, Status, UnknownBecause};
use serde::Deserialize;

use crate::output::one_line::one_line;

/// A unit's roll-up (COVERAGE.md section 7). Code and name are on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotUnit {
    /// The unit.
    pub id: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The unit above.
    pub parent: Option<UnitId>,
    /// Distinct people.
    pub headcount: i32,
    /// Team rows that are covered or at risk.
    pub teams_covered: i32,
    /// Team rows without those not applicable or exempt.
    pub teams_assessed: i32,
    /// Team rows that are exempt.
    pub teams_exempt: i32,
    /// Distinct people of covered teams.
    pub staff_covered: i32,
    /// Distinct people of assessed teams.
    pub staff_assessed: i32,
    /// Distinct people with Level 1.
    pub level1_done: i32,
    /// Level 1 target in percent.
    pub level1_target: Option<i32>,
    /// Distinct active Peer Supporters.
    pub active_supporters: i32,
    /// Teams at or below it whose policy requires Wellbeing Champions.
    pub champion_teams: i32,
    /// Those of them that have enough Wellbeing Champions.
    pub champion_teams_met: i32,
    /// Active Trainers that serve it.
    pub trainers: i32,
    /// Peer Supporters per required Trainer.
    pub supporters_per_trainer: Option<i32>,
    /// Units at or below it that should have their own Trainers.
    pub trainer_units: i32,
    /// Those of them that have enough Trainers.
    pub trainer_units_met: i32,
    /// As-at day and employer of the oldest staff list that the figures are based on.
    pub oldest_list: Option<(Day, Option<String>)>,
}

/// A team's row (COVERAGE.md section 5). All texts are on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// The team.
    pub id: UnitId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its site as on file today. Shown only to tell teams of the same name apart.
    pub site: Option<String>,
    /// The cover group it was assessed with.
    pub cover_group: Option<String>,
    /// Distinct people of the team itself: the staff affected.
    pub own_headcount: i32,
    /// Distinct people that were assessed together.
    pub headcount: i32,
    /// Active Peer Supporters with at least half of their share here.
    pub supporters: i32,
    /// Sum of the active shares, in thousandths of a Peer Supporter.
    pub share: i32,
    /// Peer Supporters required.
    pub required: Option<i32>,
    /// Peer Supporters missing.
    pub gap: Option<i32>,
    /// Coverage status.
    pub status: Status,
    /// Why the status is UNKNOWN. `None` for any other status.
    pub unknown_because: Option<UnknownBecause>,
    /// Rows of staff lists that name the team and were rejected.
    pub rows_not_read: i32,
    /// Active people whose approval was given by a person who did not hold the office.
    pub unproven: i32,
    /// Whether cover depends on one person.
    pub single_point: bool,
    /// First day without cover within the policy's horizon.
    pub at_risk_from: Option<Day>,
    /// Status on that day.
    pub at_risk_status: Option<Status>,
    /// Why cover is lost on that day.
    pub at_risk_causes: Vec<PublishedCause>,
    /// Number of allocated people who do not count, by main reason.
    pub not_counting: Vec<(Reason, u32)>,
    /// Wellbeing Champions who count.
    pub champions: i32,
    /// Wellbeing Champions required.
    pub champions_needed: Option<i32>,
    /// People with Level 1.
    pub level1_done: i32,
    /// Level 1 target in percent.
    pub level1_target: Option<i32>,
    /// MUST mix rules that are not met.
    pub unmet_must: Vec<UnmetRule>,
    /// For each SHOULD mix rule that is not met, a sentence that says what would meet it.
    pub unmet_should: Vec<String>,
    /// The snapshot day on which the present gap was first seen.
    pub gap_opened_on: Option<Day>,
}

impl Team {
    /// Whether the team is covered today, at risk or not.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        matches!(self.status, Status::Covered | Status::AtRisk)
    }
}

/// A malformed stored list of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot's row of unit {unit} has a malformed {column}; take the snapshot again")]
pub struct Malformed {
    unit: UnitId,
    column: &'static str,
}

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
}

impl SnapshotTree {
    /// Sorts units and teams in the order of the tree, siblings by code.
    #[must_use]
    pub fn new(id: SnapshotId, day: Day, units: Vec<SnapshotUnit>, mut teams: Vec<Team>) -> Self {
        let (units, ends) = in_tree_order(units);
        let position: HashMap<_, _> = units.iter().enumerate().map(|(at, unit)| (unit.id, at)).collect();
        teams.sort_by_key(|team| position.get(&team.id).copied().unwrap_or(usize::MAX));
        let team_at = teams.iter().enumerate().map(|(at, team)| (team.id, at)).collect();
        Self { id, day, units, ends, position, teams, team_at }
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
            self.teams.partition_point(|team| self.position.get(&team.id).is_some_and(|&position| position < end))
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
        branch.iter().filter(move |unit| unit.parent == Some(id))
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
    units.sort_by(|a, b| b.code.cmp(&a.code));
    let known: HashMap<_, _> = units.iter().enumerate().map(|(at, unit)| (unit.id, at)).collect();
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    let mut open = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        match unit.parent.filter(|&parent| parent != unit.id).and_then(|parent| known.get(&parent)) {
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

impl From<snapshot_unit::Model> for SnapshotUnit {
    fn from(row: snapshot_unit::Model) -> Self {
        Self {
            id: row.unit_id,
            code: one_line(&row.unit_code),
            name: one_line(&row.unit_name),
            parent: row.parent_id,
            headcount: row.headcount,
            teams_covered: row.covered + row.at_risk,
            teams_assessed: row.teams - row.not_applicable - row.exempt,
            teams_exempt: row.exempt,
            staff_covered: row.staff_covered,
            staff_assessed: row.staff_assessed,
            level1_done: row.level1_done,
            level1_target: row.level1_target,
            active_supporters: row.active_supporters,
            champion_teams: row.champion_teams,
            champion_teams_met: row.champion_teams_met,
            trainers: row.trainers,
            supporters_per_trainer: row.supporters_per_trainer,
            trainer_units: row.trainer_units,
            trainer_units_met: row.trainer_units_met,
            oldest_list: row.oldest_list_on.map(|on| (on, row.oldest_list_employer.as_deref().map(one_line))),
        }
    }
}

#[derive(Deserialize)]
struct MixRule {
    #[serde(default)]
    rule: String,
    must: bool,
    state: MixState,
    sentence: String,
}

#[derive(Deserialize, PartialEq, Eq)]
enum MixState {
    #[serde(rename = "MET")]
    Met,
    #[serde(rename = "UNMET")]
    Unmet,
    #[serde(rename = "NOT_APPLICABLE")]
    NotApplicable,
}

fn on_one_line(cause: PublishedCause) -> PublishedCause {
    match cause {
        PublishedCause::Other { sentence } => PublishedCause::Other { sentence: one_line(&sentence) },
        PublishedCause::Work { .. } | PublishedCause::Unstated | PublishedCause::Policy => cause,
    }
}

impl TryFrom<snapshot_team::Model> for Team {
    type Error = Malformed;

    fn try_from(row: snapshot_team::Model) -> Result<Self, Malformed> {
        let malformed = |column| Malformed { unit: row.unit_id, column };
        let causes = row.at_risk_causes.as_array().ok_or_else(|| malformed("at_risk_causes"))?;
        let causes = causes.iter().map(PublishedCause::from_json).collect::<Option<Vec<_>>>();
        let counts: BTreeMap<String, u32> =
            serde_json::from_value(row.not_counting).map_err(|_| malformed("not_counting"))?;
        let mut not_counting = counts
            .into_iter()
            .map(|(word, people)| Ok((word.parse().map_err(|_| malformed("not_counting"))?, people)))
            .collect::<Result<Vec<(Reason, u32)>, Malformed>>()?;
        not_counting.sort_unstable();
        let mix: Vec<MixRule> = serde_json::from_value(row.mix).map_err(|_| malformed("mix"))?;
        let unmet = |must: bool| mix.iter().filter(move |rule| rule.must == must && rule.state == MixState::Unmet);
        let unmet_must =
            unmet(true).map(|rule| UnmetRule::stored(&one_line(&rule.rule), one_line(&rule.sentence), true));
        let (unmet_must, unmet_should) =
            (unmet_must.collect(), unmet(false).map(|rule| one_line(&rule.sentence)).collect());
        Ok(Self {
            id: row.unit_id,
            code: one_line(&row.unit_code),
            name: one_line(&row.unit_name),
            site: None,
            cover_group: row.cover_group.as_deref().map(one_line),
            own_headcount: row.own_headcount,
            headcount: row.headcount,
            supporters: row.supporters,
            share: row.share,
            required: row.required,
            gap: row.gap,
            status: row.status,
            unknown_because: row.unknown_because,
            rows_not_read: row.rows_not_read,
            unproven: row.unproven,
            single_point: row.single_point,
            at_risk_from: row.at_risk_from,
            at_risk_status: row.at_risk_status,
            at_risk_causes: causes.ok_or_else(|| malformed("at_risk_causes"))?.into_iter().map(on_one_line).collect(),
            not_counting,
            champions: row.champions,
            champions_needed: row.champions_needed,
            level1_done: row.level1_done,
            level1_target: row.level1_target,
            unmet_must,
            unmet_should,
            gap_opened_on: row.gap_opened_on,
        })
    }
}
