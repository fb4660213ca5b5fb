//! A difference between a file and the register, by which a person counts for less until a coordinator settles it.

use std::collections::HashMap;

use async_graphql::{Enum, ID, SimpleObject};
use entity::id::AllocationId;
use entity::period::{Day, Validity};
use entity::table::{allocation, file_difference};
use entity::value::register;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::enums::NetworkRole;
use super::organisation::Person;
use crate::graphql::directory::ReferenceData;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::scalar::Date;

/// By what a row of supporters.csv would take a person out of the count, wholly or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "register::DifferenceKind")]
pub(crate) enum DifferenceKind {
    /// The role ends earlier.
    Ends,
    /// The role begins later.
    BeginsLater,
    /// The role is paused.
    Paused,
    /// The share is lower.
    LowerShare,
    /// The file names another unit, and no longer this one.
    OtherUnit,
}

/// How a difference was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "register::DifferenceOutcome")]
pub(crate) enum DifferenceOutcome {
    /// The register is right.
    RegisterHolds,
    /// The file is right, and the register was changed.
    FileHolds,
    /// A later file no longer differs.
    FileAgrees,
}

/// What the register says about a role.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct RegisteredTerms {
    /// The part of the person's time, in thousandths.
    share: i32,
    /// First day of the role. Null if it has no start date.
    first_day: Option<Date>,
    /// Last day of the role. Null if it has no end date.
    last_day: Option<Date>,
}

/// What a file says differently about a role.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct FiledTerms {
    /// The lower share, in thousandths. Null if the share is not what differs.
    share: Option<i32>,
    /// First day of the role if it begins later, or of the pause. Null if neither differs.
    first_day: Option<Date>,
    /// Last day of the role if it ends earlier, or of the pause. Null if neither differs, and for a pause without an end.
    last_day: Option<Date>,
    /// Code of the unit that the file names. Null if the unit is not what differs.
    unit_code: Option<String>,
}

/// A difference between supporters.csv and a role that is kept in the register, by which the person counts for less. From the
/// as-at day of the file on the more cautious of the two counts, until a coordinator settles it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct FileDifference {
    /// The difference's ID, for `settleDifference`. Opaque.
    id: ID,
    /// The ID of the role in the register. Opaque.
    allocation_id: ID,
    /// The person.
    person: Person,
    /// The role.
    role: NetworkRole,
    /// Code of the unit of the role.
    unit_code: String,
    /// Name of the unit of the role.
    unit_name: String,
    /// What differs.
    kind: DifferenceKind,
    /// What the register says.
    register: RegisteredTerms,
    /// What the file says.
    file: FiledTerms,
    /// The as-at day of the file: from then on the more cautious of the two counts.
    since: Date,
    /// The day on which the file was imported.
    found_on: Date,
    /// The day on which it was settled. Null while it is open.
    settled_on: Option<Date>,
    /// How it was settled. Null while it is open.
    outcome: Option<DifferenceOutcome>,
}

impl FileDifference {
    /// Reads what the register says about the roles of these differences.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn load(
        db: &impl ConnectionTrait,
        known: &ReferenceData,
        rows: &[file_difference::Model],
    ) -> Result<Vec<Self>, ApiError> {
        let ids = rows.iter().map(|row| row.allocation_id);
        let roles = allocation::Entity::find().filter(allocation::Column::Id.is_in(ids)).all(db).await?;
        let roles: HashMap<AllocationId, allocation::Model> = roles.into_iter().map(|row| (row.id, row)).collect();
        let seen = |row: &file_difference::Model| {
            let role = roles.get(&row.allocation_id);
            role.and_then(|role| Self::new(known, row, role))
                .ok_or_else(|| ApiError::internal("a difference is about a role that is not in its table"))
        };
        rows.iter().map(seen).collect()
    }

    fn new(known: &ReferenceData, row: &file_difference::Model, role: &allocation::Model) -> Option<Self> {
        let roster = known.facts.index.roster();
        let unit = &roster.units[known.unit_by_id(role.unit_id)?.at()];
        let person = roster.people[known.person_by_id(row.person_id)?.at()].id;
        let named = row.unit_id.and_then(|id| known.unit_by_id(id)).map(|unit| roster.units[unit.at()].code.clone());
        let date = |day: Option<Day>| day.map(Date);
        let last = |to: Option<Day>| date(Validity { from: None, to }.last());
        Some(Self {
            id: NodeId::FileDifference(row.id).encode(),
            allocation_id: NodeId::Allocation(role.id).encode(),
            person: Person { id: person, on: None },
            role: role.role.into(),
            unit_code: unit.code.clone(),
            unit_name: unit.name.clone(),
            kind: row.kind.into(),
            register: RegisteredTerms {
                share: role.share,
                first_day: date(role.valid_from),
                last_day: last(role.valid_to),
            },
            file: FiledTerms {
                share: row.share,
                first_day: date(row.valid_from),
                last_day: last(row.valid_to),
                unit_code: named,
            },
            since: Date(row.as_at),
            found_on: Date(row.found_on),
            settled_on: date(row.settled_on),
            outcome: row.settled_as.map(Into::into),
        })
    }
}
