//! A person's role that a command has touched. It is kept in the register: files no longer change it.

use sea_orm::entity::prelude::*;

use crate::id::{PersonId, RegisterRoleId};
use crate::period::Day;
use crate::value::Role;

/// A person's role that a command has touched. It is kept in the register: files no longer change it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "register_role")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: RegisterRoleId,
    /// The person. One row per person and role.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// The day of the first command.
    pub kept_since: Day,
    /// Whether the person themselves declined, withdrew, paused or stood down: no coordinator or file overrides that.
    pub own_wish: bool,
}

impl ActiveModelBehavior for ActiveModel {}
