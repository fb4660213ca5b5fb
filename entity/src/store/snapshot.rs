//! Stores a day's coverage once (COVERAGE.md section 8), for reports, trends and retries.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::disclosure::{DecisionWriter, Stored};
use crate::coverage::change::gap_opened_on;
use crate::coverage::mix::MixResult;
use crate::coverage::{Breakdowns, Coverage, Disclosure, Index, TeamRow, UnitRow};
use crate::id::UnitId;
use crate::interner::Symbol;
use crate::json_column::{AtRiskCauses, MixResults, NotCounting, StoredMixResult};
use crate::period::Day;
use crate::table::{snapshot, snapshot_team, snapshot_unit};
use crate::value::Status;

/// Number of rows per INSERT: as many as SQLite's 32,766 bound values allow for the wider of the two tables.
const ROWS: usize = 1_000;

/// A day's coverage to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewSnapshot<'a> {
    /// The roster from which the coverage was computed.
    pub index: &'a Index,
    /// The coverage of the day.
    pub coverage: &'a Coverage,
    /// The breakdown of the same day.
    pub breakdowns: &'a Breakdowns,
    /// Which cells of the breakdown are hidden.
    pub disclosure: &'a Disclosure,
    /// The version of the facts in the roster.
    pub facts_version: i64,
    /// When the coverage was computed.
    pub computed_at: DateTime<Utc>,
}

/// Stores coverage as the newest revision of its day within a writing transaction: readers see it completely once the
/// caller commits.
///
/// # Errors
///
/// The database error. If two processes store the same day at the same moment, their revisions may collide, and one of
/// them stores nothing.
pub async fn write(txn: &DatabaseTransaction, new: NewSnapshot<'_>) -> Result<snapshot::Model, DbErr> {
    let NewSnapshot { index, coverage, breakdowns, disclosure, facts_version, computed_at } = new;
    let decision = DecisionWriter::new(breakdowns, disclosure);
    let revision: Option<i32> = snapshot::Entity::find()
        .filter(snapshot::Column::Day.eq(coverage.day))
        .select_only()
        .column_as(snapshot::Column::Revision.max(), "newest")
        .into_tuple::<Option<i32>>()
        .one(txn)
        .await?
        .flatten();
    let day = coverage.day;
    let header = snapshot::Entity::insert(snapshot::ActiveModel {
        day: Set(day),
        revision: Set(revision.unwrap_or(0) + 1),
        computed_at: Set(computed_at),
        facts_version: Set(Some(facts_version)),
        ..Default::default()
    })
    .exec_with_returning(txn)
    .await?;
    let before = open_gaps(txn, day).await?;
    for teams in coverage.teams.chunks(ROWS) {
        let rows: Vec<_> =
            teams.iter().map(|team| team_model(index, &header, team, &before).into_active_model()).collect();
        snapshot_team::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    for units in coverage.units.chunks(ROWS) {
        let rows: Vec<_> =
            units.iter().map(|unit| unit_model(index, &header, unit, &decision).into_active_model()).collect();
        snapshot_unit::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(header)
}

/// Returns the newest revision of the snapshot of `day`.
pub async fn newest_of(db: &impl ConnectionTrait, day: Day) -> Result<Option<snapshot::Model>, DbErr> {
    snapshot::Entity::find()
        .filter(snapshot::Column::Day.eq(day))
        .order_by_desc(snapshot::Column::Revision)
        .one(db)
        .await
}

/// Returns the newest revision of each Monday before `monday` that has one, oldest first, at most `weeks` back.
pub async fn mondays_before(db: &impl ConnectionTrait, monday: Day, weeks: u16) -> Result<Vec<snapshot::Model>, DbErr> {
    let mondays = (1..=i64::from(weeks)).map(|back| monday.plus_days(-7 * back));
    let mut found = newest_first().filter(snapshot::Column::Day.is_in(mondays)).all(db).await?;
    found.dedup_by_key(|snapshot| snapshot.day);
    found.reverse();
    Ok(found)
}

/// Returns the newest revision of the last stored day up to and including `day`.
pub async fn last_until(db: &impl ConnectionTrait, day: Day) -> Result<Option<snapshot::Model>, DbErr> {
    newest_first().filter(snapshot::Column::Day.lte(day)).one(db).await
}

/// Returns the newest revision of the last stored day.
pub async fn newest(db: &impl ConnectionTrait) -> Result<Option<snapshot::Model>, DbErr> {
    newest_first().one(db).await
}

fn newest_first() -> Select<snapshot::Entity> {
    snapshot::Entity::find().order_by_desc(snapshot::Column::Day).order_by_desc(snapshot::Column::Revision)
}

/// Returns the newest revision of the last stored day before `day`.
pub async fn last_before(db: &impl ConnectionTrait, day: Day) -> Result<Option<snapshot::Model>, DbErr> {
    newest_first().filter(snapshot::Column::Day.lt(day)).one(db).await
}

/// Returns the status of every team in the last snapshot before `day`, and the day on which its gap opened.
async fn open_gaps(db: &impl ConnectionTrait, day: Day) -> Result<HashMap<UnitId, (Status, Option<Day>)>, DbErr> {
    let Some(last) = last_before(db, day).await? else { return Ok(HashMap::new()) };
    let rows = snapshot_team::Entity::find()
        .filter(snapshot_team::Column::SnapshotId.eq(last.id))
        .select_only()
        .columns([snapshot_team::Column::UnitId, snapshot_team::Column::Status, snapshot_team::Column::GapOpenedOn])
        .into_tuple::<(UnitId, Status, Option<Day>)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(unit, status, opened)| (unit, (status, opened))).collect())
}

fn team_model(
    index: &Index,
    snapshot: &snapshot::Model,
    team: &TeamRow,
    before: &HashMap<UnitId, (Status, Option<Day>)>,
) -> snapshot_team::Model {
    let roster = index.roster();
    let unit = &roster.units[team.unit.at()];
    let risk = team.risk.as_ref();
    // Stored causes are mailed, so they hold no more than may be forwarded.
    let causes = risk.map(|risk| risk.published_causes(index)).unwrap_or_default();
    let policy = team.policy.as_ref();
    snapshot_team::Model {
        snapshot_id: snapshot.id,
        unit_id: unit.id,
        unit_code: unit.code.clone(),
        unit_name: unit.name.clone(),
        cover_group: (team.assessed_with.len() > 1)
            .then(|| unit.cover_group.map(|group| roster.words.get(group).to_owned()))
            .flatten(),
        own_headcount: stored(team.own_headcount),
        headcount: stored(team.headcount),
        wte: team.wte,
        supporters: stored(team.supporters),
        share: stored(team.share),
        required: team.required.map(stored),
        gap: team.gap.map(stored),
        status: team.status,
        unknown_because: team.unknown_because,
        rows_not_read: stored(team.rows_not_read),
        unproven: stored(team.unproven),
        oldest_list_on: team.oldest_list.map(|(as_at, _)| as_at),
        oldest_list_employer: employer_of(index, team.oldest_list),
        single_point: team.single_point,
        at_risk_from: risk.map(|risk| risk.day),
        at_risk_status: risk.map(|risk| risk.status),
        at_risk_causes: AtRiskCauses(causes),
        not_counting: NotCounting(team.not_counting.clone()),
        champions: stored(team.champions),
        champions_needed: policy.map(|policy| stored(policy.min_champions)),
        level1_done: stored(team.level1_done),
        level1_target: policy.map(|policy| stored(policy.level1_target)),
        policy_unit_code: team.policy_unit.map(|(from, _)| roster.units[from.at()].code.clone()),
        policy_from: team.policy_unit.map(|(_, from)| from),
        mix: MixResults(team.mix.iter().map(mix_result).collect()),
        gap_opened_on: gap_opened_on(team.status, snapshot.day, before.get(&unit.id).copied()),
    }
}

fn mix_result(outcome: &MixResult) -> StoredMixResult {
    StoredMixResult {
        rule: outcome.rule.text.clone(),
        must: outcome.rule.must,
        verdict: outcome.verdict,
        sentence: outcome.published_sentence(),
    }
}

fn unit_model(
    index: &Index,
    snapshot: &snapshot::Model,
    row: &UnitRow,
    decision: &DecisionWriter<'_>,
) -> snapshot_unit::Model {
    let roster = index.roster();
    let unit = &roster.units[row.unit.at()];
    let teams = |status| stored(row.teams.count(status));
    let Stored { standing, own_standing, standing_hidden, disclosure } = decision.stored(unit.id, &row.standing);
    snapshot_unit::Model {
        snapshot_id: snapshot.id,
        unit_id: unit.id,
        unit_code: unit.code.clone(),
        unit_name: unit.name.clone(),
        parent_id: unit.parent(snapshot.day).map(|above| roster.units[above.at()].id),
        headcount: stored(row.headcount),
        wte: row.wte,
        teams: stored(row.teams.teams()),
        covered: teams(Status::Covered),
        at_risk: teams(Status::AtRisk),
        partial: teams(Status::Partial),
        none: teams(Status::None),
        mix_gap: teams(Status::MixGap),
        unknown: teams(Status::Unknown),
        exempt: teams(Status::Exempt),
        not_applicable: teams(Status::NotApplicable),
        staff_covered: stored(row.staff_covered),
        staff_assessed: stored(row.staff_assessed),
        level1_done: stored(row.level1_done),
        level1_target: row.level1_target.map(stored),
        active_supporters: stored(row.active_supporters),
        standing,
        own_standing,
        standing_hidden,
        disclosure,
        champions: stored(row.champions),
        champion_teams: stored(row.champion_teams.asked),
        champion_teams_met: stored(row.champion_teams.met),
        trainers: stored(row.trainers),
        supporters_per_trainer: row.supporters_per_trainer.map(stored),
        trainer_units: stored(row.trainer_units.asked),
        trainer_units_met: stored(row.trainer_units.met),
        oldest_list_on: row.oldest_list.map(|(as_at, _)| as_at),
        oldest_list_employer: employer_of(index, row.oldest_list),
    }
}

fn employer_of(index: &Index, oldest_list: Option<(Day, Option<Symbol>)>) -> Option<String> {
    oldest_list.and_then(|(_, employer)| employer).map(|employer| index.roster().words.get(employer).to_owned())
}

/// Converts a figure to the signed integers of both engines.
fn stored(figure: u32) -> i32 {
    i32::try_from(figure).unwrap_or(i32::MAX)
}
