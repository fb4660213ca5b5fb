//! Teams, filtered and sorted.

mod filter;

use std::cmp::Reverse;

use async_graphql::{Context, Enum, InputObject, Object};
use entity::coverage::TeamRow;
use serde::{Deserialize, Serialize};

use self::filter::TeamFilter;
use super::super::day_view::{DayScope, DayView};
use super::super::error::ApiError;
use super::super::object::organisation::{Team, staff_affected};
use super::super::page::{Listed, Page, Total, cut};
use super::super::scalar::Date;

#[derive(Debug, Default)]
pub(crate) struct TeamQuery;

/// The field by which teams are sorted. Teams with equal values are sorted by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum TeamOrderField {
    /// Whole Peer Supporters short; teams without a figure come last.
    Gap,
    /// Distinct people of teams with a gap to close; teams without a gap count as 0.
    StaffAffected,
    /// Headcount, in people.
    Headcount,
    /// The name.
    Name,
    /// The board's code.
    Code,
    /// The first day at risk as shown in `atRisk`; teams that are not AT_RISK come last.
    AtRiskFrom,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum OrderDirection {
    /// Smallest, earliest or alphabetically first.
    Asc,
    /// Largest, latest or alphabetically last.
    Desc,
}

/// The order of teams.
#[derive(Clone, Copy, Debug, InputObject)]
struct TeamOrder {
    /// What they are ordered by.
    field: TeamOrderField,
    /// Which end comes first.
    #[graphql(default_with = "OrderDirection::Asc")]
    direction: OrderDirection,
}

#[Object]
impl TeamQuery {
    /// The team of the unit with this code. Null, with the error NOT_FOUND, if there is none or the viewer may not see it.
    /// `teams` says on which days it is visible.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The board's own code of the unit, as the files write it.")] code: String,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
    ) -> Result<Option<Team>, ApiError> {
        let missing = || ApiError::not_found("team", "code", &code);
        let day_scope = DayScope::on(ctx, as_of).await?;
        let unit = day_scope.unit(&code).filter(|unit| day_scope.sees_team(*unit)).ok_or_else(missing)?;
        let view = day_scope.with_coverage(ctx).await?;
        view.team_place(unit).map(|place| Some(Team::new(&view, place))).ok_or_else(missing)
    }

    /// Teams on a date, by code by default. Viewers who do not see every Peer Supporter's record of a team and of its cover
    /// group get its figures for today and past Mondays only: figures for every day would reveal when a colleague was away.
    /// Empty if there are none, or if the viewer does not have the right FIGURES there.
    #[expect(clippy::too_many_arguments, reason = "GraphQL arguments: day, filter, order and Relay's four")]
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The date to report on. Defaults to today.")] as_of: Option<Date>,
        #[graphql(desc = "Which teams. Defaults to all.")] filter: Option<TeamFilter>,
        #[graphql(desc = "The order. Defaults to the code.")] order_by: Option<TeamOrder>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<Team>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let (day_scope, filter) = (DayScope::on(ctx, as_of).await?, filter.unwrap_or_default());
        filter.refuse_unseen(&day_scope)?;
        let view = day_scope.with_coverage(ctx).await?;
        let order = order_by.unwrap_or(TeamOrder { field: TeamOrderField::Code, direction: OrderDirection::Asc });
        let mut teams = filter.choose(ctx, &view).await?;
        let key = |place: &usize| {
            let row = &view.coverage.teams[*place];
            (order.rank(&view, row), view.facts(row.unit).code.clone())
        };
        teams.sort_by_cached_key(key);
        let total = Total::Known(teams.len());
        let slice = cut(&page, &order.list(), teams, key)?;
        Ok(slice.listed(total, |place| Team::new(&view, place)))
    }
}

/// A team's sort value. All values of one list are of the same kind, so that they compare correctly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Rank {
    /// A team without a figure comes after all others, whatever the direction.
    Figure(bool, i64),
    Text(String),
    TextBackwards(Reverse<String>),
}

impl TeamOrder {
    fn rank(self, view: &DayView, row: &TeamRow) -> Rank {
        let facts = view.facts(row.unit);
        let text = |text: &str| match self.direction {
            OrderDirection::Asc => Rank::Text(text.to_owned()),
            OrderDirection::Desc => Rank::TextBackwards(Reverse(text.to_owned())),
        };
        let figure = |figure: Option<i64>| {
            let place = figure.unwrap_or(0);
            Rank::Figure(
                figure.is_none(),
                match self.direction {
                    OrderDirection::Asc => place,
                    OrderDirection::Desc => -place,
                },
            )
        };
        match self.field {
            TeamOrderField::Gap => figure(row.gap.map(i64::from)),
            TeamOrderField::StaffAffected => figure(Some(i64::from(staff_affected(row)))),
            TeamOrderField::Headcount => figure(Some(i64::from(row.headcount))),
            TeamOrderField::Name => text(&facts.name),
            TeamOrderField::Code => text(&facts.code),
            TeamOrderField::AtRiskFrom => figure(view.risk_day(row).map(|day| day.days_since(view.as_of.day))),
        }
    }

    /// The name of the list in its cursors: a cursor of another order is refused.
    fn list(self) -> String {
        format!("teams {:?} {:?}", self.field, self.direction)
    }
}
