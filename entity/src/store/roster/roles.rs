//! The roles in the network and the dated facts of their allocations.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, Select,
};

use super::disputed::{DisputedFacts, not_counting, says};
use super::{each, register};
use crate::coverage::Index;
use crate::coverage::index::Roles;
use crate::coverage::roster::{Allocation, AllocationTerms, Approval, NetworkRole};
use crate::id::{AllocationId, PersonId};
use crate::period::Validity;
use crate::register::file_difference::OpenDifference;
use crate::table::{allocation, allocation_terms, approval, file_difference, pause, sign_off};
use crate::value::{ApproverCapacity, Role};

/// Reads the roles of these people, or of everyone. Each id of linked people must be named.
pub(super) async fn read(txn: &DatabaseTransaction, index: &Index, of: Option<&[PersonId]>) -> Result<Roles, DbErr> {
    let mut roles = Roles::default();
    // What rests on a disputed step is left out here, so that no rule of coverage can forget it. A Peer Supporter's
    // allocation stays without its approvals: its share stays taken until the dispute is settled.
    let disputed = not_counting(txn).await?;
    let differences = differences(txn, of).await?;
    let mut places: HashMap<AllocationId, usize> = HashMap::new();
    let rows = allocation::Entity::find()
        .apply_if(of, |rows, people| rows.filter(allocation::Column::PersonId.is_in(people.iter().copied())))
        .order_by_asc(allocation::Column::Id);
    each(txn, rows, |row: allocation::Model| {
        let (Some(person), Some(unit)) = (index.person_by_id(row.person_id), index.unit_by_id(row.unit_id)) else {
            return;
        };
        let validity = Validity { from: row.valid_from, to: row.valid_to };
        match row.role {
            Role::Champion | Role::Trainer if disputed.roles.contains(&row.id) => {}
            Role::Champion | Role::Trainer => {
                let list = if row.role == Role::Champion { &mut roles.champions } else { &mut roles.trainers };
                let days = spells(&differences, row.id, validity);
                list.extend(days.map(|validity| NetworkRole { person, unit, validity }));
            }
            Role::PeerSupporter => {
                places.insert(row.id, roles.allocations.len());
                roles.allocations.push(Allocation {
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
                    disputed: None,
                });
            }
        }
    })
    .await?;
    let mut own = OwnFacts { txn, of, places, allocations: &mut roles.allocations };
    own.approvals(index, &disputed).await?;
    own.terms().await?;
    own.sign_offs().await?;
    own.pauses().await?;
    roles.delegations = register::delegations(txn, index, of).await?;
    roles.signatures = register::signatures(txn, index, of).await?;
    roles.assessments = register::assessments(txn, index, of).await?;
    for allocation in &mut roles.allocations {
        let open = differences.get(&allocation.id).into_iter().flatten();
        open.for_each(|difference| difference.apply(allocation));
        let Allocation { line, senior, terms, signed_off, pauses, .. } = allocation;
        line.sort_by_key(|approval| (approval.on, approval.by));
        senior.sort_by_key(|approval| (approval.on, approval.by));
        terms.sort_by_key(|terms| terms.from);
        signed_off.sort_unstable();
        pauses.sort_by_key(|pause| (pause.from, pause.to));
    }
    Ok(roles)
}

/// The open differences from files, by the role that they are about.
type Differences = HashMap<AllocationId, Vec<OpenDifference>>;

/// Reads the differences from files about the roles of these people, or of everyone, that no coordinator has settled.
async fn differences(txn: &DatabaseTransaction, of: Option<&[PersonId]>) -> Result<Differences, DbErr> {
    let rows = file_difference::Entity::find()
        .filter(file_difference::Column::SettledOn.is_null())
        .apply_if(of, |rows, people| rows.filter(file_difference::Column::PersonId.is_in(people.iter().copied())))
        .order_by_asc(file_difference::Column::Id);
    let mut found = Differences::new();
    each(txn, rows, |row: file_difference::Model| {
        found
            .entry(row.allocation_id)
            .or_default()
            .extend(says(&row).map(|says| OpenDifference { says, as_at: row.as_at }));
    })
    .await?;
    Ok(found)
}

/// The days of a role without a share, by file and register.
fn spells(differences: &Differences, id: AllocationId, registered: Validity) -> impl Iterator<Item = Validity> {
    let mut days = vec![registered];
    for difference in differences.get(&id).into_iter().flatten() {
        days = days.into_iter().flat_map(|days| difference.days_of(days)).collect();
    }
    days.into_iter()
}

/// Reads the dated facts of allocations.
struct OwnFacts<'a> {
    txn: &'a DatabaseTransaction,
    of: Option<&'a [PersonId]>,
    places: HashMap<AllocationId, usize>,
    allocations: &'a mut [Allocation],
}

impl OwnFacts<'_> {
    /// The rows of the allocations that are read.
    fn rows<E: EntityTrait>(&self, allocation: impl ColumnTrait) -> Select<E> {
        E::find().apply_if(self.of, |rows, people| {
            let ids = allocation::Entity::find().select_only().column(allocation::Column::Id);
            let ids = ids.filter(allocation::Column::PersonId.is_in(people.iter().copied()));
            rows.filter(allocation.in_subquery(ids.into_query()))
        })
    }

    async fn approvals(&mut self, index: &Index, disputed: &DisputedFacts) -> Result<(), DbErr> {
        let rows = self.rows::<approval::Entity>(approval::Column::AllocationId);
        each(self.txn, rows, |row: approval::Model| {
            if disputed.approvals.contains(&row.id) || disputed.roles.contains(&row.allocation_id) {
                return;
            }
            let Some(place) = self.places.get(&row.allocation_id) else { return };
            let by = row.approver_id.and_then(|id| index.person_by_id(id));
            let approval = Approval { on: row.decided_on, by, withdrawn_on: row.withdrawn_on };
            match row.capacity {
                ApproverCapacity::Line => self.allocations[*place].line.push(approval),
                ApproverCapacity::Senior => self.allocations[*place].senior.push(approval),
            }
        })
        .await
    }

    async fn terms(&mut self) -> Result<(), DbErr> {
        let rows = self.rows::<allocation_terms::Entity>(allocation_terms::Column::AllocationId);
        each(self.txn, rows.order_by_asc(allocation_terms::Column::Id), |row: allocation_terms::Model| {
            let Some(place) = self.places.get(&row.allocation_id) else { return };
            let allocation_terms::Model { valid_from: from, protected_hours, outside_team, .. } = row;
            self.allocations[*place].terms.push(AllocationTerms { from, protected_hours, outside_team });
        })
        .await
    }

    async fn sign_offs(&mut self) -> Result<(), DbErr> {
        let rows = self.rows::<sign_off::Entity>(sign_off::Column::AllocationId);
        each(self.txn, rows, |row: sign_off::Model| {
            let Some(place) = self.places.get(&row.allocation_id) else { return };
            self.allocations[*place].signed_off.push(row.signed_off_on);
        })
        .await
    }

    async fn pauses(&mut self) -> Result<(), DbErr> {
        let rows = self.rows::<pause::Entity>(pause::Column::AllocationId);
        each(self.txn, rows, |row: pause::Model| {
            let Some(place) = self.places.get(&row.allocation_id) else { return };
            self.allocations[*place].pauses.push(Validity { from: row.valid_from, to: row.valid_to });
        })
        .await
    }
}
