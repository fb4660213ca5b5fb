//! Commands of the register (docs/register.md): each is one mutation, one transaction and one change record.
//!
//! ```text
//! begin ──▶ turn, lock, newest facts, today, scope ──▶ the rules of entity::register decide ──▶ write ──▶ finish
//!   └─ repeated key: the objects that the first one changed          └─ refusals: nothing is stored
//! ```

mod answer;
mod authority;
mod begin;
mod command;
mod decide;
mod dispute;
mod documents;
mod framework;
mod items;
mod nominate;
mod opened;
mod paper;
mod refusal;
mod role;
mod text;
mod undo;

use async_graphql::{Context, Object};

use self::answer::{AnswerNominationInput, RespondToNominationInput, WithdrawNominationInput};
pub(crate) use self::authority::AuthorityMutation;
use self::decide::DecideNominationInput;
pub(crate) use self::dispute::PaperMutation;
pub(crate) use self::documents::DocumentMutation;
pub(crate) use self::framework::FrameworkMutation;
use self::items::NominationsPayload;
use self::nominate::NominateInput;
use self::opened::NominationPayload;
pub(crate) use self::role::RoleMutation;
pub(crate) use self::undo::UndoMutation;
use super::super::error::ApiError;

#[derive(Debug, Default)]
pub(crate) struct NominationMutation;

#[Object]
impl NominationMutation {
    /// Nominates people for a role: oneself, or colleagues of a team in which one works or that one manages; coordinators
    /// nominate for every team, and record nominations from paper. Someone who nominates a colleague is not told why it is
    /// refused.
    async fn nominate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nominations.")] input: NominateInput,
    ) -> Result<NominationsPayload, ApiError> {
        nominate::nominate(ctx, input).await
    }

    /// Accepts or declines a nomination as its nominee; coordinators also record it from paper. No reason is asked.
    async fn respond_to_nomination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nomination and the answer.")] input: RespondToNominationInput,
    ) -> Result<NominationPayload, ApiError> {
        answer::respond(ctx, input).await
    }

    /// Takes a nomination back, as its nominee or as the person who made it.
    async fn withdraw_nomination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nomination.")] input: WithdrawNominationInput,
    ) -> Result<NominationPayload, ApiError> {
        answer::withdraw(ctx, input).await
    }

    /// Answers a manager's question, as the nominee.
    async fn answer_nomination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nomination and the answer.")] input: AnswerNominationInput,
    ) -> Result<NominationPayload, ApiError> {
        answer::answer(ctx, input).await
    }

    /// Accepts or declines nominations, or asks a question, as line or as senior manager, or as the delegate of one;
    /// coordinators also record decisions from paper. The last approval begins the role.
    async fn decide_nomination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decisions.")] input: DecideNominationInput,
    ) -> Result<NominationsPayload, ApiError> {
        decide::decide(ctx, input).await
    }
}
