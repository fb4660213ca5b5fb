//! Does the same work for many items on several cores.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Teams that a thread assesses at a time. So few are not worth a second thread.
pub(super) const TEAMS: usize = 64;

/// Returns the number of cores that the process may use.
pub(super) fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Returns the results of `work` for all items, in their order, computed by at most this many threads, of which each takes
/// so many items at a time.
pub(super) fn map<T: Sync, R: Send>(
    items: &[T],
    at_a_time: usize,
    threads: NonZeroUsize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let chunks: Vec<&[T]> = items.chunks(at_a_time).collect();
    let threads = threads.get().min(chunks.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Vec<R>)>> = Mutex::new(Vec::with_capacity(chunks.len()));
    // Chunks are taken as threads become free, because some teams take much longer than others.
    let take = || {
        while let Some((place, chunk)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            chunks.get(place).map(|chunk| (place, chunk))
        } {
            let results = chunk.iter().map(&work).collect();
            done.lock().unwrap_or_else(PoisonError::into_inner).push((place, results));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(take);
        }
        take();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<usize> = (0..1_000).collect();
        for threads in [1, 2, 7, 64] {
            let doubled = map(&items, TEAMS, NonZeroUsize::new(threads).unwrap(), |item| item * 2);
            assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
        assert!(map(&[], TEAMS, cores(), |item: &usize| *item).is_empty());
    }

    #[test]
    fn several_threads_take_part() {
        let items: Vec<usize> = (0..TEAMS * 4).collect();
        let barrier = std::sync::Barrier::new(2);
        // The first items of two chunks wait for each other: one thread alone would never end.
        let ids = map(&items, TEAMS, NonZeroUsize::new(2).unwrap(), |item| {
            if *item == 0 || *item == TEAMS {
                barrier.wait();
            }
            std::thread::current().id()
        });
        assert!(ids.iter().any(|id| *id != ids[0]));
    }
}
