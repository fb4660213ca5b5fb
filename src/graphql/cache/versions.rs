//! The versions of the data from which kept coverage was computed. Coverage after a change is computed from the coverage and
//! the data before it; versions share all that no change has touched.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::directory::ReferenceData;

/// The kept versions.
#[derive(Debug, Default)]
pub(super) struct Versions(Mutex<Vec<Arc<ReferenceData>>>);

impl Versions {
    /// Keeps a version, and of the others those that are `needed` and from which it is known what has changed until this
    /// one: after an import, the organisation before it is not kept.
    pub(super) fn keep(&self, newest: Arc<ReferenceData>, needed: Vec<i64>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let version = newest.facts.version;
        if kept.iter().any(|other| other.facts.changes_since(version).is_some()) {
            // A reader of an older version computed another day of it.
            return;
        }
        kept.retain(|other| {
            let other = other.facts.version;
            needed.contains(&other) && newest.facts.changes_since(other).is_some()
        });
        kept.push(newest);
    }

    /// Returns a kept version.
    pub(super) fn get(&self, version: i64) -> Option<Arc<ReferenceData>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|known| known.facts.version == version).map(Arc::clone)
    }
}
