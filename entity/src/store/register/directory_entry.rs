//! What Peer Supporters say about themselves in the directory. The texts are in `register_text`: the rows of a change hold
//! their keys only, and a text that is replaced is removed.

use std::collections::HashMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _};

use super::Transaction;
use super::text::{self, NewText, StoredText};
use crate::id::{PersonId, RegisterTextId};
use crate::table::{directory_entry, register_text};

/// What a Peer Supporter says about themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryTexts {
    /// How to contact them.
    pub contact: Option<String>,
    /// The languages that they speak.
    pub languages: Option<String>,
    /// A few words about themselves.
    pub about: Option<String>,
}

/// An entry with its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// The person.
    pub person: PersonId,
    /// Whether the directory lists them.
    pub listed: bool,
    /// The texts.
    pub texts: EntryTexts,
}

/// Returns the entries of people, each under the number by which it is stored.
pub async fn of_people(db: &impl ConnectionTrait, people: &[PersonId]) -> Result<Vec<StoredEntry>, DbErr> {
    let rows = directory_entry::Entity::find()
        .filter(directory_entry::Column::PersonId.is_in(people.iter().copied()))
        .all(db)
        .await?;
    let keys = rows.iter().flat_map(text_keys);
    let mut texts: HashMap<RegisterTextId, String> = HashMap::new();
    for row in register_text::Entity::find().filter(register_text::Column::Id.is_in(keys)).all(db).await? {
        texts.insert(row.id, row.text);
    }
    let text = |key: Option<RegisterTextId>| key.and_then(|key| texts.get(&key).cloned());
    let entry = |row: directory_entry::Model| {
        let directory_entry::Model { id: _, person_id, listed, contact_id, languages_id, about_id } = row;
        let texts = EntryTexts { contact: text(contact_id), languages: text(languages_id), about: text(about_id) };
        StoredEntry { person: person_id, listed, texts }
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// The keys of the texts of an entry.
fn text_keys(row: &directory_entry::Model) -> impl Iterator<Item = RegisterTextId> {
    [row.contact_id, row.languages_id, row.about_id].into_iter().flatten()
}

/// The texts of an entry as a change record names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredTexts {
    /// How to contact them.
    pub contact: Option<StoredText>,
    /// The languages that they speak.
    pub languages: Option<StoredText>,
    /// A few words about themselves.
    pub about: Option<StoredText>,
}

/// Stores the entry of a person in place of those before, under any of the person's `numbers`.
pub async fn set(txn: &mut Transaction, numbers: &[PersonId], entry: StoredEntry) -> Result<StoredTexts, DbErr> {
    let StoredEntry { person, listed, texts: EntryTexts { contact, languages, about } } = entry;
    let known = directory_entry::Entity::find()
        .filter(directory_entry::Column::PersonId.is_in(numbers.iter().copied()))
        .all(txn.connection())
        .await?;
    forget_texts(txn.connection(), known.iter().flat_map(text_keys)).await?;
    for row in known {
        txn.delete::<directory_entry::Entity>(&row).await?;
    }
    let stored = StoredTexts {
        contact: store(txn.connection(), person, contact).await?,
        languages: store(txn.connection(), person, languages).await?,
        about: store(txn.connection(), person, about).await?,
    };
    let key = |text: &Option<StoredText>| text.as_ref().map(|text| text.id);
    let row = directory_entry::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        listed: Set(listed),
        contact_id: Set(key(&stored.contact)),
        languages_id: Set(key(&stored.languages)),
        about_id: Set(key(&stored.about)),
    };
    txn.insert::<directory_entry::Entity, _>(row).await?;
    Ok(stored)
}

async fn store(txn: &DatabaseTransaction, person: PersonId, text: Option<String>) -> Result<Option<StoredText>, DbErr> {
    match text {
        Some(text) => text::store(txn, NewText { person, author: person, text }).await.map(Some),
        None => Ok(None),
    }
}

async fn forget_texts(txn: &DatabaseTransaction, keys: impl Iterator<Item = RegisterTextId>) -> Result<u64, DbErr> {
    let gone = register_text::Entity::delete_many().filter(register_text::Column::Id.is_in(keys)).exec(txn).await?;
    Ok(gone.rows_affected)
}
