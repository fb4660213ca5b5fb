//! Facts that only commands of the register record.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait as _};

use super::Loader;
use crate::coverage::roster::{Delegation, FiledRegisterTerms};
use crate::id::PolicyId;
use crate::period::Validity;
use crate::store::policy::register_terms;
use crate::table::{delegation, policy, policy_register_terms};

impl Loader {
    pub(super) async fn delegations(&mut self) -> Result<(), DbErr> {
        self.each(delegation::Entity::find(), |known, row: delegation::Model| {
            let people = (known.person(row.principal_id), known.person(row.delegate_id));
            let (Some(principal), Some(delegate)) = people else { return };
            let validity = Validity { from: Some(row.valid_from), to: Some(row.valid_to) };
            known.roster.delegations.push(Delegation { kind: row.kind, principal, delegate, validity });
        })
        .await
    }

    pub(super) async fn register_terms(&mut self) -> Result<(), DbErr> {
        let rows = policy_register_terms::Entity::find().all(&self.txn).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let policies = policy::Entity::find().all(&self.txn).await?;
        let policies: HashMap<PolicyId, policy::Model> = policies.into_iter().map(|row| (row.id, row)).collect();
        for row in rows {
            let Some(policy) = policies.get(&row.policy_id) else { continue };
            let Some(unit) = self.units.get(&policy.unit_id).copied() else { continue };
            let (from, terms) = (policy.in_force_from, register_terms(&row));
            self.roster.register_terms.push(FiledRegisterTerms { unit, from, terms });
        }
        Ok(())
    }
}
