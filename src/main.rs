//! The binary: reads the command line, starts logging, runs the command, and turns an error into a line and an exit code.

use std::io::{Write, stderr};
use std::process::ExitCode;

use psn::cli::{self, Cli};
use psn::error::ExitError;
use psn::{shutdown, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::from_args_and_env();
    match begin(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            // Standard error may be closed; the exit code says the same.
            let _ = writeln!(stderr(), "psn: {stop}");
            stop.exit_code()
        }
    }
}

fn begin(cli: Cli) -> Result<(), ExitError> {
    telemetry::start(&cli.settings)?;
    let failed = |error| ExitError::Failed(format!("the process could not be started: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let stop = shutdown::on_signal(cli.command.is_service()).map_err(failed)?;
        cli::run(cli, stop).await
    })
}
