//! Wellbeing Champions, Level 1 and Trainers: one line each, with the teams or units that are furthest below target.

use super::names::Names;
use super::rows::MOST_ROWS;
use crate::report::build::{Placed, Report, below_target, champions_short, one_per_group, trainers_short};
use crate::report::snapshot_tree::{SnapshotUnit, Team};
use crate::report::wording::{Fraction, counted, listed, number};

/// One line of the section.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) label: &'static str,
    /// The figure, as a sentence.
    pub(super) figure: String,
    /// The teams or units furthest below target, as a sentence. Empty if there are none.
    pub(super) behind: String,
}

pub(super) fn layers(report: &Report<'_>, names: &Names) -> Vec<Layer> {
    let tops = report.top_units();
    let sum = |figure: fn(&SnapshotUnit) -> i32| tops.iter().map(|unit| i64::from(figure(unit))).sum::<i64>();
    let fraction = |part, whole| Fraction { part: sum(part), whole: sum(whole) };
    let mut layers = Vec::new();
    if sum(|unit| unit.champion_teams) > 0 {
        let met = fraction(|unit| unit.champion_teams_met, |unit| unit.champion_teams);
        layers.push(Layer {
            label: "Wellbeing Champions",
            figure: format!("{} {} enough.", met.counts(), if met.whole == 1 { "team has" } else { "teams have" }),
            behind: behind(&report.champions, |team| {
                let (have, needed) = champions_short(team).unwrap_or_default();
                format!("{} ({have} of {needed})", names.team(team))
            }),
        });
    }
    if tops.iter().any(|unit| unit.headcount > 0) {
        layers.push(Layer {
            label: "Level 1",
            figure: level1(&tops, names),
            behind: behind(&report.level1, |team| {
                format!("{} ({} of {})", names.team(team), team.level1_done, team.headcount)
            }),
        });
    }
    if let Some(layer) = trainers(&tops, report, names) {
        layers.push(layer);
    }
    layers
}

/// Returns one figure per unit. People with posts in several units are counted in each, so a sum would count them twice.
fn level1(tops: &[&SnapshotUnit], names: &Names) -> String {
    let done = |unit: &SnapshotUnit| Fraction::new(unit.level1_done, unit.headcount).words("staff");
    let target =
        |unit: &SnapshotUnit| unit.level1_target.map(|target| format!(", the target is {target}%")).unwrap_or_default();
    match tops {
        [one] => format!("{} staff have done it{}.", done(one), target(one)),
        several => {
            let shown: Vec<_> = several
                .iter()
                .take(MOST_ROWS)
                .map(|unit| format!("{} {}{}", names.unit(unit), done(unit), target(unit)))
                .collect();
            let more = several.len().saturating_sub(shown.len());
            let rest = if more > 0 { format!("; and {} more units", number(more)) } else { String::new() };
            format!("{}{rest}.", shown.join("; "))
        }
    }
}

fn behind(places: &[Placed<'_>], named: impl Fn(&Team) -> String) -> String {
    let teams: Vec<&Team> = one_per_group(places.iter().map(|place| place.team)).collect();
    let shown: Vec<_> = teams.iter().take(MOST_ROWS).map(|team| named(team)).collect();
    with_rest("Furthest behind", &shown, teams.len())
}

fn with_rest(label: &str, shown: &[String], all: usize) -> String {
    match all.saturating_sub(shown.len()) {
        _ if shown.is_empty() => String::new(),
        0 => format!("{label}: {}.", listed(shown)),
        more => format!("{label}: {} and {} more.", shown.join(", "), number(more)),
    }
}

fn trainers(tops: &[&SnapshotUnit], report: &Report<'_>, names: &Names) -> Option<Layer> {
    let short: Vec<String> = tops
        .iter()
        .filter(|unit| trainers_short(unit))
        .map(|unit| {
            let of = if tops.len() > 1 { format!("{}: ", names.unit(unit)) } else { String::new() };
            format!(
                "{of}{} for {}; one is needed for every {}.",
                counted(i64::from(unit.trainers), "active Trainer", "active Trainers"),
                counted(i64::from(unit.active_supporters), "active Peer Supporter", "active Peer Supporters"),
                unit.supporters_per_trainer.unwrap_or_default()
            )
        })
        .take(MOST_ROWS)
        .collect();
    let embedded = tops
        .iter()
        .fold((0, 0), |sum, unit| (sum.0 + i64::from(unit.trainer_units_met), sum.1 + i64::from(unit.trainer_units)));
    let embedded = (embedded.1 > 0).then(|| {
        let met = Fraction { part: embedded.0, whole: embedded.1 };
        match (met.part, met.whole) {
            (1, 1) => "The service that should have its own Trainers has them.".to_owned(),
            (0, 1) => "The service that should have its own Trainers does not have them.".to_owned(),
            _ => format!("Of the services that should have their own Trainers, {} do.", met.counts()),
        }
    });
    let has_ratio = tops.iter().any(|unit| unit.supporters_per_trainer.is_some());
    if !has_ratio && embedded.is_none() {
        return None;
    }
    let enough = (has_ratio && short.is_empty()).then(|| "There are enough active Trainers.".to_owned());
    let figure = short.into_iter().chain(enough).chain(embedded).collect::<Vec<_>>().join(" ");
    let without: Vec<_> = report
        .by_unit
        .iter()
        .filter(|line| tops.len() == 1 && line.unit.trainer_units_met < line.unit.trainer_units)
        .map(|line| names.unit(line.unit))
        .collect();
    let all = without.len();
    let shown: Vec<_> = without.into_iter().take(MOST_ROWS).collect();
    Some(Layer { label: "Trainers", figure, behind: with_rest("Without their own", &shown, all) })
}

/// Whether any target for Wellbeing Champions, Level 1 or Trainers is missed.
pub(super) fn is_behind(report: &Report<'_>) -> bool {
    !report.champions.is_empty()
        || report
            .top_units()
            .into_iter()
            .any(|unit| below_target(unit.level1_done, unit.headcount, unit.level1_target) || trainers_short(unit))
}
