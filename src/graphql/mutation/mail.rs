//! Sending a refused mail again at a user's request.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::id::DeliveryId;
use entity::store::report as store;
use entity::store::{audit, begin_write, run};
use entity::table::{delivery, report};
use entity::value::{Action, DeliveryState};
use sea_orm::{ConnectionTrait, EntityTrait as _};

use super::super::access::Scope;
use super::super::audit::event;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::children::DeliveryRow;
use super::super::object::delivery::Delivery;
use super::super::object::job_run::JobRun;
use super::super::request_state::db;
use crate::access::Right;

/// A mail to send again.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ResendDeliveryInput {
    /// The mail's ID.
    delivery_id: ID,
}

/// Why a mail is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ResendDeliveryRefusalCode {
    /// There is no mail with this id.
    DeliveryUnknown,
    /// The mail server has already accepted it.
    AlreadySent,
    /// It is already waiting for an attempt.
    AlreadyWaiting,
    /// It has no recipient.
    Unaddressed,
    /// Its address or its text is no longer stored.
    NoLongerKept,
}

/// Why a mail is not sent again.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ResendDeliveryRefusal {
    /// The code, for programs.
    code: ResendDeliveryRefusalCode,
    /// What is wrong and what to do, in a sentence for people.
    sentence: String,
}

/// The result of requesting that a mail be sent again. If there is a refusal, nothing was changed.
#[derive(Debug, Default, SimpleObject)]
pub(crate) struct ResendDeliveryPayload {
    /// The mail as it is now. Null if the request was refused.
    delivery: Option<Delivery>,
    /// The run that sends it. Null if it was refused.
    run: Option<JobRun>,
    /// Why nothing was changed. Null if it was not refused.
    refusal: Option<ResendDeliveryRefusal>,
}

#[derive(Debug, Default)]
pub(crate) struct MailMutation;

#[Object]
impl MailMutation {
    /// Sends a mail again that the mail server refused permanently, to the same address and with the same text; the worker
    /// begins within about a minute. A run of the week's report does so by itself once the address, the text or the mail server
    /// has changed.
    async fn resend_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mail to send again.")] input: ResendDeliveryInput,
    ) -> Result<ResendDeliveryPayload, ApiError> {
        Scope::from_context(ctx).await?.require(Right::RequestRuns)?;
        let asked = event(ctx, Action::ResendRequested)?;
        let Some(NodeId::Delivery(id)) = NodeId::decode(&input.delivery_id) else { return Ok(refused(None)) };
        let txn = begin_write(db(ctx)?).await?;
        let mail = delivery::Entity::find_by_id(id).one(&txn).await?;
        // A mail of the register does not exist for viewers.
        let Some((mail, report_id)) = mail.and_then(|mail| mail.report_id.map(|report| (mail, report))) else {
            txn.rollback().await?;
            return Ok(refused(None));
        };
        if !store::reopen(&txn, id, asked.at, None).await? {
            txn.rollback().await?;
            return Ok(refused(Some(mail.state)));
        }
        let report = report::Entity::find_by_id(report_id).one(&txn).await?;
        let report = report.ok_or_else(|| ApiError::internal("a mail has no report"))?;
        let run = run::request(&txn, run::job_of(report.kind), &report.week).await?;
        let event = audit::Event {
            object: Some(format!("delivery:{id}")),
            after: Some(store::named(&report, &mail.recipient)),
            ..asked
        };
        audit::record(&txn, &event).await?;
        let row = row(&txn, id).await?;
        txn.commit().await?;
        Ok(ResendDeliveryPayload { delivery: row.map(Delivery), run: Some(JobRun(run)), refusal: None })
    }
}

async fn row(txn: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<DeliveryRow>, ApiError> {
    Ok(delivery::Entity::find_by_id(id).into_partial_model().one(txn).await?)
}

/// The refusal for a mail in this state. `None` if there is no such mail.
fn refused(state: Option<DeliveryState>) -> ResendDeliveryPayload {
    use ResendDeliveryRefusalCode as Code;
    let (code, sentence) = match state {
        None => (Code::DeliveryUnknown, "There is no mail with this id. Check the id."),
        Some(DeliveryState::Sent) => {
            (Code::AlreadySent, "The mail server has already accepted this mail. It is not sent twice.")
        }
        Some(DeliveryState::Pending | DeliveryState::Retrying) => {
            (Code::AlreadyWaiting, "This mail is already waiting for its next attempt. See `nextAttemptAt`.")
        }
        Some(DeliveryState::Unaddressed) => (
            Code::Unaddressed,
            "This mail has no recipient. Name a senior manager or a coordinator with a work e-mail, and request a run of the week's report.",
        ),
        Some(DeliveryState::Refused) => {
            (Code::NoLongerKept, "The address or the text of this mail is no longer kept, so it cannot be sent.")
        }
    };
    let refusal = Some(ResendDeliveryRefusal { code, sentence: sentence.to_owned() });
    ResendDeliveryPayload { refusal, ..ResendDeliveryPayload::default() }
}
