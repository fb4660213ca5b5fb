//! `psn export`: one day's coverage as the four files at the end of IMPORT.md, and one with the reasons why allocations do not
//! count.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args as ClapArgs;
use entity::actor::Actor;
use entity::coverage::disclosure::{Columns, Limit};
use entity::coverage::mix::Verdict;
use entity::coverage::rollup::level1_met;
use entity::coverage::roster::UnitIx;
use entity::coverage::{Coverage, Disclosure, Index, Level1Band, Question, TeamRow, compute};
use entity::data_age;
use entity::id::PersonId;
use entity::period::Day;
use entity::store::audit::{self, Event};
use entity::store::{published, roster};
use entity::table::person;
use entity::value::{Action, StandingGroup, Status};
use jobs::output::owner_only;
use jobs::output::safe_csv::{cell, with_bom};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::say;
use crate::error::ExitError;

/// The maximum number of IDs in one query; both engines accept more.
const IDS_PER_QUERY: usize = 5_000;

/// Export one day's coverage as coverage.csv, rollup.csv, standing.csv, layers.csv and not_counting.csv.
///
/// The figures are exact and standing.csv is about single people, so these files are only for the service administrator. With
/// --published, only what may be shared is written: no standing.csv, Level 1 in bands, and small numbers are `hidden`.
#[derive(Debug, ClapArgs)]
pub struct ExportArgs {
    /// The date, such as 2026-11-16
    #[arg(long, value_name = "DAY")]
    pub as_of: Day,
    /// Folder to write to; it is created if it does not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write only what may be shared: no standing.csv, Level 1 in bands, small numbers hidden
    #[arg(long)]
    pub published: bool,
}

/// Computes the coverage, writes the files, replacing existing ones, and prints their names. The export is recorded in the
/// audit log first: an export that cannot be recorded is not written.
///
/// # Errors
///
/// [`ExitError::Failed`] if the data cannot be read, the export cannot be recorded or a file cannot be written;
/// [`ExitError::Refused`] if the files to share would be next to one that must not be shared.
pub async fn run(
    args: ExportArgs,
    db: &DatabaseConnection,
    limit: Limit,
    now: DateTime<Utc>,
    today: Day,
) -> Result<(), ExitError> {
    let ExportArgs { as_of, out, published } = args;
    let facts =
        roster::load(db).await.map_err(|error| ExitError::Failed(format!("the data cannot be read: {error}")))?;
    facts.check_complete(as_of).map_err(|error| ExitError::Refused(error.to_string()))?;
    let coverage = compute(&facts.index, &Question { day: as_of, today: Some(today), what_if: None });
    let people = supporters(db, &facts.index)
        .await
        .map_err(|error| ExitError::Failed(format!("the people cannot be read: {error}")))?;
    owner_only::create_dir(&out)
        .map_err(|error| ExitError::Failed(format!("{} cannot be created: {error}", out.display())))?;
    let publication = match published {
        true => {
            let (_, disclosure) = published::published_on(db, &facts.index, &coverage)
                .await
                .map_err(|error| ExitError::Failed(format!("the earlier publications cannot be read: {error}")))?;
            Some(Publication { disclosure, limit })
        }
        false => None,
    };
    let day = Exported { index: &facts.index, coverage: &coverage, published: publication };
    let mut files = vec![
        ("coverage.csv", day.coverage_rows()),
        ("rollup.csv", day.rollup_rows()),
        ("layers.csv", day.layer_rows()),
        ("not_counting.csv", day.not_counting_rows()),
    ];
    if published {
        let single = out.join("standing.csv");
        if single.exists() {
            return Err(ExitError::Refused(format!(
                "{} is about single people and must not be shared: choose another folder",
                single.display()
            )));
        }
    } else {
        files.push(("standing.csv", standing_rows(&facts.index, &coverage, &people)));
    }
    let counts = files.iter().map(|(name, rows)| (name.to_string(), json!(rows.len() - 1)));
    let event = Event {
        object: Some(format!("coverage:{as_of}")),
        after: Some(json!({ "published": published, "rows": serde_json::Map::from_iter(counts) })),
        ..Event::new(now, Actor::Operator, Action::CoverageExported)
    };
    audit::record_alone(db, &event).await.map_err(|error| {
        ExitError::Failed(format!("the export cannot be recorded in the audit log, so nothing was written: {error}"))
    })?;
    for (name, rows) in files {
        let path = out.join(name);
        write(&path, &rows)
            .map_err(|error| ExitError::Failed(format!("{} cannot be written: {error}", path.display())))?;
        say(format!("{} ({} rows)", path.display(), rows.len() - 1))?;
    }
    match age_of_lists(&coverage, &facts.index, today) {
        Some(sentence) => say(sentence),
        None => Ok(()),
    }
}

/// Describes the age of the oldest staff list behind the figures; `None` if there is no list.
fn age_of_lists(coverage: &Coverage, index: &Index, today: Day) -> Option<String> {
    let (as_at, employer) = coverage.units.iter().filter_map(|unit| unit.oldest_list).min()?;
    let employer = employer.map_or_else(String::new, |employer| format!("{}, ", index.roster().words.get(employer)));
    let days = today.days_since(as_at);
    Some(if data_age::is_old(days) {
        format!("Warning: these figures are based on staff lists up to {days} days old ({employer}as at {as_at}).")
    } else {
        format!("The oldest staff list behind these figures is as at {as_at}.")
    })
}

type CsvRow = Vec<String>;

fn write(path: &Path, rows: &[CsvRow]) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(with_bom(owner_only::Replacement::begin(path)?)?);
    for row in rows {
        writer.write_record(row.iter().map(|text| cell(text).into_owned()))?;
    }
    writer.into_inner().map_err(|error| error.into_error())?.put_in_place()?;
    Ok(())
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

/// The cell for a number that is too small to share. A blank cell would mean that there is none.
const HIDDEN: &str = "hidden";

/// The coverage of one day, and what of it may be shared. Without `published`, the figures are exact.
struct Exported<'a> {
    index: &'a Index,
    coverage: &'a Coverage,
    published: Option<Publication>,
}

/// What may be shared.
struct Publication {
    disclosure: Disclosure,
    limit: Limit,
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

    fn coverage_rows(&self) -> Vec<CsvRow> {
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

    fn rollup_rows(&self) -> Vec<CsvRow> {
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
    fn layer_rows(&self) -> Vec<CsvRow> {
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
    fn not_counting_rows(&self) -> Vec<CsvRow> {
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

/// Returns employer and employee number of all people with a Peer Supporter allocation.
async fn supporters(
    db: &DatabaseConnection,
    index: &Index,
) -> Result<HashMap<PersonId, (String, String)>, sea_orm::DbErr> {
    let roster = index.roster();
    let mut ids: Vec<_> = roster.allocations.iter().map(|row| row.filed_for).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut people = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_QUERY) {
        let rows = person::Entity::find().filter(person::Column::Id.is_in(ids.iter().copied())).all(db).await?;
        people.extend(rows.into_iter().map(|row| (row.id, (row.employer, row.number))));
    }
    Ok(people)
}

fn standing_rows(index: &Index, coverage: &Coverage, people: &HashMap<PersonId, (String, String)>) -> Vec<CsvRow> {
    let roster = index.roster();
    let mut sorted: Vec<_> = coverage
        .standings
        .iter()
        .map(|standing| {
            let allocation = &roster.allocations[standing.allocation as usize];
            let (employer, number) = people.get(&allocation.filed_for).cloned().unwrap_or_default();
            let unit = &roster.units[allocation.unit.at()].code;
            ((unit, employer, number, allocation.validity.from), allocation.share, standing.reasons)
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
