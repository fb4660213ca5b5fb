//! Access, changed by an admin who has signed in; never by a token.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::coverage::wording::with_full_stop;
use entity::id::{AccessGrantId, ApiTokenId};
use entity::store::access::person::KnownBy;

use super::super::access::Scope;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::object::access::{ApiToken, Grant};
use super::super::object::enums::AccessRole;
use super::super::query::access::unit_codes;
use super::super::request_state::{db, now, today};
use super::super::scalar::Date;
use crate::access::manage::{self, ChangeContext, GrantWish, ManageError, ManageRefusal, TokenWish};
use crate::request_id::RequestId;

/// A token to make.
#[derive(Clone, Debug, InputObject)]
struct MakeTokenInput {
    /// The purpose of the token: 1 to 100 characters in one line.
    name: String,
    /// DASHBOARD, COORDINATOR, AUDITOR or ADMIN.
    #[graphql(default_with = "AccessRole::Dashboard")]
    role: AccessRole,
    /// For a dashboard: codes of 1 to 100 units whose figures it sees, with all below them.
    #[graphql(default)]
    unit_codes: Vec<String>,
    /// For a dashboard: whether it sees names of people.
    #[graphql(default)]
    names: bool,
    /// Whether it may explore the schema: introspection, the playground, and queries that are not persisted operations. Tokens
    /// of other roles than DASHBOARD always may.
    #[graphql(default)]
    explore: bool,
    /// The number of days for which it is valid, 1 to 366.
    #[graphql(default = 90)]
    days: i32,
}

/// A role to grant. The person is named by work address, or by employee number.
#[derive(Clone, Debug, InputObject)]
struct GrantRoleInput {
    /// The person's work address.
    work_email: Option<String>,
    /// The person's employer, to go with the employee number.
    employer: Option<String>,
    /// The person's employee number. It is enough without an employer if no one else has the same number.
    employee_number: Option<String>,
    /// ADMIN, COORDINATOR or AUDITOR.
    role: AccessRole,
    /// The first day. Defaults to today.
    from: Option<Date>,
    /// The last day. Defaults to no end date.
    until: Option<Date>,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum AccessRefusalCode {
    /// The name is empty, too long, or has line breaks.
    NameUnusable,
    /// This role cannot be given to a token, or cannot be granted.
    RoleNotGiven,
    /// A token is valid for 1 to 366 days.
    DaysOutOfRange,
    /// A dashboard token needs 1 to 100 units.
    UnitsOutOfRange,
    /// Units and names are for dashboard tokens only.
    OnlyForDashboards,
    /// No unit has that code.
    UnitUnknown,
    /// No token has this id.
    TokenUnknown,
    /// The token was already revoked.
    TokenRevoked,
    /// No person, or more than one, with a post today matches, or the person is not on file.
    PersonUnknown,
    /// The grant would begin before today, end before it begins, or end after the year 2100.
    DaysUnusable,
    /// The person already has the role on some of these days.
    GrantedAlready,
    /// No grant has this id.
    GrantUnknown,
    /// The grant has already ended.
    GrantEnded,
}

/// Why nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
struct AccessRefusal {
    /// The code, for programs.
    code: AccessRefusalCode,
    /// What is wrong, in a sentence for people.
    sentence: String,
}

/// The result of making a token.
#[derive(Debug, SimpleObject)]
struct MakeTokenPayload {
    /// The token. Null if it was refused.
    token: Option<ApiToken>,
    /// The secret, sent with each request as `Authorization: Bearer …`. It is shown only now. Null if it was refused.
    secret: Option<String>,
    /// Why no token was made. Null if one was.
    refusal: Option<AccessRefusal>,
}

/// The result of revoking a token.
#[derive(Clone, Debug, SimpleObject)]
struct RevokeTokenPayload {
    /// The token as it is now. Null if nothing was changed.
    token: Option<ApiToken>,
    /// Why nothing was changed. Null if the token was revoked.
    refusal: Option<AccessRefusal>,
}

/// The result of granting or withdrawing a role.
#[derive(Clone, Debug, SimpleObject)]
struct GrantPayload {
    /// The grant as it is now. Null if nothing was changed.
    grant: Option<Grant>,
    /// Why nothing was changed. Null if it was.
    refusal: Option<AccessRefusal>,
}

/// The result of ending a person's sessions.
#[derive(Clone, Debug, SimpleObject)]
struct EndSessionsPayload {
    /// The number of sessions that were ended; 0 if the person was not signed in. Null if it was refused.
    ended: Option<usize>,
    /// Why nothing was changed. Null if it was not refused.
    refusal: Option<AccessRefusal>,
}

#[derive(Debug, Default)]
pub(crate) struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Makes an API token, and shows its secret once.
    async fn make_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to make.")] input: MakeTokenInput,
    ) -> Result<MakeTokenPayload, ApiError> {
        let by = by(ctx).await?;
        let MakeTokenInput { name, role, unit_codes: units, names, explore, days } = input;
        let wish = TokenWish { name, role: role.into(), units, names, explore, days: i64::from(days) };
        Ok(match split_refusal(manage::make_token(db(ctx)?, &by, wish).await)? {
            Ok((row, secret)) => {
                let units = unit_codes(db(ctx)?, &[row.id]).await?.remove(&row.id).unwrap_or_default();
                let token = Some(ApiToken { row, units, now: by.now });
                MakeTokenPayload { token, secret: Some(secret.reveal().to_owned()), refusal: None }
            }
            Err(refusal) => MakeTokenPayload { token: None, secret: None, refusal: Some(refusal) },
        })
    }

    /// Revokes an API token. It is invalid at once.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token's ID, as in `apiTokens`.")] id: ID,
    ) -> Result<RevokeTokenPayload, ApiError> {
        let by = by(ctx).await?;
        let revoked = match id.parse().map(ApiTokenId) {
            Ok(id) => split_refusal(manage::revoke_token(db(ctx)?, &by, id).await)?,
            Err(_) => Err(ManageRefusal::TokenUnknown.into()),
        };
        Ok(match revoked {
            Ok(row) => {
                let units = unit_codes(db(ctx)?, &[row.id]).await?.remove(&row.id).unwrap_or_default();
                RevokeTokenPayload { token: Some(ApiToken { row, units, now: by.now }), refusal: None }
            }
            Err(refusal) => RevokeTokenPayload { token: None, refusal: Some(refusal) },
        })
    }

    /// Grants a role to a person who has a post today.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person, the role and the dates.")] input: GrantRoleInput,
    ) -> Result<GrantPayload, ApiError> {
        let by = by(ctx).await?;
        let GrantRoleInput { work_email, employer, employee_number, role, from, until } = input;
        let person = match (work_email, employee_number) {
            (Some(address), None) if employer.is_none() => KnownBy::WorkEmail(address),
            (None, Some(number)) => KnownBy::EmployeeNumber(employer, number),
            (Some(_) | None, _) => {
                let sentence = "Name the person either by `workEmail`, or by `employeeNumber` with `employer`.";
                return Err(ApiError::bad_input("input", sentence));
            }
        };
        let day = |date: Option<Date>| date.map(|Date(day)| day);
        let wish = GrantWish { person, role: role.into(), from: day(from), until: day(until) };
        Ok(GrantPayload::from_result(split_refusal(manage::grant_role(db(ctx)?, &by, wish).await)?))
    }

    /// Withdraws a granted role: the person loses it at once.
    async fn withdraw_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant's ID, as in `grants`.")] id: ID,
    ) -> Result<GrantPayload, ApiError> {
        let by = by(ctx).await?;
        Ok(GrantPayload::from_result(match id.parse().map(AccessGrantId) {
            Ok(id) => split_refusal(manage::withdraw_role(db(ctx)?, &by, id).await)?,
            Err(_) => Err(ManageRefusal::GrantUnknown.into()),
        }))
    }

    /// Ends every session of a person at once, for example when a device is lost; the person may sign in again. Access tokens
    /// of the identity provider stay valid until they expire: end those there.
    async fn end_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person's ID.")] person_id: ID,
    ) -> Result<EndSessionsPayload, ApiError> {
        let by = by(ctx).await?;
        let ended = match NodeId::decode(&person_id) {
            Some(NodeId::Person(id)) => split_refusal(manage::end_sessions(db(ctx)?, &by, id).await)?,
            _ => Err(ManageRefusal::NotOnFile.into()),
        };
        Ok(match ended {
            Ok(sessions) => EndSessionsPayload { ended: Some(sessions.len()), refusal: None },
            Err(refusal) => EndSessionsPayload { ended: None, refusal: Some(refusal) },
        })
    }
}

impl GrantPayload {
    fn from_result(done: Result<entity::table::access_grant::Model, AccessRefusal>) -> Self {
        match done {
            Ok(row) => Self { grant: Some(Grant(row)), refusal: None },
            Err(refusal) => Self { grant: None, refusal: Some(refusal) },
        }
    }
}

/// Returns the actor and time of the change, or an error if they may not make it.
async fn by(ctx: &Context<'_>) -> Result<ChangeContext, ApiError> {
    let scope = Scope::from_context(ctx).await?;
    scope.require_managing_access()?;
    let request_id = ctx.data_opt::<RequestId>().map(ToString::to_string);
    Ok(ChangeContext { actor: scope.viewer().actor(), now: now(ctx)?, today: today(ctx)?, request_id })
}

/// Splits a result into a value and a refusal. Errors that the client cannot correct stay errors.
fn split_refusal<T>(done: Result<T, ManageError>) -> Result<Result<T, AccessRefusal>, ApiError> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(ManageError::Refused(refusal)) => Ok(Err(refusal.into())),
        Err(ManageError::Database(cause)) => Err(cause.into()),
        Err(cause @ ManageError::Randomness(_)) => Err(ApiError::internal(cause)),
    }
}

impl From<ManageRefusal> for AccessRefusal {
    fn from(refusal: ManageRefusal) -> Self {
        let code = match &refusal {
            ManageRefusal::NameUnusable => AccessRefusalCode::NameUnusable,
            ManageRefusal::RoleNotGiven(_) => AccessRefusalCode::RoleNotGiven,
            ManageRefusal::DaysOutOfRange => AccessRefusalCode::DaysOutOfRange,
            ManageRefusal::UnitsOutOfRange => AccessRefusalCode::UnitsOutOfRange,
            ManageRefusal::OnlyForDashboards(_) => AccessRefusalCode::OnlyForDashboards,
            ManageRefusal::UnitUnknown(_) => AccessRefusalCode::UnitUnknown,
            ManageRefusal::TokenUnknown => AccessRefusalCode::TokenUnknown,
            ManageRefusal::TokenRevoked => AccessRefusalCode::TokenRevoked,
            ManageRefusal::PersonUnknown | ManageRefusal::NotOnFile => AccessRefusalCode::PersonUnknown,
            ManageRefusal::DaysUnusable => AccessRefusalCode::DaysUnusable,
            ManageRefusal::GrantedAlready => AccessRefusalCode::GrantedAlready,
            ManageRefusal::GrantUnknown => AccessRefusalCode::GrantUnknown,
            ManageRefusal::GrantEnded => AccessRefusalCode::GrantEnded,
        };
        Self { code, sentence: with_full_stop(&refusal.to_string()) }
    }
}
