//! What must hold after a change was undone: shares of at most one whole person, one open nomination per person, role and unit,
//! and two people for two approvals.

use std::collections::BTreeSet;

use sea_orm::{ColumnTrait as _, Condition, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _};

use super::super::nomination::{self as store, StoredNomination};
use super::UndoRefusal;
use crate::id::{AllocationId, NominationId, PersonId};
use crate::period::Validity;
use crate::register::shares::first_excess;
use crate::register::undo::{Footprint, RowKey};
use crate::store::links::SamePerson;
use crate::table::{allocation, approval, nomination, nomination_decision};
use crate::value::register::DecisionKind;
use crate::value::{ApproverCapacity, Role};

/// Returns the first of them that the rows as they are now break, of what a change is about.
pub(super) async fn broken(
    db: &DatabaseTransaction,
    change: &Footprint,
    same: &SamePerson,
    has_lapsed: impl Fn(&StoredNomination) -> bool,
) -> Result<Option<UndoRefusal>, DbErr> {
    let people: BTreeSet<PersonId> = change.roles.iter().flat_map(|role| same.all(role.person)).collect();
    let lowest: BTreeSet<PersonId> = people.iter().map(|id| same.lowest(*id)).collect();
    for person in lowest {
        if exceeds_whole(db, &same.all(person)).await? {
            return Ok(Some(UndoRefusal::SharesTooLarge));
        }
        if has_two_open(db, &same.all(person), &has_lapsed).await? {
            return Ok(Some(UndoRefusal::AlreadyOpen));
        }
    }
    let of = |table: &str| {
        let keys = change.rows.iter().chain(&change.refers_to);
        keys.filter(|key: &&RowKey| key.table == table).map(|key| key.id).collect::<BTreeSet<_>>()
    };
    let allocations = of("allocation").into_iter().map(AllocationId);
    let nominations = of("nomination").into_iter().map(NominationId);
    if has_one_approver(db, allocations.collect(), nominations.collect(), same).await? {
        return Ok(Some(UndoRefusal::BothApprovals));
    }
    Ok(None)
}

async fn exceeds_whole(db: &DatabaseTransaction, numbers: &[PersonId]) -> Result<bool, DbErr> {
    let rows = allocation::Entity::find()
        .filter(allocation::Column::PersonId.is_in(numbers.iter().copied()))
        .filter(allocation::Column::Role.eq(Role::PeerSupporter))
        .all(db)
        .await?;
    let share = |row: allocation::Model| {
        let validity = Validity { from: row.valid_from, to: row.valid_to };
        (validity, u32::try_from(row.share).unwrap_or(0))
    };
    Ok(first_excess(rows.into_iter().map(share)).is_some())
}

async fn has_two_open(
    db: &DatabaseTransaction,
    numbers: &[PersonId],
    has_lapsed: impl Fn(&StoredNomination) -> bool,
) -> Result<bool, DbErr> {
    let open = Condition::all()
        .add(nomination::Column::PersonId.is_in(numbers.iter().copied()))
        .add(nomination::Column::EndedAs.is_null());
    let mut seen = BTreeSet::new();
    let open = store::matching(db, open).await?;
    let mut open = open.iter().filter(|stored| !has_lapsed(stored));
    Ok(open.any(|stored| !seen.insert((stored.row.role, stored.row.unit_id))))
}

/// Whether one person stands on the line manager's and on the senior manager's approval of one of these.
async fn has_one_approver(
    db: &DatabaseTransaction,
    allocations: Vec<AllocationId>,
    nominations: Vec<NominationId>,
    same: &SamePerson,
) -> Result<bool, DbErr> {
    let mut line = BTreeSet::new();
    let mut senior = BTreeSet::new();
    let mut note = |of: (&'static str, i64), capacity: ApproverCapacity, parties: [Option<PersonId>; 2]| {
        let side = match capacity {
            ApproverCapacity::Line => &mut line,
            ApproverCapacity::Senior => &mut senior,
        };
        side.extend(parties.into_iter().flatten().map(|id| (of, same.lowest(id))));
    };
    let approvals = approval::Entity::find()
        .filter(approval::Column::AllocationId.is_in(allocations))
        .filter(approval::Column::WithdrawnOn.is_null());
    for row in approvals.all(db).await? {
        note(("allocation", row.allocation_id.0), row.capacity, [row.approver_id, row.principal_id]);
    }
    let decisions = nomination_decision::Entity::find()
        .filter(nomination_decision::Column::NominationId.is_in(nominations))
        .filter(nomination_decision::Column::Kind.eq(DecisionKind::Accept));
    for row in decisions.all(db).await? {
        note(("nomination", row.nomination_id.0), row.capacity, [Some(row.decider_id), Some(row.principal_id)]);
    }
    Ok(!line.is_disjoint(&senior))
}
