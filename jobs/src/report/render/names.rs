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
    pub(super) fn new(report: &Report<'_>) -> Self {
        let teams = report.teams_listed.iter().map(|listed| listed.team);
        let teams = teams.chain(report.closed.iter().map(|closed| closed.before));
        let all: HashMap<UnitId, Name<'_>> = report
            .units
            .iter()
            .map(|answered| answered.unit)
            .chain(report.by_unit.iter().map(|line| line.unit))
            .map(|unit| (unit.id, Name { name: &unit.name, site: None, code: &unit.code }))
            .chain(teams.map(|team| (team.id, Name { name: &team.name, site: team.site.as_deref(), code: &team.code })))
            .collect();
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
        self.0.get(&team.id).cloned().unwrap_or_else(|| clip(&team.name, LONGEST))
    }

    pub(super) fn unit(&self, unit: &SnapshotUnit) -> String {
        self.0.get(&unit.id).cloned().unwrap_or_else(|| clip(&unit.name, LONGEST))
    }
}

struct Name<'a> {
    name: &'a str,
    site: Option<&'a str>,
    code: &'a str,
}
