//! A row of a file by which a person would count for less than by the register.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, FileDifferenceId, ImportBatchId, PersonId, UnitId};
use crate::period::Day;
use crate::value::Role;
use crate::value::register::{DifferenceKind, DifferenceOutcome};

/// A row of a file by which a person would count for less than by the register. Until it is settled, the more cautious of
/// the two holds from the file's as-at day on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_difference")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: FileDifferenceId,
    /// The person.
    pub person_id: PersonId,
    /// The role.
    pub role: Role,
    /// The role in the register.
    pub allocation_id: AllocationId,
    /// What the file says.
    pub kind: DifferenceKind,
    /// First day of the role, or of the pause, by the file. `None` unless it begins later or is paused.
    pub valid_from: Option<Day>,
    /// First day after the role, or after the pause, by the file. `None` unless it ends or is paused until then.
    pub valid_to: Option<Day>,
    /// Share by the file, in thousandths. `None` unless it is lower.
    pub share: Option<i32>,
    /// The unit that the file names. `None` unless it is another one.
    pub unit_id: Option<UnitId>,
    /// The import that found it.
    pub batch_id: ImportBatchId,
    /// The day that the file describes: from then on the more cautious of the two holds.
    pub as_at: Day,
    /// The day of the import.
    pub found_on: Day,
    /// The day on which it was settled. `None` while it is open.
    pub settled_on: Option<Day>,
    /// How it was settled. `None` while it is open.
    pub settled_as: Option<DifferenceOutcome>,
}

impl ActiveModelBehavior for ActiveModel {}
