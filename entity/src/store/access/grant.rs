//! Roles granted to people.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::actor::Actor;
use crate::id::{AccessGrantId, PersonId};
use crate::period::{Day, Validity};
use crate::table::access_grant::{ActiveModel, Column, Entity, Model};
use crate::value::AccessRole;

impl Model {
    /// Returns the days on which the grant is valid.
    #[must_use]
    pub const fn validity(&self) -> Validity {
        Validity { from: Some(self.valid_from), to: self.valid_to }
    }
}

/// A role to be granted.
#[derive(Clone, Copy, Debug)]
pub struct NewGrant {
    /// The person who gets it.
    pub person: PersonId,
    /// The role.
    pub role: AccessRole,
    /// First day on which it is valid.
    pub from: Day,
    /// First day on which it is no longer valid. `None` if open-ended.
    pub to: Option<Day>,
}

/// Grants a role to a person.
pub async fn add(db: &impl ConnectionTrait, new: NewGrant, by: Actor, now: DateTime<Utc>) -> Result<Model, DbErr> {
    let NewGrant { person, role, from, to } = new;
    let row = ActiveModel {
        person_id: Set(person),
        role: Set(role),
        valid_from: Set(from),
        valid_to: Set(to),
        granted_by: Set(by.to_string()),
        granted_at: Set(now),
        ..ActiveModel::default()
    };
    Entity::insert(row).exec_with_returning(db).await
}

/// Returns the grants to a person that are valid on a day.
pub async fn holding(db: &impl ConnectionTrait, person: PersonId, day: Day) -> Result<Vec<Model>, DbErr> {
    let holds = Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gt(day)));
    Entity::find().filter(Column::PersonId.eq(person)).filter(holds).order_by_asc(Column::Id).all(db).await
}

/// Returns everyone who has a role by a grant that is valid on a day.
pub async fn holders(db: &impl ConnectionTrait, role: AccessRole, day: Day) -> Result<Vec<PersonId>, DbErr> {
    let holds = Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gt(day)));
    let held = Entity::find().filter(Column::Role.eq(role)).filter(holds).order_by_asc(Column::Id);
    held.select_only().column(Column::PersonId).into_tuple().all(db).await
}

/// Returns every grant to a person, ended or not.
pub async fn of_person(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::PersonId.eq(person)).order_by_asc(Column::Id).all(db).await
}

/// Returns the grant with this id, ended or not.
pub async fn by_id(db: &impl ConnectionTrait, id: AccessGrantId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// Returns the newest grants, newest first, at most `limit`.
pub async fn newest(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Id).limit(limit).all(db).await
}

/// Ends a grant: from `day` it is no longer valid. Returns false if there is no such grant, or it has ended by then.
pub async fn withdraw(db: &impl ConnectionTrait, id: AccessGrantId, day: Day) -> Result<bool, DbErr> {
    let open = Condition::any().add(Column::ValidTo.is_null()).add(Column::ValidTo.gt(day));
    let row = ActiveModel { valid_to: Set(Some(day)), ..ActiveModel::default() };
    let ended = Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(open).exec(db).await?;
    Ok(ended.rows_affected == 1)
}
