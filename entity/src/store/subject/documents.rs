//! Documents that the person has read or signed.

use std::collections::HashMap;

use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::json;

use super::records::WITH_THE_PERSON;
use super::{Reader, Section};
use crate::table::{document, document_confirmation};

impl Reader<'_> {
    pub(super) async fn documents(&self) -> Result<Section, DbErr> {
        let published = document::Entity::find().all(self.txn).await?;
        let published: HashMap<_, _> = published.into_iter().map(|row| (row.id, row)).collect();
        let rows = document_confirmation::Entity::find()
            .filter(document_confirmation::Column::PersonId.eq(self.person.id))
            .order_by_asc(document_confirmation::Column::Id)
            .all(self.txn)
            .await?;
        let record = |row: document_confirmation::Model| {
            let document_confirmation::Model { id: _, document_id, person_id: _, confirmed_on } = row;
            let document = published.get(&document_id);
            json!({
                "document": document_id.0,
                "kind": document.map(|document| document.kind.as_str()),
                "version": document.map(|document| &document.version),
                "confirmedOn": confirmed_on,
            })
        };
        Ok(Section {
            name: "documents",
            what: "Information packs that you have read and agreements that you have signed.",
            source: "Confirmed by you.",
            kept: WITH_THE_PERSON.to_owned(),
            references: &["document_confirmation.person_id"],
            records: rows.into_iter().map(record).collect(),
        })
    }
}
