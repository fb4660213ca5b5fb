//! The rows of the files, as docs/IMPORT.md lists their columns.

use std::collections::HashMap;

use entity::coverage::disclosure::{Columns, Limit};
use entity::coverage::mix::Verdict;
use entity::coverage::rollup::level1_met;
use entity::coverage::roster::UnitIx;
use entity::coverage::{Coverage, Disclosure, Index, Level1Band, TeamRow};
use entity::id::PersonId;
use entity::value::{StandingGroup, Status};

/// The cells of one line.
pub(super) type CsvRow = Vec<String>;

/// The cell for a number that is too small to share. A blank cell would mean that there is none.
const HIDDEN: &str = "hidden";

/// The coverage of one day, and what of it may be shared. Without `published`, the figures are exact.
pub(super) struct Exported<'a> {
    pub(super) index: &'a Index,
    pub(super) coverage: &'a Coverage,
    pub(super) published: Option<Publication>,
}

/// What may be shared.
pub(super) struct Publication {
    pub(super) disclosure: Disclosure,
    pub(super) limit: Limit,
}

impl Exported<'_> {
    /// Returns the header of a file. A file to share has the band of Level 1 instead of the count.
    fn header(&self, line: &str) -> CsvRow {
        let mut cells = header(line);
        if self.published.is_some() {
            cells.iter_mut().filter(|cell| *cell == "Level 1 Done").for_each(|cell| "Level 1 Band".clone_into(cell));
        }
        cells
    }

    /// Returns how many of a unit's people have completed Level 1, or the band that may be shared.
    fn level1(&self, done: u32, headcount: u32) -> String {
        match &self.published {
            None => done.to_string(),
            Some(_) if headcount == 0 => String::new(),
            Some(published) => {
                Level1Band::published(done, headcount, published.limit).map_or(HIDDEN, Level1Band::as_str).to_owned()
            }
        }
    }

    /// Returns the same for a team. The band of a cover group, together with those of its members, would reveal the smallest of
    /// them.
    fn team_level1(&self, team: &TeamRow) -> String {
        match &self.published {
            Some(_) if team.assessed_with.len() > 1 => HIDDEN.to_owned(),
            _ => self.level1(team.level1_done, team.headcount),
        }
    }

    /// Returns whether a team meets its Level 1 target, if the shown figure already reveals that.
    fn team_level1_met(&self, team: &TeamRow, target: u32) -> String {
        let Some(published) = &self.published else {
            return optional(level1_met(team.level1_done, team.headcount, target).map(yes_no));
        };
        let band = Level1Band::published(team.level1_done, team.headcount, published.limit);
        match band.filter(|_| team.assessed_with.len() <= 1).and_then(|band| band.decides(target)) {
            Some(met) => yes_no(met),
            None if team.headcount == 0 => String::new(),
            None => HIDDEN.to_owned(),
        }
    }

    fn hidden_standing(&self, unit: UnitIx) -> Columns {
        let id = self.index.roster().units[unit.at()].id;
        self.published.as_ref().map(|published| published.disclosure.hidden_standing(id)).unwrap_or_default()
    }

    pub(super) fn coverage_rows(&self) -> Vec<CsvRow> {
        let coverage = self.coverage;
        let index = self.index;
        let mut rows = vec![self.header(
            "As At,Unit Code,Unit Name,Headcount,WTE,Active Supporters,Allocated Share,Required,Gap,Status,At Risk From,\
         Single Point,Champions,Level 1 Done,Policy Unit,Cover Group,Mix Unmet,Unknown Because,Rows Not Read,\
         Unproven",
        )];
        let roster = index.roster();
        rows.extend(coverage.teams.iter().map(|team| {
            let unit = &roster.units[team.unit.at()];
            let unmet: Vec<_> = team
                .mix
                .iter()
                .filter(|outcome| outcome.verdict == Verdict::Unmet)
                .map(|outcome| format!("{} {}", if outcome.rule.must { "MUST" } else { "SHOULD" }, outcome.rule.text))
                .collect();
            vec![
                coverage.day.to_string(),
                unit.code.clone(),
                unit.name.clone(),
                team.headcount.to_string(),
                hundredths(team.wte),
                team.supporters.to_string(),
                team.share.to_string(),
                optional(team.required),
                optional(team.gap),
                team.status.to_string(),
                optional(team.risk.as_ref().map(|risk| risk.day)),
                yes_no(team.single_point),
                team.champions.to_string(),
                self.team_level1(team),
                optional(team.policy_unit.map(|(from, _)| &roster.units[from.at()].code)),
                optional(unit.cover_group.map(|group| roster.words.get(group))),
                unmet.join(";"),
                optional(team.unknown_because),
                team.rows_not_read.to_string(),
                shown(team.unproven, self.published.is_some()),
            ]
        }));
        rows
    }

    pub(super) fn rollup_rows(&self) -> Vec<CsvRow> {
        let coverage = self.coverage;
        let index = self.index;
        let mut rows = vec![self.header(
            "As At,Unit Code,Headcount,WTE,Teams,Covered,At Risk,Partial,None,Mix Gap,Unknown,Exempt,Not Applicable,\
         Staff Covered,Staff Assessed,Level 1 Done,Active Supporters,Trainers,Champions,\
         Champion Teams Met,Champion Teams,Trainer Units Met,Trainer Units",
        )];
        rows.extend(coverage.units.iter().map(|unit| {
            let mut row = vec![
                coverage.day.to_string(),
                index.roster().units[unit.unit.at()].code.clone(),
                unit.headcount.to_string(),
                hundredths(unit.wte),
                unit.teams.teams().to_string(),
            ];
            let statuses = [
                Status::Covered,
                Status::AtRisk,
                Status::Partial,
                Status::None,
                Status::MixGap,
                Status::Unknown,
                Status::Exempt,
                Status::NotApplicable,
            ];
            row.extend(statuses.map(|status| unit.teams.count(status).to_string()));
            row.extend([unit.staff_covered, unit.staff_assessed].map(|figure| figure.to_string()));
            row.push(self.level1(unit.level1_done, unit.headcount));
            let figures = [
                unit.active_supporters,
                unit.trainers,
                unit.champions,
                unit.champion_teams.met,
                unit.champion_teams.asked,
                unit.trainer_units.met,
                unit.trainer_units.asked,
            ];
            row.extend(figures.map(|figure| figure.to_string()));
            row
        }));
        rows
    }

    /// Returns the teams with a policy, then the units with a policy and those that need embedded Trainers, by unit code.
    pub(super) fn layer_rows(&self) -> Vec<CsvRow> {
        let coverage = self.coverage;
        let index = self.index;
        let code = |unit: UnitIx| index.roster().units[unit.at()].code.clone();
        let day = coverage.day.to_string();
        let mut rows = vec![self.header(
            "As At,Unit Code,Kind,Champions or Trainers,Needed or Active,Met,Level 1 Done,Headcount,Level 1 Met",
        )];
        rows.extend(coverage.teams.iter().filter_map(|team| {
            let policy = team.policy.as_ref()?;
            Some(vec![
                day.clone(),
                code(team.unit),
                "team".to_owned(),
                team.champions.to_string(),
                policy.min_champions.to_string(),
                optional(team.champions_met().map(yes_no)),
                self.team_level1(team),
                team.headcount.to_string(),
                self.team_level1_met(team, policy.level1_target),
            ])
        }));
        let row = |unit: UnitIx, kind: &str, [have, need]: [u32; 2], met: bool| {
            let mut cells =
                vec![day.clone(), code(unit), kind.to_owned(), have.to_string(), need.to_string(), yes_no(met)];
            cells.resize(9, String::new());
            cells
        };
        for unit in &coverage.units {
            let enough = unit.trainers_met();
            rows.extend(enough.map(|met| row(unit.unit, "unit", [unit.trainers, unit.active_supporters], met)));
            let embedded = unit.embedded;
            rows.extend(
                embedded.map(|found| row(unit.unit, "embedded", [found.trainers, found.needed], found.is_met())),
            );
        }
        rows
    }

    /// Returns the allocations of every unit that are valid on the day, by the reason why they do not count.
    pub(super) fn not_counting_rows(&self) -> Vec<CsvRow> {
        let mut rows =
            vec![header("As At,Unit Code,Allocations,Count,Not Available,Training,Approval,Protected Time,Other")];
        rows.extend(self.coverage.units.iter().map(|row| {
            let hidden = self.hidden_standing(row.unit);
            let unit = &self.index.roster().units[row.unit.at()];
            let mut cells = vec![self.coverage.day.to_string(), unit.code.clone(), row.standing.total().to_string()];
            let groups = StandingGroup::ALL.iter().map(|group| shown(row.standing.count(*group), group.is_in(hidden)));
            cells.extend(groups);
            cells
        }));
        rows
    }
}

fn shown(figure: u32, hidden: bool) -> String {
    if hidden { HIDDEN.to_owned() } else { figure.to_string() }
}

/// Returns the rows of standing.csv, by unit, employer and employee number.
pub(super) fn standing_rows(
    index: &Index,
    coverage: &Coverage,
    people: &HashMap<PersonId, (String, String)>,
) -> Vec<CsvRow> {
    let roster = index.roster();
    let mut sorted: Vec<_> = coverage
        .standings
        .iter()
        .map(|standing| {
            let allocation = &roster.allocations[standing.allocation as usize];
            let (employer, number) = people.get(&allocation.filed_for).cloned().unwrap_or_default();
            let unit = &roster.units[allocation.unit.at()].code;
            ((unit, employer, number, allocation.validity.from), allocation.share_on(coverage.day), standing.reasons)
        })
        .collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let mut rows = vec![header("As At,Employer,Employee Number,Unit Code,Share,Headline,Reasons")];
    rows.extend(sorted.into_iter().map(|((unit, employer, number, _), share, reasons)| {
        vec![
            coverage.day.to_string(),
            employer,
            number,
            unit.clone(),
            share.to_string(),
            reasons.headline().map_or("ACTIVE", |reason| reason.as_str()).to_owned(),
            reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(";"),
        ]
    }));
    rows
}

fn header(line: &str) -> CsvRow {
    line.split(',').map(str::to_owned).collect()
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn yes_no(value: bool) -> String {
    if value { "Yes" } else { "No" }.to_owned()
}

fn hundredths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", value.abs() / 100, value.abs() % 100)
}
