//! The secret that seals the state that browsers keep during a sign-in. It is stored in the database so that any
//! process can complete a sign-in that another one began.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait as _};

use crate::secret::SealingSecret;
use crate::table::sign_in_key::Entity;

/// Returns the secret.
///
/// # Errors
///
/// The database error; [`DbErr::RecordNotFound`] if the row was removed.
pub async fn secret(db: &impl ConnectionTrait) -> Result<SealingSecret, DbErr> {
    let row = Entity::find_by_id(1).one(db).await?;
    row.map(|row| row.secret).ok_or_else(|| DbErr::RecordNotFound("sign_in_key".to_owned()))
}
