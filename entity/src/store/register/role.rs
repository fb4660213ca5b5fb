//! Reads and writes a role that a person holds, with its dated facts, within a command.

mod approvable;

use std::collections::HashMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::paper::{self, PaperEffect};
use super::{Transaction, file_difference};
use crate::id::{AllocationId, ApprovalId, PersonId, UnitId};
use crate::period::Day;
use crate::table::{
    allocation, allocation_terms, approval, paper_record, paper_record_effect, pause, register_role, sign_off,
};
use crate::value::{ApproverCapacity, Role};

/// How many roles one query reads.
const AT_ONCE: usize = 500;

/// A role with its dated facts, except pauses, which belong to the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRole {
    /// The role.
    pub row: allocation::Model,
    /// Its approvals, oldest first.
    pub approvals: Vec<approval::Model>,
    /// Its terms, oldest first.
    pub terms: Vec<allocation_terms::Model>,
    /// Its sign-offs.
    pub sign_offs: Vec<sign_off::Model>,
    /// What rests on steps that were recorded from paper, each with the step.
    pub paper: Vec<(paper_record_effect::Model, paper_record::Model)>,
}

/// Names a role without its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleKey {
    /// Every number of the person.
    pub person: Vec<PersonId>,
    /// The role.
    pub role: Role,
    /// The unit.
    pub unit: UnitId,
}

/// Returns a role. `None` if there is none with this key.
pub async fn find(db: &impl ConnectionTrait, id: AllocationId) -> Result<Option<StoredRole>, DbErr> {
    let Some(row) = allocation::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    Ok(with_facts(db, vec![row]).await?.pop())
}

/// Returns the role that a person holds for a unit, and that has not ended by `day`: the first, if there are several.
pub async fn held(db: &impl ConnectionTrait, key: &RoleKey, day: Day) -> Result<Option<StoredRole>, DbErr> {
    let RoleKey { person, role, unit } = key;
    let rows = allocation::Entity::find()
        .filter(allocation::Column::PersonId.is_in(person.iter().copied()))
        .filter(allocation::Column::Role.eq(*role))
        .filter(allocation::Column::UnitId.eq(*unit))
        .order_by_asc(allocation::Column::Id)
        .all(db)
        .await?;
    let held = rows.into_iter().filter(|row| row.valid_to.is_none_or(|to| day < to));
    match held.min_by_key(|row| (row.valid_from, row.id)) {
        Some(row) => Ok(with_facts(db, vec![row]).await?.pop()),
        None => Ok(None),
    }
}

/// Returns several roles, in no particular order.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[AllocationId]) -> Result<Vec<StoredRole>, DbErr> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let rows = allocation::Entity::find().filter(allocation::Column::Id.is_in(some.iter().copied()));
        found.extend(with_facts(db, rows.all(db).await?).await?);
    }
    Ok(found)
}

async fn with_facts(db: &impl ConnectionTrait, rows: Vec<allocation::Model>) -> Result<Vec<StoredRole>, DbErr> {
    let ids: Vec<AllocationId> = rows.iter().map(|row| row.id).collect();
    let mut approvals = approval::Entity::find()
        .filter(approval::Column::AllocationId.is_in(ids.iter().copied()))
        .order_by_asc(approval::Column::DecidedOn)
        .order_by_asc(approval::Column::Id)
        .all(db)
        .await?;
    let of_terms = allocation_terms::Column::AllocationId.is_in(ids.iter().copied());
    let mut terms = allocation_terms::Entity::find().filter(of_terms).all(db).await?;
    terms.sort_by_key(|terms| (terms.valid_from, terms.id));
    let mut sign_offs = sign_off::Entity::find()
        .filter(sign_off::Column::AllocationId.is_in(ids.iter().copied()))
        .order_by_asc(sign_off::Column::Id)
        .all(db)
        .await?;
    let mut paper = paper::of_roles(db, &ids).await?;
    let roles = rows.into_iter().map(|row| StoredRole {
        approvals: taken(&mut approvals, |own| own.allocation_id == row.id),
        terms: taken(&mut terms, |own| own.allocation_id == row.id),
        sign_offs: taken(&mut sign_offs, |own| own.allocation_id == row.id),
        paper: taken(&mut paper, |(effect, _)| effect.allocation_id == row.id),
        row,
    });
    Ok(roles.collect())
}

/// Takes the items of one role out of those of several, in their order.
fn taken<T>(items: &mut Vec<T>, is_own: impl Fn(&T) -> bool) -> Vec<T> {
    items.extract_if(.., |item| is_own(item)).collect()
}

/// Returns the pauses that are stored on these allocations, oldest first.
pub async fn pauses(db: &impl ConnectionTrait, allocations: &[AllocationId]) -> Result<Vec<pause::Model>, DbErr> {
    let rows = pause::Entity::find().filter(pause::Column::AllocationId.is_in(allocations.iter().copied()));
    rows.order_by_asc(pause::Column::Id).all(db).await
}

/// Whether a role of a person, under any of these numbers, was last left or paused by the person's own wish.
pub async fn is_own_wish(db: &impl ConnectionTrait, person: &[PersonId], role: Role) -> Result<bool, DbErr> {
    let kept = register_role::Entity::find()
        .filter(register_role::Column::PersonId.is_in(person.iter().copied()))
        .filter(register_role::Column::Role.eq(role))
        .filter(register_role::Column::OwnWish.eq(true));
    Ok(kept.one(db).await?.is_some())
}

/// A role that begins with its approvals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRole {
    /// Who holds it.
    pub person: PersonId,
    /// The role.
    pub role: Role,
    /// The unit that it serves.
    pub unit: UnitId,
    /// The share of the unit's cover, in thousandths.
    pub share: i32,
    /// Whether the person serves the unit from outside it.
    pub outside_team: bool,
    /// Its first day.
    pub first_day: Day,
    /// Protected time, in hundredths of an hour per month. `None` for roles without.
    pub protected_hours: Option<i32>,
    /// Its approvals.
    pub approvals: Vec<NewApproval>,
}

/// An approval of a role that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewApproval {
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
    /// The day of the decision.
    pub decided_on: Day,
    /// Who decided.
    pub decider: PersonId,
    /// The manager in whose place: the decider, unless a delegate decided.
    pub principal: PersonId,
    /// Agreed protected time, in hundredths of an hour per month.
    pub protected_hours: Option<i32>,
}

/// Begins a role without an end. Its approvals are in the order in which they were given.
pub async fn begin(txn: &mut Transaction, new: NewRole) -> Result<StoredRole, DbErr> {
    let NewRole { person, role, unit, share, outside_team, first_day, protected_hours, approvals } = new;
    let row = allocation::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        role: Set(role),
        unit_id: Set(unit),
        share: Set(share),
        valid_from: Set(Some(first_day)),
        valid_to: Set(None),
        line_approval_blank: Set(false),
        senior_approval_blank: Set(false),
        sign_off_blank: Set(true),
        pause_blank: Set(true),
    };
    let row = txn.insert::<allocation::Entity, _>(row).await?;
    let mut begun =
        StoredRole { row, approvals: Vec::new(), terms: Vec::new(), sign_offs: Vec::new(), paper: Vec::new() };
    for NewApproval { capacity, decided_on, decider, principal, protected_hours } in approvals {
        let row = approval::ActiveModel {
            id: NotSet,
            allocation_id: Set(begun.row.id),
            capacity: Set(capacity),
            decided_on: Set(decided_on),
            approver_id: Set(Some(decider)),
            principal_id: Set(Some(principal)),
            protected_hours: Set(protected_hours),
            withdrawn_on: Set(None),
        };
        begun.approvals.push(txn.insert::<approval::Entity, _>(row).await?);
    }
    if role == Role::PeerSupporter {
        let row = allocation_terms::ActiveModel {
            id: NotSet,
            allocation_id: Set(begun.row.id),
            valid_from: Set(None),
            protected_hours: Set(protected_hours),
            outside_team: Set(outside_team),
        };
        begun.terms.push(txn.insert::<allocation_terms::Entity, _>(row).await?);
    }
    Ok(begun)
}

impl StoredRole {
    /// Returns the terms on `day`. `None` if none are recorded by then.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> Option<&allocation_terms::Model> {
        self.terms.iter().rfind(|terms| terms.valid_from.is_none_or(|from| from <= day))
    }

    /// Whether an approval counts: no step recorded from paper on which it rests is disputed or wrong.
    #[must_use]
    pub fn counts(&self, approval: ApprovalId) -> bool {
        let rests_on = |effect: &paper_record_effect::Model| effect.approval_id.is_none_or(|own| own == approval);
        !self.paper.iter().any(|(effect, record)| rests_on(effect) && !record.counts())
    }

    /// The coordinator who recorded an approval from paper. `None` if the approver gave it.
    #[must_use]
    pub fn recorder(&self, approval: ApprovalId) -> Option<PersonId> {
        let of_it = |(effect, _): &&(paper_record_effect::Model, _)| effect.approval_id == Some(approval);
        self.paper.iter().find(of_it).map(|(_, record)| record.recorder_id)
    }

    /// Returns the approvals of a capacity, oldest first.
    pub fn approvals_of(&self, capacity: ApproverCapacity) -> impl DoubleEndedIterator<Item = &approval::Model> {
        self.approvals.iter().filter(move |row| row.capacity == capacity)
    }

    /// Lets the role end: `day` is the first day without it.
    pub async fn end(&self, txn: &mut Transaction, day: Day) -> Result<allocation::Model, DbErr> {
        let ended = allocation::Model { valid_to: Some(day), ..self.row.clone() };
        txn.update::<allocation::Entity, allocation::ActiveModel>(&self.row, ended).await
    }

    /// Sets the protected hours from `day` on, in hundredths per month. Later terms never give more.
    pub async fn set_hours(&self, txn: &mut Transaction, hours: i32, day: Day) -> Result<(), DbErr> {
        for later in self.terms.iter().filter(|terms| terms.valid_from.is_some_and(|from| day < from)) {
            let lowered = later.protected_hours.map(|known| known.min(hours));
            let changed = allocation_terms::Model { protected_hours: lowered, ..later.clone() };
            txn.update::<allocation_terms::Entity, allocation_terms::ActiveModel>(later, changed).await?;
        }
        match self.terms_on(day) {
            Some(known) if known.protected_hours == Some(hours) => {}
            Some(known) if known.valid_from == Some(day) => {
                let changed = allocation_terms::Model { protected_hours: Some(hours), ..known.clone() };
                txn.update::<allocation_terms::Entity, allocation_terms::ActiveModel>(known, changed).await?;
            }
            known => {
                let row = allocation_terms::ActiveModel {
                    id: NotSet,
                    allocation_id: Set(self.row.id),
                    valid_from: Set(Some(day)),
                    protected_hours: Set(Some(hours)),
                    outside_team: Set(known.is_some_and(|terms| terms.outside_team)),
                };
                txn.insert::<allocation_terms::Entity, _>(row).await?;
            }
        }
        Ok(())
    }

    /// Lets the role begin only on `first`, if it holds on or after `day`. What was so before `day` stays on file.
    pub async fn begin_later(&self, txn: &mut Transaction, first: Day, day: Day) -> Result<allocation::Model, DbErr> {
        let part = self.lower_share(txn, self.row.share, day).await?.row;
        let later = allocation::Model {
            valid_from: part.valid_from.max(Some(first)),
            valid_to: part.valid_to.map(|to| to.max(first)),
            ..part.clone()
        };
        txn.update::<allocation::Entity, allocation::ActiveModel>(&part, later).await
    }

    /// Lowers the share from `day` on. What was so before stays on file: the role ends and another begins, with the same
    /// approvals, terms and sign-offs. A role that has not begun by then is only changed. Returns the role with the new
    /// share.
    pub async fn lower_share(&self, txn: &mut Transaction, share: i32, day: Day) -> Result<Self, DbErr> {
        if self.row.valid_from.is_some_and(|from| day <= from) {
            let changed = allocation::Model { share, ..self.row.clone() };
            let row = txn.update::<allocation::Entity, allocation::ActiveModel>(&self.row, changed).await?;
            return Ok(Self { row, ..self.clone() });
        }
        self.end(txn, day).await?;
        let begun = allocation::Model { share, valid_from: Some(day), ..self.row.clone() };
        self.continue_as(txn, begun).await
    }

    /// Adds an allocation that continues this one, with the same approvals, terms and sign-offs. The key in `row` is not used.
    pub async fn continue_as(&self, txn: &mut Transaction, row: allocation::Model) -> Result<Self, DbErr> {
        let row = allocation::ActiveModel {
            id: NotSet,
            // Pauses stay where they are: they pause the whole role.
            pause_blank: Set(true),
            ..row.into()
        };
        let row = txn.insert::<allocation::Entity, _>(row).await?;
        let mut copy = Self { row, approvals: Vec::new(), terms: Vec::new(), sign_offs: Vec::new(), paper: Vec::new() };
        let mut approvals: HashMap<ApprovalId, ApprovalId> = HashMap::new();
        for approval in &self.approvals {
            let new = approval::ActiveModel { id: NotSet, allocation_id: Set(copy.row.id), ..approval.clone().into() };
            let new = txn.insert::<approval::Entity, _>(new).await?;
            approvals.insert(approval.id, new.id);
            copy.approvals.push(new);
        }
        for (effect, record) in &self.paper {
            let approval = effect.approval_id.and_then(|known| approvals.get(&known).copied());
            if approval.is_some() == effect.approval_id.is_some() {
                paper::add_effect(txn, record.id, PaperEffect { allocation: copy.row.id, approval }).await?;
            }
        }
        copy.paper = paper::of_role(txn.connection(), copy.row.id).await?;
        for terms in &self.terms {
            let new =
                allocation_terms::ActiveModel { id: NotSet, allocation_id: Set(copy.row.id), ..terms.clone().into() };
            copy.terms.push(txn.insert::<allocation_terms::Entity, _>(new).await?);
        }
        for sign_off in &self.sign_offs {
            let new = sign_off::ActiveModel { id: NotSet, allocation_id: Set(copy.row.id), ..sign_off.clone().into() };
            copy.sign_offs.push(txn.insert::<sign_off::Entity, _>(new).await?);
        }
        file_difference::copy(txn, self.row.id, copy.row.id).await?;
        Ok(copy)
    }
}
