//! The beginning of a role with the step that completes its nomination.

use entity::store::register::NewChange;
use entity::store::register::change::Object;
use entity::store::register::completion::{self, CannotBegin};
use entity::store::register::nomination::StoredNomination;
use entity::table::nomination;

use super::command::RegisterCommand;
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;

/// Begins the role if the nomination is open and complete as it is in `stored`. Returns its row after that, which the caller
/// writes.
pub(super) async fn complete(
    command: &mut RegisterCommand,
    stored: &StoredNomination,
    change: &mut NewChange,
) -> Result<Result<nomination::Model, CommandRefusal>, ApiError> {
    let RegisterCommand { txn, known, today, .. } = command;
    let completed = completion::complete(txn, &known.facts.index, stored, *today).await?;
    let after = match completed {
        Ok(after) => after,
        Err(cause) => return Ok(Err(cause.into())),
    };
    if let Some(begun) = after.allocation_id.filter(|_| stored.row.allocation_id.is_none()) {
        change.objects.insert(Object::allocation(begun));
        change.people.insert(after.person_id);
    }
    Ok(Ok(after))
}

impl From<CannotBegin> for CommandRefusal {
    fn from(cause: CannotBegin) -> Self {
        let sentence = match cause {
            CannotBegin::ChecklistNotMet(sentence) => sentence,
            CannotBegin::BeganLater => {
                "The allocation that the nominee has here began after the papers. Make a new nomination.".to_owned()
            }
        };
        Self::new(RefusalCode::ChecklistNotMet, sentence)
    }
}
