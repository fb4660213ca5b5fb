//! The list of units: one line each.

use crate::report::build::{ByUnit, Report};
use crate::report::render::names::Names;
use crate::report::render::setting::Setting;
use crate::report::wording::{Fraction, counted, int, number};

/// Maximum number of units.
const MOST_UNITS: usize = 25;

/// The list of units.
#[derive(Debug)]
pub(in crate::report::render) struct UnitTable {
    pub(in crate::report::render) heading: &'static str,
    pub(in crate::report::render) rows: Vec<UnitLine>,
    pub(in crate::report::render) rest: String,
}

#[derive(Debug)]
pub(in crate::report::render) struct UnitLine {
    pub(in crate::report::render) name: String,
    pub(in crate::report::render) link: Option<String>,
    /// `3 of 8 teams have cover, up from 2 of 8`.
    pub(in crate::report::render) teams: String,
    /// What there is to do in the unit. Empty if nothing.
    pub(in crate::report::render) open: String,
}

pub(super) fn by_unit(report: &Report<'_>, setting: &Setting, names: &Names) -> Option<UnitTable> {
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

/// Returns a sentence about the units that are not shown. `None` if all are.
pub(super) fn and_more(all: usize, most: usize) -> Option<String> {
    match all.saturating_sub(most) {
        0 => None,
        1 => Some("And 1 more unit.".to_owned()),
        more => Some(format!("And {} more units.", number(more))),
    }
}
