//! What every command prints in the same way: lines, instants, and why a change was not made.

use std::fmt::Display;
use std::io::{self, Write};

use chrono::{DateTime, Utc};

use crate::access::manage::NotDone;
use crate::app::App;
use crate::error::ExitError;

/// Why a change of who may do what was not made.
pub(super) fn not_done(cause: NotDone) -> ExitError {
    match cause {
        NotDone::Refused(refusal) => ExitError::Refused(refusal.to_string()),
        NotDone::Database(cause) => ExitError::Failed(format!("nothing was changed: {cause}")),
        cause @ NotDone::Randomness(_) => ExitError::Failed(cause.to_string()),
    }
}

/// An instant in the board's zone, to the minute.
pub(super) fn when(app: &App, at: DateTime<Utc>) -> String {
    at.with_timezone(&app.settings.board_zone).format("%Y-%m-%d %H:%M").to_string()
}

/// Prints a line of a command's answer on standard output. A reader that has gone away (`psn schema | head`) is no error.
///
/// # Errors
///
/// [`ExitError::Failed`] when it cannot be written.
pub fn say(line: impl Display) -> Result<(), ExitError> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(ExitError::Failed(format!("the answer cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}
