//! Appointments, policies and exemptions that are kept in the register: a command has touched them, so files no longer
//! change them.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryTrait as _};

use super::Transaction;
use crate::id::{PersonId, UnitId};
use crate::period::Day;
use crate::table::register_kept;
use crate::value::AppointmentRole;
use crate::value::register::KeptKind;

/// What a command has touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFact {
    /// The appointments of a person to a role for a unit.
    Appointment {
        /// The unit.
        unit: UnitId,
        /// The appointed person.
        person: PersonId,
        /// The role.
        role: AppointmentRole,
    },
    /// A policy of a unit.
    Policy {
        /// The unit.
        unit: UnitId,
        /// First day in force.
        from: Day,
    },
    /// The exemptions of a unit.
    Exemption {
        /// The unit.
        unit: UnitId,
    },
}

/// Notes that a fact is kept in the register from `today` on.
pub async fn keep(txn: &mut Transaction, fact: KeptFact, today: Day) -> Result<(), DbErr> {
    let (kind, unit, person, role, from) = match fact {
        KeptFact::Appointment { unit, person, role } => (KeptKind::Appointment, unit, Some(person), Some(role), None),
        KeptFact::Policy { unit, from } => (KeptKind::Policy, unit, None, None, Some(from)),
        KeptFact::Exemption { unit } => (KeptKind::Exemption, unit, None, None, None),
    };
    let known = register_kept::Entity::find()
        .filter(register_kept::Column::Kind.eq(kind))
        .filter(register_kept::Column::UnitId.eq(unit))
        .apply_if(person, |rows, person| rows.filter(register_kept::Column::PersonId.eq(person)))
        .apply_if(role, |rows, role| rows.filter(register_kept::Column::Role.eq(role)))
        .apply_if(from, |rows, from| rows.filter(register_kept::Column::InForceFrom.eq(from)))
        .one(txn.connection())
        .await?;
    if known.is_none() {
        let row = register_kept::ActiveModel {
            id: NotSet,
            kind: Set(kind),
            unit_id: Set(unit),
            person_id: Set(person),
            role: Set(role),
            in_force_from: Set(from),
            kept_since: Set(today),
        };
        txn.insert::<register_kept::Entity, _>(row).await?;
    }
    Ok(())
}
