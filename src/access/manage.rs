//! Changing who may do what: API tokens made and revoked, roles granted and withdrawn, sessions ended, by operators on the command
//! line and by admins over the API. Each change and its line in the audit log are one transaction.

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

/// Who changes something, when, and in which request.
#[derive(Clone, Debug)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: DateTime<Utc>,
    /// Which day that is for the board.
    pub today: Day,
    /// The request, where there is one.
    pub request_id: Option<String>,
}

/// Why nothing was changed: something that whoever asks can expect and mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The name is empty, too long, or not one line.
    #[error("a name is 1 to {} letters in one line, and says what the token is for", token::LONGEST_NAME)]
    NameUnusable,
    /// The role cannot be had that way.
    #[error("the role is one of {0}; every other role follows from the facts on file")]
    RoleNotGiven(&'static str),
    /// More or fewer days than allowed.
    #[error("a token is good for 1 to {} days", token::MOST_DAYS)]
    DaysOutOfRange,
    /// A dashboard token without a unit sees nothing.
    #[error("a dashboard token is given at least one unit, and at most {}", token::MOST_UNITS)]
    UnitsOutOfRange,
    /// Units or names for a role that sees everything anyway.
    #[error("units and names are for dashboard tokens only: {0} sees everything")]
    OnlyForDashboards(entity::value::AccessRole),
    /// No unit has that code.
    #[error("there is no unit with the code '{0}'")]
    UnitUnknown(String),
    /// No such token.
    #[error("there is no such token")]
    TokenUnknown,
    /// It has been revoked before.
    #[error("the token has been revoked before")]
    TokenRevoked,
    /// Not exactly one person with a post today is known so.
    #[error("there is no one person with a post today who is known so")]
    PersonUnknown,
    /// No such person.
    #[error("there is no such person on file; no session was ended")]
    NotOnFile,
    /// The days make no sense.
    #[error("a grant begins today or later, ends on its first day or later, and before the year 2101")]
    DaysUnusable,
    /// The person has the role on some of these days already.
    #[error("the person has been granted the role on some of these days already; withdraw that first")]
    GrantedAlready,
    /// No such grant.
    #[error("there is no such grant")]
    GrantUnknown,
    /// It has ended.
    #[error("the grant has ended")]
    GrantEnded,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It cannot be done so.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The operating system gave no randomness for a secret.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

/// Records a change in the transaction that makes it.
async fn record(
    txn: &DatabaseTransaction,
    by: &By,
    (action, object): (Action, String),
    (before, after): (Option<Json>, Option<Json>),
) -> Result<(), DbErr> {
    let By { actor, now, request_id, .. } = by;
    let (object, request_id) = (Some(object), request_id.clone());
    let event = Event { at: *now, actor: *actor, action, object, before, after, request_id };
    audit::record(txn, &event).await.map(drop)
}
