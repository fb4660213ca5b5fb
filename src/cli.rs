//! The command line: one file a subcommand, each with its `Args` and a `run`.

pub mod demo;
pub mod export;
pub mod import;

/// Why a command stops short, in one sentence for the person who typed it.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// It was tried and failed: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// Bad usage or refused input, nothing was changed: exit code 2.
    #[error("{0}")]
    Refused(String),
}
