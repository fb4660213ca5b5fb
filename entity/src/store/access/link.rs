//! One-time sign-in links of the demonstration.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait as _, Condition, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};

use super::Holder;
use crate::secret::SecretHash;
use crate::table::sign_in_link::{ActiveModel, Column, Entity};

/// Creates a link, identified by the hash of its secret, that is valid until `expires_at`.
pub async fn create(
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

/// Redeems the link whose secret has this hash. Returns the person or token that it signs in, or `None` if it is
/// unknown, used or expired. If two use it at once, only one succeeds.
pub async fn redeem(db: &impl ConnectionTrait, hash: &SecretHash, now: DateTime<Utc>) -> Result<Option<Holder>, DbErr> {
    let redeemable = Condition::all()
        .add(Column::Hash.eq(hash.clone()))
        .add(Column::UsedAt.is_null())
        .add(Column::ExpiresAt.gt(now));
    let row = ActiveModel { used_at: Set(Some(now)), ..ActiveModel::default() };
    let used = Entity::update_many().set(row).filter(redeemable).exec_with_returning(db).await?;
    Ok(used.into_iter().next().and_then(|link| Holder::from_columns(link.person_id, link.token_id)))
}

/// Removes every link: links of an earlier start of the demonstration are no longer valid.
pub async fn delete_all(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    Entity::delete_many().exec(db).await.map(drop)
}
