//! Mails to an erased person: the address is removed, unsent mails go to another recipient, files are removed, and so are the
//! links in mails.
//!
//! The content of a mail of a report stays: it is about units, and names neither its reader nor anyone else. A mail of the
//! register to the person is about the person, so its text is removed; one to another person names no one.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait as _, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::ErasedRows;
use crate::id::{DeliveryId, PersonId, UnitId};
use crate::json_column::MailUnits;
use crate::store::begin_write;
use crate::table::{action_link, delivery, erased_person, register_mailing, report, unit};
use crate::value::{DeliveryKind, DeliveryState, ReportKind};

/// The error of a row whose recipient was erased before it was sent.
const NOT_SENT: &str = "the recipient's name and contact were erased before it was taken";

/// The error of a row whose unit waits for another recipient.
const UNADDRESSED: &str = "no recipient found";

/// A mail that was stored in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// The mail.
    pub id: DeliveryId,
    /// Its file.
    pub path: String,
}

/// Removes the addresses of mails to `person`, and reassigns those that were not sent.
pub(super) async fn forget(txn: &DatabaseTransaction, person: PersonId, gone: &mut ErasedRows) -> Result<(), DbErr> {
    let mine = || delivery::Entity::find().filter(delivery::Column::PersonId.eq(person));
    gone.files = mine().filter(delivery::Column::StoredAt.is_not_null()).count(txn).await?;
    // Copies of the person's reports are no longer sent either: the person had requested them.
    let waiting = delivery::Entity::find()
        .filter(Condition::any().add(delivery::Column::PersonId.eq(person)).add(delivery::Column::OwnerId.eq(person)))
        .filter(delivery::Column::State.is_in(DeliveryState::WAITING))
        .all(txn)
        .await?;
    for mail in waiting {
        reassign(txn, mail).await?;
        gone.waiting += 1;
    }
    let addressed = delivery::Entity::update_many()
        .col_expr(delivery::Column::Address, Expr::value(None::<String>))
        .filter(delivery::Column::PersonId.eq(person))
        .filter(delivery::Column::Address.is_not_null());
    gone.mails = addressed.exec(txn).await?.rows_affected;
    delivery::Entity::update_many()
        .col_expr(delivery::Column::TextPart, Expr::value(""))
        .col_expr(delivery::Column::HtmlPart, Expr::value(""))
        .filter(delivery::Column::PersonId.eq(person))
        .filter(delivery::Column::MailingId.is_not_null())
        .exec(txn)
        .await?;
    let theirs = Query::select()
        .column(register_mailing::Column::Id)
        .from(register_mailing::Entity)
        .and_where(register_mailing::Column::PersonId.eq(person))
        .to_owned();
    action_link::Entity::delete_many().filter(action_link::Column::MailingId.in_subquery(theirs)).exec(txn).await?;
    // A mail server's error may contain the address.
    delivery::Entity::update_many()
        .col_expr(delivery::Column::LastError, Expr::value(None::<String>))
        .filter(delivery::Column::PersonId.eq(person))
        .filter(delivery::Column::LastError.is_not_null())
        .filter(delivery::Column::LastError.ne(NOT_SENT))
        .exec(txn)
        .await?;
    Ok(())
}

/// Stops a mail from being sent. Each unit of a weekly report gets a row of its own without a recipient, for which the
/// next run of the report finds one. The mail's own row stays: it records whose mail it was, and an attempt that is
/// under way ends in it.
async fn reassign(txn: &DatabaseTransaction, mail: delivery::Model) -> Result<(), DbErr> {
    let delivery::Model {
        id,
        report_id,
        mailing_id: _,
        kind,
        recipient,
        person_id: _,
        owner_id: _,
        address: _,
        units,
        subject,
        message_id,
        text_part,
        html_part,
        csv_part,
        state: _,
        attempts: _,
        next_attempt_at: _,
        accepted_at: _,
        last_error: _,
        stored_at: _,
        refused_by: _,
    } = mail;
    let own = recipient.replace(':', "-");
    // A copy, a run summary, a midweek report and a mail of the register go to no one else: their units have a weekly report, and the erased
    // person chose the others.
    let report = match report_id {
        Some(report) => report::Entity::find_by_id(report).one(txn).await?,
        None => None,
    };
    let is_weekly = report.is_some_and(|report| report.kind == ReportKind::Weekly);
    let owed = if is_weekly && kind == DeliveryKind::Report { units.0 } else { Vec::new() };
    for about in owed {
        let unit: Option<UnitId> = unit::Entity::find()
            .select_only()
            .column(unit::Column::Id)
            .filter(unit::Column::Code.eq(about.code.as_str()))
            .into_tuple()
            .one(txn)
            .await?;
        let Some(unit) = unit else { continue };
        let row = delivery::ActiveModel {
            id: NotSet,
            report_id: Set(report_id),
            mailing_id: Set(None),
            kind: Set(DeliveryKind::Report),
            recipient: Set(format!("unit:{unit}")),
            person_id: Set(None),
            owner_id: Set(None),
            address: Set(None),
            units: Set(MailUnits(vec![about])),
            subject: Set(subject.clone()),
            message_id: Set(message_id.replace(&format!("{own}@"), &format!("unit-{unit}@"))),
            text_part: Set(text_part.clone()),
            html_part: Set(html_part.clone()),
            csv_part: Set(csv_part.clone()),
            state: Set(DeliveryState::Unaddressed),
            attempts: Set(0),
            next_attempt_at: Set(None),
            accepted_at: Set(None),
            last_error: Set(Some(UNADDRESSED.to_owned())),
            stored_at: Set(None),
            refused_by: Set(None),
        };
        delivery::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(txn).await?;
    }
    let row = delivery::ActiveModel {
        id: Set(id),
        state: Set(DeliveryState::Refused),
        next_attempt_at: Set(None),
        last_error: Set(Some(NOT_SENT.to_owned())),
        ..Default::default()
    };
    delivery::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// The condition for mails to erased people.
fn of_the_erased() -> Condition {
    let erased = Query::select().column(erased_person::Column::PersonId).from(erased_person::Entity).to_owned();
    Condition::all().add(delivery::Column::PersonId.in_subquery(erased))
}

/// Returns files of mails to erased people, after the mail `after`, at most `limit`. The caller that erased the person
/// removes them, and then calls [`forget_file`] for each; the nightly job removes what is left.
pub async fn files(db: &impl ConnectionTrait, after: DeliveryId, limit: u64) -> Result<Vec<StoredMail>, DbErr> {
    let rows: Vec<(DeliveryId, String)> = delivery::Entity::find()
        .select_only()
        .columns([delivery::Column::Id, delivery::Column::StoredAt])
        .filter(of_the_erased())
        .filter(delivery::Column::StoredAt.is_not_null())
        .filter(delivery::Column::Id.gt(after))
        .order_by_asc(delivery::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, path)| StoredMail { id, path }).collect())
}

/// Records that the file of a mail was removed.
pub async fn forget_file(db: &impl ConnectionTrait, id: DeliveryId) -> Result<(), DbErr> {
    let row = delivery::ActiveModel { id: Set(id), stored_at: Set(None), ..Default::default() };
    delivery::Entity::update(row).exec(db).await?;
    Ok(())
}

/// Removes addresses of erased people from reports that read them before the erasure and were written after it. Returns
/// the number of rows.
pub async fn forget_late(db: &DatabaseConnection) -> Result<u64, DbErr> {
    let late: Vec<PersonId> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::PersonId)
        .filter(of_the_erased())
        .filter(delivery::Column::Address.is_not_null())
        .distinct()
        .into_tuple()
        .all(db)
        .await?;
    let mut forgotten = 0;
    for person in late {
        let txn = begin_write(db).await?;
        let mut gone = ErasedRows::default();
        forget(&txn, person, &mut gone).await?;
        txn.commit().await?;
        forgotten += gone.mails;
    }
    Ok(forgotten)
}
