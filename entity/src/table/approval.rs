//! A manager's approval of an allocation. Approvals accumulate: a renewal is one more.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, ApprovalId, PersonId};
use crate::period::Day;
use crate::value::ApproverCapacity;

/// A manager's approval of an allocation. Approvals accumulate: a renewal is one more.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ApprovalId,
    /// The approved allocation.
    pub allocation_id: AllocationId,
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
    /// The day of the decision.
    pub decided_on: Day,
    /// The approver. `None` if the file does not say; the approval then does not count.
    pub approver_id: Option<PersonId>,
    /// The manager on whose behalf it was decided; the approver unless a delegate decided. `None` for one from a file.
    pub principal_id: Option<PersonId>,
    /// Protected time that was agreed with it, in hundredths of an hour per month. `None` for one from a file.
    pub protected_hours: Option<i32>,
    /// First day on which it was withdrawn. `None` unless it was.
    pub withdrawn_on: Option<Day>,
}

impl ActiveModelBehavior for ActiveModel {}
