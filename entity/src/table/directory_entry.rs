//! Table `directory_entry`: what Peer Supporters say about themselves in the directory.

use sea_orm::entity::prelude::*;

use crate::id::{DirectoryEntryId, PersonId, RegisterTextId};

/// What a Peer Supporter says about themselves in the directory. The texts are in `register_text`, so that change records
/// hold none.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "directory_entry")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DirectoryEntryId,
    /// The Peer Supporter. One row per person.
    pub person_id: PersonId,
    /// Whether the directory lists them.
    pub listed: bool,
    /// How to contact them. `None` if they say nothing, or after it was erased.
    pub contact_id: Option<RegisterTextId>,
    /// The languages that they speak. `None` if they say nothing, or after it was erased.
    pub languages_id: Option<RegisterTextId>,
    /// A few words about themselves. `None` if they say nothing, or after it was erased.
    pub about_id: Option<RegisterTextId>,
}

impl ActiveModelBehavior for ActiveModel {}
