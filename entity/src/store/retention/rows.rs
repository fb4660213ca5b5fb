//! Counts and removes rows whose retention period has ended. Rows are removed in chunks, each in a transaction of its
//! own, so that no lock is held for long and an interruption leaves nothing half done.

use chrono::{DateTime, NaiveTime, Utc};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait as _, JoinType, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::{Kind, absence, snapshots};
use crate::id::{DeliveryId, PersonId, UnavailabilityId};
use crate::period::{Day, Validity};
use crate::store::audit::AuditContext;
use crate::store::facts;
use crate::store::{audit, begin_write};
use crate::table::{
    delivery, erased_person, fact_version, import_batch, import_reject, import_undo, job_run, person, post, report,
    session, sign_in_link, unavailability,
};
use crate::value::{Action, DeliveryState, RunState};

/// Number of people whose absences are checked at a time, and of rows that one statement names.
const CHUNK: usize = 500;

/// Rows whose retention period has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExpiredRows {
    /// Number of rows.
    pub rows: u64,
    /// The day of the oldest one.
    pub oldest: Option<Day>,
}

/// Replaces the refusal of an import once it is no longer kept.
const REFUSAL_GONE: &str = "Why it was refused is no longer kept.";

/// Returns the first instant of a day in UTC: a few hours do not matter to a period of months.
fn instant(day: Day) -> DateTime<Utc> {
    day.date().and_time(NaiveTime::MIN).and_utc()
}

/// Counts the rows of a kind from before `cutoff`. Changes nothing.
pub async fn count_expired(db: &impl ConnectionTrait, kind: Kind, cutoff: Day) -> Result<ExpiredRows, DbErr> {
    let day = |at: Option<Option<DateTime<Utc>>>| at.flatten().map(|at| Day::from(at.date_naive()));
    Ok(match kind {
        Kind::Mails => {
            let oldest = old_mails(cutoff).select_only().column_as(report::Column::BuiltAt.min(), "oldest");
            ExpiredRows { rows: old_mails(cutoff).count(db).await?, oldest: day(oldest.into_tuple().one(db).await?) }
        }
        Kind::Rejects => {
            let rejects = || {
                import_reject::Entity::find().filter(import_reject::Column::BatchId.in_subquery(old_batches(cutoff)))
            };
            let oldest = rejects()
                .join(JoinType::InnerJoin, reject_to_batch())
                .select_only()
                .column_as(import_batch::Column::FinishedAt.min(), "oldest");
            let refusals = || import_batch::Entity::find().filter(old_refusal(cutoff));
            let refusal = refusals().select_only().column_as(import_batch::Column::FinishedAt.min(), "oldest");
            let oldest = [day(oldest.into_tuple().one(db).await?), day(refusal.into_tuple().one(db).await?)];
            let steps =
                || import_undo::Entity::find().filter(import_undo::Column::BatchId.in_subquery(old_batches(cutoff)));
            let step = steps()
                .join(JoinType::InnerJoin, undo_to_batch())
                .select_only()
                .column_as(import_batch::Column::FinishedAt.min(), "oldest");
            let oldest = oldest.into_iter().chain([day(step.into_tuple().one(db).await?)]);
            let rows = rejects().count(db).await? + refusals().count(db).await? + steps().count(db).await?;
            ExpiredRows { rows, oldest: oldest.flatten().min() }
        }
        Kind::Runs => {
            let oldest = old_runs(cutoff).select_only().column_as(job_run::Column::FinishedAt.min(), "oldest");
            ExpiredRows { rows: old_runs(cutoff).count(db).await?, oldest: day(oldest.into_tuple().one(db).await?) }
        }
        Kind::Absences => absences_found(db, cutoff).await?,
        Kind::SignIns => {
            let sessions = || session::Entity::find().filter(over_sessions(cutoff));
            let links = || sign_in_link::Entity::find().filter(over_links(cutoff));
            let first = sessions().select_only().column_as(session::Column::MadeAt.min(), "oldest");
            let link = links().select_only().column_as(sign_in_link::Column::ExpiresAt.min(), "oldest");
            let oldest = [day(first.into_tuple().one(db).await?), day(link.into_tuple().one(db).await?)];
            let rows = sessions().count(db).await? + links().count(db).await?;
            ExpiredRows { rows, oldest: oldest.into_iter().flatten().min() }
        }
        Kind::People => {
            let oldest = post::Entity::find()
                .filter(post::Column::PersonId.in_subquery(leavers_before(cutoff)))
                .select_only()
                .column_as(post::Column::ValidTo.min(), "oldest");
            let oldest: Option<Option<Day>> = oldest.into_tuple().one(db).await?;
            let people = person::Entity::find().filter(person::Column::Id.in_subquery(leavers_before(cutoff)));
            ExpiredRows { rows: people.count(db).await?, oldest: oldest.flatten() }
        }
        Kind::Snapshots | Kind::WeeklySnapshots => snapshots::count_expired(db, kind, cutoff).await?,
    })
}

fn old_mails(cutoff: Day) -> Select<delivery::Entity> {
    let to_report: sea_orm::RelationDef =
        delivery::Entity::belongs_to(report::Entity).from(delivery::Column::ReportId).to(report::Column::Id).into();
    delivery::Entity::find()
        .join(JoinType::InnerJoin, to_report)
        .filter(report::Column::BuiltAt.lt(instant(cutoff)))
        // A worker that returns after a year's outage must not send empty mails.
        .filter(delivery::Column::State.is_not_in([DeliveryState::Pending, DeliveryState::Retrying]))
        .filter(
            Condition::any()
                .add(delivery::Column::TextPart.ne(""))
                .add(delivery::Column::HtmlPart.ne(""))
                .add(delivery::Column::CsvPart.ne(""))
                .add(delivery::Column::Address.is_not_null())
                .add(delivery::Column::LastError.is_not_null())
                .add(delivery::Column::StoredAt.is_not_null()),
        )
}

/// Returns mails from before `cutoff`, after the mail `after`, at most `limit`, each with its file if it was written
/// into one. The caller must remove the files before it removes the mails.
pub async fn mails(
    db: &impl ConnectionTrait,
    cutoff: Day,
    after: DeliveryId,
    limit: u64,
) -> Result<Vec<(DeliveryId, Option<String>)>, DbErr> {
    old_mails(cutoff)
        .filter(delivery::Column::Id.gt(after))
        .order_by_asc(delivery::Column::Id)
        .limit(limit)
        .select_only()
        .columns([delivery::Column::Id, delivery::Column::StoredAt])
        .into_tuple()
        .all(db)
        .await
}

/// Removes texts and addresses of mails whose files were removed.
pub async fn remove_mails(db: &DatabaseConnection, ids: &[DeliveryId], by: &AuditContext) -> Result<u64, DbErr> {
    let txn = begin_write(db).await?;
    let none = || Expr::value(None::<String>);
    let cleared = delivery::Entity::update_many()
        .col_expr(delivery::Column::TextPart, Expr::value(""))
        .col_expr(delivery::Column::HtmlPart, Expr::value(""))
        .col_expr(delivery::Column::CsvPart, Expr::value(""))
        .col_expr(delivery::Column::Address, none())
        .col_expr(delivery::Column::LastError, none())
        .col_expr(delivery::Column::StoredAt, none())
        .filter(delivery::Column::Id.is_in(ids.iter().copied()))
        .exec(&txn)
        .await?;
    recorded(txn, Kind::Mails, cleared.rows_affected, by).await
}

fn old_batches(cutoff: Day) -> SelectStatement {
    Query::select()
        .column(import_batch::Column::Id)
        .from(import_batch::Entity)
        .and_where(import_batch::Column::FinishedAt.lt(instant(cutoff)))
        .to_owned()
}

/// The condition for old imports with a refusal, which may name a person.
fn old_refusal(cutoff: Day) -> Condition {
    Condition::all()
        .add(import_batch::Column::FinishedAt.lt(instant(cutoff)))
        .add(import_batch::Column::Refusal.is_not_null())
        .add(import_batch::Column::Refusal.ne(REFUSAL_GONE))
}

fn reject_to_batch() -> sea_orm::RelationDef {
    import_reject::Entity::belongs_to(import_batch::Entity)
        .from(import_reject::Column::BatchId)
        .to(import_batch::Column::Id)
        .into()
}

fn undo_to_batch() -> sea_orm::RelationDef {
    import_undo::Entity::belongs_to(import_batch::Entity)
        .from(import_undo::Column::BatchId)
        .to(import_batch::Column::Id)
        .into()
}

/// Removes rejected rows of imports from before `cutoff`, at most `limit`. With the last of them it also removes the
/// reasons why such imports were refused, and the undo steps of such imports, which hold earlier versions of rows.
pub async fn remove_rejects(db: &DatabaseConnection, cutoff: Day, limit: u64, by: &AuditContext) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(import_reject::Column::Id)
        .from(import_reject::Entity)
        .and_where(import_reject::Column::BatchId.in_subquery(old_batches(cutoff)))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let removed =
        import_reject::Entity::delete_many().filter(import_reject::Column::Id.in_subquery(some)).exec(&txn).await?;
    let mut removed = removed.rows_affected;
    if removed < limit {
        let shortened = import_batch::Entity::update_many()
            .col_expr(import_batch::Column::Refusal, Expr::value(REFUSAL_GONE))
            .filter(old_refusal(cutoff));
        removed += shortened.exec(&txn).await?.rows_affected;
        let steps =
            import_undo::Entity::delete_many().filter(import_undo::Column::BatchId.in_subquery(old_batches(cutoff)));
        removed += steps.exec(&txn).await?.rows_affected;
    }
    recorded(txn, Kind::Rejects, removed, by).await
}

fn old_runs(cutoff: Day) -> Select<job_run::Entity> {
    job_run::Entity::find().filter(ended_before(cutoff))
}

/// The condition for runs that ended before `cutoff`. A run that has not ended is kept, however old: without its row,
/// the ledger would treat the period as not begun.
fn ended_before(cutoff: Day) -> Condition {
    Condition::all()
        .add(job_run::Column::State.is_in([RunState::Done, RunState::Failed]))
        .add(job_run::Column::FinishedAt.lt(instant(cutoff)))
}

/// Removes runs of jobs that ended before `cutoff`, at most `limit`.
pub async fn remove_runs(db: &DatabaseConnection, cutoff: Day, limit: u64, by: &AuditContext) -> Result<u64, DbErr> {
    let some = Query::select()
        .column(job_run::Column::Id)
        .from(job_run::Entity)
        .cond_where(ended_before(cutoff))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let removed = job_run::Entity::delete_many().filter(job_run::Column::Id.in_subquery(some)).exec(&txn).await?;
    recorded(txn, Kind::Runs, removed.rows_affected, by).await
}

fn over_sessions(cutoff: Day) -> Condition {
    Condition::any()
        .add(session::Column::ExpiresAt.lt(instant(cutoff)))
        .add(session::Column::EndedAt.lt(instant(cutoff)))
}

fn over_links(cutoff: Day) -> Condition {
    Condition::any()
        .add(sign_in_link::Column::ExpiresAt.lt(instant(cutoff)))
        .add(sign_in_link::Column::UsedAt.lt(instant(cutoff)))
}

/// Removes sessions and sign-in links that ended before `cutoff`, at most `limit` of each.
pub async fn remove_sign_ins(
    db: &DatabaseConnection,
    cutoff: Day,
    limit: u64,
    by: &AuditContext,
) -> Result<u64, DbErr> {
    let sessions = Query::select()
        .column(session::Column::Id)
        .from(session::Entity)
        .cond_where(over_sessions(cutoff))
        .limit(limit)
        .to_owned();
    let links = Query::select()
        .column(sign_in_link::Column::Id)
        .from(sign_in_link::Entity)
        .cond_where(over_links(cutoff))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let sessions = session::Entity::delete_many().filter(session::Column::Id.in_subquery(sessions)).exec(&txn).await?;
    let links =
        sign_in_link::Entity::delete_many().filter(sign_in_link::Column::Id.in_subquery(links)).exec(&txn).await?;
    recorded(txn, Kind::SignIns, sessions.rows_affected + links.rows_affected, by).await
}

/// Absences of a chunk of people that were over on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Absences {
    spells: Vec<UnavailabilityId>,
    /// First day of the oldest absence.
    oldest: Option<Day>,
    /// First day after the last absence.
    back: Option<Day>,
    /// The last person who was checked. `None` if there are no more.
    last: Option<PersonId>,
}

/// Returns the absences that were over on `cutoff`, of the next chunk of people after `after`.
async fn absences(db: &impl ConnectionTrait, cutoff: Day, after: PersonId) -> Result<Absences, DbErr> {
    let people: Vec<PersonId> = unavailability::Entity::find()
        .select_only()
        .column(unavailability::Column::PersonId)
        .filter(unavailability::Column::ValidTo.lte(cutoff))
        .filter(unavailability::Column::PersonId.gt(after))
        .distinct()
        .order_by_asc(unavailability::Column::PersonId)
        .limit(CHUNK as u64)
        .into_tuple()
        .all(db)
        .await?;
    let rows = unavailability::Entity::find()
        .filter(unavailability::Column::PersonId.is_in(people.iter().copied()))
        .order_by_asc(unavailability::Column::PersonId)
        .all(db)
        .await?;
    let mut found = Absences { last: people.last().copied(), ..Absences::default() };
    for of_person in rows.chunk_by(|a, b| a.person_id == b.person_id) {
        let spells: Vec<_> = of_person
            .iter()
            .map(|row| ((row.id, row.valid_from), Validity { from: Some(row.valid_from), to: row.valid_to }))
            .collect();
        let (gone, back) = absence::over(&spells, cutoff);
        found.back = found.back.max(back);
        for (id, from) in gone {
            found.spells.push(id);
            found.oldest = Some(found.oldest.map_or(from, |oldest| oldest.min(from)));
        }
    }
    Ok(found)
}

async fn absences_found(db: &impl ConnectionTrait, cutoff: Day) -> Result<ExpiredRows, DbErr> {
    let (mut expired, mut after) = (ExpiredRows::default(), PersonId(0));
    loop {
        let Absences { spells, oldest, back: _, last } = absences(db, cutoff, after).await?;
        expired.rows += spells.len() as u64;
        expired.oldest = [expired.oldest, oldest].into_iter().flatten().min();
        match last {
            Some(last) => after = last,
            None => return Ok(expired),
        }
    }
}

/// Removes the absences that were over on `cutoff`, of the next chunk of people after `after`. Returns the number of
/// rows, and the last person of the chunk; `None` if there are no more people.
pub async fn remove_absences(
    db: &DatabaseConnection,
    cutoff: Day,
    after: PersonId,
    by: &AuditContext,
) -> Result<(u64, Option<PersonId>), DbErr> {
    let txn = begin_write(db).await?;
    // Locked before they are read, so that an import that corrects one of them runs either before or after.
    let facts = facts::lock(&txn).await?;
    let Absences { spells, oldest: _, back, last } = absences(&txn, cutoff, after).await?;
    if spells.is_empty() {
        txn.rollback().await?;
        return Ok((0, last));
    }
    for some in spells.chunks(CHUNK) {
        unavailability::Entity::delete_many()
            .filter(unavailability::Column::Id.is_in(some.iter().copied()))
            .exec(&txn)
            .await?;
    }
    // In the same transaction, so that a day with a removed absence is never computed again.
    let row = fact_version::ActiveModel {
        id: Set(facts.id),
        whole_from: Set(facts.whole_from.max(back)),
        ..Default::default()
    };
    fact_version::Entity::update(row).exec(&txn).await?;
    facts::bump_data_version(&txn).await?;
    Ok((recorded(txn, Kind::Absences, spells.len() as u64, by).await?, last))
}

/// Selects people who had a post, have none that continues or ended after `cutoff`, and were not erased.
fn leavers_before(cutoff: Day) -> SelectStatement {
    let held = || Query::select().column(post::Column::PersonId).from(post::Entity).to_owned();
    let still = held()
        .cond_where(Condition::any().add(post::Column::ValidTo.is_null()).add(post::Column::ValidTo.gt(cutoff)))
        .to_owned();
    let erased = Query::select().column(erased_person::Column::PersonId).from(erased_person::Entity).to_owned();
    Query::select()
        .column(person::Column::Id)
        .from(person::Entity)
        .and_where(person::Column::Id.in_subquery(held()))
        .and_where(person::Column::Id.not_in_subquery(still))
        .and_where(person::Column::Id.not_in_subquery(erased))
        .to_owned()
}

/// Returns people whose last post ended on or before `cutoff` and who were not erased, after the person `after`, at
/// most `limit`.
pub async fn leavers(
    db: &impl ConnectionTrait,
    cutoff: Day,
    after: PersonId,
    limit: u64,
) -> Result<Vec<PersonId>, DbErr> {
    person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Id.in_subquery(leavers_before(cutoff)))
        .filter(person::Column::Id.gt(after))
        .order_by_asc(person::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await
}

/// Commits, with an audit event if any rows were removed.
pub(super) async fn recorded(txn: DatabaseTransaction, kind: Kind, rows: u64, by: &AuditContext) -> Result<u64, DbErr> {
    if rows > 0 {
        let event = by.did(Action::RetentionRun, format!("retention:{kind}"), serde_json::json!({ "rows": rows }));
        audit::record(&txn, &event).await?;
    }
    txn.commit().await?;
    Ok(rows)
}
