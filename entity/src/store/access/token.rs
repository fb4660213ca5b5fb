//! API tokens.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _, RelationDef,
};

use crate::actor::Actor;
use crate::id::{ApiTokenId, UnitId};
use crate::secret::SecretHash;
use crate::store::newest::{self, Newest};
use crate::table::api_token::{ActiveModel, Column, Entity, Model};
use crate::table::api_token_unit;
use crate::value::AccessRole;

/// A use is noted when the last one noted is older than this.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A token to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// Its one role.
    pub role: AccessRole,
    /// The units that it is given.
    pub units: Vec<UnitId>,
    /// Whether it sees names of people.
    pub names: bool,
    /// Whether it may explore the schema.
    pub explore: bool,
    /// The first instant at which it is good no longer.
    pub expires_at: DateTime<Utc>,
}

impl Model {
    /// Whether it is good at `now`: neither expired nor revoked.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at && self.revoked_at.is_none()
    }
}

/// Keeps a new token, known by the hash of its secret.
pub async fn make(
    db: &impl ConnectionTrait,
    new: NewToken,
    hash: SecretHash,
    (by, now): (Actor, DateTime<Utc>),
) -> Result<Model, DbErr> {
    let NewToken { name, role, units, names, explore, expires_at } = new;
    let row = ActiveModel {
        name: Set(name),
        role: Set(role),
        hash: Set(hash),
        names: Set(names),
        explore: Set(explore),
        made_by: Set(by.to_string()),
        made_at: Set(now),
        expires_at: Set(expires_at),
        ..ActiveModel::default()
    };
    let token = Entity::insert(row).exec_with_returning(db).await?;
    let given =
        units.into_iter().map(|unit| api_token_unit::ActiveModel { token_id: Set(token.id), unit_id: Set(unit) });
    let given: Vec<_> = given.collect();
    if !given.is_empty() {
        api_token_unit::Entity::insert_many(given).exec(db).await?;
    }
    Ok(token)
}

/// A token as it shows itself at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The token, good or not.
    pub token: Model,
    /// The units that it was given, by id.
    pub units: Vec<UnitId>,
    /// What was newest then.
    pub newest: Newest,
}

/// The token whose secret has this hash, good or not, with its units: one statement.
pub async fn by_hash(db: &impl ConnectionTrait, hash: &SecretHash) -> Result<Option<Shown>, DbErr> {
    const UNIT: &str = "given_unit";
    let select = Entity::find()
        .column_as(api_token_unit::Column::UnitId, UNIT)
        .join_rev(JoinType::LeftJoin, given_to())
        .filter(Column::Hash.eq(hash.clone()))
        .order_by_asc(api_token_unit::Column::UnitId);
    // One row for each unit that was given, or one alone.
    let rows = db.query_all(newest::beside(select).as_query()).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (token, newest) = (Model::from_query_result(first, "")?, Newest::of(first)?);
    let units: Result<Vec<Option<UnitId>>, DbErr> = rows.iter().map(|row| row.try_get("", UNIT)).collect();
    Ok(Some(Shown { token, units: units?.into_iter().flatten().collect(), newest }))
}

/// From what was given to the tokens that it was given to.
fn given_to() -> RelationDef {
    api_token_unit::Entity::belongs_to(Entity).from(api_token_unit::Column::TokenId).to(Column::Id).into()
}

/// The token with this id, good or not.
pub async fn by_id(db: &impl ConnectionTrait, id: ApiTokenId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// The units that tokens were given.
pub async fn units_of(db: &impl ConnectionTrait, tokens: &[ApiTokenId]) -> Result<Vec<api_token_unit::Model>, DbErr> {
    api_token_unit::Entity::find()
        .filter(api_token_unit::Column::TokenId.is_in(tokens.iter().copied()))
        .order_by_asc(api_token_unit::Column::UnitId)
        .all(db)
        .await
}

/// Every token, the newest first; at most `limit`.
pub async fn newest(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Id).limit(limit).all(db).await
}

/// Revokes a token for good. Returns false if there is no such token or it was revoked before.
pub async fn revoke(db: &impl ConnectionTrait, id: ApiTokenId, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let row = ActiveModel { revoked_at: Set(Some(now)), ..ActiveModel::default() };
    let open = Condition::all().add(Column::Id.eq(id)).add(Column::RevokedAt.is_null());
    Ok(Entity::update_many().set(row).filter(open).exec(db).await?.rows_affected == 1)
}

/// Notes that a token was used, unless a use of the minute before is noted.
pub async fn note_use(db: &impl ConnectionTrait, id: ApiTokenId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ActiveModel { last_used_at: Set(Some(now)), ..ActiveModel::default() };
    let stale = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(now - NOTED_EVERY));
    Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(stale).exec(db).await?;
    Ok(())
}
