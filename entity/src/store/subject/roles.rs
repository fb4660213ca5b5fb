//! The dated facts of a person's roles in the network.

use std::collections::HashMap;

use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Map, Value as Json, json};

use super::Reader;
use super::records::days;
use crate::id::AllocationId;
use crate::table::{allocation_terms, approval, pause, sign_off};
use crate::value::ApproverCapacity;

/// By allocation: approvals, sign-offs, pauses and terms, each as a list.
type AllocationFacts = HashMap<AllocationId, Map<String, Json>>;

fn add(facts: &mut AllocationFacts, allocation: AllocationId, list: &str, record: Json) {
    let lists = facts.entry(allocation).or_default();
    if let Json::Array(records) = lists.entry(list.to_owned()).or_insert_with(|| json!([])) {
        records.push(record);
    }
}

impl Reader<'_> {
    pub(super) async fn facts_of_allocations(
        &self,
        allocations: impl Iterator<Item = AllocationId>,
    ) -> Result<AllocationFacts, DbErr> {
        let ids: Vec<_> = allocations.collect();
        let mut facts = AllocationFacts::new();
        let approvals = approval::Entity::find()
            .filter(approval::Column::AllocationId.is_in(ids.iter().copied()))
            .order_by_asc(approval::Column::DecidedOn);
        for row in approvals.all(self.txn).await? {
            let approval::Model {
                id: _,
                allocation_id,
                capacity,
                decided_on,
                approver_id,
                principal_id: _,
                protected_hours,
                withdrawn_on,
            } = row;
            let list = match capacity {
                ApproverCapacity::Line => "lineManagerApprovals",
                ApproverCapacity::Senior => "seniorManagerApprovals",
            };
            let record = json!({
                "decidedOn": decided_on,
                "approverNamed": approver_id.is_some(),
                "protectedHundredthsOfAnHourAMonth": protected_hours,
                "withdrawnOn": withdrawn_on,
            });
            add(&mut facts, allocation_id, list, record);
        }
        let sign_offs = sign_off::Entity::find()
            .filter(sign_off::Column::AllocationId.is_in(ids.iter().copied()))
            .order_by_asc(sign_off::Column::SignedOffOn);
        for row in sign_offs.all(self.txn).await? {
            let sign_off::Model { id: _, allocation_id, signed_off_on } = row;
            add(&mut facts, allocation_id, "signedOffOn", json!(signed_off_on));
        }
        let pauses = pause::Entity::find()
            .filter(pause::Column::AllocationId.is_in(ids.iter().copied()))
            .order_by_asc(pause::Column::Id);
        for row in pauses.all(self.txn).await? {
            let pause::Model { id: _, allocation_id, valid_from, valid_to } = row;
            let (first, last) = days(valid_from, valid_to);
            add(&mut facts, allocation_id, "pauses", json!({ "firstDay": first, "lastDay": last }));
        }
        let terms = allocation_terms::Entity::find()
            .filter(allocation_terms::Column::AllocationId.is_in(ids.iter().copied()))
            .order_by_asc(allocation_terms::Column::Id);
        for row in terms.all(self.txn).await? {
            let allocation_terms::Model { id: _, allocation_id, valid_from, protected_hours, outside_team } = row;
            let record = json!({
                "from": valid_from,
                "protectedHundredthsOfAnHourAMonth": protected_hours,
                "coverFromOutsideTheTeam": outside_team,
            });
            add(&mut facts, allocation_id, "terms", record);
        }
        Ok(facts)
    }
}
