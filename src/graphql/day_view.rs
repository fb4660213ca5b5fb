//! One day of the organisation as one request sees it: the imported data, the coverage computed from it, and what the viewer
//! may see. Every resolver of units and teams uses a [`DayView`].
//!
//! Rights are checked before work: a [`DayScope`] knows what the viewer may see and has computed nothing. A resolver that gets
//! a code or an id looks it up there first, so that a refusal costs no computation.

use std::ops::Deref;
use std::sync::Arc;

use async_graphql::Context;
use entity::coverage::disclosure::Limit;
use entity::coverage::roster::{self, UnitIx};
use entity::coverage::{Coverage, Index, TeamRow, Tree, UnitRow, WhatIf};
use entity::period::Day;
use entity::store::roster::TooLongAgo;

use super::access::Scope;
use super::cache::PublishedNumbers;
use super::directory::ReferenceData;
use super::error::ApiError;
use super::hidden::{Hidden, Level1Detail, sees_small_numbers, small_number_limit};
use super::request_state::{RequestState, cache, caller, data_state, facts, today};
use super::scalar::Date;
use crate::access::{Right, Viewer};

/// The years that are accepted. Days outside of them are typing errors.
pub(crate) const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A day, and whether the query named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsOf {
    pub(crate) day: Day,
    /// The named day. `None` if the query named no day: then it is today, and stays today when the query is repeated tomorrow.
    pub(crate) named: Option<Day>,
}

/// A day without its coverage: the data, the tree, and what the viewer may see.
#[derive(Clone, Debug)]
pub(crate) struct DayScope {
    pub(crate) known: Arc<ReferenceData>,
    pub(crate) as_of: AsOf,
    scope: Arc<Scope>,
    today: Day,
    limit: Limit,
}

/// A day with its coverage.
#[derive(Debug)]
pub(crate) struct DayView {
    day_scope: DayScope,
    pub(crate) coverage: Arc<Coverage>,
    published: Option<Arc<PublishedNumbers>>,
}

impl Deref for DayView {
    type Target = DayScope;

    fn deref(&self) -> &DayScope {
        &self.day_scope
    }
}

/// Whether a day is in the accepted years.
pub(crate) fn is_plausible(day: Day) -> bool {
    use chrono::Datelike as _;
    YEARS.contains(&day.date().year())
}

/// The day in an argument. Defaults to today.
///
/// # Errors
///
/// [`ApiError::bad_input`] for a day outside the years 1990 to 2100.
pub(crate) fn as_of(ctx: &Context<'_>, asked: Option<Date>) -> Result<AsOf, ApiError> {
    match asked {
        None => Ok(AsOf { day: today(ctx)?, named: None }),
        Some(Date(day)) if is_plausible(day) => Ok(AsOf { day, named: Some(day) }),
        Some(Date(day)) => {
            let (first, last) = (YEARS.start(), YEARS.end());
            Err(ApiError::bad_input(
                "asOf",
                format!("`asOf` must be a day of the years {first} to {last}, and {day} is not."),
            ))
        }
    }
}

/// Returns the data as this request sees it and the viewer's scope, for queries that need no coverage.
///
/// # Errors
///
/// Database errors.
pub(crate) async fn known<'a>(ctx: &Context<'a>) -> Result<(&'a Arc<ReferenceData>, &'a Arc<Scope>), ApiError> {
    Ok((facts(ctx).await?, Scope::from_context(ctx).await?))
}

impl DayScope {
    /// Returns the scope of a day. Defaults to today.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for a day that is out of range or too long ago, otherwise database errors.
    pub(crate) async fn on(ctx: &Context<'_>, asked: Option<Date>) -> Result<Self, ApiError> {
        let as_of = as_of(ctx, asked)?;
        let (known, scope) = known(ctx).await?;
        known.facts.check_complete(as_of.day).map_err(|error| ApiError::bad_input("asOf", sentence(&error)))?;
        let (known, scope) = (Arc::clone(known), Arc::clone(scope));
        Ok(Self { known, as_of, scope, today: today(ctx)?, limit: small_number_limit(ctx)? })
    }

    /// Returns the scope of a day in data that need not be the request's: a command shows what it changes beside what was
    /// before.
    ///
    /// # Errors
    ///
    /// [`ApiError::internal`] if the schema was built without its settings.
    pub(crate) fn of_command(
        ctx: &Context<'_>,
        known: &Arc<ReferenceData>,
        viewer: Viewer,
        day: Day,
        today: Day,
    ) -> Result<Self, ApiError> {
        let scope = Arc::new(Scope::new(viewer, Arc::clone(known), today));
        let as_of = AsOf { day, named: Some(day) };
        Ok(Self { known: Arc::clone(known), as_of, scope, today, limit: small_number_limit(ctx)? })
    }

    /// The day with a coverage that was computed for it. Viewers who may not see small numbers see none of it.
    pub(crate) fn with_computed(self, coverage: Arc<Coverage>) -> Arc<DayView> {
        let published = (!sees_small_numbers(&self.scope)).then(Arc::default);
        Arc::new(DayView { day_scope: self, coverage, published })
    }

    /// Computes the coverage of the day, if the viewer may see any figures. For a viewer without figures nothing is computed,
    /// because every team and unit would be left out of the answer anyway.
    ///
    /// # Errors
    ///
    /// As [`with_all_teams`](Self::with_all_teams).
    pub(crate) async fn with_coverage(self, ctx: &Context<'_>) -> Result<Arc<DayView>, ApiError> {
        if self.scope.may(Right::Figures) {
            return self.with_all_teams(ctx).await;
        }
        let coverage =
            Arc::new(Coverage { day: self.as_of.day, teams: Vec::new(), units: Vec::new(), standings: Vec::new() });
        Ok(Arc::new(DayView { day_scope: self, coverage, published: Some(Arc::default()) }))
    }

    /// Computes the coverage of the day, whatever figures the viewer may see: for data about teams other than figures.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] if the request has too many days, otherwise database errors.
    pub(crate) async fn with_all_teams(self, ctx: &Context<'_>) -> Result<Arc<DayView>, ApiError> {
        let (cache, caller) = (cache(ctx)?, caller(ctx)?);
        let cell = RequestState::from_context(ctx)?.day(self.as_of.day)?;
        let compute = || async {
            let coverage = cache.coverage(caller, &self.known, self.as_of.day, self.today).await?;
            let published = match sees_small_numbers(&self.scope) {
                true => None,
                false => Some(cache.published(caller, data_state(ctx), &self.known, &coverage, self.today).await?),
            };
            Ok::<_, ApiError>((coverage, published))
        };
        let (coverage, published) = cell.get_or_try_init(compute).await?.clone();
        Ok(Arc::new(DayView { day_scope: self, coverage, published }))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.known.facts.index
    }

    /// The tree of the day.
    pub(crate) fn tree(&self) -> &Tree {
        self.index().tree(self.as_of.day)
    }

    /// Today.
    pub(crate) const fn today(&self) -> Day {
        self.today
    }

    pub(crate) fn facts(&self, unit: UnitIx) -> &roster::Unit {
        &self.index().roster().units[unit.at()]
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether the viewer may see a unit and its data on any day.
    pub(crate) fn sees(&self, unit: UnitIx) -> bool {
        self.scope.sees_unit(Right::Figures, unit)
    }

    /// Whether the viewer may see the figures of a unit's team on the day.
    pub(crate) fn sees_team(&self, unit: UnitIx) -> bool {
        self.sees(unit) && self.scope.may_see_team_on(unit, self.as_of.day)
    }

    /// Whether the viewer may see the figures over everything at or below a unit on the day.
    pub(crate) fn sees_below(&self, unit: UnitIx) -> bool {
        self.scope.sees_below(Right::Figures, unit) && self.scope.may_see_below_on(unit, self.as_of.day)
    }

    /// Whether the viewer may see every record on which the figures of a team depend.
    pub(crate) fn sees_records_of_team(&self, unit: UnitIx) -> bool {
        self.scope.sees_records_of_team(unit, self.as_of.day)
    }

    /// The first day at risk of a team, as the viewer may see it: viewers who may not see every record get the Monday of its
    /// week, or the next day if that is later.
    pub(crate) fn risk_day(&self, row: &TeamRow) -> Option<Day> {
        let (asked, risk) = (self.as_of.day, row.risk.as_ref()?);
        Some(self.scope.visible_change_day(row.unit, asked, risk.day).max(asked.plus_days(1)))
    }

    /// How much the viewer may see of Level 1 of everyone at or below a unit.
    pub(crate) fn level1_below(&self, unit: UnitIx) -> Level1Detail {
        Level1Detail::below(&self.scope, unit, self.limit)
    }

    /// How much the viewer may see of Level 1 of a team.
    pub(crate) fn level1_of_team(&self, team: &TeamRow) -> Level1Detail {
        Level1Detail::of_team(&self.scope, team, self.limit)
    }

    /// The unit with a code, open on the day or not. `None` if the viewer may not see it.
    pub(crate) fn unit(&self, code: &str) -> Option<UnitIx> {
        self.known.unit_by_code(code).filter(|unit| self.sees(*unit))
    }

    /// The unit with the code in `argument`.
    ///
    /// # Errors
    ///
    /// [`ApiError::not_found`].
    pub(crate) fn named(&self, argument: &str, code: &str) -> Result<UnitIx, ApiError> {
        self.unit(code).ok_or_else(|| ApiError::not_found("unit", argument, code))
    }

    /// The highest unit that the viewer may see: the root of the tree, or of their part of it.
    pub(crate) fn top(&self) -> Option<UnitIx> {
        top(self.index(), self.tree(), &self.scope)
    }
}

impl DayView {
    /// Returns the view of a day. Defaults to today. A resolver that gets a code or an id uses [`DayScope::on`] first.
    ///
    /// # Errors
    ///
    /// As [`DayScope::on`] and [`DayScope::with_coverage`].
    pub(crate) async fn on(ctx: &Context<'_>, asked: Option<Date>) -> Result<Arc<Self>, ApiError> {
        DayScope::on(ctx, asked).await?.with_coverage(ctx).await
    }

    /// Computes the same day with another policy.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] if the request has too many "what if" policies.
    pub(crate) async fn what_if(&self, ctx: &Context<'_>, asked: WhatIf) -> Result<Arc<Coverage>, ApiError> {
        RequestState::from_context(ctx)?.count_what_if()?;
        cache(ctx)?.what_if(caller(ctx)?, &self.known, self.as_of.day, self.today, asked).await
    }

    /// Whether the viewer may see small numbers of allocations.
    pub(crate) const fn is_exact(&self) -> bool {
        self.published.is_none()
    }

    /// The figures of a unit that are hidden from the viewer.
    pub(crate) fn hidden(&self, unit: UnitIx) -> Hidden {
        let hidden = self.published.as_ref().map(|published| published.disclosure.hidden_standing(self.facts(unit).id));
        Hidden { level1: self.level1_below(unit), standing: hidden.unwrap_or_default() }
    }

    /// The units that are open on the day or have a team at or below them and that the viewer may see, by code.
    pub(crate) fn units(&self) -> impl Iterator<Item = &UnitRow> {
        self.coverage.units.iter().filter(|row| self.sees(row.unit))
    }

    /// The teams whose figures the viewer may see on the day, by code, each with its index in the coverage.
    pub(crate) fn teams(&self) -> impl Iterator<Item = (usize, &TeamRow)> {
        self.coverage.teams.iter().map(AsRef::as_ref).enumerate().filter(|(_, row)| self.sees_team(row.unit))
    }

    /// The roll-up of a unit. `None` if it is closed on the day and has no team below it.
    pub(crate) fn unit_row(&self, unit: UnitIx) -> Option<&UnitRow> {
        unit_row(self.index(), &self.coverage, unit)
    }

    /// The index of a unit's team row.
    pub(crate) fn team_place(&self, unit: UnitIx) -> Option<usize> {
        team_place(self.index(), &self.coverage, unit)
    }
}

/// The error text for a day whose data is no longer complete.
fn sentence(error: &TooLongAgo) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The highest unit in a scope; of several equally high ones the first by code. A unit that is visible with everything below it
/// comes before any that is visible alone: for a manager of a sector who is line manager of a person at the board's head
/// office, the sector is the top.
pub(crate) fn top(index: &Index, tree: &Tree, scope: &Scope) -> Option<UnitIx> {
    let seen = tree.preorder().iter().copied().filter(|unit| scope.sees_unit(Right::Figures, *unit));
    let code = |unit: UnitIx| &index.roster().units[unit.at()].code;
    seen.min_by_key(|unit| (!scope.sees_below(Right::Figures, *unit), tree.depth(*unit), code(*unit)))
}

/// A unit's row; the rows are ordered by code.
pub(crate) fn unit_row<'a>(index: &Index, coverage: &'a Coverage, unit: UnitIx) -> Option<&'a UnitRow> {
    let units = &index.roster().units;
    let place = coverage.units.binary_search_by(|row| units[row.unit.at()].code.cmp(&units[unit.at()].code));
    place.ok().map(|place| &coverage.units[place])
}

/// The index of a unit's team row; the rows are ordered by code.
pub(crate) fn team_place(index: &Index, coverage: &Coverage, unit: UnitIx) -> Option<usize> {
    let units = &index.roster().units;
    coverage.teams.binary_search_by(|row| units[row.unit.at()].code.cmp(&units[unit.at()].code)).ok()
}
