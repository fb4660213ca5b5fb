//! Facts that only commands of the register record.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, DatabaseTransaction, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};

use super::{Loader, each};
use crate::coverage::Index;
use crate::coverage::roster::{Agreement, Delegation, FiledRegisterTerms, Framework, PersonAssessment, Signature};
use crate::id::{DocumentId, PersonId, PolicyId};
use crate::period::Validity;
use crate::register::framework::SIGN_OFF_LEVEL;
use crate::store::policy::register_terms;
use crate::table::{assessment, delegation, document, document_confirmation, framework, policy, policy_register_terms};
use crate::value::register::DocumentKind;

impl Loader {
    /// Reads every version of the agreement.
    pub(super) async fn agreements(&mut self) -> Result<(), DbErr> {
        let rows = document::Entity::find().filter(document::Column::Kind.eq(DocumentKind::Agreement));
        let rows = rows.order_by_asc(document::Column::Id);
        self.each(rows, |known, row: document::Model| {
            let document::Model { id, in_force_from: from, sign_by, .. } = row;
            // An agreement always has such a day; without one, no earlier signature serves.
            known.organisation.agreements.push(Agreement { id, from, sign_by: sign_by.unwrap_or(from.plus_days(-1)) });
        })
        .await
    }

    /// Reads every version of the competence framework.
    pub(super) async fn frameworks(&mut self) -> Result<(), DbErr> {
        let rows = framework::Entity::find().order_by_asc(framework::Column::Id);
        self.each(rows, |known, row: framework::Model| {
            let framework::Model { id, in_force_from: from, transition_until, .. } = row;
            known.organisation.frameworks.push(Framework { id, from, transition_until });
        })
        .await
    }
}

/// Reads the assessments of these people, or of all, at the level of Peer Supporters.
pub(super) async fn assessments(
    txn: &DatabaseTransaction,
    index: &Index,
    of: Option<&[PersonId]>,
) -> Result<Vec<PersonAssessment>, DbErr> {
    let rows = assessment::Entity::find()
        .filter(assessment::Column::Level.eq(SIGN_OFF_LEVEL))
        .apply_if(of, |rows, people| rows.filter(assessment::Column::PersonId.is_in(people.iter().copied())))
        .order_by_asc(assessment::Column::Id);
    let mut found = Vec::new();
    each(txn, rows, |row: assessment::Model| {
        let Some(person) = index.person_by_id(row.person_id) else { return };
        let assessment::Model { id, framework_id: framework, assessed_on: on, met, .. } = row;
        found.push(PersonAssessment { id, person, framework, on, met });
    })
    .await?;
    Ok(found)
}

/// Reads the signatures of these people, or of all. What was confirmed of information packs is not among them.
pub(super) async fn signatures(
    txn: &DatabaseTransaction,
    index: &Index,
    of: Option<&[PersonId]>,
) -> Result<Vec<Signature>, DbErr> {
    let agreements: HashSet<DocumentId> = index.agreements().iter().map(|agreement| agreement.id).collect();
    let mut found = Vec::new();
    if agreements.is_empty() {
        return Ok(found);
    }
    let rows = document_confirmation::Entity::find()
        .apply_if(of, |rows, people| rows.filter(document_confirmation::Column::PersonId.is_in(people.iter().copied())))
        .order_by_asc(document_confirmation::Column::Id);
    each(txn, rows, |row: document_confirmation::Model| {
        let Some(person) = index.person_by_id(row.person_id) else { return };
        if agreements.contains(&row.document_id) {
            found.push(Signature { person, agreement: row.document_id, on: row.confirmed_on });
        }
    })
    .await?;
    Ok(found)
}

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

/// Reads what the register sets for policies, by policy. Few have any, so that all are read.
pub(super) async fn stored_terms(
    txn: &DatabaseTransaction,
) -> Result<HashMap<PolicyId, policy_register_terms::Model>, DbErr> {
    let rows = policy_register_terms::Entity::find().all(txn).await?;
    Ok(rows.into_iter().map(|row| (row.policy_id, row)).collect())
}

/// The numbers of the register that a policy sets. `None` if it sets none.
pub(super) fn terms_of(
    index: &Index,
    policy: &policy::Model,
    stored: &HashMap<PolicyId, policy_register_terms::Model>,
) -> Option<FiledRegisterTerms> {
    let (row, unit) = (stored.get(&policy.id)?, index.unit_by_id(policy.unit_id)?);
    Some(FiledRegisterTerms { unit, from: policy.in_force_from, terms: register_terms(row) })
}
