//! Coverage of a day under another policy.

use async_graphql::{Context, Object};
use entity::coverage::roster::UnitIx;
use entity::coverage::{Judged, PolicyChange, WhatIf as Asked};

use super::super::day_view::DayScope;
use super::super::error::{ApiError, Code};
use super::super::object::organisation::Person;
use super::super::object::policy_input::PolicyInput;
use super::super::object::what_if::WhatIf;
use super::super::scalar::Date;
use crate::access::Right;

#[derive(Debug, Default)]
pub(crate) struct WhatIfQuery;

#[Object]
impl WhatIfQuery {
    /// The coverage of a day if a unit and everything below it had another policy. Nothing is stored. Null before the first
    /// import, and for viewers who may not try policies. A policy that assesses people by their records may be tried only by
    /// viewers who may see these records: `certificateMonths`, `approvalMonths` and `approverOffice` by those who may see every
    /// Peer Supporter of the teams and of their cover groups, `trainerCertificateMonths` by those who may see every Trainer
    /// too. `awayDays`, `agreementRequired`, `frameworkTransitionGates`, `mustMix` and `shouldMix` depend on absences, signatures and posts, which no record shows, and may be tried only by
    /// administrators and coordinators.
    async fn what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unit's code. Defaults to the top of the tree.")] unit_code: Option<String>,
        #[graphql(desc = "The changes; everything else stays as in the governing policies.")] policy: PolicyInput,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
    ) -> Result<Option<WhatIf>, ApiError> {
        let change = policy.change()?;
        let day_scope = DayScope::on(ctx, as_of).await?;
        let unit = match &unit_code {
            Some(code) => Some(day_scope.named("unitCode", code)?),
            None => day_scope.top(),
        };
        // Hidden means absent: a viewer who may not try policies gets the same answer as for a unit that does not exist.
        let tried = |unit: &UnitIx| day_scope.scope().sees_below(Right::WhatIf, *unit) && day_scope.sees_below(*unit);
        let unit = match &unit_code {
            Some(code) => Some(unit.filter(tried).ok_or_else(|| ApiError::not_found("unit", "unitCode", code))?),
            None => unit.filter(tried),
        };
        let Some(unit) = unit else { return Ok(None) };
        refuse_unseen(&day_scope, unit, &change)?;
        let view = day_scope.with_coverage(ctx).await?;
        let then = view.what_if(ctx, Asked::changing(unit, change)).await?;
        Ok(Some(WhatIf::new(view, unit, then)))
    }
}

/// Returns an error for a change that assesses people by records that the viewer may not see: who counts under another policy
/// and not now, or the other way round, reveals what these records say.
///
/// # Errors
///
/// [`Code::Forbidden`].
fn refuse_unseen(day_scope: &DayScope, unit: UnitIx, change: &PolicyChange) -> Result<(), ApiError> {
    let judges = |records: &[Judged]| records.iter().any(|records| change.judges(*records));
    let refusal = if judges(&[Judged::Absences, Judged::Signatures, Judged::Posts])
        && !day_scope.scope().all(Right::WhatIfUnrecorded)
    {
        "You may not try `awayDays`, `agreementRequired`, `frameworkTransitionGates`, `mustMix` or `shouldMix`: the answer would reveal absences, \
         signatures and posts that no record shows. Change another part of the policy, or ask a coordinator to try it."
    } else if judges(&[Judged::Certificates, Judged::Approvals, Judged::TrainerCertificates])
        && !day_scope.scope().sees_records_below(unit, day_scope.as_of.day)
    {
        "A cover group here has members whose Peer Supporters you may not see, and the answer would reveal their records. Try a \
         unit without such a group, or change only how many Peer Supporters are required."
    } else if judges(&[Judged::TrainerCertificates]) && !sees_trainers_below(day_scope, unit) {
        "You may not see a Trainer here, and the answer would reveal the state of their certificate. Try a unit \
         whose Trainers you see, or leave out `trainerCertificateMonths`."
    } else {
        return Ok(());
    };
    Err(ApiError::new(Code::Forbidden, refusal))
}

/// Whether the viewer may see every Trainer whose role is at or below a unit on the day.
fn sees_trainers_below(day_scope: &DayScope, unit: UnitIx) -> bool {
    let roster = day_scope.index().roster();
    let mut here = roster
        .trainers
        .iter()
        .filter(|role| role.validity.holds_on(day_scope.as_of.day) && day_scope.tree().is_at_or_below(role.unit, unit));
    here.all(|role| Person::seen(day_scope, roster.people[role.person.at()].id).is_some())
}
