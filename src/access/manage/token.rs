//! Creates and revokes API tokens.

use chrono::TimeDelta;
use entity::id::ApiTokenId;
use entity::store::access::token::{self, NewToken};
use entity::store::begin_write;
use entity::table::{api_token, unit};
use entity::value::{AccessRole, Action};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};
use serde_json::json;

use super::{AccessChange, ChangeContext, ManageError, ManageRefusal, record};
use entity::secret::{Secret, SecretKind};

/// Maximum length of a token's name, in characters.
pub(super) const LONGEST_NAME: usize = 100;
/// Maximum number of days for which a token is valid.
pub(super) const MOST_DAYS: i64 = 366;
/// Maximum number of units of a token.
pub(super) const MOST_UNITS: usize = 100;

/// The roles that a token can have; the others are for people.
const ROLES: [AccessRole; 4] = [AccessRole::Dashboard, AccessRole::Coordinator, AccessRole::Auditor, AccessRole::Admin];

/// A token to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWish {
    /// The purpose of the token.
    pub name: String,
    /// DASHBOARD, COORDINATOR, AUDITOR or ADMIN.
    pub role: AccessRole,
    /// For a dashboard: the codes of the units whose figures it sees, with all units below them.
    pub units: Vec<String>,
    /// For a dashboard: whether it sees names of people.
    pub names: bool,
    /// Whether it may explore the schema. Tokens of admins, coordinators and auditors always may.
    pub explore: bool,
    /// The number of days for which it is valid, 1 to 366.
    pub days: i64,
}

/// Creates a token. Its secret is returned once and is not stored.
///
/// # Errors
///
/// [`ManageError`].
pub async fn make_token(
    db: &DatabaseConnection,
    by: &ChangeContext,
    wish: TokenWish,
) -> Result<(api_token::Model, Secret), ManageError> {
    let TokenWish { name, role, units: codes, names, explore, days } = wish;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ManageRefusal::NameUnusable.into());
    }
    if !ROLES.contains(&role) {
        return Err(ManageRefusal::RoleNotGiven("DASHBOARD, COORDINATOR, AUDITOR and ADMIN").into());
    }
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ManageRefusal::DaysOutOfRange.into());
    }
    if role == AccessRole::Dashboard {
        if codes.is_empty() || codes.len() > MOST_UNITS {
            return Err(ManageRefusal::UnitsOutOfRange.into());
        }
    } else if names || !codes.is_empty() {
        return Err(ManageRefusal::OnlyForDashboards(role).into());
    }
    let secret = Secret::new(SecretKind::Token)?;
    let txn = begin_write(db).await?;
    let mut units =
        unit::Entity::find().filter(unit::Column::Code.is_in(codes.iter().map(String::as_str))).all(&txn).await?;
    if let Some(unknown) = codes.iter().find(|code| !units.iter().any(|unit| unit.code == **code)) {
        return Err(ManageRefusal::UnitUnknown(unknown.chars().filter(|c| !c.is_control()).take(60).collect()).into());
    }
    units.sort_by(|a, b| a.code.cmp(&b.code));
    let expires_at = by.now + TimeDelta::days(days);
    let new = NewToken { name, role, units: units.iter().map(|unit| unit.id).collect(), names, explore, expires_at };
    let made = token::create(&txn, new, secret.hash(), by.actor, by.now).await?;
    let codes: Vec<_> = units.into_iter().map(|unit| unit.code).collect();
    let after =
        json!({ "role": role.as_str(), "units": codes, "names": names, "explore": explore, "expiresAt": expires_at });
    let object = format!("token:{}", made.id);
    record(&txn, by, AccessChange { action: Action::TokenMade, object, before: None, after }).await?;
    txn.commit().await?;
    Ok((made, secret))
}

/// Revokes a token permanently. It is invalid at once.
///
/// # Errors
///
/// [`ManageError`].
pub async fn revoke_token(
    db: &DatabaseConnection,
    by: &ChangeContext,
    id: ApiTokenId,
) -> Result<api_token::Model, ManageError> {
    let txn = begin_write(db).await?;
    let Some(known) = token::by_id(&txn, id).await? else { return Err(ManageRefusal::TokenUnknown.into()) };
    if !token::revoke(&txn, id, by.now).await? {
        return Err(ManageRefusal::TokenRevoked.into());
    }
    let (before, after) = (Some(json!({ "revokedAt": null })), json!({ "revokedAt": by.now }));
    let object = format!("token:{id}");
    record(&txn, by, AccessChange { action: Action::TokenRevoked, object, before, after }).await?;
    txn.commit().await?;
    Ok(api_token::Model { revoked_at: Some(by.now), ..known })
}
