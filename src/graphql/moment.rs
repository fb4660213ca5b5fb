//! One day of the organisation as one request sees it: the facts, the coverage computed from them, and what the viewer may
//! see. Every question about units and teams is asked of a [`Moment`].
//!
//! Rights come before work: a [`Sight`] knows what the viewer may see and has computed nothing. A resolver that is given a
//! code or an id looks it up there first, so that a refusal costs no computation.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::{Context, Pos};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::actor::Actor;
use entity::clock::{Clock, day_of};
use entity::coverage::disclosure::Limit;
use entity::coverage::roster::{self, UnitIx};
use entity::coverage::{Coverage, Index, TeamRow, Tree, UnitRow, WhatIf};
use entity::id::PersonId;
use entity::period::Day;
use entity::store::roster::TooLongAgo;
use tokio::sync::OnceCell;

use super::access::Scope;
use super::cache::{CoverageCache, Published};
use super::directory::Known;
use super::error::{ApiError, Code};
use super::limits::MOST_CHILDREN;
use super::loader::Rows;
use super::object::level1::Level1Detail;
use super::object::person::Person;
use super::object::roll_up::{Hidden, RollUp};
use super::object::team::Team;
use super::object::unit::Unit;
use super::scalar::Date;
use crate::access::{Look, Right, Viewer};

/// Days outside these years are slips of the keyboard.
pub(crate) const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;
/// Computations that one request may cause: each different day, and each "what if".
const COMPUTATIONS: usize = 10;
/// Reports whose changes one request may work out; each takes the stored teams of one day more.
const COMPARISONS: usize = 30;

/// What one request has begun: the version of the facts that all of its fields see, the days that it has asked of, and the
/// rows that it is about to read.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    pub(super) known: OnceCell<Arc<Known>>,
    pub(super) scope: OnceCell<Arc<Scope>>,
    moments: Mutex<HashMap<Day, Arc<OnceCell<Computed>>>>,
    what_ifs: Mutex<usize>,
    comparisons: Mutex<usize>,
    exports: Mutex<usize>,
    /// Units handed out as children, by the place of the field in the query.
    children: Mutex<HashMap<Pos, usize>>,
    pub(crate) rows: Rows,
}

/// The version of the facts that an answer is of, once its request has read any. Clones share it: one goes with the request,
/// the other stays with the one who answers.
#[derive(Clone, Debug, Default)]
pub struct DataVersion(Arc<Mutex<Option<i64>>>);

impl DataVersion {
    /// The version. None if no facts were read.
    #[must_use]
    pub fn told(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the version: the next request is about to be executed.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn tell(&self, version: i64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
    }
}

/// A day's coverage, and what of it is published; without that, the viewer sees small numbers.
type Computed = (Arc<Coverage>, Option<Arc<Published>>);

/// A day, and whether it was asked for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsOf {
    pub(crate) day: Day,
    /// Absent where the question did not name a day: then it is today, and stays today when asked again tomorrow.
    pub(crate) named: Option<Day>,
}

/// A day as far as it needs no computation: the facts, the tree, and what the viewer may see.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    pub(crate) known: Arc<Known>,
    pub(crate) as_of: AsOf,
    scope: Arc<Scope>,
    today: Day,
    limit: Limit,
}

/// A day with its coverage. See the module.
#[derive(Debug)]
pub(crate) struct Moment {
    sight: Sight,
    pub(crate) coverage: Arc<Coverage>,
    published: Option<Arc<Published>>,
}

impl Deref for Moment {
    type Target = Sight;

    fn deref(&self) -> &Sight {
        &self.sight
    }
}

impl Begun {
    /// Notes that a report is to be compared with the one before it.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one too many.
    pub(crate) fn compare_one(&self) -> Result<(), ApiError> {
        let mut comparisons = self.comparisons.lock().unwrap_or_else(PoisonError::into_inner);
        *comparisons += 1;
        if *comparisons > COMPARISONS {
            let sentence =
                format!("One query shows the changes of at most {COMPARISONS} reports; ask for fewer reports");
            return Err(ApiError::bad_input("first", sentence));
        }
        Ok(())
    }

    /// Notes that everything that is held on somebody is asked for: it reads every table and is recorded.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for the second one.
    pub(crate) fn export_one(&self) -> Result<(), ApiError> {
        let mut exports = self.exports.lock().unwrap_or_else(PoisonError::into_inner);
        *exports += 1;
        if *exports > 1 {
            return Err(ApiError::bad_input(
                "personId",
                "One query asks for what is held on one person; send one for each",
            ));
        }
        Ok(())
    }

    /// Notes that `units` are shown as children by the field at `place`. What a query may cost is worked out with this very
    /// limit, so it must hold whatever the tree looks like.
    ///
    /// # Errors
    ///
    /// [`Code::QueryTooCostly`] for more than [`MOST_CHILDREN`].
    pub(crate) fn show_children(&self, place: Pos, units: usize) -> Result<(), ApiError> {
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = children.entry(place).or_default();
        *shown += units;
        if *shown as u64 > MOST_CHILDREN {
            let sentence = format!(
                "This level of the tree has more than {MOST_CHILDREN} units; ask for smaller pages of `children` with \
                 `first`, for one part of the tree at a time, or for pages of `units(underCode:)`"
            );
            return Err(ApiError::new(Code::QueryTooCostly, sentence));
        }
        Ok(())
    }
}

/// Today in the board's zone.
///
/// # Errors
///
/// [`ApiError::internal`] when the schema was built without a clock.
pub(crate) fn today(ctx: &Context<'_>) -> Result<Day, ApiError> {
    let clock = ctx.data_opt::<Clock>().ok_or_else(|| ApiError::internal("the schema has no clock"))?;
    local_day(ctx, clock.now())
}

/// The civil day on which `instant` falls in the board's zone.
///
/// # Errors
///
/// [`ApiError::internal`] when the schema was built without a zone.
pub(crate) fn local_day(ctx: &Context<'_>, instant: DateTime<Utc>) -> Result<Day, ApiError> {
    let zone = ctx.data_opt::<Tz>().ok_or_else(|| ApiError::internal("the schema has no zone"))?;
    Ok(day_of(instant, *zone))
}

/// Whether a day is none of those that are slips of the keyboard.
pub(crate) fn is_plausible(day: Day) -> bool {
    use chrono::Datelike as _;
    YEARS.contains(&day.date().year())
}

/// The day that an argument names, or today.
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
            Err(ApiError::bad_input("asOf", format!("asOf is a day of the years {first} to {last}, and {day} is not")))
        }
    }
}

/// The facts as this request sees them: one version for all of its fields, which its answer names.
///
/// # Errors
///
/// What the database said.
pub(super) async fn facts<'a>(ctx: &Context<'a>) -> Result<&'a Arc<Known>, ApiError> {
    let (begun, cache, caller) = (begun(ctx)?, cache(ctx)?, caller(ctx)?);
    let known = begun.known.get_or_try_init(|| cache.known(caller, look(ctx))).await?;
    if let Some(version) = ctx.data_opt::<DataVersion>() {
        version.tell(known.facts.version);
    }
    Ok(known)
}

/// The facts as this request sees them, and what its viewer may see, for questions that no computed coverage is needed for.
///
/// # Errors
///
/// What the database said.
pub(crate) async fn known<'a>(ctx: &Context<'a>) -> Result<(&'a Arc<Known>, &'a Arc<Scope>), ApiError> {
    Ok((facts(ctx).await?, Scope::of(ctx).await?))
}

impl Sight {
    /// The sight of a day; today if none is named.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for a day that is out of range or too long ago, else what the database said.
    pub(crate) async fn on(ctx: &Context<'_>, asked: Option<Date>) -> Result<Self, ApiError> {
        let as_of = as_of(ctx, asked)?;
        let (known, scope) = known(ctx).await?;
        known.facts.reach(as_of.day).map_err(|error| ApiError::bad_input("asOf", sentence(&error)))?;
        let (known, scope) = (Arc::clone(known), Arc::clone(scope));
        Ok(Self { known, as_of, scope, today: today(ctx)?, limit: small_number_limit(ctx)? })
    }

    /// The day with its coverage, as far as the viewer sees figures of anything. For a viewer without figures nothing is
    /// computed: every team and unit would be left out of the answer anyway.
    ///
    /// # Errors
    ///
    /// As [`with_all_teams`](Self::with_all_teams).
    pub(crate) async fn with_coverage(self, ctx: &Context<'_>) -> Result<Arc<Moment>, ApiError> {
        if self.scope.may(Right::Figures) {
            return self.with_all_teams(ctx).await;
        }
        let coverage =
            Arc::new(Coverage { day: self.as_of.day, teams: Vec::new(), units: Vec::new(), standings: Vec::new() });
        Ok(Arc::new(Moment { sight: self, coverage, published: Some(Arc::default()) }))
    }

    /// The day with its coverage, whatever figures the viewer sees: for what is told about teams without their figures.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one day too many, else what the database said.
    pub(crate) async fn with_all_teams(self, ctx: &Context<'_>) -> Result<Arc<Moment>, ApiError> {
        let (begun, cache, caller) = (begun(ctx)?, cache(ctx)?, caller(ctx)?);
        let cell = {
            let mut moments = begun.moments.lock().unwrap_or_else(PoisonError::into_inner);
            if !moments.contains_key(&self.as_of.day) && moments.len() >= COMPUTATIONS {
                return Err(ApiError::bad_input(
                    "asOf",
                    format!("One query asks of at most {COMPUTATIONS} different days"),
                ));
            }
            Arc::clone(moments.entry(self.as_of.day).or_default())
        };
        let compute = || async {
            let coverage = cache.coverage(caller, &self.known, (self.as_of.day, self.today)).await?;
            let published = match sees_small_numbers(&self.scope) {
                true => None,
                false => Some(cache.published((caller, look(ctx)), &self.known, &coverage, self.today).await?),
            };
            Ok::<_, ApiError>((coverage, published))
        };
        let (coverage, published) = cell.get_or_try_init(compute).await?.clone();
        Ok(Arc::new(Moment { sight: self, coverage, published }))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.known.facts.index
    }

    /// The tree of the day.
    pub(crate) fn tree(&self) -> &Tree {
        self.index().tree(self.as_of.day)
    }

    /// The day on which it is asked.
    pub(crate) const fn today(&self) -> Day {
        self.today
    }

    pub(crate) fn facts(&self, unit: UnitIx) -> &roster::Unit {
        &self.index().roster().units[unit.at()]
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether the viewer sees a unit and what is told of it on any day.
    pub(crate) fn sees(&self, unit: UnitIx) -> bool {
        self.scope.sees_unit(Right::Figures, unit)
    }

    /// Whether the viewer sees the figures of a unit's team on the day.
    pub(crate) fn sees_team(&self, unit: UnitIx) -> bool {
        self.sees(unit) && self.scope.is_told_of_team(unit, self.as_of.day)
    }

    /// Whether the viewer sees the figures over everything at or below a unit on the day.
    pub(crate) fn sees_below(&self, unit: UnitIx) -> bool {
        self.scope.sees_below(Right::Figures, unit) && self.scope.is_told_below(unit, self.as_of.day)
    }

    /// Whether the viewer sees every record on which the figures of a team rest.
    pub(crate) fn sees_records_of_team(&self, unit: UnitIx) -> bool {
        self.scope.sees_records_of_team(unit, self.as_of.day)
    }

    /// The first day at risk of a team, as the viewer is told it: to those who do not see every record, the Monday of its week
    /// if that is still to come, else the next day.
    pub(crate) fn risk_day(&self, row: &TeamRow) -> Option<Day> {
        let (asked, risk) = (self.as_of.day, row.risk.as_ref()?);
        Some(self.scope.day_told(row.unit, asked, risk.day).max(asked.plus_days(1)))
    }

    /// How much the viewer sees of Level 1 of everyone at or below a unit.
    pub(crate) fn level1_below(&self, unit: UnitIx) -> Level1Detail {
        level1_below(&self.scope, unit, self.limit)
    }

    /// How much the viewer sees of Level 1 of a team.
    pub(crate) fn level1_of_team(&self, team: &TeamRow) -> Level1Detail {
        if self.scope.sees_unit(Right::Level1Counts, team.unit) {
            Level1Detail::Count
        } else if team.assessed_with.len() > 1 {
            // The viewer sees the band of their own unit as well, and the difference is about the other teams.
            Level1Detail::Hidden
        } else {
            Level1Detail::Band(self.limit)
        }
    }

    /// A person as the day has them, where the viewer sees them.
    pub(crate) fn person(&self, id: PersonId) -> Option<Person> {
        self.scope.sees_person(id, self.today).then_some(Person { id, on: Some(self.as_of.day) })
    }

    /// The unit with a code, seen by the viewer, open that day or not.
    pub(crate) fn unit(&self, code: &str) -> Option<UnitIx> {
        self.known.unit_by_code(code).filter(|unit| self.sees(*unit))
    }

    /// The unit that `argument` names by its code.
    ///
    /// # Errors
    ///
    /// [`ApiError::not_found`].
    pub(crate) fn named(&self, argument: &str, code: &str) -> Result<UnitIx, ApiError> {
        self.unit(code).ok_or_else(|| ApiError::not_found("unit", argument, code))
    }

    /// The highest unit that the viewer sees: the root of the tree, or of the part of it that is theirs.
    pub(crate) fn top(&self) -> Option<UnitIx> {
        top(self.index(), self.tree(), &self.scope)
    }
}

impl Moment {
    /// The moment of a day; today if none is named. A resolver that is given a code or an id asks [`Sight::on`] first.
    ///
    /// # Errors
    ///
    /// As [`Sight::on`] and [`Sight::with_coverage`].
    pub(crate) async fn on(ctx: &Context<'_>, asked: Option<Date>) -> Result<Arc<Self>, ApiError> {
        Sight::on(ctx, asked).await?.with_coverage(ctx).await
    }

    /// The same moment with another policy.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] for one "what if" too many.
    pub(crate) async fn what_if(&self, ctx: &Context<'_>, asked: WhatIf) -> Result<Arc<Coverage>, ApiError> {
        {
            let mut what_ifs = begun(ctx)?.what_ifs.lock().unwrap_or_else(PoisonError::into_inner);
            if *what_ifs >= COMPUTATIONS {
                return Err(ApiError::bad_input("policy", format!("One query tries at most {COMPUTATIONS} policies")));
            }
            *what_ifs += 1;
        }
        cache(ctx)?.what_if(caller(ctx)?, &self.known, (self.as_of.day, self.today), asked).await
    }

    /// Whether the viewer sees small numbers of allocations.
    pub(crate) const fn is_exact(&self) -> bool {
        self.published.is_none()
    }

    /// What the viewer does not see of a unit's figures.
    pub(crate) fn hidden(&self, unit: UnitIx) -> Hidden {
        let hidden = self.published.as_ref().map(|published| published.disclosure.hidden_standing(self.facts(unit).id));
        Hidden { level1: self.level1_below(unit), standing: hidden.unwrap_or_default() }
    }

    /// A unit's figures as the viewer sees them; absent where it is closed that day and nothing below it has a team.
    pub(crate) fn roll_up(&self, unit: UnitIx) -> Option<RollUp> {
        self.unit_row(unit).map(|row| RollUp::computed(self, row, self.hidden(unit)))
    }

    /// The units that are open that day or have a team at or below them and that the viewer sees, by code.
    pub(crate) fn units(&self) -> impl Iterator<Item = &UnitRow> {
        self.coverage.units.iter().filter(|row| self.sees(row.unit))
    }

    /// The teams whose figures the viewer sees on the day, by code, each with its place in the coverage.
    pub(crate) fn teams(&self) -> impl Iterator<Item = (usize, &TeamRow)> {
        self.coverage.teams.iter().enumerate().filter(|(_, row)| self.sees_team(row.unit))
    }

    /// The roll-up of a unit; absent where it is closed that day and nothing below it has a team.
    pub(crate) fn unit_row(&self, unit: UnitIx) -> Option<&UnitRow> {
        unit_row(self.index(), &self.coverage, unit)
    }

    /// The place of a unit's team row.
    pub(crate) fn team_place(&self, unit: UnitIx) -> Option<usize> {
        team_place(self.index(), &self.coverage, unit)
    }

    /// A unit as an object of the API.
    pub(crate) fn unit_object(self: &Arc<Self>, unit: UnitIx) -> Unit {
        Unit { at: Arc::clone(self), unit }
    }

    /// A team as an object of the API.
    pub(crate) fn team_object(self: &Arc<Self>, place: usize) -> Team {
        Team { at: Arc::clone(self), place }
    }
}

/// What is said of a day whose facts are not all on file any more.
fn sentence(error: &TooLongAgo) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether a viewer sees numbers of allocations below the limit under which they are hidden. Only a right to all of them will do:
/// from a part, the rest of the unit above it would follow.
pub(crate) fn sees_small_numbers(scope: &Scope) -> bool {
    scope.all(Right::SmallNumbers)
}

/// How much a viewer sees of Level 1 of everyone at or below a unit.
pub(crate) fn level1_below(scope: &Scope, unit: UnitIx, limit: Limit) -> Level1Detail {
    if scope.sees_below(Right::Level1Counts, unit) { Level1Detail::Count } else { Level1Detail::Band(limit) }
}

/// The limit of small numbers.
///
/// # Errors
///
/// [`ApiError::internal`] if the schema was built without one.
pub(crate) fn small_number_limit(ctx: &Context<'_>) -> Result<Limit, ApiError> {
    ctx.data_opt::<Limit>().copied().ok_or_else(|| ApiError::internal("the schema has no limit of small numbers"))
}

/// The highest unit that a scope holds; of several as high the first by code. A unit with all that is below it comes before
/// any that is seen alone: a manager of a sector who is line manager of a person at the board's own office has the sector on top.
pub(crate) fn top(index: &Index, tree: &Tree, scope: &Scope) -> Option<UnitIx> {
    let seen = tree.units_downwards().iter().copied().filter(|unit| scope.sees_unit(Right::Figures, *unit));
    let code = |unit: UnitIx| &index.roster().units[unit.at()].code;
    seen.min_by_key(|unit| (!scope.sees_below(Right::Figures, *unit), tree.depth(*unit), code(*unit)))
}

/// A unit's row; the rows are by code.
pub(crate) fn unit_row<'a>(index: &Index, coverage: &'a Coverage, unit: UnitIx) -> Option<&'a UnitRow> {
    let units = &index.roster().units;
    let place = coverage.units.binary_search_by(|row| units[row.unit.at()].code.cmp(&units[unit.at()].code));
    place.ok().map(|place| &coverage.units[place])
}

/// The place of a unit's team row; the rows are by code.
pub(crate) fn team_place(index: &Index, coverage: &Coverage, unit: UnitIx) -> Option<usize> {
    let units = &index.roster().units;
    coverage.teams.binary_search_by(|row| units[row.unit.at()].code.cmp(&units[unit.at()].code)).ok()
}

/// What the request has begun.
///
/// # Errors
///
/// [`ApiError::internal`] when the request did not come through [`prepare`](super::prepare).
pub(crate) fn begun<'a>(ctx: &Context<'a>) -> Result<&'a Begun, ApiError> {
    ctx.data_opt::<Begun>().ok_or_else(|| ApiError::internal("the request was not prepared with graphql::prepare"))
}

/// Who is asking.
///
/// # Errors
///
/// [`ApiError::internal`] when the request was sent without a [`Viewer`].
pub(super) fn caller(ctx: &Context<'_>) -> Result<Actor, ApiError> {
    let viewer = ctx.data_opt::<Viewer>().ok_or_else(|| ApiError::internal("the request has no viewer"))?;
    Ok(viewer.actor())
}

/// What was newest when the caller was looked up.
fn look<'a>(ctx: &Context<'a>) -> Option<&'a Look> {
    ctx.data_opt::<Look>()
}

pub(super) fn cache<'a>(ctx: &Context<'a>) -> Result<&'a CoverageCache, ApiError> {
    ctx.data_opt::<CoverageCache>().ok_or_else(|| ApiError::internal("the schema has no coverage cache"))
}
