//! Links of the demonstration that sign in once.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::Holder;
use crate::secret::SecretHash;
use crate::table::sign_in_link::{ActiveModel, Column, Entity};

/// Makes a link, known by the hash of its secret, that is good until `expires_at`.
pub async fn make(
    db: &impl ConnectionTrait,
    holder: Holder,
    hash: SecretHash,
    expires_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        hash: Set(hash),
        person_id: Set(holder.person()),
        token_id: Set(holder.token()),
        expires_at: Set(expires_at),
        ..ActiveModel::default()
    };
    Entity::insert(row).exec_with_returning(db).await.map(drop)
}

/// Uses the link whose secret has this hash: Returns the person it signs in, or `None` if it is unknown, used or expired. Of two who use
/// it at once, one gets it.
pub async fn spend(db: &impl ConnectionTrait, hash: &SecretHash, now: DateTime<Utc>) -> Result<Option<Holder>, DbErr> {
    let good = Condition::all()
        .add(Column::Hash.eq(hash.clone()))
        .add(Column::UsedAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    let row = ActiveModel { used_at: Set(Some(now)), ..ActiveModel::default() };
    let used = Entity::update_many().set(row).filter(good).exec_with_returning(db).await?;
    Ok(used.into_iter().next().and_then(|link| Holder::of(link.person_id, link.token_id)))
}

/// Forgets every link: those of an earlier start of the demonstration are good no longer.
pub async fn forget_all(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    Entity::delete_many().exec(db).await.map(drop)
}
