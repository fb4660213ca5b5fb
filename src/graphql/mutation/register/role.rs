//! Commands about a role that a person holds: pause and resume, stand down, lower what was agreed, renew and withdraw a
//! manager's approval, and what the directory says.

mod carry_over;
mod change;
mod directory_entry;
mod pause;
mod payload;
mod renew;
mod settle;
mod stand_down;
mod target;
mod withdraw;

use async_graphql::{Context, Object};

use self::carry_over::{CarryOverInput, CarryOverPayload};
use self::change::ChangeAllocationInput;
use self::directory_entry::SetDirectoryEntryInput;
use self::pause::{PauseInput, ResumeInput};
use self::payload::{AllocationPayload, AllocationsPayload, RolePayload};
use self::renew::RenewApprovalInput;
use self::settle::{SettleDifferenceInput, SettleDifferencePayload};
use self::stand_down::StandDownInput;
use self::withdraw::WithdrawApprovalInput;
use crate::graphql::error::ApiError;

#[derive(Debug, Default)]
pub(crate) struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Pauses one's role as a Peer Supporter, for every team; coordinators also pause that of others. No reason is asked, and
    /// only the person and coordinators can look the step up.
    async fn pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pause.")] input: PauseInput,
    ) -> Result<RolePayload, ApiError> {
        pause::pause(ctx, input).await
    }

    /// Ends every pause of one's role as a Peer Supporter that holds on the day or later; coordinators also end those of others.
    async fn resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day.")] input: ResumeInput,
    ) -> Result<RolePayload, ApiError> {
        pause::resume(ctx, input).await
    }

    /// Gives a role up; coordinators also end the roles of others. No reason is asked, and only the person and coordinators can
    /// look the step up.
    async fn stand_down(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role and the day.")] input: StandDownInput,
    ) -> Result<RolePayload, ApiError> {
        stand_down::stand_down(ctx, input).await
    }

    /// Lowers the share or the protected time of a Peer Supporter's allocation, or brings its end forward, from today on: as the
    /// Peer Supporter or a coordinator; as their line manager only the protected time. To raise one of them, make a new
    /// nomination.
    async fn change_allocation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is lowered.")] input: ChangeAllocationInput,
    ) -> Result<AllocationPayload, ApiError> {
        change::change(ctx, input).await
    }

    /// Carries the roles and open nominations of people over to another unit to which their posts have moved, with time in post.
    /// The line and senior manager of each person there confirm the roles with `renewApproval` within 60 days; one that is not
    /// confirmed by then ends. Coordinators do this.
    async fn carry_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two units and the day.")] input: CarryOverInput,
    ) -> Result<CarryOverPayload, ApiError> {
        carry_over::carry_over(ctx, input).await
    }

    /// Renews approvals of Peer Supporters, as line or as senior manager, or as the delegate of one: from 60 days before an
    /// approval ends. Confirms any role that was carried over to the manager's unit. Coordinators also record renewals from paper.
    async fn renew_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The renewals.")] input: RenewApprovalInput,
    ) -> Result<AllocationsPayload, ApiError> {
        renew::renew(ctx, input).await
    }

    /// Withdraws a manager's approval, with all earlier ones of the same capacity: as the manager who gave it, as their
    /// successor, or as a coordinator. It ends the role of a Wellbeing Champion.
    async fn withdraw_approval(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The approval and the day.")] input: WithdrawApprovalInput,
    ) -> Result<AllocationPayload, ApiError> {
        withdraw::withdraw(ctx, input).await
    }

    /// Settles a difference between supporters.csv and a role that is kept in the register, as a coordinator: either the
    /// register is right, or the file is and the register is changed.
    async fn settle_difference(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The difference, and which of the two is right.")] input: SettleDifferenceInput,
    ) -> Result<SettleDifferencePayload, ApiError> {
        settle::settle(ctx, input).await
    }

    /// Sets what the directory says about oneself as a Peer Supporter.
    async fn set_directory_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the directory says.")] input: SetDirectoryEntryInput,
    ) -> Result<RolePayload, ApiError> {
        directory_entry::set(ctx, input).await
    }
}
