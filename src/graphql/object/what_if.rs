//! Coverage under another policy. Nothing is stored.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use entity::coverage::breakdown::STANDING;
use entity::coverage::change::{Change, compare};
use entity::coverage::disclosure::Columns;
use entity::coverage::roster::UnitIx;
use entity::coverage::{Coverage, TeamRow};

use super::super::day_view::{DayView, team_place, unit_row};
use super::super::error::ApiError;
use super::super::hidden::Hidden;
use super::super::page::{Listed, Page, Total, cut};
use super::super::scalar::Date;
use super::enums::{GapChange, TeamStatus};
use super::organisation::{Team, Unit};
use super::roll_up::RollUp;

/// A day's coverage with another policy beside the coverage as it is.
#[derive(Clone, Debug)]
pub(crate) struct WhatIf {
    pub(crate) view: Arc<DayView>,
    pub(crate) unit: UnitIx,
    pub(crate) then: Arc<Coverage>,
    /// The teams that would change, most changed first.
    changed: Arc<Vec<TeamIndexes>>,
}

/// Where the figures of one team are in the two coverages.
#[derive(Clone, Copy, Debug)]
struct TeamIndexes {
    /// Index in the present coverage.
    before: usize,
    /// Index in the coverage under the other policy.
    after: usize,
}

impl WhatIf {
    pub(crate) fn new(view: Arc<DayView>, unit: UnitIx, then: Arc<Coverage>) -> Self {
        let mut changed: Vec<_> = view
            .teams()
            .filter_map(|(place, row)| {
                let other = team_place(view.index(), &then, row.unit)?;
                let new = &then.teams[other];
                let differs = (row.status, row.gap, row.required) != (new.status, new.gap, new.required);
                differs.then_some(TeamIndexes { before: place, after: other })
            })
            .collect();
        changed.sort_by_cached_key(|team| key(&view, &then, *team));
        Self { view, unit, then, changed: Arc::new(changed) }
    }

    fn count(&self, wanted: Change) -> u32 {
        let changes = self.changed.iter().filter(|team| change(&self.view, &self.then, **team) == Some(wanted));
        u32::try_from(changes.count()).unwrap_or(u32::MAX)
    }
}

/// The largest change of the gap first; ties by code, which is unique.
fn key(view: &DayView, then: &Coverage, team: TeamIndexes) -> (i64, String) {
    let (before, after) = (&view.coverage.teams[team.before], &then.teams[team.after]);
    let gap = |row: &TeamRow| i64::from(row.gap.unwrap_or(0));
    (-(gap(after) - gap(before)).abs(), view.facts(before.unit).code.clone())
}

fn change(view: &DayView, then: &Coverage, team: TeamIndexes) -> Option<Change> {
    compare(Some((&*view.coverage.teams[team.before]).into()), Some((&*then.teams[team.after]).into()))
}

/// The coverage of one day with another policy, beside the present coverage. Nothing is stored.
#[Object]
impl WhatIf {
    /// The unit for which, with everything below it, the other policy is tried.
    async fn unit(&self) -> Unit {
        Unit::new(&self.view, self.unit)
    }

    /// The unit's present figures. Null if it is closed on the day and has no team below it.
    async fn before(&self) -> Option<RollUp> {
        RollUp::of_unit(&self.view, self.unit)
    }

    /// The unit's figures under the other policy. Null if `before` is null.
    async fn after(&self) -> Option<RollUp> {
        let row = unit_row(self.view.index(), &self.then, self.unit)?;
        // The reasons under another policy were never published, and reveal the present reasons.
        let some = row.standing.not_counting().iter().any(|allocations| *allocations > 0);
        let standing = if some && !self.view.is_exact() { Columns::all(STANDING) } else { Columns::default() };
        Some(RollUp::computed(&self.view, row, Hidden { standing, ..self.view.hidden(self.unit) }))
    }

    /// Teams with a gap to close that they do not have now. A team without a policy is given the defaults first, with the
    /// change on top; its gap is not new, because without a policy it is UNKNOWN, which is a gap.
    async fn teams_with_a_new_gap(&self) -> u32 {
        self.count(Change::New)
    }

    /// Teams whose gap would be closed. A team without a policy (UNKNOWN) is given the defaults first, with the change on top,
    /// and counts here if it would then be covered.
    async fn teams_with_a_closed_gap(&self) -> u32 {
        self.count(Change::Closed)
    }

    /// The teams whose status, gap or required number would change: the largest change of the gap first, then by code.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<TeamChange>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let total = Total::Known(self.changed.len());
        let slice = cut(&page, "what-if", self.changed.to_vec(), |team| key(&self.view, &self.then, *team))?;
        Ok(slice.listed(total, |team| TeamChange {
            team: Team::new(&self.view, team.before),
            change: change(&self.view, &self.then, team).map(GapChange::from),
            before: TeamOutcome::new(&self.view, &self.view.coverage.teams[team.before]),
            after: TeamOutcome::new(&self.view, &self.then.teams[team.after]),
        }))
    }
}

/// A team that another policy would change.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct TeamChange {
    /// The team at present.
    team: Team,
    /// How the other policy would change its gap. Null if there is no gap now and would be none.
    change: Option<GapChange>,
    /// The present status.
    before: TeamOutcome,
    /// The status under the other policy.
    after: TeamOutcome,
}

/// The status of a team under a policy.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct TeamOutcome {
    /// The status.
    status: TeamStatus,
    /// Peer Supporters required by the policy. Null without a policy or without staff.
    required: Option<u32>,
    /// Whole Peer Supporters short. Null without a policy or without staff.
    gap: Option<u32>,
    /// P: distinct active Peer Supporters with a share of at least 500 thousandths.
    active_supporters: u32,
    /// First day without cover, as in `atRisk`. Null unless the status is AT_RISK.
    at_risk_from: Option<Date>,
}

impl TeamOutcome {
    fn new(view: &DayView, row: &TeamRow) -> Self {
        Self {
            status: row.status.into(),
            required: row.required,
            gap: row.gap,
            active_supporters: row.supporters,
            at_risk_from: view.risk_day(row).map(Date),
        }
    }
}
