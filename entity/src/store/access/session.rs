//! Sessions of browsers.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, FromQueryResult as _, QueryFilter as _,
    QueryTrait as _,
};

use super::Holder;
use super::token::NOTED_EVERY;
use crate::id::{PersonId, SessionId};
use crate::secret::SecretHash;
use crate::store::newest::{self, Newest};
use crate::table::session::{ActiveModel, Column, Entity, Model};

impl Model {
    /// Returns the person or token that is signed in.
    #[must_use]
    pub fn holder(&self) -> Option<Holder> {
        Holder::from_columns(self.person_id, self.token_id)
    }
}

/// Begins a session, identified by the hash of its secret, that ends at `expires_at` at the latest.
pub async fn begin(
    db: &impl ConnectionTrait,
    holder: Holder,
    hash: SecretHash,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Model, DbErr> {
    let row = ActiveModel {
        hash: Set(hash),
        person_id: Set(holder.person()),
        token_id: Set(holder.token()),
        made_at: Set(now),
        expires_at: Set(expires_at),
        last_used_at: Set(now),
        ..ActiveModel::default()
    };
    Entity::insert(row).exec_with_returning(db).await
}

/// Returns the session whose secret has this hash, ended or not, and the newest versions, in one statement.
pub async fn by_hash(db: &impl ConnectionTrait, hash: &SecretHash) -> Result<Option<(Model, Newest)>, DbErr> {
    let select = Entity::find().filter(Column::Hash.eq(hash.clone()));
    let Some(row) = db.query_one(newest::beside(select).as_query()).await? else { return Ok(None) };
    Ok(Some((Model::from_query_result(&row, "")?, Newest::from_row(&row)?)))
}

/// Ends the session whose secret has this hash: it is no longer valid. Returns the session, or `None` if
/// there is no such session or it had ended.
pub async fn end(db: &impl ConnectionTrait, hash: &SecretHash, now: DateTime<Utc>) -> Result<Option<Model>, DbErr> {
    let open = Condition::all().add(Column::Hash.eq(hash.clone())).add(Column::EndedAt.is_null());
    let row = ActiveModel { ended_at: Set(Some(now)), ..ActiveModel::default() };
    let ended = Entity::update_many().set(row).filter(open).exec_with_returning(db).await?;
    Ok(ended.into_iter().next())
}

/// Ends all sessions of the person with these numbers: none is valid from now on. Returns the ended sessions, in order.
pub async fn end_all(
    db: &impl ConnectionTrait,
    numbers: &[PersonId],
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, DbErr> {
    let open = Condition::all()
        .add(Column::PersonId.is_in(numbers.iter().copied()))
        .add(Column::EndedAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    let row = ActiveModel { ended_at: Set(Some(now)), ..ActiveModel::default() };
    let ended = Entity::update_many().set(row).filter(open).exec_with_returning(db).await?;
    let mut ended: Vec<_> = ended.into_iter().map(|session| session.id).collect();
    ended.sort_unstable();
    Ok(ended)
}

/// Records that a session was used, unless a use within the last minute is recorded.
pub async fn note_use(db: &impl ConnectionTrait, id: SessionId, now: DateTime<Utc>) -> Result<(), DbErr> {
    let row = ActiveModel { last_used_at: Set(now), ..ActiveModel::default() };
    let stale = Column::LastUsedAt.lte(now - NOTED_EVERY);
    Entity::update_many().set(row).filter(Column::Id.eq(id)).filter(stale).exec(db).await?;
    Ok(())
}
