//! Free texts of the register, in one table so that they can be erased. A change record holds a text's key and its
//! salted hash.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait as _};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::id::{PersonId, RegisterTextId};
use crate::table::register_text;

/// The largest number of characters of a text.
pub const LONGEST: usize = 500;

/// Returns the number of characters of a text: of Unicode, not bytes.
#[must_use]
pub fn length(text: &str) -> usize {
    text.chars().count()
}

/// A text that is about to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewText {
    /// The person that it is about.
    pub person: PersonId,
    /// The person who wrote it.
    pub author: PersonId,
    /// The text.
    pub text: String,
}

/// A stored text, as a change record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredText {
    /// Its key.
    pub id: RegisterTextId,
    /// SHA-256 of its salt and itself, 64 hexadecimal digits.
    pub hash: String,
}

impl StoredText {
    /// The text in a change record: its key and its hash.
    #[must_use]
    pub fn as_json(&self) -> Json {
        json!({ "id": self.id, "sha256": self.hash })
    }
}

/// Stores a text.
pub async fn store(txn: &DatabaseTransaction, new: NewText) -> Result<StoredText, DbErr> {
    let NewText { person, author, text } = new;
    let mut salt = [0u8; 32];
    getrandom::fill(&mut salt).map_err(|error| DbErr::Custom(format!("no randomness: {error}")))?;
    let salt = hex::encode(salt);
    let hash = hex::encode(Sha256::digest(format!("{salt}{text}").as_bytes()));
    let row = register_text::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        author_id: Set(author),
        salt: Set(salt),
        text: Set(text),
    };
    let id = register_text::Entity::insert(row).exec(txn).await?.last_insert_id;
    Ok(StoredText { id, hash })
}
