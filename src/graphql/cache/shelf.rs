//! The results that were computed last, each shared by all callers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// A result that is computed by its first caller.
pub(super) type Cell<V> = Arc<OnceCell<Arc<V>>>;

/// At most this many results; the least recently used is dropped.
pub(super) struct Shelf<K, V> {
    most: usize,
    /// The most recently used is last.
    kept: Mutex<Vec<(K, Cell<V>)>>,
}

impl<K: Copy + PartialEq, V> Shelf<K, V> {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, kept: Mutex::new(Vec::new()) }
    }

    /// The cell of a result.
    pub(super) fn cell(&self, key: K) -> Cell<V> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| *known == key);
        let (_, cell) = place.map_or_else(|| (key, Cell::default()), |place| kept.remove(place));
        kept.push((key, Arc::clone(&cell)));
        let excess = kept.len().saturating_sub(self.most);
        kept.drain(..excess);
        cell
    }

    /// The keys, the most recently used last.
    pub(super) fn keys(&self) -> Vec<K> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(key, _)| *key).collect()
    }

    /// The results that are there for the wanted keys, the most recently used last.
    pub(super) fn filled(&self, wanted: impl Fn(&K) -> bool) -> Vec<(K, Arc<V>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = kept.iter().filter(|(key, _)| wanted(key));
        wanted.filter_map(|(key, cell)| Some((*key, Arc::clone(cell.get()?)))).collect()
    }
}

impl<K: fmt::Debug, V> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_list().entries(kept.iter().map(|(key, _)| key)).finish()
    }
}
