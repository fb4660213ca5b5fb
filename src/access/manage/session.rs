//! Sessions of others, ended.

use entity::id::{PersonId, SessionId};
use entity::store::access::session;
use entity::store::{begin_write, links};
use entity::table::person;
use entity::value::Action;
use sea_orm::{DatabaseConnection, EntityTrait as _};
use serde_json::json;

use super::{By, NotDone, Refusal, record};

/// Ends every session of a person, under whichever of their linked numbers they signed in: each opens nothing from this moment
/// on, and its live answers end at their next look. The sessions that were ended; none if the person was not signed in.
///
/// It ends no access token of the identity provider, which is good until it expires.
///
/// # Errors
///
/// [`NotDone`].
pub async fn end_sessions(db: &DatabaseConnection, by: &By, person: PersonId) -> Result<Vec<SessionId>, NotDone> {
    let txn = begin_write(db).await?;
    if person::Entity::find_by_id(person).one(&txn).await?.is_none() {
        return Err(Refusal::NotOnFile.into());
    }
    let numbers = links::load(&txn).await?.all(person);
    let ended = session::end_all(&txn, &numbers, by.now).await?;
    if !ended.is_empty() {
        let after = json!({ "sessions": ended.iter().map(|id| id.0).collect::<Vec<_>>() });
        record(&txn, by, (Action::SessionRevoked, format!("person:{person}")), (None, Some(after))).await?;
    }
    txn.commit().await?;
    Ok(ended)
}
