//! Changes of access: API tokens are created and revoked, roles granted and withdrawn, sessions ended, by operators on the command
//! line and by admins over the API. Each change and its audit event are one transaction.

mod grant;
mod session;
mod token;

use chrono::{DateTime, Utc};
use entity::actor::Actor;
use entity::period::Day;
use entity::store::audit::{self, Event};
use entity::value::Action;
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::Value as Json;

pub use grant::{GrantWish, grant_role, withdraw_role};
pub use session::end_sessions;
pub use token::{TokenWish, make_token, revoke_token};

/// The actor, time and request of a change.
#[derive(Clone, Debug)]
pub struct ChangeContext {
    /// The person, token or operator who makes the change.
    pub actor: Actor,
    /// The time of the change.
    pub now: DateTime<Utc>,
    /// That time as a day in the board's time zone.
    pub today: Day,
    /// The id of the request. `None` on the command line.
    pub request_id: Option<String>,
}

/// Why nothing was changed: a mistake that the caller can correct. The messages are in lower case without a full stop, to follow
/// `psn:` on the command line; the API returns them as sentences.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManageRefusal {
    /// The name is empty, too long, or has line breaks.
    #[error("the name must have 1 to {} characters in one line; say what the token is for", token::LONGEST_NAME)]
    NameUnusable,
    /// This role cannot be given in this way.
    #[error("the role must be one of {0}; all other roles follow from the imported data")]
    RoleNotGiven(&'static str),
    /// More or fewer days than allowed.
    #[error("a token is valid for 1 to {} days", token::MOST_DAYS)]
    DaysOutOfRange,
    /// A dashboard token without a unit sees nothing.
    #[error("a dashboard token needs 1 to {} units", token::MOST_UNITS)]
    UnitsOutOfRange,
    /// Units or names were given for a role that sees everything anyway.
    #[error("units and names are for dashboard tokens only: a token with the role {0} sees everything")]
    OnlyForDashboards(entity::value::AccessRole),
    /// No unit has this code.
    #[error("no unit has the code '{0}'; use a code from units.csv")]
    UnitUnknown(String),
    /// No token has this id.
    #[error("no token has this id; look it up in the list of tokens")]
    TokenUnknown,
    /// The token was revoked before.
    #[error("the token is already revoked")]
    TokenRevoked,
    /// No person, or more than one, with a post today matches.
    #[error("no single person with a current post matches this address or number")]
    PersonUnknown,
    /// No person has this id.
    #[error("no person on file has this id, so no session was ended; look the person up again")]
    NotOnFile,
    /// The days are out of range or in the wrong order.
    #[error("a grant must begin today or later, and end on or after its first day and before the year 2101")]
    DaysUnusable,
    /// The person already has the role on some of these days.
    #[error("the person already has this role on some of these days; withdraw that grant first")]
    GrantedAlready,
    /// No grant has this id.
    #[error("no grant has this id; look it up in the list of grants")]
    GrantUnknown,
    /// The grant has ended.
    #[error("the grant has already ended")]
    GrantEnded,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The request cannot be carried out.
    #[error(transparent)]
    Refused(#[from] ManageRefusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The operating system gave no randomness for a secret.
    #[error("the operating system returned no random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// A change of access, as the audit log records it.
#[derive(Debug)]
struct AccessChange {
    action: Action,
    /// What was changed, as a kind and an id: `token:7`.
    object: String,
    /// The value before the change. `None` for something new.
    before: Option<Json>,
    /// The value after the change.
    after: Json,
}

/// Records a change in the transaction that makes it.
async fn record(txn: &DatabaseTransaction, by: &ChangeContext, change: AccessChange) -> Result<(), DbErr> {
    let AccessChange { action, object, before, after } = change;
    let ChangeContext { actor, now, request_id, .. } = by;
    let (object, after, request_id) = (Some(object), Some(after), request_id.clone());
    let event = Event { at: *now, actor: *actor, action, object, before, after, request_id };
    audit::record(txn, &event).await.map(drop)
}
