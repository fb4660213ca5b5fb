//! Removes texts and addresses of old mails.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseConnection, DbErr, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::Kind;
use super::rows::{instant, recorded};
use crate::id::DeliveryId;
use crate::period::Day;
use crate::store::audit::AuditContext;
use crate::store::begin_write;
use crate::table::{delivery, register_mailing, report};
use crate::value::DeliveryState;

pub(super) fn old_mails(cutoff: Day) -> Select<delivery::Entity> {
    let to_report: sea_orm::RelationDef =
        delivery::Entity::belongs_to(report::Entity).from(delivery::Column::ReportId).to(report::Column::Id).into();
    let to_mailing: sea_orm::RelationDef = delivery::Entity::belongs_to(register_mailing::Entity)
        .from(delivery::Column::MailingId)
        .to(register_mailing::Column::Id)
        .into();
    delivery::Entity::find()
        .join(JoinType::LeftJoin, to_report)
        .join(JoinType::LeftJoin, to_mailing)
        .filter(
            Condition::any()
                .add(report::Column::BuiltAt.lt(instant(cutoff)))
                .add(register_mailing::Column::Day.lt(cutoff)),
        )
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
