//! Erases what the register holds about a person in their own words or those of others.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::mentions::Mentions;
use crate::id::{AllocationId, NominationId, PaperRecordId, PersonId, RegisterTextId};
use crate::table::{
    allocation, assessment, directory_entry, idempotency_key, nomination, nomination_decision, paper_record,
    paper_record_effect, register_text,
};

/// Removes the texts that are about the person or name them, and the keys that they chose. Returns the number of texts.
///
/// A text that the person wrote about another person stays, unless it names its author.
pub(super) async fn forget(txn: &DatabaseTransaction, id: PersonId, mentions: &Mentions) -> Result<u64, DbErr> {
    let rows = register_text::Entity::find().order_by_asc(register_text::Column::Id).all(txn).await?;
    let about = rows.into_iter().filter(|row| row.person_id == id || mentions.are_in(&row.text)).map(|row| row.id);
    let gone = remove_texts(txn, about.collect()).await?;
    forget_references(txn, id, mentions).await?;
    idempotency_key::Entity::delete_many().filter(idempotency_key::Column::ActorId.eq(id)).exec(txn).await?;
    Ok(gone)
}

/// Empties the codes of papers that the person signed, that are about their nominations and roles, or that name them.
async fn forget_references(txn: &DatabaseTransaction, id: PersonId, mentions: &Mentions) -> Result<(), DbErr> {
    let own: BTreeSet<NominationId> = nomination::Entity::find()
        .filter(nomination::Column::PersonId.eq(id))
        .all(txn)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let roles = allocation::Entity::find().filter(allocation::Column::PersonId.eq(id)).all(txn).await?;
    let roles: Vec<AllocationId> = roles.into_iter().map(|row| row.id).collect();
    let about_roles: BTreeSet<PaperRecordId> = paper_record_effect::Entity::find()
        .filter(paper_record_effect::Column::AllocationId.is_in(roles))
        .all(txn)
        .await?
        .into_iter()
        .map(|effect| effect.record_id)
        .collect();
    let filed = paper_record::Entity::find().filter(paper_record::Column::Reference.is_not_null()).all(txn).await?;
    let concerns = |row: &paper_record::Model| {
        row.person_id == id
            || row.nomination_id.is_some_and(|nomination| own.contains(&nomination))
            || about_roles.contains(&row.id)
            || row.reference.as_deref().is_some_and(|reference| mentions.are_in(reference))
    };
    for row in filed.into_iter().filter(concerns) {
        let cleared = paper_record::ActiveModel { id: Set(row.id), reference: Set(None), ..Default::default() };
        paper_record::Entity::update(cleared).exec(txn).await?;
    }
    Ok(())
}

/// Removes texts with their salts, and the places that name them. Returns their number.
pub(crate) async fn remove_texts(txn: &DatabaseTransaction, texts: Vec<RegisterTextId>) -> Result<u64, DbErr> {
    if texts.is_empty() {
        return Ok(0);
    }
    let none = || Expr::value(None::<i64>);
    nomination::Entity::update_many()
        .col_expr(nomination::Column::StatementId, none())
        .filter(nomination::Column::StatementId.is_in(texts.iter().copied()))
        .exec(txn)
        .await?;
    for column in [nomination_decision::Column::QuestionId, nomination_decision::Column::AnswerId] {
        nomination_decision::Entity::update_many()
            .col_expr(column, none())
            .filter(column.is_in(texts.iter().copied()))
            .exec(txn)
            .await?;
    }
    assessment::Entity::update_many()
        .col_expr(assessment::Column::EvidenceId, none())
        .filter(assessment::Column::EvidenceId.is_in(texts.iter().copied()))
        .exec(txn)
        .await?;
    let said =
        [directory_entry::Column::ContactId, directory_entry::Column::LanguagesId, directory_entry::Column::AboutId];
    for column in said {
        directory_entry::Entity::update_many()
            .col_expr(column, none())
            .filter(column.is_in(texts.iter().copied()))
            .exec(txn)
            .await?;
    }
    let rows = register_text::Entity::delete_many().filter(register_text::Column::Id.is_in(texts));
    Ok(rows.exec(txn).await?.rows_affected)
}
