//! `psn operations`: the persisted operations, as front ends name them.

use clap::Subcommand;

use super::say;
use crate::app::persisted_operations;
use crate::config::Settings;
use crate::error::ExitError;

/// What `psn operations` takes besides the settings.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// What is to be done with them.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with persisted operations.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum What {
    /// Print the id of each file in PERSISTED_OPERATIONS, and the operations in it.
    List,
}

/// Reads and validates the folder, and prints what is in it.
///
/// # Errors
///
/// [`ExitError::Refused`] where no folder is set, and for a file that is no valid document of the schema.
pub fn run(args: Args, settings: &Settings) -> Result<(), ExitError> {
    let Args { what: What::List } = args;
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
            let note = if persisted.is_identified_by(name) { "" } else { " (in several files: use the id)" };
            say(format_args!("    {kind} {name}{note}"))?;
        }
    }
    Ok(())
}
