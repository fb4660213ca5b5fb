//! What psn says while it runs: log lines on standard error, so that a command's answer has standard output to itself.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};
use crate::error::ExitError;

/// Begins logging as the settings say. Only the first call in a process counts.
///
/// # Errors
///
/// [`ExitError::Refused`] when the filter is none.
pub fn start(settings: &Settings) -> Result<(), ExitError> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        ExitError::Refused(format!("LOG is '{}', which is no filter ({error}); `info` is one", settings.log))
    })?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // A second call fails because a log is there already: that is what it was called for.
    let _ = match settings.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
