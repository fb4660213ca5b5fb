//! The subject and the headline: how many teams have cover, need it or lose it.

use entity::value::Status;

use crate::output::one_line::clip;
use crate::report::build::Report;
use crate::report::wording::{Fraction, counted, grouped, int, lower_first, near_day, number};

/// Maximum length of a name in a subject line, in characters.
const LONGEST_IN_SUBJECT: usize = 60;
fn open(report: &Report<'_>) -> i64 {
    int(report.gaps.len())
}

/// Counts the teams with a gap whose cover is known, and those whose cover is not known.
pub(super) fn known_and_unknown(report: &Report<'_>) -> (i64, i64) {
    let unknown = report.gaps.iter().filter(|gap| gap.place.team.status == Status::Unknown).count();
    (open(report) - int(unknown), int(unknown))
}

pub(super) fn subject(report: &Report<'_>) -> String {
    let (gaps, unknown) = known_and_unknown(report);
    let mut parts = Vec::new();
    if gaps > 0 {
        let need = if gaps == 1 { "needs" } else { "need" };
        parts.push(format!("{} {need} cover", counted(gaps, "team", "teams")));
    }
    parts.extend(loses_cover(report, gaps > 0, LOSES));
    match (unknown, parts.is_empty()) {
        (0, true) => parts.push(lower_first(all_well(report).trim_end_matches('.'))),
        (0, false) => {}
        (_, true) => parts.push(format!("cover of {} is not known", counted(unknown, "team", "teams"))),
        (_, false) => parts.push(format!("cover of {} is not known", grouped(unknown))),
    }
    format!("Peer support: {} ({})", parts.join(", "), about(report))
}

/// The verb of [`loses_cover`] for one team and for several.
#[derive(Clone, Copy)]
pub(in crate::report::render) struct Verb {
    singular: &'static str,
    plural: &'static str,
}

const LOSES: Verb = Verb { singular: "loses", plural: "lose" };
/// For teams that were not at risk, or only later, when the reader received the last report.
pub(in crate::report::render) const WILL_LOSE: Verb = Verb { singular: "will lose", plural: "will lose" };

/// Returns `1 team loses its cover on 30 November`, or `1 loses it on 30 November` after words about teams that need cover.
pub(in crate::report::render) fn loses_cover(report: &Report<'_>, teams_are_named: bool, verb: Verb) -> Option<String> {
    let Verb { singular: loses, plural: lose } = verb;
    let first = first_lost(report)?;
    let several = report.at_risk.len();
    Some(match (several, teams_are_named) {
        (1, true) => format!("1 {loses} it on {first}"),
        (1, false) => format!("1 team {loses} its cover on {first}"),
        (_, true) => format!("{} {lose} it, the first on {first}", number(several)),
        (_, false) => format!("{} teams {lose} their cover, the first on {first}", number(several)),
    })
}

/// Returns the first day on which a team loses its cover. `None` if no team does.
fn first_lost(report: &Report<'_>) -> Option<String> {
    Some(near_day(report.at_risk.first()?.team.at_risk_from?, report.day))
}

/// Returns the sentence that is shown if no team has a gap.
fn all_well(report: &Report<'_>) -> String {
    match (report.teams.whole, report.exempt) {
        (0, 0) => "There are no teams to report on.".to_owned(),
        (0, 1) => "The only team is exempt.".to_owned(),
        (0, exempt) => format!("All {} teams are exempt.", grouped(exempt)),
        (1, _) => "The team has cover.".to_owned(),
        (all, _) => format!("All {} teams have cover.", grouped(all)),
    }
}

pub(in crate::report::render) fn about(report: &Report<'_>) -> String {
    match report.top_units().as_slice() {
        [] => "no unit".to_owned(),
        [one] => clip(&one.unit_name, LONGEST_IN_SUBJECT),
        [first, rest @ ..] => {
            let others = counted(int(rest.len()), "more unit", "more units");
            format!("{} and {others}", clip(&first.unit_name, LONGEST_IN_SUBJECT))
        }
    }
}

pub(super) fn headline(report: &Report<'_>) -> String {
    let Fraction { part, whole } = report.teams;
    match (open(report), whole) {
        (0, 1) if let Some(first) = first_lost(report) => format!("The team has cover today and loses it on {first}."),
        (0, _) => match loses_cover(report, true, LOSES) {
            Some(loses) => format!("{} today, {loses}.", all_well(report).trim_end_matches('.')),
            None => all_well(report),
        },
        (_, 1) if known_and_unknown(report).1 > 0 => "It is not known whether the team has cover.".to_owned(),
        (_, 1) => "The team does not have cover.".to_owned(),
        (_, whole) => {
            let covered = format!("{} of {} teams have cover", grouped(part), grouped(whole));
            match known_and_unknown(report).1 {
                0 => format!("{covered}."),
                1 => format!("{covered}, 1 is not known."),
                unknown => format!("{covered}, {} are not known.", grouped(unknown)),
            }
        }
    }
}

pub(in crate::report::render) fn before(report: &Report<'_>) -> String {
    match (report.previous, report.teams_before) {
        (Some(previous), Some(before)) if before.whole > 0 => format!(
            "Last report ({}): {} of {}.",
            near_day(previous, report.day),
            grouped(before.part),
            grouped(before.whole)
        ),
        (Some(previous), _) => format!("Last report ({}): no teams.", near_day(previous, report.day)),
        (None, _) => "This is the first report.".to_owned(),
    }
}
