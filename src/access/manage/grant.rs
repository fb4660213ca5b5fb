//! Grants and withdraws roles.

use chrono::Datelike as _;
use entity::id::AccessGrantId;
use entity::period::{Day, Validity};
use entity::store::access::grant::{self, NewGrant};
use entity::store::access::person::{self, KnownBy};
use entity::store::begin_write;
use entity::table::access_grant;
use entity::value::{AccessRole, Action};
use sea_orm::DatabaseConnection;
use serde_json::json;

use super::{AccessChange, ChangeContext, ManageError, ManageRefusal, record};

/// The last year of a grant. Later days are typing errors, and the day after the last of 9999 has a year of five digits, which
/// SQLite, where days are compared as text, sorts as a day long ago.
const LAST_YEAR: i32 = 2100;

/// The roles that can be granted; the others follow from the imported data.
const ROLES: [AccessRole; 3] = [AccessRole::Admin, AccessRole::Coordinator, AccessRole::Auditor];

/// A role to grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantWish {
    /// The person who has the role.
    pub person: KnownBy,
    /// ADMIN, COORDINATOR or AUDITOR.
    pub role: AccessRole,
    /// The first day. Defaults to today.
    pub from: Option<Day>,
    /// The last day. `None` if it is open-ended.
    pub until: Option<Day>,
}

/// Grants a role to a person.
///
/// # Errors
///
/// [`ManageError`].
pub async fn grant_role(
    db: &DatabaseConnection,
    by: &ChangeContext,
    wish: GrantWish,
) -> Result<access_grant::Model, ManageError> {
    let GrantWish { person, role, from, until } = wish;
    if !ROLES.contains(&role) {
        return Err(ManageRefusal::RoleNotGiven("ADMIN, COORDINATOR and AUDITOR").into());
    }
    let from = from.unwrap_or(by.today);
    let days = Validity::from_last(Some(from), until);
    let too_late = from.max(until.unwrap_or(from)).date().year() > LAST_YEAR;
    if from < by.today || days.is_empty() || too_late {
        return Err(ManageRefusal::DaysUnusable.into());
    }
    let txn = begin_write(db).await?;
    let Some(person) = person::find(&txn, &person, by.today).await? else {
        return Err(ManageRefusal::PersonUnknown.into());
    };
    // Otherwise two concurrent grants would not see each other.
    person::lock(&txn, person).await?;
    let others = grant::of_person(&txn, person).await?;
    if others.iter().any(|other| other.role == role && other.validity().overlaps(days)) {
        return Err(ManageRefusal::GrantedAlready.into());
    }
    let row = grant::add(&txn, NewGrant { person, role, from, to: days.to }, by.actor, by.now).await?;
    let after = json!({ "grant": row.id, "role": role.as_str(), "from": from, "until": until });
    let object = format!("person:{person}");
    record(&txn, by, AccessChange { action: Action::RoleGranted, object, before: None, after }).await?;
    txn.commit().await?;
    Ok(row)
}

/// Withdraws a granted role. The person loses it at once.
///
/// # Errors
///
/// [`ManageError`].
pub async fn withdraw_role(
    db: &DatabaseConnection,
    by: &ChangeContext,
    id: AccessGrantId,
) -> Result<access_grant::Model, ManageError> {
    let txn = begin_write(db).await?;
    let Some(known) = grant::by_id(&txn, id).await? else { return Err(ManageRefusal::GrantUnknown.into()) };
    if !grant::withdraw(&txn, id, by.today).await? {
        return Err(ManageRefusal::GrantEnded.into());
    }
    let days =
        |days: Validity| json!({ "grant": id, "role": known.role.as_str(), "from": days.from, "until": days.last() });
    let ended = access_grant::Model { valid_to: Some(by.today), ..known.clone() };
    let mut after = days(ended.validity());
    after["withdrawnOn"] = json!(by.today);
    let (object, before) = (format!("person:{}", known.person_id), Some(days(known.validity())));
    record(&txn, by, AccessChange { action: Action::RoleWithdrawn, object, before, after }).await?;
    txn.commit().await?;
    Ok(ended)
}
