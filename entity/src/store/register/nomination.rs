//! Reads nominations with their decisions.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::id::{NominationId, PersonId};
use crate::table::{nomination, nomination_decision};

/// A nomination with its decisions, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNomination {
    /// The nomination.
    pub row: nomination::Model,
    /// The decisions about it, oldest first.
    pub decisions: Vec<nomination_decision::Model>,
}

/// Returns the nominations that match, by key, in two queries.
pub async fn matching(db: &impl ConnectionTrait, condition: Condition) -> Result<Vec<StoredNomination>, DbErr> {
    let rows = nomination::Entity::find().filter(condition).order_by_asc(nomination::Column::Id).all(db).await?;
    with_decisions(db, rows).await
}

/// Returns a nomination. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: NominationId) -> Result<Option<StoredNomination>, DbErr> {
    Ok(matching(db, nomination::Column::Id.eq(id).into()).await?.pop())
}

/// Returns every nomination of a person, under any of these numbers.
pub async fn of_person(db: &impl ConnectionTrait, numbers: &[PersonId]) -> Result<Vec<StoredNomination>, DbErr> {
    matching(db, nomination::Column::PersonId.is_in(numbers.iter().copied()).into()).await
}

/// Adds the decisions to nominations.
pub async fn with_decisions(
    db: &impl ConnectionTrait,
    rows: Vec<nomination::Model>,
) -> Result<Vec<StoredNomination>, DbErr> {
    let ids = rows.iter().map(|row| row.id);
    let mut decisions: HashMap<NominationId, Vec<_>> = HashMap::new();
    if !rows.is_empty() {
        let found = nomination_decision::Entity::find()
            .filter(nomination_decision::Column::NominationId.is_in(ids))
            .order_by_asc(nomination_decision::Column::Id)
            .all(db)
            .await?;
        for decision in found {
            decisions.entry(decision.nomination_id).or_default().push(decision);
        }
    }
    let stored =
        |row: nomination::Model| StoredNomination { decisions: decisions.remove(&row.id).unwrap_or_default(), row };
    Ok(rows.into_iter().map(stored).collect())
}
