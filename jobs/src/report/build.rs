//! Builds the content of a mail from two snapshots and the recipient's units. Pure.

mod content;
mod measures;

use std::collections::BTreeMap;

use entity::id::UnitId;
use entity::period::IsoWeek;
use entity::value::Status;

use super::compare::{Change, change, is_open};
use super::recipients::Answer;
use super::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};
use super::wording::{Fraction, int};
pub use content::{AnsweredUnit, ByUnit, Closed, Gap, How, Listed, Placed, Report};
pub use measures::{below_target, champions_short, one_per_group, trainers_short};
use measures::{champions_lacking, level1_lacking};

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

#[cfg(test)]
mod tests;
