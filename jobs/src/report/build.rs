//! Builds the content of a mail from two snapshots and the recipient's units. Pure.

use std::collections::{BTreeMap, HashMap};

use entity::coverage::rollup::{champions_met, level1_met, trainers_met};
use entity::id::UnitId;
use entity::period::{Day, IsoWeek};
use entity::value::Status;

use super::compare::{Change, change, is_open};
use super::recipients::Answer;
use super::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};
use super::wording::{Fraction, int};

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

/// Builds the content of a mail. Units that are not in the snapshot are left out.
#[must_use]
pub fn build<'a>(
    current: &'a SnapshotTree,
    previous: Option<&'a SnapshotTree>,
    week: IsoWeek,
    answers: &[Answer],
) -> Report<'a> {
    let units = answered_units(current, previous, answers);
    let tops: Vec<&SnapshotUnit> = units.iter().filter(|unit| !unit.nested).map(|unit| unit.unit).collect();
    let several = tops.len() > 1;
    let mut listed: Vec<Listed<'a>> = tops
        .iter()
        .flat_map(|top| current.teams_below(top.unit_id).iter().map(|team| (*top, team)))
        .map(|(within, team)| {
            let before = previous.and_then(|tree| tree.team(team.unit_id));
            let open = is_open(team.status);
            Listed {
                team,
                within,
                change: previous.and_then(|_| change(team, before)),
                age: team.gap_opened_on.filter(|_| open).map(|since| current.day.days_since(since).max(0)),
            }
        })
        .collect();
    listed.sort_by(|a, b| worst_first(a.team, b.team));

    let placed = |listed: &Listed<'a>| Placed { team: listed.team, within: several.then_some(listed.within) };
    let gaps: Vec<Gap<'a>> = listed
        .iter()
        .filter(|listed| is_open(listed.team.status))
        .map(|listed| Gap {
            place: placed(listed),
            change: listed.change,
            before: previous.and_then(|tree| tree.team(listed.team.unit_id)),
            age: listed.age,
        })
        .collect();
    let closed = closed(current, previous, &tops);
    let by_unit = by_unit(current, previous, &tops);
    let mut changes = BTreeMap::new();
    for gap in gaps.iter().filter_map(|gap| gap.change) {
        *changes.entry(gap).or_default() += 1;
    }
    let really_closed = closed.iter().filter(|closed| !matches!(closed.how, How::Moved)).count();
    if really_closed > 0 {
        changes.insert(Change::Closed, int(really_closed));
    }

    let mut at_risk: Vec<_> = listed.iter().filter(|listed| listed.team.status == Status::AtRisk).map(placed).collect();
    at_risk.sort_by(|a, b| {
        let day = |place: &Placed<'_>| place.team.at_risk_from;
        day(a).cmp(&day(b)).then_with(|| worst_first(a.team, b.team))
    });
    let most_lacking = |lacks: fn(&Team) -> i64| {
        let mut teams: Vec<_> = listed.iter().filter(|listed| lacks(listed.team) > 0).map(placed).collect();
        teams.sort_by(|a, b| lacks(b.team).cmp(&lacks(a.team)).then_with(|| largest_first(a.team, b.team)));
        teams
    };

    let sum = |units: &mut dyn Iterator<Item = &SnapshotUnit>| {
        let (mut part, mut whole) = (0, 0);
        for unit in units {
            part += i64::from(unit.teams_covered());
            whole += i64::from(unit.teams_assessed());
        }
        Fraction { part, whole }
    };
    Report {
        week,
        day: current.day,
        sites: current.sites(),
        previous: previous.map(|tree| tree.day),
        missed: Vec::new(),
        trend: Vec::new(),
        by_unit,
        teams: sum(&mut tops.iter().copied()),
        teams_before: previous.map(|tree| sum(&mut tops.iter().filter_map(|top| tree.unit(top.unit_id)))),
        exempt: tops.iter().map(|top| i64::from(top.exempt)).sum(),
        single_points: listed.iter().filter(|listed| listed.team.single_point).map(|_| 1).sum(),
        unproven: listed.iter().filter(|listed| listed.team.is_covered() && listed.team.unproven > 0).map(|_| 1).sum(),
        people_short: people_short(&gaps),
        units,
        gaps,
        changes,
        closed,
        at_risk,
        level1: most_lacking(level1_lacking),
        champions: most_lacking(champions_lacking),
        teams_listed: listed,
    }
}

fn answered_units<'a>(
    current: &'a SnapshotTree,
    previous: Option<&'a SnapshotTree>,
    answers: &[Answer],
) -> Vec<AnsweredUnit<'a>> {
    let mut top: Option<UnitId> = None;
    answers
        .iter()
        .filter_map(|answer| {
            let unit = current.unit(answer.unit)?;
            // In the order of the tree, everything below a unit follows it immediately.
            let nested = top.is_some_and(|top| current.is_below(unit.unit_id, top));
            if !nested {
                top = Some(unit.unit_id);
            }
            Some(AnsweredUnit {
                unit,
                before: previous.and_then(|tree| tree.unit(unit.unit_id)),
                why: answer.why.to_string(),
                fallback: answer.why.is_fallback(),
                nested,
            })
        })
        .collect()
}

fn by_unit<'a>(
    current: &'a SnapshotTree,
    previous: Option<&'a SnapshotTree>,
    tops: &[&'a SnapshotUnit],
) -> Vec<ByUnit<'a>> {
    let units: Vec<&SnapshotUnit> = match tops {
        [only] => {
            let below: Vec<_> = current.children(only.unit_id).collect();
            let has_units = below.iter().any(|unit| current.children(unit.unit_id).next().is_some());
            if has_units { below } else { Vec::new() }
        }
        several => several.to_vec(),
    };
    let count = |unit: &SnapshotUnit, wanted: fn(Status) -> bool| {
        current.teams_below(unit.unit_id).iter().filter(|team| wanted(team.status)).count()
    };
    let line = |unit: &'a SnapshotUnit| ByUnit {
        unit,
        before: previous.and_then(|tree| tree.unit(unit.unit_id)),
        gaps: count(unit, |status| is_open(status) && status != Status::Unknown),
        unknown: count(unit, |status| status == Status::Unknown),
        at_risk: count(unit, |status| status == Status::AtRisk),
    };
    units.into_iter().filter(|unit| !current.teams_below(unit.unit_id).is_empty()).map(line).collect()
}

/// Orders teams with a gap first, then by staff affected, people missing and code.
fn worst_first(a: &Team, b: &Team) -> std::cmp::Ordering {
    let order =
        |team: &Team| (!is_open(team.status), -i64::from(team.own_headcount), -i64::from(team.gap.unwrap_or(0)));
    order(a).cmp(&order(b)).then_with(|| a.unit_code.cmp(&b.unit_code))
}

fn largest_first(a: &Team, b: &Team) -> std::cmp::Ordering {
    b.own_headcount.cmp(&a.own_headcount).then_with(|| a.unit_code.cmp(&b.unit_code))
}

/// Sums the missing people. Every team of a cover group shows the gap of the group, but the people are needed once.
fn people_short(gaps: &[Gap<'_>]) -> i64 {
    one_per_group(gaps.iter().map(|gap| gap.place.team)).map(|team| i64::from(team.gap.unwrap_or(0))).sum()
}

/// Returns the teams without the second and later teams of each cover group, so that each group is counted once.
pub fn one_per_group<'a>(teams: impl Iterator<Item = &'a Team>) -> impl Iterator<Item = &'a Team> {
    let mut groups = std::collections::BTreeSet::new();
    teams.filter(move |team| team.cover_group.as_deref().is_none_or(|group| groups.insert(group)))
}

/// Returns the gaps of the last report that are closed or no longer in these units.
fn closed<'a>(
    current: &'a SnapshotTree,
    previous: Option<&'a SnapshotTree>,
    tops: &[&SnapshotUnit],
) -> Vec<Closed<'a>> {
    let Some(previous) = previous else { return Vec::new() };
    let ours = |id| tops.iter().any(|top| id == top.unit_id || current.is_below(id, top.unit_id));
    let was_ours = |id| tops.iter().any(|top| id == top.unit_id || previous.is_below(id, top.unit_id));
    let mut closed: Vec<_> = tops
        .iter()
        .flat_map(|top| previous.teams_below(top.unit_id))
        .filter(|before| is_open(before.status))
        .filter_map(|before| {
            let how = match current.team(before.unit_id) {
                Some(now) if !is_open(now.status) => How::Now(now),
                Some(now) if ours(now.unit_id) => return None,
                Some(_) => How::Moved,
                None => How::Gone,
            };
            Some((before, how))
        })
        // Teams that moved to these units and whose gap has closed since the last report.
        .chain(tops.iter().flat_map(|top| current.teams_below(top.unit_id)).filter_map(|now| {
            let before =
                previous.team(now.unit_id).filter(|before| is_open(before.status) && !was_ours(before.unit_id))?;
            (!is_open(now.status)).then_some((before, How::Now(now)))
        }))
        .map(|(before, how)| Closed {
            before,
            how,
            age: before.gap_opened_on.map(|since| previous.day.days_since(since).max(0)),
        })
        .collect();
    closed.sort_by(|a, b| largest_first(a.before, b.before));
    // In the last report, one of these units may have been below another.
    closed.dedup_by_key(|closed| closed.before.unit_id);
    closed
}

/// Returns how far a team or its group is below its Level 1 target, in hundredths of a person. 0 if the target is met
/// (COVERAGE.md section 5).
fn level1_lacking(team: &Team) -> i64 {
    let needed = team.level1_target.map_or(0, |target| i64::from(target) * i64::from(team.headcount));
    (needed - i64::from(team.level1_done) * 100).max(0)
}

fn champions_lacking(team: &Team) -> i64 {
    champions_short(team).map_or(0, |(have, need)| i64::from(need) - i64::from(have))
}

/// Whether a Level 1 target is missed. Returns `false` if there is no target or there are no people.
#[must_use]
pub fn below_target(done: i32, of: i32, target: Option<i32>) -> bool {
    target.and_then(|target| level1_met(figure(done), figure(of), figure(target))) == Some(false)
}

/// Returns the number of Wellbeing Champions that a team has and requires. `None` if it has enough.
#[must_use]
pub fn champions_short(team: &Team) -> Option<(i32, i32)> {
    let needed = team.champions_needed?;
    let met = champions_met(figure(team.champions), figure(needed), figure(team.headcount));
    (met == Some(false)).then_some((team.champions, needed))
}

/// Whether a unit has too few Trainers (COVERAGE.md section 5). Returns `false` if there is no policy.
#[must_use]
pub fn trainers_short(unit: &SnapshotUnit) -> bool {
    unit.supporters_per_trainer
        .is_some_and(|ratio| !trainers_met(figure(unit.trainers), figure(unit.active_supporters), figure(ratio)))
}

/// Converts a stored figure, which is never negative.
fn figure(stored: i32) -> u32 {
    u32::try_from(stored).unwrap_or(0)
}

#[cfg(test)]
mod tests;
