//! What the person says about themselves in the directory.

use sea_orm::DbErr;
use serde_json::json;

use super::{Reader, Section};
use crate::store::register::directory_entry::{self, EntryTexts, StoredEntry};

impl Reader<'_> {
    pub(super) async fn directory_entry(&self) -> Result<Section, DbErr> {
        let entries = directory_entry::of_people(self.txn, &[self.person.id]).await?;
        let record = |entry| {
            let StoredEntry { person: _, listed, texts: EntryTexts { contact, languages, about } } = entry;
            json!({ "listed": listed, "contact": contact, "languages": languages, "about": about })
        };
        Ok(Section {
            name: "directoryEntry",
            what: "Whether the directory lists you as a Peer Supporter, and what it says about you.",
            source: "Written by you.",
            kept: "With the person. The texts are removed by an erasure.".to_owned(),
            references: &["directory_entry.person_id"],
            records: entries.into_iter().map(record).collect(),
        })
    }
}
