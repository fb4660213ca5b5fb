//! `psn operations`: lists the persisted operations with the IDs that front ends use.

use clap::Subcommand;

use super::say;
use crate::app::persisted_operations;
use crate::config::Settings;
use crate::error::ExitError;

/// The arguments of `psn operations`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct OperationsArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: OperationsCommand,
}

/// The subcommands.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum OperationsCommand {
    /// Print the ID of each file in PERSISTED_OPERATIONS, and its operations.
    List,
}

/// Reads and validates the folder, and prints its documents and operations.
///
/// # Errors
///
/// [`ExitError::Refused`] if no folder is set, and for a file that is not a valid document of the schema.
pub fn run(args: OperationsArgs, settings: &Settings) -> Result<(), ExitError> {
    let OperationsArgs { command: OperationsCommand::List } = args;
    if settings.query.persisted_operations.is_none() {
        return Err(ExitError::Refused(
            "there are no persisted operations: set PERSISTED_OPERATIONS to a folder of .graphql files".to_owned(),
        ));
    }
    let persisted = persisted_operations(&settings.query)?;
    for document in persisted.documents() {
        say(format_args!("{}  {}", document.id, document.file))?;
        let mut operations: Vec<_> = document.operations().collect();
        operations.sort_by_key(|(name, _)| *name);
        for (name, kind) in operations {
            let note = if persisted.is_identified_by(name) { "" } else { " (in several files: use the ID)" };
            say(format_args!("    {kind} {name}{note}"))?;
        }
    }
    Ok(())
}
