//! Facts that only commands of the register record.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};

use super::each;
use crate::coverage::Index;
use crate::coverage::roster::{Delegation, FiledRegisterTerms};
use crate::id::{PersonId, PolicyId};
use crate::period::Validity;
use crate::store::policy::register_terms;
use crate::table::{delegation, policy, policy_register_terms};

/// Reads the delegations of these line managers, or of all.
pub(super) async fn delegations(
    txn: &DatabaseTransaction,
    index: &Index,
    of: Option<&[PersonId]>,
) -> Result<Vec<Delegation>, DbErr> {
    let rows = delegation::Entity::find()
        .apply_if(of, |rows, people| rows.filter(delegation::Column::PrincipalId.is_in(people.iter().copied())))
        .order_by_asc(delegation::Column::Id);
    let mut found = Vec::new();
    each(txn, rows, |row: delegation::Model| {
        let people = (index.person_by_id(row.principal_id), index.person_by_id(row.delegate_id));
        let (Some(principal), Some(delegate)) = people else { return };
        let validity = Validity { from: Some(row.valid_from), to: Some(row.valid_to) };
        found.push(Delegation { kind: row.kind, principal, delegate, validity });
    })
    .await?;
    Ok(found)
}

/// Reads the numbers of the register that these policies set.
pub(super) async fn terms_of(
    txn: &DatabaseTransaction,
    index: &Index,
    policies: &[policy::Model],
) -> Result<Vec<FiledRegisterTerms>, DbErr> {
    let by_id: HashMap<PolicyId, &policy::Model> = policies.iter().map(|row| (row.id, row)).collect();
    // Few policies set any, so that all are read.
    let rows = policy_register_terms::Entity::find().all(txn).await?;
    let filed = rows.iter().filter_map(|row| {
        let policy = by_id.get(&row.policy_id)?;
        let unit = index.unit_by_id(policy.unit_id)?;
        Some(FiledRegisterTerms { unit, from: policy.in_force_from, terms: register_terms(row) })
    });
    Ok(filed.collect())
}
