//! Logging: log lines go to standard error, so that standard output contains only a command's answer.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};
use crate::error::ExitError;

/// Starts logging with the settings. Only the first call in a process has an effect.
///
/// # Errors
///
/// [`ExitError::Refused`] if the filter is not valid.
pub fn start(settings: &Settings) -> Result<(), ExitError> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| {
        ExitError::Refused(format!("LOG='{}' is not a valid filter ({error}); use for example `info`", settings.log))
    })?;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    // A second call fails because logging has already started, which is fine.
    let _ = match settings.log_format {
        LogFormat::Text => lines.with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}
