//! Publishing an information pack or an agreement.

use async_graphql::{Context, InputObject};
use entity::register::document::{
    self, DocumentRefusal, LONGEST_ADDRESS, LONGEST_BODY, LONGEST_TITLE, LONGEST_VERSION, MOST_DAYS_TO_SIGN,
    NewDocument,
};
use entity::store::register::change::Object;
use entity::store::register::document as store;
use entity::value::command::Command;
use entity::value::register;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::DocumentPayload;
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::object::document::DocumentKind;
use crate::graphql::scalar::Date;

/// A document to publish: with an address or with its text.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PublishDocumentInput {
    /// What it is.
    kind: DocumentKind,
    /// The board's word for the version, at most 30 characters. No other version of the kind may have it.
    version: String,
    /// The title, at most 200 characters.
    title: String,
    /// Where it can be read: an address that begins with https://, at most 1,000 characters.
    address: Option<String>,
    /// Its text, at most 20,000 characters. It must name no person.
    text: Option<String>,
    /// First day in force, from today to a year ahead.
    in_force_from: Date,
    /// Of an agreement, the last day on which a signature of the version before still counts: at most 366 days after the first
    /// day in force. Defaults to 60 days after it.
    sign_by: Option<Date>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn publish(ctx: &Context<'_>, input: PublishDocumentInput) -> Result<DocumentPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::PublishDocument, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return DocumentPayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => return Ok(DocumentPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let PublishDocumentInput {
        kind,
        version,
        title,
        address,
        text,
        in_force_from,
        sign_by,
        preview,
        idempotency_key: _,
    } = input;
    let kind: register::DocumentKind = kind.into();
    let sign_by = sign_by.map(|Date(day)| day);
    let new = NewDocument { kind, version, title, address, text, in_force_from: in_force_from.0, sign_by };
    let known = store::published(command.txn.connection(), kind).await?;
    let checked = match document::check(new, &known, command.today) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(DocumentPayload::refused(refusal.into())),
    };
    if preview {
        return Ok(DocumentPayload::nothing());
    }
    let (version, sign_by) = (checked.version.clone(), checked.sign_by);
    let id = store::publish(&mut command.txn, checked).await?;
    let mut change = command.change();
    change.effective_on = in_force_from.0;
    change.objects = [Object::document(id)].into();
    change.after = Some(json!({
        "document": id, "kind": kind, "version": version, "inForceFrom": in_force_from.0, "signBy": sign_by,
    }));
    match kind {
        register::DocumentKind::InformationPack => command.finish(change).await?,
        // Whose signature counts may change for everyone.
        register::DocumentKind::Agreement => command.finish_for_everyone(change).await?,
    }
    DocumentPayload::done(ctx, id).await
}

impl From<DocumentRefusal> for CommandRefusal {
    fn from(refusal: DocumentRefusal) -> Self {
        let about = |code, field: &str, sentence: String| Self::about(code, field, sentence);
        let length = |field: &str, longest: usize| {
            about(RefusalCode::TextTooLong, field, format!("`{field}` must have 1 to {longest} characters."))
        };
        match refusal {
            DocumentRefusal::Version => length("version", LONGEST_VERSION),
            DocumentRefusal::Title => length("title", LONGEST_TITLE),
            DocumentRefusal::Text => length("text", LONGEST_BODY),
            DocumentRefusal::AddressOrText => {
                Self::new(RefusalCode::Missing, "Give either the `address` of the document or its `text`.")
            }
            DocumentRefusal::Address => about(
                RefusalCode::AddressInvalid,
                "address",
                format!(
                    "`address` must begin with https:// and have at most {LONGEST_ADDRESS} characters, without blanks."
                ),
            ),
            DocumentRefusal::InForceFrom(refusal) => {
                let path = vec!["input".to_owned(), "inForceFrom".to_owned()];
                Self { path, ..refusal.into() }
            }
            DocumentRefusal::SignBy => about(
                RefusalCode::DayOutOfRange,
                "signBy",
                format!(
                    "`signBy` is only for agreements, and must be at most {MOST_DAYS_TO_SIGN} days after the first day in \
                     force, and not before it."
                ),
            ),
            DocumentRefusal::Already => Self::new(
                RefusalCode::AlreadyDone,
                "A version with this name, or with this first day in force, is on file already. Choose another.",
            ),
        }
    }
}
