//! The errors that end a command: each has a sentence for the user, and an exit code.

use std::process::ExitCode;

/// The exit code of an interrupted command: 128 plus the number of SIGINT, as in shells.
pub const INTERRUPTED: u8 = 130;

/// Why a command ends early, in one sentence for the user.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExitError {
    /// The command was tried and failed: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// Wrong usage or invalid input; nothing was changed: exit code 2.
    #[error("{0}")]
    Refused(String),
    /// The command was interrupted: exit code 130.
    #[error("interrupted; unfinished work was not saved")]
    Interrupted,
}

impl ExitError {
    /// Returns 1 for [`Self::Failed`], 2 for [`Self::Refused`] (clap also exits with 2 for wrong usage), and 130 for
    /// [`Self::Interrupted`].
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) => ExitCode::from(1),
            Self::Refused(_) => ExitCode::from(2),
            Self::Interrupted => ExitCode::from(INTERRUPTED),
        }
    }
}
