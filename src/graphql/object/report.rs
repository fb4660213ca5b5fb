//! Gap reports: the snapshots that one compares, and the outcomes of its mails.

use std::collections::HashMap;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::change::{Change, compare};
use entity::coverage::roster::UnitIx;
use entity::id::UnitId;
use entity::table::report;

use super::super::access::Scope;
use super::super::audit::Reads;
use super::super::day_view::known;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::Rows;
use super::super::loader::children::{ChildTotal, DeliveriesOf};
use super::super::loader::gaps::{GapRow, TeamsOf};
use super::super::page::rows::trimmed;
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::{RequestState, today};
use super::super::scalar::{Date, Instant, Week};
use super::delivery::Delivery;
use super::enums::{DeliveryKind, DeliveryState, GapChange, ReportKind, TeamStatus};
use super::snapshot::Snapshot;
use crate::access::Right;
use futures_util::future::try_join_all;

/// A gap report of one week.
#[derive(Clone, Debug)]
pub(crate) struct GapReport(pub(crate) report::Model);

/// A gap report of one week. Every senior manager receives the part that they are responsible for.
#[Object]
impl GapReport {
    /// Opaque; finds the report again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::GapReport(self.0.id).encode()
    }

    /// The week of the report.
    async fn week(&self) -> Result<Week, ApiError> {
        self.0.week.parse().map(Week).map_err(ApiError::internal)
    }

    /// Which of the week's reports it is.
    async fn kind(&self) -> ReportKind {
        self.0.kind.into()
    }

    /// When it was built.
    async fn built_at(&self) -> Instant {
        Instant(self.0.built_at)
    }

    /// The snapshot whose figures it shows. Null if it is no longer kept.
    async fn snapshot(&self, ctx: &Context<'_>) -> Result<Option<Snapshot>, ApiError> {
        let row = Rows::from_context(ctx)?.load_one(self.0.snapshot_id).await?;
        Ok(row.map(|row| Snapshot((*row).clone())))
    }

    /// The snapshot with which it compares: that of the weekly report that was mailed last before. A midweek report compares
    /// with the weekly report of the same week, if there is one. Null for the first report.
    async fn previous_snapshot(&self, ctx: &Context<'_>) -> Result<Option<Snapshot>, ApiError> {
        let Some(id) = self.0.previous_snapshot_id else { return Ok(None) };
        let row = Rows::from_context(ctx)?.load_one(id).await?;
        Ok(row.map(|row| Snapshot((*row).clone())))
    }

    /// How each team's gap changed between the two snapshots: new gaps first, then worse, unchanged, better and closed ones,
    /// each by code. A team that moved in the tree is the same team; the gap of a unit that is no longer a team counts as
    /// closed. Empty for the first report. One query returns the changes of at most 30 reports.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these changes. Defaults to all.")] change: Option<Vec<GapChange>>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<ReportedChange>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        RequestState::from_context(ctx)?.count_comparison()?;
        let wanted: Option<Vec<Change>> = change.map(|words| words.into_iter().map(Change::from).collect());
        let changes = match self.0.previous_snapshot_id {
            None => Vec::new(),
            Some(previous) => {
                let rows = Rows::from_context(ctx)?;
                // Both at once, so that one statement reads them.
                let (now, then) =
                    tokio::try_join!(rows.load_one(TeamsOf(self.0.snapshot_id)), rows.load_one(TeamsOf(previous)))?;
                let mut changes = changes(&then.unwrap_or_default(), &now.unwrap_or_default(), wanted.as_deref());
                let ((known, scope), today) = (known(ctx).await?, today(ctx)?);
                // A midweek report has figures of a Thursday, which not every viewer of a team may see; a weekly one of Mondays.
                let days: Vec<_> = match self.0.kind {
                    entity::value::ReportKind::Weekly => Vec::new(),
                    entity::value::ReportKind::Midweek => {
                        let snapshots = [self.0.snapshot_id, previous].map(|id| rows.load_one(id));
                        try_join_all(snapshots).await?.into_iter().flatten().map(|row| row.day).collect()
                    }
                };
                changes.retain_mut(|change| {
                    let may_see = |unit: &UnitIx| {
                        scope.sees_unit(Right::Reports, *unit)
                            && days.iter().all(|day| scope.may_see_team_on(*unit, *day))
                    };
                    let unit = known.unit_by_id(change.unit).filter(may_see);
                    let opened = change.opened_on.zip(unit);
                    change.opened_on = opened.map(|(Date(day), unit)| Date(scope.visible_change_day(unit, today, day)));
                    unit.is_some()
                });
                changes
            }
        };
        let total = Total::Known(changes.len());
        let slice = cut(&page, "changes", changes, ReportedChange::key)?;
        if !slice.items.is_empty() {
            Reads::note_report(ctx, self.0.id)?;
        }
        Ok(slice.listed(total, |change| change))
    }

    /// Its mails that the viewer may read, one per recipient, in order of creation. Empty if there are none, or if the viewer
    /// does not have the right MAILS.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: a filter and Relay's four")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only mails of this kind. Defaults to REPORT.")] kind: Option<DeliveryKind>,
        #[graphql(desc = "Only those in this state.")] state: Option<DeliveryState>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Delivery>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let span = page.span("deliveries")?;
        let kind = kind.map_or(entity::value::DeliveryKind::Report, Into::into);
        let state = state.map(Into::into);
        let report = self.0.id;
        let whose = Scope::from_context(ctx).await?.mails_of();
        let rows = Rows::from_context(ctx)?
            .load_one(DeliveriesOf { report, kind, state, whose, span })
            .await?
            .unwrap_or_default();
        let slice = trimmed(&page, "deliveries", rows, |row| row.id.0)?;
        let asked = ctx.look_ahead();
        if asked.field("nodes").exists() || asked.field("edges").exists() {
            Reads::note_listed(ctx, slice.items.iter().map(|(_, row)| row.id))?;
        }
        Ok(slice.listed(Total::Children(Box::new(ChildTotal::Deliveries(report, kind, state, whose))), Delivery))
    }
}

/// How one team's gap changed between the two snapshots that a report compares.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReportedChange {
    /// The team's code in the report's snapshot, or in the one before if it is no longer a team.
    code: String,
    /// The team's name, from the same snapshot.
    name: String,
    /// How the gap changed.
    change: GapChange,
    /// The team in the snapshot that was mailed before. Null if it was not a team.
    before: Option<StoredTeam>,
    /// The team in the report's snapshot. Null if it is no longer a team.
    now: Option<StoredTeam>,
    /// The day on which the gap (for a closed gap, the former gap) was first seen. If the viewer does not see the Peer
    /// Supporters of the team and of all teams in its cover group: the Monday of that week. Null if the day was not stored.
    opened_on: Option<Date>,
    #[graphql(skip)]
    unit: UnitId,
}

/// A team in a snapshot.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct StoredTeam {
    /// Whether it was covered.
    status: TeamStatus,
    /// Whole Peer Supporters short. Null without a policy or without staff.
    gap: Option<u32>,
}

impl From<&GapRow> for StoredTeam {
    fn from(row: &GapRow) -> Self {
        Self { status: row.status.into(), gap: row.short() }
    }
}

impl ReportedChange {
    /// The order. It is unique with the id: one code may belong to two units, one in either snapshot.
    fn key(&self) -> (u8, String, i64) {
        let rank = match self.change {
            GapChange::New => 0,
            GapChange::Worse => 1,
            GapChange::Same => 2,
            GapChange::Better => 3,
            GapChange::Closed => 4,
        };
        (rank, self.code.clone(), self.unit.0)
    }
}

/// The changes of the `wanted` kinds between two snapshots, in order. All kinds if `wanted` is `None`.
fn changes(
    then: &HashMap<UnitId, GapRow>,
    now: &HashMap<UnitId, GapRow>,
    wanted: Option<&[Change]>,
) -> Vec<ReportedChange> {
    let gone = then.values().filter(|row| !now.contains_key(&row.unit_id));
    let mut changes: Vec<_> = now
        .values()
        .chain(gone)
        .filter_map(|row| {
            let (before, after) = (then.get(&row.unit_id), now.get(&row.unit_id));
            let change = compare(before.map(GapRow::seen), after.map(GapRow::seen))?;
            let opened = if change == Change::Closed { before } else { after };
            wanted.is_none_or(|wanted| wanted.contains(&change)).then(|| ReportedChange {
                code: row.unit_code.clone(),
                name: row.unit_name.clone(),
                change: change.into(),
                before: before.map(StoredTeam::from),
                now: after.map(StoredTeam::from),
                opened_on: opened.and_then(|row| row.gap_opened_on).map(Date),
                unit: row.unit_id,
            })
        })
        .collect();
    changes.sort_by_cached_key(ReportedChange::key);
    changes
}
