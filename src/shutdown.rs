//! How the process is told to stop: the first signal asks, the second insists.

use std::io::{self, Write as _};

use tokio_util::sync::CancellationToken;

use crate::error::INTERRUPTED;

/// The exit code of a service after a second signal.
const AT_ONCE: i32 = 1;

/// A token that is cancelled by the first SIGTERM or SIGINT (Ctrl-C): the server takes no new requests, running jobs get
/// their time to finish, a command of one errand takes back what it has not finished. A second signal ends the process at
/// once; leases then run out by themselves.
///
/// # Errors
///
/// Signals that cannot be listened to.
pub fn on_signal(service: bool) -> io::Result<CancellationToken> {
    let mut signals = Signals::listen()?;
    let stop = CancellationToken::new();
    let asked = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        if service {
            tracing::info!("stopping: running jobs may finish; a second signal ends the process at once");
        } else {
            // Standard error may be closed; it stops all the same.
            let _ =
                writeln!(io::stderr(), "Stopping: what is not finished is taken back (press again to stop at once).");
        }
        asked.cancel();
        signals.next().await;
        if service {
            tracing::warn!("a second signal: ending at once");
        }
        std::process::exit(if service { AT_ONCE } else { i32::from(INTERRUPTED) });
    });
    Ok(stop)
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
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
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
