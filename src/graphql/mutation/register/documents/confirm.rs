//! Reading an information pack and signing an agreement: by the person alone.

use async_graphql::{Context, ID, InputObject};
use entity::id::DocumentId;
use entity::register::document::{in_force, is_replaced};
use entity::store::register::change::Object;
use entity::store::register::document as store;
use entity::table::document;
use entity::value::command::Command;
use entity::value::register::DocumentKind;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::DocumentPayload;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;

/// An information pack that the caller has read.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AcknowledgeDocumentInput {
    /// The document's ID.
    document_id: ID,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// An agreement that the caller signs.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SignAgreementInput {
    /// The document's ID.
    document_id: ID,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn acknowledge(
    ctx: &Context<'_>,
    input: AcknowledgeDocumentInput,
) -> Result<DocumentPayload, ApiError> {
    let key = input.idempotency_key.clone();
    match RegisterCommand::begin(ctx, Command::AcknowledgeDocument, key, &input).await? {
        Begun::New(command) => confirm(ctx, *command, &input.document_id, DocumentKind::InformationPack).await,
        Begun::Repeated(objects) => DocumentPayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => Ok(DocumentPayload::refused(refusal)),
    }
}

pub(super) async fn sign(ctx: &Context<'_>, input: SignAgreementInput) -> Result<DocumentPayload, ApiError> {
    let key = input.idempotency_key.clone();
    match RegisterCommand::begin(ctx, Command::SignAgreement, key, &input).await? {
        Begun::New(command) => confirm(ctx, *command, &input.document_id, DocumentKind::Agreement).await,
        Begun::Repeated(objects) => DocumentPayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => Ok(DocumentPayload::refused(refusal)),
    }
}

async fn confirm(
    ctx: &Context<'_>,
    mut command: RegisterCommand,
    document_id: &ID,
    kind: DocumentKind,
) -> Result<DocumentPayload, ApiError> {
    let found = match NodeId::decode_document(document_id) {
        Some(id) => store::find(command.txn.connection(), id).await?,
        None => None,
    };
    let found = found.ok_or_else(|| ApiError::not_found("document", "documentId", document_id.as_str()))?;
    if let Some(refusal) = refused(&command, &found, kind).await? {
        return Ok(DocumentPayload::refused(refusal));
    }
    let (me, today) = (command.actor(), command.today);
    store::confirm(&mut command.txn, me, found.id, today).await?;
    let mut change = command.change();
    // Who has signed is for the person and coordinators to know.
    change.private = true;
    change.objects = [Object::person(me), Object::document(found.id)].into();
    if kind == DocumentKind::Agreement {
        change.people = [me].into();
    }
    change.after = Some(json!({ "document": found.id, "confirmedOn": today }));
    command.finish(change).await?;
    DocumentPayload::done(ctx, found.id).await
}

async fn refused(
    command: &RegisterCommand,
    found: &document::Model,
    kind: DocumentKind,
) -> Result<Option<CommandRefusal>, ApiError> {
    let about = |code, sentence: &str| Ok(Some(CommandRefusal::about(code, "documentId", sentence)));
    if found.kind != kind {
        let sentence = match kind {
            DocumentKind::InformationPack => "This is an agreement. Sign it with `signAgreement`.",
            DocumentKind::Agreement => "This is an information pack. Confirm it with `acknowledgeDocument`.",
        };
        return about(RefusalCode::WrongDocument, sentence);
    }
    let (db, numbers) = (command.txn.connection(), command.numbers_of(command.me));
    if store::is_confirmed(db, &numbers, found.id).await? {
        return about(RefusalCode::AlreadyDone, "You have confirmed this document already.");
    }
    if is_replaced(&store::published(db, kind).await?, found.id, command.today) {
        return about(RefusalCode::DocumentReplaced, "A later version is in force. Confirm that one instead.");
    }
    Ok(None)
}

impl RegisterCommand {
    /// Checks that the caller has read the information pack in force, or stores that they have if `given` names it. Returns the
    /// pack that was confirmed by this command.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(in super::super) async fn confirm_information_pack(
        &mut self,
        given: Option<&ID>,
    ) -> Result<Result<Option<DocumentId>, CommandRefusal>, ApiError> {
        let packs = store::published(self.txn.connection(), DocumentKind::InformationPack).await?;
        let Some(pack) = in_force(&packs, self.today).map(|pack| pack.id) else { return Ok(Ok(None)) };
        let numbers = self.numbers_of(self.me);
        if store::is_confirmed(self.txn.connection(), &numbers, pack).await? {
            return Ok(Ok(None));
        }
        if given.and_then(NodeId::decode_document) != Some(pack) {
            let sentence = "Read the information pack that is in force first, and name it in `informationPackId`.";
            return Ok(Err(CommandRefusal::about(RefusalCode::InformationNotRead, "informationPackId", sentence)));
        }
        let (me, today) = (self.actor(), self.today);
        store::confirm(&mut self.txn, me, pack, today).await?;
        Ok(Ok(Some(pack)))
    }
}
