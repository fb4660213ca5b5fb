//! API tokens and grants, for those who manage them.

use std::collections::HashMap;

use async_graphql::{Context, Object};
use entity::id::ApiTokenId;
use entity::store::access::token;
use entity::table::{access_grant, api_token, unit};
use sea_orm::{ColumnTrait as _, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use super::super::access::Scope;
use super::super::error::ApiError;
use super::super::object::access::{ApiToken, Grant};
use super::super::page::{Listed, Page, rows};
use super::super::request_state::{db, now};
use super::history::{newest_first, total};

#[derive(Debug, Default)]
pub(crate) struct AccessQuery;

#[Object]
impl AccessQuery {
    /// API tokens, newest first, including revoked and expired ones. Empty if there is none, or if the viewer does not have the
    /// right MANAGE_ACCESS.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<ApiToken>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let select = api_token::Entity::find().filter(Scope::from_context(ctx).await?.managed_access());
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(api_token::Column::Id));
        let slice = rows::read(db(ctx)?, &page, "api-tokens", cursor, |row| row.id.0).await?;
        let ids: Vec<_> = slice.items.iter().map(|(_, row)| row.id).collect();
        let (units, now) = (unit_codes(db(ctx)?, &ids).await?, now(ctx)?);
        Ok(slice.listed(total, |row| ApiToken { units: units.get(&row.id).cloned().unwrap_or_default(), row, now }))
    }

    /// Roles granted to people, newest first, including those that have ended. Empty if there is none, or if the viewer does
    /// not have the right MANAGE_ACCESS.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Grant>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let select = access_grant::Entity::find().filter(Scope::from_context(ctx).await?.managed_access());
        let total = total(&select);
        let cursor = newest_first(select.cursor_by(access_grant::Column::Id));
        let slice = rows::read(db(ctx)?, &page, "grants", cursor, |row| row.id.0).await?;
        Ok(slice.listed(total, Grant))
    }
}

/// The codes of the units of each token.
pub(crate) async fn unit_codes(
    db: &DatabaseConnection,
    tokens: &[ApiTokenId],
) -> Result<HashMap<ApiTokenId, Vec<String>>, DbErr> {
    let given = token::units_of(db, tokens).await?;
    if given.is_empty() {
        return Ok(HashMap::new());
    }
    let units = unit::Entity::find().filter(unit::Column::Id.is_in(given.iter().map(|given| given.unit_id)));
    let names: HashMap<_, _> = units.all(db).await?.into_iter().map(|unit| (unit.id, unit.code)).collect();
    let mut codes: HashMap<ApiTokenId, Vec<String>> = HashMap::new();
    for given in given {
        codes.entry(given.token_id).or_default().extend(names.get(&given.unit_id).cloned());
    }
    codes.values_mut().for_each(|codes| codes.sort());
    Ok(codes)
}
