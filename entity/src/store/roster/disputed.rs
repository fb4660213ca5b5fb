//! What does not count although it is on file: what rests on a step recorded from paper that is disputed or wrong, and that by
//! which a file would let a role count for less.

use std::collections::HashSet;

use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use crate::id::{AllocationId, ApprovalId};
use crate::register::file_difference::{FileSays, StoredSaying};
use crate::table::{file_difference, paper_record, paper_record_effect};
use crate::value::register::PaperOutcome;

/// Returns what the file says. `None` if a value is missing.
#[must_use]
pub fn says(row: &file_difference::Model) -> Option<FileSays> {
    let file_difference::Model { kind, valid_from, valid_to, share, .. } = *row;
    FileSays::from_stored(StoredSaying { kind, from: valid_from, to: valid_to, share })
}

/// Roles and approvals that do not count, because a step recorded from paper on which they rest is disputed or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DisputedFacts {
    /// Roles, with every approval.
    pub(super) roles: HashSet<AllocationId>,
    /// Single approvals.
    pub(super) approvals: HashSet<ApprovalId>,
}

/// Reads the roles and approvals that do not count. There are few, so that all are read.
pub(super) async fn not_counting(db: &impl ConnectionTrait) -> Result<DisputedFacts, DbErr> {
    let is_open = Condition::any()
        .add(paper_record::Column::SettledAs.is_null())
        .add(paper_record::Column::SettledAs.ne(PaperOutcome::Stands));
    let disputed = Condition::all().add(paper_record::Column::DisputedOn.is_not_null()).add(is_open);
    let records: Vec<_> =
        paper_record::Entity::find().filter(disputed).all(db).await?.into_iter().map(|record| record.id).collect();
    let mut found = DisputedFacts::default();
    if records.is_empty() {
        return Ok(found);
    }
    let effects = paper_record_effect::Entity::find().filter(paper_record_effect::Column::RecordId.is_in(records));
    for effect in effects.all(db).await? {
        match effect.approval_id {
            Some(approval) => drop(found.approvals.insert(approval)),
            None => drop(found.roles.insert(effect.allocation_id)),
        }
    }
    Ok(found)
}
