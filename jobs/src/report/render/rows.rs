//! The lists of teams, in sentences.

use super::fit::{Limits, Part};
use crate::one_line::clip;
use crate::report::build::{Closed, Gap, How, Placed, Report, champions_short};
use crate::report::compare::Change;
use crate::report::render::view::level1;
use crate::report::words::{
    counted, day, ended, grouped, state, status, status_because, what_would_close, who_is_there,
};

/// Longest name of a team or unit; the attached list has it whole.
const LONGEST_NAME: usize = 120;

/// A heading and the teams below it, as many as fit.
pub(super) struct Section {
    pub(super) heading: &'static str,
    /// The same in capitals, for the text part.
    pub(super) capitals: String,
    /// Of the states, in the HTML part.
    pub(super) colour: &'static str,
    pub(super) rows: Vec<Row>,
    /// What is said of those that are not shown; empty when all are.
    pub(super) rest: String,
}

/// One team.
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) staff: String,
    pub(super) state: String,
    /// Sentences below.
    pub(super) lines: Vec<String>,
}

const RED: &str = "#8a2b0d";
const GREEN: &str = "#14532d";
const AMBER: &str = "#7a4400";
const DARK: &str = "#1d2733";

/// Every section that has a team: what changed first, so that it is seen however long the other lists are.
pub(super) fn sections(report: &Report<'_>, limits: &Limits) -> Vec<Section> {
    let gaps = |wanted: &dyn Fn(Option<Change>) -> bool| -> Vec<&Gap<'_>> {
        report.gaps.iter().filter(|gap| wanted(gap.change)).collect()
    };
    let new = gaps(&|change| change == Some(Change::New));
    let worse = gaps(&|change| change == Some(Change::Worse));
    let others = gaps(&|change| !matches!(change, Some(Change::New | Change::Worse)));
    let gaps_heading = if new.is_empty() && worse.is_empty() {
        "Gaps, most staff affected first"
    } else {
        "All other gaps, most staff affected first"
    };
    let moved = report.closed.iter().any(|closed| matches!(closed.how, How::Moved));
    let closed_heading = if moved { "Closed or moved since the last report" } else { "Closed since the last report" };
    let drawn = |part, heading, colour, rows: &mut dyn ExactSizeIterator<Item = Row>| {
        Section::new(heading, colour, limits.of(part), part, rows)
    };
    let all = [
        drawn(Part::New, "New since the last report", RED, &mut new.into_iter().map(gap_row)),
        drawn(Part::Worse, "Worse since the last report", RED, &mut worse.into_iter().map(gap_row)),
        drawn(Part::Closed, closed_heading, GREEN, &mut report.closed.iter().map(closed_row)),
        drawn(Part::Gaps, gaps_heading, RED, &mut others.into_iter().map(gap_row)),
        drawn(
            Part::AtRisk,
            "Covered today, but not for long",
            AMBER,
            &mut report.at_risk.iter().map(|place| at_risk_row(report, place)),
        ),
        drawn(Part::Level1, "Level 1 below target", DARK, &mut report.level1.iter().map(level1_row)),
        drawn(Part::Champions, "Too few Wellbeing Champions", DARK, &mut report.champions.iter().map(champions_row)),
    ];
    all.into_iter().filter(|section| !section.rows.is_empty() || !section.rest.is_empty()).collect()
}

impl Section {
    fn new(
        heading: &'static str,
        colour: &'static str,
        most: usize,
        part: Part,
        rows: &mut dyn ExactSizeIterator<Item = Row>,
    ) -> Self {
        let hidden = rows.len().saturating_sub(most);
        let rows = rows.take(most).enumerate().map(|(at, row)| Row { number: at + 1, ..row }).collect();
        let rest = match (hidden, part) {
            (0, _) => String::new(),
            // A team that is gone is in no list of teams.
            (_, Part::Closed) => format!("… and {} more.", number(hidden)),
            _ => format!("… and {} more in the attached list.", number(hidden)),
        };
        Self { heading, capitals: heading.to_uppercase(), colour, rows, rest }
    }
}

/// A count of rows with its thousands grouped.
pub(super) fn number(rows: usize) -> String {
    grouped(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// `Ward 4A (G107H-A2-01)`.
pub(super) fn named(name: &str, code: &str) -> String {
    format!("{} ({})", clip(name, LONGEST_NAME), clip(code, LONGEST_NAME))
}

/// The team, and in which unit where the mail is about several.
fn title(place: &Placed<'_>) -> String {
    let Placed { team, within } = place;
    let named = named(&team.name, &team.code);
    match within {
        Some(unit) if unit.id != team.id => format!("{named}, in {}", clip(&unit.name, LONGEST_NAME)),
        _ => named,
    }
}

/// With whom a team is assessed, said before any figure of theirs.
fn group_line(place: &Placed<'_>) -> Option<String> {
    let team = place.team;
    team.cover_group.as_deref().map(|group| {
        format!(
            "Assessed together with the teams of cover group {}, {} in all, of whom {} here.",
            clip(group, LONGEST_NAME),
            counted(i64::from(team.headcount), "person", "people"),
            counted(i64::from(team.own_headcount), "works", "work")
        )
    })
}

fn row(place: &Placed<'_>, state: String, lines: Vec<String>) -> Row {
    Row { number: 0, title: title(place), staff: grouped(i64::from(place.team.own_headcount)), state, lines }
}

fn gap_row(gap: &Gap<'_>) -> Row {
    let team = gap.place.team;
    let age = match gap.age {
        Some(0) if gap.change == Some(Change::New) => None,
        Some(0) => Some("first seen today".to_owned()),
        Some(days) => Some(format!("open for {}", counted(days, "day", "days"))),
        None => None,
    };
    let was = gap.before.map(|before| format!(" (was: {})", state(before))).unwrap_or_default();
    let change = match gap.change {
        Some(Change::Worse) => Some(format!("worse{was}")),
        Some(Change::Better) => Some(format!("better{was}")),
        Some(Change::Same) => Some("unchanged".to_owned()),
        // The heading says that it is new.
        Some(Change::New | Change::Closed) | None => None,
    };
    let said: Vec<_> = [Some(status(team).to_owned()), change, age].into_iter().flatten().collect();
    let sentences = [who_is_there(team), Some(what_would_close(team))].into_iter().flatten();
    let sentences: Vec<_> = sentences.filter(|sentence| !sentence.is_empty()).collect();
    let mut lines: Vec<_> = group_line(&gap.place).into_iter().collect();
    lines.push(sentences.join(" "));
    row(&gap.place, said.join(" · "), lines)
}

fn closed_row(closed: &Closed<'_>) -> Row {
    let Closed { before, how, age } = closed;
    let after = match how {
        How::Now(now) => format!("Closed · now: {}", state(now)),
        How::Moved => "Moved · it still has a gap, in a unit that another answers for".to_owned(),
        How::Gone => "Closed · it is no longer a team".to_owned(),
    };
    let open_for =
        age.filter(|days| *days > 0).map(|days| format!(" It had been open for {}.", counted(days, "day", "days")));
    let line = format!("Last report: {}.{}", state(before), open_for.unwrap_or_default());
    row(&Placed { team: before, within: None }, after, vec![line])
}

fn at_risk_row(report: &Report<'_>, place: &Placed<'_>) -> Row {
    let team = place.team;
    let then = team
        .at_risk_status
        .map(|then| status_because(then, None).to_lowercase().replace("peer supporter", "Peer Supporter"));
    let when = team.at_risk_from.map(|from| {
        let days = from.days_since(report.day);
        format!("From {}, in {}", day(from), counted(days, "day", "days"))
    });
    let said: Vec<_> = [when, then].into_iter().flatten().collect();
    let mut lines: Vec<_> = group_line(place).into_iter().collect();
    lines.extend(team.at_risk_reasons.iter().map(|reason| ended(reason)));
    row(place, said.join(": "), lines)
}

/// ` in the group`, where a figure is not the team's own.
fn in_the_group(place: &Placed<'_>) -> &'static str {
    if place.team.cover_group.is_some() { " in the group" } else { "" }
}

fn level1_row(place: &Placed<'_>) -> Row {
    let team = place.team;
    let figures = level1(team.level1_done, team.headcount, team.level1_target, in_the_group(place));
    row(place, figures, group_line(place).into_iter().collect())
}

fn champions_row(place: &Placed<'_>) -> Row {
    let (have, need) = champions_short(place.team).unwrap_or_default();
    row(place, format!("{have} of {need} needed{}", in_the_group(place)), group_line(place).into_iter().collect())
}
