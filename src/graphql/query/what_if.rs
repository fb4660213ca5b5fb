//! Another policy, tried on a day.

use async_graphql::{Context, Object};
use entity::coverage::WhatIf as Asked;
use entity::coverage::roster::UnitIx;

use super::super::error::ApiError;
use super::super::moment::Moment;
use super::super::object::policy::PolicyInput;
use super::super::object::what_if::WhatIf;
use super::super::scalar::Date;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct WhatIfQuery;

#[Object]
impl WhatIfQuery {
    /// The coverage of a day if the policy of a unit and of everything below it were another. Nothing is stored. Null before
    /// the first import, and for who may not try policies.
    async fn what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit's code; the top of the tree unless told.")] unit_code: Option<String>,
        #[graphql(desc = "What would be different; the rest stays as the governing policies have it.")]
        policy: PolicyInput,
        #[graphql(desc = "The day to answer for; today unless told.")] as_of: Option<Date>,
    ) -> Result<Option<WhatIf>, ApiError> {
        let change = policy.change()?;
        let at = Moment::on(ctx, as_of).await?;
        let unit = match &unit_code {
            Some(code) => Some(at.named("unitCode", code)?),
            None => at.top(),
        };
        // Hidden is absent: who may not try policies is told what they would be told of a unit that there is not.
        let tried = |unit: &UnitIx| at.scope().sees_below(Right::WhatIf, *unit);
        let unit = match &unit_code {
            Some(code) => Some(unit.filter(tried).ok_or_else(|| ApiError::not_found("unit", "unitCode", code))?),
            None => unit.filter(tried),
        };
        let Some(unit) = unit else { return Ok(None) };
        let then = at.what_if(ctx, Asked { unit, change }).await?;
        Ok(Some(WhatIf::new(at, unit, then)))
    }
}
