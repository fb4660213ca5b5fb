//! Claims the next run of a job in the ledger.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::clock::day_of;
use entity::period::Day;
use entity::store::run as ledger;
use entity::table::job_run::Model;
use entity::value::RunState;
use sea_orm::DbErr;

use super::state::{JobSlot, RunnerState};
use crate::catch_up::{day_due, due_periods, missed_periods};
use crate::schedule::{Entry, Period};

/// Rows of one job to look at per wake-up; the rest wait for the next one.
const LOOK_AT: u64 = 100;

/// A run that this worker has claimed.
pub(super) struct ClaimedRun {
    pub(super) period: Period,
    /// The ledger's row of the run.
    pub(super) row: Model,
}

impl RunnerState {
    /// Claims the next run of a job, oldest period first.
    pub(super) async fn claim_next(&self, place: usize) -> Result<Option<ClaimedRun>, DbErr> {
        let slot = &self.slots[place];
        let Entry { name, every, .. } = slot.schedule.entry;
        let now = self.clock.now();
        let first = ledger::first_import(&self.db).await?.map(|at| day_of(at, self.zone));
        let mut open = BTreeSet::new();
        if let Some(first) = first {
            let due: Vec<_> =
                due_periods(&slot.schedule, self.zone, first, now).iter().map(Period::to_string).collect();
            let known = ledger::known(&self.db, name, &due).await?;
            let known = known.iter().filter_map(|text| every.parse(text).ok()).collect();
            open.extend(missed_periods(&slot.schedule, self.zone, &known, first, now));
        }
        for row in ledger::due(&self.db, name, now, LOOK_AT).await? {
            match every.parse(&row.period) {
                Ok(period) => _ = open.insert(period),
                Err(_) => self.fail_unknown_period(&row, now).await?,
            }
        }
        for period in open {
            if self.closing.is_cancelled() {
                return Ok(None);
            }
            if self.is_held_up(slot, period, first, now).await? {
                continue;
            }
            let (period_text, holder) = (period.to_string(), self.new_holder());
            let bid = self.bid(name, &period_text, &holder, now);
            if let Some(row) = ledger::claim(&self.db, bid).await? {
                return Ok(Some(ClaimedRun { period, row }));
            }
        }
        Ok(None)
    }

    /// Whether `period` waits for the daily job that must finish before it: one that is missing for the day on which `period`
    /// is due, or not finished in the ledger.
    async fn is_held_up(
        &self,
        slot: &JobSlot,
        period: Period,
        first: Option<Day>,
        now: DateTime<Utc>,
    ) -> Result<bool, DbErr> {
        let before = self.slots.iter().find(|other| slot.schedule.entry.after == Some(other.schedule.entry.name));
        let Some(before) = before else { return Ok(false) };
        let day = Period::Day(day_due(&slot.schedule, self.zone, period));
        match ledger::find(&self.db, before.schedule.entry.name, &day.to_string()).await? {
            Some(row) => Ok(match row.state {
                RunState::Done | RunState::Failed => false,
                RunState::Requested | RunState::Running | RunState::Retrying => true,
            }),
            None => Ok(first.is_some_and(|first| due_periods(&before.schedule, self.zone, first, now).contains(&day))),
        }
    }

    /// Fails a row whose period is not valid for this job, so that it is not looked at again.
    async fn fail_unknown_period(&self, row: &Model, now: DateTime<Utc>) -> Result<(), DbErr> {
        let holder = self.new_holder();
        let bid = self.bid(&row.job, &row.period, &holder, now);
        if let Some(lease) = ledger::claim(&self.db, bid).await?.and_then(|row| row.lease()) {
            let outcome = format!("'{}' is not a valid period for this job.", row.period);
            ledger::fail(&self.db, &lease, now, &outcome).await?;
        }
        Ok(())
    }
}
