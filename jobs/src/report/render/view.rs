//! The sentences of a report, for both templates.

use entity::data_age::OLD_AFTER_DAYS;
use entity::period::IsoWeek;
use entity::value::{ReportSection, Status, UnknownBecause};

use super::actions::{Action, actions, teams_named};
use super::layers::{Layer, is_behind, layers};
use super::names::Names;
use super::rows::{Section, SectionBuilder};
use super::{Reader, Setting};
use crate::output::one_line::clip;
use crate::report::build::{AnsweredUnit, ByUnit, Report};
use crate::report::compare::Change;
use crate::report::recipients::Why;
use crate::report::wording::{Fraction, counted, day, grouped, int, listed, lower_first, near_day, number};

/// Maximum length of a name in a subject line, in characters.
const LONGEST_IN_SUBJECT: usize = 60;
/// Maximum number of units, and of reasons for receiving the mail.
const MOST_UNITS: usize = 25;
const MOST_REASONS: usize = 10;

/// The data of the templates.
#[derive(Debug)]
pub(super) struct View {
    pub(super) subject: String,
    /// Kind and date of the report: `Week of 23 November 2026`.
    pub(super) week: String,
    /// The last working day of the week: `27 November`.
    pub(super) friday: String,
    /// The units of the report.
    pub(super) about: String,
    /// What the reader must know before any figure: old data, weeks without a report, why they received it.
    pub(super) warnings: Vec<String>,
    pub(super) headline: String,
    /// The figure of the last report.
    pub(super) before: String,
    pub(super) trend: Option<TrendView>,
    pub(super) actions: Vec<Action>,
    /// The coordinator, for questions.
    pub(super) ask: Option<String>,
    /// The coordinator's address, for a link.
    pub(super) ask_address: Option<String>,
    pub(super) sections: Vec<Section>,
    pub(super) by_unit: Option<UnitTable>,
    pub(super) layers: Vec<Layer>,
    /// Further information, one sentence each.
    pub(super) facts: Vec<String>,
    /// How old the data is, and why the reader receives it, one sentence each.
    pub(super) reasons: Vec<String>,
    /// Address of the first unit's page.
    pub(super) link: Option<String>,
    /// What the attached list contains. Empty if there is none.
    pub(super) attached: String,
    /// The sentence that is shown if there is no action.
    pub(super) nothing_to_do: &'static str,
    /// The last sentence without its end, which names the coordinator.
    pub(super) closing: &'static str,
}

/// The trend over the last weeks, as a chart and in words.
#[derive(Debug)]
pub(super) struct TrendView {
    pub(super) words: String,
    /// Heights of the bars in pixels, oldest first.
    pub(super) bars: Vec<u16>,
    /// The figures in words, as the text alternative of the chart.
    pub(super) alternative: String,
}

/// The list of units.
#[derive(Debug)]
pub(super) struct UnitTable {
    pub(super) heading: &'static str,
    pub(super) rows: Vec<UnitLine>,
    pub(super) rest: String,
}

#[derive(Debug)]
pub(super) struct UnitLine {
    pub(super) name: String,
    pub(super) link: Option<String>,
    /// `3 of 8 teams have cover, up from 2 of 8`.
    pub(super) teams: String,
    /// What there is to do in the unit. Empty if nothing.
    pub(super) open: String,
}

impl View {
    pub(super) fn new(report: &Report<'_>, reader: Reader<'_>, setting: &Setting, attached: String) -> Self {
        let names = Names::new(report);
        let actions = actions(report, setting, &names);
        let named = teams_named(&actions);
        let mut sections = SectionBuilder { report, setting, names: &names, named: &named }.sections();
        let is_quiet = actions.is_empty() && sections.is_empty() && !is_behind(report);
        let first = report.units.first().map(|answered| answered.unit);
        let mut facts = facts(report);
        if is_quiet {
            facts.truncate(1);
        }
        // Only after `is_quiet`: leaving out sections with gaps does not mean that there are none.
        let shows = |section: ReportSection| !reader.hidden.contains(&section);
        sections.retain(|section| section.optional.is_none_or(shows));
        if !shows(ReportSection::Facts) {
            facts.clear();
        }
        Self {
            subject: subject(report),
            week: format!("Week of {}", day(report.week.monday())),
            friday: friday(report),
            about: about(report),
            warnings: warnings(report, reader, &names),
            headline: headline(report),
            before: before(report),
            trend: if is_quiet { None } else { trend(report) },
            actions,
            ask: setting.coordinator.line(),
            ask_address: setting.coordinator.address(),
            sections,
            by_unit: if is_quiet || !shows(ReportSection::ByUnit) { None } else { by_unit(report, setting, &names) },
            layers: if is_quiet || !shows(ReportSection::Layers) { Vec::new() } else { layers(report, &names) },
            facts,
            reasons: recent_lists(report).into_iter().chain(reasons(report, reader, &names)).collect(),
            link: first.and_then(|unit| setting.unit_link(&unit.unit_code)),
            attached,
            nothing_to_do: "There is nothing that you need to do this week.",
            closing: "If someone else should receive it, or if it does not arrive, tell the",
        }
    }
}

pub(super) fn friday(report: &Report<'_>) -> String {
    near_day(report.week.monday().plus_days(4), report.day)
}

fn open(report: &Report<'_>) -> i64 {
    int(report.gaps.len())
}

/// Counts the teams with a gap whose cover is known, and those whose cover is not known.
fn known_and_unknown(report: &Report<'_>) -> (i64, i64) {
    let unknown = report.gaps.iter().filter(|gap| gap.place.team.status == Status::Unknown).count();
    (open(report) - int(unknown), int(unknown))
}

fn subject(report: &Report<'_>) -> String {
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
type Verb = (&'static str, &'static str);
const LOSES: Verb = ("loses", "lose");
/// For teams that were not at risk, or only later, when the reader received the last report.
pub(super) const WILL_LOSE: Verb = ("will lose", "will lose");

/// Returns `1 team loses its cover on 30 November`, or `1 loses it on 30 November` after words about teams that need cover.
pub(super) fn loses_cover(report: &Report<'_>, teams_are_named: bool, (loses, lose): Verb) -> Option<String> {
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

pub(super) fn about(report: &Report<'_>) -> String {
    match report.top_units().as_slice() {
        [] => "no unit".to_owned(),
        [one] => clip(&one.unit_name, LONGEST_IN_SUBJECT),
        [first, rest @ ..] => {
            let others = counted(int(rest.len()), "more unit", "more units");
            format!("{} and {others}", clip(&first.unit_name, LONGEST_IN_SUBJECT))
        }
    }
}

fn headline(report: &Report<'_>) -> String {
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

pub(super) fn before(report: &Report<'_>) -> String {
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

/// Maximum height of a bar in pixels.
const TALLEST: u64 = 48;

fn trend(report: &Report<'_>) -> Option<TrendView> {
    let points: Vec<_> =
        report.trend.iter().filter_map(|(on, covered)| Some((near_day(*on, report.day), covered.percent()?))).collect();
    // With two points, this week and the last, the headline already says it all.
    let [(_, first), .., (_, last)] = points.as_slice() else { return None };
    if points.len() < 3 {
        return None;
    }
    let since = &points[0].0;
    let words = match last.cmp(first) {
        std::cmp::Ordering::Greater => format!("Since {since}: up from {first}% to {last}% of teams."),
        std::cmp::Ordering::Less => format!("Since {since}: down from {first}% to {last}% of teams."),
        std::cmp::Ordering::Equal => format!("Since {since}: {last}% of teams then and now."),
    };
    let each: Vec<_> = points.iter().map(|(day, percent)| format!("{day} {percent}%")).collect();
    let height = |percent: u16| u16::try_from((u64::from(percent) * TALLEST / 100).max(2)).unwrap_or(2);
    Some(TrendView {
        words,
        bars: points.iter().map(|(_, percent)| height(*percent)).collect(),
        alternative: format!("Bar chart. Teams with cover: {}.", each.join(", ")),
    })
}

pub(super) fn warnings(report: &Report<'_>, reader: Reader<'_>, names: &Names) -> Vec<String> {
    let mut warnings = Vec::new();
    if reader.is_copy {
        warnings.push(copied(report, names));
    }
    warnings.extend(old_lists(report));
    warnings.extend(missed(report));
    if reader.is_copy {
        // A colleague need not know why the report's recipient receives it.
        return warnings;
    }
    let fallbacks: Vec<_> = report.units.iter().filter(|unit| unit.fallback).collect();
    warnings.extend(fallbacks.iter().take(MOST_REASONS).map(|unit| reason(unit, names)));
    warnings.extend(and_more(fallbacks.len(), MOST_REASONS));
    warnings
}

/// Returns why a colleague gets a copy. It names the unit and not the person.
fn copied(report: &Report<'_>, names: &Names) -> String {
    let own = report.units.iter().find(|unit| unit.why == Why::SeniorManager.to_string());
    let who = match own {
        Some(unit) => format!("the senior manager of {}", names.unit(unit.unit)),
        None => format!("the person who receives the report on {}", about(report)),
    };
    format!("You receive a copy because {who} asked for it.")
}

fn and_more(all: usize, most: usize) -> Option<String> {
    match all.saturating_sub(most) {
        0 => None,
        1 => Some("And 1 more unit.".to_owned()),
        more => Some(format!("And {} more units.", number(more))),
    }
}

/// Returns `Ward 4A: you are deputy for its senior manager.`
fn reason(unit: &AnsweredUnit<'_>, names: &Names) -> String {
    format!("{}: {}.", names.unit(unit.unit), unit.why)
}

fn reasons(report: &Report<'_>, reader: Reader<'_>, names: &Names) -> Vec<String> {
    let mut reasons = if reader.is_copy { Vec::new() } else { vec![received(report, names)] };
    if !reader.hidden.is_empty() {
        reasons.push("Some sections are left out, as chosen in the settings of this report.".to_owned());
    }
    reasons
}

fn received(report: &Report<'_>, names: &Names) -> String {
    let own: Vec<_> = report.units.iter().filter(|unit| unit.why == Why::SeniorManager.to_string()).collect();
    let mut shown: Vec<_> = own.iter().take(MOST_REASONS).map(|unit| names.unit(unit.unit)).collect();
    if let Some(more) = own.len().checked_sub(shown.len()).filter(|more| *more > 0) {
        shown.push(counted(int(more), "more unit", "more units"));
    }
    let every = "every Monday, even when there is nothing to do";
    if shown.is_empty() {
        format!("You receive this report {every}.")
    } else {
        format!("You receive this report {every}, as senior manager of {}.", listed(&shown))
    }
}

/// Returns `Gaps since the last report: 3 new, 1 worse, 14 unchanged.`
fn changes(report: &Report<'_>) -> Option<String> {
    let named = [
        (Change::New, "new"),
        (Change::Worse, "worse"),
        (Change::Better, "better"),
        (Change::Closed, "closed"),
        (Change::Same, "unchanged"),
    ];
    let parts: Vec<_> = named
        .iter()
        .filter_map(|(change, word)| report.changes.get(change).map(|number| format!("{} {word}", grouped(*number))))
        .collect();
    let gaps = if known_and_unknown(report).1 > 0 { "Gaps and teams that are not known" } else { "Gaps" };
    (!parts.is_empty()).then(|| format!("{gaps} since the last report: {}.", parts.join(", ")))
}

/// Returns a sentence about the weeks in which no report was sent.
fn missed(report: &Report<'_>) -> Option<String> {
    let of = |week: &IsoWeek| near_day(week.monday(), report.day);
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

/// Returns a warning about an old staff list.
fn old_lists(report: &Report<'_>) -> Option<String> {
    let (as_at, employer) = report.oldest_list()?;
    let age = report.day.days_since(as_at);
    (age > OLD_AFTER_DAYS).then(|| {
        let of = employer.map_or_else(String::new, |employer| format!(" of {}", clip(employer, 60)));
        format!(
            "These figures are based on a staff list{of} that is {} days old ({}).",
            grouped(age),
            near_day(as_at, report.day)
        )
    })
}

/// Returns a sentence with the day of the oldest staff list, unless the list is old, which a warning says.
pub(super) fn recent_lists(report: &Report<'_>) -> Option<String> {
    let (as_at, _) = report.oldest_list()?;
    let is_recent = report.day.days_since(as_at) <= OLD_AFTER_DAYS;
    is_recent.then(|| format!("The oldest staff list behind these figures is from {}.", near_day(as_at, report.day)))
}

fn facts(report: &Report<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    // People with posts in several units are counted in each, so that a sum over units would count them twice.
    if let [unit] = report.top_units().as_slice() {
        let now = Fraction::new(unit.staff_covered, unit.staff_assessed);
        let answered = report.units.iter().find(|answered| answered.unit.unit_id == unit.unit_id);
        let before = answered.and_then(|answered| answered.before);
        let since = before.map(|unit| now.since(Fraction::new(unit.staff_covered, unit.staff_assessed), "staff"));
        if now.whole > 0 {
            let since = since.map(|since| format!(", {since}")).unwrap_or_default();
            facts.push(format!("Staff whose team has cover: {}{since}.", now.words("staff")));
        }
    }
    facts.extend(changes(report));
    if report.people_short > 0 {
        facts.push(format!(
            "In all, {} needed.",
            counted(report.people_short, "more Peer Supporter is", "more Peer Supporters are")
        ));
    }
    facts.extend(no_policy(report));
    if report.single_points > 0 {
        facts.push(format!(
            "{} on one Peer Supporter.",
            counted(report.single_points, "team with cover depends", "teams with cover depend")
        ));
    }
    if report.exempt > 0 && report.teams.whole > 0 {
        facts.push(format!("{} exempt and not counted here.", counted(report.exempt, "team is", "teams are")));
    }
    facts
}

/// Returns a sentence about the teams without a policy.
pub(super) fn no_policy(report: &Report<'_>) -> Option<String> {
    let teams = report.gaps.iter().filter(|gap| gap.place.team.unknown_because == Some(UnknownBecause::NoPolicy));
    let teams = int(teams.count());
    (teams > 0).then(|| {
        format!(
            "{} no policy yet, so cover there is not known. Only the coordinator can set one.",
            counted(teams, "team has", "teams have")
        )
    })
}

fn by_unit(report: &Report<'_>, setting: &Setting, names: &Names) -> Option<UnitTable> {
    let mut lines: Vec<&ByUnit<'_>> = report.by_unit.iter().collect();
    if lines.is_empty() {
        return None;
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.gaps), std::cmp::Reverse(line.at_risk)));
    let more = and_more(lines.len(), MOST_UNITS);
    // Its own team has no line, and is in the headline.
    let tops = report.tops();
    let is_team = |unit| report.teams_listed.iter().any(|listed| listed.team.unit_id == unit);
    let own = (tops.len() == 1 && is_team(tops[0])).then(|| "The unit is also a team of its own.".to_owned());
    let rest = more.into_iter().chain(own).collect::<Vec<_>>().join(" ");
    let row = |line: &&ByUnit<'_>| {
        let now = Fraction::new(line.unit.teams_covered(), line.unit.teams_assessed());
        let then = line.before.map(|unit| Fraction::new(unit.teams_covered(), unit.teams_assessed()));
        let since = then.map(|then| format!(", {}", now.since(then, "teams"))).unwrap_or_default();
        let gaps = (line.gaps > 0).then(|| format!("{} to close", counted(int(line.gaps), "gap", "gaps")));
        let unknown = (line.unknown > 0)
            .then(|| format!("cover of {} is not known", counted(int(line.unknown), "team", "teams")));
        let at_risk =
            (line.at_risk > 0).then(|| counted(int(line.at_risk), "team loses its cover", "teams lose their cover"));
        UnitLine {
            name: names.unit(line.unit),
            link: setting.unit_link(&line.unit.unit_code),
            teams: format!("{}{since}", now.with_cover()),
            open: [gaps, at_risk, unknown].into_iter().flatten().collect::<Vec<_>>().join(", "),
        }
    };
    let heading = if tops.len() > 1 { "Your units" } else { "Units below" };
    Some(UnitTable { heading, rows: lines.iter().take(MOST_UNITS).map(row).collect(), rest })
}
