//! Stop signals: the first one stops the process gracefully, the second one at once.

use std::io::{self, Write as _};

use tokio_util::sync::CancellationToken;

use crate::error::INTERRUPTED;

/// The exit code of a service after a second signal.
const SECOND_SIGNAL: i32 = 1;

/// Returns a token that is cancelled by the first SIGTERM or SIGINT (Ctrl-C). The server then accepts no new requests, running
/// jobs have time to finish, and a one-off command rolls back what it has not finished. A second signal ends the process at
/// once; leases then expire by themselves.
///
/// # Errors
///
/// An error if the process cannot listen for signals.
pub fn on_signal(service: bool) -> io::Result<CancellationToken> {
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let first_signal = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        if service {
            tracing::info!("stopping; running jobs may finish; a second signal ends the process at once");
        } else {
            // Standard error may be closed; the process stops anyway.
            let _ =
                writeln!(io::stderr(), "Stopping. Unfinished work is rolled back. Press Ctrl-C again to stop at once.");
        }
        first_signal.cancel();
        signals.next().await;
        if service {
            tracing::warn!("second signal received; ending at once");
        }
        std::process::exit(if service { SECOND_SIGNAL } else { i32::from(INTERRUPTED) });
    });
    Ok(stop)
}

/// The stop signals of the platform.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
