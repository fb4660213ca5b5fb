//! Erasing a person, recorded in the same transaction.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use entity::store::audit::AuditContext;
use entity::store::audit::Event;
use entity::store::erasure::{self, EraseError};
use entity::store::{begin_write, run};
use entity::value;

use super::super::access::Scope;
use super::super::audit::event;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::request_state::{cache, caller, db, today};
use crate::access::Right;

/// Why a person is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ErasureReason {
    /// The person requested it or objected, and there is no overriding reason to keep the data.
    Requested,
    /// It is no longer needed for the purpose for which it was collected.
    NotNeeded,
    /// It should never have been held.
    Unlawful,
    /// A court or the regulator requires it.
    LegalDuty,
}

impl From<ErasureReason> for value::ErasureReason {
    fn from(reason: ErasureReason) -> Self {
        match reason {
            ErasureReason::Requested => Self::Requested,
            ErasureReason::NotNeeded => Self::NotNeeded,
            ErasureReason::Unlawful => Self::Unlawful,
            ErasureReason::LegalDuty => Self::LegalDuty,
        }
    }
}

/// The person to erase.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ErasePersonInput {
    /// The person's id.
    person_id: ID,
    /// The reason.
    reason: ErasureReason,
}

/// The data that was erased.
#[derive(Clone, Debug, SimpleObject)]
struct ErasedPerson {
    /// The person's id, which stays.
    id: ID,
    /// Mails to them whose address was removed.
    mails: u64,
    /// How many of these had not been sent: they are cancelled, and their units wait for another recipient.
    unsent_mails: u64,
    /// Rejected rows of imports that were deleted, or lost the value that named them.
    rejected_rows: u64,
    /// Exemptions that lost the words that named them.
    exemptions: u64,
}

/// Why the person was not erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum ErasePersonRefusalCode {
    /// No person has this ID.
    PersonUnknown,
    /// The person was already erased.
    AlreadyErased,
}

/// Why the person was not erased.
#[derive(Clone, Debug, SimpleObject)]
struct ErasePersonRefusal {
    /// The code, for programs.
    code: ErasePersonRefusalCode,
    /// What is wrong, in a sentence for people.
    sentence: String,
}

/// The result of erasing a person. If there is a refusal, nothing was changed.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct ErasePersonPayload {
    /// The data that was erased. Null if it was refused.
    erased: Option<ErasedPerson>,
    /// Why nothing was changed. Null if the person was erased.
    refusal: Option<ErasePersonRefusal>,
}

impl ErasePersonPayload {
    fn refused(code: ErasePersonRefusalCode, sentence: impl Into<String>) -> Self {
        Self { refusal: Some(ErasePersonRefusal { code, sentence: sentence.into() }), erased: None }
    }
}

#[derive(Debug, Default)]
pub(crate) struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Permanently erases a person's name and contact details everywhere. Only a person who has signed in may do this, never an
    /// API token. Past coverage stays as it was, and no later import brings them back. Files of mails to them are removed by
    /// the worker within about a minute.
    async fn erase_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person and the reason.")] input: ErasePersonInput,
    ) -> Result<ErasePersonPayload, ApiError> {
        erase(ctx, input).await
    }
}

async fn erase(ctx: &Context<'_>, input: ErasePersonInput) -> Result<ErasePersonPayload, ApiError> {
    Scope::from_context(ctx).await?.require_of_person(Right::Erase)?;
    let ErasePersonInput { person_id, reason } = input;
    let unknown = || {
        ErasePersonPayload::refused(
            ErasePersonRefusalCode::PersonUnknown,
            "No person on file has this ID. No one was erased.",
        )
    };
    let Some(id) = NodeId::decode_person(&person_id) else { return Ok(unknown()) };
    let txn = begin_write(db(ctx)?).await?;
    // The worker removes the files of their mails: today's run is requested, even if it is done.
    run::request(&txn, run::RETENTION, &today(ctx)?.to_string()).await?;
    let gone = match erasure::erase_within(&txn, id, reason.into(), &by(ctx, value::Action::PersonErased)?).await {
        Ok(gone) => gone,
        Err(error) => {
            txn.rollback().await?;
            return match error {
                EraseError::Unknown => Ok(unknown()),
                EraseError::Already(_) => Ok(ErasePersonPayload::refused(
                    ErasePersonRefusalCode::AlreadyErased,
                    "The name and contact details of this person are already erased.",
                )),
                EraseError::Database(error) => Err(error.into()),
            };
        }
    };
    txn.commit().await?;
    cache(ctx)?.changed_by(caller(ctx)?);
    let erased = ErasedPerson {
        id: person_id,
        mails: gone.mails,
        unsent_mails: gone.waiting,
        rejected_rows: gone.rejects,
        exemptions: gone.exemptions,
    };
    Ok(ErasePersonPayload { erased: Some(erased), refusal: None })
}

/// The actor and time of the change: the request's viewer, now.
fn by(ctx: &Context<'_>, action: value::Action) -> Result<AuditContext, ApiError> {
    let Event { at, actor, request_id, .. } = event(ctx, action)?;
    Ok(AuditContext { at, actor, request_id })
}
