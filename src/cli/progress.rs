//! Shows the current step of a long command on the terminal; nothing if the output goes to a file.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jobs::import::Progress;

/// The progress line. It disappears when it is dropped.
pub(super) struct Steps(ProgressBar);

impl Steps {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Progress for Steps {
    fn step(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
