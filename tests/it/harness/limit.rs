//! Limits of time, so that a test that waits for something that never comes fails and does not hang the whole run.

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

/// How long one test may take. The slowest take between one and three minutes on two cores that are also building.
pub(super) const TEST: Duration = Duration::from_secs(300);

/// How long a test waits for one thing that should happen at once.
const WAIT: Duration = Duration::from_secs(30);

/// The value of `future`. Panics with what it waits for if there is none after 30 seconds.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(WAIT, future).await.unwrap_or_else(|_| panic!("{what}: not after {} s", WAIT.as_secs()))
}

/// Runs a test, which fails if it has not ended after `limit`.
///
/// It runs in a thread of its own. `tokio::time::timeout` alone would let a test hang that blocks its thread, for example by
/// waiting for a child process.
pub(super) fn limited(limit: Duration, test: impl FnOnce() + Send + 'static) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let (running, ended) = channel::<()>();
    // With the name of the test, which a panic says.
    let thread = Builder::new().name(name).spawn(move || {
        let _running = running;
        test();
    });
    let thread = thread.expect("a thread starts");
    match ended.recv_timeout(limit) {
        Err(RecvTimeoutError::Timeout) => panic!("the test has not ended after {limit:?}: what does it wait for?"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    }
}

mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "has not ended after 10ms")]
    fn blocked_test_fails() {
        limited(Duration::from_millis(10), || {
            loop {
                std::thread::park();
            }
        });
    }

    #[test]
    #[should_panic(expected = "one is not two")]
    fn failed_test_fails_with_its_message() {
        limited(TEST, || panic!("one is not two"));
    }
}
