//! Budgets: for each caller a token bucket in units of query cost, and a number of concurrent requests.
//!
//! This is not the crate `governor`: answers show the remaining budget without spending it, concurrent requests need the same
//! table of callers, and the time comes from [`Clock`], which tests can stop. All that a library could then still do is one
//! line of arithmetic, [`Account::refill`].

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::clock::Clock;

use crate::config::QuerySettings;

/// The maximum number of callers in memory. Beyond it, those that have spent least are forgotten.
const MOST_CALLERS: usize = 10_000;
/// Units are counted in millionths, so that the refill per microsecond is a whole number.
const MILLION: u64 = 1_000_000;

/// The limits of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetLimits {
    /// The number of units that can be spent in a burst, 1 to 10^12.
    pub capacity: u64,
    /// The number of units that are refilled per second, at least 1.
    pub refill_per_second: u64,
    /// The maximum number of concurrent requests.
    pub at_once: u32,
}

impl From<&QuerySettings> for BudgetLimits {
    fn from(settings: &QuerySettings) -> Self {
        Self {
            capacity: settings.query_budget,
            refill_per_second: settings.query_refill,
            at_once: settings.queries_at_once,
        }
    }
}

/// The budgets of all callers. `K` identifies a caller.
#[derive(Debug)]
pub struct Budgets<K> {
    limits: BudgetLimits,
    clock: Clock,
    accounts: Mutex<HashMap<K, Account>>,
}

/// The remaining budget of one caller at an instant.
#[derive(Clone, Copy, Debug)]
struct Account {
    millionths: u64,
    at: DateTime<Utc>,
    running: u32,
}

impl Account {
    /// Adds the units that were refilled since the last call. A clock that was set back adds and removes nothing.
    fn refill(&mut self, limits: BudgetLimits, now: DateTime<Utc>) {
        let passed = (now - self.at).num_microseconds().map_or(0, |passed| u64::try_from(passed).unwrap_or(0));
        let back = passed.saturating_mul(limits.refill_per_second);
        self.millionths = self.millionths.saturating_add(back).min(limits.full());
        self.at = now;
    }
}

impl BudgetLimits {
    const fn full(self) -> u64 {
        self.capacity.saturating_mul(MILLION)
    }
}

impl<K: Clone + Eq + Hash> Budgets<K> {
    /// Full budgets for all callers, refilled as `clock` advances.
    #[must_use]
    pub fn new(limits: BudgetLimits, clock: Clock) -> Self {
        Self { limits, clock, accounts: Mutex::default() }
    }

    /// The limits of each budget.
    #[must_use]
    pub const fn limits(&self) -> BudgetLimits {
        self.limits
    }

    /// Returns the remaining whole units of `caller`.
    #[must_use]
    pub fn left(&self, caller: &K) -> u64 {
        let now = self.clock.now();
        let mut account = match self.accounts().get(caller) {
            Some(account) => *account,
            None => return self.limits.capacity,
        };
        account.refill(self.limits, now);
        account.millionths / MILLION
    }

    /// Spends `units` of the budget of `caller` and returns the remaining units. More units than a full budget count as a full
    /// budget, so that nothing is refused for ever.
    ///
    /// # Errors
    ///
    /// The time until enough units are refilled. Nothing is spent then.
    pub fn spend(&self, caller: &K, units: u64) -> Result<u64, Duration> {
        let wanted = units.min(self.limits.capacity).saturating_mul(MILLION);
        self.with_account(caller, |account| match account.millionths.checked_sub(wanted) {
            Some(rest) => {
                account.millionths = rest;
                Ok(rest / MILLION)
            }
            None => {
                let missing = wanted - account.millionths;
                Err(Duration::from_micros(missing.div_ceil(self.limits.refill_per_second.max(1))))
            }
        })
    }

    /// Counts one more running request of `caller` until the [`ConcurrencyPermit`] is dropped. `None` if the maximum is
    /// reached.
    #[must_use]
    pub fn begin(self: &Arc<Self>, caller: &K) -> Option<ConcurrencyPermit<K>> {
        let begun = self.with_account(caller, |account| {
            let free = account.running < self.limits.at_once;
            account.running += u32::from(free);
            free
        });
        begun.then(|| ConcurrencyPermit { budgets: Arc::clone(self), caller: caller.clone() })
    }

    fn end(&self, caller: &K) {
        if let Some(account) = self.accounts().get_mut(caller) {
            account.running = account.running.saturating_sub(1);
        }
    }

    fn with_account<T>(&self, caller: &K, act: impl FnOnce(&mut Account) -> T) -> T {
        let now = self.clock.now();
        let mut accounts = self.accounts();
        if accounts.len() >= MOST_CALLERS && !accounts.contains_key(caller) {
            forget(&mut accounts, self.limits, now);
        }
        let new = Account { millionths: self.limits.full(), at: now, running: 0 };
        let account = accounts.entry(caller.clone()).or_insert(new);
        account.refill(self.limits, now);
        act(account)
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<K, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets callers whose budget is full again, which equals a new one. If that is not enough, forgets the half that has spent
/// least.
fn forget<K: Clone + Eq + Hash>(accounts: &mut HashMap<K, Account>, limits: BudgetLimits, now: DateTime<Utc>) {
    for account in accounts.values_mut() {
        account.refill(limits, now);
    }
    accounts.retain(|_, account| account.running > 0 || account.millionths < limits.full());
    if accounts.len() < MOST_CALLERS {
        return;
    }
    let mut left: Vec<_> = accounts.values().map(|account| account.millionths).collect();
    let (_, median, _) = left.select_nth_unstable(MOST_CALLERS / 2);
    let median = *median;
    accounts.retain(|_, account| account.running > 0 || account.millionths < median);
}

/// Permission for one running request, until it is dropped.
pub struct ConcurrencyPermit<K: Clone + Eq + Hash> {
    budgets: Arc<Budgets<K>>,
    caller: K,
}

impl<K: Clone + Eq + Hash> Drop for ConcurrencyPermit<K> {
    fn drop(&mut self) {
        self.budgets.end(&self.caller);
    }
}

impl<K: Clone + Eq + Hash + fmt::Debug> fmt::Debug for ConcurrencyPermit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConcurrencyPermit").field(&self.caller).finish()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-11-16T09:00:00Z".parse().unwrap()
    }

    fn budgets(capacity: u64, refill_per_second: u64) -> (Arc<Budgets<u32>>, Clock) {
        let clock = Clock::fixed(start());
        (Arc::new(Budgets::new(BudgetLimits { capacity, refill_per_second, at_once: 2 }, clock.clone())), clock)
    }

    #[test]
    fn spent_units_refill_up_to_capacity() {
        let (budgets, clock) = budgets(100, 10);
        assert_eq!(budgets.spend(&1, 70), Ok(30));
        assert_eq!(budgets.spend(&1, 31), Err(Duration::from_millis(100)));
        assert_eq!(
            (budgets.left(&1), budgets.left(&2)),
            (30, 100),
            "a refused cost is not spent, and other callers keep their budgets"
        );
        clock.set(start() + TimeDelta::milliseconds(99));
        assert!(budgets.spend(&1, 31).is_err());
        clock.set(start() + TimeDelta::milliseconds(100));
        assert_eq!(budgets.spend(&1, 31), Ok(0));
        clock.set(start() + TimeDelta::days(1));
        assert_eq!(budgets.left(&1), 100);
        assert_eq!(budgets.spend(&1, 1_000_000), Ok(0), "more than a full budget is a full budget");
    }

    #[test]
    fn clock_set_back_neither_refills_nor_locks_out() {
        let (budgets, clock) = budgets(10, 10);
        assert_eq!(budgets.spend(&1, 10), Ok(0));
        clock.set(start() - TimeDelta::hours(1));
        assert!(budgets.spend(&1, 1).is_err());
        clock.set(start() - TimeDelta::hours(1) + TimeDelta::seconds(1));
        assert_eq!(budgets.spend(&1, 10), Ok(0));
    }

    #[test]
    fn concurrent_requests_count_until_they_end() {
        let (budgets, _) = budgets(10, 1);
        let first = budgets.begin(&1).unwrap();
        let _second = budgets.begin(&1).unwrap();
        assert!(budgets.begin(&1).is_none());
        assert!(budgets.begin(&2).is_some());
        drop(first);
        assert!(budgets.begin(&1).is_some());
    }

    #[test]
    fn bounded_table_keeps_running_and_highest_spending_callers() {
        let (budgets, clock) = budgets(100, 1);
        let _running = budgets.begin(&0).unwrap();
        assert!(budgets.spend(&1, 90).is_ok());
        for caller in 2..30_000 {
            assert!(budgets.spend(&caller, 1 + u64::from(caller % 7)).is_ok());
            assert!(budgets.accounts().len() <= MOST_CALLERS);
        }
        let running = budgets.accounts()[&0].running;
        assert_eq!((running, budgets.left(&1)), (1, 10));
        clock.set(start() + TimeDelta::seconds(8));
        for caller in 30_000..40_001 {
            let _ = budgets.left(&caller);
            assert!(budgets.spend(&caller, 0).is_ok());
        }
        assert_eq!(budgets.left(&1), 18);
    }

    proptest! {
        #[test]
        fn no_caller_spends_more_than_budget_and_refill(
            capacity in 1_u64..1000,
            refill in 1_u64..100,
            steps in prop::collection::vec((0_i64..5_000, 0_u64..1200), 1..60),
        ) {
            let (budgets, clock) = budgets(capacity, refill);
            let mut now = start();
            let mut spent = 0_u64;
            for (millis, units) in steps {
                now += TimeDelta::milliseconds(millis);
                clock.set(now);
                let before = budgets.left(&1);
                match budgets.spend(&1, units) {
                    Ok(left) => {
                        spent += units.min(capacity);
                        prop_assert_eq!(left, before - units.min(capacity));
                    }
                    Err(wait) => {
                        prop_assert!(units.min(capacity) > before);
                        clock.set(now + TimeDelta::from_std(wait).unwrap());
                        prop_assert!(budgets.left(&1) >= units.min(capacity));
                        clock.set(now);
                    }
                }
                let back = (now - start()).num_milliseconds().unsigned_abs() * refill / 1000;
                prop_assert!(spent <= capacity + back);
            }
        }
    }
}
