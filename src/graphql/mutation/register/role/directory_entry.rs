//! What a Peer Supporter says about themselves in the directory.

use async_graphql::{Context, InputObject};
use entity::register::allocation::pause_carrier;
use entity::store::register::change::Object;
use entity::store::register::directory_entry::{self, EntryTexts, StoredEntry};
use entity::store::register::text::{LONGEST, StoredText};
use entity::value::command::Command;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::super::text::check_at_most;
use super::payload::RolePayload;
use crate::graphql::error::ApiError;

/// The largest number of characters of a short text.
const SHORT: usize = 100;

/// What the directory says about the caller. It replaces what it said before.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetDirectoryEntryInput {
    /// Whether the directory lists the caller among the Peer Supporters.
    listed: bool,
    /// How to contact the caller, in at most 100 characters.
    contact: Option<String>,
    /// The languages that the caller speaks, in at most 100 characters.
    languages: Option<String>,
    /// A few words, at most 500 characters.
    about: Option<String>,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

pub(super) async fn set(ctx: &Context<'_>, input: SetDirectoryEntryInput) -> Result<RolePayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::SetDirectoryEntry, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return RolePayload::repeated(ctx, &objects).await,
        Begun::Refused(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    if pause_carrier(command.index(), command.me, command.today).is_none() {
        let sentence = "Only Peer Supporters have an entry in the directory.";
        return Ok(RolePayload::refused(CommandRefusal::new(RefusalCode::NoSuchRole, sentence)));
    }
    let SetDirectoryEntryInput { listed, contact, languages, about, idempotency_key: _ } = input;
    let texts = match checked(contact, languages, about) {
        Ok(texts) => texts,
        Err(refusal) => return Ok(RolePayload::refused(refusal)),
    };
    let (person, numbers) = (command.actor(), command.numbers_of(command.me));
    let entry = StoredEntry { person, listed, texts };
    let stored = directory_entry::set(&mut command.txn, &numbers, entry).await?;
    let mut change = command.change();
    change.private = true;
    change.objects = [Object::person(person)].into();
    let text = |text: &Option<StoredText>| text.as_ref().map(StoredText::as_json);
    change.after = Some(json!({
        "listed": listed, "contact": text(&stored.contact), "languages": text(&stored.languages),
        "about": text(&stored.about),
    }));
    command.finish(change).await?;
    RolePayload::done(ctx, person).await
}

/// The texts without surrounding blanks; empty ones are left out.
fn checked(
    contact: Option<String>,
    languages: Option<String>,
    about: Option<String>,
) -> Result<EntryTexts, CommandRefusal> {
    let one = |field: &str, text: Option<String>, longest: usize| {
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        check_at_most(field, text.as_deref(), longest).map(|()| text)
    };
    Ok(EntryTexts {
        contact: one("contact", contact, SHORT)?,
        languages: one("languages", languages, SHORT)?,
        about: one("about", about, LONGEST)?,
    })
}
