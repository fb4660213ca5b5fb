//! What a link between two numbers of one person changes, or its removal: the link, and nominations that it shows to be twice
//! the same, approved twice by one person, or approved by two after all.

use std::collections::BTreeSet;

use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, Condition, DbErr, EntityTrait as _, QueryFilter as _};

use super::Transaction;
use super::completion;
use super::nomination::{self as store, StoredNomination};
use crate::coverage::Index;
use crate::id::{NominationId, PersonId};
use crate::period::Day;
use crate::register::nomination::state;
use crate::store::links::{self, LinkRefusal};
use crate::table::{nomination, nomination_decision, person_link};
use crate::value::ApproverCapacity;
use crate::value::register::{DecisionKind, NominationEnd, NominationState};

/// Links two numbers of one person.
pub async fn link(txn: &mut Transaction, a: PersonId, b: PersonId) -> Result<Result<(), LinkRefusal>, DbErr> {
    if let Err(refusal) = links::check(txn.connection(), a, b).await? {
        return Ok(Err(refusal));
    }
    let row = person_link::ActiveModel { person_id: Set(a), same_as_id: Set(b), ..Default::default() };
    txn.insert::<person_link::Entity, _>(row).await?;
    Ok(Ok(()))
}

/// Removes the link between two numbers.
pub async fn unlink(txn: &mut Transaction, a: PersonId, b: PersonId) -> Result<Result<(), LinkRefusal>, DbErr> {
    let rows = links::direct(txn.connection(), a, b).await?;
    if rows.is_empty() {
        return Ok(Err(LinkRefusal::NotLinked));
    }
    for row in rows {
        txn.delete::<person_link::Entity>(&row).await?;
    }
    Ok(Ok(()))
}

/// Withdraws every open nomination of the person with these numbers for whose role and unit there is an earlier open one.
/// Returns those withdrawn. `has_lapsed` says which of those without an end are no longer open.
pub async fn withdraw_repeated(
    txn: &mut Transaction,
    numbers: &[PersonId],
    has_lapsed: impl Fn(&StoredNomination) -> bool,
    today: Day,
) -> Result<BTreeSet<NominationId>, DbErr> {
    let mut open = store::of_person(txn.connection(), numbers).await?;
    open.retain(|stored| stored.row.ended_as.is_none() && !has_lapsed(stored));
    open.sort_by_key(|stored| (stored.row.opened_on, stored.row.id));
    let mut seen = BTreeSet::new();
    let mut withdrawn = BTreeSet::new();
    for StoredNomination { row, .. } in open {
        if seen.insert((row.role, row.unit_id)) {
            continue;
        }
        let after = nomination::Model {
            ended_as: Some(NominationEnd::Withdrawn),
            ended_on: Some(today),
            version: row.version + 1,
            ..row.clone()
        };
        txn.update::<nomination::Entity, nomination::ActiveModel>(&row, after).await?;
        withdrawn.insert(row.id);
    }
    Ok(withdrawn)
}

/// Finds the open nominations in whose two approvals the person with these numbers takes part, and gives each a new
/// version: the senior manager's approval counts no more, which the rules derive from the link.
pub async fn reopen(txn: &mut Transaction, numbers: &[PersonId]) -> Result<BTreeSet<NominationId>, DbErr> {
    let is_party = Condition::any()
        .add(nomination_decision::Column::DeciderId.is_in(numbers.iter().copied()))
        .add(nomination_decision::Column::PrincipalId.is_in(numbers.iter().copied()));
    let decided = nomination_decision::Entity::find().filter(is_party).all(txn.connection()).await?;
    let ids: BTreeSet<NominationId> = decided.into_iter().map(|row| row.nomination_id).collect();
    if ids.is_empty() {
        return Ok(ids);
    }
    let still_open = Condition::all().add(nomination::Column::Id.is_in(ids)).add(nomination::Column::EndedAs.is_null());
    let mut reopened = BTreeSet::new();
    for StoredNomination { row, decisions, records: _ } in store::matching(txn.connection(), still_open).await? {
        let takes_part =
            |row: &nomination_decision::Model| numbers.contains(&row.decider_id) || numbers.contains(&row.principal_id);
        let is_accept = |row: &&nomination_decision::Model| row.kind == DecisionKind::Accept;
        let of = |capacity: ApproverCapacity| decisions.iter().filter(move |row| row.capacity == capacity);
        let line = of(ApproverCapacity::Line).filter(is_accept).any(takes_part);
        let senior = of(ApproverCapacity::Senior).next_back().filter(is_accept).is_some_and(takes_part);
        if line && senior {
            let after = nomination::Model { version: row.version + 1, ..row.clone() };
            txn.update::<nomination::Entity, nomination::ActiveModel>(&row, after).await?;
            reopened.insert(row.id);
        }
    }
    Ok(reopened)
}

/// Begins the roles of those open nominations that have all they need, of those in which a person with one of these numbers
/// takes part. `index` has the facts without the link. Returns the rows of those that were completed.
pub async fn complete_open(
    txn: &mut Transaction,
    index: &Index,
    numbers: &[PersonId],
    today: Day,
) -> Result<Vec<nomination::Model>, DbErr> {
    let open =
        Condition::all().add(nomination::Column::EndedAs.is_null()).add(nomination::Column::AcceptedOn.is_not_null());
    let takes_part = |stored: &StoredNomination| {
        let of_decisions = stored.decisions.iter().flat_map(|row| [row.decider_id, row.principal_id]);
        let recorders = stored.records.iter().map(|record| record.recorder_id);
        let mut people = of_decisions.chain(recorders).chain([stored.row.person_id]);
        people.any(|person| numbers.contains(&person))
    };
    let has_lapsed = |stored: &StoredNomination| {
        let facts = stored.facts(|id| index.person_by_id(id), |id| index.unit_by_id(id));
        facts.is_none_or(|facts| {
            let terms = index.register_terms(facts.unit, facts.opened_on);
            state(index, &facts, &terms, today) == NominationState::Lapsed
        })
    };
    let mut completed = Vec::new();
    for stored in store::matching(txn.connection(), open).await? {
        if !takes_part(&stored) || has_lapsed(&stored) {
            continue;
        }
        let row = &stored.row;
        match completion::complete(txn, index, &stored, today).await? {
            Ok(after) if after.ended_as.is_some() => {
                let after = nomination::Model { version: row.version + 1, ..after };
                txn.update::<nomination::Entity, nomination::ActiveModel>(row, after.clone()).await?;
                completed.push(after);
            }
            // What is missing, or fails, shows in its state.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(completed)
}
