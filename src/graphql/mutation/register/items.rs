//! Commands about several nominations: each item is made or refused by itself, in a transaction of its own.

use async_graphql::{Context, SimpleObject};
use entity::id::NominationId;
use entity::store::register::key::ChangedObject;
use entity::value::command::ObjectKind;

use super::command::show_result;
use super::refusal::CommandRefusal;
use crate::graphql::error::ApiError;
use crate::graphql::nominations::VisibleNomination;

/// The most items of one command.
pub(super) const MOST_ITEMS: usize = 100;
/// The result of one item.
#[derive(Debug, SimpleObject)]
pub(crate) struct NominationResult {
    /// The nomination now. Null if it was refused, in a trial, and if the viewer may not see it.
    nomination: Option<VisibleNomination>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

/// The results of a command about several nominations, in the order of its items.
#[derive(Debug, SimpleObject)]
pub(crate) struct NominationsPayload {
    /// One result per item.
    results: Vec<NominationResult>,
}

/// What became of an item, before its nomination is read again.
pub(super) type ItemResult = Result<Option<NominationId>, Vec<CommandRefusal>>;

/// Checks the number of items.
///
/// # Errors
///
/// [`ApiError::bad_input`] unless it is 1 to 100.
pub(super) fn check_number(items: usize) -> Result<(), ApiError> {
    match items {
        1..=MOST_ITEMS => Ok(()),
        _ => Err(ApiError::bad_input("items", format!("`items` must have 1 to {MOST_ITEMS} entries."))),
    }
}

/// Reads the nominations again, as the viewer may see them now.
pub(super) async fn payload(ctx: &Context<'_>, items: Vec<ItemResult>) -> Result<NominationsPayload, ApiError> {
    show_result(ctx).await?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        results.push(match item {
            Ok(None) => NominationResult { nomination: None, refusals: Vec::new() },
            Ok(Some(id)) => {
                NominationResult { nomination: VisibleNomination::find(ctx, id).await?, refusals: Vec::new() }
            }
            Err(refusals) => NominationResult { nomination: None, refusals },
        });
    }
    Ok(NominationsPayload { results })
}

/// The nomination among the objects that a repeated command changed.
pub(super) fn repeated(objects: &[ChangedObject]) -> Option<NominationId> {
    objects.iter().find(|object| object.kind == ObjectKind::Nomination).map(|object| NominationId(object.id))
}
