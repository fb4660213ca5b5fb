//! Reports the steps of an import while it runs.

/// Receives the progress of an import.
pub trait Progress: Send + Sync {
    /// Called when a step starts, such as "reading staff.csv".
    fn step(&self, what: &str);
}

/// A [`Progress`] that ignores every step.
#[derive(Clone, Copy, Debug)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn step(&self, _: &str) {}
}
