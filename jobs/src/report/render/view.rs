//! A report in sentences: what both templates lay out.

use entity::period::IsoWeek;
use entity::store::staff_list::OLD_AFTER_DAYS;
use entity::value::StandingGroup;

use super::fit::{Limits, Part};
use super::rows::{Section, named, number, sections};
use crate::one_line::clip;
use crate::report::board::Unit;
use crate::report::build::{AnsweredUnit, Report, below_target, trainers_short};
use crate::report::compare::Change;
use crate::report::words::{Fraction, counted, day, grouped};

/// Longest name in a subject line.
const LONGEST_IN_SUBJECT: usize = 60;

/// What the templates read.
pub(super) struct View {
    pub(super) week: String,
    pub(super) day: String,
    pub(super) subject_figures: String,
    pub(super) about: String,
    pub(super) headline: String,
    /// Facts below the headline, one sentence each.
    pub(super) facts: Vec<String>,
    /// Reasons that are said at the top.
    pub(super) fallbacks: Cut<String>,
    /// Reasons that are said at the end.
    pub(super) reasons: Cut<String>,
    pub(super) units: Cut<UnitView>,
    pub(super) sections: Vec<Section>,
    /// Units below one of those, whose teams are in the same lists.
    pub(super) nested: Cut<UnitView>,
    pub(super) link: Option<String>,
}

/// A unit answered for.
pub(super) struct UnitView {
    pub(super) title: String,
    /// Label and figure.
    pub(super) lines: Vec<(&'static str, String)>,
}

/// A list about units, as much of it as fits.
pub(super) struct Cut<T> {
    pub(super) shown: Vec<T>,
    /// What is said of those that are not shown; empty when all are.
    pub(super) rest: String,
}

impl View {
    pub(super) fn new(report: &Report<'_>, base_url: Option<&str>, limits: &Limits) -> Self {
        Self {
            week: report.week.to_string(),
            day: day(report.day),
            subject_figures: subject_figures(report),
            about: about(report),
            headline: headline(report),
            facts: facts(report),
            fallbacks: Cut::new(report, limits.of(Part::Reasons), |unit| unit.fallback, reason_line),
            reasons: Cut::new(report, limits.of(Part::Reasons), |unit| !unit.fallback, reason_line),
            units: Cut::new(report, limits.of(Part::Units), |unit| !unit.nested, unit_view),
            sections: sections(report, limits),
            nested: Cut::new(report, limits.of(Part::Nested), |unit| unit.nested, unit_view),
            link: base_url.map(str::to_owned),
        }
    }
}

impl<T> Cut<T> {
    fn new(
        report: &Report<'_>,
        most: usize,
        wanted: fn(&AnsweredUnit<'_>) -> bool,
        drawn: fn(&AnsweredUnit<'_>) -> T,
    ) -> Self {
        let units = || report.units.iter().filter(|unit| wanted(unit));
        let hidden = units().count().saturating_sub(most);
        let rest = match hidden {
            0 => String::new(),
            1 => "… and 1 more unit.".to_owned(),
            _ => format!("… and {} more units.", number(hidden)),
        };
        Self { shown: units().take(most).map(drawn).collect(), rest }
    }
}

fn open(report: &Report<'_>) -> i64 {
    i64::try_from(report.gaps.len()).unwrap_or(i64::MAX)
}

fn subject_figures(report: &Report<'_>) -> String {
    let of = grouped(report.teams.whole);
    let new = report.changes.get(&Change::New).copied().unwrap_or(0);
    match (open(report), report.teams.whole) {
        (0, 0) => match report.exempt {
            0 => "no teams to assess".to_owned(),
            1 => "the one team is exempt".to_owned(),
            exempt => format!("all {} teams exempt", grouped(exempt)),
        },
        (0, 1) => "the one team is covered".to_owned(),
        (0, _) => format!("all {of} teams covered"),
        (1, 1) if new > 0 => "the one team is not covered, a new gap".to_owned(),
        (1, 1) => "the one team is not covered".to_owned(),
        (gaps, _) if new > 0 => format!("{} of {of} teams not covered, {} new", grouped(gaps), grouped(new)),
        (gaps, _) => format!("{} of {of} teams not covered", grouped(gaps)),
    }
}

fn about(report: &Report<'_>) -> String {
    let tops: Vec<_> = report.units.iter().filter(|unit| !unit.nested).collect();
    match tops.as_slice() {
        [] => "no unit".to_owned(),
        [one] => clip(&one.unit.name, LONGEST_IN_SUBJECT),
        [first, rest @ ..] => {
            let others = i64::try_from(rest.len()).unwrap_or(i64::MAX);
            format!("{} and {}", clip(&first.unit.name, LONGEST_IN_SUBJECT), counted(others, "more unit", "more units"))
        }
    }
}

fn headline(report: &Report<'_>) -> String {
    match (open(report), report.teams.whole) {
        (0, 0) => match report.exempt {
            0 => "There are no teams to assess.".to_owned(),
            1 => "The one team is exempt: there is nothing to assess.".to_owned(),
            exempt => format!("All {} teams are exempt: there is nothing to assess.", grouped(exempt)),
        },
        (0, 1) => "All green: the one team is covered.".to_owned(),
        (0, all) => format!("All green: all {} teams are covered.", grouped(all)),
        (1, 1) => "The one team is not covered.".to_owned(),
        (gaps, all) => format!("{} of {} teams are not covered.", grouped(gaps), grouped(all)),
    }
}

fn facts(report: &Report<'_>) -> Vec<String> {
    let mut facts = Vec::from_iter(missed(report));
    if report.units.iter().filter(|unit| !unit.nested).count() > 1 {
        let since = report.teams_before.map(|before| format!("; {}", report.teams.since(before, "teams")));
        facts.push(format!("Teams covered in all: {}{}.", report.teams.words("teams"), since.unwrap_or_default()));
    }
    match report.previous {
        None => facts.push("This is the first report: there is none to compare it with.".to_owned()),
        Some(previous) => {
            let named = [
                (Change::New, "new"),
                (Change::Worse, "worse"),
                (Change::Same, "unchanged"),
                (Change::Better, "better"),
                (Change::Closed, "closed"),
            ];
            let parts: Vec<_> = named
                .iter()
                .filter_map(|(change, word)| {
                    report.changes.get(change).map(|number| format!("{} {word}", grouped(*number)))
                })
                .collect();
            let since = day(previous);
            if parts.is_empty() {
                facts.push(format!("Nothing was open in the last report, of {since}, and nothing is now."));
            } else {
                facts.push(format!("Gaps since the last report, of {since}: {}.", parts.join(", ")));
            }
        }
    }
    if report.people_short > 0 {
        facts.push(format!(
            "{} would make every team large enough; teams that share a cover group are counted once.",
            counted(report.people_short, "more Peer Supporter", "more Peer Supporters")
        ));
    }
    if !report.at_risk.is_empty() {
        let number = i64::try_from(report.at_risk.len()).unwrap_or(i64::MAX);
        facts.push(format!(
            "{} today and will not be soon, unless something is done.",
            counted(number, "team is covered", "teams are covered")
        ));
    }
    if report.exempt > 0 && report.teams.whole > 0 {
        facts.push(format!(
            "{} not assessed.",
            counted(report.exempt, "more team is exempt and", "more teams are exempt and")
        ));
    }
    facts.extend(age_of_lists(report));
    if report.single_points > 0 {
        facts.push(format!(
            "{} on one Peer Supporter alone.",
            counted(report.single_points, "covered team depends", "covered teams depend")
        ));
    }
    if report.unproven > 0 {
        facts.push(format!(
            "{} on an approval that is not proven: on its day, the person who gave it was not the line manager or not the senior \
             manager.",
            counted(report.unproven, "covered team rests", "covered teams rest")
        ));
    }
    facts
}

/// The weeks in which no one was told anything.
fn missed(report: &Report<'_>) -> Option<String> {
    let of = |week: &IsoWeek| day(week.monday());
    match report.missed.as_slice() {
        [] => None,
        [one] => Some(format!("No report was sent for the week of {}.", of(one))),
        [first, .., last] => Some(format!(
            "No report was sent for {} weeks, from the week of {} to the week of {}.",
            number(report.missed.len()),
            of(first),
            of(last)
        )),
    }
}

/// How old the oldest staff list is that the figures rest on; absent if no list was ever applied.
fn age_of_lists(report: &Report<'_>) -> Option<String> {
    let (as_at, employer) = report.units.iter().filter_map(|unit| unit.unit.oldest_list.as_ref()).min()?;
    let of = employer.as_deref().map_or_else(String::new, |employer| format!("{employer}, "));
    let days = report.day.days_since(*as_at);
    Some(if days > OLD_AFTER_DAYS {
        format!("These figures rest on staff lists up to {} days old ({of}{}).", grouped(days), day(*as_at))
    } else {
        format!("The oldest staff list behind these figures is of {}.", day(*as_at))
    })
}

fn reason_line(unit: &AnsweredUnit<'_>) -> String {
    format!("{}: {}.", named(&unit.unit.name, &unit.unit.code), unit.why)
}

fn unit_view(answered: &AnsweredUnit<'_>) -> UnitView {
    let unit = answered.unit;
    let compared = |now: Fraction, before: Option<Fraction>, nothing: &str| match before {
        Some(before) => format!("{}; {}", now.words(nothing), now.since(before, nothing)),
        None => now.words(nothing),
    };
    let mut lines = vec![
        (
            "Staff covered",
            compared(
                Fraction::of(unit.staff_covered, unit.staff_assessed),
                answered.before.map(|unit| Fraction::of(unit.staff_covered, unit.staff_assessed)),
                "staff",
            ),
        ),
        (
            "Teams covered",
            compared(
                Fraction::of(unit.teams_covered, unit.teams_assessed),
                answered.before.map(|unit| Fraction::of(unit.teams_covered, unit.teams_assessed)),
                "teams",
            ),
        ),
        ("Level 1", level1(unit.level1_done, unit.headcount, unit.level1_target, "")),
    ];
    if let Some(figure) = not_counting(unit) {
        lines.push(("Allocations that do not count", figure));
    }
    if unit.champion_teams > 0 {
        let met = Fraction::of(unit.champion_teams_met, unit.champion_teams).words("teams");
        lines.push(("Teams with enough Champions", met));
    }
    if unit.trainer_units > 0 {
        let met = Fraction::of(unit.trainer_units_met, unit.trainer_units).words("services");
        lines.push(("Services with their own Trainers", met));
    }
    if trainers_short(unit) {
        let per = unit.supporters_per_trainer.unwrap_or_default();
        lines.push((
            "Trainers",
            format!(
                "too few: {} for {}, one is needed for {per} or part thereof",
                unit.trainers,
                counted(i64::from(unit.active_supporters), "active Peer Supporter", "active Peer Supporters")
            ),
        ));
    }
    UnitView { title: named(&unit.name, &unit.code), lines }
}

const TOO_FEW: &str = "not shown, so that few people are not singled out";

/// `9: training or certificate 6; the other reasons are not shown`, of the allocations at or below a unit.
fn not_counting(unit: &Unit) -> Option<String> {
    let all = i64::from(unit.not_counting_in_all);
    if all == 0 {
        return None;
    }
    let shown = |(group, number): &(StandingGroup, Option<u32>)| {
        number.filter(|number| *number > 0).map(|number| format!("{} {}", group.label(), grouped(i64::from(number))))
    };
    let shown: Vec<_> = unit.not_counting.iter().filter_map(shown).collect();
    let is_whole = unit.not_counting.iter().all(|(_, number)| number.is_some());
    Some(match (shown.is_empty(), is_whole) {
        (true, _) => format!("{}; the reasons are {TOO_FEW}", grouped(all)),
        (false, true) => format!("{}: {}", grouped(all), shown.join(", ")),
        (false, false) => format!("{}: {}; the other reasons are {TOO_FEW}", grouped(all), shown.join(", ")),
    })
}

/// `20 of 45 (44 %) in the group, below the target of 90 %`; `whose` begins with a space or is empty.
pub(super) fn level1(done: i32, of: i32, target: Option<i32>, whose: &str) -> String {
    let figures = format!("{}{whose}", Fraction::of(done, of).words("staff"));
    match target {
        Some(target) if below_target(done, of, Some(target)) => format!("{figures}, below the target of {target} %"),
        Some(target) if of > 0 => format!("{figures}, target {target} % met"),
        _ => figures,
    }
}
