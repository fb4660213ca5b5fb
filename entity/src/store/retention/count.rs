//! Counts the rows whose retention period has ended.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, JoinType, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _,
};

use super::absence_rows::absences_found;
use super::command_keys::old_keys;
use super::imports::{old_batches, old_refusal, reject_to_batch, undo_to_batch};
use super::leavers::leavers_before;
use super::mails::old_mails;
use super::nominations::expired_nominations;
use super::rows::ExpiredRows;
use super::runs::old_runs;
use super::sign_ins::{over_action_links, over_links, over_sessions, over_steps};
use super::{Kind, snapshots};
use crate::period::Day;
use crate::table::{
    action_link, idempotency_key, import_batch, import_reject, import_undo, job_run, mailing_step, person, post,
    report, session, sign_in_link,
};

/// Counts the rows of a kind from before `cutoff`. Changes nothing.
pub async fn count_expired(db: &DatabaseConnection, kind: Kind, cutoff: Day) -> Result<ExpiredRows, DbErr> {
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
            let action_links = || action_link::Entity::find().filter(over_action_links(cutoff));
            let in_mail = action_links().select_only().column_as(action_link::Column::MadeAt.min(), "oldest");
            let oldest = [
                day(first.into_tuple().one(db).await?),
                day(link.into_tuple().one(db).await?),
                day(in_mail.into_tuple().one(db).await?),
            ];
            let steps = mailing_step::Entity::find().filter(over_steps(cutoff)).count(db).await?;
            let rows = sessions().count(db).await? + links().count(db).await? + action_links().count(db).await? + steps;
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
        Kind::Nominations => expired_nominations(db, cutoff).await?,
        Kind::CommandKeys => {
            let oldest = old_keys(cutoff).select_only().column_as(idempotency_key::Column::At.min(), "oldest");
            ExpiredRows { rows: old_keys(cutoff).count(db).await?, oldest: day(oldest.into_tuple().one(db).await?) }
        }
    })
}
