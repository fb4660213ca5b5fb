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

/// A use is recorded if the last recorded use is older than this.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A token to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Its name.
    pub name: String,
    /// Its one role.
    pub role: AccessRole,
    /// The units that it may see.
    pub units: Vec<UnitId>,
    /// Whether it sees names of people.
    pub names: bool,
    /// Whether it may explore the schema.
    pub explore: bool,
    /// The first instant at which it is no longer valid.
    pub expires_at: DateTime<Utc>,
}

impl Model {
    /// Whether it is valid at `now`: neither expired nor revoked.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at && self.revoked_at.is_none()
    }
}

/// Creates a token, identified by the hash of its secret.
pub async fn create(
    db: &impl ConnectionTrait,
    new: NewToken,
    hash: SecretHash,
    by: Actor,
    now: DateTime<Utc>,
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

/// A token that a caller presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedToken {
    /// The token, valid or not.
    pub token: Model,
    /// The units that it may see, by id.
    pub units: Vec<UnitId>,
    /// The newest versions at that time.
    pub newest: Newest,
}

/// Returns the token whose secret has this hash, valid or not, with its units, in one statement.
pub async fn by_hash(db: &impl ConnectionTrait, hash: &SecretHash) -> Result<Option<PresentedToken>, DbErr> {
    const UNIT: &str = "given_unit";
    let select = Entity::find()
        .column_as(api_token_unit::Column::UnitId, UNIT)
        .join_rev(JoinType::LeftJoin, given_to())
        .filter(Column::Hash.eq(hash.clone()))
        .order_by_asc(api_token_unit::Column::UnitId);
    // One row per unit of the token, or a single row if it has none.
    let rows = db.query_all(newest::beside(select).as_query()).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (token, newest) = (Model::from_query_result(first, "")?, Newest::from_row(first)?);
    let units: Result<Vec<Option<UnitId>>, DbErr> = rows.iter().map(|row| row.try_get("", UNIT)).collect();
    Ok(Some(PresentedToken { token, units: units?.into_iter().flatten().collect(), newest }))
}

/// The relation from `api_token_unit` to the token.
fn given_to() -> RelationDef {
    api_token_unit::Entity::belongs_to(Entity).from(api_token_unit::Column::TokenId).to(Column::Id).into()
}

/// Returns the token with this id, valid or not.
pub async fn by_id(db: &impl ConnectionTrait, id: ApiTokenId) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// Returns the units that tokens may see.
pub async fn units_of(db: &impl ConnectionTrait, tokens: &[ApiTokenId]) -> Result<Vec<api_token_unit::Model>, DbErr> {
    api_token_unit::Entity::find()
        .filter(api_token_unit::Column::TokenId.is_in(tokens.iter().copied()))
        .order_by_asc(api_token_unit::Column::UnitId)
        .all(db)
        .await
}

/// Returns the newest tokens, newest first, at most `limit`.
pub async fn newest(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Id).limit(limit).all(db).await
}

/// Revokes a token permanently. Returns false if there is no such token or it was revoked before.
pub async fn revoke(db: &impl ConnectionTrait, id: ApiTokenId, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let row = ActiveModel { revoked_at: Set(Some(now)), ..ActiveModel::default() };
    let open = Condition::all().add(Column::Id.eq(id)).add(Column::RevokedAt.is_null());
    Ok(Entity::update_many().set(row).filter(open).exec(db).await?.rows_affected == 1)
}

/// Records that a token was used, unless a use within the last minute is recorded.
pub async fn note_use(db: &impl ConnectionTrait, id: ApiTokenId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ActiveModel { last_used_at: Set(Some(now)), ..ActiveModel::default() };
    let stale = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(now - NOTED_EVERY));
    Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(stale).exec(db).await?;
    Ok(())
}
