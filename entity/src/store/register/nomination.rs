//! Reads nominations with their decisions.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, RelationDef,
};

use super::paper;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::id::{DecisionId, NominationId, PersonId, UnitId};
use crate::register::facts::{DecisionFacts, EndedNomination, NominationFacts};
use crate::table::{nomination, nomination_decision, paper_record, register_change, register_change_object};
use crate::value::command::{Command, ObjectKind};
use crate::value::register::{DecisionKind, PaperStep};

/// A nomination with its decisions and what was recorded of it from paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNomination {
    /// The nomination.
    pub row: nomination::Model,
    /// The decisions about it, oldest first. Those that were recorded from paper and are disputed or wrong are left out.
    pub decisions: Vec<nomination_decision::Model>,
    /// Its steps that were recorded from paper, oldest first.
    pub records: Vec<paper_record::Model>,
}

impl StoredNomination {
    /// Returns the facts that the rules decide on, with people and units by their index in a roster. `None` if its nominee,
    /// nominator or unit is no longer on file.
    #[must_use]
    pub fn facts(
        &self,
        person: impl Fn(PersonId) -> Option<PersonIx>,
        unit: impl Fn(UnitId) -> Option<UnitIx>,
    ) -> Option<NominationFacts> {
        let Self { row, decisions, records } = self;
        let opening = records.iter().find(|record| record.step == PaperStep::Nomination);
        let recorder = |decision: DecisionId| {
            let record = records.iter().find(|record| record.decision_id == Some(decision))?;
            person(record.recorder_id)
        };
        let decision = |row: &nomination_decision::Model| {
            Some(DecisionFacts {
                capacity: row.capacity,
                kind: row.kind,
                on: row.decided_on,
                decider: person(row.decider_id)?,
                principal: person(row.principal_id)?,
                recorder: recorder(row.id),
                protected_hours: row.protected_hours,
                answered: row.kind != DecisionKind::Ask || row.answer_id.is_some(),
            })
        };
        Some(NominationFacts {
            person: person(row.person_id)?,
            role: row.role,
            unit: unit(row.unit_id)?,
            share: u32::try_from(row.share).unwrap_or(0),
            outside_team: row.outside_team,
            nominator: person(row.nominator_id)?,
            opened_on: row.opened_on,
            counted_from: opening.map_or(row.opened_on, |record| record.recorded_on),
            accepted_on: row.accepted_on,
            wished_start: row.wished_start,
            ended: row.ended_as.zip(row.ended_on).map(|(how, on)| EndedNomination { how, on }),
            in_dispute: opening.is_some_and(|record| !record.counts()),
            decisions: decisions.iter().filter_map(decision).collect(),
        })
    }
}

/// Returns the nominations that match, by key, in three queries.
pub async fn matching(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<StoredNomination>, DbErr> {
    let rows = nomination::Entity::find().filter(condition).order_by_asc(nomination::Column::Id).all(db).await?;
    with_decisions(db, rows).await
}

/// Returns a nomination. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: NominationId) -> Result<Option<StoredNomination>, DbErr> {
    Ok(matching(db, nomination::Column::Id.eq(id).into()).await?.pop())
}

/// Returns the keys of the nominations that commands have changed in the data versions after `since` up to `until`.
pub async fn changed_between(db: &impl ConnectionTrait, since: i64, until: i64) -> Result<Vec<NominationId>, DbErr> {
    let changes = Query::select()
        .column(register_change::Column::Id)
        .from(register_change::Entity)
        .and_where(Expr::col(register_change::Column::FactVersion).gt(since))
        .and_where(Expr::col(register_change::Column::FactVersion).lte(until))
        .to_owned();
    let changed = register_change_object::Entity::find()
        .select_only()
        .column(register_change_object::Column::ObjectId)
        .distinct()
        .filter(register_change_object::Column::Kind.eq(ObjectKind::Nomination))
        .filter(register_change_object::Column::ChangeId.in_subquery(changes));
    Ok(changed.into_tuple::<i64>().all(db).await?.into_iter().map(NominationId).collect())
}

/// Returns every nomination of a person, under any of these numbers.
pub async fn of_person(db: &impl ConnectionTrait, numbers: &[PersonId]) -> Result<Vec<StoredNomination>, DbErr> {
    matching(db, nomination::Column::PersonId.is_in(numbers.iter().copied()).into()).await
}

/// Returns who took back which of these nominations.
pub async fn withdrawn_by(
    db: &impl ConnectionTrait,
    nominations: &[NominationId],
) -> Result<HashMap<NominationId, PersonId>, DbErr> {
    if nominations.is_empty() {
        return Ok(HashMap::new());
    }
    let to_change: RelationDef = register_change_object::Entity::belongs_to(register_change::Entity)
        .from(register_change_object::Column::ChangeId)
        .to(register_change::Column::Id)
        .into();
    let rows: Vec<(i64, PersonId)> = register_change_object::Entity::find()
        .join(JoinType::InnerJoin, to_change)
        .filter(register_change_object::Column::Kind.eq(ObjectKind::Nomination))
        .filter(register_change_object::Column::ObjectId.is_in(nominations.iter().map(|id| id.0)))
        .filter(register_change::Column::Command.eq(Command::WithdrawNomination))
        .filter(register_change::Column::UndoneBy.is_null())
        .select_only()
        .column(register_change_object::Column::ObjectId)
        .column(register_change::Column::ActorId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, actor)| (NominationId(id), actor)).collect())
}

/// Adds the decisions, and what was recorded from paper, to nominations.
pub async fn with_decisions(
    db: &impl ConnectionTrait,
    rows: Vec<nomination::Model>,
) -> Result<Vec<StoredNomination>, DbErr> {
    let ids = rows.iter().map(|row| row.id);
    let mut decisions: HashMap<NominationId, Vec<_>> = HashMap::new();
    let mut records = HashMap::new();
    if !rows.is_empty() {
        records = paper::of_nominations(db, ids.clone()).await?;
        let not_counting: HashSet<DecisionId> = records
            .values()
            .flatten()
            .filter(|record| !record.counts())
            .filter_map(|record| record.decision_id)
            .collect();
        let found = nomination_decision::Entity::find()
            .filter(nomination_decision::Column::NominationId.is_in(ids))
            .order_by_asc(nomination_decision::Column::Id)
            .all(db)
            .await?;
        for decision in found.into_iter().filter(|decision| !not_counting.contains(&decision.id)) {
            decisions.entry(decision.nomination_id).or_default().push(decision);
        }
    }
    let stored = |row: nomination::Model| StoredNomination {
        decisions: decisions.remove(&row.id).unwrap_or_default(),
        records: records.remove(&row.id).unwrap_or_default(),
        row,
    };
    Ok(rows.into_iter().map(stored).collect())
}
