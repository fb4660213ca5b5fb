//! A report in sentences: what both templates lay out.

use crate::one_line::clip;
use crate::report::build::{
    AnsweredUnit, Closed, Gap, How, Placed, Report, below_target, champions_short, level1_below, trainers_short,
};
use crate::report::compare::Change;
use crate::report::words::{Fraction, counted, day, ended, grouped, state, status, what_would_close};

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
    pub(super) fallbacks: Vec<String>,
    /// Reasons that are said at the end.
    pub(super) reasons: Vec<String>,
    pub(super) units: Vec<UnitView>,
    /// Units below one of those, whose teams are in the same lists.
    pub(super) nested: Vec<UnitView>,
    pub(super) gaps: Rows,
    pub(super) closed: Rows,
    pub(super) at_risk: Rows,
    pub(super) layers: Rows,
    pub(super) link: Option<String>,
}

/// A unit answered for.
pub(super) struct UnitView {
    pub(super) title: String,
    /// Label and figure.
    pub(super) lines: Vec<(&'static str, String)>,
}

/// A list that is cut off after so many rows.
pub(super) struct Rows {
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

impl View {
    pub(super) fn new(report: &Report<'_>, base_url: Option<&str>, most_gaps: usize, most_others: usize) -> Self {
        let gaps = report.gaps.iter();
        Self {
            week: report.week.to_string(),
            day: day(report.day),
            subject_figures: subject_figures(report),
            about: about(report),
            headline: headline(report),
            facts: facts(report),
            fallbacks: report.units.iter().filter(|unit| unit.fallback).map(reason_line).collect(),
            reasons: report.units.iter().filter(|unit| !unit.fallback).map(reason_line).collect(),
            units: report.units.iter().filter(|unit| !unit.nested).map(unit_view).collect(),
            nested: report.units.iter().filter(|unit| unit.nested).map(unit_view).collect(),
            gaps: Rows::new(gaps, most_gaps, gap_row),
            closed: Rows::new(report.closed.iter(), most_others, closed_row),
            at_risk: Rows::new(report.at_risk.iter(), most_others, |place| at_risk_row(report, place)),
            layers: Rows::new(report.layers.iter(), most_others, layer_row),
            link: base_url.map(str::to_owned),
        }
    }
}

impl Rows {
    fn new<T>(items: impl ExactSizeIterator<Item = T>, most: usize, row: impl Fn(T) -> Row) -> Self {
        let hidden = items.len().saturating_sub(most);
        let rows = items.take(most).enumerate().map(|(at, item)| Row { number: at + 1, ..row(item) }).collect();
        let rest = if hidden == 0 {
            String::new()
        } else {
            let number = i64::try_from(hidden).unwrap_or(i64::MAX);
            format!("{} not shown here; the attached list has every team.", counted(number, "more is", "more are"))
        };
        Self { rows, rest }
    }
}

fn open(report: &Report<'_>) -> i64 {
    i64::try_from(report.gaps.len()).unwrap_or(i64::MAX)
}

fn subject_figures(report: &Report<'_>) -> String {
    let of = grouped(report.teams.whole);
    let new = report.changes.get(&Change::New).copied().unwrap_or(0);
    match (open(report), report.teams.whole) {
        (0, 0) => "no teams to assess".to_owned(),
        (0, 1) => "the one team is covered".to_owned(),
        (0, _) => format!("all {of} teams covered"),
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
        (0, 0) => "There are no teams to assess.".to_owned(),
        (0, 1) => "All green: the one team is covered.".to_owned(),
        (0, all) => format!("All green: all {} teams are covered.", grouped(all)),
        (gaps, all) => {
            format!("{} of {} not covered.", grouped(gaps), counted(all, "team is", "teams are"))
        }
    }
}

fn facts(report: &Report<'_>) -> Vec<String> {
    let mut facts = Vec::new();
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
    if report.single_points > 0 {
        facts.push(format!(
            "{} on one Peer Supporter alone.",
            counted(report.single_points, "covered team depends", "covered teams depend")
        ));
    }
    facts
}

fn reason_line(unit: &AnsweredUnit<'_>) -> String {
    format!("{} ({}): {}.", unit.unit.name, unit.unit.code, unit.why)
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
        ("Level 1", level1(unit.level1_done, unit.headcount, unit.level1_target)),
    ];
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
    UnitView { title: format!("{} ({})", unit.name, unit.code), lines }
}

fn level1(done: i32, of: i32, target: Option<i32>) -> String {
    let figures = Fraction::of(done, of).words("staff");
    match target {
        Some(target) if below_target(done, of, Some(target)) => format!("{figures}, below the target of {target} %"),
        Some(target) if of > 0 => format!("{figures}, target {target} % met"),
        _ => figures,
    }
}

/// `Ward 4A (G107H-A2-01)`, and in which unit where the mail is about several.
fn title(place: &Placed<'_>) -> String {
    let Placed { team, within } = place;
    match within {
        Some(unit) if unit.id != team.id => format!("{} ({}), in {}", team.name, team.code, unit.name),
        _ => format!("{} ({})", team.name, team.code),
    }
}

fn group_line(place: &Placed<'_>) -> Option<String> {
    let team = place.team;
    team.cover_group.as_deref().map(|group| {
        format!(
            "Assessed together with the teams of cover group {group}, {} in all.",
            counted(i64::from(team.headcount), "person", "people")
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
    let was = gap.before.map(|before| format!("was: {}", state(before)));
    let change = match gap.change {
        Some(Change::New) => Some("NEW".to_owned()),
        Some(Change::Worse) => Some(format!("WORSE ({})", was.unwrap_or_default())),
        Some(Change::Better) => Some(format!("BETTER ({})", was.unwrap_or_default())),
        Some(Change::Same) => Some("SAME".to_owned()),
        Some(Change::Closed) | None => None,
    };
    let short = match (team.gap.unwrap_or(0), team.required) {
        (gap, Some(required)) if gap > 0 => Some(format!("{gap} short of {required}")),
        _ => None,
    };
    let said: Vec<_> = [Some(status(team.status).to_owned()), short, change, age].into_iter().flatten().collect();
    let mut lines = vec![what_would_close(team)];
    lines.extend(group_line(&gap.place));
    row(&gap.place, said.join(" · "), lines)
}

fn closed_row(closed: &Closed<'_>) -> Row {
    let Closed { before, how, age } = closed;
    let after = match how {
        How::Now(now) => format!("CLOSED · {}", status(now.status)),
        How::Moved => "MOVED · it still has a gap, in a unit that another answers for".to_owned(),
        How::Gone => "CLOSED · it is no longer a team".to_owned(),
    };
    let open_for =
        age.filter(|days| *days > 0).map(|days| format!(" It had been open for {}.", counted(days, "day", "days")));
    let line = format!("Last report: {}.{}", state(before), open_for.unwrap_or_default());
    row(&Placed { team: before, within: None }, after, vec![line])
}

fn at_risk_row(report: &Report<'_>, place: &Placed<'_>) -> Row {
    let team = place.team;
    let then = team.at_risk_status.map(|then| status(then).to_lowercase().replace("peer supporter", "Peer Supporter"));
    let when = team.at_risk_from.map(|from| {
        let days = from.days_since(report.day);
        format!("From {}, in {}", day(from), counted(days, "day", "days"))
    });
    let said: Vec<_> = [when, then].into_iter().flatten().collect();
    let mut lines: Vec<_> = team.at_risk_reasons.iter().map(|reason| ended(reason)).collect();
    lines.extend(group_line(place));
    row(place, said.join(": "), lines)
}

fn layer_row(place: &Placed<'_>) -> Row {
    let team = place.team;
    let mut said = Vec::new();
    if level1_below(team) {
        said.push(format!("Level 1: {}", level1(team.level1_done, team.headcount, team.level1_target)));
    }
    if let Some((have, need)) = champions_short(team) {
        said.push(format!("Wellbeing Champions: {have} of {need}"));
    }
    row(place, said.join(" · "), Vec::new())
}
