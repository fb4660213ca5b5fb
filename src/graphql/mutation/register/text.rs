//! The length of free texts that commands take.

use entity::store::register::text::{LONGEST, length};

use super::refusal::{CommandRefusal, RefusalCode};

/// Refuses a text that is too long to be stored.
pub(super) fn check_length(field: &str, text: Option<&str>) -> Result<(), CommandRefusal> {
    check_at_most(field, text, LONGEST)
}

/// Refuses a text that is longer than `longest` characters.
pub(super) fn check_at_most(field: &str, text: Option<&str>, longest: usize) -> Result<(), CommandRefusal> {
    if text.is_none_or(|text| length(text) <= longest) {
        return Ok(());
    }
    let sentence = format!("`{field}` may have at most {longest} characters.");
    Err(CommandRefusal::about(RefusalCode::TextTooLong, field, sentence))
}

/// Refuses a text that is blank or too long to be stored.
pub(super) fn check_given(field: &str, text: &str) -> Result<(), CommandRefusal> {
    if !text.trim().is_empty() && length(text) <= LONGEST {
        return Ok(());
    }
    let sentence = format!("`{field}` must have 1 to {LONGEST} characters.");
    Err(CommandRefusal::about(RefusalCode::TextTooLong, field, sentence))
}
