//! The roles in the network and the dated facts of their allocations.

use std::collections::HashMap;

use sea_orm::{DbErr, EntityTrait as _, QueryOrder as _};

use super::Loader;
use crate::coverage::roster::{Allocation, AllocationTerms, Approval, NetworkRole};
use crate::id::AllocationId;
use crate::period::{Day, Validity};
use crate::table::{allocation, allocation_terms, approval, pause, sign_off};
use crate::value::{ApproverCapacity, Role};

impl Loader {
    pub(super) async fn roles(&mut self) -> Result<(), DbErr> {
        let mut places: HashMap<AllocationId, usize> = HashMap::new();
        let rows = allocation::Entity::find().order_by_asc(allocation::Column::Id).all(&self.txn).await?;
        let Self { roster, units, people, .. } = self;
        for row in rows {
            let (Some(person), Some(unit)) = (people.get(&row.person_id), units.get(&row.unit_id)) else { continue };
            let (person, unit) = (*person, *unit);
            let validity = Validity { from: row.valid_from, to: row.valid_to };
            match row.role {
                Role::Champion => roster.champions.push(NetworkRole { person, unit, validity }),
                Role::Trainer => roster.trainers.push(NetworkRole { person, unit, validity }),
                Role::PeerSupporter => {
                    places.insert(row.id, roster.allocations.len());
                    roster.allocations.push(Allocation {
                        id: row.id,
                        person,
                        filed_for: row.person_id,
                        unit,
                        share: u32::try_from(row.share).unwrap_or(0),
                        validity,
                        line: Vec::new(),
                        senior: Vec::new(),
                        terms: Vec::new(),
                        signed_off: Vec::new(),
                        pauses: Vec::new(),
                    });
                }
            }
        }
        self.facts_of_allocations(&places).await?;
        for allocation in &mut self.roster.allocations {
            let Allocation { line, senior, terms, signed_off, pauses, .. } = allocation;
            line.sort_by_key(|approval| (approval.on, approval.by));
            senior.sort_by_key(|approval| (approval.on, approval.by));
            terms.sort_by_key(|terms| terms.from);
            signed_off.sort_unstable();
            pauses.sort_by_key(|pause| (pause.from, pause.to));
        }
        Ok(())
    }

    async fn facts_of_allocations(&mut self, places: &HashMap<AllocationId, usize>) -> Result<(), DbErr> {
        let mut approvals: Vec<(usize, ApproverCapacity, Approval)> = Vec::new();
        self.each(approval::Entity::find(), |known, row: approval::Model| {
            if let Some(place) = places.get(&row.allocation_id) {
                let by = row.approver_id.and_then(|id| known.person(id));
                let approval = Approval { on: row.decided_on, by, withdrawn_on: row.withdrawn_on };
                approvals.push((*place, row.capacity, approval));
            }
        })
        .await?;
        let mut terms: Vec<(usize, AllocationTerms)> = Vec::new();
        self.each(allocation_terms::Entity::find(), |_, row: allocation_terms::Model| {
            if let Some(place) = places.get(&row.allocation_id) {
                let has_protected_time = row.protected_hours.is_some_and(|hours| hours > 0);
                let (from, outside_team) = (row.valid_from, row.outside_team);
                terms.push((*place, AllocationTerms { from, has_protected_time, outside_team }));
            }
        })
        .await?;
        let mut sign_offs: Vec<(usize, Day)> = Vec::new();
        self.each(sign_off::Entity::find(), |_, row: sign_off::Model| {
            sign_offs.extend(places.get(&row.allocation_id).map(|place| (*place, row.signed_off_on)));
        })
        .await?;
        let mut pauses: Vec<(usize, Validity)> = Vec::new();
        self.each(pause::Entity::find(), |_, row: pause::Model| {
            let validity = Validity { from: row.valid_from, to: row.valid_to };
            pauses.extend(places.get(&row.allocation_id).map(|place| (*place, validity)));
        })
        .await?;
        let allocations = &mut self.roster.allocations;
        for (place, capacity, approval) in approvals {
            match capacity {
                ApproverCapacity::Line => allocations[place].line.push(approval),
                ApproverCapacity::Senior => allocations[place].senior.push(approval),
            }
        }
        terms.into_iter().for_each(|(place, terms)| allocations[place].terms.push(terms));
        sign_offs.into_iter().for_each(|(place, on)| allocations[place].signed_off.push(on));
        pauses.into_iter().for_each(|(place, pause)| allocations[place].pauses.push(pause));
        Ok(())
    }
}
