//! A node of the organisation's tree, on one day.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::governing::governing;
use entity::coverage::roster::UnitIx;
use entity::coverage::trainer::Embedded;
use entity::store::register::change;

use super::person::Appointment;
use super::{Policy, Team, Unit};
use crate::access::Right;
use crate::graphql::day_view::{DayScope, DayView};
use crate::graphql::directory::Exempted;
use crate::graphql::error::ApiError;
use crate::graphql::history::{self, VisibleChange};
use crate::graphql::id::NodeId;
use crate::graphql::loader::{Rows, Trend};
use crate::graphql::object::roll_up::RollUp;
use crate::graphql::object::snapshot::TrendPoint;
use crate::graphql::page::{Listed, Page, Total, cut};
use crate::graphql::request_state::RequestState;
use crate::graphql::scalar::Date;

/// The longest trend: five years.
const MOST_WEEKS: u32 = 260;
/// The most dated entries of one kind that a unit shows.
const MOST_DATED: usize = 50;

/// A node of the organisation's one tree (board, division, sector, service, team), on one day.
#[Object]
impl Unit {
    /// Opaque. Finds the unit with `node`, on the requested date if one was given, otherwise as of today.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Unit(self.view.facts(self.unit).id, self.view.as_of.named).encode()
    }

    /// The board's own code, unique.
    async fn code(&self) -> &str {
        &self.view.facts(self.unit).code
    }

    /// The name of the unit.
    async fn name(&self) -> &str {
        &self.view.facts(self.unit).name
    }

    /// The level of the unit in the board's own words, as its files write it: Sector, Ward. Null if it is not on file.
    async fn level(&self) -> Option<&str> {
        self.view.known.level(self.view.facts(self.unit).id)
    }

    /// Where it is. Null if it is not on file.
    async fn site(&self) -> Option<&str> {
        let site = self.view.facts(self.unit).site;
        site.map(|site| self.view.index().roster().words.get(site))
    }

    /// The day of all figures.
    async fn as_of(&self) -> Date {
        Date(self.view.as_of.day)
    }

    /// First day on which it is open. Null if it has no start date.
    async fn first_day(&self) -> Option<Date> {
        self.view.facts(self.unit).validity.from.map(Date)
    }

    /// Last day on which it is open. Null if it has no end date.
    async fn last_day(&self) -> Option<Date> {
        self.view.facts(self.unit).validity.last().map(Date)
    }

    /// Whether it is open on the day. Closing a unit does not close those below it.
    async fn is_open(&self) -> bool {
        self.view.facts(self.unit).validity.holds_on(self.view.as_of.day)
    }

    /// The unit above. Null at the top, or if the viewer may not see it.
    async fn parent(&self) -> Option<Self> {
        let above = self.view.tree().parent(self.unit).filter(|above| self.view.sees(*above))?;
        Some(Self::new(&self.view, above))
    }

    /// The units above, from the top down to the parent. Units that the viewer may not see are left out.
    async fn ancestors(&self) -> Vec<Self> {
        let above = self.view.tree().ancestors(self.unit).skip(1).filter(|above| self.view.sees(*above));
        let mut above: Vec<_> = above.map(|above| Self::new(&self.view, above)).collect();
        above.reverse();
        above
    }

    /// The units directly below that are open on the day or have a team at or below them, by code. Units that the viewer may
    /// not see are left out. Each `children` field of a query returns at most 1,000 units in all; read a larger tree page by
    /// page with `units`.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Self>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let tree = self.view.tree();
        let below = &tree.preorder()[tree.subtree(self.unit)];
        let is_child = |unit: &&UnitIx| tree.parent(**unit) == Some(self.unit);
        let is_shown = |unit: &UnitIx| self.view.unit_row(*unit).is_some() && self.view.sees(*unit);
        let children = below.iter().filter(is_child).copied().filter(is_shown);
        let shown = listed(&self.view, &page, children.collect())?;
        RequestState::from_context(ctx)?.count_children(ctx.item.pos, shown.edges.len())?;
        Ok(shown)
    }

    /// The figures over everything at or below the unit. Null if it is closed on the day and has no team below it, or if the
    /// viewer may not see the figures of every team below it on the day.
    async fn roll_up(&self) -> Option<RollUp> {
        RollUp::of_unit(&self.view, self.unit).filter(|_| self.view.sees_below(self.unit))
    }

    /// The Trainers embedded in the unit. Null unless it is open on the day, must have embedded Trainers and has staff at or
    /// below it, and the viewer may see everything below it.
    async fn embedded(&self) -> Option<EmbeddedTrainers> {
        let row = self.view.unit_row(self.unit).filter(|_| self.view.sees_below(self.unit))?;
        row.embedded.map(EmbeddedTrainers::from)
    }

    /// The unit as a team. Null if no one works directly in it and no one is allocated to it, or if the viewer may not see its
    /// figures on the day (see `teams`).
    async fn team(&self) -> Option<Team> {
        let place = self.view.team_place(self.unit).filter(|_| self.view.sees_team(self.unit))?;
        Some(Team::new(&self.view, place))
    }

    /// The policy that governs the unit. Null if there is none, or if the viewer may not see the unit's figures.
    async fn policy(&self) -> Option<Policy> {
        let found = governing(self.view.index(), self.unit, self.view.as_of.day, None)?;
        self.view.sees(self.unit).then(|| Policy::governing(&self.view, found))
    }

    /// The stored figures of past weeks, oldest first: Monday's for each week, or the last of the week if Monday has none.
    /// Weeks without a snapshot are left out. Empty if there is no snapshot yet, or if the viewer does not see everything below
    /// the unit.
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number of weeks, up to the week of the requested date; 1 to 260.", default = 26)]
        weeks: i32,
    ) -> Result<Vec<TrendPoint>, ApiError> {
        let weeks = u32::try_from(weeks).ok().filter(|weeks| (1..=MOST_WEEKS).contains(weeks));
        let weeks = weeks
            .ok_or_else(|| ApiError::bad_input("weeks", format!("`weeks` must be between 1 and {MOST_WEEKS}.")))?;
        if !self.view.sees_below(self.unit) {
            return Ok(Vec::new());
        }
        let key = Trend { unit: self.view.facts(self.unit).id, until: self.view.as_of.day, weeks };
        let points = Rows::from_context(ctx)?.load_one(key).await?;
        Ok(points
            .iter()
            .flat_map(|points| points.iter())
            .map(|row| TrendPoint::seen(row, self.unit, &self.view))
            .collect())
    }

    /// The unit's own exemptions from coverage, past and to come too, latest first; at most 50. Empty if there are none, or
    /// if the viewer may not see the unit's figures.
    async fn exemptions(&self) -> Vec<Exemption> {
        let own = self.view.known.directory.exemptions(self.view.facts(self.unit).id);
        let seen = self.view.sees(self.unit);
        own.iter().filter(|_| seen).take(MOST_DATED).map(|row| Exemption::on(&self.view, self.unit, row)).collect()
    }

    /// The people who are responsible for the unit on the day, latest appointment first; at most 50. Empty if the post is
    /// vacant, or if the viewer may not see who holds it.
    async fn appointments(&self) -> Vec<Appointment> {
        let day = self.view.as_of.day;
        let own = self.view.known.directory.appointments(self.view.facts(self.unit).id);
        own.iter()
            .filter(|row| row.validity.holds_on(day))
            .filter_map(|row| Appointment::on(&self.view, row))
            .take(MOST_DATED)
            .collect()
    }

    /// What was changed about the unit in the register: its policies, exemptions and appointments, newest first: only what the viewer may see. Empty if there is nothing.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Listed<VisibleChange>, ApiError> {
        history::list(ctx, &[change::Object::unit(self.view.facts(self.unit).id)], first, after).await
    }
}

/// Trainers embedded in a unit.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct EmbeddedTrainers {
    /// Distinct active Trainers with a role for the unit or one below it.
    trainers: u32,
    /// Trainers required by the policy of the unit.
    needed: u32,
    /// Whether there are as many as required.
    met: bool,
}

impl From<Embedded> for EmbeddedTrainers {
    fn from(embedded: Embedded) -> Self {
        let Embedded { trainers, needed } = embedded;
        Self { trainers, needed, met: embedded.is_met() }
    }
}

/// A dated exemption of one unit from coverage.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Exemption {
    /// First exempt day. Null if it has no start date.
    first_day: Option<Date>,
    /// Last exempt day. Null if it has no end date.
    last_day: Option<Date>,
    /// Whether it applies on the requested date.
    holds: bool,
    /// The reason in the file's words, which may be about a person. Null if the viewer may not see the people of the unit.
    reason: Option<String>,
    /// The person who agreed to it, in the file's words. Null if it is not on file, or if the viewer may not see the people of
    /// the unit.
    agreed_by: Option<String>,
}

impl Exemption {
    /// The exemption of a unit as of the view's day.
    pub(crate) fn on(view: &DayScope, unit: UnitIx, row: &Exempted) -> Self {
        let named = view.scope().sees_unit(Right::People, unit);
        Self {
            first_day: row.validity.from.map(Date),
            last_day: row.validity.last().map(Date),
            holds: row.validity.holds_on(view.as_of.day),
            reason: named.then(|| row.reason.clone()),
            agreed_by: row.agreed_by.clone().filter(|_| named),
        }
    }
}

/// A page of units, by code.
pub(crate) fn listed(view: &Arc<DayView>, page: &Page, mut units: Vec<UnitIx>) -> Result<Listed<Unit>, ApiError> {
    units.sort_by(|a, b| view.facts(*a).code.cmp(&view.facts(*b).code));
    let total = Total::Known(units.len());
    let slice = cut(page, "units", units, |unit| view.facts(*unit).code.clone())?;
    Ok(slice.listed(total, |unit| Unit::new(view, unit)))
}
