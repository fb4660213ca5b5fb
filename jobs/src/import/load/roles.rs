//! Allocations with their dated facts, roles that are kept in the register, days away and appointments.

use std::collections::HashMap;

use entity::period::Validity;
use entity::store::roster::says;
use entity::table::{
    allocation, allocation_terms, appointment, approval, file_difference, pause, register_kept, register_role,
    sign_off, unavailability,
};
use entity::value::ApproverCapacity;
use futures_util::TryStreamExt as _;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _, QueryOrder as _, StreamTrait};

use super::super::dataset::Dataset;
use super::super::record::{
    Allocation, AllocationFacts, AllocationTerms, Appointment, Approval, FileDifference, KeptFact, KeptRole, KeptSince,
    Settled, Unavailability,
};
use super::on_file::dangling;

/// Loads the allocations, each with the last of its dated facts as given by the last file. The rows of a file are
/// compared with these.
pub(super) async fn allocations(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    fn last<T: Copy>(facts: &[(i64, T)]) -> Option<T> {
        facts.last().map(|(_, fact)| *fact)
    }
    let none = AllocationFacts::default();
    let mut rows = allocation::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let allocation::Model {
            id,
            person_id,
            role,
            unit_id,
            share,
            valid_from,
            valid_to,
            line_approval_blank,
            senior_approval_blank,
            sign_off_blank,
            pause_blank,
        } = row;
        let facts = dataset.allocation_facts.get(&id.0).unwrap_or(&none);
        let allocation = Allocation {
            person: dataset.person_on_file(person_id)?,
            role,
            unit: dataset.unit_on_file(unit_id)?,
            share,
            validity: Validity { from: valid_from, to: valid_to },
            line: last(&facts.line).filter(|_| !line_approval_blank),
            senior: last(&facts.senior).filter(|_| !senior_approval_blank),
            signed_off_on: last(&facts.signed_off).filter(|_| !sign_off_blank),
            pause: last(&facts.pauses).filter(|_| !pause_blank),
            terms: last(&facts.terms).map(|(_, terms)| terms).unwrap_or_default(),
        };
        dataset.allocations.push((id.0, allocation));
    }
    Ok(())
}

/// Loads the dated facts of the allocations.
pub(super) async fn facts_of_allocations(
    db: &(impl ConnectionTrait + StreamTrait),
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    let mut all: HashMap<i64, AllocationFacts> = HashMap::new();
    let mut rows = approval::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        // What the register adds to an approval is not for files to change. A withdrawal also ends what files say later of
        // the days before it.
        let approval::Model {
            id,
            allocation_id,
            capacity,
            decided_on,
            approver_id,
            principal_id: _,
            protected_hours: _,
            withdrawn_on,
        } = row;
        if let Some(day) = withdrawn_on {
            dataset.withdrawals.entry((allocation_id, capacity)).or_default().push(day);
        }
        let approval = Approval { on: decided_on, by: dataset.person_on_file_if(approver_id)? };
        let facts = all.entry(allocation_id.0).or_default();
        match capacity {
            ApproverCapacity::Line => facts.line.push((id.0, approval)),
            ApproverCapacity::Senior => facts.senior.push((id.0, approval)),
        }
    }
    drop(rows);
    let mut rows = sign_off::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let sign_off::Model { id, allocation_id, signed_off_on } = row;
        all.entry(allocation_id.0).or_default().signed_off.push((id.0, signed_off_on));
    }
    drop(rows);
    let mut rows = pause::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let pause::Model { id, allocation_id, valid_from, valid_to } = row;
        let validity = Validity { from: valid_from, to: valid_to };
        all.entry(allocation_id.0).or_default().pauses.push((id.0, validity));
    }
    drop(rows);
    let mut rows = allocation_terms::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let allocation_terms::Model { id, allocation_id, valid_from, protected_hours, outside_team } = row;
        let terms = (valid_from, AllocationTerms { protected_hours, outside_team });
        all.entry(allocation_id.0).or_default().terms.push((id.0, terms));
    }
    all.values_mut().for_each(AllocationFacts::sort);
    dataset.allocation_facts = all;
    Ok(())
}

/// Loads the roles that are kept in the register.
pub(super) async fn kept_roles(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = register_role::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let register_role::Model { id, person_id, role, kept_since, own_wish } = row;
        let person = dataset.person_on_file(person_id)?;
        dataset.kept_roles.push((id.0, KeptRole { person, role, kept_since, own_wish }));
    }
    Ok(())
}

/// Loads the appointments, policies and exemptions that are kept in the register.
pub(super) async fn kept_facts(db: &(impl ConnectionTrait + StreamTrait), dataset: &mut Dataset) -> Result<(), DbErr> {
    let mut rows = register_kept::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let register_kept::Model { id, kind, unit_id, person_id, role, in_force_from, kept_since } = row;
        let unit = dataset.unit_on_file(unit_id)?;
        // Without people, no file has appointments.
        let person = person_id.and_then(|id| dataset.people.with_id(id));
        let fact = KeptFact { kind, unit, person, role, in_force_from };
        dataset.kept_facts.push((id.0, KeptSince { fact, since: kept_since }));
    }
    Ok(())
}

/// Loads the differences between earlier files and kept roles, open and settled.
pub(super) async fn file_differences(
    db: &(impl ConnectionTrait + StreamTrait),
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    let mut rows = file_difference::Entity::find().order_by_asc(file_difference::Column::Id).stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let says = says(&row).ok_or_else(|| dangling("difference without a value"))?;
        let file_difference::Model {
            id,
            person_id,
            role,
            allocation_id,
            unit_id,
            batch_id,
            as_at,
            found_on,
            settled_on,
            settled_as,
            ..
        } = row;
        let difference = FileDifference {
            person: dataset.person_on_file(person_id)?,
            role,
            allocation: allocation_id.0,
            says,
            unit: unit_id.map(|unit| dataset.unit_on_file(unit)).transpose()?,
            batch: Some(batch_id.0),
            as_at,
            found_on,
            settled: settled_on.zip(settled_as).map(|(on, outcome)| Settled { on, outcome }),
        };
        dataset.file_differences.push((id.0, difference));
    }
    Ok(())
}

pub(super) async fn unavailability(
    db: &(impl ConnectionTrait + StreamTrait),
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    let mut rows = unavailability::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let unavailability::Model { id, person_id, valid_from, valid_to } = row;
        let person = dataset.person_on_file(person_id)?;
        dataset.unavailability.push((id.0, Unavailability { person, from: valid_from, to: valid_to }));
    }
    Ok(())
}

pub(super) async fn appointments(
    db: &(impl ConnectionTrait + StreamTrait),
    dataset: &mut Dataset,
) -> Result<(), DbErr> {
    let mut rows = appointment::Entity::find().stream(db).await?;
    while let Some(row) = rows.try_next().await? {
        let appointment::Model {
            id,
            unit_id,
            person_id,
            role,
            valid_from,
            valid_to,
            delegate_id,
            delegate_from,
            delegate_to,
        } = row;
        let appointment = Appointment {
            unit: dataset.unit_on_file(unit_id)?,
            person: dataset.person_on_file(person_id)?,
            role,
            validity: Validity { from: valid_from, to: valid_to },
            delegate: dataset.person_on_file_if(delegate_id)?,
            delegate_validity: Validity { from: delegate_from, to: delegate_to },
        };
        dataset.appointments.push((id.0, appointment));
    }
    Ok(())
}
