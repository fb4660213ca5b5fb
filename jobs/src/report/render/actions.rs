//! "Do this week": at most five things, worst first, each with what to do and where.

use entity::id::UnitId;
use entity::value::{Status, UnknownBecause};

use super::Setting;
use super::names::Names;
use crate::report::board::{Team, Unit};
use crate::report::build::{Report, below_target, champions_short, one_per_group};
use crate::report::tasks::{approvals_that_lapse, to_close, to_keep};
use crate::report::words::{Fraction, counted, grouped, near_day};

/// Lines of the list at most: what a person can keep in mind.
const MOST: usize = 5;
/// A team that loses its cover within so many days comes before every gap.
const URGENT_DAYS: i64 = 14;
/// Teams of that kind that have a line of their own.
const MOST_URGENT: usize = 2;

/// One thing to do.
#[derive(Debug)]
pub(super) struct Action {
    /// What is the matter and what to do.
    pub(super) text: String,
    /// Text and address of a link to where it can be seen.
    pub(super) link: Option<(&'static str, String)>,
    /// The team, if it is about one.
    pub(super) team: Option<UnitId>,
}

/// What to do this week, worst first: cover that is about to end, gaps by staff affected, approvals to renew, staff lists to
/// correct and approvals to confirm; Level 1 and Wellbeing Champions if there is room.
pub(super) fn actions(report: &Report<'_>, setting: &Setting, names: &Names) -> Vec<Action> {
    let team_link = |team: &Team| setting.team_link(&team.code).map(|link| ("Open the team", link));
    let top = report.units.first().map(|answered| answered.unit);
    let unit_link = || top.and_then(|unit| setting.unit_link(&unit.code)).map(|link| ("Open the list", link));
    let day = |day| near_day(day, report.day);

    // Teams of a cover group have one gap and lose one cover.
    let named = |team: &Team, one: &str, several: &str| match &team.cover_group {
        Some(_) => format!("{} and the teams of its cover group {several}", names.team(team)),
        None => format!("{} {one}", names.team(team)),
    };
    let is_urgent = |team: &&Team| team.at_risk_from.is_some_and(|from| from.days_since(report.day) <= URGENT_DAYS);
    let (urgent, later): (Vec<&Team>, Vec<&Team>) =
        one_per_group(report.at_risk.iter().map(|place| place.team)).partition(is_urgent);
    let mut first: Vec<Action> = Vec::new();
    for team in urgent.iter().take(MOST_URGENT) {
        let from = team.at_risk_from.map(day).unwrap_or_default();
        let text = format!("{} on {from}. {}", named(team, "loses its cover", "lose their cover"), to_keep(team));
        first.push(Action { text, link: team_link(team), team: Some(team.id) });
    }

    let mut last: Vec<Action> = Vec::new();
    let not_named = || urgent.iter().skip(MOST_URGENT).chain(&later);
    let approvals: i64 = not_named().map(|team| approvals_that_lapse(team)).sum();
    let until = not_named().filter(|team| approvals_that_lapse(team) > 0).filter_map(|team| team.at_risk_from).max();
    if let Some(until) = until {
        let text = format!(
            "Renew {} before {}, so that no team loses its cover.",
            counted(approvals, "approval that lapses", "approvals that lapse"),
            day(until)
        );
        last.push(Action { text, link: unit_link(), team: None });
    }
    if report.unproven > 0 {
        let text = format!(
            "Confirm the approvals of {}: a person gave them who did not hold the office on that day.",
            counted(report.unproven, "team", "teams")
        );
        last.push(Action { text, link: unit_link(), team: None });
    }
    let lists = report.gaps.iter().filter(|gap| {
        matches!(gap.place.team.unknown_because, Some(UnknownBecause::RowsNotRead | UnknownBecause::DataStale))
    });
    let lists = i64::try_from(lists.count()).unwrap_or(i64::MAX);
    if lists > 0 {
        let text = format!(
            "Ask for a correct staff list: cover of {} cannot be known without it.",
            counted(lists, "team", "teams")
        );
        last.push(Action { text, link: unit_link(), team: None });
    }

    let gaps = one_per_group(report.gaps.iter().map(|gap| gap.place.team));
    let gaps = gaps.filter(|team| team.status != Status::Unknown);
    let (none, some): (Vec<&Team>, Vec<&Team>) = gaps.partition(|team| team.status == Status::None);
    let room = MOST.saturating_sub(first.len() + last.len());
    for team in none.into_iter().chain(some).take(room) {
        let staff = counted(i64::from(team.headcount), "member of staff", "staff");
        let what = match team.status {
            Status::None => named(team, "has no Peer Supporter", "have no Peer Supporter"),
            Status::MixGap => named(
                team,
                "does not have the mix that its policy asks for",
                "do not have the mix that their policy asks for",
            ),
            _ => named(team, "has too few Peer Supporters", "have too few Peer Supporters"),
        };
        let since =
            team.gap_opened_on.filter(|since| *since < report.day).map(|since| format!(", since {}", day(since)));
        let text = format!("{what} ({staff}{}). {}", since.unwrap_or_default(), to_close(team).join(" "));
        first.push(Action { text, link: team_link(team), team: Some(team.id) });
    }
    first.append(&mut last);
    first.extend(level1(report, setting, names));
    first.extend(champions(report).map(|text| Action { text, link: unit_link(), team: None }));
    first.truncate(MOST);
    first
}

/// About the unit that lacks most people to reach its target.
fn level1(report: &Report<'_>, setting: &Setting, names: &Names) -> Option<Action> {
    let lacking = |unit: &Unit| {
        let needed = i64::from(unit.level1_target.unwrap_or(0)) * i64::from(unit.headcount);
        needed - i64::from(unit.level1_done) * 100
    };
    let tops: Vec<&Unit> =
        report.units.iter().filter(|answered| !answered.nested).map(|answered| answered.unit).collect();
    let below = tops.iter().filter(|unit| below_target(unit.level1_done, unit.headcount, unit.level1_target));
    let unit = below.max_by_key(|unit| lacking(unit))?;
    let staff = if tops.len() > 1 { format!("staff of {}", names.unit(unit)) } else { "staff".to_owned() };
    let text = format!(
        "Ask {staff} to do the Level 1 module: {} have done it, the target is {} %.",
        Fraction::of(unit.level1_done, unit.headcount).words("staff"),
        unit.level1_target.unwrap_or(0)
    );
    let link = setting.unit_link(&unit.code).map(|link| ("Open the unit", link));
    Some(Action { text, link, team: None })
}

fn champions(report: &Report<'_>) -> Option<String> {
    let short = one_per_group(report.champions.iter().map(|place| place.team)).filter_map(champions_short);
    let missing: i64 = short.map(|(have, needed)| i64::from(needed) - i64::from(have)).sum();
    let teams = i64::try_from(report.champions.len()).unwrap_or(i64::MAX);
    (missing > 0).then(|| {
        format!(
            "Find {} for {}.",
            counted(missing, "Wellbeing Champion", "Wellbeing Champions"),
            if teams == 1 { "1 team".to_owned() } else { format!("{} teams", grouped(teams)) }
        )
    })
}
