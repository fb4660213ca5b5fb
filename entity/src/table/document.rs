//! A version of the information pack or of the agreement.

use sea_orm::entity::prelude::*;

use crate::id::DocumentId;
use crate::period::Day;
use crate::value::register::DocumentKind;

/// A version of the information pack or of the agreement. It is in force until the next one of its kind is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DocumentId,
    /// Its kind.
    pub kind: DocumentKind,
    /// The board's word for the version, unique per kind.
    pub version: String,
    /// The title.
    pub title: String,
    /// Where it can be read. `None` if the text is here.
    pub address: Option<String>,
    /// Its text. `None` if it is elsewhere.
    pub body: Option<String>,
    /// First day in force, unique per kind.
    pub in_force_from: Day,
    /// The last day on which a signature of the version before still counts. `None` for an information pack.
    pub sign_by: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
