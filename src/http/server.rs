//! Listening, and stopping in good order.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until `stop` is cancelled: then no new connection is taken, idle ones are closed, and running requests get
/// `limit` to finish before they are cut off.
///
/// # Errors
///
/// What the operating system said about the listener.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken, limit: Duration) -> io::Result<()> {
    let server = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(limit).await;
    };
    tokio::select! {
        served = server => served,
        () = overdue => {
            tracing::warn!("requests that still ran were cut off at the limit of {} s", limit.as_secs());
            Ok(())
        }
    }
}
