//! Another policy, tried on a day.

use std::collections::HashSet;

use async_graphql::{Context, Object};
use entity::coverage::WhatIf as Asked;
use entity::coverage::roster::UnitIx;

use super::super::error::{ApiError, Code};
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
    /// the first import, and for who may not try policies. Certificates, approvals, absences and the mix say who counts: for a
    /// cover group they are tried only by those who see the Peer Supporters of all its members.
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
        if change.measures_supporters() && !sees_groups_whole(&at, unit) {
            return Err(ApiError::new(
                Code::Forbidden,
                "A cover group here has members whose Peer Supporters you do not see, and by another measure of who counts you \
                 would learn of them: try it on a unit without such a group, or change only how many are asked for",
            ));
        }
        let then = at.what_if(ctx, Asked { unit, change }).await?;
        Ok(Some(WhatIf::new(at, unit, then)))
    }
}

/// Whether the viewer sees the Peer Supporters of every member of each cover group that has one at or below a unit.
fn sees_groups_whole(at: &Moment, unit: UnitIx) -> bool {
    let tree = at.tree();
    let below = &tree.units_downwards()[tree.below(unit)];
    let groups: HashSet<_> = below.iter().filter_map(|unit| at.facts(*unit).cover_group).collect();
    // A unit that has closed is in no group any more.
    let is_member = |unit: &UnitIx| {
        let facts = at.facts(*unit);
        facts.cover_group.is_some_and(|group| groups.contains(&group)) && !facts.validity.ended_by(at.as_of.day)
    };
    let mut members = tree.units_downwards().iter().filter(|unit| is_member(unit));
    members.all(|unit| at.scope().sees_unit(Right::SupporterRecords, *unit))
}
