//! The sum of a person's shares as Peer Supporter on each day: at most [`WHOLE`] (COVERAGE.md section 4).

use crate::coverage::Index;
use crate::coverage::roster::PersonIx;
use crate::id::AllocationId;
use crate::period::{Day, Validity};

/// The largest sum of a person's shares, in thousandths: one whole person.
pub const WHOLE: u32 = 1000;

/// The sum of a person's shares from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareSum {
    /// First day. `None` if it holds from the beginning of time.
    pub from: Option<Day>,
    /// The sum in thousandths.
    pub share: u32,
}

/// What would change about a person's shares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareChange {
    /// A share that is added, in thousandths.
    pub extra: u32,
    /// An allocation that is left out.
    pub without: Option<AllocationId>,
}

/// Returns a share in percent, with a decimal place if it has one.
#[must_use]
pub fn percent(share: u32) -> String {
    let (whole, tenths) = (share / 10, share % 10);
    if tenths == 0 { whole.to_string() } else { format!("{whole}.{tenths}") }
}

/// Returns the sums of dated shares, one for each day on which a share begins or ends, oldest first.
#[must_use]
pub fn sums(shares: impl IntoIterator<Item = (Validity, u32)>) -> Vec<ShareSum> {
    // A first day adds a share, and the day after the last one subtracts it.
    let mut events: Vec<(Option<Day>, i64)> = Vec::new();
    for (validity, share) in shares.into_iter().filter(|(validity, _)| !validity.is_empty()) {
        events.push((validity.from, i64::from(share)));
        events.extend(validity.to.map(|to| (Some(to), -i64::from(share))));
    }
    events.sort_unstable();
    let mut sum = 0;
    let of_day = |events: &[(Option<Day>, i64)]| {
        sum += events.iter().map(|(_, share)| share).sum::<i64>();
        ShareSum { from: events[0].0, share: u32::try_from(sum).unwrap_or(u32::MAX) }
    };
    events.chunk_by(|a, b| a.0 == b.0).map(of_day).collect()
}

/// Returns the first sum that is more than a whole person. `None` if there is no such day.
#[must_use]
pub fn first_excess(shares: impl IntoIterator<Item = (Validity, u32)>) -> Option<ShareSum> {
    sums(shares).into_iter().find(|sum| sum.share > WHOLE)
}

/// Returns the largest sum of a person's shares on any day from `from` on, after `change`, with the first such day.
#[must_use]
pub fn largest(index: &Index, person: PersonIx, from: Day, change: &ShareChange) -> ShareSum {
    let ShareChange { extra, without } = *change;
    let from_then_on = |validity: Validity| Validity { from: validity.from.max(Some(from)), to: validity.to };
    let held = index.allocations_of(person).filter(|allocation| Some(allocation.id) != without);
    let held = held.map(|allocation| (from_then_on(allocation.registered()), allocation.share));
    let all = std::iter::once((Validity { from: Some(from), to: None }, extra)).chain(held);
    // Of equal sums the first, which `max_by_key` alone would not choose.
    let first_largest = sums(all).into_iter().rev().max_by_key(|sum| sum.share);
    first_largest.unwrap_or(ShareSum { from: Some(from), share: extra })
}

#[cfg(test)]
mod tests;
