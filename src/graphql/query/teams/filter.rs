//! The filter of a list of teams.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use entity::coverage::TeamRow;
use entity::spelling;
use entity::value::{self, Status};
use futures_util::future::try_join_all;

use super::super::super::day_view::{DayScope, DayView};
use super::super::super::error::ApiError;
use super::super::super::object::enums::{TeamStatus, UnknownBecause};
use super::super::super::object::organisation::Team;
use super::super::super::scalar::Date;
use super::super::search::Search;

/// Which teams to return. All conditions that are given must be met.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct TeamFilter {
    /// Only teams of one of these statuses.
    status: Option<Vec<TeamStatus>>,
    /// Only teams that are UNKNOWN for one of these reasons.
    unknown_because: Option<Vec<UnknownBecause>>,
    /// Only the unit with this code and those below it.
    under_code: Option<String>,
    /// Only units of this level, in the board's own words, ignoring case and spacing: Ward. A level that no unit has matches
    /// nothing; query `level` of some units to see the levels.
    level: Option<String>,
    /// Only teams with at least this headcount, in people.
    min_headcount: Option<i32>,
    /// Only teams with at most this headcount, in people.
    max_headcount: Option<i32>,
    /// Only teams whose code or name contains this text, ignoring case, accents and spacing.
    search: Option<String>,
    /// Only teams that are AT_RISK from a day before this one, as shown in `atRisk`.
    at_risk_before: Option<Date>,
    /// Only the teams of the cover group with this name, ignoring case and spacing.
    cover_group: Option<String>,
    /// Only teams that have the Wellbeing Champions that they need (true), or only those that have too few (false). Teams
    /// without staff or without a policy match neither.
    champions_met: Option<bool>,
    /// Only teams with this `singlePointOfFailure`.
    single_point: Option<bool>,
    /// Only teams with `rowsNotRead` above 0 (true), or only those with 0 (false).
    rows_not_read: Option<bool>,
    /// Only teams with `unproven` above 0 (true), or only those with 0 (false). Teams whose `unproven` the viewer may not see
    /// match neither.
    unproven: Option<bool>,
    /// Only teams whose present gap was first seen more than this many days before the requested date; 0 or more. Teams without
    /// a `gapOpenedOn` do not match.
    gap_older_than_days: Option<i32>,
}

impl TeamFilter {
    /// Returns an error for a unit that the viewer may not see, before anything is computed.
    ///
    /// # Errors
    ///
    /// [`ApiError::not_found`].
    pub(super) fn refuse_unseen(&self, day_scope: &DayScope) -> Result<(), ApiError> {
        self.under_code.as_deref().map_or(Ok(()), |code| day_scope.named("underCode", code).map(drop))
    }

    /// The indexes of the teams that the viewer may see and that match the filter, by code.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] or [`ApiError::not_found`] for a value that the filter does not have, otherwise database errors.
    pub(super) async fn choose(mut self, ctx: &Context<'_>, view: &Arc<DayView>) -> Result<Vec<usize>, ApiError> {
        let older_than = self.gap_older_than_days.take().map(days).transpose()?;
        let wanted = self.test(view)?;
        let places: Vec<usize> =
            view.teams().filter(|(place, row)| wanted(*place, row)).map(|(place, _)| place).collect();
        let Some(days) = older_than else { return Ok(places) };
        let opened = places.into_iter().map(|place| async move {
            let opened = Team::new(view, place).opened(ctx).await?;
            let is_older = opened.is_some_and(|opened| view.as_of.day.days_since(opened) > days);
            Ok::<_, ApiError>(is_older.then_some(place))
        });
        Ok(try_join_all(opened).await?.into_iter().flatten().collect())
    }

    /// Returns the test for a team and its index, of all conditions except the age of a gap.
    fn test(self, view: &Arc<DayView>) -> Result<impl Fn(usize, &TeamRow) -> bool, ApiError> {
        let Self {
            status,
            unknown_because,
            under_code,
            level,
            min_headcount,
            max_headcount,
            search,
            at_risk_before,
            cover_group,
            champions_met,
            single_point,
            rows_not_read,
            unproven,
            gap_older_than_days: _,
        } = self;
        let status: Option<Vec<Status>> = status.map(|status| status.into_iter().map(Status::from).collect());
        let because: Option<Vec<value::UnknownBecause>> =
            unknown_because.map(|because| because.into_iter().map(value::UnknownBecause::from).collect());
        let under = under_code.map(|code| view.named("underCode", &code)).transpose()?;
        let search = Search::new(search)?;
        let level = level.map(|level| spelling::value(&level).into_owned());
        let cover_group = cover_group.map(|name| spelling::key(&name).into_owned());
        Ok(move |place: usize, row: &TeamRow| {
            let facts = view.facts(row.unit);
            let group = || facts.cover_group.map(|group| spelling::key(view.index().roster().words.get(group)));
            let kind = || view.known.level(facts.id).map(spelling::value);
            let is_unproven = || Team::new(view, place).unproven_seen().map(|people| people > 0);
            status.as_ref().is_none_or(|status| status.contains(&row.status))
                && because.as_ref().is_none_or(|because| row.unknown_because.is_some_and(|it| because.contains(&it)))
                && under.is_none_or(|above| view.tree().is_at_or_below(row.unit, above))
                && level.as_deref().is_none_or(|level| kind().is_some_and(|it| it == level))
                && min_headcount.is_none_or(|least| i64::from(row.headcount) >= i64::from(least))
                && max_headcount.is_none_or(|most| i64::from(row.headcount) <= i64::from(most))
                && at_risk_before.is_none_or(|Date(day)| view.risk_day(row).is_some_and(|risk| risk < day))
                && cover_group.as_deref().is_none_or(|name| group().is_some_and(|it| it == name))
                && champions_met.is_none_or(|met| row.champions_met() == Some(met))
                && single_point.is_none_or(|single| row.single_point == single)
                && rows_not_read.is_none_or(|any| (row.rows_not_read > 0) == any)
                && unproven.is_none_or(|any| is_unproven() == Some(any))
                && search.finds(facts)
        })
    }
}

fn days(given: i32) -> Result<i64, ApiError> {
    match u32::try_from(given) {
        Ok(days) => Ok(i64::from(days)),
        Err(_) => Err(ApiError::bad_input("gapOlderThanDays", "`gapOlderThanDays` must be 0 or more.")),
    }
}
