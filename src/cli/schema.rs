//! `psn schema`: prints the schema of the API, for front ends and for the file in the repository.

use std::path::PathBuf;

use super::say;
use crate::error::ExitError;
use crate::graphql;

/// The arguments of `psn schema`.
#[derive(Clone, Debug, clap::Args)]
pub struct SchemaArgs {
    /// Print nothing, but fail if this file differs from the schema.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "src/graphql/schema.graphql")]
    check: Option<PathBuf>,
}

/// Prints the schema, or compares it with a file.
///
/// # Errors
///
/// An error if the file cannot be read or differs.
pub fn run(args: SchemaArgs) -> Result<(), ExitError> {
    let sdl = graphql::sdl();
    let Some(file) = args.check else { return say(sdl.trim_end()) };
    let shown = file.display();
    let text = std::fs::read_to_string(&file).map_err(|error| {
        ExitError::Refused(format!("{shown} cannot be read ({error}): name the file that contains the schema"))
    })?;
    if text.trim_end() == sdl.trim_end() {
        return say(format_args!("{shown} is up to date."));
    }
    Err(ExitError::Failed(format!("{shown} differs from the schema: run `psn schema > {shown}` and commit it")))
}
