//! The beginning of a role: what happens when a nomination has its acceptance and all its approvals.

use std::collections::HashMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DbErr, EntityTrait as _};

use super::Transaction;
use super::kept::{self, Wish};
use super::nomination::StoredNomination;
use super::paper::{self, PaperEffect};
use super::role::{self, NewApproval, NewRole, StoredRole};
use crate::coverage::Index;
use crate::id::{AllocationId, ApprovalId, DecisionId};
use crate::period::Day;
use crate::register::checklist::{Nominee, hard_failures, replaced};
use crate::register::nomination::{NominationFacts, agreed_hours, first_day, is_complete};
use crate::table::{allocation, nomination, sign_off};
use crate::value::Role;
use crate::value::register::{DecisionKind, NominationEnd, PaperStep};

/// Why a nomination that has everything does not begin its role. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotBegin {
    /// An item of the checklist fails on the first day or later. Its sentence.
    ChecklistNotMet(String),
    /// The allocation that it would replace began after the first day.
    BeganLater,
}

/// Begins the role if the nomination is open and complete as it is in `stored`. Returns its row after that, which the caller
/// writes; unchanged if it is not complete. `index` has the facts as they are after the writes of the transaction.
///
/// # Errors
///
/// Database errors. Within: [`CannotBegin`].
pub async fn complete(
    txn: &mut Transaction,
    index: &Index,
    stored: &StoredNomination,
    today: Day,
) -> Result<Result<nomination::Model, CannotBegin>, DbErr> {
    let facts = stored.facts(|id| index.person_by_id(id), |id| index.unit_by_id(id));
    let complete = facts.filter(|facts| facts.ended.is_none() && is_complete(facts));
    let Some((facts, first)) = complete.and_then(|facts| first_day(&facts).map(|first| (facts, first))) else {
        return Ok(Ok(stored.row.clone()));
    };
    let begun = match begin(txn, index, stored, &facts, first).await? {
        Ok(begun) => begun,
        Err(cause) => return Ok(Err(cause)),
    };
    kept::keep(txn, stored.row.person_id, stored.row.role, Wish::Other, today).await?;
    Ok(Ok(nomination::Model {
        allocation_id: Some(begun.id),
        ended_as: Some(NominationEnd::Approved),
        ended_on: Some(today),
        ..stored.row.clone()
    }))
}

async fn begin(
    txn: &mut Transaction,
    index: &Index,
    stored: &StoredNomination,
    facts: &NominationFacts,
    first: Day,
) -> Result<Result<allocation::Model, CannotBegin>, DbErr> {
    let row = &stored.row;
    let NominationFacts { person, role, unit, share, outside_team, .. } = *facts;
    let nominee = Nominee { person, role, unit, share, outside_team, day: first };
    // The numbers of the day on which it was opened hold for a nomination.
    let terms = index.register_terms(unit, facts.opened_on);
    if let Some(failure) = hard_failures(index, &nominee, &terms).first() {
        return Ok(Err(CannotBegin::ChecklistNotMet(failure.item.sentence.clone())));
    }
    let earlier = replaced(index, &nominee);
    if earlier.is_some_and(|earlier| earlier.validity.from.is_some_and(|from| first < from)) {
        return Ok(Err(CannotBegin::BeganLater));
    }
    let earlier = earlier.map(|earlier| (earlier.id, earlier.signed_off.clone()));
    let accepts: Vec<_> = stored.decisions.iter().filter(|decision| decision.kind == DecisionKind::Accept).collect();
    let approvals = accepts.iter().map(|decision| NewApproval {
        capacity: decision.capacity,
        decided_on: decision.decided_on,
        decider: decision.decider_id,
        principal: decision.principal_id,
        protected_hours: decision.protected_hours,
    });
    let new = NewRole {
        person: row.person_id,
        role: row.role,
        unit: row.unit_id,
        share: row.share,
        outside_team: row.outside_team,
        first_day: first,
        protected_hours: agreed_hours(facts),
        approvals: approvals.collect(),
    };
    let StoredRole { row: begun, approvals, .. } = role::begin(txn, new).await?;
    let of_decision = accepts.iter().zip(&approvals).map(|(decision, approval)| (decision.id, approval.id));
    note_papers(txn, stored, &begun, &of_decision.collect()).await?;
    if let Some((earlier, sign_offs)) = earlier {
        end_earlier(txn, earlier, first).await?;
        for signed_off_on in sign_offs {
            let copy =
                sign_off::ActiveModel { id: NotSet, allocation_id: Set(begun.id), signed_off_on: Set(signed_off_on) };
            txn.insert::<sign_off::Entity, _>(copy).await?;
        }
    }
    Ok(Ok(begun))
}

/// Notes which steps recorded from paper the role rests on. A role for which approvals are no facts of coverage rests on
/// each of them as a whole.
async fn note_papers(
    txn: &mut Transaction,
    stored: &StoredNomination,
    begun: &allocation::Model,
    approvals: &HashMap<DecisionId, ApprovalId>,
) -> Result<(), DbErr> {
    for record in stored.records.iter().filter(|record| record.counts()) {
        let of_decision = record.decision_id.and_then(|decision| approvals.get(&decision).copied());
        let approval = match (record.step, of_decision) {
            (PaperStep::Nomination | PaperStep::Acceptance, _) => None,
            (PaperStep::Decision, Some(approval)) => Some(approval).filter(|_| begun.role == Role::PeerSupporter),
            (PaperStep::Decision, None) | (PaperStep::Decline | PaperStep::Renewal, _) => continue,
        };
        paper::add_effect(txn, record.id, PaperEffect { allocation: begun.id, approval }).await?;
    }
    Ok(())
}

/// Ends the allocation that a nomination with a larger share, or for cover from outside the team, replaces.
async fn end_earlier(txn: &mut Transaction, earlier: AllocationId, first: Day) -> Result<(), DbErr> {
    if let Some(row) = allocation::Entity::find_by_id(earlier).one(txn.connection()).await? {
        let ended = allocation::Model { valid_to: Some(first), ..row.clone() };
        txn.update::<allocation::Entity, allocation::ActiveModel>(&row, ended).await?;
    }
    Ok(())
}
