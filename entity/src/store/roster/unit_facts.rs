//! What is filed about a unit: policies, exemptions and appointments.

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};

use super::{LoadError, each, register};
use crate::coverage::Index;
use crate::coverage::index::UnitFacts;
use crate::coverage::roster::{Appointment, Exemption, FiledPolicy};
use crate::id::UnitId;
use crate::period::Validity;
use crate::store::policy::{terms, with_register};
use crate::table::{appointment, exemption, policy};

/// Reads what is filed about these units, or about all.
pub(super) async fn read(
    txn: &DatabaseTransaction,
    index: &Index,
    of: Option<&[UnitId]>,
) -> Result<UnitFacts, LoadError> {
    let ids = || of.map(|units| units.iter().copied());
    let mut facts = UnitFacts::default();
    let filed = policy::Entity::find()
        .apply_if(ids(), |rows, units| rows.filter(policy::Column::UnitId.is_in(units)))
        .order_by_asc(policy::Column::Id);
    let filed = filed.all(txn).await?;
    let stored = register::stored_terms(txn).await?;
    for row in filed {
        if let Some(unit) = index.unit_by_id(row.unit_id) {
            facts.register_terms.extend(register::terms_of(index, &row, &stored));
            let policy = with_register(terms(&row)?, stored.get(&row.id));
            facts.policies.push(FiledPolicy { unit, from: row.in_force_from, policy });
        }
    }
    let exempted = exemption::Entity::find()
        .apply_if(ids(), |rows, units| rows.filter(exemption::Column::UnitId.is_in(units)))
        .order_by_asc(exemption::Column::Id);
    each(txn, exempted, |row: exemption::Model| {
        if let Some(unit) = index.unit_by_id(row.unit_id) {
            let validity = Validity { from: Some(row.valid_from), to: Some(row.valid_to) };
            facts.exemptions.push(Exemption { unit, validity });
        }
    })
    .await?;
    let appointed = appointment::Entity::find()
        .apply_if(ids(), |rows, units| rows.filter(appointment::Column::UnitId.is_in(units)))
        .order_by_asc(appointment::Column::Id);
    each(txn, appointed, |row: appointment::Model| {
        let (Some(unit), Some(person)) = (index.unit_by_id(row.unit_id), index.person_by_id(row.person_id)) else {
            return;
        };
        let delegate = row.delegate_id.and_then(|id| index.person_by_id(id));
        facts.appointments.push(Appointment {
            unit,
            person,
            role: row.role,
            validity: Validity { from: row.valid_from, to: row.valid_to },
            delegate: delegate.map(|id| (id, Validity { from: row.delegate_from, to: row.delegate_to })),
        });
    })
    .await?;
    Ok(facts)
}
