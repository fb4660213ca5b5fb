//! Wellbeing Champions, Level 1 and Trainers: one line each, with the teams or units that are furthest behind.

use super::names::Names;
use super::rows::{MOST_ROWS, number};
use crate::report::board::{Team, Unit};
use crate::report::build::{Placed, Report, below_target, champions_short, trainers_short};
use crate::report::words::{Fraction, counted, listed};

/// One layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) label: &'static str,
    /// The figure in a sentence.
    pub(super) figure: String,
    /// The furthest behind in a sentence; empty if there is none.
    pub(super) behind: String,
}

pub(super) fn layers(report: &Report<'_>, names: &Names) -> Vec<Layer> {
    let tops: Vec<&Unit> =
        report.units.iter().filter(|answered| !answered.nested).map(|answered| answered.unit).collect();
    let sum = |figure: fn(&Unit) -> i32| tops.iter().map(|unit| i64::from(figure(unit))).sum::<i64>();
    let fraction = |part, whole| Fraction { part: sum(part), whole: sum(whole) };
    let mut layers = Vec::new();
    if sum(|unit| unit.champion_teams) > 0 {
        let met = fraction(|unit| unit.champion_teams_met, |unit| unit.champion_teams);
        layers.push(Layer {
            label: "Wellbeing Champions",
            figure: format!("{} teams have enough.", met.words("teams")),
            behind: behind(&report.champions, |team| {
                let (have, needed) = champions_short(team).unwrap_or_default();
                format!("{} ({have} of {needed})", names.team(team))
            }),
        });
    }
    let level1 = fraction(|unit| unit.level1_done, |unit| unit.headcount);
    if level1.whole > 0 {
        // Several units may have several targets; the teams that are behind each name theirs.
        let target = match tops.as_slice() {
            [one] => one.level1_target.map(|target| format!(", the target is {target} %")),
            _ => None,
        };
        layers.push(Layer {
            label: "Level 1",
            figure: format!("{} of all staff have done it{}.", percent_first(level1), target.unwrap_or_default()),
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

/// `51 % (37 of 72)`.
fn percent_first(fraction: Fraction) -> String {
    let words = fraction.words("staff");
    match words.split_once(" (") {
        Some((counts, percent)) => format!("{} ({counts})", percent.trim_end_matches(')')),
        None => words,
    }
}

fn behind(places: &[Placed<'_>], named: impl Fn(&Team) -> String) -> String {
    let shown: Vec<_> = places.iter().take(MOST_ROWS).map(|place| named(place.team)).collect();
    with_rest("Furthest behind", &shown, places.len())
}

fn with_rest(label: &str, shown: &[String], all: usize) -> String {
    match all.saturating_sub(shown.len()) {
        _ if shown.is_empty() => String::new(),
        0 => format!("{label}: {}.", listed(shown)),
        more => format!("{label}: {} and {} more.", shown.join(", "), number(more)),
    }
}

fn trainers(tops: &[&Unit], report: &Report<'_>, names: &Names) -> Option<Layer> {
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
        format!("{} services that should have their own Trainers have them.", met.words("services"))
    });
    if tops.iter().all(|unit| unit.supporters_per_trainer.is_none()) && embedded.is_none() {
        return None;
    }
    let enough = short.is_empty().then(|| "There are enough active Trainers.".to_owned());
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

/// Whether any layer is short of its target.
pub(super) fn is_behind(report: &Report<'_>) -> bool {
    let tops = || report.units.iter().filter(|answered| !answered.nested).map(|answered| answered.unit);
    !report.champions.is_empty()
        || tops().any(|unit| below_target(unit.level1_done, unit.headcount, unit.level1_target) || trainers_short(unit))
}
