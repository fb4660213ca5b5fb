//! Removes old sessions, sign-in links, and the links in mails with their steps.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use super::Kind;
use super::rows::{instant, recorded};
use crate::period::Day;
use crate::register::action_link::DAYS;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::{action_link, mailing_step, register_mailing, session, sign_in_link};

pub(super) fn over_sessions(cutoff: Day) -> Condition {
    Condition::any()
        .add(session::Column::ExpiresAt.lt(instant(cutoff)))
        .add(session::Column::EndedAt.lt(instant(cutoff)))
}

pub(super) fn over_links(cutoff: Day) -> Condition {
    Condition::any()
        .add(sign_in_link::Column::ExpiresAt.lt(instant(cutoff)))
        .add(sign_in_link::Column::UsedAt.lt(instant(cutoff)))
}

/// Links in mails that ended before `cutoff`.
pub(super) fn over_action_links(cutoff: Day) -> Condition {
    action_link::Column::MadeAt.lt(instant(cutoff.plus_days(-DAYS))).into()
}

/// The steps of links in mails that ended before `cutoff`.
pub(super) fn over_steps(cutoff: Day) -> Condition {
    let ended = Query::select()
        .column(register_mailing::Column::Id)
        .from(register_mailing::Entity)
        .and_where(register_mailing::Column::Day.lt(cutoff.plus_days(-DAYS)))
        .to_owned();
    mailing_step::Column::MailingId.in_subquery(ended).into()
}

/// Removes sessions and links that ended before `cutoff`, at most `limit` of each.
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
    let action_links = Query::select()
        .column(action_link::Column::Id)
        .from(action_link::Entity)
        .cond_where(over_action_links(cutoff))
        .limit(limit)
        .to_owned();
    let steps = Query::select()
        .column(mailing_step::Column::Id)
        .from(mailing_step::Entity)
        .cond_where(over_steps(cutoff))
        .limit(limit)
        .to_owned();
    let txn = begin_write(db).await?;
    let sessions = session::Entity::delete_many().filter(session::Column::Id.in_subquery(sessions)).exec(&txn).await?;
    let links =
        sign_in_link::Entity::delete_many().filter(sign_in_link::Column::Id.in_subquery(links)).exec(&txn).await?;
    let action_links =
        action_link::Entity::delete_many().filter(action_link::Column::Id.in_subquery(action_links)).exec(&txn).await?;
    let steps =
        mailing_step::Entity::delete_many().filter(mailing_step::Column::Id.in_subquery(steps)).exec(&txn).await?;
    let removed = sessions.rows_affected + links.rows_affected + action_links.rows_affected + steps.rows_affected;
    recorded(txn, Kind::SignIns, removed, by).await
}
