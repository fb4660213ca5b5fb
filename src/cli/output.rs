//! Output that all commands share: lines, instants, and why a change was not made.

use std::fmt::Display;
use std::io::{self, Write};

use chrono::{DateTime, Utc};

use crate::access::manage::ManageError;
use crate::app::App;
use crate::error::ExitError;

/// Returns the error for a change of access that was not made.
pub(super) fn not_done(cause: ManageError) -> ExitError {
    match cause {
        ManageError::Refused(refusal) => ExitError::Refused(refusal.to_string()),
        ManageError::Database(cause) => ExitError::Failed(format!("nothing was changed: {cause}")),
        cause @ ManageError::Randomness(_) => ExitError::Failed(cause.to_string()),
    }
}

/// Formats an instant in the board's time zone, to the minute.
pub(super) fn when(app: &App, at: DateTime<Utc>) -> String {
    at.with_timezone(&app.settings.board_zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Prints a line of a command's answer to standard output. A closed pipe (`psn schema | head`) is not an error.
///
/// # Errors
///
/// [`ExitError::Failed`] if the line cannot be written.
pub fn say(line: impl Display) -> Result<(), ExitError> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ExitError::Failed(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
