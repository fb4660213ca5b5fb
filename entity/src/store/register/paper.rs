//! Steps that coordinators recorded from paper: which do not count, and what rests on each.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use super::Transaction;
use crate::id::{AllocationId, ApprovalId, DecisionId, NominationId, PaperRecordId, PersonId};
use crate::period::Day;
use crate::table::{paper_record, paper_record_effect, register_change};
use crate::value::ApproverCapacity;
use crate::value::command::Command;
use crate::value::register::PaperStep;

/// A step that is about to be recorded from paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPaperRecord {
    /// The step.
    pub step: PaperStep,
    /// As line or as senior manager. `None` unless it is a manager's step.
    pub capacity: Option<ApproverCapacity>,
    /// The person who took the step.
    pub person: PersonId,
    /// The coordinator who records it.
    pub recorder: PersonId,
    /// The day of the paper.
    pub day: Day,
    /// The code under which it is filed.
    pub reference: String,
    /// Today.
    pub recorded_on: Day,
    /// The nomination. `None` for a renewal.
    pub nomination: Option<NominationId>,
    /// The decision. `None` unless it is a manager's decision.
    pub decision: Option<DecisionId>,
}

/// What a step has brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperEffect {
    /// The role.
    pub allocation: AllocationId,
    /// The approval of the role that rests on the step. `None` if the whole role does.
    pub approval: Option<ApprovalId>,
}

/// Stores a step that was recorded from paper.
pub async fn record(txn: &mut Transaction, new: NewPaperRecord) -> Result<paper_record::Model, DbErr> {
    let NewPaperRecord { step, capacity, person, recorder, day, reference, recorded_on, nomination, decision } = new;
    let row = paper_record::ActiveModel {
        id: NotSet,
        step: Set(step),
        capacity: Set(capacity),
        person_id: Set(person),
        recorder_id: Set(recorder),
        day: Set(day),
        reference: Set(Some(reference)),
        recorded_on: Set(recorded_on),
        nomination_id: Set(nomination),
        decision_id: Set(decision),
        disputed_on: Set(None),
        settled_on: Set(None),
        settled_as: Set(None),
        settled_by: Set(None),
    };
    txn.insert::<paper_record::Entity, _>(row).await
}

/// Notes what a step has brought about.
pub async fn add_effect(txn: &mut Transaction, record: PaperRecordId, effect: PaperEffect) -> Result<(), DbErr> {
    let PaperEffect { allocation, approval } = effect;
    let row = paper_record_effect::ActiveModel {
        id: NotSet,
        record_id: Set(record),
        allocation_id: Set(allocation),
        approval_id: Set(approval),
    };
    txn.insert::<paper_record_effect::Entity, _>(row).await.map(drop)
}

/// Returns a record. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: PaperRecordId) -> Result<Option<paper_record::Model>, DbErr> {
    paper_record::Entity::find_by_id(id).one(db).await
}

/// Returns the records that match, by key.
pub async fn matching(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<paper_record::Model>, DbErr> {
    paper_record::Entity::find().filter(condition).order_by_asc(paper_record::Column::Id).all(db).await
}

/// Returns what a step has brought about.
pub async fn effects_of(
    db: &impl ConnectionTrait,
    record: PaperRecordId,
) -> Result<Vec<paper_record_effect::Model>, DbErr> {
    paper_record_effect::Entity::find()
        .filter(paper_record_effect::Column::RecordId.eq(record))
        .order_by_asc(paper_record_effect::Column::Id)
        .all(db)
        .await
}

/// Returns what rests on steps recorded from paper for a role, each with the step.
pub async fn of_role(
    db: &impl ConnectionTrait,
    allocation: AllocationId,
) -> Result<Vec<(paper_record_effect::Model, paper_record::Model)>, DbErr> {
    of_roles(db, &[allocation]).await
}

/// Returns the same for several roles.
pub async fn of_roles(
    db: &impl ConnectionTrait,
    allocations: &[AllocationId],
) -> Result<Vec<(paper_record_effect::Model, paper_record::Model)>, DbErr> {
    let effects = paper_record_effect::Entity::find()
        .filter(paper_record_effect::Column::AllocationId.is_in(allocations.iter().copied()))
        .order_by_asc(paper_record_effect::Column::Id)
        .all(db)
        .await?;
    if effects.is_empty() {
        return Ok(Vec::new());
    }
    let ids = effects.iter().map(|effect| effect.record_id);
    let records = matching(db, paper_record::Column::Id.is_in(ids).into()).await?;
    let records: HashMap<_, _> = records.into_iter().map(|record| (record.id, record)).collect();
    Ok(effects
        .into_iter()
        .filter_map(|effect| Some((effect.clone(), records.get(&effect.record_id)?.clone())))
        .collect())
}

/// Returns the records of nominations, by nomination, oldest first.
pub async fn of_nominations(
    db: &impl ConnectionTrait,
    nominations: impl Iterator<Item = NominationId>,
) -> Result<HashMap<NominationId, Vec<paper_record::Model>>, DbErr> {
    let mut found: HashMap<NominationId, Vec<paper_record::Model>> = HashMap::new();
    for record in matching(db, paper_record::Column::NominationId.is_in(nominations).into()).await? {
        if let Some(nomination) = record.nomination_id {
            found.entry(nomination).or_default().push(record);
        }
    }
    Ok(found)
}

/// Returns the last day on which the person, under any of these numbers, themselves answered a nomination, took one back,
/// paused, gave a role up or shortened it: here, or on a paper that counts. `None` if they never did.
pub async fn last_own_step(db: &impl ConnectionTrait, numbers: &[PersonId]) -> Result<Option<Day>, DbErr> {
    let own = [
        Command::RespondToNomination,
        Command::WithdrawNomination,
        Command::Pause,
        Command::StandDown,
        Command::ChangeAllocation,
    ];
    let steps = register_change::Entity::find()
        .filter(register_change::Column::ActorId.is_in(numbers.iter().copied()))
        .filter(register_change::Column::Command.is_in(own))
        .filter(register_change::Column::UndoneBy.is_null())
        .all(db)
        .await?;
    let declined = Condition::all()
        .add(paper_record::Column::PersonId.is_in(numbers.iter().copied()))
        .add(paper_record::Column::Step.eq(PaperStep::Decline));
    let declined = matching(db, declined).await?;
    let declined = declined.iter().filter(|record| record.counts()).map(|record| record.day);
    let days: BTreeSet<Day> = steps.iter().map(|row| row.effective_on).chain(declined).collect();
    Ok(days.last().copied())
}
