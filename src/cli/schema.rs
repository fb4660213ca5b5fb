//! `psn schema`: the API's schema as text, for front ends and for the file that is checked in.

use std::path::PathBuf;

use super::say;
use crate::error::ExitError;
use crate::graphql;

/// What `psn schema` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Print nothing, but fail when this file says something else.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "src/graphql/schema.graphql")]
    check: Option<PathBuf>,
}

/// Prints the schema, or compares it with a file.
///
/// # Errors
///
/// A file that cannot be read, or that says something else.
pub fn run(args: Args) -> Result<(), ExitError> {
    let sdl = graphql::sdl();
    let Some(file) = args.check else { return say(sdl.trim_end()) };
    let shown = file.display();
    let kept = std::fs::read_to_string(&file).map_err(|error| {
        ExitError::Refused(format!("{shown} cannot be read ({error}): name the file that holds the schema"))
    })?;
    if kept.trim_end() == sdl.trim_end() {
        return say(format_args!("{shown} is the schema"));
    }
    Err(ExitError::Failed(format!("{shown} is not the schema any more: run `psn schema > {shown}` and commit it")))
}
