//! Information packs and agreements, and the people who have confirmed them.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::Transaction;
use crate::id::{DocumentId, PersonId};
use crate::period::Day;
use crate::register::document::{NewDocument, PublishedDocument};
use crate::table::{document, document_confirmation};
use crate::value::register::DocumentKind;

/// Returns every document, by kind, then newest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<document::Model>, DbErr> {
    document::Entity::find()
        .order_by_asc(document::Column::Kind)
        .order_by_desc(document::Column::InForceFrom)
        .all(db)
        .await
}

/// Returns a document. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: DocumentId) -> Result<Option<document::Model>, DbErr> {
    document::Entity::find_by_id(id).one(db).await
}

/// Returns the documents of one kind, as the rules read them.
pub async fn published(db: &impl ConnectionTrait, kind: DocumentKind) -> Result<Vec<PublishedDocument>, DbErr> {
    let rows = document::Entity::find().filter(document::Column::Kind.eq(kind)).all(db).await?;
    let document =
        |row: document::Model| PublishedDocument { id: row.id, version: row.version, from: row.in_force_from };
    Ok(rows.into_iter().map(document).collect())
}

/// Returns what a person has confirmed under any of these numbers, oldest first.
pub async fn confirmed_by(
    db: &impl ConnectionTrait,
    numbers: &[PersonId],
) -> Result<Vec<document_confirmation::Model>, DbErr> {
    document_confirmation::Entity::find()
        .filter(document_confirmation::Column::PersonId.is_in(numbers.iter().copied()))
        .order_by_asc(document_confirmation::Column::ConfirmedOn)
        .order_by_asc(document_confirmation::Column::Id)
        .all(db)
        .await
}

/// Whether a person has confirmed a document under any of these numbers.
pub async fn is_confirmed(db: &impl ConnectionTrait, numbers: &[PersonId], id: DocumentId) -> Result<bool, DbErr> {
    Ok(confirmed_by(db, numbers).await?.iter().any(|row| row.document_id == id))
}

/// Stores that a person has confirmed a document.
pub async fn confirm(txn: &mut Transaction, person: PersonId, id: DocumentId, today: Day) -> Result<(), DbErr> {
    let row = document_confirmation::ActiveModel {
        id: NotSet,
        document_id: Set(id),
        person_id: Set(person),
        confirmed_on: Set(today),
    };
    txn.insert::<document_confirmation::Entity, _>(row).await?;
    Ok(())
}

/// Stores a document. Returns its key.
pub async fn publish(txn: &mut Transaction, new: NewDocument) -> Result<DocumentId, DbErr> {
    let NewDocument { kind, version, title, address, text, in_force_from, sign_by } = new;
    let row = document::ActiveModel {
        id: NotSet,
        kind: Set(kind),
        version: Set(version),
        title: Set(title),
        address: Set(address),
        body: Set(text),
        in_force_from: Set(in_force_from),
        sign_by: Set(sign_by),
    };
    Ok(txn.insert::<document::Entity, _>(row).await?.id)
}
