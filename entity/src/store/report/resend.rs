//! Permanently refused mails, and how they become due again.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::NewDelivery;
use crate::id::{DeliveryId, ReportId};
use crate::table::delivery;
use crate::value::DeliveryState;

/// Returns the permanently refused mails of a report whose text and address are still stored.
pub async fn refused(db: &impl ConnectionTrait, report: ReportId) -> Result<Vec<delivery::Model>, DbErr> {
    delivery::Entity::find()
        .filter(delivery::Column::ReportId.eq(report))
        .filter(resendable())
        .order_by_asc(delivery::Column::Id)
        .all(db)
        .await
}

fn resendable() -> Condition {
    Condition::all()
        .add(delivery::Column::State.eq(DeliveryState::Refused))
        .add(delivery::Column::PersonId.is_not_null())
        .add(delivery::Column::Address.is_not_null())
        .add(delivery::Column::TextPart.ne(""))
}

/// Makes a permanently refused mail due at `at`, with its attempts counted from 0 and with the address and parts of
/// `mail`. Returns false if it is no longer refused.
pub async fn reopen(
    db: &impl ConnectionTrait,
    id: DeliveryId,
    at: DateTime<Utc>,
    mail: Option<NewDelivery>,
) -> Result<bool, DbErr> {
    let mut row = delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Pending))
        .col_expr(delivery::Column::Attempts, Expr::value(0))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(Some(at)))
        .filter(delivery::Column::Id.eq(id))
        .filter(resendable());
    if let Some(mail) = mail {
        row = row
            .col_expr(delivery::Column::Address, Expr::value(mail.address))
            .col_expr(delivery::Column::Units, Expr::value(mail.units))
            .col_expr(delivery::Column::Subject, Expr::value(mail.subject))
            .col_expr(delivery::Column::TextPart, Expr::value(mail.text_part))
            .col_expr(delivery::Column::HtmlPart, Expr::value(mail.html_part))
            .col_expr(delivery::Column::CsvPart, Expr::value(mail.csv_part));
    }
    Ok(row.exec(db).await?.rows_affected == 1)
}
