//! Information packs and agreements: coordinators publish them, and each person confirms them alone.

mod confirm;
mod publish;

use async_graphql::{Context, Object, SimpleObject};
use entity::id::DocumentId;
use entity::store::register::key::ChangedObject;
use entity::value::command::ObjectKind;

use self::confirm::{AcknowledgeDocumentInput, SignAgreementInput};
use self::publish::PublishDocumentInput;
use super::command::show_result;
use super::refusal::CommandRefusal;
use crate::graphql::error::ApiError;
use crate::graphql::object::document::Document;

#[derive(Debug, Default)]
pub(crate) struct DocumentMutation;

#[Object]
impl DocumentMutation {
    /// Publishes a version of the information pack or of the agreement, as a coordinator. It replaces the version before from
    /// its first day in force on.
    async fn publish_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document.")] input: PublishDocumentInput,
    ) -> Result<DocumentPayload, ApiError> {
        publish::publish(ctx, input).await
    }

    /// Confirms that the caller has read an information pack. No one can do it for another person.
    async fn acknowledge_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The information pack.")] input: AcknowledgeDocumentInput,
    ) -> Result<DocumentPayload, ApiError> {
        confirm::acknowledge(ctx, input).await
    }

    /// Signs an agreement as the caller. No one can do it for another person.
    async fn sign_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement.")] input: SignAgreementInput,
    ) -> Result<DocumentPayload, ApiError> {
        confirm::sign(ctx, input).await
    }
}

/// The result of a command about a document.
#[derive(Debug, SimpleObject)]
pub(crate) struct DocumentPayload {
    /// The document now. Null if it was refused, and in a trial.
    document: Option<Document>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl DocumentPayload {
    const fn nothing() -> Self {
        Self { document: None, refusals: Vec::new() }
    }

    fn refused(refusal: CommandRefusal) -> Self {
        Self { document: None, refusals: vec![refusal] }
    }

    /// Reads the document again.
    async fn done(ctx: &Context<'_>, id: DocumentId) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Ok(Self { document: Document::find(ctx, id).await?, refusals: Vec::new() })
    }

    /// The document that a repeated command changed.
    async fn repeated(ctx: &Context<'_>, objects: &[ChangedObject]) -> Result<Self, ApiError> {
        match objects.iter().find(|object| object.kind == ObjectKind::Document) {
            Some(object) => Self::done(ctx, DocumentId(object.id)).await,
            None => Ok(Self::nothing()),
        }
    }
}
