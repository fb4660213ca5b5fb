//! What a step recorded from paper has brought about: a role, or one approval of it.

use sea_orm::entity::prelude::*;

use crate::id::{AllocationId, ApprovalId, PaperEffectId, PaperRecordId};

/// What a step recorded from paper has brought about: a role, or one approval of it. It does not count while the step does
/// not. Without foreign keys to role and approval: an import that removed them can be undone, and they must not count then
/// either.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paper_record_effect")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PaperEffectId,
    /// The step.
    pub record_id: PaperRecordId,
    /// The role.
    pub allocation_id: AllocationId,
    /// The approval of the role that rests on the step. `None` if the whole role does.
    pub approval_id: Option<ApprovalId>,
}

impl ActiveModelBehavior for ActiveModel {}
