//! The beginning of a role: what happens when a nomination has its acceptance and all its approvals.

use std::collections::HashMap;

use entity::id::{AllocationId, ApprovalId, DecisionId};
use entity::period::Day;
use entity::register::checklist::{Nominee, hard_failures, replaced};
use entity::register::nomination::{agreed_hours, first_day, is_complete};
use entity::store::register::NewChange;
use entity::store::register::change::Object;
use entity::store::register::kept::{self, Wish};
use entity::store::register::nomination::StoredNomination;
use entity::store::register::paper::{self, PaperEffect};
use entity::store::register::role::{self, NewApproval, NewRole, StoredRole};
use entity::table::{allocation, nomination, sign_off};
use entity::value::Role;
use entity::value::register::{DecisionKind, NominationEnd, PaperStep};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::EntityTrait as _;

use super::command::RegisterCommand;
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;
use crate::graphql::nominations::{VisibleNomination, facts_of};

/// Begins the role if the nomination is open and complete as it is in `stored`. Returns its row after that, which the caller
/// writes.
pub(super) async fn complete(
    command: &mut RegisterCommand,
    nomination: &VisibleNomination,
    stored: StoredNomination,
    change: &mut NewChange,
) -> Result<Result<nomination::Model, CommandRefusal>, ApiError> {
    let mut after = stored.row.clone();
    let complete = facts_of(&command.known, &stored).filter(|facts| facts.ended.is_none() && is_complete(facts));
    let Some(facts) = complete else { return Ok(Ok(after)) };
    let whole = VisibleNomination { facts, stored, ..nomination.clone() };
    match begin_role(command, &whole).await? {
        Ok(begun) => {
            change.objects.insert(Object::allocation(begun.id));
            change.people.insert(after.person_id);
            after.allocation_id = Some(begun.id);
            after.ended_as = Some(NominationEnd::Approved);
            after.ended_on = Some(command.today);
            Ok(Ok(after))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Begins the role of a nomination that is complete, unless an item of the checklist fails on its first day or later.
async fn begin_role(
    command: &mut RegisterCommand,
    nomination: &VisibleNomination,
) -> Result<Result<allocation::Model, CommandRefusal>, ApiError> {
    let (row, facts) = (&nomination.stored.row, &nomination.facts);
    let Some(first) = first_day(facts) else {
        return Err(ApiError::internal("a nomination that is not complete cannot begin a role"));
    };
    let nominee = Nominee { day: first, ..nomination.nominee() };
    if let Some(failure) = hard_failures(command.index(), &nominee, &nomination.terms).first() {
        let refusal = CommandRefusal::new(RefusalCode::ChecklistNotMet, failure.item.sentence.clone());
        return Ok(Err(refusal));
    }
    let earlier = replaced(command.index(), &nominee);
    if earlier.is_some_and(|earlier| earlier.validity.from.is_some_and(|from| first < from)) {
        let sentence = "The allocation that the nominee has here began after the papers. Make a new nomination.";
        return Ok(Err(CommandRefusal::new(RefusalCode::ChecklistNotMet, sentence)));
    }
    let earlier = earlier.map(|earlier| (earlier.id, earlier.signed_off.clone()));
    let accepts: Vec<_> =
        nomination.stored.decisions.iter().filter(|decision| decision.kind == DecisionKind::Accept).collect();
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
    let StoredRole { row: begun, approvals, .. } = role::begin(&mut command.txn, new).await?;
    let of_decision = accepts.iter().zip(&approvals).map(|(decision, approval)| (decision.id, approval.id));
    note_papers(command, nomination, &begun, &of_decision.collect()).await?;
    if let Some((earlier, sign_offs)) = earlier {
        end_earlier(command, earlier, first).await?;
        for signed_off_on in sign_offs {
            let copy =
                sign_off::ActiveModel { id: NotSet, allocation_id: Set(begun.id), signed_off_on: Set(signed_off_on) };
            command.txn.insert::<sign_off::Entity, _>(copy).await?;
        }
    }
    kept::keep(&mut command.txn, row.person_id, row.role, Wish::Other, command.today).await?;
    Ok(Ok(begun))
}

/// Notes which steps recorded from paper the role rests on. A role for which approvals are no facts of coverage rests on
/// each of them as a whole.
async fn note_papers(
    command: &mut RegisterCommand,
    nomination: &VisibleNomination,
    begun: &allocation::Model,
    approvals: &HashMap<DecisionId, ApprovalId>,
) -> Result<(), ApiError> {
    for record in nomination.stored.records.iter().filter(|record| record.counts()) {
        let of_decision = record.decision_id.and_then(|decision| approvals.get(&decision).copied());
        let approval = match (record.step, of_decision) {
            (PaperStep::Nomination | PaperStep::Acceptance, _) => None,
            (PaperStep::Decision, Some(approval)) => Some(approval).filter(|_| begun.role == Role::PeerSupporter),
            (PaperStep::Decision, None) | (PaperStep::Decline | PaperStep::Renewal, _) => continue,
        };
        paper::add_effect(&mut command.txn, record.id, PaperEffect { allocation: begun.id, approval }).await?;
    }
    Ok(())
}

/// Ends the allocation that a nomination with a larger share, or for cover from outside the team, replaces.
async fn end_earlier(command: &mut RegisterCommand, earlier: AllocationId, first: Day) -> Result<(), ApiError> {
    if let Some(row) = allocation::Entity::find_by_id(earlier).one(command.txn.connection()).await? {
        let ended = allocation::Model { valid_to: Some(first), ..row.clone() };
        command.txn.update::<allocation::Entity, allocation::ActiveModel>(&row, ended).await?;
    }
    Ok(())
}
