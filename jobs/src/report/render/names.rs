//! The names of teams and units in a mail: the name alone, with the site if two teams have the same name, or with the code if
//! the site does not distinguish them either.

use std::collections::HashMap;

use entity::id::UnitId;

use crate::output::one_line::clip;
use crate::report::build::Report;
use crate::report::snapshot_tree::{SnapshotUnit, Team};

/// Maximum length of the name of a team or unit in characters. The attached list has it in full.
const LONGEST: usize = 80;

/// Names that are unique within one mail.
pub(super) struct Names(HashMap<UnitId, String>);

impl Names {
    /// Chooses the names of every team and unit of the report.
    pub(super) fn new<'a>(report: &Report<'a>) -> Self {
        let teams = report.teams_listed.iter().map(|listed| listed.team);
        let teams = teams.chain(report.closed.iter().map(|closed| closed.before));
        let team = |team: &'a Team| {
            let site = report.sites.get(&team.unit_id).map(String::as_str);
            (team.unit_id, Name { name: &team.unit_name, site, code: &team.unit_code })
        };
        let unit =
            |unit: &'a SnapshotUnit| (unit.unit_id, Name { name: &unit.unit_name, site: None, code: &unit.unit_code });
        let units = report.units.iter().map(|answered| answered.unit);
        let units = units.chain(report.by_unit.iter().map(|line| line.unit));
        let all: HashMap<UnitId, Name<'_>> = units.map(unit).chain(teams.map(team)).collect();
        let mut by_name: HashMap<&str, usize> = HashMap::new();
        let mut by_site: HashMap<(&str, Option<&str>), usize> = HashMap::new();
        for Name { name, site, .. } in all.values() {
            *by_name.entry(name).or_default() += 1;
            *by_site.entry((name, *site)).or_default() += 1;
        }
        let shown = |Name { name, site, code }: Name<'_>| match site {
            _ if by_name.get(name) == Some(&1) => clip(name, LONGEST),
            Some(site) if by_site.get(&(name, Some(site))) == Some(&1) => {
                format!("{}, {}", clip(name, LONGEST), clip(site, LONGEST))
            }
            Some(_) | None => format!("{} ({})", clip(name, LONGEST), clip(code, LONGEST)),
        };
        Self(all.into_iter().map(|(id, name)| (id, shown(name))).collect())
    }

    pub(super) fn team(&self, team: &Team) -> String {
        self.0.get(&team.unit_id).cloned().unwrap_or_else(|| clip(&team.unit_name, LONGEST))
    }

    pub(super) fn unit(&self, unit: &SnapshotUnit) -> String {
        self.0.get(&unit.unit_id).cloned().unwrap_or_else(|| clip(&unit.unit_name, LONGEST))
    }
}

struct Name<'a> {
    name: &'a str,
    site: Option<&'a str>,
    code: &'a str,
}
