//! The policy for a team and its source (COVERAGE.md section 3).

use async_graphql::{Context, Object, SimpleObject};
use entity::register::terms;
use entity::store::register::change;

use super::mix::MixRule;
use super::{Policy, Unit};
use crate::graphql::error::ApiError;
use crate::graphql::history::{self, VisibleChange};
use crate::graphql::object::enums::ApproverOffice;
use crate::graphql::page::Listed;
use crate::graphql::scalar::Date;

/// The policy that governs a unit or team: that of the nearest unit at or above it with a policy in force, and of that unit's
/// policies the latest. Policies replace each other; they are not merged.
#[Object]
impl Policy {
    /// The unit whose policy it is. Null if the viewer may not see that unit.
    async fn unit(&self) -> Option<Unit> {
        self.unit.filter(|unit| self.view.sees(*unit)).map(|unit| Unit::new(&self.view, unit))
    }

    /// First day on which it is in force. Null if it has no start date.
    async fn in_force_from(&self) -> Option<Date> {
        self.from.map(Date)
    }

    /// One Peer Supporter for this many staff, or part thereof.
    async fn staff_per_supporter(&self) -> u32 {
        self.filed.staff_per_supporter
    }

    /// Minimum number of Peer Supporters per team, whatever its size.
    async fn min_supporters(&self) -> u32 {
        self.filed.min_supporters
    }

    /// Months for which a Level 2 pass or refresher is valid.
    async fn certificate_months(&self) -> u32 {
        self.filed.certificate_months
    }

    /// Months for which a manager's approval is valid.
    async fn approval_months(&self) -> u32 {
        self.filed.approval_months
    }

    /// The limit of days away: a supporter with a longer absence does not count.
    async fn away_days(&self) -> u32 {
        self.filed.away_days
    }

    /// The required share of staff with Level 1, in percent.
    async fn level1_target(&self) -> u32 {
        self.filed.level1_target
    }

    /// Wellbeing Champions required per team.
    async fn min_champions(&self) -> u32 {
        self.filed.min_champions
    }

    /// One Trainer for this many active Peer Supporters, or part thereof.
    async fn supporters_per_trainer(&self) -> u32 {
        self.filed.supporters_per_trainer
    }

    /// How many days AT_RISK looks ahead.
    async fn horizon_days(&self) -> u32 {
        self.filed.horizon_days
    }

    /// Months for which a Level 3 pass or refresher of a Trainer is valid.
    async fn trainer_certificate_months(&self) -> u32 {
        self.filed.trainer_certificate_months
    }

    /// The level of the units that must have embedded Trainers, in the board's own word, such as Service.
    async fn trainer_level(&self) -> &str {
        &self.filed.trainer_level
    }

    /// Trainers required per such unit.
    async fn min_trainers(&self) -> u32 {
        self.filed.min_trainers
    }

    /// How approvals count if the approver did not hold the office on the day of the decision.
    async fn approver_office(&self) -> ApproverOffice {
        self.filed.approver_office.into()
    }

    /// Whether people count only if they have signed the agreement in force.
    async fn agreement_required(&self) -> bool {
        self.filed.agreement_required
    }

    /// Whether sign-offs against an earlier version of the competence framework stop counting after the transition to a later
    /// one.
    async fn framework_transition_gates(&self) -> bool {
        self.filed.framework_transition_gates
    }

    /// Staff lists that are older than this many days cannot show that a team is covered.
    async fn stale_days(&self) -> u32 {
        self.filed.stale_days
    }

    /// The numbers of the register that it sets: how long nominations are open, and what a nominee should have.
    async fn register(&self) -> RegisterTerms {
        let own = self.unit.zip(self.from).and_then(|(unit, from)| self.view.index().terms_filed_with(unit, from));
        own.cloned().unwrap_or_default().into()
    }

    /// Rules about the mix of supporters, MUST before SHOULD.
    async fn mix(&self) -> Vec<MixRule> {
        self.filed.mix.iter().map(MixRule::from).collect()
    }

    /// What was published about the policies of its unit, newest first: only what the viewer may see. Empty if there is nothing.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Listed<VisibleChange>, ApiError> {
        let own = self.unit.map(|unit| change::Object::policy(self.view.facts(unit).id));
        history::list(ctx, own.as_slice(), first, after).await
    }
}

/// The numbers of the register that a policy sets.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct RegisterTerms {
    /// Days for which a nomination is open.
    nomination_days: u32,
    /// Days after a nominee declined or did not answer on which only they may put themselves forward.
    silence_days: u32,
    /// Days after a manager declined until the same nomination may be made again.
    again_days: u32,
    /// Whole months in post that a nominee should have.
    months_in_post: u32,
    /// Whole months as an active Peer Supporter that a future Trainer should have.
    months_active: u32,
    /// Nominations of one person that may wait for their nominees at the same time.
    waiting_per_nominator: u32,
    /// Months after which an ended nomination is erased.
    ended_months: u32,
    /// The pay bands, lowest first.
    band_order: Vec<String>,
}

impl From<terms::RegisterTerms> for RegisterTerms {
    fn from(terms: terms::RegisterTerms) -> Self {
        let terms::RegisterTerms {
            nomination_days,
            silence_days,
            again_days,
            months_in_post,
            months_active,
            waiting_per_nominator,
            ended_months,
            band_order,
        } = terms;
        Self {
            nomination_days,
            silence_days,
            again_days,
            months_in_post,
            months_active,
            waiting_per_nominator,
            ended_months,
            band_order,
        }
    }
}
