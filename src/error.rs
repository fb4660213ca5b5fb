//! The errors that end a command: each has a sentence for the person who typed the command, and an exit code.

use std::process::ExitCode;

/// The exit code of a command that was interrupted: 128 plus the number of SIGINT, as shells have it for Ctrl-C.
pub const INTERRUPTED: u8 = 130;

/// Why a command ends early, in one sentence for the person who typed it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExitError {
    /// The command was tried and failed: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// Wrong usage or input that is not accepted; nothing was changed: exit code 2.
    #[error("{0}")]
    Refused(String),
    /// The command was interrupted: exit code 130.
    #[error("stopped before its end; what was not finished by then was not written")]
    Interrupted,
}

impl ExitError {
    /// 1 for [`Self::Failed`], 2 for [`Self::Refused`] (clap exits with 2 for wrong usage as well), 130 for
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
