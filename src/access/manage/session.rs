//! Ends the sessions of other users.

use entity::id::{PersonId, SessionId};
use entity::store::access::session;
use entity::store::{begin_write, links};
use entity::table::person;
use entity::value::Action;
use sea_orm::{DatabaseConnection, EntityTrait as _};
use serde_json::json;

use super::{AccessChange, ChangeContext, ManageError, ManageRefusal, record};

/// Ends every session of a person, with whichever of their linked numbers they signed in, and returns the ended sessions. They
/// are invalid at once, and their live answers end when they next check the session. Empty if the person was not signed in.
///
/// Access tokens of the identity provider are not ended: they stay valid until they expire.
///
/// # Errors
///
/// [`ManageError`].
pub async fn end_sessions(
    db: &DatabaseConnection,
    by: &ChangeContext,
    person: PersonId,
) -> Result<Vec<SessionId>, ManageError> {
    let txn = begin_write(db).await?;
    if person::Entity::find_by_id(person).one(&txn).await?.is_none() {
        return Err(ManageRefusal::NotOnFile.into());
    }
    let numbers = links::load(&txn).await?.all(person);
    let ended = session::end_all(&txn, &numbers, by.now).await?;
    if !ended.is_empty() {
        let after = json!({ "sessions": ended.iter().map(|id| id.0).collect::<Vec<_>>() });
        let object = format!("person:{person}");
        record(&txn, by, AccessChange { action: Action::SessionRevoked, object, before: None, after }).await?;
    }
    txn.commit().await?;
    Ok(ended)
}
