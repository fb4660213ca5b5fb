//! An object that a change of the register is about, so that its history can be found.

use sea_orm::entity::prelude::*;

use crate::id::{ChangeId, ChangeObjectId};
use crate::value::command::ObjectKind;

/// An object that a change of the register is about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_change_object")]
pub struct Model {
    /// Key of the row.
    #[sea_orm(primary_key)]
    pub id: ChangeObjectId,
    /// The change.
    pub change_id: ChangeId,
    /// The kind of object.
    pub kind: ObjectKind,
    /// The object's key. A policy is found by its unit.
    pub object_id: i64,
}

impl ActiveModelBehavior for ActiveModel {}
